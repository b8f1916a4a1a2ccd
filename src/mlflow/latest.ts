import type { LoggedAt } from './entities';
import { compareWhole } from './wholeNumbers';

/** One logged value of a metric. */
export interface LoggedValue extends LoggedAt {
  value: number;
}

/** MLflow's "latest" of a run's metric: the greatest (step, timestamp, value) (reference mlflow.md, A.2). */
export function isLater(
  step: number,
  timestamp: number,
  value: number,
  than: LoggedValue,
  stepRest = 0,
  timestampRest = 0,
): boolean {
  const steps = compareWhole(step, stepRest, than.step, than.stepRest ?? 0);
  if (steps !== 0) {
    return steps > 0;
  }
  const times = compareWhole(timestamp, timestampRest, than.timestamp, than.timestampRest ?? 0);
  if (times !== 0) {
    return times > 0;
  }
  // A NaN is stored as 0 and compares as that.
  return (Number.isNaN(value) ? 0 : value) > (Number.isNaN(than.value) ? 0 : than.value);
}

/** The same of two values that are there as such. */
export function isMetricLater(metric: LoggedValue, than: LoggedValue): boolean {
  const { step, timestamp, value, stepRest, timestampRest } = metric;
  return isLater(step, timestamp, value, than, stepRest, timestampRest);
}
