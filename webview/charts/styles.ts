import { css } from 'lit';
import { hoverLabel } from '../ui/hoverLabel';

export const chartsStyles = css`
  .page.charts {
    padding-bottom: 48px;
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 14px;
    min-height: 32px;
  }
  .toolbar .spacer {
    flex: 1;
  }
  charts-toolbar {
    display: block;
    container-type: inline-size;
  }
  .folding {
    display: contents;
  }
  .unfold {
    display: none;
  }
  @container (max-width: 900px) {
    .toolbar .spacer {
      display: none;
    }
    .toolbar .smoothing-value {
      min-width: 2.5em;
    }
    .toolbar .filter-box {
      flex: 1 1 110px;
    }
    .toolbar .filter-box > .muted:empty {
      display: none;
    }
    .toolbar .filter-box input {
      flex: 1;
    }
    .folding {
      display: none;
    }
    .unfold {
      display: inline-flex;
      position: relative;
    }
    .unfold.set::after {
      content: '';
      position: absolute;
      top: 1px;
      right: 1px;
      width: 6px;
      height: 6px;
      border-radius: 50%;
      background: var(--vscode-activityBarBadge-background, var(--vscode-badge-background));
      outline: 1px solid var(--vscode-contrastBorder, transparent);
    }
    .toolbar.unfolded .folding {
      display: flex;
      flex-wrap: wrap;
      flex-basis: 100%;
      gap: 4px 14px;
    }
  }
  .field {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    color: var(--vscode-foreground);
    white-space: nowrap;
  }
  .field select {
    height: 24px;
    max-width: 160px;
    font: inherit;
    color: var(--vscode-dropdown-foreground);
    background: var(--vscode-dropdown-background);
    border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, transparent));
  }
  .field input[type='range'] {
    width: 90px;
  }
  .smoothing-value {
    display: inline-block;
    min-width: 4em;
    font-variant-numeric: tabular-nums;
  }
  .runs-line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 4px;
    margin: 4px 0 8px;
    /* Three lines and a half: more scroll here, and push no chart away. */
    max-height: 84px;
    overflow-y: auto;
  }
  @media (max-width: 700px), (max-height: 500px) {
    .runs-line {
      max-height: 60px;
    }
  }
  .run-chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    max-width: 260px;
    height: 22px;
    padding: 0 6px;
    border: 1px solid transparent;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  .run-chip.hovered,
  .run-chip:hover {
    background: var(--vscode-list-hoverBackground);
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  .run-chip .codicon-pinned {
    font-size: 12px;
  }
  .run-chip.off {
    color: var(--vscode-descriptionForeground);
    text-decoration: line-through;
  }
  .run-chip.off .dot {
    border: 1px solid var(--vscode-descriptionForeground);
  }
  .chart-grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(420px, 100%), 1fr));
    gap: 16px 20px;
    padding: 8px 0;
  }
  .chart-grid:has(.enlarged) {
    grid-template-columns: 1fr;
  }
  .chart-grid.single {
    grid-template-columns: minmax(0, 900px);
  }
  chart-card {
    display: block;
    min-width: 0;
    contain: layout;
    container-type: inline-size;
  }
  .chart-card > header {
    display: flex;
    align-items: center;
    height: 26px;
    gap: 2px;
  }
  .chart-card > header[draggable='true'] {
    cursor: grab;
  }
  .chart-card h3 {
    flex: 1;
    min-width: 0;
  }
  .chart-card .plot {
    position: relative;
    height: 240px;
    overflow: hidden;
    touch-action: pan-y;
  }
  .chart-card.enlarged .plot {
    height: max(320px, calc(100vh - 330px));
  }
  .plot canvas {
    position: absolute;
    inset: 0;
  }
  .plot-message {
    position: absolute;
    inset: 0;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 8px;
    padding: 16px;
    text-align: center;
    pointer-events: none;
  }
  .plot-message button {
    pointer-events: auto;
  }
  .plot-skeleton {
    position: absolute;
    inset: 8px 8px 24px 44px;
    border: solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    border-width: 0 0 1px 1px;
  }
  .cursor-layer {
    position: absolute;
    inset: 0;
    pointer-events: none;
  }
  .cursor-line {
    position: absolute;
    left: 0;
    top: 0;
    width: 0;
    border-left: 1px solid var(--vscode-editorCursor-foreground, var(--vscode-foreground));
    opacity: 0.7;
  }
  .cursor-dot {
    position: absolute;
    left: -5px;
    top: -5px;
    width: 10px;
    height: 10px;
    border-radius: 50%;
  }
  .cursor-label {
    ${hoverLabel}
    padding: 1px 6px;
  }
  [hidden] {
    display: none !important;
  }
  .chart-card .sampled-sign {
    flex: none;
    padding: 0 6px;
    border: 1px dashed var(--vscode-descriptionForeground);
    border-radius: 3px;
    color: var(--vscode-descriptionForeground);
    font-size: 0.85em;
    line-height: 16px;
  }
  .chart-card .said {
    margin: 0;
    min-height: 20px;
    display: flex;
    gap: 8px;
    align-items: baseline;
    white-space: nowrap;
  }
  .chart-card .said .link {
    flex: none;
  }
  .chart-card.enlarged .said {
    white-space: normal;
  }
  .chart-card.enlarged .said .cut {
    white-space: normal;
  }
  table.legend {
    width: 100%;
    border-collapse: collapse;
    table-layout: fixed;
  }
  table.legend th,
  table.legend td {
    height: 22px;
    padding: 0 0 0 10px;
    font-weight: normal;
    text-align: left;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  table.legend th:first-child {
    padding-left: 0;
  }
  table.legend thead th {
    height: 18px;
    color: var(--vscode-descriptionForeground);
  }
  table.legend .number {
    width: 68px;
    text-align: right;
  }
  table.legend .at-cursor {
    width: 34%;
  }
  table.legend tr.hovered {
    background: var(--vscode-list-hoverBackground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  /* Where there is little room the values at the crosshair stand over the others while there are any. */
  @container (max-width: 720px) {
    table.legend tr {
      position: relative;
    }
    table.legend .number {
      width: 72px;
      padding-left: 6px;
    }
    table.legend .at-cursor {
      width: 0;
      padding: 0;
    }
    table.legend td.at-cursor:not(:empty) {
      position: absolute;
      right: 0;
      width: auto;
      max-width: 65%;
      height: 22px;
      line-height: 22px;
      padding-left: 12px;
      background: var(--vscode-editor-background);
    }
    table.legend tr.hovered td.at-cursor:not(:empty) {
      background: var(--vscode-editor-background)
        linear-gradient(var(--vscode-list-hoverBackground), var(--vscode-list-hoverBackground));
    }
  }
  /* The chart stays in sight while its lines are read. */
  .enlarged .legend-scroll {
    max-height: max(132px, 40vh);
    overflow-y: auto;
  }
  .enlarged table.legend thead th {
    position: sticky;
    top: 0;
    z-index: 1;
    background: var(--vscode-editor-background);
  }
  .legend-name {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  .set-color {
    display: flex;
    cursor: pointer;
  }
  .legend-run {
    display: flex;
    min-width: 0;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  .legend-run:hover {
    text-decoration: underline;
  }
  .legend-name .row-action {
    flex: none;
    width: 18px;
    height: 18px;
    opacity: 0;
  }
  tr:hover .row-action,
  tr:focus-within .row-action,
  .legend-name .row-action.on {
    opacity: 1;
  }
`;
