import { edits, type Piece } from '../provenance/edits';

/** How two texts differ, word by word. */
export function diffWords(before: string, after: string): Piece[] {
  const split = (text: string) => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  return diffPieces(split(before), split(after));
}

function diffPieces(before: string[], after: string[]): Piece[] {
  const pieces = edits(before, after) ?? [
    { text: before.join(''), kind: 'removed' as const },
    { text: after.join(''), kind: 'added' as const },
  ];
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last?.kind === piece.kind) {
      last.text += piece.text;
    } else if (piece.text !== '') {
      merged.push({ ...piece });
    }
  }
  return merged;
}
