import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { isCancelled, toStoreError, type StoreError } from '../../src/mlflow/errors';
import { count, formatDateTime } from '../../src/mlflow/format';
import { columnId, type TableColumn, type TableRow } from '../../src/mlflow/runTable';
import type {
  ExportFormat,
  Mark,
  Selection,
  TableOpening,
  TableProtocol,
  TableSettings,
  ViewChoice,
} from '../../src/protocol/table';
import { parseFilter } from '../../src/search/parse';
import { narrow } from '../../src/search/text';
import { breadcrumb, type Crumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import '../ui/menu';
import type { MenuItem } from '../ui/menu';
import { Refresher } from '../ui/refresher';
import { banner, emptyState, errorState, skeleton } from '../ui/states';
import { onThemeChange } from '../ui/theme';
import { Chunk, type CellValue } from './chunk';
import {
  NEW_PASSING,
  NEW_SETTINGS,
  remembered,
  sortedBy,
  toggledIn,
  viewChoice,
  type Passing,
} from './choices';
import './columnPicker';
import {
  clampWidth,
  columnTitle,
  defaultColumns,
  defaultWidth,
  moved,
  NAME_COLUMN,
  sameColumn,
} from './columns';
import './filterInput';
import type { FilterError } from './filterInput';
import { cellText } from './format';
import { gridHead, gridRow, pinnedRow, type GridModel } from './grid';
import { keyAction } from './keyboard';
import { cellMenu, filterMenu, groupMenu, headMenu, KEYS, moreMenu, type TableActions } from './menus';
import './popup';
import type { TablePopup } from './popup';
import { SelectedRuns } from './selection';
import { HEAD_HEIGHT, ROW_HEIGHT, Viewport } from './viewport';

/** What the page remembers while it is hidden. */
interface Kept {
  passing: Passing;
  scrollTop: number;
  scrollLeft: number;
}

/** Rows and columns asked for beyond those that are seen. */
const MARGIN_ROWS = 60;
const MARGIN_COLUMNS = 6;
/** After a keystroke in the filter, ms. */
const FILTER_PAUSE = 250;
/** Without a scroll or a question, ms: then a column is read whole for its best value. */
const IDLE = 600;

@customElement('table-page')
export class TablePage extends LitElement implements TableActions {
  connection!: PageConnection<'table', TableProtocol>;

  @state() private opening: TableOpening | null = null;
  @state() private failure: StoreError | null = null;
  /** Of the last question, while what was there before is still shown. */
  @state() private problem: StoreError | null = null;
  @state() private filterError: FilterError | null = null;
  @state() private actionError = '';
  @state() private settings: TableSettings = NEW_SETTINGS;
  @state() private passing: Passing = NEW_PASSING;
  /** As typed; the settings hold what is asked with. */
  @state() private typed = '';
  @state() private chunk: Chunk | null = null;
  @state() private cursor = { row: 0, column: -1 };
  @state() private focused = false;
  @state() private picking = false;
  @state() private keysShown = false;
  @state() private drawings = 0;
  @state() private now = Date.now();
  private readonly selection = new SelectedRuns();
  private viewport: Viewport | null = null;
  /** The run or group under the cursor, and the one at the top: they stay where they are when others come. */
  private cursorId: string | null = null;
  private readonly asker = new Refresher(() => this.ask());
  private question: AbortController | null = null;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private readonly loaded = new Set<string>();
  private readonly widthSheet = new CSSStyleSheet();
  private widthRules = '';
  private restoreScroll: Kept | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.widthSheet];
    const kept = this.connection.view<Kept>();
    this.passing = { ...NEW_PASSING, ...kept?.passing };
    this.restoreScroll = kept ?? null;
    const { client } = this.connection;
    client.on('storeChanged', () => this.asker.request());
    client.on('viewStateChanged', () => this.asker.request());
    onThemeChange(() => this.requestUpdate());
    setInterval(() => (this.now = Date.now()), 20_000);
    void this.open();
  }

  private async open(): Promise<void> {
    this.failure = null;
    try {
      const opening = await this.connection.client.request('open', null);
      this.settings = { ...NEW_SETTINGS, ...opening.settings };
      const asked = this.connection.args.filter;
      if (asked !== undefined) {
        this.settings = { ...this.settings, filter: asked };
      }
      this.typed = this.settings.filter;
      this.opening = opening;
      this.now = opening.now;
      this.asker.request();
    } catch (error) {
      this.failure = toStoreError(error);
    }
  }

  /** All columns after the name. */
  private get columns(): readonly TableColumn[] {
    const { opening, settings } = this;
    return (
      settings.columns ??
      defaultColumns(
        opening?.suggested ?? [],
        (opening?.whole ?? false) || (opening?.experiments.length ?? 0) > 1,
      )
    );
  }

  private get view(): ViewChoice {
    return viewChoice(this.settings, this.passing);
  }

  private width(column: TableColumn): number {
    const id = columnId(column);
    return this.settings.widths.find(([known]) => known === id)?.[1] ?? defaultWidth(column);
  }

  // Asking

  /** Asks for what is seen and some way around it. */
  private async ask(): Promise<void> {
    const { columns, viewport } = this;
    const seen = viewport?.seen ?? {
      from: 0,
      to: 60,
      columns: columns.map((_, place) => place).slice(0, 20),
    };
    const from = Math.max(0, seen.from - MARGIN_ROWS);
    const first = (seen.columns[0] ?? 0) - MARGIN_COLUMNS;
    const last = (seen.columns.at(-1) ?? 0) + MARGIN_COLUMNS;
    const wanted = columns.filter(
      (_, place) => place < this.settings.pinnedColumns || (place >= first && place <= last),
    );
    const top = viewport ? this.chunk?.row(viewport.topRow) : undefined;
    const anchor = top && viewport && viewport.topRow > 0 ? rowId(top) : null;
    this.question?.abort();
    const question = new AbortController();
    this.question = question;
    try {
      const answer = await this.connection.client.request(
        'rows',
        {
          ...this.view,
          from,
          count: Math.max(seen.to - seen.from, 40) + 2 * MARGIN_ROWS,
          columns: wanted,
          pinned: this.pinnedIds(),
          locate: [anchor ?? '', this.cursorId ?? ''],
        },
        question.signal,
      );
      const versionBefore = this.chunk?.answer.version;
      if (versionBefore !== undefined && versionBefore !== answer.version) {
        this.loaded.clear();
      }
      this.chunk = new Chunk(answer, wanted);
      this.problem = null;
      this.filterError = null;
      this.keepInPlace(answer.located, versionBefore !== answer.version);
      const baseline = answer.baseline;
      if (
        baseline !== null &&
        !answer.pinned.rows.some((row) => row.type === 'run' && row.runId === baseline)
      ) {
        this.knownBaseline = baseline;
        this.asker.request();
      }
      this.knownBaseline = baseline;
    } catch (error) {
      if (isCancelled(error)) {
        return;
      }
      this.refused(toStoreError(error));
    }
  }

  private knownBaseline: string | null = null;

  private pinnedIds(): string[] {
    const { pinnedRuns } = this.settings;
    return this.knownBaseline === null || pinnedRuns.includes(this.knownBaseline)
      ? pinnedRuns
      : [this.knownBaseline, ...pinnedRuns];
  }

  /** A question that failed leaves what was there, and says why. */
  private refused(error: StoreError): void {
    const place = error.details as { from?: unknown; to?: unknown } | undefined;
    if (error.code === 'INVALID_PARAMETER_VALUE' && typeof place?.from === 'number') {
      this.filterError = { message: error.message, from: place.from, to: Number(place.to) };
    } else if (this.chunk) {
      this.problem = error;
    } else {
      this.failure = error;
    }
  }

  /** When runs came or went above, what is looked at stays where it is. */
  private keepInPlace([anchor = -1, cursor = -1]: number[], changed: boolean): void {
    const grid = this.grid;
    if (cursor >= 0 && this.cursor.row >= 0) {
      this.cursor = { ...this.cursor, row: cursor };
    }
    if (changed && anchor >= 0 && grid && this.viewport && this.viewport.topRow > 0) {
      const shift = anchor - this.viewport.topRow;
      if (shift !== 0) {
        void this.updateComplete.then(() => (grid.scrollTop += shift * ROW_HEIGHT));
      }
    }
  }

  /** The view changed: what was scrolled to means nothing any more. */
  private askAnew(top = true): void {
    if (top && this.grid) {
      this.grid.scrollTop = 0;
    }
    this.question?.abort();
    this.asker.request();
  }

  private change(change: Partial<TableSettings>, top = false): void {
    this.settings = { ...this.settings, ...change };
    void this.connection.client
      .request('saveSettings', this.settings)
      .catch((error: unknown) => (this.actionError = toStoreError(error).message));
    this.askAnew(top);
  }

  // Drawing

  private get grid(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.grid');
  }

  protected override updated(_: PropertyValues): void {
    const { grid } = this;
    if (grid && !this.viewport) {
      this.viewport = new Viewport(grid, () => this.scrolled());
      this.drawings++;
      return;
    }
    if (!grid && this.viewport) {
      this.viewport.dispose();
      this.viewport = null;
    }
    this.place();
  }

  /** Sizes and offsets, set through the DOM: they follow the scroll without a drawing. */
  private place(): void {
    const { grid, viewport, chunk } = this;
    if (!grid || !viewport || !chunk) {
      return;
    }
    this.writeWidths(viewport.seen.columns);
    const { width, height } = viewport.sheet;
    const sheet = grid.querySelector<HTMLElement>('.sheet')!;
    sheet.style.width = `${width}px`;
    sheet.style.height = `${height}px`;
    const stage = grid.querySelector<HTMLElement>('.stage')!;
    stage.style.width = `${grid.clientWidth}px`;
    stage.style.height = `${grid.clientHeight}px`;
    const body = grid.querySelector<HTMLElement>('.body-window')!;
    body.style.height = `${viewport.bodyHeight}px`;
    if (this.restoreScroll) {
      grid.scrollTop = this.restoreScroll.scrollTop;
      grid.scrollLeft = this.restoreScroll.scrollLeft;
      this.restoreScroll = null;
    }
    this.shift();
  }

  private shift(): void {
    const { grid, viewport } = this;
    if (!grid || !viewport) {
      return;
    }
    const { from, columns } = this.drawn;
    grid.querySelector<HTMLElement>('.body')!.style.transform = `translateY(${viewport.rowOffset(from)}px)`;
    const x = columns.length > 0 ? viewport.columnOffset(columns[0]!) : 0;
    for (const moving of grid.querySelectorAll<HTMLElement>('.moving')) {
      moving.style.transform = `translateX(${x}px)`;
    }
  }

  /** What was drawn last; stays until what is seen is here. */
  private drawn: { from: number; to: number; columns: readonly number[] } = { from: 0, to: 0, columns: [] };

  private writeWidths(drawn: readonly number[]): void {
    const { columns, settings } = this;
    const places = [...Array.from({ length: settings.pinnedColumns }, (_, place) => place), ...drawn];
    const rules = [
      `.w-1 { width: ${this.width(NAME_COLUMN)}px }`,
      ...places.flatMap((place) => {
        const column = columns[place];
        return column ? [`.w${place} { width: ${this.width(column)}px }`] : [];
      }),
    ].join('\n');
    if (rules !== this.widthRules) {
      this.widthRules = rules;
      this.widthSheet.replaceSync(rules);
    }
  }

  private scrolled(): void {
    const { viewport, chunk } = this;
    if (!viewport || !chunk) {
      return;
    }
    const seen = viewport.seen;
    const last = Math.min(seen.to, chunk.answer.rowCount);
    const here = chunk.covers(seen.from, last, this.placed(seen.columns));
    if (here) {
      this.drawings++;
    }
    const near = chunk.covers(
      Math.max(0, seen.from - MARGIN_ROWS / 3),
      seen.to + MARGIN_ROWS / 3,
      this.placed(seen.columns),
    );
    if (!near) {
      this.asker.request();
    }
    this.whenIdle();
  }

  private placed(places: readonly number[]): TableColumn[] {
    return places.flatMap((place) => this.columns[place] ?? []);
  }

  /** Reads the columns that are seen, one after the other, while nothing else is asked. */
  private whenIdle(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      const { chunk, viewport } = this;
      const next = this.placed(viewport?.seen.columns ?? []).find(
        (column) =>
          column.kind === 'metric' && !this.loaded.has(columnId(column)) && !chunk?.hasExtremes(column),
      );
      if (chunk && next && this.passing.deleted) {
        this.loaded.add(columnId(next));
        this.connection.client
          .request('load', { view: this.view, column: next })
          .then(() => this.asker.request())
          .catch(() => undefined);
      }
    }, IDLE);
    this.connection.saveView({
      passing: this.passing,
      scrollTop: this.grid?.scrollTop ?? 0,
      scrollLeft: this.grid?.scrollLeft ?? 0,
    } satisfies Kept);
  }

  protected override render(): TemplateResult {
    if (this.failure && !this.chunk) {
      return html`<div class="page">
        ${errorState(this.failure.message, [
          { label: 'Try Again', run: () => void this.open() },
          { label: 'Show Log', run: () => void this.connection.client.request('showLog', null) },
        ])}
      </div>`;
    }
    return html`<div class="table-page ${this.chunk?.answer.stale ? 'stale' : ''}" @keydown=${this.onPageKey}>
      ${this.header()} ${this.filterLine()} ${this.messages()}
      ${this.chunk ? this.table(this.chunk) : html`<div class="page">${skeleton(16, 'Loading the runs')}</div>`}
      ${this.chunk ? this.selectionBar(this.chunk) : nothing}
      ${
        this.picking
          ? html`<table-column-picker
              .columns=${this.columns}
              .find=${(text: string, complete: boolean, signal: AbortSignal) =>
                this.connection.client.request('findColumns', { text, complete }, signal)}
              .changed=${(columns: TableColumn[]) => this.change({ columns })}
              .reset=${() => this.change({ columns: null })}
              .close=${() => this.pick(false)}
            ></table-column-picker>`
          : nothing
      }
      <table-popup></table-popup>
    </div>`;
  }

  private header(): TemplateResult {
    const { opening } = this;
    const { store, experimentIds } = this.connection.args;
    const names = opening?.experiments.map(({ name }) => name) ?? [];
    const crumbs: Crumb[] = [
      {
        label: opening?.storeName ?? '…',
        title: store,
        ...(experimentIds.length > 0
          ? { open: () => this.run('openRunTable', { store, experimentIds: [] }) }
          : {}),
      },
      ...(experimentIds.length === 0
        ? [{ label: 'all experiments' }]
        : [
            {
              label: names.length > 3 ? count(experimentIds.length, 'experiment') : names.join(', '),
              title: names.join(', '),
            },
          ]),
    ];
    const button = (label: string, run: (event: Event) => void, expanded?: boolean): TemplateResult =>
      html`<vscode-button
        appearance="secondary"
        aria-expanded=${expanded === undefined ? nothing : String(expanded)}
        @click=${run}
        >${label}</vscode-button
      >`;
    return html`<header class="page-header">
      ${breadcrumb(crumbs)}
      <div class="actions">
        ${button('Columns', () => this.pick(!this.picking), this.picking)}
        ${button('Group', (event) =>
          this.popup(
            'Group',
            groupMenu(this.columns, this.settings.group, this),
            event.currentTarget as HTMLElement,
          ),
        )}
        ${button('Charts', () => this.charts())}
        <lens-menu
          .items=${moreMenu(this.settings, this.passing, this.chunk?.answer.hiddenCount ?? 0, this)}
        ></lens-menu>
      </div>
    </header>`;
  }

  private filterLine(): TemplateResult {
    return html`<div class="filter-line">
      <table-filter
        .value=${this.typed}
        .error=${this.filterError}
        .complete=${(text: string, offset: number, signal: AbortSignal) =>
          this.connection.client.request('complete', { text, offset }, signal)}
        .changed=${(text: string, final: boolean) => this.onFilter(text, final)}
        .leave=${() => this.grid?.focus()}
      ></table-filter>
      <span class="found" role="status" aria-live="polite">${this.foundText()}</span>
      <button
        type="button"
        class="link"
        aria-haspopup="menu"
        @click=${(event: Event) =>
          this.popup('Filters', filterMenu(this.settings, this), event.currentTarget as HTMLElement)}
      >
        saved ▾
      </button>
    </div>`;
  }

  private foundText(): string {
    const { chunk } = this;
    if (!chunk) {
      return '';
    }
    const { matched, total } = chunk.answer;
    return matched === total
      ? count(total, 'run')
      : `${matched.toLocaleString('en-US')} of ${count(total, 'run')}`;
  }

  private messages(): TemplateResult {
    const { filterError, problem, actionError, chunk } = this;
    const stale = chunk?.answer.stale;
    return html`<div class="messages">
      <div id="filter-error" class="filter-error" role="status" ?hidden=${!filterError}>
        ${filterError?.message ?? ''}
      </div>
      ${stale ? banner('warning', `${stale.message} Shown as of ${formatDateTime(stale.since)}.`) : nothing}
      ${
        problem
          ? banner('warning', `${problem.message} The rows are those from before.`, [
              { label: 'Try Again', run: () => this.asker.request() },
              { label: 'Show Log', run: () => void this.connection.client.request('showLog', null) },
            ])
          : nothing
      }
      ${actionError ? banner('warning', actionError, [{ label: 'Close', run: () => (this.actionError = '') }]) : nothing}
      ${
        this.keysShown
          ? html`<dl class="keys" aria-label="Keyboard shortcuts">
              ${KEYS.map(
                ([keys, what]) =>
                  html`<dt>${keys}</dt>
                    <dd>${what}</dd>`,
              )}
            </dl>`
          : nothing
      }
    </div>`;
  }

  private table(chunk: Chunk): TemplateResult {
    const { viewport, columns, settings } = this;
    const { answer } = chunk;
    viewport?.setShape({
      rows: answer.rowCount,
      pinnedRows: answer.pinned.rows.length,
      nameWidth: this.width(NAME_COLUMN),
      widths: columns.map((column) => this.width(column)),
      pinnedColumns: settings.pinnedColumns,
    });
    const seen = viewport?.seen ?? { from: 0, to: 0, columns: [] };
    if (chunk.covers(seen.from, Math.min(seen.to, answer.rowCount), this.placed(seen.columns))) {
      this.drawn = seen;
    }
    const from = Math.max(this.drawn.from, 0);
    const to = Math.min(this.drawn.to, answer.rowCount);
    const model: GridModel = {
      chunk,
      columns,
      pinned: Math.min(settings.pinnedColumns, columns.length),
      drawn: this.drawn.columns.filter((place) => place < columns.length),
      sort: settings.sort,
      cursor: this.cursor,
      focused: this.focused,
      isSelected: (runId) => this.selection.has(runId),
      group: settings.group,
      now: this.now,
    };
    const nested =
      settings.group.length > 0 ||
      answer.rows.some((row) => row.type === 'run' && (row.children > 0 || row.depth > 0));
    const current = `cell-${this.cursor.row}-${this.cursor.column}`;
    const inView =
      (this.cursor.row < 0 || (this.cursor.row >= from && this.cursor.row < to)) &&
      (this.cursor.column < model.pinned || model.drawn.includes(this.cursor.column));
    return html`<div
      class="grid"
      role=${nested ? 'treegrid' : 'grid'}
      tabindex="0"
      aria-label="Runs"
      aria-rowcount=${answer.rowCount + 1}
      aria-colcount=${columns.length + 2}
      aria-multiselectable="true"
      aria-activedescendant=${inView && answer.rowCount > 0 ? current : nothing}
      @keydown=${this.onGridKey}
      @click=${this.onClick}
      @dblclick=${this.onDoubleClick}
      @contextmenu=${this.onContextMenu}
      @pointerdown=${this.onPointerDown}
      @focus=${() => (this.focused = true)}
      @blur=${() => (this.focused = false)}
      @scroll=${() => this.shift()}
    >
      <div class="sheet" role="presentation">
        <div class="stage" role="presentation">
          <div role="rowgroup">${gridHead(model)}</div>
          <div role="rowgroup" class="rows-pinned">
            ${answer.pinned.rows.map((_, place) => pinnedRow(model, place))}
          </div>
          <div class="body-window" role="presentation">
            <div class="body" role="rowgroup">
              ${Array.from({ length: Math.max(0, to - from) }, (_, index) => gridRow(model, from + index))}
            </div>
            ${answer.rowCount === 0 ? this.emptyTable(chunk) : nothing}
          </div>
        </div>
      </div>
    </div>`;
  }

  private emptyTable(chunk: Chunk): TemplateResult {
    const { total } = chunk.answer;
    const text =
      total === 0
        ? this.passing.deleted === 'DELETED_ONLY'
          ? 'No run of these experiments is deleted.'
          : 'No runs yet. They appear here as soon as they are logged.'
        : `No run is left of ${total.toLocaleString('en-US')}.`;
    const wider = total > 0 ? { label: 'Show All', run: () => this.showAll() } : undefined;
    return html`<div class="page" role="presentation">${emptyState(text, wider)}</div>`;
  }

  private showAll(): void {
    this.passing = { ...this.passing, starredOnly: false, shownOnly: false, withHidden: true };
    this.onFilter('', true);
  }

  private selectionBar(chunk: Chunk): TemplateResult | typeof nothing {
    const selected = this.selection.count(chunk.answer.matched);
    if (selected === 0) {
      return nothing;
    }
    const link = (label: string, run: () => void): TemplateResult =>
      html`<button type="button" class="link" @click=${run}>${label}</button>`;
    return html`<div class="selection-bar" role="toolbar" aria-label="Selected runs">
      <span role="status">${count(selected, 'run')} selected</span>
      ${this.selection.all ? nothing : link(`Select All ${chunk.answer.matched.toLocaleString('en-US')}`, () => this.selectAll())}
      ${link('Charts', () => this.charts())} ${link('Diff', () => this.diff())}
      ${link('Show', () => void this.mark('shown'))} ${link('Star', () => void this.mark('starred'))}
      ${link('Hide', () => void this.mark('hidden'))} ${link('Copy IDs', () => void this.copyIds())}
      ${link('Copy CSV', () => this.exportRows('csv', 'clipboard'))}
      ${link('Select None', () => this.selectNone())}
    </div>`;
  }

  // Acting on runs

  private currentSelection(): Selection {
    const row = this.rowAt(this.cursor.row);
    return this.selection.selection ?? { runIds: row?.type === 'run' ? [row.runId] : [] };
  }

  private async act(work: () => Promise<unknown>): Promise<void> {
    try {
      this.actionError = '';
      await work();
    } catch (error) {
      if (!isCancelled(error)) {
        this.actionError = toStoreError(error).message;
      }
    }
  }

  private mark(as: Mark, selection = this.currentSelection()): Promise<void> {
    return this.act(async () => {
      await this.connection.client.request('mark', { view: this.view, selection, as });
      if (as === 'hidden' || as === 'notHidden') {
        const opening = await this.connection.client.request('open', null);
        this.settings = { ...this.settings, hidden: opening.settings?.hidden ?? [] };
      }
      this.asker.request();
    });
  }

  private selectedIds(): Promise<string[]> {
    return this.connection.client.request('selected', {
      view: this.view,
      selection: this.currentSelection(),
    });
  }

  private async copyIds(): Promise<void> {
    await this.act(async () => {
      const ids = await this.selectedIds();
      await this.connection.client.request('copyText', {
        text: ids.join('\n'),
        what: count(ids.length, 'run ID'),
      });
    });
  }

  private charts(): void {
    const { store, experimentIds } = this.connection.args;
    void this.act(async () => {
      if (this.selection.selection === null) {
        this.run('openCharts', { store, experimentIds, filter: this.settings.filter });
        return;
      }
      const ids = await this.selectedIds();
      this.run('openCharts', { runs: ids.map((runId) => ({ store, runId })) });
    });
  }

  private diff(): void {
    const { store } = this.connection.args;
    void this.act(async () => {
      const ids = await this.selectedIds();
      const baseline = this.chunk?.answer.baseline;
      const all = ids.length === 1 && baseline && baseline !== ids[0] ? [baseline, ...ids] : ids;
      this.run('diffRuns', { runs: all.map((runId) => ({ store, runId })) });
    });
  }

  private openRun(row: TableRow | undefined): void {
    if (row?.type === 'run') {
      this.run('openRun', { store: this.connection.args.store, runId: row.runId });
    }
  }

  run(command: string, args: unknown): void {
    void this.act(() =>
      this.connection.client.request('runCommand', { command: `mlflowLens.${command}`, args }),
    );
  }

  private rowAt(index: number): TableRow | undefined {
    return index < -1 ? this.chunk?.answer.pinned.rows[-2 - index] : this.chunk?.row(index);
  }

  private select(row: TableRow | undefined): void {
    if (row?.type === 'run') {
      this.selection.toggle(row.runId);
      this.drawings++;
    }
  }

  private selectAll(): void {
    this.selection.selectAll();
    this.drawings++;
  }

  private selectNone(): void {
    this.selection.clear();
    this.drawings++;
  }

  private toggleRow(row: TableRow | undefined, open?: boolean): void {
    if (row && (row.type === 'group' || row.children > 0) && row.open !== open) {
      this.setPassing({ toggled: toggledIn(this.passing.toggled, rowId(row)) }, false);
    }
  }

  // TableActions, for the menus

  sort(column: TableColumn, descending: boolean | null, add: boolean): void {
    const others = this.settings.sort.filter((term) => !sameColumn(term.column, column));
    const term = descending === null ? [] : [{ column, descending }];
    this.change({ sort: add ? [...others, ...term] : term }, true);
  }

  private clickSort(place: number, add: boolean): void {
    const column = place === -1 ? NAME_COLUMN : this.columns[place];
    if (column) {
      const first = this.chunk?.direction(column) === 'higher' ? 'descending' : 'ascending';
      this.change({ sort: sortedBy(this.settings.sort, column, add, first) }, true);
    }
  }

  hideColumn(column: TableColumn): void {
    const place = this.columns.findIndex((other) => sameColumn(other, column));
    this.change({
      columns: this.columns.filter((other) => !sameColumn(other, column)),
      pinnedColumns:
        this.settings.pinnedColumns - (place >= 0 && place < this.settings.pinnedColumns ? 1 : 0),
    });
  }

  pinColumn(column: TableColumn): void {
    const place = this.columns.findIndex((other) => sameColumn(other, column));
    const { pinnedColumns } = this.settings;
    if (place >= 0) {
      const pinned = place < pinnedColumns;
      this.change({
        columns: moved(this.columns, place, pinned ? pinnedColumns - 1 : pinnedColumns),
        pinnedColumns: pinnedColumns + (pinned ? -1 : 1),
      });
    }
  }

  moveColumn(column: TableColumn, by: -1 | 1): void {
    const place = this.columns.findIndex((other) => sameColumn(other, column));
    this.change({ columns: moved(this.columns, place, place + by) });
  }

  resizeColumn(column: TableColumn, by: number): void {
    this.setWidth(column, this.width(column) + by);
  }

  private setWidth(column: TableColumn, width: number): void {
    const id = columnId(column);
    const others = this.settings.widths.filter(([known]) => known !== id);
    this.change({ widths: [...others, [id, clampWidth(width)]] });
  }

  showRule(column: TableColumn, rule: TableColumn['rule']): void {
    const { kind, key } = column;
    if (rule === 'step') {
      const grid = this.grid?.getBoundingClientRect();
      const steps = [0, 1, 10, 100, 1000];
      this.popup(
        'Step',
        steps.map((step) => ({
          label: `Step ${step}`,
          run: () => this.replaceColumn(column, { kind, key, rule, step }),
        })),
        grid ? { x: grid.left + 100, y: grid.top + HEAD_HEIGHT } : { x: 0, y: 0 },
      );
      return;
    }
    this.replaceColumn(column, rule === undefined ? { kind, key } : { kind, key, rule });
  }

  private replaceColumn(column: TableColumn, by: TableColumn): void {
    this.change({
      columns: this.columns.map((other) => (sameColumn(other, column) ? by : other)),
      sort: this.settings.sort.map((term) =>
        sameColumn(term.column, column) ? { ...term, column: by } : term,
      ),
    });
  }

  group(columns: TableColumn[]): void {
    this.passing = { ...this.passing, toggled: [] };
    this.change({ group: columns }, true);
  }

  narrow(condition: string): void {
    const { filter } = this.settings;
    this.onFilter(narrow(filter, parseFilter(filter, this.now), condition), true);
  }

  copy(text: string, what: string): void {
    void this.act(() => this.connection.client.request('copyText', { text, what }));
  }

  exportRows(format: ExportFormat, to: 'clipboard' | 'file'): void {
    void this.act(() =>
      this.connection.client.request('exportRows', {
        view: this.view,
        columns: [NAME_COLUMN, { kind: 'attribute', key: 'status' }, ...this.columns],
        format,
        to,
        selection: this.selection.selection,
      }),
    );
  }

  copySnippet(): void {
    void this.act(() => this.connection.client.request('copySnippet', { view: this.view }));
  }

  setTree(tree: boolean): void {
    this.change({ tree }, true);
  }

  setPassing(change: Partial<Passing>, top = true): void {
    this.passing = { ...this.passing, ...change };
    this.whenIdle();
    this.askAnew(top);
  }

  showKeys(): void {
    this.keysShown = !this.keysShown;
  }

  saveFilter(): void {
    this.change({ savedFilters: [this.settings.filter.trim(), ...this.settings.savedFilters] });
  }

  forgetFilter(filter: string): void {
    this.change({ savedFilters: this.settings.savedFilters.filter((other) => other !== filter) });
  }

  useFilter(filter: string): void {
    this.onFilter(filter, true);
  }

  private onFilter(text: string, final: boolean): void {
    this.typed = text;
    clearTimeout(this.pause);
    const apply = (): void => {
      if (text === this.settings.filter && !this.filterError && !final) {
        return;
      }
      this.selection.clear();
      const { history } = this.settings;
      this.change({ filter: text, history: final ? remembered(history, text) : history }, true);
    };
    if (final) {
      apply();
    } else {
      this.pause = setTimeout(apply, FILTER_PAUSE);
    }
  }

  private pick(open: boolean): void {
    this.picking = open;
    if (!open) {
      void this.updateComplete.then(() => this.grid?.focus());
    }
  }

  private popup(
    label: string,
    items: readonly MenuItem[],
    anchor: HTMLElement | { x: number; y: number },
  ): void {
    this.querySelector<TablePopup>('table-popup')?.open(
      label,
      items,
      anchor instanceof HTMLElement ? anchor.getBoundingClientRect() : anchor,
    );
  }

  // Mouse

  private placeOf(event: Event): { row: number; column: number; act: string | undefined } | null {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-row]')?.dataset.row;
    const column = target.closest<HTMLElement>('[data-column]')?.dataset.column;
    const act = target.closest<HTMLElement>('[data-act]')?.dataset.act;
    return row === undefined ? null : { row: Number(row), column: Number(column ?? -1), act };
  }

  private moveTo(row: number, column: number): void {
    this.cursor = { row, column };
    const found = this.rowAt(row);
    this.cursorId = row >= 0 && found ? rowId(found) : null;
    this.viewport?.reveal(row, column);
  }

  private readonly onClick = (event: MouseEvent): void => {
    const place = this.placeOf(event);
    if (!place || (event.target as HTMLElement).closest('[data-grip]')) {
      return;
    }
    this.grid?.focus({ preventScroll: true });
    const from = this.cursor.row;
    this.moveTo(place.row, place.column);
    if (place.row === -1) {
      if (!this.dragged) {
        this.clickSort(place.column, event.shiftKey);
      }
      return;
    }
    const row = this.rowAt(place.row);
    if (event.shiftKey && from >= 0 && place.row >= 0) {
      this.selectRange(from, place.row);
    } else if (event.ctrlKey || event.metaKey || place.act === 'select') {
      this.select(row);
    } else if (place.act === 'show' && row?.type === 'run') {
      this.showOne(row, place.row);
    } else if (place.act === 'star' && row?.type === 'run') {
      void this.mark(this.markAt(place.row)?.starred ? 'notStarred' : 'starred', { runIds: [row.runId] });
    } else if (place.act === 'toggle') {
      this.toggleRow(row);
    } else if (place.act === 'open') {
      this.openRun(row);
    }
  };

  private markAt(index: number): { color: unknown; starred: boolean } | null {
    return index < -1
      ? (this.chunk?.answer.pinnedMarks[-2 - index] ?? null)
      : (this.chunk?.mark(index) ?? null);
  }

  private showOne(row: TableRow & { type: 'run' }, index: number): void {
    void this.mark(this.markAt(index)?.color ? 'notShown' : 'shown', { runIds: [row.runId] });
  }

  private selectRange(from: number, to: number): void {
    for (let index = Math.min(from, to); index <= Math.max(from, to); index++) {
      const row = this.rowAt(index);
      if (row?.type === 'run') {
        this.selection.add(row.runId);
      }
    }
    this.drawings++;
  }

  private readonly onDoubleClick = (event: MouseEvent): void => {
    const place = this.placeOf(event);
    if (place && place.row !== -1 && place.act === undefined) {
      this.openRun(this.rowAt(place.row));
    }
  };

  private readonly onContextMenu = (event: MouseEvent): void => {
    const place = this.placeOf(event);
    if (place) {
      event.preventDefault();
      this.moveTo(place.row, place.column);
      this.openMenu({ x: event.clientX, y: event.clientY });
    }
  };

  private openMenu(at?: { x: number; y: number }): void {
    const { row: index, column: place } = this.cursor;
    const cell = document.getElementById(`cell-${index}-${place}`);
    const anchor = at ?? cell ?? this.grid;
    const column = place === -1 ? NAME_COLUMN : this.columns[place];
    if (!column || !anchor) {
      return;
    }
    if (index === -1) {
      const direction = this.chunk?.direction(column) ?? 'unknown';
      const pinned = place >= 0 && place < this.settings.pinnedColumns;
      this.popup(columnTitle(column), headMenu(column, place, pinned, direction, this), anchor);
      return;
    }
    const row = this.rowAt(index);
    const value = this.valueAt(index, column, row);
    this.popup(
      'Cell',
      cellMenu(column, value, this.fullText(column, value), this, this.runItems(row)),
      anchor,
    );
  }

  private valueAt(index: number, column: TableColumn, row: TableRow | undefined): CellValue {
    if (sameColumn(column, NAME_COLUMN)) {
      return row?.type === 'run' ? { type: 'text', text: row.name, numeric: false } : { type: 'missing' };
    }
    return (
      (index < -1 ? this.chunk?.pinnedCell(-2 - index, column) : this.chunk?.cell(index, column)) ?? {
        type: 'missing',
      }
    );
  }

  private fullText(column: TableColumn, value: CellValue): string {
    return value.type === 'text' ? value.text : cellText(column, value, this.now).full;
  }

  private runItems(row: TableRow | undefined): MenuItem[] {
    if (row?.type !== 'run') {
      return [];
    }
    const { store } = this.connection.args;
    const { runId } = row;
    const pinned = this.settings.pinnedRuns.includes(runId);
    const baseline = this.chunk?.answer.baseline === runId;
    return [
      { label: 'Open Run', icon: 'go-to-file', run: () => this.openRun(row) },
      {
        label: baseline ? 'No Baseline' : 'Make Baseline',
        icon: 'bookmark',
        run: () => this.setBaseline(runId),
      },
      { label: pinned ? 'Unpin Run' : 'Pin Run', icon: 'pin', run: () => this.pinRun(runId) },
      { label: 'Hide Run', icon: 'eye-closed', run: () => void this.mark('hidden', { runIds: [runId] }) },
      { label: 'Copy Run ID', icon: 'copy', run: () => this.copy(runId, 'the run ID') },
      { label: 'Open Source', icon: 'code', run: () => this.run('openSource', { store, runId }) },
    ];
  }

  private setBaseline(runId: string): void {
    void this.act(async () => {
      await this.connection.client.request('setBaseline', { runId });
      this.asker.request();
    });
  }

  private pinRun(runId: string): void {
    this.change({ pinnedRuns: toggledIn(this.settings.pinnedRuns, runId) });
  }

  /** Whether the pointer just dropped a column: the click that follows is none. */
  private dragged = false;

  private readonly onPointerDown = (event: PointerEvent): void => {
    const target = event.target as HTMLElement;
    const grip = target.closest<HTMLElement>('[data-grip]');
    const head = target.closest<HTMLElement>('.head-cell');
    this.dragged = false;
    if (event.button !== 0 || !head) {
      return;
    }
    const place = Number(head.dataset.column);
    const column = place === -1 ? NAME_COLUMN : this.columns[place];
    if (grip && column) {
      event.preventDefault();
      this.dragWidth(event, column);
    } else if (place >= 0) {
      this.dragColumn(event, place);
    }
  };

  private dragWidth(start: PointerEvent, column: TableColumn): void {
    const before = this.width(column);
    const id = columnId(column);
    const move = (event: PointerEvent): void => {
      const others = this.settings.widths.filter(([known]) => known !== id);
      this.settings = {
        ...this.settings,
        widths: [...others, [id, clampWidth(before + event.clientX - start.clientX)]],
      };
    };
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      this.dragged = true;
      this.setWidth(column, this.width(column));
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end, { once: true });
  }

  private dragColumn(start: PointerEvent, place: number): void {
    let target: HTMLElement | null = null;
    const move = (event: PointerEvent): void => {
      if (Math.abs(event.clientX - start.clientX) < 6 && !this.dragged) {
        return;
      }
      this.dragged = true;
      target?.classList.remove('drop-target');
      const under = document.elementFromPoint(event.clientX, start.clientY);
      target = under?.closest<HTMLElement>('.head-cell') ?? null;
      target?.classList.add('drop-target');
    };
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      target?.classList.remove('drop-target');
      const to = Number(target?.dataset.column ?? NaN);
      if (this.dragged && Number.isInteger(to) && to >= 0 && to !== place) {
        this.change({ columns: moved(this.columns, place, to) });
      }
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end, { once: true });
  }

  // Keyboard

  private readonly onPageKey = (event: KeyboardEvent): void => {
    const inField = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName);
    if (event.key === '?' && !inField) {
      this.showKeys();
      event.preventDefault();
    }
  };

  private readonly onGridKey = (event: KeyboardEvent): void => {
    const row = this.rowAt(this.cursor.row);
    const action = keyAction(event, this.cursor, row, {
      rows: this.chunk?.answer.rowCount ?? 0,
      pinned: this.chunk?.answer.pinned.rows.length ?? 0,
      columns: this.columns.length,
      page: this.viewport?.pageRows ?? 10,
    });
    if (!action) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const column = this.cursor.column === -1 ? NAME_COLUMN : this.columns[this.cursor.column];
    switch (action.type) {
      case 'move':
        if (action.select) {
          this.selectRange(Math.max(0, this.cursor.row), Math.max(0, action.row));
        }
        this.moveTo(action.row, action.column);
        return;
      case 'open':
        return this.openRun(row);
      case 'toggle':
        return this.toggleRow(row, action.open);
      case 'sort':
        return this.clickSort(this.cursor.column, action.add);
      case 'menu':
        return this.openMenu();
      case 'select':
        return this.select(row);
      case 'selectAll':
        return this.selectAll();
      case 'selectNone':
        return this.selectNone();
      case 'show':
        return row?.type === 'run' ? this.showSelected(row) : undefined;
      case 'star':
        return void this.mark(this.markAt(this.cursor.row)?.starred ? 'notStarred' : 'starred');
      case 'hide':
        return void this.mark(this.markAt(this.cursor.row) && this.isHidden() ? 'notHidden' : 'hidden');
      case 'pin':
        if (this.cursor.row === -1 && column) {
          return this.cursor.column === -1 ? undefined : this.pinColumn(column);
        }
        return row?.type === 'run' ? this.pinRun(row.runId) : undefined;
      case 'baseline':
        return row?.type === 'run' ? this.setBaseline(row.runId) : undefined;
      case 'charts':
        return this.charts();
      case 'diff':
        return this.diff();
      case 'copy':
        if (column && row) {
          this.copy(this.fullText(column, this.valueAt(this.cursor.row, column, row)), 'the value');
        }
    }
  };

  private isHidden(): boolean {
    return this.chunk?.mark(this.cursor.row)?.hidden ?? false;
  }

  private showSelected(row: TableRow & { type: 'run' }): void {
    const as = this.markAt(this.cursor.row)?.color ? 'notShown' : 'shown';
    void this.mark(as, this.selection.has(row.runId) ? this.currentSelection() : { runIds: [row.runId] });
  }
}

function rowId(row: TableRow): string {
  return row.type === 'run' ? row.runId : row.id;
}
