import { html, nothing, type TemplateResult } from 'lit';
import { cleanMarkdown } from '../ui/artifacts/markdown';
import { block } from '../ui/text';

/** The run's note, as Markdown where the host could render it, else as it was written. */
export function noteBody(
  note: { text: string; html: string | null } | undefined,
): TemplateResult | typeof nothing {
  if (!note || note.text.trim() === '') {
    return nothing;
  }
  return html`<div class="note" role="note" aria-label="Note">
    ${note.html === null ? block(note.text) : html`<div class="markdown">${cleanMarkdown(note.html)}</div>`}
  </div>`;
}
