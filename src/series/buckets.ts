import { MARK_KINDS, type SampledLine, type SampledMarks } from '../mlflow/samples';
import { compareWhole } from '../mlflow/wholeNumbers';
import { ascending, Points } from './points';
import { Rests } from './rests';

/** Slots of a bucket, in this order in the columns. */
const SLOTS = 4;
const FIRST = 0;
const LOWEST = 1;
const HIGHEST = 2;
const LAST = 3;

/**
 * Points sorted into equal columns of the x axis. Each keeps its first, lowest, highest and last point, so that
 * a spike of one step is drawn at any width (the "M4" reduction), and counts what no line can show. Points may
 * come in any order and any number: memory is that of the columns.
 *
 * Without a range the columns widen as points come: when one falls outside, neighbours are merged and the width
 * doubles, so there are between half of `columns` and all of them.
 */
export class Buckets {
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly steps: Float64Array;
  private readonly timestamps: Float64Array;
  private readonly rests = new Rests();
  private readonly counts: Float64Array;
  private readonly markCounts: Float64Array;
  private readonly markX: Float64Array;
  private readonly fixed: boolean;
  /** Start and width in the axis' own measure: x, or its logarithm. */
  private start = 0;
  private width = 0;
  private readonly before = new Neighbour(-1);
  private readonly after = new Neighbour(1);
  /** Points inside the range, finite or not. */
  visible = 0;

  constructor(
    private readonly columns: number,
    range: readonly [number, number] | null,
    private readonly log: boolean,
  ) {
    this.x = new Float64Array(columns * SLOTS);
    this.y = new Float64Array(columns * SLOTS);
    this.steps = new Float64Array(columns * SLOTS);
    this.timestamps = new Float64Array(columns * SLOTS);
    this.counts = new Float64Array(columns);
    this.markCounts = new Float64Array(columns * MARK_KINDS.length);
    this.markX = new Float64Array(columns * MARK_KINDS.length);
    this.fixed = range !== null;
    if (range) {
      this.start = this.measure(range[0]);
      this.width = (this.measure(range[1]) - this.start) / columns;
    }
  }

  /** @param mark index into MARK_KINDS, or -1 for a value that a line can show */
  push(
    x: number,
    y: number,
    step: number,
    timestamp: number,
    mark: number,
    stepRest = 0,
    timestampRest = 0,
  ): void {
    const position = this.measure(x);
    let column = this.columnOf(position);
    if (column < 0 || column >= this.columns) {
      if (this.fixed) {
        if (mark < 0) {
          (column < 0 ? this.before : this.after).offer(x, y, step, timestamp, stepRest, timestampRest);
        }
        return;
      }
      column = this.widenFor(position);
    }
    this.visible++;
    if (mark >= 0) {
      const index = column * MARK_KINDS.length + mark;
      const count = this.markCounts[index]!;
      this.markX[index] = count === 0 ? x : Math.min(x, this.markX[index]!);
      this.markCounts[index] = count + 1;
      return;
    }
    this.add(column, x, y, step, timestamp, stepRest, timestampRest);
  }

  /** What is drawn, in the order of x, with a break where a column holds nothing but gaps. */
  line(): SampledLine {
    const out = new Points();
    this.before.write(out);
    for (let column = 0; column < this.columns; column++) {
      if (this.counts[column] === 0) {
        const gap = this.firstMark(column);
        if (gap !== null && out.length > 0 && !Number.isNaN(out.y[out.length - 1])) {
          out.push(gap, NaN, NaN, NaN);
        }
        continue;
      }
      this.writeColumn(column, out);
    }
    this.after.write(out);
    return ascending(out.line());
  }

  marks(): SampledMarks {
    const x: number[] = [];
    const kinds: number[] = [];
    const counts: number[] = [];
    for (let index = 0; index < this.markCounts.length; index++) {
      if (this.markCounts[index]! > 0) {
        x.push(this.markX[index]!);
        kinds.push(index % MARK_KINDS.length);
        counts.push(this.markCounts[index]!);
      }
    }
    return { x: Float64Array.from(x), kinds: Uint8Array.from(kinds), counts: Float64Array.from(counts) };
  }

