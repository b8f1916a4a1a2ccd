import { css } from 'lit';

/** Pages that show one thing in full: its status line, tables of keys and values, entries that fold. */
export const detailStyles = css`
  .title {
    display: flex;
    align-items: center;
    gap: 8px;
    margin: 4px 0;
  }
  .title h1 {
    font-size: 1.4em;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  table.rows {
    table-layout: fixed;
  }
  table.rows td {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  table.rows td > .link {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    vertical-align: bottom;
  }
  table.rows td.wide {
    white-space: normal;
  }
  table.rows tr.nested td {
    color: var(--vscode-descriptionForeground);
  }
  table.rows tr.nested td:first-child {
    padding-left: 20px;
  }
  table.rows .row-actions {
    padding: 0;
  }
  .row-actions .icon-button {
    opacity: 0;
  }
  tr:hover .row-actions .icon-button,
  tr:focus-within .row-actions .icon-button {
    opacity: 1;
  }
  col.key {
    width: 36%;
  }
  col.spark {
    width: 72px;
  }
  /* In a column of 440 px a number is whole, also behind "best". */
  col.metric-value {
    width: 21%;
  }
  col.source {
    width: 34%;
  }
  /* Nothing is linked there: the values get the room. */
  col.source.short {
    width: 88px;
  }
  table.metrics .sparkline svg {
    width: 60px;
  }
  table.metrics td.number,
  table.metrics th.number {
    padding-right: 8px;
  }
  table.metrics .best {
    font-size: 0.85em;
  }
  /* Names and numbers are whole before there is a picture. */
  @media (max-width: 520px) {
    col.spark,
    table.metrics :is(td, th):nth-child(2) {
      display: none;
    }
    col.metric-value {
      width: 22%;
    }
  }
  col.copy {
    width: 28px;
  }
  col.row-tools {
    width: 72px;
  }
  .value-button {
    border: 0;
    padding: 0;
    background: none;
    color: inherit;
    font: inherit;
    text-align: left;
    cursor: pointer;
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .block {
    display: block;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    max-height: 40vh;
    overflow-y: auto;
  }
  .more {
    padding: 4px 0;
  }
  .entry-head {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 22px;
  }
  .entry-body {
    padding: 0 0 8px 20px;
  }
  .section h3,
  .entry-body h3 {
    margin: 8px 0 2px;
    font-weight: normal;
  }
  table.rows td .codicon,
  button.link .codicon {
    vertical-align: text-bottom;
  }
  .badge {
    flex: none;
    padding: 0 6px;
    color: var(--vscode-badge-foreground);
    background: var(--vscode-badge-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 9px;
    font-size: 0.9em;
  }
  .stale {
    opacity: 0.6;
  }
  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr));
    column-gap: 32px;
    align-items: start;
  }
  .toolbar {
    margin-top: 8px;
  }
  .status-line {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    min-height: 22px;
    align-items: center;
    color: var(--vscode-descriptionForeground);
  }
  .status-line > span {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-width: 0;
  }
`;
