/** What the page has got of the table: a window of rows and columns around what is seen. */
import {
  columnId,
  type Cells,
  type TableColumn,
  type TableRow,
  type TableWindow,
} from '../../src/mlflow/runTable';
import type { ColumnShape } from '../../src/mlflow/columnNumbers';
import type { RowsAnswer, RunMark } from '../../src/protocol/table';
import type { Direction, DirectionOrigin } from '../../src/state/metrics';

export type CellValue =
  | { type: 'number'; value: number }
  | { type: 'text'; text: string; numeric: boolean }
  | { type: 'group'; shown: number; n: number; min: number; max: number; deviation: number }
  | { type: 'missing' };

const MISSING: CellValue = { type: 'missing' };

/** An answer of the host, by row and column. */
export class Chunk {
  private readonly places = new Map<string, number>();
  readonly to: number;
  /** Whether rows stand below others, in groups or under their parents. */
  readonly nests: boolean;

  constructor(
    readonly answer: RowsAnswer,
    readonly columns: readonly TableColumn[],
    readonly groupedBy: readonly TableColumn[],
    /** Words of the filter were looked for in names and ids only. */
    readonly glance: boolean,
  ) {
    columns.forEach((column, place) => this.places.set(columnId(column), place));
    this.to = answer.from + answer.rows.length;
    this.nests = answer.rows.some((row) => row.type === 'group' || row.children > 0 || row.depth > 0);
  }

  /** Whether these rows (`to` exclusive) and columns are all here. */
  covers(from: number, to: number, columns: readonly TableColumn[]): boolean {
    const last = Math.min(to, this.answer.rowCount);
    return (
      from >= this.answer.from &&
      last <= this.to &&
      columns.every((column) => this.places.has(columnId(column)))
    );
  }

  row(index: number): TableRow | undefined {
    return this.answer.rows[index - this.answer.from];
  }

  mark(index: number): RunMark | null {
    return this.answer.marks[index - this.answer.from] ?? null;
  }

  cell(index: number, column: TableColumn): CellValue {
    return cellOf(this.answer, this.places.get(columnId(column)), index - this.answer.from);
  }

  pinnedCell(index: number, column: TableColumn): CellValue {
    return cellOf(this.answer.pinned, this.places.get(columnId(column)), index);
  }

  /** The baseline's value, where it is one of the pinned rows. */
  baselineValue(column: TableColumn): number | null {
    const { baseline, pinned } = this.answer;
    const row = pinned.rows.findIndex(
      (candidate) => candidate.type === 'run' && candidate.runId === baseline,
    );
    const cell = row === -1 ? MISSING : this.pinnedCell(row, column);
    return cell.type === 'number' ? cell.value : null;
  }

  direction(column: TableColumn): Direction {
    const place = this.places.get(columnId(column));
    return place === undefined ? 'unknown' : (this.answer.directions[place] ?? 'unknown');
  }

  directionFrom(column: TableColumn): DirectionOrigin {
    const place = this.places.get(columnId(column));
    return (place === undefined ? undefined : this.answer.directionsFrom[place]) ?? 'name';
  }

  /** Whether the column's values stand at the right, as numbers do. */
  isRight(column: TableColumn): boolean {
    const place = this.places.get(columnId(column));
    const cells = place === undefined ? undefined : this.answer.cells[place];
    return cells !== undefined && column.key !== 'start' && (cells.type === 'number' || cells.numeric);
  }

  /** The best value of a metric among the runs that were found; null while it or the direction is not known. */
  best(column: TableColumn): number | null {
    const extremes = this.extremes(column);
    const direction = this.direction(column);
    if (!extremes || direction === 'unknown' || column.kind !== 'metric') {
      return null;
    }
    return direction === 'higher' ? extremes.max : extremes.min;
  }

  /** How the column's numbers are written; null for texts, and where the store has not said. */
  shape(column: TableColumn): ColumnShape | null {
    const place = this.places.get(columnId(column));
    return place === undefined ? null : (this.answer.shapes[place] ?? null);
  }

  /** The least and the greatest of the runs that were found; null while they are not known. */
  extremes(column: TableColumn): { min: number; max: number } | null {
    const place = this.places.get(columnId(column));
    return place === undefined ? null : (this.answer.extremes[place] ?? null);
  }
}

function cellOf(window: TableWindow, place: number | undefined, row: number): CellValue {
  const cells: Cells | undefined = place === undefined ? undefined : window.cells[place];
  if (!cells) {
    return MISSING;
  }
  if (cells.type === 'text') {
    const text = cells.values[row];
    return text === null || text === undefined ? MISSING : { type: 'text', text, numeric: cells.numeric };
  }
  if (window.rows[row]?.type === 'group') {
    const group = window.rows.slice(0, row).filter(({ type }) => type === 'group').length;
    const [n = 0, min = NaN, max = NaN, deviation = NaN] = cells.groups.subarray(group * 4, group * 4 + 4);
    return n > 0 ? { type: 'group', shown: cells.values[row]!, n, min, max, deviation } : MISSING;
  }
  return cells.present[row] === 1 ? { type: 'number', value: cells.values[row]! } : MISSING;
}
