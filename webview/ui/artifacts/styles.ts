import { css } from 'lit';

export const artifactStyles = css`
  .artifacts {
    display: grid;
    grid-template-columns: minmax(220px, 1fr) minmax(0, 3fr);
    gap: 16px;
    margin-top: 4px;
  }
  @media (max-width: 640px) {
    .artifacts {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  .artifact-tree {
    max-height: 70vh;
    overflow-y: auto;
  }
  .tree-row {
    display: flex;
    align-items: center;
    gap: 4px;
    min-height: 22px;
    cursor: pointer;
  }
  .tree-row[role='none'] {
    cursor: default;
  }
  .tree-row:hover[role='treeitem'] {
    background: var(--vscode-list-hoverBackground);
  }
  .tree-row.selected {
    color: var(--vscode-list-activeSelectionForeground);
    background: var(--vscode-list-activeSelectionBackground);
    outline: 1px dotted var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .tree-row.selected .muted,
  .tree-row.selected .codicon {
    color: inherit;
  }
  .tree-row:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .tree-row .cut {
    flex: 1;
  }
  .tree-row > .muted {
    flex: none;
    padding-right: 4px;
  }
  .tree-row[role='none'] > span {
    min-width: 0;
    padding: 2px 0;
    overflow-wrap: anywhere;
  }
  .artifact-preview {
    min-width: 0;
  }
  .preview-head {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 28px;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .preview-head .cut {
    flex: 1;
  }
  .artifact-preview pre {
    margin: 4px 0;
    padding: 8px;
    overflow: auto;
    max-height: 70vh;
    font-family: var(--vscode-editor-font-family);
    font-size: var(--vscode-editor-font-size);
    background: var(--vscode-textCodeBlock-background);
  }
  .table-preview {
    max-height: 70vh;
    overflow: auto;
  }
  table.rows.data {
    table-layout: auto;
    width: auto;
  }
  table.rows.data th {
    position: sticky;
    top: 0;
    background: var(--vscode-editor-background);
    box-shadow: inset 0 -1px var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  table.rows.facts td {
    white-space: normal;
    overflow-wrap: anywhere;
    vertical-align: top;
  }
  table.rows.facts td:first-child {
    width: 30%;
  }
  lens-image img,
  .cell img {
    max-width: 100%;
    max-height: 70vh;
    margin-top: 8px;
    background: #fff;
  }
  lens-image img.tiny {
    width: 128px;
    image-rendering: pixelated;
  }
  .html-preview {
    width: 100%;
    height: 60vh;
    margin-top: 8px;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    background: #fff;
  }
  .model-preview {
    margin-top: 4px;
  }
  .model-preview h3 {
    margin: 16px 0 4px;
  }
  .model-preview h4 {
    margin: 8px 0 2px;
    font-weight: normal;
    color: var(--vscode-descriptionForeground);
  }
  .snippet-head {
    display: flex;
    align-items: center;
    gap: 4px;
    color: var(--vscode-descriptionForeground);
  }
  .image-steps {
    margin: 8px 0 16px;
  }
  .image-steps input {
    display: block;
    width: 100%;
    max-width: 400px;
  }
  .cell {
    margin: 8px 0;
    padding-left: 8px;
    border-left: 2px solid var(--vscode-panel-border, transparent);
  }
  .markdown {
    max-width: 80ch;
    overflow-wrap: anywhere;
  }
  .markdown h1,
  .markdown h2,
  .markdown h3 {
    margin: 12px 0 4px;
  }
  .markdown h1 {
    font-size: 1.3em;
  }
  .markdown h2 {
    font-size: 1.15em;
  }
  .markdown a {
    text-decoration: underline;
  }
  .markdown p {
    margin: 4px 0;
  }
  .markdown code {
    font-family: var(--vscode-editor-font-family);
    color: var(--vscode-textPreformat-foreground);
    background: var(--vscode-textPreformat-background);
  }
  .markdown pre code {
    color: inherit;
    background: none;
  }
`;
