import { count } from '../../src/mlflow/format';
import { columnId, type TableColumn, type TableRow } from '../../src/mlflow/runTable';
import { isWhole, readWhole } from '../../src/mlflow/wholeNumbers';
import type { RunList } from '../../src/protocol/runList';
import type { ExportFormat, Selection } from '../../src/protocol/table';
import { narrow } from '../../src/search/narrow';
import type { MenuItem } from '../ui/menu';
import type { Passing } from '../../src/protocol/tableChoices';
import { sortedBy, toggledIn } from './choices';
import { bestRule, clampWidth, columnTitle, moved, NAME_COLUMN, sameColumn } from './columns';
import { copyCell } from './copyCell';
import { cellText, spoken } from './format';
import { cellMenu } from './cellMenu';
import { headMenu } from './headMenu';
import {
  groupMenu,
  quickItems,
  selectionMenu,
  type RunActions,
  type SelectionActions,
  type TableActions,
} from './menus';
import type { Question } from './prompt';
import { runMenu } from './runMenu';
import { Selecting } from './selecting';
import type { TableModel } from './model';
import { commandId, type CommandName } from '../../src/protocol/commands';

export type OpenPopup = (
  label: string,
  items: readonly MenuItem[],
  anchor: DOMRect | { x: number; y: number },
) => void;

/** What keys, clicks and menus do to the model. */
export class PageActions implements TableActions, RunActions {
  /** Whether the list of keys is shown. */
  keysShown = false;
  readonly selecting: Selecting;

  constructor(
    private readonly model: TableModel,
    private readonly popup: OpenPopup,
    private readonly ask: (question: Question, anchor: DOMRect | { x: number; y: number }) => void,
    private readonly changed: () => void,
    readonly pickGroups: () => void,
  ) {
    this.selecting = new Selecting(model, changed);
  }

  get store(): string {
    return this.model.connection.args.store;
  }

  run(command: CommandName, args: unknown): void {
    const { client } = this.model.connection;
    void this.model.act(() => client.request('runCommand', { command: commandId(command), args }));
  }

  // Columns

  private placeOf(column: TableColumn): number {
    return this.model.columns.findIndex((other) => sameColumn(other, column));
  }

  sort(column: TableColumn, descending: boolean | null, add: boolean): void {
    const others = this.model.settings.sort.filter((term) => !sameColumn(term.column, column));
    const term = descending === null ? [] : [{ column, descending }];
    this.model.change({ sort: add ? [...others, ...term] : term }, true);
  }

  /** As a click on a head does. */
  cycleSort(place: number, add: boolean): void {
    const column = this.model.columnAt(place);
    if (column) {
      const first = this.model.chunk?.direction(column) === 'higher' ? 'descending' : 'ascending';
      this.model.change({ sort: sortedBy(this.model.settings.sort, column, add, first) }, true);
    }
  }

  hideColumn(column: TableColumn): void {
    const place = this.placeOf(column);
    const { pinnedColumns } = this.model.settings;
    this.model.changeColumns(
      this.model.columns.filter((other) => !sameColumn(other, column)),
      { pinnedColumns: pinnedColumns - (place >= 0 && place < pinnedColumns ? 1 : 0) },
    );
  }

  pinColumn(column: TableColumn): void {
    const place = this.placeOf(column);
    const { pinnedColumns } = this.model.settings;
    if (place >= 0) {
      const pinned = place < pinnedColumns;
      this.model.changeColumns(moved(this.model.columns, place, pinned ? pinnedColumns - 1 : pinnedColumns), {
        pinnedColumns: pinnedColumns + (pinned ? -1 : 1),
      });
    }
  }

  moveColumn(column: TableColumn, by: -1 | 1): void {
    const place = this.placeOf(column);
    this.moveColumnTo(place, place + by);
  }

  /** Among the pinned columns it is pinned, among the others it is not. */
  moveColumnTo(from: number, to: number): void {
    const { columns, settings } = this.model;
    const pinned = settings.pinnedColumns;
    const change = from >= pinned && to < pinned ? 1 : from < pinned && to >= pinned ? -1 : 0;
    this.model.changeColumns(moved(columns, from, to), { pinnedColumns: pinned + change });
  }

  resizeColumn(column: TableColumn, by: number): void {
    this.setWidth(column, this.model.width(column) + by);
  }

  /** @param keep not while it is dragged */
  setWidth(column: TableColumn, width: number, keep = true): void {
    const id = columnId(column);
    const others = this.model.settings.widths.filter(([known]) => known !== id);
    const widths: [string, number][] = [...others, [id, clampWidth(width)]];
    if (keep) {
      this.model.change({ widths });
    } else {
      this.model.settings = { ...this.model.settings, widths };
      this.changed();
    }
  }

