/** How a cell is written. Pure. */
import {
  count,
  difference,
  exactDuration,
  exactNumber,
  formatAge,
  formatDateTime,
  formatDelta,
  formatDuration,
  formatNumber,
  groupedDigits,
  plainText,
} from '../../src/mlflow/format';
import { meanInColumn, numberInColumn, type ColumnNumber } from '../../src/mlflow/columnNumbers';
import { sourcePlace } from '../../src/mlflow/origin';
import type { TableColumn } from '../../src/mlflow/runTable';
import { UNIT_TEXTS, unitOfMetric, type Unit } from '../../src/mlflow/units';
import type { Direction } from '../../src/state/metrics';
import type { CellValue } from './chunk';

export interface CellText {
  text: string;
  /** The whole value, for hovering and copying. */
  full: string;
  right: boolean;
  /** Behind the text, and the blanks before it that make numbers stand under each other (columnNumbers.ts). */
  unit?: string;
  pad?: number;
}

const WIDE = 1000;

/** @param decimals of the column's numbers (ColumnShape) */
export function cellText(
  column: TableColumn,
  cell: CellValue,
  now: number,
  decimals: number | null = null,
): CellText {
  switch (cell.type) {
    case 'missing':
      return { text: '–', full: '', right: false };
    case 'text': {
      const text = plainText(cell.text, WIDE);
      const number = cell.numeric ? numberOfText(text, decimals) : null;
      return number
        ? { ...number, full: text, right: true }
        : { text: shortText(column, text), full: text, right: cell.numeric };
    }
    case 'number':
      return numberText(column, cell.value, now, decimals);
    case 'group':
      return groupText(column, cell, now, decimals);
  }
}

/** A number in a cell as one says it: `126.6 KiB`. */
export function spoken({ text, unit = '' }: CellText): string {
  return text + unit;
}

/** A param that is a number: as it was logged, unless it has more decimals than the column. null for `1e-5`. */
function numberOfText(text: string, decimals: number | null): ColumnNumber | null {
  const found = /^[+-]?\d+(?:\.(\d+))?$/.exec(text);
  if (!found || decimals === null) {
    return null;
  }
  const has = found[1]?.length ?? 0;
  if (has <= decimals) {
    const pad = decimals - has + (has === 0 && decimals > 0 ? 1 : 0);
    return { text, pad, unit: '' };
  }
  // Not grouped: a year, a seed and an id are no amounts. Zeros that were logged stay.
  const number = numberInColumn(Number(text), decimals);
  if (Number(number.text.replaceAll(',', '').replace('−', '-')) === Number(text)) {
    return null;
  }
  return { ...number, text: number.text.replaceAll(',', '') };
}

function groupText(
  column: TableColumn,
  { shown, n, min, max, deviation }: CellValue & { type: 'group' },
  now: number,
  decimals: number | null,
): CellText {
  const number = (value: number): string => spoken(numberText(column, value, now, decimals));
  const whole = (value: number): string => numberText(column, value, now, decimals).full;
  const values = count(n, 'value');
  if (column.kind === 'attribute' && column.key === 'start') {
    return {
      text: number(shown),
      full: `newest of ${values}, from ${formatDateTime(min)} to ${formatDateTime(max)}`,
      right: false,
    };
  }
  const full = Number.isNaN(deviation)
    ? `mean ${whole(shown)}, from ${whole(min)} to ${whole(max)}, ${values}`
    : `mean ${whole(shown)}, standard deviation ${whole(deviation)}, from ${whole(min)} to ${whole(max)}, ${values}`;
  if (Number.isNaN(deviation)) {
    return { ...numberText(column, shown, now, decimals), full };
  }
  const unit = unitOf(column);
  return column.kind === 'attribute' || unit === 'bytes'
    ? { text: `${number(shown)} ± ${number(deviation)}`, full, right: true }
    : {
        text: meanInColumn(shown, deviation, decimals) ?? meanText(shown, deviation),
        full,
        right: true,
        unit: unit ? UNIT_TEXTS[unit] : '',
      };
}

