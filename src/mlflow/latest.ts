/** One logged value of a metric. */
export interface LoggedValue {
  step: number;
  timestamp: number;
  value: number;
}

/** MLflow's "latest" of a run's metric: the greatest (step, timestamp, value) (reference mlflow.md, A.2). */
export function isLater(step: number, timestamp: number, value: number, than: LoggedValue): boolean {
  if (step !== than.step) {
    return step > than.step;
  }
  if (timestamp !== than.timestamp) {
    return timestamp > than.timestamp;
  }
  // A NaN is stored as 0 and compares as that.
  return (Number.isNaN(value) ? 0 : value) > (Number.isNaN(than.value) ? 0 : than.value);
}
