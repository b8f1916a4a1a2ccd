import { columnId, type TableColumn } from '../../mlflow/runTable';
import { numberInText } from '../../search/values';
import type { TextColumn } from './columns';
import { NumberColumn, type Column } from './columns';
import { HISTORY_TAG } from './attributes';
import { isRuleColumn, type RuleColumn } from './loader';
import { modelSize } from './models';
import { TAG_ATTRIBUTES, type RunColumns } from './runColumns';

/** A column as a window sees it: whole, or with values for the window's rows only. */
export type WindowColumn =
  | { type: 'number'; get(row: number): number | undefined; whole: NumberColumn | null }
  | { type: 'text'; get(row: number): string | undefined; whole: TextColumn | null; numeric: boolean };

type Source = { kind: 'metric' | 'param' | 'tag'; key: string } | { kind: 'rule'; column: RuleColumn };
type Values = Map<number, string | number>;

/** What can be looked up run by run for a column; undefined where it is had whole or not at all. */
function sourceOf(table: RunColumns, column: TableColumn): Source | undefined {
  const { kind, key } = column;
  if (isRuleColumn(column)) {
    return table.source.rulesCostByRun ? { kind: 'rule', column } : undefined;
  }
  if (kind !== 'attribute') {
    return { kind, key };
  }
  const tag = TAG_ATTRIBUTES.get(key) ?? { user: 'mlflow.user', modelSize: HISTORY_TAG }[key];
  return tag === undefined ? undefined : { kind: 'tag', key: tag };
}

/**
 * The columns of a window. Those that are here already are taken whole; the others' values are looked up for the
 * window's rows alone: a table of 100,000 runs is drawn without reading any column of it.
 */
export function columnsFor(
  table: RunColumns,
  rows: Int32Array,
  columns: readonly TableColumn[],
): WindowColumn[] {
  const lookups = new Map<string, Source & { values: Values }>();
  const windowColumns = columns.map((column): WindowColumn => {
    const source = sourceOf(table, column);
    const whole = source ? table.peek(column) : table.column(column);
    if (whole || !source || rows.some((row) => row < 0)) {
      return wholeColumn(whole ?? table.column(column));
    }
    const id = columnId(source.kind === 'rule' ? source.column : source);
    const lookup = lookups.get(id) ?? { ...source, values: new Map<number, string | number>() };
    lookups.set(id, lookup);
    return sparseColumn(table, column, lookup.values);
  });
  fill(table, rows, [...lookups.values()]);
  return windowColumns.map((column) =>
    column.type === 'text' && column.whole === null
      ? { ...column, numeric: rows.every((row) => numberInText(column.get(row) ?? '0') !== undefined) }
      : column,
  );
}

function wholeColumn(column: Column): WindowColumn {
  return column instanceof NumberColumn
    ? { type: 'number', get: (row) => column.get(row), whole: column }
    : { type: 'text', get: (row) => column.get(row), whole: column, numeric: column.numeric };
}

function sparseColumn(table: RunColumns, { kind, key }: TableColumn, values: Values): WindowColumn {
  const text = (row: number): string | undefined => {
    const value = values.get(row);
    return typeof value === 'string' ? value : undefined;
  };
  if (kind === 'metric') {
    const number = (row: number): number | undefined => {
      const value = values.get(row);
      return typeof value === 'number' ? value : undefined;
    };
    return { type: 'number', get: number, whole: null };
  }
  if (kind === 'attribute' && key === 'modelSize') {
    const bytes = (row: number): number | undefined =>
      modelSize(text(row) ?? '') ?? table.source.learnedModel(table.ids[row]!)?.bytes ?? undefined;
    return { type: 'number', get: bytes, whole: null };
  }
  const fallback = kind === 'attribute' && key === 'user' ? table.user : null;
  return {
    type: 'text',
    get: (row) => text(row) ?? (fallback?.get(row) || undefined),
    whole: null,
    numeric: false,
  };
}

function fill(table: RunColumns, rows: Int32Array, lookups: readonly (Source & { values: Values })[]): void {
  const runIds = [...new Set(rows)].map((row) => table.ids[row]!);
  for (const kind of ['metric', 'param', 'tag'] as const) {
    const ofKind = new Map(
      lookups.flatMap((lookup) => (lookup.kind === kind ? [[lookup.key, lookup.values] as const] : [])),
    );
    const keys = [...ofKind.keys()];
    const take = (runId: string, key: string, value: string | number): void => {
      ofKind.get(key)?.set(table.index.get(runId)!, value);
    };
    if (keys.length > 0 && kind === 'metric') {
      table.source.metricsOf(keys, runIds, take);
    } else if (keys.length > 0 && kind !== 'metric') {
      table.source.textsOf(kind, keys, runIds, take);
    }
  }
  const rules = lookups.flatMap((lookup) => (lookup.kind === 'rule' ? [lookup] : []));
  if (rules.length > 0) {
    table.source.ruled(
      rules.map(({ column }) => column),
      runIds,
      (runId, column, value) => rules[column]!.values.set(table.index.get(runId)!, value),
    );
  }
}

/** A column that is here whole; null for one of which a window is all that was read. */
export function wholeOrNull(table: RunColumns, column: TableColumn): Column | null {
  return table.peek(column) ?? (sourceOf(table, column) ? null : table.column(column));
}
