/** What a key does in the grid. Pure. */
import type { TableRow } from '../../src/mlflow/runTable';

export type KeyAction =
  | { type: 'move'; row: number; column: number; select: boolean }
  | { type: 'toggle'; open: boolean }
  | { type: 'sort'; add: boolean }
  | { type: 'columns' }
  | {
      type:
        | 'open'
        | 'menu'
        | 'select'
        | 'selectAll'
        | 'escape'
        | 'show'
        | 'star'
        | 'hide'
        | 'pin'
        | 'baseline'
        | 'charts'
        | 'diff'
        | 'copy'
        | 'group';
    };

export interface GridShape {
  rows: number;
  pinned: number;
  columns: number;
  /** Rows of a page. */
  page: number;
}

export interface Place {
  /** −1 is the head, −2 and less the pinned rows from the top. */
  row: number;
  /** −1 is the name. */
  column: number;
}

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const LETTERS: Record<string, KeyAction> = {
  x: { type: 'select' },
  ' ': { type: 'show' },
  '*': { type: 'star' },
  h: { type: 'hide' },
  p: { type: 'pin' },
  b: { type: 'baseline' },
  c: { type: 'charts' },
  d: { type: 'diff' },
  C: { type: 'columns' },
  g: { type: 'group' },
  m: { type: 'menu' },
  ContextMenu: { type: 'menu' },
  Escape: { type: 'escape' },
};

export function keyAction(
  event: Key,
  place: Place,
  row: TableRow | undefined,
  shape: GridShape,
): KeyAction | null {
  const { key, shiftKey, altKey } = event;
  const control = event.ctrlKey || event.metaKey;
  if (control && key.toLowerCase() === 'a') {
    return { type: 'selectAll' };
  }
  if (control && key.toLowerCase() === 'c') {
    return { type: 'copy' };
  }
  // `list.toggleSelection` of VS Code.
  if (control && shiftKey && key === 'Enter') {
    return { type: 'select' };
  }
  if (shiftKey && key === 'F10') {
    return { type: 'menu' };
  }
  const move = movement(event, place, row, shape);
  if (move || control || altKey) {
    return move;
  }
  if (key === 'Enter') {
    return place.row === -1
      ? { type: 'sort', add: shiftKey }
      : row?.type === 'group'
        ? { type: 'toggle', open: !row.open }
        : { type: 'open' };
  }
  if (key.toLowerCase() === 's') {
    return { type: 'sort', add: shiftKey };
  }
  return LETTERS[key] ?? LETTERS[key.toLowerCase()] ?? null;
}

function movement(event: Key, place: Place, row: TableRow | undefined, shape: GridShape): KeyAction | null {
  const control = event.ctrlKey || event.metaKey;
  const last = shape.rows - 1;
  const to = (index: number, column = place.column): KeyAction => ({
    type: 'move',
    row: Math.max(-1, Math.min(last, index)),
    column: Math.max(-1, Math.min(shape.columns - 1, column)),
    select: event.shiftKey && index !== place.row,
  });
  const nests = row !== undefined && (row.type === 'group' || row.children > 0);
  switch (event.key) {
    case 'ArrowDown':
      return vertical(place, 1, shape, to);
    case 'ArrowUp':
      return vertical(place, -1, shape, to);
    case 'ArrowRight':
      return nests && !row.open && (place.column === -1 || event.altKey)
        ? { type: 'toggle', open: true }
        : to(place.row, place.column + 1);
    case 'ArrowLeft':
      return nests && row.open && (place.column === -1 || event.altKey)
        ? { type: 'toggle', open: false }
        : to(place.row, place.column - 1);
    case 'PageDown':
      return to(Math.max(place.row, 0) + shape.page);
    case 'PageUp':
      return to(Math.max(0, place.row - shape.page));
    case 'Home':
      return control ? to(0, -1) : to(place.row, -1);
    case 'End':
      return control ? to(last, place.column) : to(place.row, shape.columns - 1);
    default:
      return null;
  }
}

/** From the head through the pinned rows to the first row, and back. */
function vertical(place: Place, by: 1 | -1, shape: GridShape, to: (row: number) => KeyAction): KeyAction {
  const lastPinned = -1 - shape.pinned;
  const moved = (row: number): KeyAction => ({ type: 'move', row, column: place.column, select: false });
  if (by === 1) {
    if (place.row === -1) {
      return shape.pinned > 0 ? moved(-2) : to(0);
    }
    if (place.row < -1) {
      return place.row > lastPinned ? moved(place.row - 1) : moved(shape.rows > 0 ? 0 : place.row);
    }
    return to(place.row + 1);
  }
  if (place.row === 0) {
    return shape.pinned > 0 ? moved(lastPinned) : moved(-1);
  }
  if (place.row < -1) {
    return moved(place.row + 1);
  }
  return place.row === -1 ? moved(-1) : to(place.row - 1);
}
