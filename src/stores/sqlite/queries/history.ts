import type { MetricHistory } from '../../../mlflow/entities';
import type { Reader } from '../reader';
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

/** In MLflow's order: timestamp, step, value. */
export function getMetricHistory(
  reader: Reader,
  { runId, key }: { runId: string; key: string },
): MetricHistory {
  const { schema } = reader;
  const { from, where } = oneMetric(reader);
  const step = schema.has('metrics', 'step') ? 'step' : '0';
  const isNan = schema.has('metrics', 'is_nan') ? 'is_nan' : '0';
  const steps: number[] = [];
  const timestamps: number[] = [];
  const values: number[] = [];
  reader.each(
    `SELECT ${step}, timestamp, value, ${isNan} FROM ${from} WHERE ${where}`,
    [runId, key],
    (row) => {
      steps.push(row.number(0));
      timestamps.push(row.number(1));
      values.push(metricValue(row.number(2), row.number(3)));
    },
  );
  return { runId, key, ...inOrder(steps, timestamps, values) };
}

function inOrder(
  steps: number[],
  timestamps: number[],
  values: number[],
): Pick<MetricHistory, 'steps' | 'timestamps' | 'values'> {
  // NaN is stored, and so ordered, as 0.
  const rank = (value: number): number => (Number.isNaN(value) ? 0 : value);
  const compare = (a: number, b: number): number =>
    timestamps[a]! - timestamps[b]! || steps[a]! - steps[b]! || rank(values[a]!) - rank(values[b]!);
  let sorted = true;
  for (let i = 1; i < steps.length && sorted; i++) {
    sorted = compare(i - 1, i) <= 0;
  }
  if (sorted) {
    return {
      steps: Float64Array.from(steps),
      timestamps: Float64Array.from(timestamps),
      values: Float64Array.from(values),
    };
  }
  const order = Array.from(steps, (_, i) => i).sort(compare);
  return {
    steps: Float64Array.from(order, (i) => steps[i]!),
    timestamps: Float64Array.from(order, (i) => timestamps[i]!),
    values: Float64Array.from(order, (i) => values[i]!),
  };
}
