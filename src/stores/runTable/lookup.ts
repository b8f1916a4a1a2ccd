import type { TableColumn } from '../../mlflow/runTable';
import { numberInText } from '../../search/values';
import type { TextColumn } from './columns';
import { NumberColumn, type Column } from './columns';
import { HISTORY_TAG } from './attributes';
import { modelSize } from './models';
import { TAG_ATTRIBUTES, type RunColumns } from './runColumns';

/** A column as a window sees it: whole, or with values for the window's rows only. */
export type WindowColumn =
  | { type: 'number'; get(row: number): number | undefined; whole: NumberColumn | null }
  | { type: 'text'; get(row: number): string | undefined; whole: TextColumn | null; numeric: boolean };

interface Source {
  kind: 'metric' | 'param' | 'tag';
  key: string;
}

/** What can be looked up run by run for a column; undefined where it is had whole or not at all. */
function sourceOf({ kind, key, rule }: TableColumn): Source | undefined {
  if (kind !== 'attribute') {
    const latest = rule === undefined || rule === 'last';
    return kind !== 'metric' || latest ? { kind, key } : undefined;
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
  const lookups = new Map<string, Source & { values: Map<number, string | number> }>();
  const windowColumns = columns.map((column): WindowColumn => {
    const source = sourceOf(column);
    const whole = source ? table.peek(column) : table.column(column);
    if (whole || !source || rows.some((row) => row < 0)) {
      return wholeColumn(whole ?? table.column(column));
    }
    const id = `${source.kind}:${source.key}`;
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

function sparseColumn(
  table: RunColumns,
  { kind, key }: TableColumn,
  values: Map<number, string | number>,
): WindowColumn {
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

function fill(
  table: RunColumns,
  rows: Int32Array,
  lookups: readonly (Source & { values: Map<number, string | number> })[],
): void {
  const runIds = [...new Set(rows)].map((row) => table.ids[row]!);
  for (const kind of ['metric', 'param', 'tag'] as const) {
    const ofKind = new Map(
      lookups.filter((lookup) => lookup.kind === kind).map(({ key, values }) => [key, values]),
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
}

/** A column that is here whole; null for one of which a window is all that was read. */
export function wholeOrNull(table: RunColumns, column: TableColumn): Column | null {
  return table.peek(column) ?? (sourceOf(column) ? null : table.column(column));
}
