import { numberOf, type ImportedHistory, type Whole } from '../../mlflow/importer';
import { realOf, wholeOf } from './json';

/** What one runs/log-batch takes: MAX_METRICS_PER_BATCH, MAX_PARAMS_TAGS_PER_BATCH of mlflow/utils/validation.py. */
const MOST_METRICS = 1000;
const MOST_PAIRS = 100;
/** Of one, bytes: MLflow takes a million (MAX_BATCH_LOG_REQUEST_SIZE), with what stands around. */
const MOST_BYTES = 800_000;

/** A metric's value as protobuf's JSON has it. */
interface JsonMetric {
  key: string;
  value: number | string;
  timestamp: Whole;
  step: Whole;
}

/** The points of a history as MLflow's REST API takes them. */
export function metricsOf({ key, timestamps, steps, values }: ImportedHistory): JsonMetric[] {
  return values.map((value, at) => ({
    ...{ key, value: value === '-0' ? 0 : value },
    ...{ timestamp: timestamps[at]!, step: steps[at]! },
  }));
}

/** Params, tags or metrics, in so many parts that a server takes each. */
export function inParts<T extends object>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    const most = 'timestamp' in item ? MOST_METRICS : MOST_PAIRS;
    if (part.length > 0 && (part.length >= most || bytes + size > MOST_BYTES)) {
      parts.push(part);
      [part, bytes] = [[], 0];
    }
    part.push(item);
    bytes += size;
  }
  return part.length > 0 ? [...parts, part] : parts;
}

/** A history without the points that the server has: one logged twice is there twice only where a server keeps files. */
export function pointsLeft(
  { key, timestamps, steps, values }: ImportedHistory,
  there: readonly Record<string, unknown>[],
): ImportedHistory {
  const known = new Map<string, number>();
  for (const metric of there) {
    const point = pointText(metric['timestamp'], metric['step'] ?? 0, realOf(metric['value']) ?? 0);
    known.set(point, (known.get(point) ?? 0) + 1);
  }
  const left = values.flatMap((value, at) => {
    const point = pointText(timestamps[at], steps[at], numberOf(value));
    const count = known.get(point) ?? 0;
    known.set(point, count - 1);
    return count > 0 ? [] : [at];
  });
  return {
    key,
    timestamps: left.map((at) => timestamps[at]!),
    steps: left.map((at) => steps[at]!),
    values: left.map((at) => values[at]!),
  };
}

function pointText(timestamp: unknown, step: unknown, value: number): string {
  const exact = (whole: unknown): string => {
    const read = wholeOf(whole) ?? { value: 0, rest: 0 };
    return `${read.value}+${read.rest}`;
  };
  // The largest double and infinity are one on a server.
  const real = Math.abs(value) === Number.MAX_VALUE ? Math.sign(value) * Infinity : value + 0;
  return `${exact(timestamp)} ${exact(step)} ${real}`;
}
