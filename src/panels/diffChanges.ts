import { paramOfRow } from '../compare/unknown';
import { groupRanges, namesOf } from '../compare/ranges';
import type { CommitRange, DiffSide, SideFacts } from '../compare/types';
import { count } from '../mlflow/format';
import type { ShownChanges } from '../platform/showChanges';
import type { Choice } from './page';

/** What of a diff is opened: all changed files, one of them, or the one that changed a param. */
export interface ChangeTarget {
  /** Index of the side that is compared with the baseline. */
  side: number;
  file: string | null;
  /** Key of a row of the params. */
  param: string | null;
}

/**
 * The two commits of a side and the baseline as VS Code's diff shows them: the baseline's on the left, the working copy
 * always on the right. For a param the file and the line that set it on the right; where that file is the same in
 * both, the file that set it on the left, where it no longer does. Null where the commits are not known.
 */
export function changesOf(
  sides: readonly SideFacts[],
  commits: readonly CommitRange[],
  { side, file, param }: ChangeTarget,
): ShownChanges | null {
  const range = commits.find((each) => each.side === side);
  const other = sides[side];
  const base = sides.find((_, index) => index !== side && !commits.some((each) => each.side === index));
  if (!other || !base || !range || range.problem !== null) {
    return null;
  }
  const [left, right] = base.side.workingTree ? [other, base] : [base, other];
  if (!left.source?.commit || !right.source?.commit || !right.source.repository) {
    return null;
  }
  return {
    repository: right.source.repository,
    from: left.source.commit,
    to: right.side.workingTree ? null : right.source.commit,
    title: `${left.side.label} ↔ ${right.side.label}`,
    files: range.files,
    ...(param === null ? { file, line: null } : placeOf(param, left, right, range)),
  };
}

function placeOf(
  row: string,
  left: SideFacts,
  right: SideFacts,
  { files }: CommitRange,
): { file: string | null; line: number | null } {
  const set = sourceOf(row, right);
  const isChanged = files.some(({ path, change }) => path === set?.file && change !== 'deleted');
  if (set && isChanged) {
    const isSameFile = right.side.workingTree || set.commit === right.source?.commit;
    // A notebook's line counts within its cell.
    return { file: set.file, line: isSameFile && set.cell === undefined ? set.line : null };
  }
  const before = sourceOf(row, left)?.file;
  const changed = files.find(({ path, oldPath }) => (oldPath ?? path) === before);
  return { file: changed?.path ?? null, line: null };
}

function sourceOf(row: string, { run, sources }: SideFacts) {
  const key = paramOfRow(run.params, row);
  return key === null ? undefined : sources?.get(key);
}

/** The pairs of commits that changes can be opened of: each side, or sides of one commit, against the baseline. */
export function changeChoices(
  runs: readonly DiffSide[],
  baseline: number,
  commits: readonly CommitRange[],
): (Choice & { side: number })[] {
  return groupRanges(commits, runs)
    .filter(({ files }) => files.length > 0)
    .map((group) => ({
      side: group.side,
      label: `${runs[baseline]?.label ?? ''} ↔ ${namesOf(group.sides, runs)}`,
      description: `${count(group.commits.length + group.behind.length, 'commit')}, ${count(group.files.length, 'file')}`,
    }));
}
