import type { MetricSummary } from '../../../mlflow/entities';
import { HistoryPoints } from '../../../series/historyPoints';
import { sparkline } from '../../../series/sparkline';
import type { Reader } from '../reader';
import { addPoint, getMetricHistory } from './history';

/**
 * Histories in small. Where the metrics are indexed by run and key (MLflow >= 3.12), or not by run at all, each
 * is read on its own; where the index knows the run alone, one walk through the run's points serves all keys.
 */
export function getMetricSummaries(
  reader: Reader,
  { runId, keys }: { runId: string; keys: readonly string[] },
): MetricSummary[] {
  const { schema } = reader;
  const byRun = schema.indexOn('metrics', 'run_uuid');
  if (!byRun || schema.indexOn('metrics', 'run_uuid', 'key') || keys.length === 1) {
    return keys.map((key) => sparkline(getMetricHistory(reader, { runId, key })));
  }
  const wanted = new Map(keys.map((key) => [key, new HistoryPoints()]));
  const isNan = schema.has('metrics', 'is_nan') ? 'is_nan' : '0';
  reader.each(
    `SELECT key, step, timestamp, value, ${isNan} FROM metrics INDEXED BY ${byRun} WHERE run_uuid = ?`,
    [runId],
    (row) => {
      const points = wanted.get(row.text(0));
      if (points) {
        addPoint(points, row, 1);
      }
    },
  );
  return [...wanted].map(([key, points]) => sparkline({ key, ...points.inOrder() }));
}
