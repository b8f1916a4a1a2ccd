import type { CommitRange, DiffSide, RangeGroup } from './types';

/** Ranges that say the same, once: those of sides that come from one commit, or that lack one for the same reason. */
export function groupRanges(commits: readonly CommitRange[], runs: readonly DiffSide[]): RangeGroup[] {
  const groups = new Map<string, RangeGroup>();
  for (const range of commits) {
    const run = runs[range.side];
    const key =
      range.problem === null
        ? `${run?.commit ?? ''} ${String(run?.workingTree)}`
        : `problem ${range.problem}`;
    const group = groups.get(key);
    if (group) {
      group.sides.push(range.side);
      group.used = Math.max(group.used, range.used);
    } else {
      groups.set(key, { ...range, sides: [range.side] });
    }
  }
  return [...groups.values()];
}

const MOST_NAMES = 3;

/** `lasso, ridge and 3 more`. */
export function namesOf(sides: readonly number[], runs: readonly DiffSide[]): string {
  const names = sides.map((side) => runs[side]?.label ?? '');
  const more = names.length - MOST_NAMES;
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more` : names.join(', ');
}
