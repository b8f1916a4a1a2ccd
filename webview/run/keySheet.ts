import { html, type TemplateResult } from 'lit';
import { iconButton } from '../ui/icon';

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'go to the filter; Esc empties it'],
  ['j, k', 'the next and the previous run of the list that this one was opened from'],
  ['[, ]', 'back and forward through the runs that this tab has shown'],
  ['↑ ↓ ← →, Home, End', 'move in a table or in the artifacts'],
  ['Enter', 'open what has the focus'],
  ['c', 'charts of this run'],
  ['d', 'diff with another run'],
  ['?', 'these keys'],
];

/** The page's keys, as "?" lists them. */
export function keySheet(close: () => void): TemplateResult {
  return html`<section class="key-sheet" aria-label="Keyboard shortcuts">
    <h2>Keyboard Shortcuts ${iconButton('close', 'Close', close)}</h2>
    <dl>
      ${KEYS.map(
        ([keys, what]) =>
          html`<dt>${keys}</dt>
            <dd>${what}</dd>`,
      )}
    </dl>
  </section>`;
}
