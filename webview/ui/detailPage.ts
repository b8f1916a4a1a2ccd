import { html, type TemplateResult } from 'lit';
import type { KeyValue } from '../../src/mlflow/entities';
import type { StoreError } from '../../src/mlflow/errors';
import { LivePage, type LiveData } from './livePage';
import { roveRows } from './rows';
import { section, type SectionOptions } from './section';
import { emptyState } from './states';
import { valueTable, type ValueTableOptions } from './valueTable';

/** A page that shows one thing in full: sections that fold, tables of keys and values. */
export abstract class DetailPage<Data extends LiveData> extends LivePage<Data> {
  protected readonly folded = new Set<string>();
  /** Values that are shown whole, as `section\nkey`. */
  protected readonly opened = new Set<string>();

  /** What is said where the store has no such thing. */
  protected abstract readonly missing: string;
  /** Keeps what the page remembers while it is hidden. */
  protected abstract saveView(): void;

  /** In the document's own landmark. */
  protected override render(): TemplateResult {
    return html`<div class="page">${this.content()}</div>`;
  }

  protected override notLoaded(error: StoreError): TemplateResult {
    return error.code === 'RESOURCE_DOES_NOT_EXIST'
      ? emptyState(this.missing, this.tryAgain())
      : super.notLoaded(error);
  }

  protected override updated(): void {
    this.querySelectorAll<HTMLElement>('table.rows').forEach(roveRows);
  }

  /** A section that remembers whether it is folded. */
  protected section(options: Omit<SectionOptions, 'open' | 'onToggle'>): TemplateResult {
    return section({
      ...options,
      open: !this.folded.has(options.id),
      onToggle: () => this.toggle(this.folded, options.id),
    });
  }

  /** A section of keys and values; where there are none a sentence says so. */
  protected valueSection(
    options: Pick<SectionOptions, 'id' | 'title' | 'actions'>,
    pairs: readonly KeyValue[],
    empty: string,
    table: Pick<ValueTableOptions, 'keyTitle' | 'actions'>,
  ): TemplateResult {
    const { id } = options;
    return this.section({
      ...options,
      count: String(pairs.length),
      body: () =>
        pairs.length === 0
          ? emptyState(empty)
          : valueTable({
              ...table,
              pairs,
              opened: new Set(pairs.map(({ key }) => key).filter((key) => this.opened.has(`${id}\n${key}`))),
              toggle: (key) => this.toggle(this.opened, `${id}\n${key}`),
              copy: this.copy,
            }),
    });
  }

  protected toggle(set: Set<string>, id: string): void {
    if (!set.delete(id)) {
      set.add(id);
    }
    this.saveView();
    this.requestUpdate();
  }

  protected readonly copy = (text: string, what: string): void =>
    this.act(this.client.request('copyText', { text, what }));
}
