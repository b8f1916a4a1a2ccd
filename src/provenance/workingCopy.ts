import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { lineCounts } from './lineCounts';
import { objectsOf } from './objects';
import { isLargeFile, largeFilePointer } from './largeFiles';
import type { ChangedFile, GitRepository, TreeFile } from './git';
import type { Files } from './python/files';

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

  all(): Iterable<string> {
    return [];
  }

  list(folder: string): readonly string[] {
    return this.entries(folder, (entry) => entry.isFile());
  }

  folders(folder: string): readonly string[] {
    return this.entries(folder, (entry) => entry.isDirectory());
  }

  private entries(folder: string, wanted: (entry: fs.Dirent) => boolean): string[] {
    try {
      const real = fs.realpathSync(path.join(this.root, folder));
      const inside = real === this.root || real.startsWith(this.root + path.sep);
      return inside
        ? fs.readdirSync(real, { withFileTypes: true }).flatMap((entry) => (wanted(entry) ? entry.name : []))
        : [];
    } catch {
      return [];
    }
  }

  /** A file of the folder with its size in bytes; null where there is none inside of it. */
  async find(file: string): Promise<{ real: string; size: number } | null> {
    try {
      const real = await fs.promises.realpath(path.join(this.root, file));
      const stat = await fs.promises.stat(real);
      return real.startsWith(this.root + path.sep) && stat.isFile() ? { real, size: stat.size } : null;
    } catch {
      return null;
    }
  }

  /** The content, or null where there is no such file inside the folder, or one larger than 4 MiB. */
  async bytes(file: string): Promise<Buffer | null> {
    const found = await this.find(file);
    return found && found.size <= MOST_BYTES ? fs.promises.readFile(found.real).catch(() => null) : null;
  }

  private load(file: string): string | null {
    let text = this.texts.get(file);
    if (text === undefined) {
      text = file === '' ? null : this.readNow(file);
      this.texts.set(file, text);
    }
    return text;
  }

  /** For the tracer, which cannot wait: it runs in a worker. */
  private readNow(file: string): string | null {
    try {
      const real = fs.realpathSync(path.join(this.root, file));
      const stat = fs.statSync(real);
      const inside = real.startsWith(this.root + path.sep);
      return inside && stat.isFile() && stat.size <= MOST_BYTES ? fs.readFileSync(real, 'utf8') : null;
    } catch {
      return null;
    }
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
  const uncommitted = head === null ? [] : await uncommittedFiles(repository, working, head);
  return async (commit) => {
    const committed = head === null || head === commit ? [] : await repository.changedFiles(commit, head);
    const before = new Map((await repository.tree(commit)).map((file) => [file.path, file]));
    const own = new Set(uncommitted);
    const moved = new Map(committed.map(({ path: file, oldPath }) => [file, oldPath]));
    const pairs = uncommitted.map((file) => {
      const oldPath = moved.get(file) ?? null;
      return { file, oldPath, old: before.get(oldPath ?? file) };
    });
    // One process of git for all of them: each may be there only because a filter wrote it to disk.
    const contents = await objectsOf(
      repository,
      pairs.flatMap(({ old }) => old ?? []),
    );
    const changed = committed.filter((file) => !own.has(file.path));
    for (const { file, oldPath, old } of pairs) {
      const change = old ? await changeOf(working, old, file) : (await working.find(file)) ? 'added' : null;
      if (change !== null || oldPath !== null) {
        changed.push({
          ...lineCounts(
            old ? contents.get(old.id) : new Uint8Array(),
            change === 'deleted' ? new Uint8Array() : await working.bytes(file),
          ),
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

/** Files of the checked-out commit that are other on disk. What Git LFS put in a pointer's place is not. */
async function uncommittedFiles(
  repository: GitRepository,
  working: WorkingCopy,
  head: string,
): Promise<string[]> {
  const differing: { file: TreeFile; change: 'modified' | 'deleted' }[] = [];
  for (const file of await repository.tree(head)) {
    const change = await changeOf(working, file);
    if (change !== null) {
      differing.push({ file, change });
    }
  }
  const pointers = await objectsOf(
    repository,
    differing.flatMap(({ file, change }) => (change === 'modified' && file.size <= MOST_POINTER ? file : [])),
  );
  const uncommitted: string[] = [];
  for (const { file } of differing) {
    const pointer = largeFilePointer(pointers.get(file.id));
    const found = pointer && (await working.find(file.path));
    if (!pointer || !found || !(await isLargeFile(found, pointer))) {
      uncommitted.push(file.path);
    }
  }
  return uncommitted;
}

/** Bytes; Git LFS says that a pointer has less. */
const MOST_POINTER = 1024;

/** How a file of a commit is on disk, perhaps under another name; null where it is the same. */
async function changeOf(
  working: WorkingCopy,
  file: TreeFile,
  name = file.path,
): Promise<'modified' | 'deleted' | null> {
  if (!file.mode.startsWith('100') || file.size > MOST_BYTES) {
    return null;
  }
  const content = await working.bytes(name);
  if (!content) {
    return (await working.find(name)) ? 'modified' : 'deleted';
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
