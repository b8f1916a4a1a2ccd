import { html, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import { icon } from './icon';

export interface Crumb {
  label: string;
  /** Missing for the last one, the thing itself. */
  open?: () => void;
  title?: string;
}

/** Where am I: store › experiment › run, each a link. The page's first line. */
export function breadcrumb(crumbs: readonly Crumb[]): TemplateResult {
  return html`<nav class="breadcrumb" aria-label="Breadcrumb">
    ${crumbs.map(({ label, open, title }, index) => {
      const text = plainText(label);
      return html`${index > 0 ? icon('chevron-right') : ''}${
        open
          ? html`<button type="button" class="link" title=${plainText(title ?? label, 1000)} @click=${open}>
              ${text}
            </button>`
          : html`<span title=${plainText(title ?? label, 1000)} aria-current="page">${text}</span>`
      }`;
    })}
  </nav>`;
}
