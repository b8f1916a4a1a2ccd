import { html, type TemplateResult } from 'lit';
import { text } from '../text';

/** Columns that are drawn; the rest is in the file. */
export const COLUMNS = 60;

/** Rows of a file; a column whose every drawn value is a number stands to the right. */
export function dataTable(names: readonly string[], rows: readonly (readonly string[])[]): TemplateResult {
  const columns = names.slice(0, COLUMNS).map((name, i) => {
    const values = rows.map((row) => row[i] ?? '').filter((value) => value !== '');
    return { name, side: values.length > 0 && values.every(isNumber) ? 'number' : '' };
  });
  return html`<table class="rows data">
    <thead>
      <tr>
        ${columns.map(({ name, side }) => html`<th scope="col" class=${side}>${text(name)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map(({ side }, i) => html`<td class=${side}>${text(row[i] ?? '', 120)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function isNumber(value: string): boolean {
  return /^[-+]?(\d[\d_]*(?:\.\d*)?|\.\d+)([eE][-+]?\d+)?$|^-?(nan|inf(inity)?)$/i.test(value);
}