  /** Columns that hold a point. */
  filled(): number {
    return this.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  }

  private measure(x: number): number {
    return this.log ? Math.log10(x) : x;
  }

  private columnOf(position: number): number {
    if (this.width === 0) {
      // The only x so far, or a range of no width, falls into the first column.
      const known = this.fixed || this.visible > 0;
      return position === this.start && known ? 0 : position < this.start ? -1 : this.columns;
    }
    const column = Math.floor((position - this.start) / this.width);
    // The end of a range belongs to its last column.
    return this.fixed && column === this.columns && position <= this.start + this.width * this.columns
      ? this.columns - 1
      : column;
  }

  private widenFor(position: number): number {
    if (this.visible === 0) {
      this.start = position;
      return 0;
    }
    if (this.width === 0) {
      // Two different x are known now. The smallest width whose columns differ at this magnitude.
      const distance = Math.abs(position - this.start);
      this.width = distance / (this.columns / 2);
      if (position < this.start) {
        this.moveTo(Math.floor(this.columns / 2), position);
      }
    }
    let column = this.columnOf(position);
    while (column < 0 || column >= this.columns) {
      this.double(column < 0);
      column = this.columnOf(position);
    }
    return column;
  }

  /** Moves the only filled column, 0, to `column`, so that the columns start at `start`. */
  private moveTo(column: number, start: number): void {
    this.start = start;
    this.mergeInto(0, column);
    this.clear(0);
  }

  /** Twice the width; the columns grow towards lower or higher x. */
  private double(lower: boolean): void {
    const half = Math.floor(this.columns / 2);
    if (lower) {
      // Old column c goes to half + floor(c / 2), from the end so that nothing is overwritten unread.
      for (let column = this.columns - 1; column >= 0; column--) {
        const target = half + (column >> 1);
        if (target !== column && target < this.columns) {
          this.mergeInto(column, target);
          this.clear(column);
        }
      }
      this.start -= half * 2 * this.width;
    } else {
      for (let column = 1; column < this.columns; column++) {
        this.mergeInto(column, column >> 1);
        this.clear(column);
      }
    }
    this.width *= 2;
  }

  private mergeInto(from: number, to: number): void {
    if (this.counts[from]! > 0) {
      const count = this.counts[to]! + this.counts[from]!;
      for (let slot = 0; slot < SLOTS; slot++) {
        const index = from * SLOTS + slot;
        this.add(
          to,
          this.x[index]!,
          this.y[index]!,
          this.steps[index]!,
          this.timestamps[index]!,
          this.rests.step(index),
          this.rests.timestamp(index),
        );
      }
      this.counts[to] = count;
    }
    for (let kind = 0; kind < MARK_KINDS.length; kind++) {
      const source = from * MARK_KINDS.length + kind;
      const target = to * MARK_KINDS.length + kind;
      if (this.markCounts[source]! > 0) {
        this.markX[target] =
          this.markCounts[target] === 0
            ? this.markX[source]!
            : Math.min(this.markX[source]!, this.markX[target]!);
        this.markCounts[target] = this.markCounts[target]! + this.markCounts[source]!;
      }
    }
  }

  private clear(column: number): void {
    this.counts[column] = 0;
    this.markCounts.fill(0, column * MARK_KINDS.length, (column + 1) * MARK_KINDS.length);
  }

