import { html, type TemplateResult } from 'lit';
import { cleanMarkdown } from '../ui/artifacts/markdown';
import { icon, iconButton } from '../ui/icon';
import { block } from '../ui/text';

export interface Note {
  text: string;
  /** Not clean yet; null where it cannot be rendered. */
  html: string | null;
}

/** The run's note, as Markdown where the host could render it, else as it was written. */
export function noteBody(note: Note | undefined, edit: () => void): TemplateResult {
  if (!note || note.text.trim() === '') {
    return html`<div class="note empty">
      ${
        note
          ? html`<button type="button" class="link" @click=${edit}>${icon('note')} Add a note</button>`
          : html`&nbsp;`
      }
    </div>`;
  }
  return html`<div class="note" role="note" aria-label="Note">
    <div class="note-text">
      ${note.html === null ? block(note.text) : html`<div class="markdown">${cleanMarkdown(note.html)}</div>`}
    </div>
    ${iconButton('edit', 'Edit Note', edit)}
  </div>`;
}
