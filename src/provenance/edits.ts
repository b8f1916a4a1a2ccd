/** A piece of a text that the other has too, or has not. */
export interface Piece {
  text: string;
  kind: 'same' | 'added' | 'removed';
}

/** Beyond this the whole text counts as changed: nobody reads such a diff in a cell. */
const MOST_PIECES = 4000;
const MOST_EDITS = 1000;

/** Lines added and removed between two texts; null where they are too far apart to be compared line by line. */
export function countLines(before: string, after: string): { added: number; deleted: number } | null {
  const lines = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  const pieces = edits(lines(before), lines(after));
  return (
    pieces && {
      added: pieces.filter(({ kind }) => kind === 'added').length,
      deleted: pieces.filter(({ kind }) => kind === 'removed').length,
    }
  );
}

/** Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986); null where the texts are too far apart. */
export function edits(before: readonly string[], after: readonly string[]): Piece[] | null {
  const n = before.length;
  const m = after.length;
  if (n + m > MOST_PIECES) {
    return null;
  }
  const limit = Math.min(n + m, MOST_EDITS);
  // Pieces as numbers: two long ones that begin alike take long to tell apart, and meet many times.
  const numbers = new Map<string, number>();
  const numbered = (pieces: readonly string[]): number[] =>
    pieces.map((piece) => {
      const number = numbers.get(piece) ?? numbers.size;
      numbers.set(piece, number);
      return number;
    });
  const [left, right] = [numbered(before), numbered(after)];
  const frontiers: Int32Array[] = [];
  const furthest = new Int32Array(2 * limit + 3);
  const middle = limit + 1;
  for (let d = 0; d <= limit; d++) {
    frontiers.push(furthest.slice());
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && furthest[middle + k - 1]! < furthest[middle + k + 1]!);
      let x = down ? furthest[middle + k + 1]! : furthest[middle + k - 1]! + 1;
      let y = x - k;
      while (x < n && y < m && left[x] === right[y]) {
        x++;
        y++;
      }
      furthest[middle + k] = x;
      if (x >= n && y >= m) {
        return walkBack(before, after, frontiers, middle);
      }
    }
  }
  return null;
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  frontiers: readonly Int32Array[],
  middle: number,
): Piece[] {
  const pieces: Piece[] = [];
  let x = before.length;
  let y = after.length;
  for (let d = frontiers.length - 1; d >= 0; d--) {
    const furthest = frontiers[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && furthest[middle + k - 1]! < furthest[middle + k + 1]!);
    const previous = down ? k + 1 : k - 1;
    const startX = d === 0 ? 0 : furthest[middle + previous]!;
    const startY = d === 0 ? 0 : startX - previous;
    while (x > startX && y > startY) {
      pieces.push({ text: before[--x]!, kind: 'same' });
      y--;
    }
    if (d > 0) {
      if (down) {
        pieces.push({ text: after[--y]!, kind: 'added' });
      } else {
        pieces.push({ text: before[--x]!, kind: 'removed' });
      }
    }
  }
  return pieces.reverse();
}