  private add(
    column: number,
    x: number,
    y: number,
    step: number,
    timestamp: number,
    stepRest: number,
    timestampRest: number,
  ): void {
    const base = column * SLOTS;
    if (this.counts[column] === 0) {
      for (let slot = 0; slot < SLOTS; slot++) {
        this.write(base + slot, x, y, step, timestamp, stepRest, timestampRest);
      }
    } else {
      if (this.precedes(x, step, timestamp, y, stepRest, timestampRest, base + FIRST)) {
        this.write(base + FIRST, x, y, step, timestamp, stepRest, timestampRest);
      }
      if (!this.precedes(x, step, timestamp, y, stepRest, timestampRest, base + LAST)) {
        this.write(base + LAST, x, y, step, timestamp, stepRest, timestampRest);
      }
      if (y < this.y[base + LOWEST]!) {
        this.write(base + LOWEST, x, y, step, timestamp, stepRest, timestampRest);
      }
      if (y > this.y[base + HIGHEST]!) {
        this.write(base + HIGHEST, x, y, step, timestamp, stepRest, timestampRest);
      }
    }
    this.counts[column] = this.counts[column]! + 1;
  }

  private write(
    index: number,
    x: number,
    y: number,
    step: number,
    timestamp: number,
    stepRest: number,
    timestampRest: number,
  ): void {
    this.x[index] = x;
    this.y[index] = y;
    this.steps[index] = step;
    this.timestamps[index] = timestamp;
    this.rests.set(index, stepRest, timestampRest);
  }

  private firstMark(column: number): number | null {
    let first: number | null = null;
    for (let kind = 0; kind < MARK_KINDS.length; kind++) {
      const index = column * MARK_KINDS.length + kind;
      if (this.markCounts[index]! > 0) {
        first = Math.min(first ?? Infinity, this.markX[index]!);
      }
    }
    return first;
  }

  private writeColumn(column: number, out: Points): void {
    const base = column * SLOTS;
    const lowestFirst = this.precedes(
      this.x[base + LOWEST]!,
      this.steps[base + LOWEST]!,
      this.timestamps[base + LOWEST]!,
      this.y[base + LOWEST]!,
      this.rests.step(base + LOWEST),
      this.rests.timestamp(base + LOWEST),
      base + HIGHEST,
    );
    const order = lowestFirst ? [FIRST, LOWEST, HIGHEST, LAST] : [FIRST, HIGHEST, LOWEST, LAST];
    let previous = -1;
    for (const slot of order) {
      const index = base + slot;
      if (previous < 0 || !this.same(index, previous)) {
        out.push(
          this.x[index]!,
          this.y[index]!,
          this.steps[index]!,
          this.timestamps[index]!,
          this.rests.step(index),
          this.rests.timestamp(index),
        );
        previous = index;
      }
    }
  }

  private same(a: number, b: number): boolean {
    return (
      this.x[a] === this.x[b] &&
      this.y[a] === this.y[b] &&
      this.steps[a] === this.steps[b] &&
      this.timestamps[a] === this.timestamps[b] &&
      this.rests.compareSteps(a, b) === 0 &&
      this.rests.compareTimes(a, b) === 0
    );
  }

  /** Whether a point comes before a kept one: by x, then MLflow's order (step, timestamp, value). */
  private precedes(
    x: number,
    step: number,
    timestamp: number,
    y: number,
    stepRest: number,
    timestampRest: number,
    kept: number,
  ): boolean {
    if (x !== this.x[kept]!) {
      return x < this.x[kept]!;
    }
    const steps = compareWhole(step, stepRest, this.steps[kept]!, this.rests.step(kept));
    if (steps !== 0) {
      return steps < 0;
    }
    const times = compareWhole(timestamp, timestampRest, this.timestamps[kept]!, this.rests.timestamp(kept));
    return times !== 0 ? times < 0 : y < this.y[kept]!;
  }
}

/** The nearest point outside the range: the line runs on to it, out of the picture. */
class Neighbour {
  private point: Parameters<Points['push']> | null = null;

  /** @param side -1 below the range, 1 above it */
  constructor(private readonly side: -1 | 1) {}

  offer(...point: [x: number, y: number, step: number, timestamp: number, ...rests: [number, number]]): void {
    if (!this.point || (this.side < 0 ? point[0] >= this.point[0] : point[0] < this.point[0])) {
      this.point = point;
    }
  }

  write(out: Points): void {
    if (this.point) {
      out.push(...this.point);
    }
  }
}