  showRule(column: TableColumn, rule: TableColumn['rule']): void {
    const { kind, key } = column;
    if (rule !== 'step') {
      this.replaceColumn(column, rule === undefined ? { kind, key } : { kind, key, rule });
      return;
    }
    this.ask(
      {
        label: `Step of ${columnTitle(column)}`,
        value: String(column.step ?? 0),
        check: (text) => (isWhole(text) ? '' : 'A step is a whole number.'),
        accept: (text) => this.replaceColumn(column, { kind, key, rule, step: readWhole(text) }),
      },
      anchorOf(-1, this.placeOf(column)),
    );
  }

  private replaceColumn(column: TableColumn, by: TableColumn): void {
    const { columns, settings } = this.model;
    this.model.changeColumns(
      columns.map((other) => (sameColumn(other, column) ? by : other)),
      {
        sort: settings.sort.map((term) => (sameColumn(term.column, column) ? { ...term, column: by } : term)),
      },
    );
  }

  /** The menu of what the runs can be grouped by. */
  openGroups(anchor = anchorOf(-1, -1)): void {
    const { columns, settings } = this.model;
    this.popup('Group', groupMenu(columns, settings.group, this), anchor);
  }

  // The view

  group(columns: TableColumn[]): void {
    this.model.passing = { ...this.model.passing, toggled: [] };
    this.model.change({ group: columns }, true);
  }

  /** Columns that show the best value go on to. */
  setDirection(metric: string, direction: 'higher' | 'lower' | null): void {
    const { columns, chunk } = this.model;
    const best = columns.filter((column) => {
      const before = chunk?.direction(column) ?? 'unknown';
      return column.key === metric && before !== 'unknown' && column.rule === bestRule(before);
    });
    void this.model.act(async () => {
      await this.model.connection.client.request('setDirection', { metric, direction });
      if (direction !== null) {
        best.forEach((column) => this.replaceColumn(column, { ...column, rule: bestRule(direction) }));
      }
      this.model.ask();
    });
  }

  setTree(tree: boolean): void {
    this.model.change({ tree }, true);
  }

  setPassing(change: Partial<Passing>): void {
    this.model.changePassing(change);
  }

  narrow(condition: string): void {
    this.model.typed.type(narrow(this.model.settings.filter, condition, this.model.now), true);
  }

  useFilter(filter: string): void {
    this.model.typed.type(filter, true);
  }

  saveFilter(): void {
    const { filter, savedFilters } = this.model.settings;
    this.model.change({ savedFilters: [filter.trim(), ...savedFilters] });
  }

  forgetFilter(filter: string): void {
    const { savedFilters } = this.model.settings;
    this.model.change({ savedFilters: savedFilters.filter((other) => other !== filter) });
  }

  showKeys(): void {
    this.keysShown = !this.keysShown;
    this.changed();
  }

  // What goes out

  copy(text: string, what: string): void {
    void this.model.act(() => this.model.connection.client.request('copyText', { text, what }));
  }

  copyIds(): void {
    void this.model.act(async () => {
      const ids = await this.model.targetIds();
      this.copy(ids.join('\n'), count(ids.length, 'run ID'));
    });
  }

  /** All that are found. */
  exportRows(format: ExportFormat, to: 'clipboard' | 'file'): void {
    this.exportThose(format, to, null);
  }

  private exportSelected(format: ExportFormat, to: 'clipboard' | 'file'): void {
    this.exportThose(format, to, this.model.selection.selection);
  }

  private exportThose(format: ExportFormat, to: 'clipboard' | 'file', selection: Selection | null): void {
    const { connection, view, columns } = this.model;
    void this.model.act(() =>
      connection.client.request('exportRows', {
        view,
        columns: [NAME_COLUMN, { kind: 'attribute', key: 'status' }, ...columns],
        format,
        to,
        selection,
      }),
    );
  }

  copySnippet(): void {
    const { connection, view } = this.model;
    void this.model.act(() => connection.client.request('copySnippet', { view }));
  }

  // Runs

  openRun(row: TableRow | undefined): void {
    if (row?.type === 'run') {
      const { store, model } = this;
      const { experimentIds } = model.connection.args;
      this.run('openRun', {
        store,
        runId: row.runId,
        list: { kind: 'table', store, experimentIds, view: model.view } satisfies RunList,
      });
    }
  }

