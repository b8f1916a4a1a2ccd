import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
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
 * Files of a commit that are other on disk, or gone, and those that the checked-out commit added since. Files that
 * git does not follow are not looked for.
 */
export async function changedOnDisk(
  repository: GitRepository,
  commit: string,
  head: string | null,
): Promise<ChangedFile[]> {
  const working = new WorkingCopy(repository.root);
  const before = await repository.tree(commit);
  const now = head && head !== commit ? await repository.tree(head) : before;
  const known = new Set(before.map((file) => file.path));
  const changed: ChangedFile[] = before.flatMap((file) => {
    const change = changeOf(working, file);
    return change ? [{ path: file.path, oldPath: null, change, added: null, deleted: null }] : [];
  });
  for (const { path: file } of now) {
    if (!known.has(file) && working.bytes(file)) {
      changed.push({ path: file, oldPath: null, change: 'added', added: null, deleted: null });
    }
  }
  return changed.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function changeOf(working: WorkingCopy, file: TreeFile): 'modified' | 'deleted' | null {
  if (!file.mode.startsWith('100') || file.size > MOST_BYTES) {
    return null;
  }
  const content = working.bytes(file.path);
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
