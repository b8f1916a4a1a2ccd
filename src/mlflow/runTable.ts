/** What the run table asks of a store, and what it gets: a window of rows and columns, never the whole. */
import type { ColumnShape } from './columnNumbers';
import type { ViewType } from './entities';
import type { TrialState } from './optunaTrial';

export type ColumnKind = 'attribute' | 'metric' | 'param' | 'tag';
/** Which value of a metric's history a column shows. */
export type MetricRule = 'last' | 'min' | 'max' | 'step';

export interface TableColumn {
  kind: ColumnKind;
  key: string;
  /** Metrics only; missing: the latest value. */
  rule?: MetricRule;
  /** With rule 'step'; one that a number does not hold is its digits. */
  step?: number | string;
}

/** The attributes that can be columns. */
export const TABLE_ATTRIBUTES = [
  'name',
  'status',
  'start',
  'duration',
  'user',
  'source',
  'commit',
  'dataset',
  'registered',
  'model',
  'modelSize',
  'autologged',
  'experiment',
  'runId',
] as const;
export type TableAttribute = (typeof TABLE_ATTRIBUTES)[number];

export interface TableScope {
  /** Empty for all. */
  experimentIds: readonly string[];
  view: ViewType;
}

export interface SortTerm {
  column: TableColumn;
  descending: boolean;
}

/** Which rows, in which order. */
export interface TableView extends TableScope {
  /** In the search language. */
  filter: string;
  /** Words without a key are looked for in names and ids only, which are at hand: a first answer, before all is read. */
  glance?: boolean;
  /** ms; what "7d ago" counts from. */
  now: number;
  /**
   * Missing values and NaN come last in both directions; at the end the start time, newest first. Groups are sorted by
   * what their rows show.
   */
  sort: readonly SortTerm[];
  /** Children under their parents; a parent stands where the first of its subtree would. */
  tree: boolean;
  /** Runs with equal values together; empty for no groups. Takes precedence over `tree`. */
  group: readonly TableColumn[];
  /** Whether parents and groups are open unless named in `toggled`. */
  expanded: boolean;
  /** Run ids of parents, ids of groups. */
  toggled: readonly string[];
  /** Runs that are left out. */
  hidden: readonly string[];
  /** Only these runs, e.g. the starred ones; null for all. */
  only: readonly string[] | null;
}

/** Rows of a view: `count` from `from` on. */
export interface RowsQuery extends TableView {
  from: number;
  count: number;
}

export interface TableQuery extends RowsQuery {
  columns: readonly TableColumn[];
  /** Runs whose rows are wanted wherever they stand, and even where the filter leaves them out. */
  pinned: readonly string[];
  /** Texts are not cut: for an export, not for a picture. */
  wholeTexts?: boolean;
  /** Runs and groups whose places are asked. */
  locate: readonly string[];
}

export interface RunTableRow {
  type: 'run';
  runId: string;
  experimentId: string;
  name: string;
  /** With the times, as it ran: of a trial of Optuna's, the trial's (`optunaTrial.ts`). */
  status: string;
  trial: { state: TrialState; sentence: string } | null;
  deleted: boolean;
  startTime: number | null;
  endTime: number | null;
  /** Newest time of a logged metric, ms, of a run that says RUNNING without an end; else null. */
  lastLogged: number | null;
  depth: number;
  /** Rows directly below it in this view, open or not. */
  children: number;
  open: boolean;
  /** Shown for its children only: the filter does not hold for it. */
  context: boolean;
}

export interface GroupTableRow {
  type: 'group';
  id: string;
  /** A value for each of the view's group columns; null: the runs without one. */
  values: (string | null)[];
  count: number;
  open: boolean;
}

export type TableRow = RunTableRow | GroupTableRow;

/** In typed arrays, which cost a message least. */
export interface NumberCells {
  type: 'number';
  /** One a row; in a group's row the mean, of starts the newest. */
  values: Float64Array;
  /** 1 where there is a value, NaN included. */
  present: Uint8Array;
  /** For the group rows, in their order: n, min, max, standard deviation (n − 1). */
  groups: Float64Array;
}

export interface TextCells {
  type: 'text';
  /** At most MAX_CELL_TEXT characters; null where missing, and in a group whose runs differ. */
  values: (string | null)[];
  /** All values of the column are numbers. */
  numeric: boolean;
}

export type Cells = NumberCells | TextCells;

export const MAX_CELL_TEXT = 100;

export interface TableWindow {
  rows: TableRow[];
  /** In the order of the query's columns. */
  cells: Cells[];
}

