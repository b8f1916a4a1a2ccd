import { css } from 'lit';

export const diffStyles = css`
  body {
    overflow: hidden;
  }
  diff-page {
    display: block;
    height: 100vh;
  }
  .diff-page {
    display: flex;
    flex-direction: column;
    height: 100%;
    padding: 8px 20px 0;
  }
  .diff-page .page-header {
    flex: none;
  }
  .diff-toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 16px;
    margin: 6px 0;
  }
  /* In a narrow panel the filter gives way to what stands beside it. */
  @media (max-width: 700px) {
    .diff-toolbar {
      gap: 4px 12px;
    }
    .diff-toolbar .filter-box {
      flex: 1 1 130px;
      max-width: 260px;
    }
    .diff-toolbar .filter-box > .muted:empty {
      display: none;
    }
    .diff-toolbar .filter-box input {
      flex: 1;
    }
  }
  @media (max-height: 520px) {
    .diff-page .summary {
      max-height: 2.8em;
    }
  }
  .diff-toolbar label {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .diff-toolbar select {
    height: 24px;
    max-width: 240px;
    font: inherit;
    color: var(--vscode-dropdown-foreground);
    background: var(--vscode-dropdown-background);
    border: 1px solid var(--vscode-dropdown-border, var(--vscode-panel-border, transparent));
  }
  .summary {
    margin: 4px 0;
    min-height: 1.4em;
    max-height: 4.2em;
    overflow: auto;
  }
  .diff-scroll {
    flex: 1;
    min-height: 0;
    overflow: auto;
    margin: 0 -20px;
    outline: none;
    contain: strict;
  }
  .diff-head {
    position: sticky;
    top: 0;
    z-index: 3;
    display: flex;
    height: 28px;
    align-items: center;
    background: var(--vscode-editor-background);
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .run-head {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    max-width: 100%;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  .run-head .muted {
    font-weight: normal;
  }
  /* What tells runs apart is often the end of their names. */
  .diff-head.tall .cell {
    line-height: 18px;
  }
  .diff-head.tall .run-head bdi {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    white-space: normal;
    overflow-wrap: anywhere;
    text-align: left;
  }
  .run-head > .codicon {
    flex: none;
  }
  .diff-lines {
    position: relative;
  }
  .diff-line {
    position: absolute;
    top: 0;
    left: 0;
    display: flex;
    align-items: center;
    width: 100%;
    height: 24px;
  }
  .section-line {
    height: 34px;
    align-items: flex-end;
    padding-bottom: 2px;
  }
  .section-line h2 {
    position: sticky;
    left: 0;
    padding-left: 2px;
  }
  .wide-line {
    height: 22px;
    padding-left: 20px;
  }
  .wide-line > span {
    position: sticky;
    left: 20px;
    display: inline-flex;
    align-items: center;
    gap: 6px;
    max-width: calc(100vw - 40px);
    overflow: hidden;
    white-space: nowrap;
  }
  .wide-line > span > * {
    flex: none;
  }
  .wide-line > span > .fold {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
  }
  .wide-line bdi,
  .wide-line .note-text {
    flex: 0 1 auto;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .wide-line .fold {
    font-weight: normal;
  }
  .wide-line .codicon {
    vertical-align: text-bottom;
  }
  .cell {
    flex: none;
    display: inline-flex;
    align-items: baseline;
    gap: 8px;
    overflow: hidden;
    white-space: nowrap;
    padding-right: 12px;
    line-height: 24px;
  }
  .cell:focus-visible {
    outline-offset: -1px;
  }
  .cell.key {
    position: sticky;
    left: 0;
    z-index: 2;
    padding-left: 20px;
    background: var(--vscode-editor-background);
    justify-content: space-between;
  }
  .cell.pinned {
    position: sticky;
    z-index: 1;
    background: var(--vscode-editor-background);
  }
  .data-line:hover,
  .data-line:hover .cell.key,
  .data-line:hover .cell.pinned {
    background: var(--vscode-list-hoverBackground);
  }
  .data-line:hover .cell.key,
  .data-line:hover .cell.pinned {
    background-image: linear-gradient(var(--vscode-list-hoverBackground), var(--vscode-list-hoverBackground));
    background-color: var(--vscode-editor-background);
  }
  .gap {
    flex: none;
  }
  .cell-value {
    font-family: var(--vscode-editor-font-family);
    font-variant-numeric: tabular-nums;
    overflow: hidden;
    text-overflow: ellipsis;
    flex: 0 1 auto;
    min-width: min(5ch, 100%);
  }
  /* A number is whole before what is said of it. */
  .cell-value:has(.digits) {
    flex: none;
    max-width: 100%;
  }
  .digits {
    font-family: var(--vscode-editor-font-family);
    font-variant-numeric: tabular-nums;
  }
  .equal .cell-value,
  .same-line .cell-value,
  .missing {
    color: var(--vscode-descriptionForeground);
  }
  .source {
    flex: 1 1 0;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    font-size: 0.92em;
  }
  .source .link {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    vertical-align: bottom;
  }
  .differs {
    color: var(--vscode-editorWarning-foreground);
  }
  .differs .codicon {
    font-size: inherit;
    vertical-align: text-bottom;
    color: inherit;
  }
  .change {
    flex: 0 10 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  .change.better {
    color: color-mix(in srgb, var(--vscode-charts-green) 85%, var(--vscode-foreground));
  }
  .change.worse {
    color: var(--vscode-charts-red);
  }
  ins {
    text-decoration: none;
    background: var(--vscode-diffEditor-insertedTextBackground);
    outline: 1px solid var(--vscode-diffEditor-insertedTextBorder, transparent);
  }
  del {
    background: var(--vscode-diffEditor-removedTextBackground);
    outline: 1px dashed var(--vscode-diffEditor-removedTextBorder, transparent);
  }
  .histories {
    flex: none;
    display: inline-block;
    width: 88px;
    height: 18px;
    align-self: center;
  }
  .histories svg {
    display: block;
  }
  .plain {
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    text-align: left;
    cursor: pointer;
  }
  .image-line {
    height: 216px;
    align-items: flex-start;
  }
  .image-line .cell {
    height: 212px;
    align-items: flex-start;
  }
  .image-line img {
    max-width: 100%;
    max-height: 204px;
    background: #fff;
  }
  .detail {
    flex: none;
    max-height: 45%;
    overflow: auto;
    margin: 0 -20px;
    padding: 8px 20px 12px;
    border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .detail header {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .detail dl {
    display: grid;
    grid-template-columns: minmax(100px, max-content) 1fr;
    gap: 4px 16px;
    margin: 8px 0 0;
  }
  .detail dt {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .detail dt {
    align-self: start;
  }
  .detail dd {
    margin: 0;
    min-width: 0;
    font-family: var(--vscode-editor-font-family);
    overflow-wrap: anywhere;
  }
  .detail dd > .icon-button {
    height: 18px;
    vertical-align: text-bottom;
  }
  .detail dd > bdi {
    white-space: pre-wrap;
  }
  @media (max-width: 520px) {
    .detail dl {
      grid-template-columns: minmax(0, 1fr);
    }
    .detail dd {
      padding-left: 16px;
    }
  }
  .keys {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 2px 16px;
    margin: 8px 0;
  }
  body.vscode-high-contrast .data-line:hover,
  body.vscode-high-contrast-light .data-line:hover {
    outline: 1px dashed var(--vscode-contrastActiveBorder);
    outline-offset: -1px;
  }
`;
