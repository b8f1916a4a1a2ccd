/** In what a number is counted, where its name says it. */
import { formatNumber, formatSize } from './format';

/** What MLflow's system metrics and models are measured in. */
export type Unit = 'bytes' | 'megabytes' | 'percent' | 'watts';

/**
 * The unit that a metric's name says: of MLflow's system metrics (`system/cpu_utilization_percentage`,
 * `system/disk_usage_megabytes`, `system/gpu_0_power_usage_watts`: mlflow/system_metrics/metrics/), and any in `bytes`
 * (`model_size_bytes`). null where the name says none, or says one that the number carries already ("time_seconds").
 */
export function unitOfMetric(key: string): Unit | null {
  const system = /^system\/.*_(percentage|megabytes|watts)$/.exec(key)?.[1];
  switch (system) {
    case 'percentage':
      return 'percent';
    case 'megabytes':
    case 'watts':
      return system;
    default:
      return /(^|[^a-z])bytes$/i.test(key) ? 'bytes' : null;
  }
}

/** What stands behind a number, with the blank before it where there is one; bytes have a unit each (`formatSize`). */
export const UNIT_TEXTS: Readonly<Record<Exclude<Unit, 'bytes'>, string>> = {
  megabytes: ' MB',
  percent: '%',
  watts: ' W',
};

/** A metric's value to so many digits, with its unit where the name says one: `126.6 KiB`, `12.3%`. */
export function metricText(key: string, value: number | null | undefined, digits = 4): string {
  const unit = value === null || value === undefined || !Number.isFinite(value) ? null : unitOfMetric(key);
  return unit === 'bytes'
    ? formatSize(value)
    : `${formatNumber(value, digits)}${unit === null ? '' : UNIT_TEXTS[unit]}`;
}
