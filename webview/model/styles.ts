import { css } from 'lit';

export const modelStyles = css`
  .description {
    max-width: 80ch;
    margin: 4px 0 8px;
  }
  /* Fixed: what is read later moves nothing. */
  table.versions {
    table-layout: fixed;
    min-width: 1180px;
  }
  table.versions td,
  table.versions th {
    padding-right: 12px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* Which version a row is, and what can be done with it, stay in sight. */
  table.versions th:first-child,
  table.versions td.version {
    position: sticky;
    left: 0;
    z-index: 1;
    background: var(--vscode-editor-background);
  }
  .version-cell {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .col-version {
    width: 84px;
  }
  .col-stage {
    width: 176px;
  }
  .col-metric {
    width: 104px;
  }
  .col-size {
    width: 76px;
  }
  .col-signature {
    width: 146px;
  }
  .col-run {
    width: 124px;
  }
  .col-registered {
    width: 84px;
  }
  table.versions .badge {
    margin-right: 4px;
  }
  table.versions .delta {
    display: inline-block;
    width: 18px;
    text-align: left;
  }
  table.versions td.changed {
    color: var(--vscode-descriptionForeground);
  }
  table.versions td.changed .link {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .badge.stage-Production,
  .badge.stage-Staging {
    color: var(--vscode-foreground);
    background: none;
    border: 1px solid var(--vscode-charts-green);
  }
  .badge.stage-Staging {
    border-color: var(--vscode-charts-yellow);
  }
  .scroll {
    overflow-x: auto;
  }
  .over-versions {
    display: block;
    width: 100%;
    max-width: 900px;
    height: 160px;
    overflow: visible;
  }
  .over-versions .line {
    fill: none;
    stroke: var(--vscode-charts-blue);
    stroke-width: 1.5;
    vector-effect: non-scaling-stroke;
  }
  .over-versions .rule {
    stroke: var(--vscode-panel-border, var(--vscode-contrastBorder));
  }
  .over-versions text {
    fill: var(--vscode-descriptionForeground);
    font-size: 11px;
  }
  .over-versions .mark {
    fill: var(--vscode-foreground);
    paint-order: stroke;
    stroke: var(--vscode-editor-background);
    stroke-width: 3px;
  }
  .over-versions .dot {
    fill: var(--vscode-editor-background);
    stroke: var(--vscode-charts-blue);
    stroke-width: 1.5;
  }
  .over-versions .dot.in-use {
    fill: var(--vscode-charts-blue);
  }
  .metric-choice {
    margin: 8px 0;
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .metric-choice select {
    color: var(--vscode-dropdown-foreground);
    background: var(--vscode-dropdown-background);
    border: 1px solid var(--vscode-dropdown-border, transparent);
    border-radius: 2px;
    padding: 2px 4px;
    font: inherit;
  }
  .incompatible .codicon {
    color: var(--vscode-editorWarning-foreground);
  }
  p.lead {
    margin: 6px 0;
  }
  table.periods {
    table-layout: auto;
    width: auto;
  }
  table.periods td,
  table.periods th {
    padding-right: 24px;
  }
  table.periods tr.past td:first-child {
    color: var(--vscode-descriptionForeground);
  }
  .timeline {
    display: block;
    width: 100%;
    max-width: 900px;
    margin: 8px 0;
  }
  .timeline text {
    fill: var(--vscode-foreground);
    font-size: 12px;
  }
  .timeline > text {
    fill: var(--vscode-descriptionForeground);
  }
  .timeline .bar rect {
    fill: none;
    stroke: var(--vscode-charts-blue);
    vector-effect: non-scaling-stroke;
  }
  .timeline .bar.current rect {
    stroke: var(--vscode-charts-green);
    stroke-width: 2;
  }
  .timeline .bar.unknown rect {
    stroke-dasharray: 4 3;
  }
  ul.history {
    list-style: none;
    margin: 4px 0;
    padding: 0;
  }
  ul.history li {
    display: flex;
    gap: 12px;
    min-height: 22px;
    align-items: center;
  }
  ul.history .when {
    flex: 0 0 150px;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  ul.history .who {
    flex: 0 0 100px;
    overflow: hidden;
    text-overflow: ellipsis;
  }
`;
