import {
  columnId,
  MAX_CELL_TEXT,
  type Cells,
  type TableColumn,
  type TableRow,
  type TableWindow,
} from '../../mlflow/runTable';
import { NumberColumn, type Column, type TextColumn } from './columns';
import type { Display, Group } from './display';
import type { RunColumns } from './runColumns';

/** The rows at these places (Display.rows' numbers) with the cells of the columns. */
export function windowOf(
  table: RunColumns,
  display: Display,
  rows: Int32Array,
  depths: Uint8Array,
  columns: readonly TableColumn[],
  wholeTexts = false,
): TableWindow {
  return {
    rows: Array.from(rows, (row, index) => rowOf(table, display, row, depths[index] ?? 0)),
    cells: columns.map((column) => cellsOf(table.column(column), display, rows, wholeTexts)),
  };
}

function rowOf(table: RunColumns, display: Display, row: number, depth: number): TableRow {
  if (row < 0) {
    const { id, values, rows } = display.groups[-1 - row]!;
    return {
      type: 'group',
      id,
      values: values.map((value) => cut(value)),
      count: rows.length,
      open: display.isOpen(id),
    };
  }
  const runId = table.ids[row]!;
  const children = display.children.get(row) ?? 0;
  return {
    type: 'run',
    runId,
    experimentId: table.experiment.get(row) ?? '',
    name: cut(table.name.get(row) ?? '') ?? '',
    status: table.status.get(row) ?? '',
    deleted: table.deleted[row] === 1,
    startTime: table.start.get(row) ?? null,
    endTime: table.end.get(row) ?? null,
    depth,
    children,
    open: children > 0 && display.isOpen(runId),
    context: display.mask[row] === 0,
  };
}

function cellsOf(column: Column, display: Display, rows: Int32Array, wholeTexts: boolean): Cells {
  return column instanceof NumberColumn
    ? numberCells(column, display, rows)
    : {
        type: 'text',
        numeric: column.numeric,
        values: Array.from(rows, (row) => {
          const text = row < 0 ? commonText(column, display.groups[-1 - row]!) : (column.get(row) ?? null);
          return wholeTexts ? text : cut(text);
        }),
      };
}

function numberCells(column: NumberColumn, display: Display, rows: Int32Array): Cells {
  const values = new Float64Array(rows.length);
  const present = new Uint8Array(rows.length);
  const groups: number[] = [];
  rows.forEach((row, index) => {
    if (row >= 0) {
      values[index] = column.values[row]!;
      present[index] = column.present[row]!;
      return;
    }
    const { n, mean, min, max, deviation } = statistics(column, display.groups[-1 - row]!.rows);
    values[index] = mean;
    present[index] = n > 0 ? 1 : 0;
    groups.push(n, min, max, deviation);
  });
  return { type: 'number', values, present, groups: Float64Array.from(groups) };
}

export interface Statistics {
  n: number;
  mean: number;
  min: number;
  max: number;
  /** Of a sample (n − 1); NaN for fewer than two. */
  deviation: number;
}

/** Of the values that are numbers. Welford's method: a large mean does not drown the spread. */
export function statistics(column: NumberColumn, rows: Iterable<number>): Statistics {
  let n = 0;
  let mean = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const row of rows) {
    const value = column.values[row]!;
    if (column.present[row] === 1 && !Number.isNaN(value)) {
      n++;
      const distance = value - mean;
      mean += distance / n;
      squares += distance * (value - mean);
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  return { n, mean: n > 0 ? mean : NaN, min, max, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN };
}

function commonText(column: TextColumn, group: Group): string | null {
  const code = column.codes[group.rows[0]!]!;
  return code !== -1 && group.rows.every((row) => column.codes[row] === code) ? column.texts[code]! : null;
}

function cut<T extends string | null>(text: T): T | string {
  return text !== null && text.length > MAX_CELL_TEXT ? `${text.slice(0, MAX_CELL_TEXT - 1)}…` : text;
}

/** The least and the greatest value among the matching rows; null for texts and where there is none. */
export function extremesOf(
  table: RunColumns,
  display: Display,
  column: TableColumn,
): { min: number; max: number } | null {
  const values = table.column(column);
  if (!(values instanceof NumberColumn)) {
    return null;
  }
  const known = extremesCache.get(display) ?? new Map<string, { min: number; max: number } | null>();
  extremesCache.set(display, known);
  const id = columnId(column);
  if (!known.has(id)) {
    const { n, min, max } = statistics(values, display.matching);
    known.set(id, n > 0 ? { min, max } : null);
  }
  return known.get(id) ?? null;
}

const extremesCache = new WeakMap<Display, Map<string, { min: number; max: number } | null>>();
