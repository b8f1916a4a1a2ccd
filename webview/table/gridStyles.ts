import { css, unsafeCSS } from 'lit';

/** Blanks for as many digits as a number lacks behind its point; `whole` is one that lacks the point too. */
function blankRules(): string {
  return Array.from({ length: 8 }, (_, index) => index + 1)
    .flatMap((digits) =>
      [
        ['', `${digits}ch`],
        ['whole-', `calc(${digits - 1}ch + var(--point, 1ch))`],
      ].map(
        ([name, width]) =>
          `.${name}gap-${digits} { padding-left: ${width} } .${name}pad-${digits} { padding-right: ${width} }`,
      ),
    )
    .join('\n');
}

/** Head, rows and cells. */
export const gridStyles = css`
  table-grid {
    display: contents;
  }
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
  .head .cell {
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
    display: block;
    position: relative;
    height: 100%;
  }
  .moving > .cell {
    position: absolute;
    top: 0;
    height: 100%;
  }
  /* A press with Shift selects rows, not their text. */
  .body > .row,
  .rows-pinned > .row {
    user-select: none;
  }
  .body > .row {
    position: absolute;
    left: 0;
    right: 0;
    contain: strict;
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
  .unit {
    display: inline-block;
    white-space: pre;
    text-align: left;
  }
  .unit.size {
    box-sizing: content-box;
    min-width: 4ch;
  }
  /* What is exact has no zeros to fill its decimals. */
  ${unsafeCSS(blankRules())}
  .missing {
    color: var(--vscode-descriptionForeground);
  }
  .marks {
    width: 66px;
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
  .mark.eye {
    width: 36px;
    gap: 4px;
    justify-content: flex-start;
  }
  .mark.on,
  .row:hover .mark,
  .row:has(.cursor) .mark {
    opacity: 1;
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
  /* Of a name something is always seen, of a short one all. */
  .name-text {
    min-width: 5ch;
  }
  .name-text.brief {
    flex: none;
    min-width: 0;
  }
  /* What namesakes share gives way first. */
  .name-text:not(.brief):has(+ .apart) {
    flex: 0 1000 auto;
    min-width: 6ch;
  }
  .apart {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
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
  .status-pruned .codicon {
    color: var(--vscode-testing-iconSkipped, var(--vscode-descriptionForeground));
  }
  .status-killed .codicon {
    color: var(--vscode-testing-iconErrored, var(--vscode-charts-red));
  }
  .status-running .codicon {
    color: var(--vscode-charts-blue);
  }
  .status-no-end .codicon {
    color: var(--vscode-charts-yellow);
  }
  .delta,
  .delta-room {
    flex: none;
    min-width: var(--delta, 0);
    font-size: 0.9em;
    text-align: right;
  }
  .delta {
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
  /* Before the number, so that it stands under the others. */
  .best-mark {
    order: -1;
    margin-right: auto;
    font-size: 11px;
  }
  .row.group {
    background: var(--vscode-sideBarSectionHeader-background, transparent);
  }
  .row.context > .name .name-text,
  .row.context .cell {
    color: var(--vscode-descriptionForeground);
  }
  .body .row:hover,
  .rows-pinned .row:hover,
  .row.hovered {
    background: var(--vscode-list-hoverBackground);
  }
  .row.selected,
  .body .row.selected:hover {
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    background: var(--vscode-list-inactiveSelectionBackground);
  }
  .grid:focus .row.selected {
    color: var(--vscode-list-activeSelectionForeground);
    background: var(--vscode-list-activeSelectionBackground);
  }
  /* Other colors have no contrast on it: VS Code's lists drop theirs too. */
  .grid:focus
    .row.selected
    :is(.muted, .missing, .delta, .apart, .name-text, .mark, .baseline, .status .codicon) {
    color: inherit;
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
  body.vscode-high-contrast .row.hovered,
  body.vscode-high-contrast-light .row.hovered,
  body.vscode-high-contrast-light .body .row:hover {
    outline: 1px dashed var(--vscode-contrastActiveBorder);
    outline-offset: -1px;
  }
`;
