/** One run's value in a column of a sweep: text as logged, a number, or missing. */
export type Cell = string | number | null;

export type ColumnKind =
  /** All values that are there are numbers. */
  | 'number'
  /** Numbers, all positive, that span decades: best read on a logarithmic axis. */
  | 'log'
  /** Anything else, by its full text. */
  | 'category'
  /** One value in every run: nothing to see. */
  | 'constant'
  /** No run has it. */
  | 'empty';

export interface Column {
  kind: ColumnKind;
  /** By run; NaN where missing or not a number. For a category: its index in `categories`. */
  values: Float64Array;
  /** Full texts, numbers in them by their value ("[64]" before "[128]"); empty for numbers. */
  categories: string[];
  /** Runs without a value. */
  missing: number;
  /** Runs whose number is NaN or infinite: no place on an axis. */
  notFinite: number;
  /** Of the finite values; null where there are none. */
  range: [number, number] | null;
}

/** Two and a half decades. */
const LOG_RATIO = 10 ** 2.5;
/** What is spread evenly, a seed of 1 to 1,000, has half of its values above the middle. */
const LOG_MEDIAN = 0.25;
const IN_ORDER = new Intl.Collator('en', { numeric: true });

/**
 * Reads a param or metric of many runs as an axis. "1e-3", "0.001" and "0.0010" are one number; "None" and lists
 * are categories. A mixture of numbers and texts is a category by its text, so nothing is left out.
 */
export function readColumn(cells: readonly Cell[]): Column {
  const present = cells.filter((cell) => cell !== null);
  const numbers = cells.map((cell) => (cell === null ? NaN : toNumber(cell)));
  const numeric = present.length > 0 && present.every((cell) => isNumeric(cell));
  const missing = cells.length - present.length;
  if (present.length === 0) {
    return {
      kind: 'empty',
      values: new Float64Array(numbers),
      categories: [],
      missing,
      notFinite: 0,
      range: null,
    };
  }
  if (!numeric) {
    return readCategories(cells, missing);
  }
  const finite = numbers.filter(Number.isFinite);
  const range: [number, number] | null =
    finite.length === 0
      ? null
      : [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const notFinite = present.length - finite.length;
  const constant = missing === 0 && notFinite === 0 && range !== null && range[0] === range[1];
  const log = range !== null && spansDecades(finite, range);
  return {
    kind: constant ? 'constant' : log ? 'log' : 'number',
    values: Float64Array.from(numbers, (value) => (Number.isFinite(value) ? value : NaN)),
    categories: [],
    missing,
    notFinite,
    range,
  };
}

/** Whether values are best told apart by their magnitude: over decades, and most of them at its lower end. */
function spansDecades(values: readonly number[], [low, high]: [number, number]): boolean {
  if (low <= 0 || high / low < LOG_RATIO) {
    return false;
  }
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const middle = distinct[Math.floor((distinct.length - 1) / 2)]!;
  return (middle - low) / (high - low) < LOG_MEDIAN;
}

function readCategories(cells: readonly Cell[], missing: number): Column {
  const texts = new Set(cells.flatMap((cell) => (cell === null ? [] : [String(cell)])));
  const index = new Map([...texts].sort(IN_ORDER.compare).map((text, place) => [text, place]));
  const values = Float64Array.from(cells, (cell) => (cell === null ? NaN : index.get(String(cell))!));
  return {
    kind: index.size === 1 && missing === 0 ? 'constant' : 'category',
    values,
    categories: [...index.keys()],
    missing,
    notFinite: 0,
    range: [0, index.size - 1],
  };
}

/** Whether a logged text is a number, as Python's float() reads one. */
export function isNumeric(cell: Cell): boolean {
  return (
    typeof cell === 'number' ||
    (cell !== null &&
      cell.length < 64 &&
      /^\s*[+-]?(\d[\d_]*(?:\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$|^\s*[+-]?(nan|inf|infinity)\s*$/i.test(cell))
  );
}

/** A logged text as a number; NaN where it is none. */
export function toNumber(cell: Cell): number {
  if (typeof cell === 'number') {
    return cell;
  }
  if (cell === null || !isNumeric(cell)) {
    return NaN;
  }
  const text = cell.trim().replaceAll('_', '').toLowerCase();
  const infinite = /^([+-]?)inf(inity)?$/.exec(text);
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : Number(text);
}
