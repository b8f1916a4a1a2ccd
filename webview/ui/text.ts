import { html, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';

/** A store's text on one line; the whole of it on hover. */
export function text(value: string, maxLength = 200): TemplateResult {
  return html`<bdi title=${plainText(value, 2000)}>${plainText(value, maxLength)}</bdi>`;
}

/** A store's text over several lines: line breaks stay, all other control characters are made visible. */
export function block(value: string): TemplateResult {
  return html`<bdi class="block">${visible(value)}</bdi>`;
}

export function visible(value: string): string {
  return value
    .split(/\r\n|\n|\r/)
    .map((line) =>
      line
        .split('\t')
        .map((part) => plainText(part, Infinity))
        .join('\t'),
    )
    .join('\n');
}
