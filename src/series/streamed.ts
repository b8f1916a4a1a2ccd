import type { SampledSeries, Sampling, SeriesKey } from '../mlflow/samples';
import { Buckets } from './buckets';
import { HistoryFacts, markOf, toX, type HistoryRows } from './history';
import { EmaSmoother } from './smoothing';

/**
 * A history too long to be kept, reduced to the buckets of one picture as its rows go by: memory is that of the
 * picture, whatever the length. Another picture needs the rows again.
 */
export class StreamedHistory {
  private readonly facts: HistoryFacts;
  private readonly buckets: Buckets;
  private readonly smoothed: Buckets | null;
  private readonly smoother: EmaSmoother | null;
  private smoothingProblem: string | null = null;
  private readonly origin: number;
  private notPositive = 0;
  private low = Infinity;
  private high = -Infinity;
  private previous = -Infinity;

  /** @param origin what relative time counts from, ms */
  constructor(
    private readonly sampling: Sampling,
    origin: number,
  ) {
    this.origin = origin;
    this.facts = new HistoryFacts();
    // Twice the columns: a range that widens as rows come fills between half of its columns and all of them.
    const columns = sampling.range ? sampling.buckets : sampling.buckets * 2;
    const make = (): Buckets => new Buckets(columns, sampling.range, sampling.logX);
    this.buckets = make();
    const { smoothing } = sampling;
    const smooth = smoothing !== null && smoothing.weight > 0;
    this.smoother = smooth && smoothing.kind === 'ema' ? new EmaSmoother(smoothing.weight) : null;
    this.smoothed = this.smoother && make();
    if (smooth && !this.smoother) {
      this.smoothingProblem = 'so long a history is smoothed by "exponential" only';
    }
  }

  append(rows: HistoryRows): void {
    const { sampling } = this;
    for (let i = 0; i < rows.values.length; i++) {
      const step = rows.steps[i]!;
      const timestamp = rows.timestamps[i]!;
      const value = rows.values[i]!;
      this.facts.add(step, timestamp, value);
      const x = toX(sampling.x, this.origin)({ step, timestamp, value });
      if (sampling.logX && x <= 0) {
        this.notPositive++;
        continue;
      }
      const mark = markOf(value, sampling.logY);
      this.notPositive += mark === NOT_POSITIVE ? 1 : 0;
      this.low = Math.min(this.low, x);
      this.high = Math.max(this.high, x);
      this.buckets.push(x, value, step, timestamp, mark);
      this.smooth(x, value, step, timestamp);
    }
  }

  sample(key: SeriesKey, complete: boolean): SampledSeries {
    const line = this.smoothingProblem === null ? this.smoothed?.line() : undefined;
    return {
      runId: key.runId,
      key: key.key,
      complete,
      line: this.buckets.line(),
      smoothed: line ? { x: line.x, y: line.y } : null,
      smoothingProblem: this.smoothingProblem,
      marks: this.buckets.marks(),
      ...this.facts.describe(toX(this.sampling.x, this.origin)),
      notPositive: this.notPositive,
      visible: this.buckets.visible,
      exact: false,
      buckets: this.buckets.filled(),
      extent: this.low <= this.high ? [this.low, this.high] : null,
    };
  }

  private smooth(x: number, value: number, step: number, timestamp: number): void {
    if (!this.smoother || !this.smoothed || this.smoothingProblem !== null) {
      return;
    }
    if (x < this.previous) {
      this.smoothingProblem = 'not smoothed: so long a history, out of order';
      return;
    }
    this.previous = x;
    const smoothed = this.smoother.push(value);
    this.smoothed.push(x, smoothed, step, timestamp, markOf(smoothed, this.sampling.logY));
  }
}

const NOT_POSITIVE = 3;
