import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { isCancelled, toStoreError, type StoreError } from '../../../src/mlflow/errors';
import { plainText } from '../../../src/mlflow/format';
import type { DiffHistory, DiffImage, DiffPageData, DiffProtocol } from '../../../src/protocol/diff';
import type { RunList } from '../../../src/protocol/runList';
import { breadcrumb, type Crumb } from '../breadcrumb';
import type { PageConnection } from '../client';
import { filterBox } from '../filterBox';
import '../menu';
import type { MenuItem } from '../menu';
import { Refresher } from '../refresher';
import { banner, emptyState, errorState, skeleton } from '../states';
import { onThemeChange } from '../theme';
import { detail, keySheet } from './detail';
import { grid, KEY_WIDTH, columnOrder, columnWidth, type GridOptions, type Viewport } from './grid';
import { linesOf, offsetsOf, visibleRange, type Line } from './lines';
import { transposed } from './transposed';

/** What the page remembers while it is hidden. */
interface View {
  folded: string[];
  filter: string;
  onlyDifferent: boolean;
  baseline: number | null;
  isTransposed: boolean;
  top: number;
}

type Connection = PageConnection<'diff', DiffProtocol> | PageConnection<'modelDiff', DiffProtocol>;

@customElement('diff-page')
export class DiffPage extends LitElement {
  connection!: Connection;

