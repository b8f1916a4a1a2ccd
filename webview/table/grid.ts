/** The grid's rows as templates. What is clicked is found by `data-` attributes (see pointer.ts). */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { TableColumn, TableRow } from '../../src/mlflow/runTable';
import { labelOf } from '../../src/mlflow/tellApart';
import type { RunMark } from '../../src/protocol/table';
import { styles } from '../ui/styles';
import { themeKind } from '../ui/theme';
import type { CellValue } from './chunk';
import { marks, nameCell, nameOfRow, valueCell } from './gridCells';
import { cells, type GridModel } from './gridModel';
import { ROW_HEIGHT } from './viewport';

/** A row that scrolls; gone through again only where something that it shows may be another. */
export function gridRow(model: GridModel, index: number): unknown {
  const { chunk, columns, pinned, drawn, origin, cursor, focused, hovered, now } = model;
  const row = chunk.row(index);
  const runId = row?.type === 'run' ? row.runId : null;
  const selected = runId !== null && model.isSelected(runId);
  const lit = runId !== null && runId === hovered;
  const cursorHere = focused && cursor.row === index ? cursor.column : null;
  // A run's colour is written into its dot: another kind of theme has others.
  const shown = [chunk, index, columns, pinned, drawn, origin, selected, lit, cursorHere, now, themeKind()];
  return guard(shown, () =>
    row
      ? drawRow(model, row, index, chunk.mark(index), (column) => chunk.cell(index, column))
      : html`<div class="row" role="row" aria-rowindex=${index + 2} ${rowPlace(model, index)}></div>`,
  );
}

function rowPlace({ origin }: GridModel, index: number): ReturnType<typeof styles> | typeof nothing {
  return index < 0 ? nothing : styles({ top: `${(index - origin) * ROW_HEIGHT}px` });
}

/** A row that stands above the others, whatever is scrolled. `place` counts from −2 downwards. */
export function pinnedRow(model: GridModel, place: number): TemplateResult {
  const { answer } = model.chunk;
  const row = answer.pinned.rows[place]!;
  return drawRow(model, row, -2 - place, answer.pinnedMarks[place] ?? null, (column) =>
    model.chunk.pinnedCell(place, column),
  );
}

function drawRow(
  model: GridModel,
  row: TableRow,
  index: number,
  mark: RunMark | null,
  valueOf: (column: TableColumn) => CellValue,
): TemplateResult {
  const { cursor, focused, columns, chunk } = model;
  // Some rows stand below others: then they say how deep.
  const { nests } = chunk;
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
    ${rowPlace(model, index)}
  >
    <div class="cell marks" role="gridcell" aria-colindex="1">
      ${run ? marks(labelOf(nameOfRow(run), mark?.apart ?? null), mark) : nothing}
    </div>
    ${nameCell(row, mark, index, focused && cursor.row === index && cursor.column === -1, baseline, chunk.groupedBy, model.now)}
    ${cells(model, cell)}
  </div>`;
}
