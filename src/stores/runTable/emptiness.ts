import { columnId, type TableColumn } from '../../mlflow/runTable';
import { NumberColumn, type Column } from './columns';
import type { Display } from './display';
import { isRuleColumn } from './loader';
import { wholeOrNull } from './lookup';
import type { RunColumns } from './runColumns';

/** Runs that are looked up at once, at first: nearly every column has a value among them. */
const FIRST = 64;
/** Of more runs no column is looked through that is not here whole. */
const MOST = 2000;

const known = new WeakMap<Display, Map<string, boolean>>();

/** Whether no run for which the filter holds has a value, of each column; false where that is not known, or there is no run. */
export function emptyAmong(table: RunColumns, display: Display, columns: readonly TableColumn[]): boolean[] {
  const found = known.get(display) ?? new Map<string, boolean>();
  known.set(display, found);
  const { matching } = display;
  const toLookUp: TableColumn[] = [];
  for (const column of columns) {
    const id = columnId(column);
    if (matching.length > 0 && !found.has(id)) {
      const whole = wholeOrNull(table, column);
      if (whole) {
        found.set(id, !hasValue(whole, matching));
      } else if (column.kind !== 'attribute' && !isRuleColumn(column)) {
        toLookUp.push(column);
      }
    }
  }
  if (toLookUp.length > 0 && matching.length <= MOST) {
    const empty = lookedUp(table, matching, toLookUp);
    toLookUp.forEach((column) => found.set(columnId(column), empty.has(columnId(column))));
  }
  return columns.map((column) => found.get(columnId(column)) ?? false);
}

function hasValue(column: Column, rows: Int32Array): boolean {
  return column instanceof NumberColumn
    ? rows.some((row) => column.present[row] === 1)
    : rows.some((row) => column.codes[row] !== -1);
}

/** Ids of the columns of which none of the rows has a value. */
function lookedUp(table: RunColumns, rows: Int32Array, columns: readonly TableColumn[]): Set<string> {
  const left = new Map(columns.map((column) => [columnId(column), column]));
  for (let from = 0, count = FIRST; from < rows.length && left.size > 0; from += count, count *= 4) {
    const runIds = Array.from(rows.subarray(from, from + count), (row) => table.ids[row]!);
    const keysOf = (kind: TableColumn['kind']): string[] =>
      [...left.values()].flatMap((column) => (column.kind === kind ? [column.key] : []));
    if (keysOf('metric').length > 0) {
      table.source.metricsOf(keysOf('metric'), runIds, (_, key) =>
        left.delete(columnId({ kind: 'metric', key })),
      );
    }
    for (const kind of ['param', 'tag'] as const) {
      if (keysOf(kind).length > 0) {
        table.source.textsOf(kind, keysOf(kind), runIds, (_, key) => left.delete(columnId({ kind, key })));
      }
    }
  }
  return new Set(left.keys());
}
