import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { reportFailure } from '../mlflow/failures';
import type { HistoryStorage } from '../registry/history';

/** A history of ours is far smaller: what is larger is none, and is not read in one go. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Of so many stores a history is kept; the one not written to for longest goes first. */
const MAX_STORES = 100;

/**
 * A file a store in the extension's storage, read again when another window wrote it. Written at once and as a
 * whole: VS Code's own globalState is a copy for each window, and the last to save would win.
 *
 * Best effort: on a full disk or in a home that is read-only the history lives as long as the window. What could not be
 * read is not written over: a file that the disk does not give stays as it is, a damaged one is kept beside.
 */
export class HistoryFiles implements HistoryStorage {
  private readonly read = new Map<string, { stamp: string; value: unknown }>();
  /** What could not be written. */
  private readonly unwritten = new Map<string, unknown>();
  /** Their files are there, and were not read. */
  private readonly unread = new Set<string>();
  /** The disk's last word: the same is not told again and again. */
  private failure: string | null = null;

  /** @param folder made when it is needed */
  constructor(private readonly folder: string) {}

  get(store: string): unknown {
    return this.unwritten.has(store) ? this.unwritten.get(store) : this.attempt(() => this.readFile(store));
  }

  update(store: string, value: unknown): void {
    this.unwritten.set(store, value);
    if (this.unread.has(store)) {
      return;
    }
    this.attempt(() => {
      this.writeFile(store, value);
      this.unwritten.delete(store);
      this.failure = null;
      this.prune();
    });
  }

  private attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      const failure = String(error);
      if (failure !== this.failure) {
        this.failure = failure;
        reportFailure(error);
      }
      return undefined;
    }
  }

  private readFile(store: string): unknown {
    const file = this.fileOf(store);
    this.unread.add(store);
    const stats = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
    const known = this.read.get(store);
    if (stats && known?.stamp !== stampOf(stats)) {
      // A pipe would never end.
      if (!stats.isFile() || stats.size > MAX_BYTES) {
        throw new Error(`${file} is not a history of changes: move it away, and a new one is started.`);
      }
      this.read.set(store, { stamp: stampOf(stats), value: this.parse(file, fs.readFileSync(file, 'utf8')) });
    }
    this.unread.delete(store);
    return stats && this.read.get(store)?.value;
  }

  /** undefined for what was damaged: the history begins anew, and the file is kept for who can mend it. */
  private parse(file: string, text: string): unknown {
    try {
      return (JSON.parse(text) as { history?: unknown } | null)?.history;
    } catch {
      fs.renameSync(file, `${file}.damaged`);
      reportFailure(
        new Error(`${file} was damaged. It is kept as ${file}.damaged, and a new history was started.`),
      );
      return undefined;
    }
  }

  private writeFile(store: string, value: unknown): void {
    const file = this.fileOf(store);
    fs.mkdirSync(this.folder, { recursive: true });
    const draft = `${file}.${process.pid}`;
    try {
      fs.writeFileSync(draft, JSON.stringify({ store, history: value }));
      const stamp = stampOf(fs.statSync(draft, { bigint: true }));
      fs.renameSync(draft, file);
      this.read.set(store, { stamp, value });
    } catch (error) {
      // Half of it takes room that is short already.
      this.attempt(() => fs.existsSync(draft) && fs.unlinkSync(draft));
      throw error;
    }
  }

  private fileOf(store: string): string {
    return path.join(this.folder, `${createHash('sha256').update(store).digest('hex').slice(0, 32)}.json`);
  }

  private prune(): void {
    const files = fs
      .readdirSync(this.folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(this.folder, name));
    if (files.length > MAX_STORES) {
      files
        .map((file) => ({ file, time: fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
        .toSorted((a, b) => a.time - b.time)
        .slice(0, files.length - MAX_STORES)
        // One that cannot go, such as a folder, keeps no other.
        .forEach(({ file }) => this.attempt(() => fs.unlinkSync(file)));
    }
  }
}

/** Whether there is a process of that id on this machine. */
export function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // It is there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function stampOf({ ino, mtimeNs, size }: fs.BigIntStats): string {
  return `${ino} ${mtimeNs} ${size}`;
}
