import { html, nothing, type TemplateResult } from 'lit';
import type { KeyValue } from '../../src/mlflow/entities';
import { unfold } from '../../src/mlflow/nested';
import { icon, iconButton } from './icon';
import { onRowKey } from './rows';
import { block, text } from './text';

export interface ValueTableOptions {
  pairs: readonly KeyValue[];
  keyTitle: string;
  /** Keys whose value is shown whole or unfolded. */
  opened: ReadonlySet<string>;
  toggle: (key: string) => void;
  copy: (text: string, what: string) => void;
  /** A third column. */
  extra?: { title: string; cell: (key: string) => unknown; short?: boolean };
  /** Of the second column; missing: "Value". */
  valueTitle?: string;
  /** What can be done with a row, before "Copy". */
  actions?: readonly RowAction[];
}

export interface RowAction {
  icon: string;
  /** "Edit", "Delete": the key is added. */
  label: string;
  run: (key: string) => void;
}

const LONG = 60;

/** Params or tags: long values are cut and open on a click, structures unfold. */
export function valueTable(options: ValueTableOptions): TemplateResult {
  const { keyTitle, extra, actions = [] } = options;
  return html`<table class="rows" @keydown=${onRowKey}>
    <colgroup>
      <col class="key" />
      <col />
      ${extra ? html`<col class=${extra.short ? 'source short' : 'source'} />` : nothing}
      <col class=${actions.length > 0 ? 'row-tools' : 'copy'} />
    </colgroup>
    <thead>
      <tr>
        <th scope="col">${keyTitle}</th>
        <th scope="col">${options.valueTitle ?? 'Value'}</th>
        ${extra ? html`<th scope="col">${extra.title}</th>` : nothing}
        <th><span class="visually-hidden">${actions.length > 0 ? 'Actions' : 'Copy'}</span></th>
      </tr>
    </thead>
    <tbody>
      ${options.pairs.map((pair) => rows(pair, options))}
    </tbody>
  </table>`;
}

function rows({ key, value }: KeyValue, options: ValueTableOptions): TemplateResult {
  const { opened, extra, copy, actions = [] } = options;
  const isOpen = opened.has(key);
  const nested = isOpen ? unfold(value) : null;
  return html`<tr data-row>
      <td>${text(key)}</td>
      <td class="value ${isOpen ? 'wide' : ''}">${cell(key, value, isOpen, options)}</td>
      ${extra ? html`<td>${extra.cell(key)}</td>` : nothing}
      <td class="row-actions">
        ${actions.map(({ icon: name, label, run }) => iconButton(name, `${label} ${key}`, () => run(key)))}${iconButton('copy', `Copy ${key}`, () => copy(value, key))}
      </td>
    </tr>
    ${nested?.map(
      (entry) =>
        html`<tr class="nested">
          <td>${text(entry.path)}</td>
          <td class="value" colspan=${extra ? 3 : 2}>${text(entry.value)}</td>
        </tr>`,
    )}`;
}

function cell(key: string, value: string, isOpen: boolean, { toggle }: ValueTableOptions): TemplateResult {
  const long = value.length > LONG || /[\r\n]/.test(value);
  if (!long && !/^\s*[{[(]/.test(value)) {
    return value.trim() === ''
      ? html`<span class="muted" title=${JSON.stringify(value)}>${value === '' ? 'empty' : 'blank'}</span>`
      : text(value);
  }
  const nested = unfold(value) !== null;
  if (!long && !nested) {
    return text(value);
  }
  return html`<button
      type="button"
      class="value-button"
      aria-expanded=${String(isOpen)}
      title=${isOpen ? 'Fold' : nested ? 'Unfold' : 'Show the full value'}
      @click=${() => toggle(key)}
    >
      ${icon(isOpen ? 'chevron-down' : 'chevron-right')}${text(value, LONG * 2)}
    </button>
    ${isOpen && !nested ? block(value) : nothing}`;
}
