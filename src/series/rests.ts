/** Two columns of rests beside those of steps and timestamps (mlflow/wholeNumbers.ts): made when the first is not 0. */
export class Rests {
  private steps: Float64Array | null = null;
  private timestamps: Float64Array | null = null;

  set(at: number, stepRest: number, timestampRest: number): void {
    if (stepRest !== 0 || this.steps !== null) {
      this.steps = written(this.steps, at, stepRest);
    }
    if (timestampRest !== 0 || this.timestamps !== null) {
      this.timestamps = written(this.timestamps, at, timestampRest);
    }
  }

  step(at: number): number {
    return this.steps?.[at] ?? 0;
  }

  timestamp(at: number): number {
    return this.timestamps?.[at] ?? 0;
  }

  compareSteps(a: number, b: number): number {
    return this.step(a) - this.step(b);
  }

  compareTimes(a: number, b: number): number {
    return this.timestamp(a) - this.timestamp(b);
  }

  /** The columns of the first `length` rows, in an order; without those that hold nothing but 0. */
  columns(
    length: number,
    order: ArrayLike<number> | null,
  ): { stepRests?: Float64Array<ArrayBuffer>; timestampRests?: Float64Array<ArrayBuffer> } {
    const pick = (of: (at: number) => number): Float64Array<ArrayBuffer> =>
      Float64Array.from({ length }, (_, i) => of(order ? order[i]! : i));
    return {
      ...(this.steps ? { stepRests: pick((at) => this.step(at)) } : {}),
      ...(this.timestamps ? { timestampRests: pick((at) => this.timestamp(at)) } : {}),
    };
  }
}

function written(column: Float64Array | null, at: number, rest: number): Float64Array {
  let whole = column ?? new Float64Array(256);
  if (at >= whole.length) {
    const larger = new Float64Array(Math.max(at + 1, whole.length * 2));
    larger.set(whole);
    whole = larger;
  }
  whole[at] = rest;
  return whole;
}
