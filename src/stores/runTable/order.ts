import { columnId, type SortTerm } from '../../mlflow/runTable';
import { isNanText, NumberColumn, type Column } from './columns';
import type { RunColumns } from './runColumns';

/** What a column sorts by: a number for each row, and whether there is one. */
interface SortKeys {
  values: Float64Array | Int32Array;
  /** 0: a value; 1: NaN; 2: missing. */
  classes: Uint8Array;
  descending: boolean;
}

/**
 * All rows in the order of the terms: numbers as numbers, also where a param or tag holds them; NaN, then
 * missing values last in both directions; equal ones by start time, newest first, then by id.
 */
export function sortedRows(table: RunColumns, sort: readonly SortTerm[]): Int32Array {
  const base = table.memo('order', () => defaultOrder(table));
  if (sort.length === 0) {
    return base;
  }
  const id = sort.map(({ column, descending }) => `${descending ? '-' : '+'}${columnId(column)}`).join('\n');
  const terms = sort.map(({ column, descending }) => sortKeys(table.column(column), table.rows, descending));
  return table.memo(`order ${id}`, () => {
    const places = table.memo('places', () => placesOf(base));
    const rows = base.slice();
    const [first, ...rest] = terms;
    if (first === undefined) {
      return rows;
    }
    // Rows without a value need no sorting among themselves by the first term, which is often the only one.
    const compare = comparison([first, ...rest], places);
    const parts = [0, 1, 2].map((wanted) => rows.filter((row) => first.classes[row] === wanted));
    const { values } = first;
    const sign = first.descending ? -1 : 1;
    parts[0]!.sort(
      rest.length > 0 ? compare : (a, b) => sign * (values[a]! - values[b]!) || places[a]! - places[b]!,
    );
    if (rest.length > 0) {
      const others = comparison(rest, places);
      parts[1]!.sort(others);
      parts[2]!.sort(others);
    }
    let at = 0;
    for (const part of parts) {
      rows.set(part, at);
      at += part.length;
    }
    return rows;
  });
}

function comparison(terms: SortKeys[], places: Int32Array): (a: number, b: number) => number {
  return (a, b) => {
    for (const { values, classes, descending } of terms) {
      const byClass = classes[a]! - classes[b]!;
      if (byClass !== 0) {
        return byClass;
      }
      const byValue = classes[a] === 0 ? values[a]! - values[b]! : 0;
      if (byValue !== 0) {
        return descending ? -byValue : byValue;
      }
    }
    return places[a]! - places[b]!;
  };
}

function sortKeys(column: Column, rows: number, descending: boolean): SortKeys {
  const classes = new Uint8Array(rows);
  if (column instanceof NumberColumn) {
    for (let row = 0; row < rows; row++) {
      classes[row] = column.present[row] === 0 ? 2 : Number.isNaN(column.values[row]) ? 1 : 0;
    }
    return { values: clampInfinities(column.values), classes, descending };
  }
  const { order } = column.ranking();
  const nan = column.texts.map((text) => isNanText(text));
  const values = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const code = column.codes[row]!;
    classes[row] = code === -1 ? 2 : nan[code] ? 1 : 0;
    values[row] = code === -1 ? 0 : order[code]!;
  }
  return { values, classes, descending };
}

/** Infinity minus itself is NaN, which no comparison survives; MLflow stores the greatest double for it. */
function clampInfinities(values: Float64Array): Float64Array {
  return values.some((value) => value === Infinity || value === -Infinity)
    ? values.map((value) =>
        value === Infinity ? Number.MAX_VALUE / 2 : value === -Infinity ? -Number.MAX_VALUE / 2 : value,
      )
    : values;
}

function placesOf(order: Int32Array): Int32Array {
  const places = new Int32Array(order.length);
  order.forEach((row, place) => (places[row] = place));
  return places;
}

/** Start time, newest first, runs without one last; then the id. */
function defaultOrder(table: RunColumns): Int32Array {
  const { start, ids } = table;
  return Int32Array.from(ids, (_, row) => row).sort((a, b) => {
    const first = start.get(a) ?? -Infinity;
    const second = start.get(b) ?? -Infinity;
    return first === second ? (ids[a]! < ids[b]! ? -1 : 1) : first > second ? -1 : 1;
  });
}
