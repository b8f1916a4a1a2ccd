import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { count, formatDateTime } from '../../src/mlflow/format';
import type { TableColumn } from '../../src/mlflow/runTable';
import type { TableProtocol } from '../../src/protocol/table';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { firstFocus } from '../ui/firstFocus';
import { icon, iconButton } from '../ui/icon';
import '../ui/menu';
import type { MenuItem } from '../ui/menu';
import type { PopupMenu } from '../ui/popupMenu';
import { banner, errorState, skeleton } from '../ui/states';
import { styles } from '../ui/styles';
import { onThemeChange } from '../ui/theme';
import { PageActions } from './actions';
import './columnPicker';
import type { PickerPurpose } from './columnPicker';
import './filterInput';
import { GridView, type TableGrid } from './gridView';
import { foundText, restText } from './loadedText';
import { filterMenu, KEYS, moreMenu } from './menus';
import { readKept } from './kept';
import { TableModel } from './model';
import './prompt';
import type { TablePrompt } from './prompt';
import { selectionBar } from './selectionBar';

/** "3h ago" is said anew this often, ms. */
const CLOCK = 20_000;

/** The page: head, filter, grid, what is selected. */
@customElement('table-page')
export class TablePage extends LitElement {
  connection!: PageConnection<'table', TableProtocol>;
  private model!: TableModel;
  private actions!: PageActions;
  private view!: GridView;
  private picking: PickerPurpose | null = null;
  /** px that the page is wide: what has no room is folded. */
  private room = document.documentElement.clientWidth;
  private readonly focusGrid = firstFocus(() => this.querySelector<HTMLElement>('.grid'));

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const changed = (): void => this.requestUpdate();
    this.model = new TableModel(this.connection, {
      changed,
      seen: () => this.view.seen,
      topRow: () => this.view.topRow,
      scrollToTop: () => this.view.scrollToTop(),
      shiftRows: (by) => void this.updateComplete.then(() => this.view.shiftRows(by)),
    });
    this.actions = new PageActions(
      this.model,
      (label, items, anchor) => this.popupMenu()?.open(label, items, anchor),
      (question, anchor) => this.querySelector<TablePrompt>('table-prompt')?.open(question, anchor),
      changed,
      () => this.pick('groups'),
    );
    this.view = new GridView(this.model, this.actions, readKept(this.connection.view), () =>
      this.pick('columns'),
    );
    onThemeChange(changed);
    new ResizeObserver(() => {
      this.room = document.documentElement.clientWidth;
      changed();
    }).observe(document.documentElement);
    setInterval(() => {
      this.model.now = Math.max(this.model.now, Date.now());
      changed();
    }, CLOCK);
    void this.model.open();
  }

  protected override updated(): void {
    this.tableGrid?.requestUpdate();
    void this.tableGrid?.updateComplete.then(this.focusGrid);
  }

  protected override async getUpdateComplete(): Promise<boolean> {
    const complete = await super.getUpdateComplete();
    await this.tableGrid?.updateComplete;
    return complete;
  }

  private get tableGrid(): TableGrid | null {
    return this.querySelector<TableGrid>('table-grid');
  }

  protected override render(): TemplateResult {
    const { model } = this;
    if (model.failure && !model.chunk) {
      return html`<div class="page">
        ${errorState(model.failure.message, [
          { label: 'Try Again', run: () => void model.open() },
          { label: 'Show Log', run: this.showLog },
        ])}
      </div>`;
    }
    return html`<div
      class="table-page ${model.chunk?.answer.stale ? 'stale' : ''} ${model.busy.on ? 'busy' : ''}"
      @keydown=${this.onKey}
    >
      ${this.header()} ${this.filterLine()} ${this.messages()}
      ${model.chunk ? html`<table-grid .view=${this.view} .chunk=${model.chunk}></table-grid>` : html`<div class="page">${skeleton(16, 'Loading the runs')}</div>`}
      ${model.chunk ? selectionBar(model, this.actions, this.room) : nothing}
      ${this.picking ? this.picker(this.picking) : nothing}
      <lens-popup class="page-popup"></lens-popup><table-prompt></table-prompt>
    </div>`;
  }

  private header(): TemplateResult {
    const { opening, settings, passing, chunk } = this.model;
    const { store, experimentIds } = this.connection.args;
    const names = opening?.experiments.map(({ name }) => name) ?? [];
    const scope =
      experimentIds.length === 0
        ? 'all experiments'
        : names.length > 3
          ? count(experimentIds.length, 'experiment')
          : names.join(', ') || '…';
    const all = (): void => this.actions.run('openRunTable', { store, experimentIds: [] });
    const button = (
      label: string,
      run: (event: Event) => void,
      expanded?: boolean,
      title?: string,
    ): TemplateResult =>
      html`<vscode-button
        appearance="secondary"
        title=${title ?? nothing}
        aria-expanded=${expanded === undefined ? nothing : String(expanded)}
        @click=${run}
        >${label}</vscode-button
      >`;
    return html`<header class="page-header">
      ${breadcrumb([
        {
          label: opening?.storeName ?? '…',
          title: store,
          ...(experimentIds.length > 0 ? { open: all } : {}),
        },
        { label: scope, title: names.join(', ') },
      ])}
      <div class="actions">
        ${button('Columns', () => this.pick(this.picking ? null : 'columns'), this.picking !== null)}
        ${button('Group', (event) =>
          this.actions.openGroups((event.currentTarget as HTMLElement).getBoundingClientRect()),
        )}
        ${button('Charts', () => this.actions.charts(2), undefined, this.actions.selecting.amount > 1 ? 'Charts of the selected runs' : 'Charts of all matching runs')}
        <lens-menu
          .items=${moreMenu(settings, passing, chunk?.answer.hiddenCount ?? 0, this.actions)}
        ></lens-menu>
      </div>
    </header>`;
  }

  private filterLine(): TemplateResult {
    const { model } = this;
    const { client } = this.connection;
    return html`<div class="filter-line">
      <table-filter
        .value=${model.typed.text}
        .error=${model.typed.error}
        .example=${model.opening?.example ?? ''}
        .complete=${(text: string, offset: number, signal: AbortSignal) =>
          client.request('complete', { text, offset }, signal)}
        .changed=${(text: string, final: boolean) => model.typed.type(text, final)}
        .leave=${() => this.view.focus()}
      ></table-filter>
      ${this.brushChip()}
      <span
        class="found"
        role="status"
        aria-live="polite"
        aria-busy=${model.chunk?.answer.loaded?.isLoading ?? false}
        >${model.chunk ? foundText(model.chunk.answer) : ''}${this.waitText()}</span
      >
      ${model.chunk ? restText(model.chunk.answer, (on) => void model.loadRest(on)) : nothing}
      ${model.busy.on ? iconButton('debug-stop', 'Stop Searching', () => model.stop()) : nothing}
      <button
        type="button"
        class="link"
        aria-haspopup="menu"
        @click=${(event: Event) => this.popup('Filters', filterMenu(model.settings, this.actions), event)}
      >
        Saved ${icon('chevron-down')}
      </button>
    </div>`;
  }

  /** The rows follow the brush of a sweep: said, and ended with one click. */
  private brushChip(): TemplateResult | typeof nothing {
    const brushed = this.model.chunk?.answer.brushed ?? null;
    return brushed === null
      ? nothing
      : html`<span class="chip"
          >${icon('filter')} selected in the sweep: ${count(brushed, 'run')}
          ${iconButton('close', 'Clear the Selection of the Sweep', () => void this.model.clearBrush())}</span
        >`;
  }

  /** What the count beside it does not say: that it is not the answer to what stands in the filter, or not all of it. */
  private waitText(): TemplateResult | typeof nothing {
    const { busy, typed, chunk } = this.model;
    if (busy.on) {
      const what = chunk?.glance ? ' in names, searching params and tags' : '';
      return html`<span class="muted">${what}</span> ${icon('loading codicon-modifier-spin', 'Searching')}`;
    }
    const text =
      typed.error !== null
        ? 'the filter is not applied'
        : typed.waits === 'unfinished'
          ? 'the filter is incomplete'
          : typed.waits === 'key'
            ? 'press Enter to search for the word'
            : chunk?.glance
              ? 'in names and IDs only'
              : '';
    return text === '' ? nothing : html`<span class="muted"> · ${text}</span>`;
  }

  private messages(): TemplateResult {
    const { typed, problem, actionError, chunk } = this.model;
    const filterError = typed.error;
    const stale = chunk?.answer.stale;
    const close = (): void => {
      this.model.actionError = '';
      this.requestUpdate();
    };
    return html`<div class="messages">
      <div id="filter-error" class="filter-error" role="status" ?hidden=${!filterError}>
        ${filterError ? html`${icon('error')} ${filterError.message}` : nothing}
      </div>
      ${stale ? banner('warning', `${stale.message} Shown as of ${formatDateTime(stale.since)}.`) : nothing}
      ${
        problem
          ? banner('warning', `${problem.message} The rows are those from before.`, [
              { label: 'Try Again', run: () => this.model.ask() },
              { label: 'Show Log', run: this.showLog },
            ])
          : nothing
      }
      ${actionError ? banner('warning', actionError, [{ label: 'Close', run: close }]) : nothing}
      ${
        this.actions.keysShown
          ? html`<dl class="keys" aria-label="Keyboard shortcuts" tabindex="0">
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

  private picker(purpose: PickerPurpose): TemplateResult {
    const { model } = this;
    const groups = purpose === 'groups';
    const header = this.querySelector('.page-header')?.getBoundingClientRect().bottom ?? 0;
    return html`<table-column-picker
      ${styles({ '--under-header': `${Math.ceil(header) + 2}px` })}
      .purpose=${purpose}
      .columns=${groups ? model.settings.group : model.columns}
      .leftOut=${groups ? [] : model.leftOut}
      .empty=${model.emptyColumns}
      .find=${(text: string, complete: boolean, signal: AbortSignal) =>
        this.connection.client.request('findColumns', { text, complete }, signal)}
      .changed=${(columns: TableColumn[]) =>
        groups ? this.actions.group(columns) : model.changeColumns(columns)}
      .reset=${() => model.change({ columns: null, unpicked: [] })}
      .close=${() => this.pick(null)}
    ></table-column-picker>`;
  }

  private pick(purpose: PickerPurpose | null): void {
    this.picking = purpose;
    this.requestUpdate();
    if (purpose === null) {
      void this.updateComplete.then(() => this.view.focus());
    }
  }

  private popup(label: string, items: readonly MenuItem[], event: Event): void {
    const anchor = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.popupMenu()?.open(label, items, anchor);
  }

  private popupMenu(): PopupMenu | null {
    return this.querySelector<PopupMenu>('.page-popup');
  }

  private readonly showLog = (): void => {
    void this.model.act(() => this.connection.client.request('showLog', null));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const inField = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName);
    if (event.key === '?' && !inField) {
      this.actions.showKeys();
      event.preventDefault();
    }
  };
}