  /** Of the selected runs; of all that are found where none, or fewer than `least`, are selected. */
  charts(least = 1): void {
    const { model, store } = this;
    void model.act(async () => {
      if (this.selecting.amount < least) {
        const { experimentIds } = model.connection.args;
        this.run('openCharts', { store, experimentIds, filter: model.settings.filter });
        return;
      }
      const ids = await model.targetIds();
      this.run('openCharts', { runs: ids.map((runId) => ({ store, runId })) });
    });
  }

  /** Of the selected runs; a single one is compared with the baseline. */
  diff(): void {
    const { model, store } = this;
    void model.act(async () => {
      const ids = await model.targetIds();
      const baseline = model.chunk?.answer.baseline;
      const all = ids.length === 1 && baseline && baseline !== ids[0] ? [baseline, ...ids] : ids;
      this.run('diffRuns', { runs: all.map((runId) => ({ store, runId })) });
    });
  }

  /** For the menu of the selection. */
  readonly onSelection: SelectionActions = {
    charts: () => this.charts(),
    diff: () => this.diff(),
    copyIds: () => this.copyIds(),
    mark: (as) => void this.model.mark(as),
    exportRows: (format, to) => this.exportSelected(format, to),
    onRuns: (command) =>
      this.withIds((ids) => this.run(command, { runs: ids.map((runId) => ({ store: this.store, runId })) })),
    onIds: (command) => this.withIds((runIds) => this.run(command, { store: this.store, runIds })),
    onRun: (command) => this.withIds(([runId]) => this.run(command, { store: this.store, runId })),
  };

  private withIds(act: (ids: string[]) => void): void {
    void this.model.act(async () => act(await this.model.targetIds()));
  }

  /** Closes the list of keys where it is open, as Escape closes what opened; else selects nothing. */
  escape(): void {
    if (this.keysShown) {
      this.showKeys();
    } else {
      this.selecting.none();
    }
  }

  /** Shows or hides in pictures: the row's run, with all that are selected where it is one of them. */
  show(row: TableRow | undefined, index: number, alone: boolean): void {
    if (row?.type === 'run') {
      const as = this.model.markAt(index)?.color ? 'notShown' : 'shown';
      const together = !alone && this.model.selection.has(row.runId);
      void this.model.mark(as, together ? this.model.target : { runIds: [row.runId] });
    }
  }

  star(row: TableRow | undefined, index: number): void {
    if (row?.type === 'run') {
      void this.model.mark(this.model.markAt(index)?.starred ? 'notStarred' : 'starred', {
        runIds: [row.runId],
      });
    }
  }

  pinRun(runId: string): void {
    this.model.change({ pinnedRuns: toggledIn(this.model.settings.pinnedRuns, runId) });
  }

  setBaseline(runId: string): void {
    void this.model.act(async () => {
      await this.model.connection.client.request('setBaseline', { runId });
      this.model.ask();
    });
  }

  // Menus

  openMenu(at?: { x: number; y: number }): void {
    const { model } = this;
    const { row: index, column: place } = model.cursor;
    const column = model.columnAt(place);
    if (!column) {
      return;
    }
    const anchor = at ?? anchorOf(index, place);
    if (index === -1) {
      const better = {
        direction: model.chunk?.direction(column) ?? 'unknown',
        origin: model.chunk?.directionFrom(column) ?? 'name',
      };
      const pinned = place >= 0 && place < model.settings.pinnedColumns;
      this.popup(columnTitle(column), headMenu(column, place, pinned, better, this), anchor);
      return;
    }
    const value = model.valueAt(index, column);
    const row = model.rowAt(index);
    // As in VS Code: on one of several that are selected, the menu is about all of these.
    const isOfSeveral = row?.type === 'run' && model.selection.has(row.runId) && this.selecting.amount > 1;
    const shown = cellText(column, value, model.now, model.shape(column)?.decimals);
    const items = cellMenu(
      column,
      value,
      spoken(shown),
      shown.full === '' ? null : () => copyCell(model, index, column),
      this,
      isOfSeveral
        ? [
            ...quickItems(this.onSelection),
            ...selectionMenu(this.selecting.amount, model.passing.deleted, this.onSelection),
          ]
        : runMenu(row, model, this),
      row?.type === 'run' ? (row.trial?.state ?? null) : null,
    );
    this.popup('Cell', items, anchor);
  }
}

/** Where the menu of a cell opens. */
function anchorOf(row: number, column: number): DOMRect | { x: number; y: number } {
  const cell = document.getElementById(`cell-${row}-${column}`) ?? document.querySelector('.grid');
  return cell?.getBoundingClientRect() ?? { x: 0, y: 0 };
}
