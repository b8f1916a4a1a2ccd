/** What the user chose on the page of a run table: as it is at first, and as it is read where it was kept. */
import type { SortTerm, TableColumn } from '../mlflow/runTable';
import { isWhole } from '../mlflow/wholeNumbers';
import {
  fieldsOf,
  fitting,
  isAmount,
  isFlag,
  isOneOf,
  isPair,
  isPlace,
  isText,
  listing,
  type Reader,
  readFields,
  texts,
} from '../mlflow/shape';
import type { TableSettings, ViewChoice } from './table';

export const NEW_SETTINGS: TableSettings = {
  columns: null,
  unpicked: [],
  pinnedColumns: 0,
  widths: [],
  sort: [],
  tree: true,
  group: [],
  pinnedRuns: [],
  hidden: [],
  filter: '',
  savedFilters: [],
  history: [],
};

/** What is not kept beyond the page. */
export interface Passing {
  expanded: boolean;
  toggled: string[];
  deleted: ViewChoice['deleted'];
  starredOnly: boolean;
  shownOnly: boolean;
  withHidden: boolean;
}

export const NEW_PASSING: Passing = {
  expanded: false,
  toggled: [],
  deleted: 'ACTIVE_ONLY',
  starredOnly: false,
  shownOnly: false,
  withHidden: false,
};

const flag = fitting(isFlag);
const columns = listing(isColumn);
const columnsOrNull: Reader<TableColumn[] | null> = (value, otherwise) =>
  Array.isArray(value) ? columns(value, []) : otherwise;

/** The choices that were kept, field by field: one that does not fit takes no saved filter along. null for none. */
export function readTableSettings(value: unknown): TableSettings | null {
  return typeof value === 'object' && value !== null
    ? readFields(
        NEW_SETTINGS,
        {
          columns: columnsOrNull,
          unpicked: texts,
          pinnedColumns: fitting(isPlace),
          widths: listing(isPair(isText, isAmount)),
          sort: listing(isTerm),
          tree: flag,
          group: columns,
          pinnedRuns: texts,
          hidden: texts,
          filter: fitting(isText),
          savedFilters: texts,
          history: texts,
        },
        value,
      )
    : null;
}

const isViewType = isOneOf('ACTIVE_ONLY', 'DELETED_ONLY', 'ALL');

export function readPassing(value: unknown): Passing {
  return readFields(
    NEW_PASSING,
    {
      expanded: flag,
      toggled: texts,
      deleted: fitting(isViewType),
      starredOnly: flag,
      shownOnly: flag,
      withHidden: flag,
    },
    value,
  );
}

export function isViewChoice(value: unknown): value is ViewChoice {
  const { filter, sort, tree, group, expanded, toggled, deleted, ...flags } = fieldsOf(value);
  return (
    isText(filter) &&
    Array.isArray(sort) &&
    sort.every(isTerm) &&
    Array.isArray(group) &&
    group.every(isColumn) &&
    Array.isArray(toggled) &&
    toggled.every(isText) &&
    isViewType(deleted) &&
    [tree, expanded, flags.starredOnly, flags.shownOnly, flags.withHidden].every(isFlag)
  );
}

function isColumn(value: unknown): value is TableColumn {
  const { kind, key, rule, step } = fieldsOf(value);
  return (
    isOneOf('attribute', 'metric', 'param', 'tag')(kind) &&
    isText(key) &&
    (rule === undefined || isOneOf('last', 'min', 'max', 'step')(rule)) &&
    (step === undefined || isAmount(step) || (isText(step) && isWhole(step)))
  );
}

function isTerm(value: unknown): value is SortTerm {
  const { column, descending } = fieldsOf(value);
  return isColumn(column) && isFlag(descending);
}
