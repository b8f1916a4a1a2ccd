import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icon';

export interface SectionOptions {
  title: string;
  /** e.g. "5", or "2 of 5" while filtered. */
  count?: string;
  open: boolean;
  onToggle: () => void;
  body: () => unknown;
  actions?: unknown;
  id: string;
}

/** A part of a page under a heading that folds it. The body is not made while it is folded. */
export function section({ title, count, open, onToggle, body, actions, id }: SectionOptions): TemplateResult {
  return html`<section class="section" id="section-${id}">
    <h2>
      <button type="button" class="fold" aria-expanded=${String(open)} @click=${onToggle}>
        ${icon(open ? 'chevron-down' : 'chevron-right')}${title}
        ${count === undefined ? nothing : html`<span class="muted count">${count}</span>`}
      </button>
      ${actions ?? nothing}
    </h2>
    ${open ? body() : nothing}
  </section>`;
}
