import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icon';

export interface FilterBoxOptions {
  value: string;
  placeholder: string;
  onChange: (value: string) => void;
  /** What is left, e.g. "12 of 40 shown"; spoken. */
  result?: string;
}

/** The page's filter: `/` goes to it (see `focusFilterOnSlash`), Esc empties it. */
export function filterBox({ value, placeholder, onChange, result }: FilterBoxOptions): TemplateResult {
  return html`<div class="filter-box">
    ${icon('search')}
    <input
      type="search"
      data-filter
      .value=${value}
      placeholder=${placeholder}
      aria-label=${placeholder}
      @input=${(event: Event) => onChange((event.target as HTMLInputElement).value)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Escape' && value !== '') {
          event.stopPropagation();
          onChange('');
        }
      }}
    />
    <span class="muted" role="status" aria-live="polite">${result ?? nothing}</span>
  </div>`;
}

/** Makes `/` go to the page's filter, wherever the focus is outside of a text field. */
export function focusFilterOnSlash(): void {
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.key === '/' && !/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
      const filter = document.querySelector<HTMLInputElement>('[data-filter]');
      if (filter) {
        event.preventDefault();
        filter.focus();
        filter.select();
      }
    }
  });
}

/** Whether any of the texts holds each word of the filter, in any case. */
export function matches(filter: string, ...texts: readonly string[]): boolean {
  const all = texts.join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
