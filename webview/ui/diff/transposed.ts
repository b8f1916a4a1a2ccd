import { html, type TemplateResult } from 'lit';
import { plainText } from '../../../src/mlflow/format';
import { styles } from '../styles';
import { cell, runLabel } from './cells';
import { columnOrder, KEY_WIDTH, type GridOptions } from './grid';
import type { Line } from './lines';

const WIDTH = 190;
const HEIGHT = 24;

/** Runs as rows, the baseline first; what differs as columns, of which those in sight are drawn. */
export function transposed(options: GridOptions): TemplateResult {
  const { data, lines, viewport } = options;
  const rows = lines.filter((line): line is Extract<Line, { kind: 'row' }> => line.kind === 'row');
  const order = columnOrder(data.runs.length, data.baseline);
  const first = Math.max(0, Math.floor(viewport.left / WIDTH) - 1);
  const last = Math.min(rows.length, Math.ceil((viewport.left + viewport.width) / WIDTH) + 1);
  const top = Math.max(0, Math.floor(viewport.top / HEIGHT) - 10);
  const bottom = Math.min(order.length, Math.ceil((viewport.top + viewport.height) / HEIGHT) + 10);
  const width = `${KEY_WIDTH + rows.length * WIDTH}px`;
  const gap = html`<span class="gap" role="presentation" ${styles({ width: `${first * WIDTH}px` })}></span>`;
  return html`<div class="diff-head" role="row" aria-rowindex="1" ${styles({ width })}>
      <span class="cell key" role="columnheader" ${styles({ width: `${KEY_WIDTH}px` })}>Run</span>
      ${gap}
      ${rows
        .slice(first, last)
        .map(
          ({ row, section }) =>
            html`<span
              class="cell"
              role="columnheader"
              title="${section} ${plainText(row.key, 500)}"
              ${styles({ width: `${WIDTH}px` })}
              ><bdi class="cut">${plainText(row.key)}</bdi></span
            >`,
        )}
    </div>
    <div class="diff-lines" role="rowgroup" ${styles({ width, height: `${order.length * HEIGHT}px` })}>
      ${order.slice(top, bottom).map(
        (side, index) =>
          html`<div
            class="diff-line data-line"
            role="row"
            aria-rowindex=${top + index + 2}
            ${styles({ transform: `translateY(${(top + index) * HEIGHT}px)` })}
          >
            <span class="cell key" role="rowheader" ${styles({ width: `${KEY_WIDTH}px` })}
              ><button
                type="button"
                class="run-head"
                title="Open the run"
                @click=${() => options.openRun(side)}
              >
                ${runLabel(data, side)}
              </button></span
            >
            ${gap}
            ${rows
              .slice(first, last)
              .map(
                ({ row, section }) =>
                  html`<span class="cell" role="cell" ${styles({ width: `${WIDTH}px` })}
                    >${cell(options, section, row, side)}</span
                  >`,
              )}
          </div>`,
      )}
    </div>`;
}
