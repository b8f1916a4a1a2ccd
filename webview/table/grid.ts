/** The grid's rows as templates. What is clicked is found by `data-` attributes (see pointer.ts). */
import { html, nothing, type TemplateResult } from 'lit';
import type { TableColumn, TableRow } from '../../src/mlflow/runTable';
import type { RunMark } from '../../src/protocol/table';
import type { CellValue } from './chunk';
import { marks, nameCell, valueCell } from './gridCells';
import { cells, type GridModel } from './gridModel';

/** @param nests some rows stand below others: then they say how deep */
export function gridRow(model: GridModel, index: number, nests: boolean): TemplateResult {
  const row = model.chunk.row(index);
  return row
    ? drawRow(model, row, index, nests, model.chunk.mark(index), (column) => model.chunk.cell(index, column))
    : html`<div class="row" role="row" aria-rowindex=${index + 2}></div>`;
}

/** A row that stands above the others, whatever is scrolled. `place` counts from −2 downwards. */
export function pinnedRow(model: GridModel, place: number, nests: boolean): TemplateResult {
  const { answer } = model.chunk;
  const row = answer.pinned.rows[place]!;
  return drawRow(model, row, -2 - place, nests, answer.pinnedMarks[place] ?? null, (column) =>
    model.chunk.pinnedCell(place, column),
  );
}

function drawRow(
  model: GridModel,
  row: TableRow,
  index: number,
  nests: boolean,
  mark: RunMark | null,
  valueOf: (column: TableColumn) => CellValue,
): TemplateResult {
  const { cursor, focused, columns, chunk } = model;
  const run = row.type === 'run' ? row : null;
  const selected = run !== null && model.isSelected(run.runId);
  const baseline = run !== null && run.runId === chunk.answer.baseline;
  const classes = [
    'row',
    row.type === 'group' ? 'group' : '',
    selected ? 'selected' : '',
    run?.context || mark?.hidden ? 'context' : '',
    index < -1 ? 'pinned' : '',
    run !== null && run.runId === model.hovered ? 'hovered' : '',
  ].join(' ');
  const cell = (place: number): TemplateResult => {
    const column = columns[place]!;
    const here = focused && cursor.row === index && cursor.column === place;
    return valueCell(model, row, column, valueOf(column), place, index, here, baseline);
  };
  const expandable = row.type === 'group' || row.children > 0;
  return html`<div
    class=${classes}
    role="row"
    aria-rowindex=${index < -1 ? nothing : index + 2}
    aria-selected=${run ? String(selected) : nothing}
    aria-level=${nests ? (run ? run.depth + 1 : 1) : nothing}
    aria-expanded=${nests && expandable ? String(row.open) : nothing}
    data-row=${index}
    data-run=${run ? run.runId : nothing}
  >
    <div class="cell marks" role="gridcell" aria-colindex="1">
      ${run ? marks(run.name, selected, mark) : nothing}
    </div>
    ${nameCell(row, index, focused && cursor.row === index && cursor.column === -1, baseline, model.now)}
    ${cells(model, cell)}
  </div>`;
}
