import { formatNumber, formatSize, groupedDigits } from './format';
import { UNIT_TEXTS, type Unit } from './units';

/** How the numbers of one column are written, so that their decimals stand under each other. */

/** What the columns of a table are laid out by; decided from a sample, once for all rows. */
export interface ColumnShape {
  /** Decimals of every number that has no fewer; null where each is written on its own, and for texts. */
  decimals: number | null;
  /** The longest value of the sample, as it is written, with digits where it has blanks. */
  longest: string;
}

/** A number in its column. */
export interface ColumnNumber {
  text: string;
  /** Characters that are missing behind it, before the unit: what is exact has no zeros to fill them. */
  pad: number;
  /** With its blank; '' for none. */
  unit: string;
}

/** Significant digits of a typical value, and the most that are shown to tell close values apart. */
const DIGITS = 4;
const MOST_DIGITS = 7;
/** Of the middle half of the values as many digits differ. */
const DIFFERING = 2;
/** Beyond so many decimals exponents are easier to read. */
const MOST_DECIMALS = 7;
/** From here on numbers are written with an exponent (`formatNumber`). */
const LARGE = 1e9;

/**
 * The decimals that tell a column's values apart: four digits of a typical value, more where the middle half lies closer
 * together, none where all are whole, and never more than any value has.
 */
export function decimalsFor(values: readonly number[]): number | null {
  const finite = values.filter((value) => Math.abs(value) < LARGE);
  const sizes = finite.map(Math.abs).filter((value) => value > 0);
  if (sizes.length === 0) {
    return finite.length > 0 ? 0 : null;
  }
  const needed = finite.reduce((most, value) => Math.max(most, decimalsIn(value)), 0);
  if (needed === 0) {
    return 0;
  }
  const typical = Math.floor(Math.log10(quantile(sizes, 0.5)));
  const spread = quantile(finite, 0.75) - quantile(finite, 0.25);
  const apart = spread > 0 ? DIFFERING - 1 - Math.floor(Math.log10(spread)) : 0;
  const wanted = Math.max(DIGITS - 1 - typical, Math.min(apart, MOST_DIGITS - 1 - typical), 1);
  const decimals = Math.min(wanted, needed);
  return decimals > MOST_DECIMALS ? null : decimals;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)]!;
}

/** Decimals that a number has when it is written whole. */
function decimalsIn(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
}

/**
 * A number in a column of so many decimals. What is rounded has them all, zeros too; what is exact has its own, and `pad`
 * says how many are missing. One of which less than two digits would be left is written on its own.
 */
export function numberInColumn(
  value: number,
  decimals: number | null,
  unit: Unit | null = null,
): ColumnNumber {
  if (unit === 'bytes') {
    return sizeInColumn(value);
  }
  const plain = plainInColumn(value, decimals);
  return unit && Number.isFinite(value) ? { ...plain, unit: UNIT_TEXTS[unit] } : plain;
}

function plainInColumn(value: number, decimals: number | null): ColumnNumber {
  const own = { text: formatNumber(value), pad: 0, unit: '' };
  if (decimals === null || !(Math.abs(value) < LARGE)) {
    return own;
  }
  const fixed = value.toFixed(decimals);
  if (Number(fixed) === value) {
    const has = decimalsIn(value);
    const text = groupedDigits(value.toFixed(has));
    return { text, pad: decimals - has + (has === 0 && decimals > 0 ? 1 : 0), unit: '' };
  }
  const isSeen = Math.abs(value) * 10 ** decimals >= 10;
  return decimals > 0 && isSeen ? { ...own, text: groupedDigits(fixed) } : own;
}

/** `126.6 KiB` of bytes; its point stands where that of every other size stands, and the unit too. */
function sizeInColumn(bytes: number): ColumnNumber {
  const written = formatSize(bytes);
  const [text = written, unit = ''] = written.split(' ');
  return {
    text: groupedDigits(text),
    pad: text.includes('.') || unit === '' ? 0 : 2,
    unit: unit && ` ${unit}`,
  };
}

/**
 * `6.512 ± 0.046`, both with the column's decimals, and one at least unless both are whole. null where the deviation would
 * be lost in them, or there are none.
 */
export function meanInColumn(mean: number, deviation: number, decimals: number | null): string | null {
  if (decimals === null || !(Math.abs(mean) < LARGE) || !(deviation < LARGE)) {
    return null;
  }
  const isWhole = Number.isInteger(mean) && Number.isInteger(deviation);
  const shown = isWhole ? decimals : Math.max(1, decimals);
  const isLost = (value: number): boolean => value !== 0 && Math.abs(value) * 10 ** shown < 1;
  return isLost(mean) || isLost(deviation)
    ? null
    : `${groupedDigits(mean.toFixed(shown))} ± ${groupedDigits(deviation.toFixed(shown))}`;
}
