import {
  columnId,
  type ColumnInfo,
  type ColumnList,
  type ColumnQuery,
  type Spread,
  type TableColumn,
  type ValueQuery,
} from '../../mlflow/runTable';
import { NumberColumn } from './columns';
import type { KeyKind } from './loader';
import { sortedRows } from './order';
import type { RunColumns } from './runColumns';

/** Runs of a scope that are looked at to choose the columns to begin with. */
const SAMPLE = 120;
/** How many values of one key are looked at before it is called constant. */
const SCANNED = 20_000;
const KINDS: readonly KeyKind[] = ['metric', 'param', 'tag'];

interface Seen {
  runs: number;
  first: string;
  varies: boolean;
}

/** The newest runs, and as many spread over all of them. */
function sample(table: RunColumns): string[] {
  const order = sortedRows(table, []).filter((row) => table.alive[row] === 1);
  if (order.length <= SAMPLE) {
    return Array.from(order, (row) => table.ids[row]!);
  }
  const half = SAMPLE / 2;
  const rows = new Set<number>(order.subarray(0, half));
  for (let i = 0; i < half; i++) {
    rows.add(order[Math.floor((i * order.length) / half)]!);
  }
  return [...rows].map((row) => table.ids[row]!);
}

function sampled(table: RunColumns): Map<string, Seen & { column: TableColumn }> {
  return table.memo('sample', () => {
    const seen = new Map<string, Seen & { column: TableColumn }>();
    table.source.everything(sample(table), (kind, key, value) => {
      const column: TableColumn = { kind, key };
      const id = columnId(column);
      const known = seen.get(id);
      if (known) {
        known.runs++;
        known.varies ||= known.first !== value;
      } else {
        seen.set(id, { column, runs: 1, first: value, varies: false });
      }
    });
    return seen;
  });
}

/**
 * The metrics and params that vary among a sample of the runs, those that most runs have first, metrics before
 * params, a system metric after the others. The caller takes as many as it has room for.
 */
export function suggestColumns(table: RunColumns): TableColumn[] {
  const found = [...sampled(table).values()].filter(({ column, varies }) => varies && column.kind !== 'tag');
  const system = (column: TableColumn): number => (column.key.startsWith('system/') ? 1 : 0);
  return found
    .sort(
      (a, b) =>
        system(a.column) - system(b.column) ||
        b.runs - a.runs ||
        (a.column.kind < b.column.kind ? -1 : a.column.kind > b.column.kind ? 1 : 0) ||
        (a.column.key < b.column.key ? -1 : 1),
    )
    .map(({ column }) => column);
}

/** Keys that contain the text: those that are the text, then those that vary, then by name. */
export function findColumns(table: RunColumns, query: ColumnQuery): ColumnList {
  const spreads = query.complete ? completeSpreads(table) : null;
  const text = query.text.toLowerCase();
  const known = sampled(table);
  const found: ColumnInfo[] = [];
  for (const kind of KINDS) {
    for (const key of table.keys(kind)) {
      if (text === '' || key.toLowerCase().includes(text)) {
        const column: TableColumn = { kind, key };
        const id = columnId(column);
        const spread = spreads?.get(id) ?? (known.get(id)?.varies ? 'varies' : null);
        found.push({ column, spread });
      }
    }
  }
  const rank = ({ column, spread }: ColumnInfo): number =>
    (column.key === query.text ? -16 : 0) +
    (spread === 'varies' ? 0 : spread === 'empty' ? 4 : 2) +
    (column.kind === 'tag' && column.key.startsWith('mlflow.') ? 8 : 0) +
    (text !== '' && column.key.toLowerCase().startsWith(text) ? 0 : 1);
  found.sort((a, b) => rank(a) - rank(b));
  const counted = (wanted: Spread): number | null =>
    spreads ? [...spreads.values()].filter((spread) => spread === wanted).length : null;
  return {
    columns: found.slice(0, query.limit),
    total: found.length,
    constant: counted('constant'),
    empty: counted('empty'),
  };
}

/** Of every key, by looking at its values until two differ. Keys are the store's, runs the scope's. */
function completeSpreads(table: RunColumns): Map<string, Spread> {
  return table.memo('spreads', () => {
    const spreads = new Map<string, Spread>();
    for (const kind of KINDS) {
      for (const key of table.keys(kind)) {
        if (kind === 'tag' && key.startsWith('mlflow.')) {
          continue;
        }
        let first: string | null = null;
        let varies = false;
        let looked = 0;
        table.source.scan(kind, key, (runId, value) => {
          const row = table.index.get(runId);
          if (row !== undefined && table.alive[row] === 1) {
            varies = first !== null && first !== value;
            first ??= value;
          }
          return !varies && ++looked < SCANNED;
        });
        spreads.set(columnId({ kind, key }), varies ? 'varies' : first === null ? 'empty' : 'constant');
      }
    }
    return spreads;
  });
}

/** Distinct values that contain the text, most common first. */
export function findValues(table: RunColumns, query: ValueQuery): string[] {
  const counts = new Map<string, number>();
  const text = query.text.toLowerCase();
  const count = (value: string): void => {
    if (value.length <= 500 && value.toLowerCase().includes(text)) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  };
  const { kind, key } = query.column;
  if (kind === 'param' || kind === 'tag') {
    let looked = 0;
    table.source.scan(kind, key, (runId, value) => {
      if (table.index.has(runId)) {
        count(value);
      }
      return ++looked < SCANNED;
    });
  } else if (kind === 'attribute') {
    const lists = key === 'dataset' ? 'dataset name' : key === 'registered' ? 'registered name' : null;
    if (lists) {
      table.lists(lists).forEach((values) => values.forEach(count));
    } else {
      const column = table.attribute(key);
      if (!(column instanceof NumberColumn)) {
        column.codes.forEach((code) => code !== -1 && count(column.texts[code]!));
      }
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, query.limit)
    .map(([value]) => value);
}
