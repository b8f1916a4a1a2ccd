import type {
  ColumnList,
  ColumnQuery,
  RowsQuery,
  TableColumn,
  TableQuery,
  TableRows,
  TableScope,
  TableView,
  ValueQuery,
} from '../../mlflow/runTable';
import { displayOf, type Display } from './display';
import { findColumns, findValues, suggestColumns } from './keys';
import { emptyAmong } from './emptiness';
import type { TableLoader } from './loader';
import type { RunColumns } from './runColumns';
import { shapesOf } from './shapes';
import { tableAfter } from './takeOver';
import { extremesOf, windowOf } from './windows';

/** How many scopes (experiments, views) are kept at once. */
const SCOPES = 2;

/**
 * Answers what a run table asks, of one state of a store. Synchronous: it lives where the store is read. After a
 * commit a new one is made from the one before, which keeps what did not change.
 */
export class TableState {
  private readonly tables = new Map<string, RunColumns>();
  private loader: TableLoader | null = null;

  /**
   * @param version differs from that of every other state
   * @param previous the last state that was proven
   */
  constructor(
    readonly version: string,
    private previous: TableState | null,
    private readonly now: () => number,
  ) {}

  /** Before each request: what it reads is read through this loader. */
  begin(loader: TableLoader): this {
    this.loader = loader;
    this.tables.forEach((table) => table.begin(loader));
    return this;
  }

  /** After each request: what it read is proven to be of a committed state. */
  settle(): void {
    this.tables.forEach((table) => table.settle());
    // Else each state would hold the one before, back to the first.
    this.previous = null;
  }

  rows(query: TableQuery): TableRows {
    const table = this.table(query);
    const window = (display: Display): { from: number; to: number } => {
      const from = Math.max(0, Math.min(query.from, display.rows.length));
      return { from, to: Math.min(display.rows.length, from + query.count) };
    };
    let display = displayOf(table, query);
    let { from, to } = window(display);
    const used = [...query.columns, ...query.sort.map(({ column }) => column), ...query.group];
    if (table.recheck(display.rows.subarray(from, to), used)) {
      display = displayOf(table, query);
      ({ from, to } = window(display));
    }
    const pinned = Int32Array.from(
      query.pinned.flatMap((runId) => {
        const row = table.index.get(runId);
        return row !== undefined && table.alive[row] === 1 ? [row] : [];
      }),
    );
    return {
      version: this.version,
      refreshIn: table.refreshIn(),
      loaded: null,
      total: table.total,
      matched: display.matching.length,
      rowCount: display.rows.length,
      from,
      ...windowOf(
        table,
        display,
        display.rows.subarray(from, to),
        display.depths.subarray(from, to),
        query.columns,
        query.wholeTexts,
      ),
      pinned: windowOf(table, display, pinned, new Uint8Array(pinned.length), query.columns),
      located: query.locate.map((id) => {
        const row = table.index.get(id) ?? -1 - display.groups.findIndex((group) => group.id === id);
        return row === 0 && !table.index.has(id) ? -1 : display.rows.indexOf(row);
      }),
      extremes: query.columns.map((column) => extremesOf(table, display, column)),
      empty: emptyAmong(table, display, query.columns),
      shapes: shapesOf(table, query.columns),
    };
  }

  load(scope: TableScope, column: TableColumn): null {
    this.table(scope).column(column);
    return null;
  }

  matching(view: TableView): string[] {
    const table = this.table(view);
    return Array.from(displayOf(table, view).matching, (row) => table.ids[row]!);
  }

  runsOfRows(query: RowsQuery): string[] {
    const table = this.table(query);
    const { rows } = displayOf(table, query);
    return Array.from(
      rows.subarray(query.from, query.from + query.count).filter((row) => row >= 0),
      (row) => table.ids[row]!,
    );
  }

  forgetModels(): null {
    this.tables.forEach((table) => table.forgetModels());
    return null;
  }

  suggestColumns(scope: TableScope): TableColumn[] {
    return suggestColumns(this.table(scope));
  }

  findColumns(query: ColumnQuery): ColumnList {
    return findColumns(this.table(query), query);
  }

  findValues(query: ValueQuery): string[] {
    return findValues(this.table(query), query);
  }

  cellText(runId: string, column: TableColumn): string | null {
    let found: string | null = null;
    if (column.kind === 'param' || column.kind === 'tag') {
      this.loader?.textsOf(column.kind, [column.key], [runId], (_run, _key, value) => {
        found = value;
      });
    }
    return found;
  }

  private table(scope: TableScope): RunColumns {
    const id = JSON.stringify([scope.experimentIds.toSorted(), scope.view]);
    const known = this.tables.get(id);
    if (known) {
      this.tables.delete(id);
      this.tables.set(id, known);
      return known;
    }
    if (!this.loader) {
      throw new Error('begin() comes before the first question');
    }
    const before = this.previous?.tables.get(id) ?? null;
    const made = tableAfter(before, this.loader, scope, this.now);
    made.begin(this.loader);
    this.tables.set(id, made);
    for (const oldest of this.tables.keys()) {
      if (this.tables.size > SCOPES) {
        this.tables.delete(oldest);
      }
    }
    return made;
  }
}
