import type { TableColumn } from '../../src/mlflow/runTable';
import type { RowsRequest } from '../../src/protocol/table';
import type { Seen } from './viewport';

/** Rows and columns asked for beyond those that are seen. */
const MARGIN_ROWS = 60;
const MARGIN_COLUMNS = 6;

/** Which rows and columns are asked for: what is seen and some way around it. Before the first drawing, the first ones. */
export function windowToAsk(
  seen: Seen | null,
  columns: readonly TableColumn[],
  pinnedColumns: number,
): Pick<RowsRequest, 'from' | 'count' | 'columns'> {
  const {
    from,
    to,
    columns: places,
  } = seen ?? { from: 0, to: 60, columns: [...columns.keys()].slice(0, 20) };
  const first = (places[0] ?? 0) - MARGIN_COLUMNS;
  const last = (places.at(-1) ?? 0) + MARGIN_COLUMNS;
  return {
    from: Math.max(0, from - MARGIN_ROWS),
    count: Math.max(to - from, 40) + 2 * MARGIN_ROWS,
    columns: columns.filter((_, place) => place < pinnedColumns || (place >= first && place <= last)),
  };
}
