import type { Metric } from '../mlflow/entities';

/**
 * Metrics on their way to a page: VS Code's messages are JSON, in which NaN and the infinities become null, but
 * typed arrays arrive whole.
 */
export interface MetricColumns {
  keys: string[];
  values: Float64Array;
  timestamps: Float64Array;
  steps: Float64Array;
}

export function toMetricColumns(metrics: readonly Metric[]): MetricColumns {
  return {
    keys: metrics.map(({ key }) => key),
    values: Float64Array.from(metrics, ({ value }) => value),
    timestamps: Float64Array.from(metrics, ({ timestamp }) => timestamp),
    steps: Float64Array.from(metrics, ({ step }) => step),
  };
}

export function fromMetricColumns({ keys, values, timestamps, steps }: MetricColumns): Metric[] {
  return keys.map((key, i) => ({ key, value: values[i]!, timestamp: timestamps[i]!, step: steps[i]! }));
}