/** Both to the same decimals: two digits of the deviation, as far as four of the mean go. */
function meanText(mean: number, deviation: number): string {
  const magnitude = Math.floor(Math.log10(deviation > 0 ? deviation : Math.abs(mean) / 1000));
  const decimals = Math.max(0, 1 - magnitude);
  return (
    (Number.isFinite(magnitude) && decimals <= 6 ? meanInColumn(mean, deviation, decimals) : null) ??
    `${formatNumber(mean)} ± ${formatNumber(deviation, 2)}`
  );
}

/** What tells an attribute's values apart; all of it is told when it is pointed at. */
export function shortText({ kind, key }: TableColumn, text: string): string {
  if (kind !== 'attribute') {
    return text;
  }
  return key === 'commit' ? text.slice(0, 7) : key === 'source' ? sourcePlace(text) : text;
}

function numberText(
  column: TableColumn,
  value: number,
  now: number,
  decimals: number | null = null,
): CellText {
  if (column.kind === 'attribute' && column.key === 'start') {
    return { text: formatAge(value, now), full: formatDateTime(value), right: false };
  }
  if (column.kind === 'attribute' && column.key === 'duration') {
    return { text: formatDuration(value), full: exactDuration(value), right: true };
  }
  const unit = unitOf(column);
  const written = numberInColumn(value, decimals, unit);
  const behind =
    unit === null || !Number.isFinite(value) ? '' : unit === 'bytes' ? ' bytes' : UNIT_TEXTS[unit];
  return { ...written, full: `${exactNumber(value)}${behind}`, right: true };
}

/** What the numbers of a column are counted in, where that is known. */
export function unitOf({ kind, key }: TableColumn): Unit | null {
  return kind === 'metric' ? unitOfMetric(key) : kind === 'attribute' && key === 'modelSize' ? 'bytes' : null;
}

/** What goes to the clipboard: a number that any program reads. */
export function copyText(column: TableColumn, cell: CellValue, now: number): string {
  return cell.type === 'number' && (column.kind === 'metric' || column.key === 'modelSize')
    ? String(cell.value)
    : cell.type === 'text'
      ? cell.text
      : cellText(column, cell, now).full;
}

export interface Delta {
  text: string;
  /** With all digits, for hovering. */
  full: string;
  verdict: 'better' | 'worse' | 'neutral';
}

/** What a value differs from the baseline's by; null where there is nothing to say. */
export function deltaText(
  value: number,
  baseline: number | null,
  direction: Direction,
  column: TableColumn,
  decimals: number | null = null,
): Delta | null {
  if (baseline === null || !Number.isFinite(value) || !Number.isFinite(baseline) || value === baseline) {
    return null;
  }
  const delta = difference(baseline, value);
  const better =
    direction === 'unknown' ? 'neutral' : delta > 0 === (direction === 'higher') ? 'better' : 'worse';
  return {
    text: shortDelta(delta, column, decimals),
    full: `${delta > 0 ? '+' : ''}${exactNumber(delta)}`,
    verdict: better,
  };
}

function shortDelta(delta: number, column: TableColumn, decimals: number | null): string {
  if (unitOf(column) === 'bytes') {
    return `${delta > 0 ? '+' : '−'}${spoken(numberText(column, Math.abs(delta), 0))}`;
  }
  if (decimals === null) {
    return formatDelta(delta);
  }
  // One digit of a small difference is enough: they stand under each other, and the tooltip has it whole.
  const tenths = Math.abs(delta) * 10 ** decimals;
  const isSmall = decimals > 0 && tenths >= 1 && tenths < 10;
  const text = isSmall ? groupedDigits(delta.toFixed(decimals)) : numberInColumn(delta, decimals).text;
  return `${delta > 0 ? '+' : ''}${text}`;
}
