import { html, nothing, type TemplateResult } from 'lit';
import type { ColumnShape } from '../../src/mlflow/columnNumbers';
import type { SortTerm, TableColumn } from '../../src/mlflow/runTable';
import type { Chunk } from './chunk';

/** Everything that a drawing of the grid depends on. */
export interface GridModel {
  chunk: Chunk;
  /** All columns after the name, in order. */
  columns: readonly TableColumn[];
  /** The first so many of them stand still. */
  pinned: number;
  /** Places of the drawn columns that scroll, by slot (slots.ts). An array that stays the same while it says the same. */
  drawn: readonly (number | null)[];
  /** The row from whose top the rows' places count: a small number is drawn sharper than one of millions. */
  origin: number;
  sort: readonly SortTerm[];
  cursor: { row: number; column: number };
  focused: boolean;
  isSelected(runId: string): boolean;
  /** How a column's values are written; null where that is not known. */
  shapeOf(column: TableColumn): ColumnShape | null;
  /** The run under the pointer in another view. */
  hovered: string | null;
  now: number;
}

/** aria-colindex of a column: the marks and the name come first. */
export const FIRST_COLUMN = 3;

/** The columns of a row from left to right: pinned, then those that scroll. */
export function cells(model: GridModel, cell: (place: number) => TemplateResult): TemplateResult {
  const pinned = Array.from({ length: model.pinned }, (_, place) => place);
  return html`${pinned.map(cell)}<span class="window" role="none"
      ><span class="moving" role="none"
        >${model.drawn.map((place) => (place === null ? nothing : cell(place)))}</span
      ></span
    >`;
}
