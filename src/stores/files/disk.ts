import * as fs from 'node:fs';
import { fileError } from '../disk';
import type { Pace } from './pace';

/** A write may carry the time of the one before it where both come within this of each other, ms: clocks of file systems are that coarse. */
const CLOCK = 2000;

/** A pipe that nobody writes to would hold whoever opens it; a link is never followed. Windows has none of these flags. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0 } = fs.constants;
const { S_IFMT, S_IFREG, S_IFDIR } = fs.constants;
const READ = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
/** Flags are numbers to Node, and texts to its types. */
const READ_TEXT = { encoding: 'utf8', flag: READ as unknown as string } as const;

/** What is read at once, bytes. */
const BLOCK = 1 << 20;
/** Damaged files that are told of. */
const MOST_PROBLEMS = 100;

/** A file's stamp as it is kept (savedIndex.ts). */
export type SavedStamp = readonly [size: number, inode: number, mtime: number, isFresh: 0 | 1];

/** What tells that a file or folder is no longer as it was when it was read. */
export class Stamp {
  constructor(
    readonly isFolder: boolean,
    readonly size: number,
    readonly inode: number,
    /** ms */
    readonly mtime: number,
    /** It was written so short a time before it was looked at that the next write may carry the same time. */
    readonly isFresh: boolean,
  ) {}

  static restored([size, inode, mtime, isFresh]: SavedStamp): Stamp {
    return new Stamp(false, size, inode, mtime, isFresh === 1);
  }

  /** Of a file. */
  get saved(): SavedStamp {
    return [this.size, this.inode, this.mtime, this.isFresh ? 1 : 0];
  }

  equals(other: Stamp | null): boolean {
    return (
      other !== null &&
      this.mtime === other.mtime &&
      this.size === other.size &&
      this.inode === other.inode &&
      this.isFolder === other.isFolder
    );
  }
}

/** Whether two looks at one path saw the same; null is that nothing was there. */
export function sameStamp(a: Stamp | null, b: Stamp | null): boolean {
  return a === null ? b === null : a.equals(b);
}

/** What lies in a folder, links and devices apart. */
export interface Names {
  folders: string[];
  files: string[];
}

/**
 * The files of an mlruns folder. Nothing but regular files and folders is there for it: links, pipes and devices are
 * never opened. Every file's size is bounded by whoever reads it.
 */
export class Disk {
  /** How often it asked the system, for tests and figures. */
  readonly counts = { looks: 0, files: 0, folders: 0 };
  /** What could not be read, by path: one sentence each, without the path. */
  readonly problems = new Map<string, string>();

  constructor(readonly pace: Pace) {}

  /** null where there is no file and no folder. */
  look(file: string): Stamp | null {
    this.counts.looks++;
    let stats: fs.Stats | undefined;
    try {
      stats = fs.lstatSync(file, { throwIfNoEntry: false });
    } catch {
      // A name that is too long, a folder that may not be looked into.
      return null;
    }
    if (!stats) {
      return null;
    }
    const { mode, size, ino, mtimeMs } = stats;
    const type = mode & S_IFMT;
    return type === S_IFREG || type === S_IFDIR
      ? new Stamp(type === S_IFDIR, size, ino, mtimeMs, Date.now() - mtimeMs < CLOCK)
      : null;
  }

  /** Whether there is anything of that name, a link or a device too. */
  isTaken(file: string): boolean {
    this.counts.looks++;
    try {
      return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return true;
    }
  }

  /** At most `most` bytes of a file that was just looked at; null where it cannot be read. */
  bytes(file: string, most: number, from = 0): Buffer | null {
    this.pace.step();
    this.counts.files++;
    let descriptor: number | undefined;
    try {
      descriptor = fs.openSync(file, READ);
      const parts: Buffer[] = [];
      for (let length = 0, wanted = -1, read = -1; length < most && read === wanted; length += read) {
        const part = Buffer.allocUnsafe(Math.min(BLOCK, most - length));
        wanted = part.length;
        read = fs.readSync(descriptor, part, 0, wanted, from + length);
        parts.push(part.subarray(0, read));
      }
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    } catch (error) {
      this.tell(file, fileError(error, file).message);
      return null;
    } finally {
      if (descriptor !== undefined) {
        fs.closeSync(descriptor);
      }
    }
  }

  /** The text of a file that looked so, or the beginning of a longer one; null where it cannot be read. */
  text(file: string, stamp: Stamp, most: number): string | null {
    if (stamp.size > most) {
      return this.bytes(file, most)?.toString('utf8') ?? null;
    }
    this.pace.step();
    this.counts.files++;
    try {
      // Node's quickest way by far: half of the files of a store are read for nothing but one line.
      return fs.readFileSync(file, READ_TEXT);
    } catch (error) {
      this.tell(file, fileError(error, file).message);
      return null;
    }
  }

  /** By name; null where the folder cannot be read. */
  list(folder: string): Names | null {
    this.pace.step();
    this.counts.folders++;
    try {
      const names: Names = { folders: [], files: [] };
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) {
          names.folders.push(entry.name);
        } else if (entry.isFile()) {
          names.files.push(entry.name);
        }
      }
      names.folders.sort();
      names.files.sort();
      return names;
    } catch (error) {
      this.tell(folder, fileError(error, folder).message);
      return null;
    }
  }

  /** Something is wrong with a file; '' where it is well again. */
  tell(file: string, problem: string): void {
    if (problem === '') {
      this.problems.delete(file);
    } else if (this.problems.size < MOST_PROBLEMS) {
      this.problems.set(file, problem);
    }
  }
}

/** The folder itself, links on the way to it resolved; as it is named where it is not there. */
export function realFolder(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch {
    return folder;
  }
}

/** @throws StoreError where the folder may not be read */
export function mustBeReadable(folder: string): void {
  try {
    fs.accessSync(folder, fs.constants.R_OK | fs.constants.X_OK);
  } catch (error) {
    throw fileError(error, folder);
  }
}
