import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { countLines } from './edits';
import type { ChangedFile, GitRepository, TreeFile } from './git';
import type { Files } from './python/machine';

const MOST_BYTES = 4 << 20;

/** The files on disk, read as they are: no filter of git's runs, and no link leads outside of the folder. */
export class WorkingCopy implements Files {
  private readonly root: string;
  private readonly texts = new Map<string, string | null>();

  constructor(root: string) {
    this.root = fs.realpathSync(root);
  }

  exists(file: string): boolean {
    return this.load(file) !== null;
  }

  read(file: string): string {
    return this.load(file) ?? '';
  }

  /** The content, or null where there is no such file inside the folder. */
  bytes(file: string): Buffer | null {
    try {
      const real = fs.realpathSync(path.join(this.root, file));
      const stat = fs.statSync(real);
      const inside = real.startsWith(this.root + path.sep);
      return inside && stat.isFile() && stat.size <= MOST_BYTES ? fs.readFileSync(real) : null;
    } catch {
      return null;
    }
  }

  private load(file: string): string | null {
    let text = this.texts.get(file);
    if (text === undefined) {
      text = file === '' ? null : (this.bytes(file)?.toString('utf8') ?? null);
      this.texts.set(file, text);
    }
    return text;
  }
}

/**
 * Asks which files on disk are other than at a commit: those that commits changed since, as git tells, and those that
 * are not committed. Files that git does not follow are not looked for.
 * @param head the commit that is checked out; null before the first one
 */
export async function changesOnDisk(
  repository: GitRepository,
  working: WorkingCopy,
  head: string | null,
): Promise<(commit: string) => Promise<ChangedFile[]>> {
  const tree = head === null ? [] : await repository.tree(head);
  const uncommitted = tree.filter((file) => changeOf(working, file) !== null).map(({ path: file }) => file);
  return async (commit) => {
    const committed = head === null || head === commit ? [] : await repository.changedFiles(commit, head);
    const before = new Map((await repository.tree(commit)).map((file) => [file.path, file]));
    const changed = committed.filter((file) => !uncommitted.includes(file.path));
    for (const file of uncommitted) {
      const oldPath = committed.find((each) => each.path === file)?.oldPath ?? null;
      const old = before.get(oldPath ?? file);
      const change = old ? changeOf(working, old, file) : working.bytes(file) ? 'added' : null;
      if (change !== null || oldPath !== null) {
        changed.push({
          ...(await lineCounts(repository, working, old, file)),
          path: change === 'deleted' ? (oldPath ?? file) : file,
          oldPath: change === 'deleted' ? null : oldPath,
          change: change === 'modified' && oldPath !== null ? 'renamed' : (change ?? 'renamed'),
          uncommitted: true,
        });
      }
    }
    return changed.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  };
}

async function lineCounts(
  repository: GitRepository,
  working: WorkingCopy,
  old: TreeFile | undefined,
  file: string,
): Promise<{ added: number | null; deleted: number | null }> {
  const before = old ? (await repository.readObjects([old.id])).get(old.id) : new Uint8Array();
  const after = working.bytes(file) ?? new Uint8Array();
  const isText = before !== undefined && !before.includes(0) && !after.includes(0);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\r\n/g, '\n');
  return (isText ? countLines(text(before), text(after)) : null) ?? { added: null, deleted: null };
}

/** How a file of a commit is on disk, perhaps under another name; null where it is the same. */
function changeOf(working: WorkingCopy, file: TreeFile, name = file.path): 'modified' | 'deleted' | null {
  if (!file.mode.startsWith('100') || file.size > MOST_BYTES) {
    return null;
  }
  const content = working.bytes(name);
  if (!content) {
    return 'deleted';
  }
  // A checkout may have given the lines other ends.
  const isSame =
    blobId(content, file.id) ||
    blobId(Buffer.from(content.toString('latin1').replace(/\r\n/g, '\n'), 'latin1'), file.id);
  return isSame ? null : 'modified';
}

function blobId(content: Buffer, id: string): boolean {
  const hash = createHash(id.length > 40 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex') === id;
}
