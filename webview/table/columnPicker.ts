import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { count, plainText } from '../../src/mlflow/format';
import { isCancelled } from '../../src/mlflow/errors';
import {
  columnId,
  TABLE_ATTRIBUTES,
  type ColumnInfo,
  type ColumnList,
  type TableColumn,
} from '../../src/mlflow/runTable';
import { icon } from '../ui/icon';
import { columnTitle, GROUP_ATTRIBUTES, kindTitle, ruleTitle } from './columns';

export type PickerPurpose = 'columns' | 'groups';

/** Which columns the table has, or is grouped by: a search among all keys of the store, answered as one types. */
@customElement('table-column-picker')
export class ColumnPicker extends LitElement {
  @property({ attribute: false }) columns: readonly TableColumn[] = [];
  /** Those of the columns to begin with that are left out, because no row has a value. */
  @property({ attribute: false }) leftOut: readonly TableColumn[] = [];
  /** Ids of columns of which no row has a value. */
  @property({ attribute: false }) empty: ReadonlySet<string> = new Set();
  @property({ attribute: false }) purpose: PickerPurpose = 'columns';
  @property({ attribute: false }) find!: (
    text: string,
    complete: boolean,
    signal: AbortSignal,
  ) => Promise<ColumnList>;
  @property({ attribute: false }) changed!: (columns: TableColumn[]) => void;
  @property({ attribute: false }) reset!: () => void;
  @property({ attribute: false }) close!: () => void;
  @state() private text = '';
  @state() private found: ColumnList | null = null;
  @state() private problem = '';
  private asking: AbortController | null = null;
  private complete = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.ask();
    void this.updateComplete.then(() => this.querySelector('input')?.focus());
  }

  override disconnectedCallback(): void {
    this.asking?.abort();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const groups = this.purpose === 'groups';
    const search = groups ? 'Search params and tags to group by' : 'Search columns';
    return html`<div
      class="picker"
      role="dialog"
      aria-label=${groups ? 'Group by' : 'Columns'}
      @keydown=${this.onKey}
    >
      <div class="picker-head">
        <input
          type="search"
          aria-label=${search}
          placeholder=${search}
          .value=${this.text}
          @input=${(event: Event) => {
            this.text = (event.target as HTMLInputElement).value;
            void this.ask();
          }}
        />
        <button type="button" class="icon-button" title="Close" aria-label="Close" @click=${this.close}>
          ${icon('close')}
        </button>
      </div>
      <p class="muted picker-count" role="status" aria-live="polite">${this.summary()}</p>
      <div
        class="picker-list"
        role="group"
        aria-label=${groups ? 'Params and tags found' : 'Columns found'}
        tabindex="-1"
      >
        ${this.entries().map((entry) => this.entry(entry))}
      </div>
      <div class="picker-foot">
        ${
          groups
            ? nothing
            : html`<button type="button" class="link" @click=${this.reset}>Those That Vary</button>`
        }
        <button type="button" class="link" @click=${() => this.changed([])}>None</button>
      </div>
    </div>`;
  }

  private summary(): string {
    if (this.problem) {
      return this.problem;
    }
    if (!this.found) {
      return 'Looking…';
    }
    const { total, constant, empty } = this.found;
    const hidden =
      constant === null
        ? ''
        : ` · ${constant.toLocaleString('en-US')} constant, ${(empty ?? 0).toLocaleString('en-US')} empty hidden`;
    return `${this.columns.length} ${this.purpose === 'groups' ? 'chosen' : 'shown'} · ${count(total, 'key')}${this.text ? ' found' : ''}${this.text ? '' : hidden}`;
  }

  /** The chosen first, in their order, then what was found. */
  private entries(): ColumnInfo[] {
    const text = this.text.toLowerCase();
    const matching = (column: TableColumn): boolean =>
      columnTitle(column).toLowerCase().includes(text) || column.key.toLowerCase().includes(text);
    const spread = new Map(this.found?.columns.map((info) => [columnId(info.column), info.spread]));
    const first = [...this.columns.slice(0, 200), ...this.leftOut];
    const chosen = first
      .filter(matching)
      .map((column) => ({ column, spread: spread.get(columnId(column)) ?? null }));
    const known = new Set([...this.columns, ...this.leftOut].map((column) => columnId(column)));
    const groups = this.purpose === 'groups';
    const attributes = (groups ? GROUP_ATTRIBUTES : TABLE_ATTRIBUTES.filter((key) => key !== 'name'))
      .map((key): TableColumn => ({ kind: 'attribute', key }))
      .filter((column) => matching(column) && !known.has(columnId(column)))
      .map((column): ColumnInfo => ({ column, spread: null }));
    // Groups of equal values: metrics hardly ever have any.
    const others = (this.found?.columns ?? []).filter(
      ({ column }) => !known.has(columnId(column)) && !(groups && column.kind === 'metric'),
    );
    return [...chosen, ...attributes, ...others];
  }

  private entry({ column, spread }: ColumnInfo): TemplateResult {
    const shown = this.columns.some((candidate) => columnId(candidate) === columnId(column));
    const note = [
      ruleTitle(column),
      this.empty.has(columnId(column))
        ? 'no value in these rows'
        : spread === 'constant'
          ? 'one value'
          : spread === 'empty'
            ? 'no value'
            : '',
    ]
      .filter(Boolean)
      .join(', ');
    return html`<label class="picker-entry">
      <input
        type="checkbox"
        .checked=${shown}
        @change=${() =>
          this.changed(
            shown
              ? this.columns.filter((candidate) => columnId(candidate) !== columnId(column))
              : [...this.columns, column],
          )}
      />
      <span class="cut" title=${plainText(column.key, 1000)}>${plainText(columnTitle(column))}</span>
      <span class="muted">${note}</span>
      <span class="muted">${kindTitle(column.kind) || nothing}</span>
    </label>`;
  }

  private async ask(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    try {
      this.found = await this.find(this.text, this.complete, asking.signal);
      this.problem = '';
      if (!this.complete && !asking.signal.aborted) {
        // The first answer is quick; how many are constant or empty takes a look at every key.
        this.complete = true;
        this.found = await this.find(this.text, true, asking.signal);
      }
    } catch (error) {
      if (!isCancelled(error)) {
        this.problem = error instanceof Error ? error.message : String(error);
      }
    }
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const boxes = [...this.querySelectorAll<HTMLInputElement>('input')];
    const index = boxes.indexOf(document.activeElement as HTMLInputElement);
    if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'ArrowDown' && index < boxes.length - 1) {
      boxes[index + 1]?.focus();
    } else if (event.key === 'ArrowUp' && index > 0) {
      boxes[index - 1]?.focus();
    } else if (event.key === 'Enter' && boxes[index]?.type === 'checkbox') {
      boxes[index]?.click();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
