import type { MetricHistory } from '../../../mlflow/entities';
import type { Reader } from '../reader';
import { metricValue, text } from '../values';

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
  const points = new Points();
  reader.each(`SELECT ${step}, timestamp, value, ${isNan} FROM ${from} WHERE ${where}`, [runId, key], (row) =>
    points.add(row.number(0), row.number(1), metricValue(row.number(2), row.number(3))),
  );
  const history: MetricHistory = { runId, key, ...points.inOrder() };
  if (history.steps.some((value) => Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
    history.exactSteps = reader
      .query(`SELECT CAST(${step} AS TEXT) FROM ${from} WHERE ${where} ORDER BY timestamp, ${step}, value`, [
        runId,
        key,
      ])
      .map(([exact]) => text(exact));
  }
  return history;
}

/** Columns that grow, and are sorted only where they are not sorted already. */
export class Points {
  private steps = new Float64Array(256);
  private timestamps = new Float64Array(256);
  private values = new Float64Array(256);
  private length = 0;
  private sorted = true;

  add(step: number, timestamp: number, value: number): void {
    const at = this.length++;
    if (at === this.steps.length) {
      this.steps = doubled(this.steps);
      this.timestamps = doubled(this.timestamps);
      this.values = doubled(this.values);
    }
    this.steps[at] = step;
    this.timestamps[at] = timestamp;
    this.values[at] = value;
    this.sorted &&= at === 0 || this.compare(at - 1, at) <= 0;
  }

  /** By timestamp, step, value. */
  inOrder(): Pick<MetricHistory, 'steps' | 'timestamps' | 'values'> {
    if (this.sorted) {
      return {
        steps: this.steps.slice(0, this.length),
        timestamps: this.timestamps.slice(0, this.length),
        values: this.values.slice(0, this.length),
      };
    }
    const order = Uint32Array.from({ length: this.length }, (_, i) => i).sort((a, b) => this.compare(a, b));
    return {
      steps: Float64Array.from(order, (i) => this.steps[i]!),
      timestamps: Float64Array.from(order, (i) => this.timestamps[i]!),
      values: Float64Array.from(order, (i) => this.values[i]!),
    };
  }

  private compare(a: number, b: number): number {
    return (
      this.timestamps[a]! - this.timestamps[b]! ||
      this.steps[a]! - this.steps[b]! ||
      // NaN is stored, and so ordered, as 0.
      (this.values[a]! || 0) - (this.values[b]! || 0)
    );
  }
}

function doubled(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}
