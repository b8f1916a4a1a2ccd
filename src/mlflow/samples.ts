import type { LoggedAt } from './entities';
import type { OddUnit } from './times';

/**
 * What a chart asks of a store: a metric's history made ready to draw. The answer holds what is drawn, never
 * the whole history, so that its size follows the width of the picture.
 */

/** `relative`: milliseconds since `origin`, the run's start. */
export type XKind = 'step' | 'time' | 'relative';

export interface Smoothing {
  /**
   * `ema`: TensorBoard's debiased exponential mean; `twema`: the time-weighted one of W&B; `mean`: a centred
   * running mean. Reference ui.md, part 2, section 2.
   */
  kind: 'ema' | 'twema' | 'mean';
  /** From 0 (none) to 1. */
  weight: number;
}

/** How a history becomes a line. */
export interface Sampling {
  x: XKind;
  /** A logarithmic x axis: buckets are equal on it, and x <= 0 is counted, not drawn. */
  logX: boolean;
  /** A logarithmic y axis: values <= 0 break the line and are counted. */
  logY: boolean;
  /** The visible part of x, in its units; null for all. */
  range: [number, number] | null;
  /** Columns of the picture, usually its width in pixels. */
  buckets: number;
  smoothing: Smoothing | null;
}

export interface SeriesKey {
  runId: string;
  key: string;
  /** Milliseconds since the epoch that relative time counts from; null: the history's first timestamp. */
  origin: number | null;
}

export interface SampleRequest extends Sampling {
  series: SeriesKey[];
  /**
   * Milliseconds after which the answer comes with what was read so far (`complete: false`); ask again for
   * the rest. Missing: everything is read.
   */
  budget?: number;
}

/** One line; columns of equal length. A NaN in `y` breaks the line. */
export interface SampledLine {
  x: Float64Array;
  y: Float64Array;
  steps: Float64Array;
  timestamps: Float64Array;
  /** What these lack, there only where one does (wholeNumbers.ts). */
  stepRests?: Float64Array;
  timestampRests?: Float64Array;
}

export const MARK_KINDS = ['NaN', '+Infinity', '-Infinity', 'notPositive'] as const;

/** Values that no line can show, by picture column. */
export interface SampledMarks {
  x: Float64Array;
  /** Index into MARK_KINDS. */
  kinds: Uint8Array;
  counts: Float64Array;
}

export interface SampledPoint extends LoggedAt {
  x: number;
  y: number;
}

export interface SampledSeries {
  runId: string;
  key: string;
  /** The history was read to its end, or as far as it will be. */
  complete: boolean;
  /** Only some points of the range are known, spread over it: a spike between them is not drawn. Missing: all are. */
  sampled?: boolean;
  line: SampledLine;
  /** Of the whole history, then sampled; null without smoothing, or where `smoothingProblem` says why. */
  smoothed: { x: Float64Array; y: Float64Array } | null;
  smoothingProblem: string | null;
  marks: SampledMarks;
  /** Of the whole history. */
  points: number;
  nan: number;
  infinite: number;
  /** Values at x <= 0 on a logarithmic x axis, and at y <= 0 on a logarithmic y axis: not drawn. */
  notPositive: number;
  /** Points inside the range, and whether each of them is drawn. */
  visible: number;
  exact: boolean;
  /** Buckets that hold something, where not each point is drawn. */
  buckets: number;
  /** Of the finite values of the whole history; null where there are none. */
  min: SampledPoint | null;
  max: SampledPoint | null;
  /** Greatest (step, timestamp, value), as MLflow's latest: may be NaN. */
  last: SampledPoint | null;
  /**
   * Of all x that can be drawn; null where there are none. Of times, without those in another unit where there are
   * others (`oddTimes`).
   */
  extent: [number, number] | null;
  /** Where x is a time: points whose time looks as if it were in another unit than ms. */
  oddTimes: { unit: OddUnit; points: number }[];
  /** Where x is the step: steps that have several points, and how many points these are; null where that is not known. */
  shared: { steps: number; points: number } | null;
}

/** All that a series holds, for moving it to another thread. */
export function buffersOf({ line, smoothed, marks }: SampledSeries): ArrayBufferLike[] {
  return [
    line.x.buffer,
    line.y.buffer,
    line.steps.buffer,
    line.timestamps.buffer,
    ...(line.stepRests ? [line.stepRests.buffer] : []),
    ...(line.timestampRests ? [line.timestampRests.buffer] : []),
    ...(smoothed ? [smoothed.x.buffer, smoothed.y.buffer] : []),
    marks.x.buffer,
    marks.kinds.buffer,
    marks.counts.buffer,
  ];
}
