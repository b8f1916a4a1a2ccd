import type { Metric } from '../../mlflow/entities';
import { restOf } from '../../mlflow/wholeNumbers';
import type { SqlValue } from './engine';

/**
 * What SQLite holds in a column need not be of the column's type. Texts stay texts; a number is written out;
 * a blob is taken for UTF-8.
 */
export function text(value: SqlValue | undefined): string {
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'object' ? Buffer.from(value).toString('utf8') : String(value);
}

export function textOrNull(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : text(value);
}

/** A number, or null where there is none to be had. */
export function numberOrNull(value: SqlValue | undefined): number | null {
  if (typeof value === 'number') {
    return value;
  }
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) {
    return Number(value);
  }
  return null;
}

export function number(value: SqlValue | undefined): number {
  return numberOrNull(value) ?? 0;
}

/** The fields of a logged value's step and time, with the rests that they have (mlflow/wholeNumbers.ts). */
export function stepAndTime(
  step: SqlValue | undefined,
  timestamp: SqlValue | undefined,
): Pick<Metric, 'step' | 'timestamp' | 'stepRest' | 'timestampRest'> {
  return {
    step: number(step),
    timestamp: number(timestamp),
    ...(typeof step === 'string' && restOf(step) !== 0 ? { stepRest: restOf(step) } : {}),
    ...(typeof timestamp === 'string' && restOf(timestamp) !== 0 ? { timestampRest: restOf(timestamp) } : {}),
  };
}

/** A metric's value: NaN is stored as 0 with a flag, the infinities as the greatest doubles (reference mlflow.md, A.2). */
export function metricValue(value: SqlValue | undefined, isNan: SqlValue | undefined): number {
  if (number(isNan) !== 0) {
    return NaN;
  }
  const stored = number(value);
  return Math.abs(stored) === Number.MAX_VALUE ? stored * 2 : stored;
}

export function lifecycle(value: SqlValue | undefined): 'active' | 'deleted' {
  return value === 'deleted' ? 'deleted' : 'active';
}
