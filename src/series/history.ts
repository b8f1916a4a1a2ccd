import type { MetricHistory } from '../mlflow/entities';
import type { LoggedValue } from '../mlflow/latest';
import type { SampledLine, SampledSeries, Sampling, SeriesKey, XKind } from '../mlflow/samples';
import { Buckets } from './buckets';
import { HistoryFacts, usualExtent } from './facts';
import { Points } from './points';
import { Rests } from './rests';
import { smooth } from './smoothing';

const NAN = 0;
const POSITIVE_INFINITY = 1;
const NEGATIVE_INFINITY = 2;
const NOT_POSITIVE = 3;
/** Up to this many points a column each one is drawn: no more than what a column's four would be. */
const EXACT_PER_COLUMN = 4;

/** Rows of a metric's history as they are read: columns of equal length, in any order. */
export interface HistoryRows {
  steps: ArrayLike<number>;
  timestamps: ArrayLike<number>;
  values: ArrayLike<number>;
  /** What steps and timestamps lack (mlflow/wholeNumbers.ts); missing where that is nothing. */
  stepRests?: ArrayLike<number>;
  timestampRests?: ArrayLike<number>;
}

/** The mark of a value that no line can show, as an index into MARK_KINDS; -1 for the others. */
export function markOf(value: number, logY: boolean): number {
  if (Number.isNaN(value)) {
    return NAN;
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
  }
  return logY && value <= 0 ? NOT_POSITIVE : -1;
}

/** A whole history in memory: 24 bytes a point, growing as rows come. */
export class HistoryColumns {
  readonly facts = new HistoryFacts();
  private steps = new Float64Array(1024);
  private timestamps = new Float64Array(1024);
  private values = new Float64Array(1024);
  private readonly rests = new Rests();
  private length = 0;
  private readonly orders = new Map<'step' | 'time', { length: number; order: Uint32Array | null }>();

  get points(): number {
    return this.length;
  }

  /** Bytes held. */
  get size(): number {
    return this.steps.length * 3 * Float64Array.BYTES_PER_ELEMENT;
  }

  append(rows: HistoryRows): void {
    const length = this.length + rows.values.length;
    if (length > this.steps.length) {
      const capacity = Math.max(length, this.steps.length * 2);
      this.steps = resized(this.steps, capacity);
      this.timestamps = resized(this.timestamps, capacity);
      this.values = resized(this.values, capacity);
    }
    for (let i = 0; i < rows.values.length; i++) {
      const at = this.length + i;
      this.steps[at] = rows.steps[i]!;
      this.timestamps[at] = rows.timestamps[i]!;
      this.values[at] = rows.values[i]!;
      const stepRest = rows.stepRests?.[i] ?? 0;
      const timestampRest = rows.timestampRests?.[i] ?? 0;
      this.rests.set(at, stepRest, timestampRest);
      this.facts.add(rows.steps[i]!, rows.timestamps[i]!, rows.values[i]!, stepRest, timestampRest);
    }
    this.length = length;
  }

