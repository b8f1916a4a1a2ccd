import { css } from 'lit';

export const modelStyles = css`
  .description {
    max-width: 80ch;
    margin: 4px 0 8px;
  }
  /* Fixed: what is read later moves nothing. */
  table.versions {
    table-layout: fixed;
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
    width: 220px;
  }
  .col-metric {
    width: 116px;
  }
  .col-size {
    width: 76px;
  }
  .col-signature {
    width: 146px;
  }
  .col-run {
    width: 170px;
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
  .versions-box {
    container-type: inline-size;
  }
  /* Where a line has no room for a version, it takes several, and nothing of it is cut or out of sight. */
  @container (max-width: 1600px) {
    table.versions,
    table.versions tbody {
      display: block;
    }
    table.versions thead,
    table.versions colgroup {
      display: none;
    }
    table.versions tbody tr {
      display: grid;
      grid-template-columns: 96px repeat(auto-fill, minmax(min(166px, 45%), 1fr));
      padding: 4px 0;
      border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    }
    table.versions tbody td {
      display: block;
      min-width: 0;
      line-height: 22px;
    }
    table.versions tbody td.number {
      text-align: left;
    }
    table.versions tbody td[data-name] {
      display: flex;
      gap: 5px;
    }
    table.versions td[data-name] > .link {
      flex: 0 1 auto;
      min-width: 0;
    }
    /* Beside all lines of its own. */
    table.versions td.version {
      position: static;
      grid-row: 1 / span 20;
      background: none;
    }
    table.versions td.places {
      grid-column: 2 / -1;
      height: auto;
      white-space: normal;
    }
    table.versions td.places:not(:has(*)) {
      display: none;
    }
    table.versions td[data-name]::before {
      content: attr(data-name);
      flex: none;
      font-family: var(--vscode-font-family);
      color: var(--vscode-descriptionForeground);
    }
    table.versions td[data-name='']::before {
      display: none;
    }
    table.versions td.changed {
      order: 1;
      grid-column: 2 / -1;
    }
    table.versions .skeleton {
      align-self: center;
      width: 60px;
      margin: 0;
    }
  }
  @container (max-width: 600px) {
    table.versions tbody tr {
      grid-template-columns: 72px repeat(auto-fill, minmax(min(166px, 45%), 1fr));
    }
    /* Two lines are kept for it, whatever is read later. */
    table.versions td.changed {
      height: 44px;
      white-space: normal;
    }
    table.versions td.changed .link {
      align-self: flex-start;
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
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
    overflow: visible;
  }
  model-page {
    display: block;
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
  table.periods td:last-child {
    white-space: normal;
  }
  table.periods tr.past td:first-child {
    color: var(--vscode-descriptionForeground);
  }
  .timeline {
    display: block;
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
  @media (max-width: 520px) {
    table.periods td,
    table.periods th {
      padding-right: 12px;
      vertical-align: top;
      white-space: normal;
    }
    ul.history li {
      flex-wrap: wrap;
      gap: 0 12px;
      padding-bottom: 4px;
    }
  }
`;
