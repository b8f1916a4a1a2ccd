/** What the user chose on the page, as it is kept and as it is asked with. Pure. */
import { columnId, type SortTerm, type TableColumn } from '../../src/mlflow/runTable';
import type { TableSettings, ViewChoice } from '../../src/protocol/table';
import type { Passing } from '../../src/protocol/tableChoices';

/** How many filters are remembered. */
const HISTORY = 20;

export function viewChoice(settings: TableSettings, passing: Passing): ViewChoice {
  const { filter, sort, tree, group } = settings;
  return { filter, sort, tree, group, ...passing };
}

/**
 * The sort after a click on a head: ascending, descending, none. With `add` the other terms stay, else they go.
 * `first` is the direction of a first click: a metric of which more is better starts with the most.
 */
export function sortedBy(
  sort: readonly SortTerm[],
  column: TableColumn,
  add: boolean,
  first: 'ascending' | 'descending' = 'ascending',
): SortTerm[] {
  const id = columnId(column);
  const place = sort.findIndex((term) => columnId(term.column) === id);
  const others = add ? sort.filter((_, index) => index !== place) : [];
  const known = sort[place];
  const starts = first === 'descending';
  if (known && known.descending !== starts) {
    return others;
  }
  const term: SortTerm = { column, descending: known ? !known.descending : starts };
  return add && place >= 0 ? sort.map((other, index) => (index === place ? term : other)) : [...others, term];
}

export function remembered(history: readonly string[], filter: string): string[] {
  const text = filter.trim();
  return text === '' ? [...history] : [text, ...history.filter((other) => other !== text)].slice(0, HISTORY);
}

export function toggledIn(list: readonly string[], item: string): string[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}