  /** What a picture of the history draws. */
  sample(key: SeriesKey, sampling: Sampling, complete: boolean): SampledSeries {
    const origin = key.origin ?? this.firstTimestamp();
    const ordered = this.ordered(sampling.x, origin);
    const drawable = firstDrawable(ordered.x, sampling.logX);
    const from0 = (column: Float64Array): Float64Array => column.subarray(drawable);
    const columns: SampledLine = {
      x: from0(ordered.x),
      y: from0(ordered.y),
      steps: from0(ordered.steps),
      timestamps: from0(ordered.timestamps),
      ...(ordered.stepRests ? { stepRests: from0(ordered.stepRests) } : {}),
      ...(ordered.timestampRests ? { timestampRests: from0(ordered.timestampRests) } : {}),
    };
    const { x, y } = columns;
    const usual = usualExtent(this.facts, sampling, origin);
    const extent = usual ?? (x.length > 0 ? ([x[0]!, x[x.length - 1]!] as [number, number]) : null);
    const range = sampling.range ?? usual;
    const from = range ? lowerBound(x, range[0]) : 0;
    const to = range ? upperBound(x, range[1]) : x.length;
    // One point beyond each end, so that the line runs out of the picture.
    const start = neighbour(y, from, -1, sampling.logY);
    const end = neighbour(y, to - 1, 1, sampling.logY) + 1;
    const exact = to - from <= sampling.buckets * EXACT_PER_COLUMN;
    const bucketRange = range ?? extent;
    const buckets = new Buckets(
      Math.max(1, Math.floor(sampling.buckets)),
      bucketRange && usable(bucketRange, sampling.logX) ? bucketRange : null,
      sampling.logX,
    );
    let notPositive = drawable;
    for (let i = 0; sampling.logY && i < y.length; i++) {
      notPositive += y[i]! <= 0 ? 1 : 0;
    }
    for (let i = Math.min(start, from); i < Math.max(end, to); i++) {
      pushRow(buckets, columns, i, sampling.logY);
    }
    let smoothed: SampledSeries['smoothed'] = null;
    if (sampling.smoothing && sampling.smoothing.weight > 0) {
      const values = smooth(x, y, sampling.smoothing);
      const line = exact
        ? exactLine({ ...columns, y: values }, start, end, sampling.logY)
        : bucketLine({ ...columns, y: values }, start, end, sampling, bucketRange);
      smoothed = { x: line.x, y: line.y };
    }
    return {
      runId: key.runId,
      key: key.key,
      complete,
      line: exact ? exactLine(columns, start, end, sampling.logY) : buckets.line(),
      smoothed,
      smoothingProblem: null,
      marks: buckets.marks(),
      ...this.facts.describe(toX(sampling.x, origin)),
      notPositive,
      visible: Math.max(0, to - from),
      exact,
      buckets: buckets.filled(),
      extent,
      oddTimes: this.facts.oddTimes(sampling.x),
      shared: sampling.x === 'step' ? sharedSteps(columns) : null,
    };
  }

  /** The rows as they came. */
  rows(): Omit<MetricHistory, 'runId' | 'key'> {
    return {
      steps: this.steps.subarray(0, this.length),
      timestamps: this.timestamps.subarray(0, this.length),
      values: this.values.subarray(0, this.length),
      ...this.rests.columns(this.length, null),
    };
  }

  /** Of the earliest row, ms; 0 where there is none. Of those that can be ms, where there are such. */
  firstTimestamp(): number {
    const usual = this.facts.usualTimes();
    if (usual) {
      return usual[0];
    }
    let first = Infinity;
    for (let i = 0; i < this.length; i++) {
      first = Math.min(first, this.timestamps[i]!);
    }
    return Number.isFinite(first) ? first : 0;
  }

  /** The columns in the order of x; no copy where the rows came in that order and x is a column. */
  private ordered(kind: XKind, origin: number): SampledLine {
    const by = kind === 'step' ? 'step' : 'time';
    let known = this.orders.get(by);
    if (!known || known.length !== this.length) {
      known = { length: this.length, order: this.orderBy(by) };
      this.orders.set(by, known);
    }
    const { order } = known;
    const steps = pick(this.steps, this.length, order);
    const timestamps = pick(this.timestamps, this.length, order);
    const y = pick(this.values, this.length, order);
    const x =
      kind === 'step' ? steps : kind === 'time' ? timestamps : timestamps.map((time) => time - origin);
    return { x, y, steps, timestamps, ...this.rests.columns(this.length, order) };
  }

