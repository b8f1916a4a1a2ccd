import {
  columnId,
  MAX_CELL_TEXT,
  type Cells,
  type TableColumn,
  type TableRow,
  type TableWindow,
} from '../../mlflow/runTable';
import { trialSentence, withTrial } from '../../mlflow/optunaTrial';
import { NumberColumn } from './columns';
import type { Display } from './display';
import { columnsFor, wholeOrNull, type WindowColumn } from './lookup';
import type { RunColumns } from './runColumns';
import { commonText, shownNumber, statistics } from './statistics';
import { ownInfo, trialAt } from './trials';

/** The rows at these places (Display.rows' numbers) with the cells of the columns. */
export function windowOf(
  table: RunColumns,
  display: Display,
  rows: Int32Array,
  depths: Uint8Array,
  columns: readonly TableColumn[],
  wholeTexts = false,
): TableWindow {
  const logged = table.lastLogged(rows);
  return {
    rows: Array.from(rows, (row, index) => rowOf(table, display, row, depths[index] ?? 0, logged)),
    cells: columnsFor(table, rows, columns).map((column, place) =>
      cellsOf(column, columns[place]!, display, rows, wholeTexts),
    ),
  };
}

function rowOf(
  table: RunColumns,
  display: Display,
  row: number,
  depth: number,
  logged: ReadonlyMap<number, number | null>,
): TableRow {
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
  const own = ownInfo(table, row);
  const trial = trialAt(table, row);
  return {
    type: 'run',
    runId,
    experimentId: table.experiment.get(row) ?? '',
    name: cut(table.name.get(row) ?? '') ?? '',
    ...(trial ? withTrial(own, trial) : own),
    trial: trial && { state: trial.state, sentence: trialSentence(trial, own) },
    deleted: table.deleted[row] === 1,
    lastLogged: logged.get(row) ?? null,
    depth,
    children,
    open: children > 0 && display.isOpen(runId),
    context: display.mask[row] === 0,
  };
}

function cellsOf(
  column: WindowColumn,
  asked: TableColumn,
  display: Display,
  rows: Int32Array,
  wholeTexts: boolean,
): Cells {
  if (column.type === 'number') {
    return numberCells(column, asked, display, rows);
  }
  const { whole, numeric } = column;
  return {
    type: 'text',
    numeric,
    values: Array.from(rows, (row) => {
      const group = row < 0 ? display.groups[-1 - row]! : null;
      const text = group ? ((whole && commonText(whole, group.rows)) ?? null) : (column.get(row) ?? null);
      return wholeTexts ? text : cut(text);
    }),
  };
}

function numberCells(
  column: WindowColumn & { type: 'number' },
  asked: TableColumn,
  display: Display,
  rows: Int32Array,
): Cells {
  const values = new Float64Array(rows.length);
  const present = new Uint8Array(rows.length);
  const groups: number[] = [];
  rows.forEach((row, index) => {
    if (row >= 0) {
      const value = column.get(row);
      values[index] = value ?? 0;
      present[index] = value === undefined ? 0 : 1;
    } else if (column.whole) {
      const found = statistics(column.whole, display.groups[-1 - row]!.rows);
      values[index] = shownNumber(asked, found);
      present[index] = found.n > 0 ? 1 : 0;
      groups.push(found.n, found.min, found.max, found.deviation);
    }
  });
  return { type: 'number', values, present, groups: Float64Array.from(groups) };
}

function cut<T extends string | null>(text: T): T | string {
  return text !== null && text.length > MAX_CELL_TEXT ? `${text.slice(0, MAX_CELL_TEXT - 1)}…` : text;
}

/** The least and the greatest value among the matching rows; null for texts, where there is none, and as long as the column is not here whole (RunTable.load). */
export function extremesOf(
  table: RunColumns,
  display: Display,
  column: TableColumn,
): { min: number; max: number } | null {
  const values = wholeOrNull(table, column);
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
