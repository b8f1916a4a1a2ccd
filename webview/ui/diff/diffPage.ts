import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { isCancelled, toStoreError, type StoreError } from '../../../src/mlflow/errors';
import { plainText } from '../../../src/mlflow/format';
import type { DiffPageData } from '../../../src/protocol/diff';
import { firstFocus } from '../firstFocus';
import { Refresher } from '../refresher';
import { banner, emptyState, errorState, skeleton } from '../states';
import { onThemeChange } from '../theme';
import { Actions } from './actions';
import type { DiffConnection } from './connection';
import { detail, keySheet } from './detail';
import { Extras } from './extras';
import { grid, gridWidths, type GridOptions, type Viewport } from './grid';
import { header, toolbar } from './header';
import { lineShape, moved, reveal, sideOf, type GridCell, type GridShape } from './keyboard';
import { linesOf, offsetsOf, visibleRange, type Line } from './lines';
import { namesWidth, rowLines, transposed, TRANSPOSED_WIDTH } from './transposed';
import { readView, type View } from './view';

@customElement('diff-page')
export class DiffPage extends LitElement {
  connection!: DiffConnection;

  @state() private data: DiffPageData | undefined;
  @state() private error: StoreError | undefined;
  @state() private actionError = '';
  @state() private filter = '';
  @state() private onlyDifferent = true;
  @state() private isTransposed = false;
  @state() private baseline: number | null = null;
  @state() private viewport: Viewport = { top: 0, left: 0, width: 900, height: 600 };
  @state() private active: GridCell = { line: 0, column: 0 };
  @state() private detailLine: number | null = null;
  @state() private showsKeys = false;
  private extras!: Extras;
  private actions!: Actions;
  private readonly folded = new Set<string>(['attributes']);
  private readonly refresher = new Refresher(() => this.load(true));
  private lines: readonly Line[] = [];
  private offsets: Float64Array = new Float64Array(1);
  private restoreTop = 0;
  private readonly focusGrid = firstFocus(() =>
    this.data?.pending === false ? this.querySelector<HTMLElement>('[data-cell][tabindex="0"]') : null,
  );

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.actions = new Actions(
      this.connection,
      () => this.data,
      (message) => (this.actionError = message),
    );
    this.extras = new Extras(this.connection, () => this.requestUpdate());
    const view = readView(this.connection.view, [...this.folded]);
    this.filter = view.filter;
    this.onlyDifferent = view.onlyDifferent;
    this.baseline = view.baseline;
    this.isTransposed = view.isTransposed;
    this.restoreTop = view.top;
    this.folded.clear();
    view.folded.forEach((id) => this.folded.add(id));
    const { client } = this.connection;
    client.on('storeChanged', () => this.refresher.request());
    client.on('colors', (colors) => (this.data &&= { ...this.data, colors }));
    client.on('viewStateChanged', () => this.requestUpdate());
    onThemeChange(() => this.requestUpdate());
    document.addEventListener('keydown', (event) => this.onKey(event));
    new ResizeObserver(() => this.measure()).observe(this);
    void this.load(false);
  }

  protected override updated(): void {
    const scroll = this.scroller;
    if (scroll && this.restoreTop > 0 && this.data && !this.data.pending) {
      scroll.scrollTop = this.restoreTop;
      this.restoreTop = 0;
    }
    this.measure();
    this.focusGrid();
    if (this.data) {
      const [first, last] = visibleRange(this.offsets, this.viewport.top, this.viewport.height);
      void this.extras.load(this.lines.slice(first, last), !this.data.pending);
    }
  }

  protected override render(): TemplateResult {
    if (!this.data) {
      return html`<div class="page">
        ${this.error ? errorState(this.error.message, [this.tryAgain(), this.showLog()]) : skeleton(14, 'Loading the diff')}
      </div>`;
    }
    const { data } = this;
    this.arrange(data);
    const options = this.gridOptions(data);
    return html`<div class="diff-page">
      ${this.header(data)} ${this.toolbar(data)} ${this.banners()}
      <p class="summary" role="status" aria-live="polite">
        ${data.pending ? html`<span class="muted">Reading code, models and data…</span>` : plainText(data.summary, 2000)}
      </p>
      <div
        class="diff-scroll"
        role="table"
        aria-label="Differences"
        aria-rowcount=${(this.isTransposed ? data.runs.length : this.lines.length) + 1}
        aria-colcount=${(this.isTransposed ? rowLines(this.lines).length : data.runs.length) + 1}
        @scroll=${() => this.measure()}
        @keydown=${(event: KeyboardEvent) => this.onGridKey(event)}
      >
        ${
          this.lines.length === 0
            ? emptyState(this.filter === '' ? 'Nothing differs.' : 'Nothing here matches the filter.')
            : this.isTransposed
              ? transposed(options)
              : grid(options)
        }
      </div>
      ${this.showsKeys ? keySheet(() => (this.showsKeys = false)) : nothing} ${this.detail(data)}
    </div>`;
  }

  private arranged: readonly unknown[] = [];

  /** The lines, made anew only where something of them changed: scrolling draws the page, too. */
  private arrange(data: DiffPageData): void {
    const { onlyDifferent, folded } = this;
    const filter = this.filter.trim();
    const { images } = this.extras;
    const parts = [data, onlyDifferent, filter, images, [...folded].join('\n')];
    if (parts.some((part, index) => part !== this.arranged[index])) {
      this.arranged = parts;
      this.lines = linesOf(data, { onlyDifferent, filter, folded, images });
      this.offsets = offsetsOf(this.lines);
    }
  }

  private gridOptions(data: DiffPageData): GridOptions {
    return {
      data,
      lines: this.lines,
      offsets: this.offsets,
      viewport: this.viewport,
      active: this.active,
      histories: this.extras.histories,
      imageUrl: (side, path) => this.extras.imageUrl(side, path),
      toggle: (name) => {
        if (!this.folded.delete(name)) {
          this.folded.add(name);
        }
        this.saveView();
        this.requestUpdate();
      },
      showEqual: () => this.setOnlyDifferent(false),
      openSource: (side, param) => this.actions.openSource(side, param),
      openChanges: (side, file) => this.actions.ask('openChanges', { side, file, param: null }),
      openCommit: (side, commit) => this.actions.ask('openCommit', { side, commit }),
      openRun: (side) => this.actions.openRun(side),
      openChart: (metric) => this.actions.openCharts(metric),
      openDetail: (line) => (this.detailLine = line),
      activate: (line, column) => {
        const kept = this.isTransposed || this.lines[line]?.kind === 'row' ? column : this.active.column;
        if (this.active.line !== line || this.active.column !== kept) {
          this.active = { line, column: kept };
        }
      },
    };
  }

  private header(data: DiffPageData): TemplateResult {
    return header(data, {
      run: (command, args) => this.actions.run(command, args),
      openChanges: () => this.actions.ask('openChanges', { side: null, file: null, param: null }),
      openCharts: () => this.actions.openCharts(),
      copyDiff: (format) => void this.actions.copyDiff(this.baseline, format),
      copySummary: () => this.actions.ask('copyText', { text: data.summary, what: 'summary' }),
      transpose: () => this.transpose(),
      showKeys: () => (this.showsKeys = true),
    });
  }

  private toolbar(data: DiffPageData): TemplateResult {
    return toolbar(data, {
      filter: this.filter,
      onlyDifferent: this.onlyDifferent,
      setFilter: (filter) => {
        this.filter = filter;
        this.saveView();
      },
      setOnlyDifferent: (value) => this.setOnlyDifferent(value),
      setBaseline: (side) => this.setBaseline(side),
    });
  }

  private banners(): unknown[] {
    return [
      this.error ? banner('warning', this.error.message, [this.tryAgain(), this.showLog()]) : nothing,
      this.actionError
        ? banner('warning', this.actionError, [{ label: 'Close', run: () => (this.actionError = '') }])
        : nothing,
    ];
  }

  private detail(data: DiffPageData): unknown {
    const line = this.detailLine === null ? undefined : this.lines[this.detailLine];
    if (line?.kind !== 'row') {
      return nothing;
    }
    return detail({
      data,
      row: line.row,
      close: () => this.closeDetail(),
      openSource: (side) => this.actions.openSource(side, line.row.key),
      openChange:
        data.commits.some(({ files }) => files.length > 0) && line.section === 'params'
          ? (side) => this.actions.ask('openChanges', { side, file: null, param: line.row.key })
          : undefined,
      openTexts: (left, right) => this.actions.ask('openTexts', { title: line.row.key, left, right }),
      copy: (text) => this.actions.ask('copyText', { text, what: line.row.key }),
    });
  }

  private async load(fresh: boolean): Promise<void> {
    const { client } = this.connection;
    try {
      if (fresh) {
        this.extras.forget();
      }
      const data = await client.request('getDiff', { baseline: this.baseline, fresh });
      this.data ??= data;
      this.error = undefined;
      this.data = await client.request('getDetails', { baseline: this.baseline });
    } catch (error) {
      if (!isCancelled(error)) {
        this.error = toStoreError(error);
      }
    }
  }

  private setOnlyDifferent(value: boolean): void {
    this.onlyDifferent = value;
    this.saveView();
  }

  private setBaseline(baseline: number): void {
    this.baseline = baseline;
    this.saveView();
    void this.load(false);
  }

  private transpose(): void {
    this.isTransposed = !this.isTransposed;
    this.active = { line: 0, column: 0 };
    this.saveView();
  }

  private closeDetail(): void {
    this.detailLine = null;
    void this.updateComplete.then(() => this.focusActive());
  }

  private get scroller(): HTMLElement | null {
    return this.querySelector('.diff-scroll');
  }

  private measure(): void {
    const scroll = this.scroller;
    if (!scroll) {
      return;
    }
    const { scrollTop: top, scrollLeft: left, clientWidth: width, clientHeight: height } = scroll;
    const { viewport } = this;
    if (
      viewport.top !== top ||
      viewport.left !== left ||
      viewport.width !== width ||
      viewport.height !== height
    ) {
      this.viewport = { top, left, width, height };
      if (viewport.top !== top) {
        this.saveView();
      }
    }
  }

  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === 't' || event.key === 'T') {
      this.transpose();
    } else if (event.key === 'e') {
      this.setOnlyDifferent(!this.onlyDifferent);
    } else if (event.key === 'c' && this.data) {
      this.actions.openCharts();
    } else if (event.key === '?') {
      this.showsKeys = !this.showsKeys;
    } else if (event.key === 'Escape') {
      this.showsKeys = false;
      if (this.detailLine !== null) {
        this.closeDetail();
      }
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Arrows move between cells; Enter opens what is there; `b` makes the run the baseline. */
  private onGridKey(event: KeyboardEvent): void {
    const { data } = this;
    if (!data || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const next = moved(event.key, this.active, this.shape(data));
    const { index, side } = this.activeCell(data);
    const target = event.target as HTMLElement;
    if (next) {
      event.preventDefault();
      this.moveTo(next);
    } else if (event.key === 'b' && side !== undefined) {
      this.setBaseline(side);
    } else if (index !== undefined && target.tagName !== 'BUTTON') {
      if (event.key === 'Enter' && target.hasAttribute('data-cell')) {
        event.preventDefault();
        this.openCell(index, side);
      } else if (event.key === ' ') {
        event.preventDefault();
        this.detailLine = this.detailLine === index ? null : index;
      }
    }
  }

  private shape(data: DiffPageData): GridShape {
    const page = Math.max(1, Math.floor(this.viewport.height / 24) - 2);
    const sides = data.runs.length;
    return this.isTransposed
      ? { lines: sides, page, isStop: () => true, columns: () => rowLines(this.lines).length }
      : lineShape(this.lines, sides, page);
  }

  /** The line of the diff and the side that the active cell shows. */
  private activeCell({ runs, baseline }: DiffPageData): { index?: number; side?: number } {
    const { line, column } = this.active;
    if (this.isTransposed) {
      const row = rowLines(this.lines)[column - 1];
      return {
        side: sideOf(line + 1, runs.length, baseline),
        ...(row ? { index: this.lines.indexOf(row) } : {}),
      };
    }
    return this.lines[line]?.kind === 'row'
      ? { index: line, side: sideOf(column, runs.length, baseline) }
      : {};
  }

  /** The line that set a param where one is known; the whole values of all else. */
  private openCell(index: number, side: number | undefined): void {
    const line = this.lines[index];
    if (line?.kind !== 'row') {
      return;
    }
    if (line.section === 'params' && side !== undefined && (line.row.values[side] ?? null) !== null) {
      this.actions.openSource(side, line.row.key);
    } else {
      this.detailLine = index;
    }
  }

  private moveTo(cell: GridCell): void {
    this.active = cell;
    const { isTransposed, offsets, viewport } = this;
    const [top, bottom] = isTransposed
      ? [cell.line * 24, (cell.line + 1) * 24]
      : [offsets[cell.line]!, offsets[cell.line + 1]!];
    const widths = gridWidths(viewport.width, this.data?.runs.length ?? 1);
    const width = isTransposed ? TRANSPOSED_WIDTH : widths.column;
    // The baseline's column may be pinned beside the keys; where runs are lines, no column is.
    const isPinned = !isTransposed && widths.pinned;
    const pinned = isTransposed ? namesWidth(viewport.width) : widths.keys + (isPinned ? width : 0);
    const column = cell.column - (isPinned ? 2 : 1);
    if (this.scroller) {
      reveal(
        this.scroller,
        { top, bottom: bottom + 4 + (isTransposed ? 28 : widths.head) },
        column < 0 ? null : { start: column * width, width, pinned },
      );
    }
    this.measure();
    void this.updateComplete.then(() => this.focusActive());
  }

  private focusActive(): void {
    const { line } = this.active;
    const column = this.isTransposed || this.lines[line]?.kind === 'row' ? this.active.column : 0;
    this.querySelector<HTMLElement>(`[data-cell="${line}:${column}"]`)?.focus({ preventScroll: true });
  }

  private saveView(): void {
    this.connection.saveView({
      folded: [...this.folded],
      filter: this.filter,
      onlyDifferent: this.onlyDifferent,
      baseline: this.baseline,
      isTransposed: this.isTransposed,
      top: this.viewport.top,
    } satisfies View);
  }

  private tryAgain(): { label: string; run: () => void } {
    return { label: 'Try Again', run: () => this.refresher.request() };
  }

  private showLog(): { label: string; run: () => void } {
    return { label: 'Show Log', run: () => void this.connection.client.request('showLog', null) };
  }
}
