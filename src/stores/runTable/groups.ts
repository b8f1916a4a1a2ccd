import type { SortTerm, TableColumn } from '../../mlflow/runTable';
import { NumberColumn, TextColumn } from './columns';
import { placesOf } from './order';
import type { RunColumns } from './runColumns';
import { commonText, shownNumber, statistics } from './statistics';

export interface Group {
  id: string;
  /** A value for each of the columns that are grouped by; null: the runs without one. */
  values: (string | null)[];
  /** In the order of the view. */
  rows: number[];
}

/**
 * Runs with equal values together. Groups are sorted by what their rows show, so that the order can be read; by nothing,
 * they stand in the order of their first runs. Those that lack a value they are grouped by come last.
 */
export function groupsOf(
  table: RunColumns,
  by: readonly TableColumn[],
  sort: readonly SortTerm[],
  matching: Iterable<number>,
): Group[] {
  const columns = by.map((column) => table.column(column));
  const found = new Map<string, Group>();
  for (const row of matching) {
    const values = columns.map((column) => {
      const value = column instanceof TextColumn ? column.get(row) : column.get(row)?.toString();
      return value ?? null;
    });
    const id = JSON.stringify(values);
    const group = found.get(id);
    if (group) {
      group.rows.push(row);
    } else {
      found.set(id, { id, values, rows: [row] });
    }
  }
  const lacks = ({ values }: Group): number => values.filter((value) => value === null).length;
  const ordered = termsOf(sort, by).reduceRight(
    (groups, term) => sortedBy(table, groups, term),
    [...found.values()],
  );
  return ordered.sort((a, b) => lacks(a) - lacks(b));
}

/** A group's name is the values that it is grouped by. */
function termsOf(sort: readonly SortTerm[], by: readonly TableColumn[]): SortTerm[] {
  return sort.flatMap((term) =>
    term.column.kind === 'attribute' && term.column.key === 'name'
      ? by.map((column) => ({ column, descending: term.descending }))
      : [term],
  );
}

/** Missing values come last in both directions; equal groups keep their order. */
function sortedBy(table: RunColumns, groups: readonly Group[], { column, descending }: SortTerm): Group[] {
  const places = new Map(groups.map((group) => [group, shownPlace(table, group, column)]));
  return groups.toSorted((a, b) => {
    const [first = null, second = null] = [places.get(a), places.get(b)];
    if (first === null || second === null) {
      return Number(first === null) - Number(second === null);
    }
    return descending ? second - first : first - second;
  });
}

/** Where a group stands by what its row shows in a column; null where that is nothing. */
function shownPlace(table: RunColumns, { rows }: Group, column: TableColumn): number | null {
  const values = table.column(column);
  if (values instanceof NumberColumn) {
    const found = statistics(values, rows);
    return found.n === 0 ? null : shownNumber(column, found);
  }
  const shown = commonText(values, rows);
  return shown === undefined ? null : placesOf(table, { column, descending: false }).places[rows[0]!]!;
}
