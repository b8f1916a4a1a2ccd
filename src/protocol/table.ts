import type { ColumnList, SortTerm, TableColumn, TableRows } from '../mlflow/runTable';
import type { CompletionItem } from '../search/complete';
import type { Direction, DirectionOrigin } from '../state/metrics';
import type { RunKey } from '../mlflow/runKey';
import type { RunColor } from '../state/colors';

/** What the run table asks of its host. */
export type TableProtocol = {
  requests: {
    /** Where the table stands, and how the user left it. */
    open: { params: null; result: TableOpening };
    /** A window of rows and columns. A refused filter is an error with details {from, to}. */
    rows: { params: RowsRequest; result: RowsAnswer };
    /** Reads a column whole, for its best value and its sorting; worth asking when nothing else is. */
    load: { params: { view: ViewChoice; column: TableColumn }; result: null };
    /** Loads the runs of a server that are not here yet; with `on` false no more than are here. */
    loadRest: { params: { view: ViewChoice; on: boolean }; result: null };
    findColumns: { params: { text: string; complete: boolean }; result: ColumnList };
    complete: { params: { text: string; offset: number }; result: Completion };
    /** The whole text of a cell. */
    cellText: { params: { runId: string; column: TableColumn }; result: string | null };
    saveSettings: { params: TableSettings; result: null };
    /** Ids of the selected runs, in the order of the view. */
    selected: { params: { view: ViewChoice; selection: Selection }; result: string[] };
    /** Ids of the runs in some rows of the view, for a selection over rows that are not here. */
    runsOfRows: { params: { view: ViewChoice; from: number; count: number }; result: string[] };
    mark: {
      params: { view: ViewChoice; selection: Selection; as: Mark };
      result: { runs: number };
    };
    setBaseline: { params: { runId: string | null }; result: null };
    /** The run under the pointer, for every view that follows; null for none. */
    hover: { params: { runId: string | null }; result: null };
    /** Ends the brush of the sweep, there and wherever it is followed. */
    clearBrush: { params: null; result: null };
    /** Says for good whether more of a metric is better; null leaves it to the experiment and the name. */
    setDirection: { params: { metric: string; direction: 'higher' | 'lower' | null }; result: null };
    exportRows: { params: ExportRequest; result: { rows: number } };
    copySnippet: { params: { view: ViewChoice }; result: null };
  };
  events: {
    /** The run under the pointer in some view. */
    hovered: RunKey | null;
  };
};

export type Mark = 'shown' | 'notShown' | 'starred' | 'notStarred' | 'hidden' | 'notHidden';

/** Some runs, or all for which the filter holds but some. */
export type Selection = { runIds: string[] } | { allBut: string[] };

export interface TableOpening {
  storeName: string;
  /** Of the table's scope; all of the store for an empty scope, then `whole` is true. */
  experiments: { experimentId: string; name: string }[];
  whole: boolean;
  settings: TableSettings | null;
  /** The columns to begin with, where the user chose none. */
  suggested: TableColumn[];
  /** A filter that would find something here, to show what can be typed. */
  example: string;
  now: number;
}

/** What the user looks at, beside the columns. */
export interface ViewChoice {
  filter: string;
  sort: SortTerm[];
  tree: boolean;
  group: TableColumn[];
  expanded: boolean;
  toggled: string[];
  deleted: 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';
  starredOnly: boolean;
  shownOnly: boolean;
  withHidden: boolean;
}

export interface RowsRequest extends ViewChoice {
  /** A first answer is enough: words of the filter are looked for in names and ids only. */
  glance: boolean;
  from: number;
  count: number;
  columns: TableColumn[];
  pinned: string[];
  locate: string[];
}

export interface RunMark {
  /** What tells it from the rows of the same name beside it; null where its name does. */
  apart: string | null;
  /** null while it is not shown. */
  color: RunColor | null;
  starred: boolean;
  hidden: boolean;
}

export interface RowsAnswer extends TableRows {
  /** By row, null for a group; then by pinned row. */
  marks: (RunMark | null)[];
  pinnedMarks: (RunMark | null)[];
  /** Of each column. */
  directions: Direction[];
  /** Of each column: who says so. */
  directionsFrom: DirectionOrigin[];
  /** Runs inside the brush of a sweep, which the rows follow; null where none is brushed. */
  brushed: number | null;
  /** The run that others are compared with, where it is one of this store. */
  baseline: string | null;
  hiddenCount: number;
  /** Since when the store cannot be read (ms) and why; the rows are what was read last. */
  stale: { since: number; message: string } | null;
  now: number;
}

export interface Completion {
  from: number;
  to: number;
  items: CompletionItem[];
}

/** How the user left the table of some experiments. JSON. */
export interface TableSettings {
  /** null: those that vary. */
  columns: TableColumn[] | null;
  /** By columnId: those among them that the user did not choose himself, left out where no row has a value. */
  unpicked: string[];
  /** The first so many columns stand still. */
  pinnedColumns: number;
  /** By columnId, px. */
  widths: [string, number][];
  sort: SortTerm[];
  tree: boolean;
  group: TableColumn[];
  pinnedRuns: string[];
  hidden: string[];
  filter: string;
  savedFilters: string[];
  history: string[];
}

export type ExportFormat = 'csv' | 'markdown' | 'json';

export interface ExportRequest {
  view: ViewChoice;
  columns: TableColumn[];
  format: ExportFormat;
  to: 'clipboard' | 'file';
  /** Only these; null for all that are found. */
  selection: Selection | null;
}
