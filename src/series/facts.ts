import { isLater, type LoggedValue } from '../mlflow/latest';
import type { SampledPoint, SampledSeries, Sampling, XKind } from '../mlflow/samples';
import { isUsual, oddUnit, type OddUnit } from '../mlflow/times';

/** What is known of a whole history, kept up to date as rows come. */
export class HistoryFacts {
  points = 0;
  nan = 0;
  infinite = 0;
  private lowest: LoggedValue | null = null;
  private highest: LoggedValue | null = null;
  private latest: LoggedValue | null = null;
  private readonly odd = new Map<OddUnit, number>();
  private usual: [number, number] | null = null;

  add(step: number, timestamp: number, value: number, stepRest = 0, timestampRest = 0): void {
    this.points++;
    this.addTime(timestamp);
    if (Number.isNaN(value)) {
      this.nan++;
    } else if (!Number.isFinite(value)) {
      this.infinite++;
    } else {
      if (!this.lowest || value < this.lowest.value) {
        this.lowest = loggedValue(step, timestamp, value, stepRest, timestampRest);
      }
      if (!this.highest || value > this.highest.value) {
        this.highest = loggedValue(step, timestamp, value, stepRest, timestampRest);
      }
    }
    if (!this.latest || isLater(step, timestamp, value, this.latest, stepRest, timestampRest)) {
      this.latest = loggedValue(step, timestamp, value, stepRest, timestampRest);
    }
  }

  private addTime(timestamp: number): void {
    const unit = isUsual(timestamp) ? null : oddUnit(timestamp);
    if (unit) {
      this.odd.set(unit, (this.odd.get(unit) ?? 0) + 1);
    } else if (!this.usual) {
      this.usual = [timestamp, timestamp];
    } else if (timestamp < this.usual[0]) {
      this.usual[0] = timestamp;
    } else if (timestamp > this.usual[1]) {
      this.usual[1] = timestamp;
    }
  }

  /** Points whose times look as if they were in another unit; asked of a picture over time. */
  oddTimes(x: XKind): SampledSeries['oddTimes'] {
    return x === 'step' ? [] : [...this.odd].map(([unit, points]) => ({ unit, points }));
  }

  /** From the first to the last time that can be milliseconds, where not all can: what a picture over time shows. */
  usualTimes(): [number, number] | null {
    return this.odd.size > 0 ? this.usual : null;
  }

  describe(
    toX: (row: LoggedValue) => number,
  ): Pick<SampledSeries, 'points' | 'nan' | 'infinite' | 'min' | 'max' | 'last'> {
    const point = (row: LoggedValue | null): SampledPoint | null => {
      if (!row) {
        return null;
      }
      const { value, ...at } = row;
      return { x: toX(row), y: value, ...at };
    };
    return {
      points: this.points,
      nan: this.nan,
      infinite: this.infinite,
      min: point(this.lowest),
      max: point(this.highest),
      last: point(this.latest),
    };
  }
}

function loggedValue(
  step: number,
  timestamp: number,
  value: number,
  stepRest: number,
  timestampRest: number,
): LoggedValue {
  return {
    ...{ step, timestamp, value },
    ...(stepRest === 0 ? {} : { stepRest }),
    ...(timestampRest === 0 ? {} : { timestampRest }),
  };
}

/** What of x stays readable where some times are in another unit; null where none is, or x is no time. */
export function usualExtent(
  facts: HistoryFacts,
  { x, logX }: Pick<Sampling, 'x' | 'logX'>,
  origin: number,
): [number, number] | null {
  const usual = x === 'step' ? null : facts.usualTimes();
  if (!usual) {
    return null;
  }
  const start = x === 'relative' ? origin : 0;
  const [low, high] = [usual[0] - start, usual[1] - start];
  return logX && low <= 0 ? null : [low, high];
}
