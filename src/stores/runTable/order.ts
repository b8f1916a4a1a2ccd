import { columnId, type SortTerm } from '../../mlflow/runTable';
import { isNanText, NumberColumn, ranksOf, type Column } from './columns';
import type { RunColumns } from './runColumns';
import { shownTimes } from './trials';

/**
 * All rows in the order of the terms: numbers as numbers, also where a param or tag holds them; NaN, then
 * missing values last in both directions; equal ones by start time, newest first, then by id.
 */
export function sortedRows(table: RunColumns, sort: readonly SortTerm[]): Int32Array {
  const base = table.memo('order', () => defaultOrder(table));
  const id = sort.map(({ column, descending }) => `${descending ? '-' : '+'}${columnId(column)}`).join('\n');
  return sort.length === 0
    ? base
    : table.memo(`order ${id}`, () =>
        // From the last term to the first: rows that are equal by one keep the order that those after it gave.
        sort.reduceRight((rows, term) => stablySorted(rows, placesOf(table, term)), base),
      );
}

/** Where each row stands by one column: equal rows share a place, and there are `count` of them. */
export interface Places {
  places: Int32Array;
  count: number;
}

/** By counting, for the places are few: no comparison is made. */
function stablySorted(rows: Int32Array, { places, count }: Places): Int32Array {
  const next = new Int32Array(count + 1);
  for (let row = 0; row < places.length; row++) {
    next[places[row]! + 1]!++;
  }
  for (let place = 0; place < count; place++) {
    next[place + 1]! += next[place]!;
  }
  const sorted = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    sorted[next[places[row]!]!++] = row;
  }
  return sorted;
}

/** The places by a term: after those of the values one for NaN, then one for what is missing, in both directions. */
export function placesOf(table: RunColumns, { column, descending }: SortTerm): Places {
  const { places, count } = table.memo(`places ${columnId(column)}`, () =>
    ascending(table.column(column), table.rows),
  );
  if (!descending) {
    return { places, count };
  }
  const values = count - 2;
  return { places: places.map((place) => (place < values ? values - 1 - place : place)), count };
}

/** Places of the values, then one for NaN and one for what is missing. */
function ascending(column: Column, rows: number): Places {
  const places = new Int32Array(rows);
  if (column instanceof NumberColumn) {
    const { ranks, count } = ranksOf(column.values, (row) => column.present[row] === 1);
    for (let row = 0; row < rows; row++) {
      places[row] = column.present[row] === 0 ? count + 1 : ranks[row]! === -1 ? count : ranks[row]!;
    }
    return { places, count: count + 2 };
  }
  const { order, numbers, count } = column.ranking();
  const ofText = order.map((rank, place) =>
    Number.isNaN(numbers[place]!) && isNanText(column.texts[place]!) ? count : rank,
  );
  for (let row = 0; row < rows; row++) {
    const code = column.codes[row]!;
    places[row] = code === -1 ? count + 1 : ofText[code]!;
  }
  return { places, count: count + 2 };
}

/** Start time, newest first, runs without one last; then the id. */
function defaultOrder(table: RunColumns): Int32Array {
  const { ids } = table;
  const start = shownTimes(table).start;
  return Int32Array.from(ids, (_, row) => row).sort((a, b) => {
    const first = start.get(a) ?? -Infinity;
    const second = start.get(b) ?? -Infinity;
    return first === second ? (ids[a]! < ids[b]! ? -1 : 1) : first > second ? -1 : 1;
  });
}
