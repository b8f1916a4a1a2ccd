import { decimalsFor, numberInColumn, type ColumnShape } from '../../mlflow/columnNumbers';
import { columnId, MAX_CELL_TEXT, type TableColumn } from '../../mlflow/runTable';
import { unitOfMetric } from '../../mlflow/units';
import { numberInText } from '../../search/values';
import { NumberColumn } from './columns';
import type { RunColumns } from './runColumns';

/** About how many runs' values decide how a column is written, at most. */
const SAMPLE = 128;
/** A table that grew by no more than this part keeps what was decided: nothing jumps while runs are logged. */
const GROWTH = 1.125;

interface Known {
  rows: number;
  /** null where no run of the sample has a value: `isWhole` where the column was looked at whole too. */
  shapes: Map<string, { shape: ColumnShape | null; isWhole: boolean }>;
}

const known = new WeakMap<RunColumns, Known>();

/** A large table goes on with what was decided for it before the last commit. */
export function keepShapes(before: RunColumns, after: RunColumns): void {
  const kept = known.get(before);
  if (kept && after.rows <= kept.rows * GROWTH) {
    known.set(after, {
      rows: kept.rows,
      shapes: new Map([...kept.shapes].filter(([, { shape }]) => shape !== null)),
    });
  }
}

/** How the values of each column are written. Of runs all over the table, looked up for all columns at once. */
export function shapesOf(table: RunColumns, columns: readonly TableColumn[]): (ColumnShape | null)[] {
  const { shapes } = known.get(table) ?? remember(table);
  const missing = columns.filter((column) => {
    const decided = shapes.get(columnId(column));
    return !decided || (decided.shape === null && !decided.isWhole && table.peek(column) !== undefined);
  });
  if (missing.length > 0) {
    const values = sampledValues(table, missing);
    missing.forEach((column, place) =>
      shapes.set(columnId(column), {
        shape: shapeOf(column, values[place] ?? []),
        isWhole: table.peek(column) !== undefined,
      }),
    );
  }
  return columns.map((column) => shapes.get(columnId(column))?.shape ?? null);
}

function remember(table: RunColumns): Known {
  const made: Known = { rows: table.rows, shapes: new Map() };
  known.set(table, made);
  return made;
}

function shapeOf({ kind, key }: TableColumn, values: readonly (number | string)[]): ColumnShape | null {
  if (values.length === 0) {
    return null;
  }
  const numbers = values.map((value) => (typeof value === 'number' ? value : (numberInText(value) ?? NaN)));
  const isNumeric = values.every(
    (value, index) => typeof value === 'number' || !Number.isNaN(numbers[index]),
  );
  const decimals = isNumeric ? decimalsFor(numbers) : null;
  const unit = kind === 'metric' ? unitOfMetric(key) : null;
  const written = values.map((value, index) => {
    if (typeof value === 'string' && decimals === null) {
      return value.slice(0, MAX_CELL_TEXT);
    }
    const number = numberInColumn(numbers[index]!, decimals, unit);
    return number.text + '0'.repeat(number.pad) + number.unit;
  });
  return {
    decimals,
    longest: written.reduce((a, b) => (b.length > a.length || (b.length === a.length && b < a) ? b : a)),
  };
}

/** The values of each column that some runs have: what is here whole, else looked up, the latest ones for a rule too. */
function sampledValues(table: RunColumns, columns: readonly TableColumn[]): (number | string)[][] {
  const rows = sampleRows(table);
  const runIds = rows.map((row) => table.ids[row]!);
  const found = new Map<string, (number | string)[]>();
  const listOf = (kind: string, key: string): (number | string)[] => {
    const id = `${kind} ${key}`;
    const list = found.get(id) ?? [];
    found.set(id, list);
    return list;
  };
  const keysOf = (kind: TableColumn['kind']): string[] => [
    ...new Set(columns.flatMap((column) => (column.kind === kind ? [column.key] : []))),
  ];
  if (runIds.length > 0 && keysOf('metric').length > 0) {
    table.source.metricsOf(keysOf('metric'), runIds, (_, key, value) => listOf('metric', key).push(value));
  }
  for (const kind of ['param', 'tag'] as const) {
    if (runIds.length > 0 && keysOf(kind).length > 0) {
      table.source.textsOf(kind, keysOf(kind), runIds, (_, key, value) => listOf(kind, key).push(value));
    }
  }
  return columns.map((column) => {
    const values = column.kind === 'attribute' ? null : listOf(column.kind, column.key);
    return values && values.length > 0 ? values : wholeValues(table, column, rows);
  });
}

/** Of a column that is here whole: few runs have a value of some, and those are not among the sample. */
function wholeValues(table: RunColumns, column: TableColumn, rows: readonly number[]): (number | string)[] {
  const whole = table.peek(column);
  // Times, durations and sizes are written in one way whatever they are.
  if (!whole || (column.kind === 'attribute' && whole instanceof NumberColumn)) {
    return [];
  }
  const some = rows.flatMap((row) => whole.get(row) ?? []);
  if (some.length > 0) {
    return some;
  }
  return whole instanceof NumberColumn
    ? Array.from(whole.values.filter((_, row) => whole.present[row] === 1))
    : whole.texts;
}

/** One of so many runs, a power of two, by their ids: whatever their order, and a table that grows keeps most of them. */
function sampleRows(table: RunColumns): number[] {
  let step = 1;
  while (table.rows / step > SAMPLE) {
    step *= 2;
  }
  return [...table.ids.keys()].filter(
    (row) => table.alive[row] === 1 && (step === 1 || hashOf(table.ids[row]!) % step === 0),
  );
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  // The last bits of few letters are like those of the letters.
  return (hash ^ (hash >>> 15)) >>> 0;
}
