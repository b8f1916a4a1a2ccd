import type { Metric } from './entities';

/**
 * Whether `a` is the later of two values of a metric: the one of the greatest (step, timestamp, value), which is what
 * MLflow calls a run's latest (SqlAlchemyStore, FileStore).
 */
export function isLater(a: Omit<Metric, 'key'>, b: Omit<Metric, 'key'>): boolean {
  return (
    a.step > b.step ||
    (a.step === b.step && (a.timestamp > b.timestamp || (a.timestamp === b.timestamp && a.value > b.value)))
  );
}
