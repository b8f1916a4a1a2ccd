import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { SavedRuns } from './savedRuns';

/** With another version another program wrote it: then the files are read again. */
const VERSION = 'mlflow-lens-files-2';
/** A larger one is not kept. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Of so many stores one is kept; that which was not written for longest goes first. */
const MOST_STORES = 50;

/** By the experiment's folder. */
export type SavedFolders = ReadonlyMap<string, SavedRuns>;

/**
 * What was read of an mlruns folder, for the next window. It is a cache and nothing more: what cannot be read, was written
 * by another version, or is not what was written, is none; what cannot be written is read again. What it says of a file
 * holds by the file's stamp (disk.ts), which is looked at when the run is shown.
 */
export class SavedIndex {
  /** @param file null for none */
  constructor(
    private readonly file: string | null,
    private readonly root: string,
  ) {}

  load(): Map<string, SavedRuns> {
    try {
      const stats = this.file === null ? undefined : fs.statSync(this.file, { throwIfNoEntry: false });
      if (this.file === null || !stats?.isFile() || stats.size > MOST_BYTES) {
        return new Map();
      }
      const bytes = fs.readFileSync(this.file);
      const end = bytes.indexOf('\n');
      const body = bytes.subarray(end + 1);
      const isWhole = bytes.toString('latin1', 0, end) === this.headOf(body);
      return isWhole ? foldersOf(body.toString()) : new Map<string, SavedRuns>();
    } catch {
      return new Map();
    }
  }

  save(folders: SavedFolders): void {
    if (this.file === null) {
      return;
    }
    const parts = [...folders].map(
      ([folder, { text }]) => `${JSON.stringify([folder, text.length])}\n${text}\n`,
    );
    const body = Buffer.from(parts.join(''));
    const making = `${this.file}.${process.pid}`;
    try {
      if (body.length > MOST_BYTES / 2) {
        fs.rmSync(this.file, { force: true });
        return;
      }
      fs.mkdirSync(path.dirname(this.file), { recursive: true });
      fs.writeFileSync(making, Buffer.concat([Buffer.from(`${this.headOf(body)}\n`), body]), { mode: 0o600 });
      fs.renameSync(making, this.file);
      prune(path.dirname(this.file));
    } catch {
      // A full disk, a home that is read-only: the files are read again.
    }
  }

  private headOf(body: Buffer): string {
    const hash = createHash('sha1').update(this.root).update('\0').update(body).digest('hex');
    return `${VERSION} ${hash}`;
  }
}

/** As it was written: the hash says so. */
function foldersOf(body: string): Map<string, SavedRuns> {
  const folders = new Map<string, SavedRuns>();
  for (let at = 0; at < body.length;) {
    const from = body.indexOf('\n', at) + 1;
    const [folder, length] = JSON.parse(body.slice(at, from)) as [string, number];
    folders.set(folder, new SavedRuns(path.basename(folder), body.slice(from, from + length)));
    at = from + length + 1;
  }
  return folders;
}

function prune(folder: string): void {
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  if (files.length > MOST_STORES) {
    const written = files.map((file) => ({
      file,
      at: fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }));
    written.sort((a, b) => b.at - a.at);
    written.slice(MOST_STORES).forEach(({ file }) => fs.rmSync(file, { force: true }));
  }
}
