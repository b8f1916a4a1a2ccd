import { html, type TemplateResult } from 'lit';
import { plainText } from '../../../src/mlflow/format';
import { styles } from '../styles';
import { cell, runLabel, runMenuOf } from './cells';
import { columnOrder, type GridOptions } from './grid';
import type { Line } from './lines';

export const TRANSPOSED_WIDTH = 190;
const HEIGHT = 24;
const NAMES = 230;

/** Of the column of the runs' names, px: a third of the width at most. */
export function namesWidth(width: number): number {
  return Math.min(NAMES, Math.floor(width / 3));
}

export type RowLine = Extract<Line, { kind: 'row' }>;

/** The lines that are columns here. */
export function rowLines(lines: readonly Line[]): RowLine[] {
  return lines.filter((line): line is RowLine => line.kind === 'row');
}

/** Runs as rows, the baseline first; what differs as columns, of which those in sight are drawn. */
export function transposed(options: GridOptions): TemplateResult {
  const { data, viewport } = options;
  const rows = rowLines(options.lines);
  const order = columnOrder(data.runs.length, data.baseline);
  const first = Math.max(0, Math.floor(viewport.left / TRANSPOSED_WIDTH) - 1);
  const last = Math.min(rows.length, Math.ceil((viewport.left + viewport.width) / TRANSPOSED_WIDTH) + 1);
  const top = Math.max(0, Math.floor(viewport.top / HEIGHT) - 10);
  const bottom = Math.min(order.length, Math.ceil((viewport.top + viewport.height) / HEIGHT) + 10);
  const keys = namesWidth(viewport.width);
  const width = `${keys + rows.length * TRANSPOSED_WIDTH}px`;
  const gap = html`<span
    class="gap"
    role="presentation"
    ${styles({ width: `${first * TRANSPOSED_WIDTH}px` })}
  ></span>`;
  return html`<div class="diff-head" role="row" aria-rowindex="1" ${styles({ width })}>
      <span class="cell key" role="columnheader" aria-colindex="1" ${styles({ width: `${keys}px` })}
        >Run</span
      >
      ${gap}
      ${rows
        .slice(first, last)
        .map(
          ({ row, section }, index) =>
            html`<span
              class="cell"
              role="columnheader"
              aria-colindex=${first + index + 2}
              title="${section}: ${plainText(row.key, 500)}"
              ${styles({ width: `${TRANSPOSED_WIDTH}px` })}
              ><bdi class="cut">${plainText(row.key)}</bdi></span
            >`,
        )}
    </div>
    <div class="diff-lines" role="rowgroup" ${styles({ width, height: `${order.length * HEIGHT}px` })}>
      ${order
        .slice(top, bottom)
        .map((side, index) => drawRun(options, rows, side, top + index, [first, last], gap))}
    </div>`;
}

function drawRun(
  options: GridOptions,
  rows: readonly RowLine[],
  side: number,
  line: number,
  [first, last]: [number, number],
  gap: TemplateResult,
): TemplateResult {
  const { data, active, activate } = options;
  const place = (column: number) => (active.line === line && active.column === column ? 0 : -1);
  return html`<div
    class="diff-line data-line"
    role="row"
    aria-rowindex=${line + 2}
    ${styles({ transform: `translateY(${line * HEIGHT}px)` })}
  >
    <span
      class="cell key"
      role="rowheader"
      aria-colindex="1"
      ${styles({ width: `${namesWidth(options.viewport.width)}px` })}
      ><button
        type="button"
        class="run-head"
        title="Open the run"
        data-vscode-context=${runMenuOf(data, side)}
        data-cell="${line}:0"
        tabindex=${place(0)}
        @focus=${() => activate(line, 0)}
        @click=${() => options.openRun(side)}
      >
        ${runLabel(data, side, options.viewport.width < 700)}
      </button></span
    >
    ${gap}
    ${rows
      .slice(first, last)
      .map(
        ({ row, section }, index) =>
          html`<span
            class="cell"
            role="cell"
            aria-colindex=${first + index + 2}
            data-cell="${line}:${first + index + 1}"
            tabindex=${place(first + index + 1)}
            @focus=${() => activate(line, first + index + 1)}
            ${styles({ width: `${TRANSPOSED_WIDTH}px` })}
            >${cell({ ...options, columnWidth: TRANSPOSED_WIDTH }, section, row, side)}</span
          >`,
      )}
  </div>`;
}
