import type { MetricHistory } from '../../../mlflow/entities';
import { HistoryPoints } from '../../../series/historyPoints';
import type { Reader, Row } from '../reader';
import { metricValue } from '../values';

/**
 * The condition, and the source it applies to, for one metric of one run: parameters ?1 run, ?2 key.
 *
 * The primary key of `metrics` starts with `key`. Left alone, SQLite takes it and walks that metric through
 * every run of the store; so the index on the run is named where there is one (MLflow >= 1.25), and `+key`
 * keeps the primary key out. Older stores have nothing better than the primary key.
 */
export function oneMetric(reader: Reader): { from: string; where: string } {
  const { schema } = reader;
  const exact = schema.indexOn('metrics', 'run_uuid', 'key');
  if (exact) {
    return { from: `metrics INDEXED BY ${exact}`, where: 'run_uuid = ?1 AND key = ?2' };
  }
  const byRun = schema.indexOn('metrics', 'run_uuid');
  return byRun
    ? { from: `metrics INDEXED BY ${byRun}`, where: 'run_uuid = ?1 AND +key = ?2' }
    : { from: 'metrics', where: 'key = ?2 AND run_uuid = ?1' };
}

/** The point of a row whose columns from `first` on are step, timestamp, value and the flag of NaN. */
export function addPoint(points: HistoryPoints, row: Row, first: number): void {
  const [step, timestamp] = [row.number(first), row.number(first + 1)];
  const value = metricValue(row.number(first + 2), row.number(first + 3));
  points.add(step, timestamp, value, row.rest(first, step), row.rest(first + 1, timestamp));
}

/** In MLflow's order: timestamp, step, value. */
export function getMetricHistory(
  reader: Reader,
  { runId, key }: { runId: string; key: string },
): MetricHistory {
  const { schema } = reader;
  const { from, where } = oneMetric(reader);
  const step = schema.has('metrics', 'step') ? 'step' : '0';
  const isNan = schema.has('metrics', 'is_nan') ? 'is_nan' : '0';
  const points = new HistoryPoints();
  reader.each(`SELECT ${step}, timestamp, value, ${isNan} FROM ${from} WHERE ${where}`, [runId, key], (row) =>
    addPoint(points, row, 0),
  );
  return { runId, key, ...points.inOrder() };
}