  @state() private data: DiffPageData | undefined;
  @state() private error: StoreError | undefined;
  @state() private actionError = '';
  @state() private filter = '';
  @state() private onlyDifferent = true;
  @state() private isTransposed = false;
  @state() private baseline: number | null = null;
  @state() private viewport: Viewport = { top: 0, left: 0, width: 900, height: 600 };
  @state() private active = { line: 0, column: 0 };
  @state() private detailLine: number | null = null;
  @state() private showsKeys = false;
  @state() private images: readonly DiffImage[] = [];
  private readonly folded = new Set<string>(['attributes']);
  private readonly histories = new Map<string, DiffHistory[]>();
  private readonly askedHistories = new Set<string>();
  private readonly imageUrls = new Map<string, string>();
  private readonly refresher = new Refresher(() => this.load(true));
  private lines: readonly Line[] = [];
  private offsets: Float64Array = new Float64Array(1);
  private restoreTop = 0;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const view = this.connection.view<View>();
    if (view) {
      this.filter = view.filter;
      this.onlyDifferent = view.onlyDifferent;
      this.baseline = view.baseline;
      this.isTransposed = view.isTransposed;
      this.restoreTop = view.top;
      this.folded.clear();
      view.folded.forEach((id) => this.folded.add(id));
    }
    const { client } = this.connection;
    client.on('storeChanged', () => this.refresher.request());
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
    void this.loadHistories();
    void this.loadImages();
  }

  protected override render(): TemplateResult {
    if (!this.data) {
      return html`<div class="page">
        ${this.error ? errorState(this.error.message, [this.tryAgain(), this.showLog()]) : skeleton(14, 'Loading the diff')}
      </div>`;
    }
    const { data } = this;
    this.lines = linesOf(data, {
      onlyDifferent: this.onlyDifferent,
      filter: this.filter.trim(),
      folded: this.folded,
      images: this.images,
    });
    this.offsets = offsetsOf(this.lines);
    const options = this.gridOptions(data);
    return html`<div class="diff-page">
      ${this.header(data)} ${this.toolbar(data)} ${this.banners(data)}
      <p class="summary" role="status" aria-live="polite">
        ${data.pending ? html`<span class="muted">Reading code, models and data…</span>` : plainText(data.summary, 2000)}
      </p>
      <div
        class="diff-scroll"
        role="table"
        aria-label="Differences"
        aria-rowcount=${this.lines.length + 1}
        aria-colcount=${data.runs.length + 1}
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

  private gridOptions(data: DiffPageData): GridOptions {
    return {
      data,
      lines: this.lines,
      offsets: this.offsets,
      viewport: this.viewport,
      active: this.active,
      histories: this.histories,
      imageUrl: (side, path) => this.imageUrls.get(`${side}\n${path}`),
      toggle: (name) => {
        if (!this.folded.delete(name)) {
          this.folded.add(name);
        }
        this.saveView();
        this.requestUpdate();
      },
      showEqual: () => this.setOnlyDifferent(false),
      openSource: (side, param) => this.openSource(side, param),
      openFile: (side, file) => this.ask('openChanges', { side, file, param: null }),
      openRun: (side) => this.openRun(side),
      openChart: (metric) => this.run('openCharts', { runs: this.runKeys(data), metrics: [metric] }),
      openDetail: (line) => (this.detailLine = line),
      activate: (line, column) => {
        if (this.active.line !== line || this.active.column !== column) {
          this.active = { line, column };
        }
      },
    };
  }

  private header(data: DiffPageData): TemplateResult {
    const { runs } = data;
    const base = runs[data.baseline];
    const store = base?.store ?? '';
    const crumbs: Crumb[] = [
      {
        label: data.storeName,
        title: store,
        open: () => this.run('openRunTable', { store, experimentIds: [] }),
      },
      data.model === null
        ? {
            label: base?.experiment ?? '',
            open: () => this.run('openRunTable', { store, experimentIds: [base?.experimentId ?? ''] }),
          }
        : { label: data.model, open: () => this.run('openModel', { store, name: data.model }) },
      { label: runs.length === 2 ? runs.map(({ label }) => label).join(' ↔ ') : `${runs.length} runs` },
    ];
    const changed = data.commits.find((range) => range.files.length > 0);
    return html`<header class="page-header">
      ${breadcrumb(crumbs)}
      <div class="actions">
        <vscode-button
          appearance="secondary"
          ?disabled=${!changed}
          title=${changed ? 'All files changed between the two commits' : 'No commits lie between these runs'}
          @click=${() => changed && this.ask('openChanges', { side: changed.side, file: null, param: null })}
        >
          Open Changes
        </vscode-button>
        <vscode-button appearance="secondary" @click=${() => void this.copy('markdown')}
          >Copy Markdown</vscode-button
        >
        <lens-menu .items=${this.menuItems(data)}></lens-menu>
      </div>
    </header>`;
  }

  private menuItems(data: DiffPageData): MenuItem[] {
    return [
      { label: 'Transpose (T)', icon: 'arrow-swap', run: () => this.transpose() },
      {
        label: 'Open Charts',
        icon: 'graph-line',
        run: () => this.run('openCharts', { runs: this.runKeys(data) }),
      },
      { label: 'Copy as JSON', icon: 'json', separated: true, run: () => void this.copy('json') },
      {
        label: 'Copy Summary',
        icon: 'copy',
        run: () => this.ask('copyText', { text: data.summary, what: 'summary' }),
      },
      { label: 'Keys (?)', icon: 'keyboard', separated: true, run: () => (this.showsKeys = true) },
    ];
  }

  private toolbar(data: DiffPageData): TemplateResult {
    const rows = data.sections.reduce((sum, section) => sum + section.rows.length, 0);
    const equal = data.sections.reduce((sum, section) => sum + section.same.length, 0);
    return html`<div class="diff-toolbar">
      ${filterBox({
        value: this.filter,
        placeholder: 'Filter rows',
        onChange: (value) => {
          this.filter = value;
          this.saveView();
        },
      })}
      <label
        ><input
          type="checkbox"
          .checked=${this.onlyDifferent}
          @change=${(event: Event) => this.setOnlyDifferent((event.target as HTMLInputElement).checked)}
        />Only what differs <span class="muted">(${rows} of ${rows + equal} rows)</span></label
      >
      <label
        >Baseline
        <select
          @change=${(event: Event) => this.setBaseline(Number((event.target as HTMLSelectElement).value))}
        >
          ${data.runs.map(
            (run, index) =>
              html`<option value=${index} ?selected=${index === data.baseline}>
                ${plainText(run.label, 60)}
              </option>`,
          )}
        </select></label
      >
    </div>`;
  }

  private banners(data: DiffPageData): unknown[] {
    const problems = [...new Set(data.commits.flatMap(({ problem }) => (problem === null ? [] : [problem])))];
    return [
      ...problems.slice(0, 2).map((problem) => banner('info', problem)),
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
      openSource: (side) => this.openSource(side, line.row.key),
      openChange:
        data.commits.some(({ files }) => files.length > 0) && line.section === 'params'
          ? (side) => this.ask('openChanges', { side, file: null, param: line.row.key })
          : undefined,
      openTexts: (left, right) => this.ask('openTexts', { title: line.row.key, left, right }),
      copy: (text) => this.ask('copyText', { text, what: line.row.key }),
    });
  }

  private async load(fresh: boolean): Promise<void> {
    const { client } = this.connection;
    try {
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

  /** Histories of the metrics in sight. */
  private async loadHistories(): Promise<void> {
    if (!this.data) {
      return;
    }
    const [first, last] = visibleRange(this.offsets, this.viewport.top, this.viewport.height);
    const keys = this.lines
      .slice(first, last)
      .flatMap((line) => (line.kind === 'row' && line.section === 'metrics' ? [line.row.key] : []))
      .filter((key) => !this.askedHistories.has(key));
    if (keys.length === 0) {
      return;
    }
    keys.forEach((key) => this.askedHistories.add(key));
    try {
      for (const line of await this.connection.client.request('getHistories', { keys })) {
        this.histories.set(line.key, [...(this.histories.get(line.key) ?? []), line]);
      }
      this.requestUpdate();
    } catch {
      // The rows stand without their pictures; the values were read.
    }
  }

  private imagesAsked = false;

  private async loadImages(): Promise<void> {
    if (!this.data || this.data.pending || this.imagesAsked) {
      return;
    }
    this.imagesAsked = true;
    try {
      this.images = await this.connection.client.request('getImages', null);
      for (const { path, sides } of this.images.slice(0, 24)) {
        for (const [side, has] of sides.entries()) {
          if (has) {
            const { bytes } = await this.connection.client.request('getImage', { side, path });
            this.imageUrls.set(`${side}\n${path}`, URL.createObjectURL(new Blob([new Uint8Array(bytes)])));
            this.requestUpdate();
          }
        }
      }
    } catch {
      // A run without artifacts here has no pictures.
    }
  }

  private openSource(side: number, param: string): void {
    const run = this.data?.runs[side];
    if (run) {
      this.run('openSource', { store: run.store, runId: run.runId, param });
    }
  }

  private openRun(side: number): void {
    const run = this.data?.runs[side];
    if (this.data && run && !run.workingTree && run.runId !== '') {
      const list: RunList = { kind: 'runs', of: 'diff', runs: this.runKeys(this.data) };
      this.run('openRun', { store: run.store, runId: run.runId, list });
    }
  }

  private runKeys(data: DiffPageData): { store: string; runId: string }[] {
    return data.runs.filter((run) => !run.workingTree).map(({ store, runId }) => ({ store, runId }));
  }

  private run(command: string, args: unknown): void {
    this.ask('runCommand', { command: `mlflowLens.${command}`, args });
  }

  /** A request whose only answer is what VS Code then shows. */
  private ask(name: 'runCommand' | 'copyText' | 'openChanges' | 'openTexts', params: unknown): void {
    const client = this.connection.client as { request(name: string, params: unknown): Promise<unknown> };
    client.request(name, params).catch((error: unknown) => (this.actionError = toStoreError(error).message));
  }

  private async copy(format: 'markdown' | 'json'): Promise<void> {
    try {
      const { text } = await this.connection.client.request('getText', { baseline: this.baseline, format });
      this.ask('copyText', { text, what: `the diff as ${format === 'json' ? 'JSON' : 'Markdown'}` });
    } catch (error) {
      this.actionError = toStoreError(error).message;
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
      this.run('openCharts', { runs: this.runKeys(this.data) });
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

  /** Arrows move between cells; Enter opens what is there; `b` makes the column the baseline. */
  private onGridKey(event: KeyboardEvent): void {
    const { line, column } = this.active;
    const current = this.lines[line];
    if (!this.data || !current || this.isTransposed || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const columns = current.kind === 'row' ? this.data.runs.length : 0;
    const page = Math.max(1, Math.floor(this.viewport.height / 24) - 2);
    const moves: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      PageDown: [page, 0],
      PageUp: [-page, 0],
      Home: [-line, 0],
      End: [this.lines.length, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      this.moveTo(
        this.nextLine(line, move[0]),
        Math.min(Math.max(0, column + move[1]), Math.max(columns, column)),
      );
      return;
    }
    const side = column > 0 ? columnOrder(this.data.runs.length, this.data.baseline)[column - 1] : undefined;
    const isCell = (event.target as HTMLElement).hasAttribute('data-cell');
    if (
      event.key === 'Enter' &&
      current.kind === 'row' &&
      isCell &&
      (event.target as HTMLElement).tagName !== 'BUTTON'
    ) {
      event.preventDefault();
      if (current.section === 'params' && side !== undefined && current.row.values[side] !== null) {
        this.openSource(side, current.row.key);
      } else {
        this.detailLine = line;
      }
    } else if (event.key === ' ' && current.kind === 'row') {
      event.preventDefault();
      this.detailLine = this.detailLine === line ? null : line;
    } else if (event.key === 'b' && side !== undefined) {
      this.setBaseline(side);
    }
  }

  /** The next line that something can be done with. */
  private nextLine(from: number, step: number): number {
    let line = Math.min(Math.max(0, from + step), this.lines.length - 1);
    const direction = Math.sign(step);
    while (direction !== 0 && line > 0 && line < this.lines.length - 1 && !isStop(this.lines[line]!)) {
      line += direction;
    }
    return isStop(this.lines[line]!) ? line : from;
  }

  private moveTo(line: number, column: number): void {
    const kind = this.lines[line]?.kind;
    this.active = { line, column: kind === 'row' ? column : 0 };
    const scroll = this.scroller;
    if (scroll) {
      const top = this.offsets[line]!;
      const bottom = this.offsets[line + 1]!;
      if (top < scroll.scrollTop) {
        scroll.scrollTop = top;
      } else if (bottom + 32 > scroll.scrollTop + scroll.clientHeight) {
        scroll.scrollTop = bottom + 32 - scroll.clientHeight;
      }
      const count = this.data?.runs.length ?? 1;
      const width = columnWidth(this.viewport.width, count);
      if (column > 1) {
        const start = (column - 1) * width;
        const room = scroll.clientWidth - KEY_WIDTH - width;
        scroll.scrollLeft = Math.min(Math.max(scroll.scrollLeft, start - room), start - width);
      }
    }
    this.measure();
    void this.updateComplete.then(() => this.focusActive());
  }

  private focusActive(): void {
    const { line, column } = this.active;
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

function isStop(line: Line): boolean {
  return (
    line.kind === 'row' ||
    line.kind === 'section' ||
    line.kind === 'file' ||
    (line.kind === 'note' && line.action !== undefined)
  );
}
