/** How much of the table stands still while it scrolls sideways. Pure. */

/** px: eye, dot and star of a run. */
export const MARKS_WIDTH = 66;
/** px: less of a name says nothing. */
const LEAST_NAME = 84;
/** Of the table's width, what the marks and the name take at most; with columns that the user pinned. */
const NAME_SHARE = 1 / 3;
const PINNED_SHARE = 1 / 2;

export interface Frozen {
  /** px */
  name: number;
  /** How many of the pinned columns stand still. */
  pinned: number;
}

/**
 * The name as wide as it is to be, and all pinned columns, as far as there is room; in a wider window they are that again.
 * @param room px of the whole table; 0 while it is not known
 * @param pinned px of each pinned column
 */
export function frozenPart(room: number, name: number, pinned: readonly number[]): Frozen {
  if (room === 0) {
    return { name, pinned: pinned.length };
  }
  const shown = Math.min(name, Math.max(LEAST_NAME, Math.floor(room * NAME_SHARE) - MARKS_WIDTH));
  let still = MARKS_WIDTH + shown;
  const tooMany = pinned.findIndex((width) => (still += width) > room * PINNED_SHARE);
  return { name: shown, pinned: tooMany === -1 ? pinned.length : tooMany };
}
