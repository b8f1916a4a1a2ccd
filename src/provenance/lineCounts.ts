import { previewKind } from '../mlflow/artifacts/kind';
import { countLines } from './edits';
import type { ChangedFile, GitRepository, TreeFile } from './git';
import { objectsOf } from './objects';

/** Files whose lines are counted here at most: of more, nobody reads the numbers. */
const MOST_COUNTED = 200;

/** Lines added and removed; unknown where one of both is no text, or is too large to be read. */
export function lineCounts(
  before: Uint8Array | undefined,
  after: Uint8Array | null,
): { added: number | null; deleted: number | null } {
  const areTexts = before && after && !before.includes(0) && !after.includes(0);
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\r\n/g, '\n');
  return (areTexts ? countLines(text(before), text(after)) : null) ?? { added: null, deleted: null };
}

/**
 * The same changes, with the lines of files that have the names of texts and that git counted none of: `.gitattributes`
 * calls them binary, so that no tool merges them or prints their diff (`*.ipynb -diff`, `*.csv binary`).
 */
export async function countedAsTexts(
  changes: readonly ChangedFile[],
  repository: GitRepository,
  from: string,
  to: string,
): Promise<ChangedFile[]> {
  const uncounted = changes.filter(isUncounted).slice(0, MOST_COUNTED);
  if (uncounted.length === 0) {
    return [...changes];
  }
  const treeOf = async (commit: string) =>
    new Map((await repository.tree(commit)).map((file) => [file.path, file]));
  const [before, after] = await Promise.all([treeOf(from), treeOf(to)]);
  const pairs = new Map(
    uncounted.map((file) => [file, [before.get(file.oldPath ?? file.path), after.get(file.path)] as const]),
  );
  const contents = await objectsOf(
    repository,
    [...pairs.values()].flat().flatMap((file) => file ?? []),
  );
  const nothing = new Uint8Array();
  const content = (file: TreeFile | undefined) => (file ? contents.get(file.id) : nothing);
  return changes.map((change) => {
    const pair = pairs.get(change);
    return pair ? { ...change, ...lineCounts(content(pair[0]), content(pair[1]) ?? null) } : change;
  });
}

function isUncounted({ path, added }: ChangedFile): boolean {
  return added === null && !['binary', 'image', 'unknown'].includes(previewKind(path));
}
