import { css } from 'lit';

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
    gap: 8px;
    height: 34px;
  }
  table-filter {
    flex: 1;
    min-width: 120px;
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
    min-width: 320px;
    max-width: 640px;
    max-height: 280px;
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
  .found {
    white-space: nowrap;
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
    top: 76px;
    right: 12px;
    width: 400px;
    max-width: calc(100% - 24px);
    max-height: calc(100% - 100px);
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
    accent-color: var(--vscode-checkbox-selectBackground, var(--vscode-focusBorder));
    margin: 0 3px;
  }
  .picker-foot {
    padding-top: 8px;
  }
  .popup {
    position: fixed;
    right: auto;
    z-index: 30;
    max-height: 80vh;
    overflow: auto;
  }
  .selection-bar {
    display: flex;
    align-items: center;
    gap: 4px 12px;
    flex-wrap: wrap;
    padding: 4px 12px;
    min-height: 34px;
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .keys {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 2px 16px;
    margin: 0;
    padding: 8px 0 0;
  }
  .keys dt {
    font-family: var(--vscode-editor-font-family);
  }
  .keys dd {
    margin: 0;
  }
  .stale .grid {
    opacity: 0.6;
  }
`;

export const gridStyles = css`
  .grid {
    flex: 1;
    min-height: 60px;
    position: relative;
    overflow: auto;
    overflow-anchor: none;
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .grid:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .stage {
    position: sticky;
    top: 0;
    left: 0;
    overflow: hidden;
    contain: strict;
  }
  .body-window {
    overflow: hidden;
    position: relative;
  }
  .body {
    position: absolute;
    top: 0;
    left: 0;
    right: 0;
    will-change: transform;
  }
  .row {
    display: flex;
    height: var(--row);
    line-height: var(--row);
    white-space: nowrap;
  }
  .row.head {
    height: 40px;
    line-height: normal;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .rows-pinned .row:last-child {
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .head .cell,
  .head .moving {
    height: 100%;
  }
  .head-right .head-title,
  .head-right .kind {
    justify-content: flex-end;
    text-align: right;
  }
  .window {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    position: relative;
  }
  .moving {
    display: flex;
    width: max-content;
    will-change: transform;
  }
  .cell {
    position: relative;
    display: flex;
    align-items: center;
    gap: 4px;
    flex: none;
    min-width: 0;
    padding: 0 8px;
    overflow: hidden;
  }
  .cell > .cut {
    min-width: 0;
  }
  .right {
    justify-content: flex-end;
    font-family: var(--vscode-editor-font-family);
    font-variant-numeric: tabular-nums;
  }
  .cell:has(.delta) > .cut {
    flex: none;
  }
  .missing {
    color: var(--vscode-descriptionForeground);
  }
  .marks {
    width: 74px;
    padding: 0 2px 0 8px;
    gap: 0;
  }
  .mark {
    width: 20px;
    height: 20px;
    padding: 0;
    border: 0;
    background: none;
    color: var(--vscode-icon-foreground);
    display: inline-flex;
    align-items: center;
    justify-content: center;
    cursor: pointer;
    opacity: 0;
  }
  .mark:first-child,
  .mark.on,
  .row:hover .mark,
  .row:has(.cursor) .mark {
    opacity: 1;
  }
  .check {
    width: 14px;
    height: 14px;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    color: var(--vscode-checkbox-foreground, var(--vscode-foreground));
    background: var(--vscode-checkbox-background, transparent);
    border: 1px solid var(--vscode-checkbox-border, var(--vscode-descriptionForeground));
    border-radius: 2px;
  }
  .check .codicon {
    font-size: 12px;
  }
  .head-cell {
    flex-direction: column;
    align-items: stretch;
    justify-content: center;
    gap: 0;
    cursor: pointer;
    user-select: none;
    overflow: visible;
  }
  .head-cell:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .kind {
    height: 15px;
    font-size: 0.85em;
    color: var(--vscode-descriptionForeground);
  }
  .head-title {
    display: flex;
    align-items: center;
    gap: 3px;
    height: 20px;
    min-width: 0;
    font-weight: 600;
  }
  .sort {
    display: inline-flex;
    align-items: center;
    font-weight: normal;
  }
  .rule {
    font-weight: normal;
  }
  .grip {
    position: absolute;
    top: 0;
    bottom: 0;
    right: -3px;
    width: 7px;
    z-index: 1;
    cursor: col-resize;
  }
  .grip:hover {
    border-right: 2px solid var(--vscode-sash-hoverBorder, var(--vscode-focusBorder));
  }
  .drop-target {
    box-shadow: inset 2px 0 var(--vscode-focusBorder);
  }
  .name {
    gap: 3px;
    border-right: 1px solid var(--vscode-panel-border, transparent);
  }
  .head .w-1 {
    border-right: 1px solid var(--vscode-panel-border, transparent);
  }
  .indent {
    flex: none;
  }
  .twisty {
    flex: none;
    width: 16px;
    cursor: pointer;
  }
  .row .codicon {
    font-size: 14px;
    vertical-align: middle;
  }
  .twisty,
  .status,
  .mark {
    line-height: 1;
  }
  .name-text.open:hover {
    color: var(--vscode-textLink-foreground);
    text-decoration: underline;
    cursor: pointer;
  }
  .badge {
    flex: none;
    padding-left: 4px;
  }
  .baseline {
    color: var(--vscode-textLink-foreground);
  }
  .status-finished .codicon {
    color: var(--vscode-testing-iconPassed, var(--vscode-charts-green));
  }
  .status-failed .codicon {
    color: var(--vscode-testing-iconFailed, var(--vscode-charts-red));
  }
  .status-running .codicon {
    color: var(--vscode-charts-blue);
  }
  .delta {
    font-size: 0.9em;
    color: var(--vscode-descriptionForeground);
  }
  .delta.better {
    color: var(--vscode-charts-green);
  }
  .delta.worse {
    color: var(--vscode-charts-red);
  }
  .best .cut {
    font-weight: 600;
  }
  .best-mark .codicon {
    font-size: 11px;
    color: var(--vscode-charts-green);
  }
  .row.group {
    background: var(--vscode-sideBarSectionHeader-background, transparent);
  }
  .row.context > .name .name-text,
  .row.context .cell {
    color: var(--vscode-descriptionForeground);
  }
  .body .row:hover,
  .rows-pinned .row:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .row.selected,
  .body .row.selected:hover {
    background: var(--vscode-list-inactiveSelectionBackground);
  }
  .grid:focus .row.selected {
    background: var(--vscode-list-inactiveSelectionBackground);
  }
  .cell.cursor {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  body.vscode-high-contrast .row.selected,
  body.vscode-high-contrast-light .row.selected {
    outline: 1px dotted var(--vscode-contrastActiveBorder);
    outline-offset: -1px;
  }
  body.vscode-high-contrast .body .row:hover,
  body.vscode-high-contrast-light .body .row:hover {
    outline: 1px dashed var(--vscode-contrastActiveBorder);
    outline-offset: -1px;
  }
`;
