import { css, html, type TemplateResult } from 'lit';
import { iconButton } from './icon';

export type KeyLine = readonly [keys: string, what: string];

/** A page's keys, as "?" lists them. */
export function keySheet(keys: readonly KeyLine[], close: () => void): TemplateResult {
  return html`<section class="key-sheet" aria-label="Keyboard shortcuts">
    <h2>Keyboard Shortcuts ${iconButton('close', 'Close', close)}</h2>
    <dl>
      ${keys.map(
        ([name, what]) =>
          html`<dt>${name}</dt>
            <dd>${what}</dd>`,
      )}
    </dl>
  </section>`;
}

export const keySheetStyles = css`
  .key-sheet {
    margin: 8px 0;
    padding: 4px 12px 8px;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
  }
  .key-sheet h2 {
    display: flex;
    justify-content: space-between;
    align-items: center;
  }
  .key-sheet dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 4px 16px;
    margin: 4px 0 0;
  }
  .key-sheet dt {
    font-family: var(--vscode-editor-font-family);
  }
  .key-sheet dd {
    margin: 0;
  }
`;
