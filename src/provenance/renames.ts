import type { GitRepository, Rename } from './git';
import { tails } from './tails';

/** The one of some paths that ends as a recorded source name does, by the longest tail; null where none or several do. */
function byTail(paths: ReadonlySet<string>, sourceName: string): string | null {
  const parts = sourceName
    .replace(/^file:\/\//, '')
    .split(/[\\/]/)
    .filter((part) => part !== '.' && part !== '..');
  for (const tail of tails(parts.join('/'))) {
    const matching = [...paths].filter((path) => path === tail || path.endsWith(`/${tail}`));
    if (matching.length > 0) {
      return matching.length === 1 ? matching[0]! : null;
    }
  }
  return null;
}

/** What a path was called before some renames, the newest first. */
function before(renames: readonly Rename[], path: string): string {
  return renames.reduce((name, rename) => (rename.path === name ? rename.oldPath : name), path);
}

/** What a path is called after some renames, the newest first. */
function after(renames: readonly Rename[], path: string): string {
  return renames.reduceRight((name, rename) => (rename.oldPath === name ? rename.path : name), path);
}

/**
 * The file at a commit that only later got the name that a run recorded: it was moved before the run and committed
 * after it. Null where git's renames up to the checked-out commit name none, or several.
 */
export async function earlierName(
  repository: GitRepository,
  commit: string,
  sourceName: string,
): Promise<string | null> {
  const head = await repository.head();
  const renames = head === null || head === commit ? [] : await repository.renames(commit, head);
  const named = byTail(new Set(renames.map(({ path }) => path)), sourceName);
  return named === null ? null : before(renames, named);
}

/** What a file of a commit is called in the commit that is checked out now. */
export async function presentName(repository: GitRepository, commit: string, file: string): Promise<string> {
  const head = await repository.head();
  return head === null || head === commit ? file : after(await repository.renames(commit, head), file);
}

/** What a file is called now that some commit of the history moved away from the name that a run recorded. */
export async function presentNameOf(repository: GitRepository, sourceName: string): Promise<string | null> {
  const head = await repository.head();
  const renames = head === null ? [] : await repository.renames(null, head);
  const named = byTail(new Set(renames.map(({ oldPath }) => oldPath)), sourceName);
  return named === null ? null : after(renames, named);
}