/** How much of what is asked for is here, of a store that gives its runs out by pages: a server. */
export interface LoadedPart {
  /** Runs that are here. */
  runs: number;
  /** More are on their way. */
  isLoading: boolean;
  /** There are others, which nobody looked at. */
  isPart: boolean;
  /** Whether `loadRest` brings more: memory holds so many runs and no more. */
  canLoad: boolean;
  /** The store has looked through all of its runs with what it understands of the filter: `runs` are of those that it found. */
  isFound: boolean;
  /** Why the others could not be read, in a sentence; null where nothing failed. */
  problem: string | null;
}

export interface TableRows extends TableWindow {
  /** Differs after each change of the store that the table noticed. */
  version: string;
  /** Values that a commit may have changed in rows that are not here are read anew when asked in so many ms. */
  refreshIn: number | null;
  /** null where all runs of the scope are here. */
  loaded: LoadedPart | null;
  /** Runs in the scope, of those that are here. */
  total: number;
  /** Runs for which the filter holds. */
  matched: number;
  /** Rows of the view, the context parents and groups included. */
  rowCount: number;
  from: number;
  pinned: TableWindow;
  /** The place of each that was to be located; −1 for one that has no row in this view. */
  located: number[];
  /**
   * Of each column over the matching runs, NaN left out; null for texts, where there is none, and in a large
   * table as long as the column was not loaded.
   */
  extremes: ({ min: number; max: number } | null)[];
  /** Of each column: no matching run has a value. false where there is none, and as long as that is not known. */
  empty: boolean[];
  /** Of each column, decided from the same few runs whatever is seen of it; null where none of them has a value. */
  shapes: (ColumnShape | null)[];
}

/** How a key's values are spread over the runs of a scope. */
export type Spread = 'varies' | 'constant' | 'empty';

export interface ColumnInfo {
  column: TableColumn;
  spread: Spread | null;
}

export interface ColumnList {
  columns: ColumnInfo[];
  /** How many keys match, beyond the limit too. */
  total: number;
  /** null until the whole store was looked at, which `complete` asks for. */
  constant: number | null;
  empty: number | null;
}

export interface ColumnQuery extends TableScope {
  /** Part of a key, any case. */
  text: string;
  limit: number;
  /** Look at every key, not only at those of a sample of runs. */
  complete: boolean;
}

export interface LoadRequest extends TableScope {
  filter: string;
  now: number;
  /** false: no more than what is here. */
  on: boolean;
  wait: boolean;
}

export interface ValueQuery extends TableScope {
  column: TableColumn;
  text: string;
  limit: number;
}

/** What the files of the model that a run logged say; null where they do not. */
export interface ModelFact {
  runId: string;
  flavor: string | null;
  bytes: number | null;
}

/**
 * A store's run table. All methods throw StoreError; a filter that is refused has code INVALID_PARAMETER_VALUE
 * and `details` {from, to}.
 */
export interface RunTable {
  rows(query: TableQuery, signal?: AbortSignal): Promise<TableRows>;
  /** Reads a column whole, so that its extremes are known and sorting by it is quick. */
  load(scope: TableScope, column: TableColumn, signal?: AbortSignal): Promise<null>;
  /**
   * Loads what `TableRows.loaded` says is not here, or no more of it; all of it is here when it answers, where `wait`
   * is set.
   */
  loadRest(request: LoadRequest, signal?: AbortSignal): Promise<null>;
  /** Ids of the runs for which the filter holds, in the order of the view. */
  matching(view: TableView, signal?: AbortSignal): Promise<string[]>;
  /** Ids of the runs that stand in these rows of the view, groups left out; at most as many as there are. */
  runsOfRows(query: RowsQuery, signal?: AbortSignal): Promise<string[]>;
  /** The columns to begin with: those that vary among a sample of the runs, most common first, no attributes. */
  suggestColumns(scope: TableScope, signal?: AbortSignal): Promise<TableColumn[]>;
  findColumns(query: ColumnQuery, signal?: AbortSignal): Promise<ColumnList>;
  /** Distinct values that contain the text, most common first. */
  findValues(query: ValueQuery, signal?: AbortSignal): Promise<string[]>;
  /** What the store itself does not hold, for the columns `model` and `modelSize`; kept from then on. */
  learnModels(facts: readonly ModelFact[], signal?: AbortSignal): Promise<null>;
  /** A cell's whole text. */
  cellText(runId: string, column: TableColumn, signal?: AbortSignal): Promise<string | null>;
}

/** A column's name as a key of maps and settings. */
export function columnId({ kind, key, rule, step }: TableColumn): string {
  const suffix = rule === undefined || rule === 'last' ? '' : rule === 'step' ? `@${step ?? 0}` : `@${rule}`;
  return `${kind}${suffix}:${key}`;
}
