import type { SampledSeries, Sampling, SeriesKey } from '../mlflow/samples';
import { Buckets } from './buckets';
import { HistoryFacts, usualExtent } from './facts';
import { markOf, toX, type HistoryRows } from './history';
import { EmaSmoother, MeanSmoother, TimeWeightedSmoother, type EmitSmoothed } from './smoothing';

/**
 * A history too long to be kept, reduced to the buckets of one picture as its rows go by: memory is that of the
 * picture, whatever the length. Another picture needs the rows again.
 */
export class StreamedHistory {
  private readonly facts: HistoryFacts;
  private readonly buckets: Buckets;
  private readonly smoothed: Buckets | null;
  private readonly smoother: EmaSmoother | TimeWeightedSmoother | MeanSmoother | null;
  private smoothingProblem: string | null = null;
  private notPositive = 0;
  private low = Infinity;
  private high = -Infinity;
  private previous = -Infinity;

  /**
   * @param origin what relative time counts from, ms
   * @param span from the first drawable x of the whole history to its last, null where that is not known; only
   *   'twema' asks for it
   */
  constructor(
    private readonly sampling: Sampling,
    private readonly origin: number,
    span: number | null,
  ) {
    this.facts = new HistoryFacts();
    // Twice the columns: a range that widens as rows come fills between half of its columns and all of them.
    const columns = sampling.range ? sampling.buckets : sampling.buckets * 2;
    const make = (): Buckets => new Buckets(columns, sampling.range, sampling.logX);
    this.buckets = make();
    const { smoothing } = sampling;
    if (smoothing?.kind === 'twema' && smoothing.weight > 0 && span === null) {
      this.smoothingProblem = 'not smoothed: the history is too long to know its end first';
    }
    this.smoother = smoothing !== null && smoothing.weight > 0 ? smootherOf(smoothing, span ?? 0) : null;
    this.smoothed = this.smoother && make();
  }

  append(rows: HistoryRows): void {
    const { sampling } = this;
    for (let i = 0; i < rows.values.length; i++) {
      const step = rows.steps[i]!;
      const timestamp = rows.timestamps[i]!;
      const value = rows.values[i]!;
      const stepRest = rows.stepRests?.[i];
      const timestampRest = rows.timestampRests?.[i];
      this.facts.add(step, timestamp, value, stepRest, timestampRest);
      const x = toX(sampling.x, this.origin)({ step, timestamp, value });
      if (sampling.logX && x <= 0) {
        this.notPositive++;
        continue;
      }
      const mark = markOf(value, sampling.logY);
      this.notPositive += mark === NOT_POSITIVE ? 1 : 0;
      this.low = Math.min(this.low, x);
      this.high = Math.max(this.high, x);
      this.buckets.push(x, value, step, timestamp, mark, stepRest, timestampRest);
      this.smooth(x, value, step, timestamp);
    }
  }

  sample(key: SeriesKey, complete: boolean): SampledSeries {
    return {
      runId: key.runId,
      key: key.key,
      complete,
      line: this.buckets.line(),
      smoothed: this.smoothedLine(),
      smoothingProblem: this.smoothingProblem,
      marks: this.buckets.marks(),
      ...this.facts.describe(toX(this.sampling.x, this.origin)),
      notPositive: this.notPositive,
      visible: this.buckets.visible,
      exact: false,
      buckets: this.buckets.filled(),
      extent:
        usualExtent(this.facts, this.sampling, this.origin) ??
        (this.low <= this.high ? [this.low, this.high] : null),
      oddTimes: this.facts.oddTimes(this.sampling.x),
      shared: null,
    };
  }

  private smooth(x: number, value: number, step: number, timestamp: number): void {
    if (!this.smoother || !this.smoothed || this.smoothingProblem !== null) {
      return;
    }
    if (x < this.previous) {
      this.smoothingProblem = 'not smoothed: the history is too long and out of order';
      return;
    }
    this.previous = x;
    if (this.smoother instanceof MeanSmoother) {
      this.smoother.push(x, value, step, timestamp, this.take);
    } else {
      this.take(x, this.smoother.push(value, x), step, timestamp);
    }
  }

  private readonly take: EmitSmoothed = (x, y, step, timestamp) =>
    this.smoothed?.push(x, y, step, timestamp, markOf(y, this.sampling.logY));

  /** With the last points of a running mean, whose windows are not whole yet. */
  private smoothedLine(): SampledSeries['smoothed'] {
    if (!this.smoothed || this.smoothingProblem !== null) {
      return null;
    }
    const { x, y } = this.smoothed.line();
    const [restX, restY]: [number[], number[]] = [[], []];
    if (this.smoother instanceof MeanSmoother) {
      this.smoother.rest((atX, mean) => {
        restX.push(atX);
        restY.push(markOf(mean, this.sampling.logY) < 0 ? mean : NaN);
      });
    }
    return { x: Float64Array.from([...x, ...restX]), y: Float64Array.from([...y, ...restY]) };
  }
}

function smootherOf(
  { kind, weight }: NonNullable<Sampling['smoothing']>,
  span: number,
): EmaSmoother | TimeWeightedSmoother | MeanSmoother {
  switch (kind) {
    case 'ema':
      return new EmaSmoother(weight);
    case 'twema':
      return new TimeWeightedSmoother(weight, span);
    case 'mean':
      return new MeanSmoother(weight);
  }
}

const NOT_POSITIVE = 3;
