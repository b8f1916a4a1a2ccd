import type { Smoothing } from '../mlflow/samples';

/** W&B's scale of a time-weighted step: the whole x range counts as 1,000 units (ui.md, part 2, section 2). */
const VIEWPORT_SCALE = 1000;
/** The running mean's widest window, points. */
const WIDEST_WINDOW = 101;

/** The running mean's window for a weight of 0 to 1: an odd number of points, 1 to 101. */
export function meanWindow(weight: number): number {
  return 2 * Math.round((clamp(weight) * (WIDEST_WINDOW - 1)) / 2) + 1;
}

/**
 * The smoothed values of a whole history, in the order of x. What is not finite stays as it is, and smoothing
 * starts anew after it: nothing is averaged across a gap. Source of the rules: reference ui.md, part 2,
 * section 2.
 *
 * @param x positions, ascending; `twema` weighs by their distance
 * @param y values of the same length
 */
export function smooth(x: Float64Array, y: Float64Array, smoothing: Smoothing): Float64Array {
  if (isConstant(y)) {
    return y.slice();
  }
  switch (smoothing.kind) {
    case 'ema':
      return exponential(y, clamp(smoothing.weight));
    case 'twema':
      return timeWeighted(x, y, smoothing.weight);
    case 'mean':
      return runningMean(y, meanWindow(smoothing.weight));
  }
}

/** TensorBoard's: last = w last + (1 - w) y, divided by 1 - w^n. */
function exponential(y: Float64Array, weight: number): Float64Array {
  const out = new Float64Array(y.length);
  const smoother = new EmaSmoother(weight);
  for (let i = 0; i < y.length; i++) {
    out[i] = smoother.push(y[i]!);
  }
  return out;
}

/** The same, one value at a time, for histories that are not kept. */
export class EmaSmoother {
  private last = 0;
  private count = 0;
  private power = 1;

  constructor(private readonly weight: number) {}

  push(value: number): number {
    if (!Number.isFinite(value)) {
      this.last = 0;
      this.count = 0;
      this.power = 1;
      return value;
    }
    this.last = this.last * this.weight + (1 - this.weight) * value;
    this.count++;
    this.power *= this.weight;
    return this.weight === 1 ? this.last : this.last / (1 - this.power);
  }
}

/** W&B's: the weight of what came before falls with the distance on x, not with the number of points. */
function timeWeighted(x: Float64Array, y: Float64Array, parameter: number): Float64Array {
  const out = new Float64Array(y.length);
  const smoother = new TimeWeightedSmoother(parameter, x.length > 0 ? x[x.length - 1]! - x[0]! : 0);
  for (let i = 0; i < y.length; i++) {
    out[i] = smoother.push(y[i]!, x[i]!);
  }
  return out;
}

/** The same, one value at a time. */
export class TimeWeightedSmoother {
  private readonly weight: number;
  private sum = 0;
  private total = 0;
  private previous = NaN;

  /** @param span from the first x of the whole history to its last */
  constructor(
    parameter: number,
    private readonly span: number,
  ) {
    this.weight = Math.min(Math.sqrt(Math.max(0, parameter)), 0.999);
  }

  push(value: number, x: number): number {
    if (!Number.isFinite(value)) {
      this.sum = 0;
      this.total = 0;
      this.previous = NaN;
      return value;
    }
    const distance =
      Number.isNaN(this.previous) || this.span === 0 ? 0 : ((x - this.previous) / this.span) * VIEWPORT_SCALE;
    const keep = this.weight ** distance;
    this.sum = this.sum * keep + value;
    this.total = this.total * keep + 1;
    this.previous = x;
    return this.sum / this.total;
  }
}

/** The mean of the window's points around each, fewer at an end and beside a gap. */
function runningMean(y: Float64Array, window: number): Float64Array {
  const out = new Float64Array(y.length);
  const half = (window - 1) / 2;
  let start = 0;
  while (start < y.length) {
    if (!Number.isFinite(y[start]!)) {
      out[start] = y[start]!;
      start++;
      continue;
    }
    let end = start;
    while (end < y.length && Number.isFinite(y[end]!)) {
      end++;
    }
    for (let i = start; i < end; i++) {
      const from = Math.max(start, i - half);
      const to = Math.min(end - 1, i + half);
      // Summed anew each time: a sliding sum would carry a spike's rounding error to the end.
      let sum = 0;
      for (let j = from; j <= to; j++) {
        sum += y[j]!;
      }
      out[i] = sum / (to - from + 1);
    }
    start = end;
  }
  return out;
}

/** A smoothed value and the point that it belongs to. */
export type EmitSmoothed = (x: number, y: number, step: number, timestamp: number) => void;

/** The running mean one point at a time, for histories that are not kept: no more is held than the window. */
export class MeanSmoother {
  private readonly half: number;
  /** The last points since a gap, at most a window of them. */
  private points: [x: number, y: number, step: number, timestamp: number][] = [];
  /** How many of them, from the end, still wait for what comes after them. */
  private waiting = 0;

  constructor(weight: number) {
    this.half = (meanWindow(weight) - 1) / 2;
  }

  /** Emits the point whose window is now whole; at a gap all that wait, then the gap itself. */
  push(x: number, y: number, step: number, timestamp: number, emit: EmitSmoothed): void {
    if (!Number.isFinite(y)) {
      this.rest(emit);
      this.points = [];
      this.waiting = 0;
      emit(x, y, step, timestamp);
      return;
    }
    this.points.push([x, y, step, timestamp]);
    this.waiting++;
    if (this.waiting > this.half) {
      this.emitAt(this.points.length - this.waiting, emit);
      this.waiting--;
    }
    if (this.points.length > 2 * this.half) {
      this.points.shift();
    }
  }

  /** Emits those that wait as if no more came; they go on waiting. */
  rest(emit: EmitSmoothed): void {
    for (let at = this.points.length - this.waiting; at < this.points.length; at++) {
      this.emitAt(at, emit);
    }
  }

  private emitAt(at: number, emit: EmitSmoothed): void {
    const from = Math.max(0, at - this.half);
    const to = Math.min(this.points.length - 1, at + this.half);
    let sum = 0;
    for (let i = from; i <= to; i++) {
      sum += this.points[i]![1];
    }
    const [x, , step, timestamp] = this.points[at]!;
    emit(x, sum / (to - from + 1), step, timestamp);
  }
}

function isConstant(y: Float64Array): boolean {
  return y.every((value) => value === y[0]);
}

function clamp(weight: number): number {
  return Number.isFinite(weight) ? Math.min(1, Math.max(0, weight)) : 0;
}