  /** The rows' order by x, then by MLflow's (step, timestamp, value); null where they already are in it. */
  private orderBy(by: 'step' | 'time'): Uint32Array | null {
    const first = by === 'step' ? this.steps : this.timestamps;
    const second = by === 'step' ? this.timestamps : this.steps;
    const { values, rests } = this;
    const compareRests = (a: number, b: number, of: 'step' | 'time'): number =>
      of === 'step' ? rests.compareSteps(a, b) : rests.compareTimes(a, b);
    const then = by === 'step' ? 'time' : 'step';
    const compare = (a: number, b: number): number =>
      first[a]! - first[b]! ||
      compareRests(a, b, by) ||
      second[a]! - second[b]! ||
      compareRests(a, b, then) ||
      compareValues(values[a]!, values[b]!);
    let sorted = true;
    for (let i = 1; i < this.length && sorted; i++) {
      sorted = compare(i - 1, i) <= 0;
    }
    if (sorted) {
      return null;
    }
    const order = new Uint32Array(this.length);
    for (let i = 0; i < order.length; i++) {
      order[i] = i;
    }
    return order.sort(compare);
  }
}

/** How a row's x follows from its step or timestamp. */
export function toX(kind: XKind, origin: number): (row: LoggedValue) => number {
  return (row) => (kind === 'step' ? row.step : kind === 'time' ? row.timestamp : row.timestamp - origin);
}

function compareValues(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function resized(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}

function pick(column: Float64Array, length: number, order: Uint32Array | null): Float64Array {
  if (!order) {
    return column.subarray(0, length);
  }
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    out[i] = column[order[i]!]!;
  }
  return out;
}

function firstDrawable(x: Float64Array, logX: boolean): number {
  let first = 0;
  while (logX && first < x.length && x[first]! <= 0) {
    first++;
  }
  return first;
}

/** A bucket range needs a positive start on a logarithmic axis. */
function usable(range: readonly [number, number], logX: boolean): boolean {
  return Number.isFinite(range[0]) && Number.isFinite(range[1]) && (!logX || range[0] > 0);
}

function bucketLine(
  columns: SampledLine,
  start: number,
  end: number,
  sampling: Sampling,
  range: readonly [number, number] | null,
): SampledLine {
  const buckets = new Buckets(
    Math.max(1, Math.floor(sampling.buckets)),
    range && usable(range, sampling.logX) ? range : null,
    sampling.logX,
  );
  for (let i = start; i < end; i++) {
    pushRow(buckets, columns, i, sampling.logY);
  }
  return buckets.line();
}

/** Rows in the order of their steps. */
function sharedSteps({ steps, stepRests }: SampledLine): NonNullable<SampledSeries['shared']> {
  const shared = { steps: 0, points: 0 };
  let first = 0;
  for (let i = 1; i <= steps.length; i++) {
    const isSame = i < steps.length && steps[i] === steps[first] && stepRests?.[i] === stepRests?.[first];
    if (!isSame) {
      if (i - first > 1) {
        shared.steps++;
        shared.points += i - first;
      }
      first = i;
    }
  }
  return shared;
}

function pushRow(buckets: Buckets, columns: SampledLine, i: number, logY: boolean): void {
  const { x, y, steps, timestamps, stepRests, timestampRests } = columns;
  const mark = markOf(y[i]!, logY);
  buckets.push(x[i]!, y[i]!, steps[i]!, timestamps[i]!, mark, stepRests?.[i] ?? 0, timestampRests?.[i] ?? 0);
}

/** Each point, with a break wherever a value cannot be drawn. */
function exactLine(columns: SampledLine, start: number, end: number, logY: boolean): SampledLine {
  const out = new Points();
  for (let i = start; i < end; i++) {
    if (markOf(columns.y[i]!, logY) < 0) {
      out.push(
        columns.x[i]!,
        columns.y[i]!,
        columns.steps[i]!,
        columns.timestamps[i]!,
        columns.stepRests?.[i],
        columns.timestampRests?.[i],
      );
    } else if (out.length > 0 && !Number.isNaN(out.y[out.length - 1])) {
      out.push(columns.x[i]!, NaN, NaN, NaN);
    }
  }
  return out.line();
}

/** The next place outside [.., index] that a line can run to, or the end of the range where there is none. */
function neighbour(y: Float64Array, index: number, direction: -1 | 1, logY: boolean): number {
  const next = direction < 0 ? index - 1 : index + 1;
  const reachable = next >= 0 && next < y.length && markOf(y[next]!, logY) < 0;
  return reachable ? next : index;
}

function lowerBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function upperBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
