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
  formatSize,
  plainText,
} from '../../src/mlflow/format';
import { sourcePlace } from '../../src/mlflow/origin';
import type { TableColumn } from '../../src/mlflow/runTable';
import type { Direction } from '../../src/state/metrics';
import type { CellValue } from './chunk';

export interface CellText {
  text: string;
  /** The whole value, for hovering and copying. */
  full: string;
  right: boolean;
}

const WIDE = 1000;

export function cellText(column: TableColumn, cell: CellValue, now: number): CellText {
  switch (cell.type) {
    case 'missing':
      return { text: '–', full: '', right: false };
    case 'text': {
      const text = plainText(cell.text, WIDE);
      return { text: shortText(column, text), full: text, right: cell.numeric };
    }
    case 'number':
      return numberText(column, cell.value, now);
    case 'group': {
      const { shown, n, min, max, deviation } = cell;
      const number = (value: number): string => numberText(column, value, now).text;
      const whole = (value: number): string => numberText(column, value, now).full;
      const values = count(n, 'value');
      if (column.kind === 'attribute' && column.key === 'start') {
        return {
          text: number(shown),
          full: `newest of ${values}, from ${formatDateTime(min)} to ${formatDateTime(max)}`,
          right: false,
        };
      }
      if (column.kind === 'attribute' || Number.isNaN(deviation)) {
        const spread = Number.isNaN(deviation) ? '' : ` ± ${number(deviation)}`;
        return {
          text: `${number(shown)}${spread}`,
          full: `mean ${whole(shown)}${Number.isNaN(deviation) ? '' : ` ± ${whole(deviation)}`}, from ${whole(min)} to ${whole(max)}, ${values}`,
          right: true,
        };
      }
      return {
        text: meanText(shown, deviation),
        full: `mean ${whole(shown)}, standard deviation ${whole(deviation)}, from ${whole(min)} to ${whole(max)}, ${values}`,
        right: true,
      };
    }
  }
}

/** Both to the same decimals: two digits of the deviation, as far as four of the mean go. */
function meanText(mean: number, deviation: number): string {
  const magnitude = Math.floor(Math.log10(deviation > 0 ? deviation : Math.abs(mean) / 1000));
  // Without a decimal a rounded number looks exact.
  const least = Number.isInteger(mean) && Number.isInteger(deviation) ? 0 : 1;
  const decimals = Math.max(least, 1 - magnitude);
  return Number.isFinite(magnitude) && decimals <= 6 && Math.abs(mean) < 1e9
    ? `${mean.toFixed(decimals)} ± ${deviation.toFixed(decimals)}`.replaceAll('-', '−')
    : `${formatNumber(mean)} ± ${formatNumber(deviation, 2)}`;
}

/** What tells an attribute's values apart; all of it is told when it is pointed at. */
export function shortText({ kind, key }: TableColumn, text: string): string {
  if (kind !== 'attribute') {
    return text;
  }
  return key === 'commit' ? text.slice(0, 7) : key === 'source' ? sourcePlace(text) : text;
}

function numberText(column: TableColumn, value: number, now: number): CellText {
  if (column.kind === 'attribute') {
    switch (column.key) {
      case 'start':
        return { text: formatAge(value, now), full: formatDateTime(value), right: false };
      case 'duration':
        return { text: formatDuration(value), full: exactDuration(value), right: true };
      case 'modelSize':
        return { text: formatSize(value), full: `${value} bytes`, right: true };
    }
  }
  return { text: formatNumber(value), full: exactNumber(value), right: true };
}

export interface Delta {
  text: string;
  /** With all digits, for hovering. */
  full: string;
  verdict: 'better' | 'worse' | 'neutral';
}

/** What a value differs from the baseline's by; null where there is nothing to say. */
export function deltaText(value: number, baseline: number | null, direction: Direction): Delta | null {
  if (baseline === null || !Number.isFinite(value) || !Number.isFinite(baseline) || value === baseline) {
    return null;
  }
  const delta = difference(baseline, value);
  const better =
    direction === 'unknown' ? 'neutral' : delta > 0 === (direction === 'higher') ? 'better' : 'worse';
  return { text: formatDelta(delta), full: `${delta > 0 ? '+' : ''}${exactNumber(delta)}`, verdict: better };
}
