import { columnOrder } from './grid';
import type { Line } from './lines';

/** A cell: index of its line, and of its column (0 is the key, or the run where runs are lines). */
export interface GridCell {
  line: number;
  column: number;
}

/** What a grid looks like to the arrow keys. */
export interface GridShape {
  lines: number;
  /** Lines of a page. */
  page: number;
  /** Whether something can be done with a line. */
  isStop: (line: number) => boolean;
  /** Columns beside the first; null for a line that spans them all. */
  columns: (line: number) => number | null;
}

export function lineShape(lines: readonly Line[], sides: number, page: number): GridShape {
  return {
    lines: lines.length,
    page,
    isStop: (line) => isStop(lines[line]),
    columns: (line) => (lines[line]?.kind === 'row' ? sides : null),
  };
}

/** Where an arrow, Page Up or Down, Home or End lead from a cell; null for other keys. */
export function moved(key: string, from: GridCell, shape: GridShape): GridCell | null {
  const moves: Record<string, [number, number]> = {
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    PageDown: [shape.page, 0],
    PageUp: [-shape.page, 0],
    Home: [-from.line, 0],
    End: [shape.lines, 0],
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
  };
  const move = moves[key];
  if (!move) {
    return null;
  }
  const line = nextLine(shape, from.line, move[0]);
  const columns = shape.columns(line);
  // A line that spans all columns keeps the one that the user came from.
  return {
    line,
    column: columns === null ? from.column : Math.min(Math.max(0, from.column + move[1]), columns),
  };
}

/** The next line that something can be done with. */
function nextLine(shape: GridShape, from: number, step: number): number {
  const last = shape.lines - 1;
  let line = Math.min(Math.max(0, from + step), last);
  const direction = Math.sign(step);
  while (direction !== 0 && line > 0 && line < last && !shape.isStop(line)) {
    line += direction;
  }
  return shape.isStop(line) ? line : from;
}

function isStop(line: Line | undefined): boolean {
  return line !== undefined && (line.kind !== 'note' || line.action !== undefined);
}

/** The side that a column shows; undefined for that of the keys. */
export function sideOf(column: number, sides: number, baseline: number): number | undefined {
  return column > 0 ? columnOrder(sides, baseline)[column - 1] : undefined;
}

/** Scrolls so far that a cell is in sight, px; `pinned` columns on the left cover what lies under them. */
export function reveal(
  scroll: HTMLElement,
  { top, bottom }: { top: number; bottom: number },
  column: { start: number; width: number; pinned: number } | null,
): void {
  if (top < scroll.scrollTop) {
    scroll.scrollTop = top;
  } else if (bottom > scroll.scrollTop + scroll.clientHeight) {
    scroll.scrollTop = bottom - scroll.clientHeight;
  }
  if (column) {
    const room = scroll.clientWidth - column.pinned - column.width;
    scroll.scrollLeft = Math.min(Math.max(scroll.scrollLeft, column.start - room), column.start);
  }
}
