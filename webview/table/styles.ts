import { css } from 'lit';

/** What stands around the grid. */
export const pageStyles = css`
  html,
  body,
  #app,
  table-page {
    height: 100%;
  }
  body {
    overflow: hidden;
  }
  .table-page {
    display: flex;
    flex-direction: column;
    height: 100%;
    padding: 8px 0 0;
  }
  .table-page > header,
  .table-page > .filter-line,
  .table-page > .messages {
    padding: 0 12px;
  }
  .filter-line {
    display: flex;
    align-items: center;
    gap: 4px 8px;
    min-height: 34px;
  }
  table-filter {
    flex: 1 0 240px;
    min-width: 0;
  }
  /* In a narrow panel what is found stands below the filter. */
  @media (max-width: 640px) {
    .filter-line {
      flex-wrap: wrap;
      padding-bottom: 4px;
    }
    table-filter {
      flex-basis: 100%;
    }
    .filter-line > .link {
      margin-left: auto;
    }
  }
  .filter {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .filter-field {
    position: relative;
    flex: 1;
  }
  .filter-field input,
  .filter-mirror {
    width: 100%;
    height: 26px;
    padding: 0 6px;
    font-family: var(--vscode-editor-font-family);
    font-size: var(--vscode-font-size);
    border: 1px solid var(--vscode-input-border, var(--vscode-panel-border, transparent));
  }
  .filter-field input {
    position: relative;
    color: var(--vscode-input-foreground);
    background: transparent;
  }
  .filter-field input:focus {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .filter-field input::placeholder {
    color: var(--vscode-input-placeholderForeground);
  }
  .filter-mirror {
    position: absolute;
    inset: 0;
    line-height: 24px;
    overflow: hidden;
    color: transparent;
    border-color: transparent;
    background: var(--vscode-input-background);
  }
  .filter-mirror-text {
    display: inline-block;
    white-space: pre;
  }
  .filter-wrong {
    text-decoration: underline wavy var(--vscode-editorError-foreground, var(--vscode-errorForeground));
    text-decoration-skip-ink: none;
    text-underline-offset: 2px;
  }
  .filter-items {
    position: absolute;
    z-index: 20;
    top: 100%;
    left: 0;
    min-width: min(320px, 100%);
    max-width: min(640px, 100%);
    max-height: min(280px, 50vh);
    overflow: auto;
    margin: 2px 0 0;
    padding: 2px;
    list-style: none;
    color: var(--vscode-editorSuggestWidget-foreground, var(--vscode-foreground));
    background: var(--vscode-editorSuggestWidget-background, var(--vscode-editor-background));
    border: 1px solid
      var(--vscode-editorSuggestWidget-border, var(--vscode-contrastBorder, var(--vscode-panel-border)));
  }
  .filter-items[hidden] {
    display: none;
  }
  .filter-items li {
    display: flex;
    align-items: center;
    gap: 6px;
    height: 22px;
    padding: 0 6px;
    cursor: pointer;
  }
  .filter-items li > .muted {
    margin-left: auto;
  }
  .filter-items .chosen,
  .filter-items .chosen .muted {
    color: var(--vscode-list-activeSelectionForeground);
    background: var(--vscode-list-activeSelectionBackground);
  }
  .filter-items .chosen {
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding-left: 6px;
    white-space: nowrap;
    color: var(--vscode-badge-foreground);
    background: var(--vscode-badge-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
  }
  .chip .icon-button {
    color: inherit;
  }
  .found {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .filter-line > .link,
  .filter-line > .icon-button,
  .chip {
    flex: none;
  }
  .filter-error {
    min-height: 20px;
  }
  .filter-error .codicon {
    color: var(--vscode-errorForeground);
    vertical-align: middle;
  }
  .picker {
    position: absolute;
    z-index: 15;
    top: var(--under-header, 76px);
    right: 12px;
    width: 400px;
    max-width: calc(100% - 24px);
    max-height: calc(100% - var(--under-header, 76px) - 8px);
    display: flex;
    flex-direction: column;
    padding: 8px;
    color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
    background: var(--vscode-editorWidget-background);
    border: 1px solid
      var(--vscode-editorWidget-border, var(--vscode-contrastBorder, var(--vscode-panel-border)));
  }
  .picker-head,
  .picker-foot {
    display: flex;
    gap: 12px;
    align-items: center;
  }
  .picker-head input {
    flex: 1;
    height: 26px;
    padding: 0 6px;
    font: inherit;
    color: var(--vscode-input-foreground);
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--vscode-panel-border, transparent));
  }
  .picker-count {
    margin: 6px 0;
  }
  .picker-list {
    overflow: auto;
    flex: 1;
    min-height: 80px;
  }
  .picker-entry {
    display: grid;
    grid-template-columns: 20px 1fr auto 52px;
    gap: 6px;
    align-items: center;
    height: 22px;
  }
  .picker-entry:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .picker-entry input {
    margin: 0 2px;
  }
  .picker-foot {
    padding-top: 8px;
  }
  .prompt {
    position: fixed;
    z-index: 20;
    width: 220px;
    max-width: calc(100vw - 8px);
    padding: 8px;
    color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
    background: var(--vscode-editorWidget-background);
    border: 1px solid
      var(--vscode-editorWidget-border, var(--vscode-contrastBorder, var(--vscode-panel-border)));
  }
  .prompt input {
    width: 100%;
    height: 26px;
    margin-top: 4px;
    padding: 0 6px;
    font: inherit;
    color: var(--vscode-input-foreground);
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--vscode-panel-border, transparent));
  }
  .prompt-problem {
    min-height: 18px;
    margin: 4px 0 0;
    color: var(--vscode-errorForeground);
  }
  .selection-bar {
    display: flex;
    align-items: center;
    flex: none;
    gap: 12px;
    padding: 0 12px;
    height: 30px;
    white-space: nowrap;
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .keys {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 2px 16px;
    max-height: 40vh;
    overflow: auto;
    margin: 0;
    padding: 8px 0 0;
  }
  .keys dt {
    font-family: var(--vscode-editor-font-family);
  }
  .keys dd {
    margin: 0;
  }
  .stale .grid,
  .busy .grid {
    opacity: 0.6;
  }
`;
