import { html, nothing, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import { columnId, type TableColumn } from '../../src/mlflow/runTable';
import { icon } from '../ui/icon';
import type { Chunk } from './chunk';
import { columnTitle, kindTitle, NAME_COLUMN, ruleTitle } from './columns';
import { cellText, spoken } from './format';
import { cells, FIRST_COLUMN, type GridModel } from './gridModel';

/** The heads of the columns: what each shows, how it is sorted. */
export function gridHead(model: GridModel): TemplateResult {
  const { columns, sort, cursor, focused, chunk } = model;
  const head = (place: number): TemplateResult => {
    const column = place === -1 ? NAME_COLUMN : columns[place]!;
    const term = sort.findIndex((candidate) => columnId(candidate.column) === columnId(column));
    const descending = term >= 0 && sort[term]!.descending;
    const before = place > 0 ? columns[place - 1] : undefined;
    const title = plainText(columnTitle(column));
    const direction = column.kind === 'metric' ? chunk.direction(column) : 'unknown';
    const rule = ruleTitle(column, direction);
    const better = direction === 'unknown' ? '' : `, ${direction} is better`;
    return html`<div
      role="columnheader"
      id="cell--1-${place}"
      class="cell head-cell w${place} ${chunk.isRight(column) ? 'head-right' : ''} ${focused && cursor.row === -1 && cursor.column === place ? 'cursor' : ''}"
      data-column=${place}
      data-row="-1"
      aria-colindex=${place + FIRST_COLUMN}
      aria-sort=${term === -1 ? 'none' : descending ? 'descending' : 'ascending'}
      title=${`${kindTitle(column.kind) ? `${kindTitle(column.kind)}.` : ''}${plainText(column.key, 1000)}${rule ? ` (${rule})` : ''}${better}${rangeText(column, chunk)}. Click to sort, Shift+click to sort by several.`}
    >
      <span class="kind" aria-hidden="true"
        >${before?.kind === column.kind ? nothing : kindTitle(column.kind)}</span
      >
      <span class="head-title"
        ><span class="cut">${title}</span>${rule ? html`<span class="muted rule">${rule}</span>` : nothing}${
          term === -1
            ? nothing
            : html`<span class="sort"
                >${icon(descending ? 'arrow-down' : 'arrow-up')}${sort.length > 1 ? term + 1 : nothing}</span
              >`
        }</span
      >
      <span class="grip" data-grip=${place} aria-hidden="true"></span>
    </div>`;
  };
  return html`<div class="row head" role="row" aria-rowindex="1">
    <div class="cell marks" role="columnheader" aria-colindex="1">
      <span class="visually-hidden">Shown, starred</span>
    </div>
    ${head(-1)}${cells(model, head)}
  </div>`;
}

/** From the least to the greatest of the runs that are found, in the column's unit. */
function rangeText(column: TableColumn, chunk: Chunk): string {
  const extremes = column.kind === 'metric' ? chunk.extremes(column) : null;
  if (!extremes) {
    return '';
  }
  const decimals = chunk.shape(column)?.decimals ?? null;
  const [least, greatest] = [extremes.min, extremes.max].map((value) =>
    spoken(cellText(column, { type: 'number', value }, 0, decimals)),
  );
  return `, ${least} to ${greatest} in the runs found`;
}
