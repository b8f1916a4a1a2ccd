import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isCancelled } from '../../src/mlflow/errors';
import type { Completion } from '../../src/protocol/table';
import type { CompletionItem } from '../../src/search/complete';
import { icon } from '../ui/icon';

export interface FilterError {
  message: string;
  from: number;
  to: number;
}

const KIND_ICONS: Record<CompletionItem['kind'], string> = {
  metric: 'graph-line',
  param: 'symbol-parameter',
  tag: 'tag',
  attribute: 'symbol-field',
  dataset: 'database',
  operator: 'symbol-operator',
  value: 'symbol-string',
  keyword: 'symbol-keyword',
};

/**
 * The filter, in MLflow's language and ours: completes keys and values, underlines what is wrong. Enter or a pause
 * asks; Esc closes the list, then empties the filter.
 */
@customElement('table-filter')
export class TableFilter extends LitElement {
  @property() value = '';
  @property({ attribute: false }) error: FilterError | null = null;
  /** A filter that this table understands. */
  @property() example = '';
  @property({ attribute: false }) complete!: (
    text: string,
    offset: number,
    signal: AbortSignal,
  ) => Promise<Completion>;
  @property({ attribute: false }) changed!: (text: string, final: boolean) => void;
  @property({ attribute: false }) leave!: () => void;
  @state() private items: readonly CompletionItem[] = [];
  @state() private chosen = -1;
  @state() private scrolled = 0;
  private range = { from: 0, to: 0 };
  private asking: AbortController | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const open = this.items.length > 0;
    return html`<div class="filter">
      ${icon('search')}
      <div class="filter-field">
        <div class="filter-mirror" aria-hidden="true">
          <span class="filter-mirror-text">${this.mirror()}</span>
        </div>
        <input
          type="text"
          data-filter
          role="combobox"
          spellcheck="false"
          autocomplete="off"
          aria-label="Filter runs"
          aria-expanded=${String(open)}
          aria-controls="filter-items"
          aria-autocomplete="list"
          aria-activedescendant=${open && this.chosen >= 0 ? `filter-item-${this.chosen}` : nothing}
          aria-invalid=${String(this.error !== null)}
          aria-describedby="filter-error"
          placeholder=${this.example === '' ? 'Filter runs' : `Filter runs: ${this.example}`}
          .value=${this.value}
          @input=${this.onInput}
          @keydown=${this.onKey}
          @scroll=${this.onScroll}
          @blur=${() => this.close()}
        />
        <ul id="filter-items" role="listbox" aria-label="Suggestions" class="filter-items" ?hidden=${!open}>
          ${this.items.map((item, index) => this.item(item, index))}
        </ul>
      </div>
      ${
        this.value === ''
          ? nothing
          : html`<button
              type="button"
              class="icon-button"
              title="Clear the Filter"
              aria-label="Clear the Filter"
              @click=${() => this.changed('', true)}
            >
              ${icon('close')}
            </button>`
      }
    </div>`;
  }

  /** The text once more, under the field: what is wrong is underlined there. */
  private mirror(): unknown {
    if (!this.error) {
      return nothing;
    }
    const { from, to } = this.error;
    const end = Math.max(to, from + 1);
    return html`${this.value.slice(0, from)}<u class="filter-wrong">${this.value.slice(from, end) || ' '}</u
      >${this.value.slice(end)}`;
  }

  private item(item: CompletionItem, index: number): TemplateResult {
    return html`<li
      id="filter-item-${index}"
      role="option"
      aria-selected=${String(index === this.chosen)}
      class=${index === this.chosen ? 'chosen' : ''}
      @pointerdown=${(event: Event) => {
        event.preventDefault();
        this.take(item);
      }}
    >
      ${icon(KIND_ICONS[item.kind])}<span class="cut">${item.label}</span
      ><span class="muted cut">${item.detail ?? (item.kind === 'value' ? '' : item.kind)}</span>
    </li>`;
  }

  protected override updated(): void {
    this.querySelector('.chosen')?.scrollIntoView({ block: 'nearest' });
    const text = this.querySelector<HTMLElement>('.filter-mirror-text');
    if (text) {
      text.style.transform = `translateX(${-this.scrolled}px)`;
    }
  }

  private get input(): HTMLInputElement {
    return this.querySelector('input')!;
  }

  private readonly onInput = (): void => {
    this.changed(this.input.value, false);
    void this.suggest();
  };

  private readonly onScroll = (): void => {
    this.scrolled = this.input.scrollLeft;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const open = this.items.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined && open) {
      this.chosen = Math.max(0, Math.min(this.items.length - 1, this.chosen + step));
    } else if (event.key === 'ArrowDown' && !event.altKey) {
      this.leave();
    } else if ((event.key === 'Enter' || event.key === 'Tab') && open && this.chosen >= 0) {
      this.take(this.items[this.chosen]!);
    } else if (event.key === 'Enter') {
      this.close();
      this.changed(this.input.value, true);
    } else if ((event.key === ' ' && event.ctrlKey) || event.key === 'ArrowDown') {
      void this.suggest();
    } else if (event.key === 'Escape' && open) {
      this.close();
    } else if (event.key === 'Escape' && this.value !== '') {
      this.changed('', true);
    } else if (event.key === 'Escape') {
      this.leave();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private async suggest(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const { value, selectionStart } = this.input;
    try {
      const { from, to, items } = await this.complete(value, selectionStart ?? value.length, asking.signal);
      if (document.activeElement === this.input && this.input.value === value) {
        this.range = { from, to };
        const typed = value.slice(from, to).trim();
        const done = items.length === 1 && items[0]!.insert.trim() === typed;
        this.items = done ? [] : items;
        // Enter takes what begins with what was typed; else it looks for the word.
        const first = items[0];
        const begins = [first?.label, first?.key].some((name) =>
          name?.toLowerCase().startsWith(typed.toLowerCase().replace(/^['"`]/, '')),
        );
        this.chosen = typed === '' || !begins ? -1 : 0;
      }
    } catch (error) {
      if (!isCancelled(error)) {
        this.close();
      }
    }
  }

  private take(item: CompletionItem): void {
    const { to } = this.range;
    const from = item.from ?? this.range.from;
    const { value } = this.input;
    const after = value.slice(to).trimStart();
    const text = `${value.slice(0, from)}${item.insert}${after}`;
    this.close();
    this.changed(text, false);
    void this.updateComplete.then(() => {
      const place = from + item.insert.length;
      this.input.setSelectionRange(place, place);
      void this.suggest();
    });
  }

  private close(): void {
    this.asking?.abort();
    this.items = [];
    this.chosen = -1;
  }
}
