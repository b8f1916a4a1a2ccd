import type { MetricHistory, MetricSummary } from '../mlflow/entities';
import { compareWhole } from '../mlflow/wholeNumbers';

/** @param buckets how many pieces the history is cut into; each gives its least and its greatest value */
export function sparkline(
  { key, steps, timestamps, values, stepRests, timestampRests }: Omit<MetricHistory, 'runId'>,
  buckets = 40,
): MetricSummary {
  const order: number[] = [];
  let min: number | null = null;
  let max: number | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (isFiniteValue(value)) {
      order.push(i);
      min = min === null || value < min ? value : min;
      max = max === null || value > max ? value : max;
    }
  }
  if (order.some((at, i) => i > 0 && isBefore(at, order[i - 1]!))) {
    order.sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
  }
  const kept = order.length <= 2 * buckets ? order : extremes(order, values, buckets);
  return {
    key,
    count: values.length,
    min,
    max,
    steps: picked(steps, kept),
    values: picked(values, kept),
  };

  function isBefore(a: number, b: number): boolean {
    const order =
      compareWhole(steps[a]!, stepRests?.[a] ?? 0, steps[b]!, stepRests?.[b] ?? 0) ||
      compareWhole(timestamps[a]!, timestampRests?.[a] ?? 0, timestamps[b]!, timestampRests?.[b] ?? 0);
    return order < 0;
  }
}

function picked(column: Float64Array, places: readonly number[]): Float64Array {
  const result = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) {
    result[i] = column[places[i]!]!;
  }
  return result;
}

function extremes(order: readonly number[], values: Float64Array, buckets: number): number[] {
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * order.length) / buckets);
    const to = Math.floor(((bucket + 1) * order.length) / buckets);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      low = values[order[i]!]! < values[order[low]!]! ? i : low;
      high = values[order[i]!]! > values[order[high]!]! ? i : high;
    }
    kept.push(order[Math.min(low, high)]!);
    if (low !== high) {
      kept.push(order[Math.max(low, high)]!);
    }
  }
  return kept;
}

/** MLflow stores the infinities as the greatest doubles (reference mlflow.md, A.2). */
function isFiniteValue(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) < Number.MAX_VALUE;
}
