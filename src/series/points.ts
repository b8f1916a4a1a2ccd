import type { SampledLine } from '../mlflow/samples';
import { Rests } from './rests';

/** A growing set of points, column by column. */
export class Points {
  x = new Float64Array(256);
  y = new Float64Array(256);
  steps = new Float64Array(256);
  timestamps = new Float64Array(256);
  private readonly rests = new Rests();
  length = 0;

  push(x: number, y: number, step: number, timestamp: number, stepRest = 0, timestampRest = 0): void {
    if (this.length === this.x.length) {
      this.x = grow(this.x);
      this.y = grow(this.y);
      this.steps = grow(this.steps);
      this.timestamps = grow(this.timestamps);
    }
    this.x[this.length] = x;
    this.y[this.length] = y;
    this.steps[this.length] = step;
    this.timestamps[this.length] = timestamp;
    this.rests.set(this.length, stepRest, timestampRest);
    this.length++;
  }

  line(): SampledLine {
    return {
      x: this.x.slice(0, this.length),
      y: this.y.slice(0, this.length),
      steps: this.steps.slice(0, this.length),
      timestamps: this.timestamps.slice(0, this.length),
      ...this.rests.columns(this.length, null),
    };
  }
}

function grow(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}

/** Rounding can put two points that differ in the last digits into each other's columns. */
export function ascending(line: SampledLine): SampledLine {
  if (line.x.every((x, i) => i === 0 || x >= line.x[i - 1]!)) {
    return line;
  }
  const order = Array.from(line.x.keys()).sort((a, b) => line.x[a]! - line.x[b]! || a - b);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(order, (index) => column[index]!);
  return {
    x: pick(line.x),
    y: pick(line.y),
    steps: pick(line.steps),
    timestamps: pick(line.timestamps),
    ...(line.stepRests ? { stepRests: pick(line.stepRests) } : {}),
    ...(line.timestampRests ? { timestampRests: pick(line.timestampRests) } : {}),
  };
}
