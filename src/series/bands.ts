import { studentQuantile } from './statistics';

/** What a group of runs is drawn as round its mean. */
export type BandKind = 'minmax' | 'std' | 'interval';

export interface Line {
  /** Ascending; a NaN in `y` breaks the line. */
  x: Float64Array;
  y: Float64Array;
}

/** Columns of equal length, one entry a position that any member has. */
export interface Band {
  x: Float64Array;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  /** Members that cover the position: fewer near the ends of uneven runs. */
  n: Uint32Array;
}

/**
 * The mean of several lines and a band round it, at each x that one of them has. Lines without that x are
 * interpolated between their neighbours, on the logarithm of x where the axis is logarithmic, never beyond
 * their ends and never across a break.
 *
 * - `minmax`: lowest and highest.
 * - `std`: one sample standard deviation (n - 1) to each side.
 * - `interval`: the 95 % interval of the mean by Student's t (for three runs 4.30 standard errors, not 1.96).
 *
 * Where n is 1 there is no spread: low and high are NaN for `std` and `interval`.
 */
export function groupBand(lines: readonly Line[], kind: BandKind, logX: boolean): Band {
  const x = union(lines);
  const mean = new Float64Array(x.length);
  const low = new Float64Array(x.length);
  const high = new Float64Array(x.length);
  const n = new Uint32Array(x.length);
  const quantiles = new Map<number, number>();
  const aligned = lines.map((line) => alignTo(x, line, logX));
  const values: number[] = [];
  for (let i = 0; i < x.length; i++) {
    values.length = 0;
    for (const column of aligned) {
      if (!Number.isNaN(column[i]!)) {
        values.push(column[i]!);
      }
    }
    const count = values.length;
    n[i] = count;
    const average = count === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / count;
    mean[i] = average;
    if (kind === 'minmax') {
      low[i] = count === 0 ? NaN : Math.min(...values);
      high[i] = count === 0 ? NaN : Math.max(...values);
      continue;
    }
    const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
    const deviation = count < 2 ? NaN : Math.sqrt(squares / (count - 1));
    const half = kind === 'std' ? deviation : (deviation / Math.sqrt(count)) * tQuantile(count, quantiles);
    low[i] = average - half;
    high[i] = average + half;
  }
  return { x, mean, low, high, n };
}

function tQuantile(count: number, known: Map<number, number>): number {
  if (count < 2) {
    return NaN;
  }
  const found = known.get(count) ?? studentQuantile(0.975, count - 1);
  known.set(count, found);
  return found;
}

/** All x at which a line has a value, ascending, each once. */
function union(lines: readonly Line[]): Float64Array {
  const all = lines.flatMap((line) => [...line.x].filter((_, i) => !Number.isNaN(line.y[i]!)));
  const sorted = Float64Array.from(all).sort();
  return sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
}

/**
 * A line's values at given positions; NaN outside its ends and in its breaks. Where a line has several values at
 * one x, their mean stands for them.
 *
 * @param x ascending
 */
export function alignTo(x: Float64Array, line: Line, logX: boolean): Float64Array {
  const out = new Float64Array(x.length).fill(NaN);
  const scale = logX ? Math.log : (value: number) => value;
  let at = 0;
  for (let i = 0; i < x.length; i++) {
    while (at < line.x.length && line.x[at]! < x[i]!) {
      at++;
    }
    if (at < line.x.length && line.x[at] === x[i]) {
      out[i] = meanAt(line, at);
      continue;
    }
    if (at === 0 || at === line.x.length) {
      continue;
    }
    const left = scale(line.x[at - 1]!);
    const share = (scale(x[i]!) - left) / (scale(line.x[at]!) - left);
    out[i] = line.y[at - 1]! + (line.y[at]! - line.y[at - 1]!) * share;
  }
  return out;
}

function meanAt(line: Line, first: number): number {
  let sum = 0;
  let count = 0;
  for (let i = first; i < line.x.length && line.x[i] === line.x[first]; i++) {
    if (!Number.isNaN(line.y[i]!)) {
      sum += line.y[i]!;
      count++;
    }
  }
  return count === 0 ? NaN : sum / count;
}
