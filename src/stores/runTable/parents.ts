/**
 * Cuts the members of circles loose: they hang nowhere, what hangs on them stays.
 * @param parents the row of each row's parent, −1 for none; changed
 */
export function breakCircles(parents: Int32Array): void {
  /** 0: not seen, else the walk in which it was. */
  const seen = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    const walk = start + 1;
    let row = start;
    while (row !== -1 && seen[row] === 0) {
      seen[row] = walk;
      row = parents[row]!;
    }
    if (row !== -1 && seen[row] === walk) {
      let member = row;
      do {
        const next = parents[member]!;
        parents[member] = -1;
        member = next;
      } while (member !== row && member !== -1);
    }
  }
}
