import { css } from 'lit';
import { hoverLabel } from '../ui/hoverLabel';

export const sweepStyles = css`
  .page.sweep {
    padding-bottom: 48px;
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 14px;
    min-height: 32px;
  }
  .field {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    white-space: nowrap;
  }
  select {
    height: 24px;
    max-width: 200px;
    font: inherit;
    color: var(--vscode-dropdown-foreground);
    background: var(--vscode-dropdown-background);
    border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, transparent));
  }
  .brush-line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 26px;
  }
  .ramp {
    width: 90px;
    height: 10px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
  }
  .parallel {
    position: relative;
    overflow-x: auto;
    overflow-y: hidden;
  }
  .axis-titles {
    position: relative;
    height: 24px;
    margin-top: 4px;
  }
  .axis-title {
    position: absolute;
    transform: translateX(-50%);
    display: flex;
    gap: 4px;
    padding: 0 4px;
    height: 22px;
    align-items: center;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    cursor: grab;
    white-space: nowrap;
  }
  .axis-title:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .parallel-plot {
    height: 320px;
    touch-action: none;
  }
  /* No run lacks a value: nothing stands below the axes. */
  .parallel-plot.whole {
    height: 294px;
    overflow: hidden;
  }
  .parallel-plot.on-axis {
    cursor: ns-resize;
  }
  .bounds {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    padding: 4px 0;
  }
  .bound {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .bound input {
    width: 90px;
    height: 22px;
    font-family: var(--vscode-editor-font-family);
    color: var(--vscode-input-foreground);
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--vscode-panel-border, transparent));
  }
  .pictures {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr));
    gap: 8px 24px;
  }
  .picture {
    min-width: 0;
  }
  .sweep-plot {
    position: relative;
    height: 280px;
    touch-action: none;
  }
  .sweep-plot canvas {
    position: absolute;
    inset: 0;
  }
  .plot-tip {
    ${hoverLabel}
    padding: 2px 6px;
    /* Its place is set by a transform, and it stays inside. */
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .rubber-band {
    position: absolute;
    border: 1px solid var(--vscode-focusBorder);
    background: color-mix(in srgb, var(--vscode-focusBorder) 18%, transparent);
    pointer-events: none;
  }
  [hidden] {
    display: none !important;
  }
  .note {
    margin: 4px 0;
  }
  .unnamed {
    position: absolute;
    right: 0;
    bottom: 0;
    color: var(--vscode-descriptionForeground);
    background: var(--vscode-editor-background);
  }
  table.importance {
    table-layout: fixed;
  }
  table.importance td:nth-child(2) {
    white-space: nowrap;
  }
  table.importance th:last-child,
  table.importance td:last-child {
    width: 56px;
  }
  .bar-track {
    position: relative;
    display: inline-block;
    width: calc(100% - 52px);
    height: 12px;
    vertical-align: middle;
  }
  .bar {
    position: absolute;
    inset: 0 auto 0 0;
    background: var(--vscode-charts-blue);
    border: 1px solid var(--vscode-contrastBorder, transparent);
  }
  /* What may be chance is drawn as an outline: the whisker is what is known. */
  .importance.unsure .bar {
    border: 1px dashed var(--vscode-charts-blue);
    background: color-mix(in srgb, var(--vscode-charts-blue) 25%, transparent);
  }
  .whisker {
    position: absolute;
    top: 3px;
    height: 6px;
    border: solid var(--vscode-foreground);
    border-width: 0 1px;
    background: linear-gradient(var(--vscode-foreground), var(--vscode-foreground)) center / 100% 1px
      no-repeat;
  }
  .bar-value {
    display: inline-block;
    width: 44px;
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .objectives {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 14px;
    padding: 6px 0;
  }
  .objective {
    display: inline-flex;
    align-items: center;
    gap: 2px;
  }
  table.best-model {
    table-layout: auto;
  }
  .best {
    container-type: inline-size;
  }
  /* Where there is little room the words of a run stand on a line of their own, below its numbers. */
  @container (max-width: 620px) {
    table.best-model thead {
      display: none;
    }
    table.best-model tbody tr {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 2px 12px;
      padding: 4px 0;
      border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    }
    table.best-model tbody td {
      height: auto;
      padding: 0;
    }
    table.best-model tbody td:first-child {
      flex: 1 1 calc(100% - 70px);
    }
    table.best-model td.row-actions {
      order: 1;
    }
    table.best-model tbody td.number {
      order: 2;
      white-space: nowrap;
    }
    table.best-model tbody td.number::before {
      content: attr(data-name) ' ';
      font-family: var(--vscode-font-family);
      color: var(--vscode-descriptionForeground);
    }
    table.best-model td.words {
      order: 3;
      flex-basis: 100%;
    }
  }
  table.best-model .words {
    color: var(--vscode-descriptionForeground);
  }
  table.best-model tr.on-front .words {
    color: inherit;
  }
  table.best-model tr.hovered {
    background: var(--vscode-list-hoverBackground);
  }
  table.best-model .codicon-debug-breakpoint-log {
    color: var(--vscode-charts-yellow);
    font-size: 12px;
  }
  .no-sign {
    display: inline-block;
    width: 12px;
  }
  .row-actions {
    white-space: nowrap;
  }
  .axis-choice {
    columns: 220px auto;
    padding: 4px 0;
  }
  .axis-option {
    display: flex;
    gap: 12px;
    height: 22px;
    break-inside: avoid;
  }
  .axis-option label {
    display: flex;
    gap: 6px;
    align-items: center;
    min-width: 0;
  }
  .axis-option label:first-child {
    flex: 1;
  }
  .hover-card {
    min-height: 22px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;
