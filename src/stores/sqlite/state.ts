import type { FileStamp } from '../disk';
import { readInto, sameFile, stampDescriptor, stampPath } from '../disk';
import { HEADER_BYTES, hideWal } from './header';
import type { Journal } from './journal';
import { isJournalActive } from './journal';
import { lockBytePage, readableDatabaseRanges } from './lockRanges';
import type { Wal } from './wal';

/** The files of one database and what was seen of them when a state began. */
export interface DatabaseFiles {
  /** As the user named it. */
  path: string;
  /** Where SQLite puts `-journal`, `-wal` and `-shm`: beside the file that symbolic links lead to. */
  real: string;
  descriptor: number;
  pageSize: number;
}

/**
 * One committed state of a database, while it lasts: what pages it has, and whether those that were read are
 * all of that state. Nothing here takes a lock; the proofs are those of the project's reference, sqlite.md,
 * section 2.
 */
export interface CommittedState {
  /** Equal keys mean the same committed state, read in the same way. */
  readonly key: string;
  /** Equal ones mean that nobody has committed in between. Cheap to tell, however much a key has to read. */
  readonly commit: string;
  readonly pageCount: number;
  readonly pageSize: number;
  readonly sizeBytes: number;
  readonly journalMode: string;
  /**
   * The file was written so shortly before that another write could leave the same time stamp: pages must be
   * read twice to be proven, and an equal key means nothing afterwards.
   */
  readonly racy: boolean;
  /** Fills `target` with a page, from 1. */
  readPage(page: number, target: Uint8Array): void;
  /** Whether every page read so far is of this state. */
  verify(): boolean;
  close(): void;
}

/** No file system we know stamps times more coarsely than this, network ones apart (ms). */
export const STAMP_TICK = 20;

/** Reads a page of the main file, without the bytes that SQLite locks. */
function readMain(files: DatabaseFiles, page: number, target: Uint8Array): void {
  const start = (page - 1) * files.pageSize;
  if (page !== lockBytePage(files.pageSize)) {
    readInto(files.descriptor, target, start);
    return;
  }
  target.fill(0);
  for (const { offset, length } of readableDatabaseRanges(start, files.pageSize, files.pageSize)) {
    readInto(files.descriptor, target.subarray(offset - start, offset - start + length), offset);
  }
}

function counterOf(descriptor: number): number {
  const header = Buffer.alloc(HEADER_BYTES);
  readInto(descriptor, header, 0);
  return header.readUInt32BE(24);
}

function isStillAt(files: DatabaseFiles, stamp: FileStamp): boolean {
  const now = stampPath(files.path);
  return now !== undefined && sameFile(now, stamp);
}

/** The file as it lies there: no transaction is open, or none has touched the file yet. */
export class RestingState implements CommittedState {
  readonly key: string;
  readonly commit: string;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly sizeBytes: number;

  /**
   * @param counter the change counter, read before the journal was looked at
   * @param stamp taken after that
   */
  constructor(
    private readonly files: DatabaseFiles,
    private readonly counter: number,
    private readonly stamp: FileStamp,
    readonly racy: boolean,
    readonly journalMode: string,
  ) {
    this.pageSize = files.pageSize;
    this.sizeBytes = stamp.size;
    this.pageCount = Math.ceil(stamp.size / files.pageSize);
    this.key = `file:${stamp.device}:${stamp.inode}:${counter}:${stamp.mtime}:${stamp.size}`;
    this.commit = this.key;
  }

  readPage(page: number, target: Uint8Array): void {
    readMain(this.files, page, target);
    if (page === 1) {
      hideWal(target);
    }
  }

  verify(): boolean {
    // The journal first: a writer's journal exists during every write to the file.
    if (isJournalActive(`${this.files.real}-journal`) || stampPath(`${this.files.real}-wal`)?.size) {
      return false;
    }
    if (counterOf(this.files.descriptor) !== this.counter) {
      return false;
    }
    const now = stampDescriptor(this.files.descriptor);
    return (
      now.mtime === this.stamp.mtime && now.size === this.stamp.size && isStillAt(this.files, this.stamp)
    );
  }

  close(): void {}
}

/** The last committed state under an open transaction: its journal's original pages over the file. */
export class JournalState implements CommittedState {
  readonly commit: string;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly sizeBytes: number;
  /** The chain of the journal's headers stands for time stamps here. */
  readonly racy = false;

  constructor(
    private readonly files: DatabaseFiles,
    private readonly journal: Journal,
    private readonly stamp: FileStamp,
    readonly journalMode: string,
  ) {
    this.pageSize = journal.pageSize;
    this.pageCount = journal.pageCount ?? Math.ceil(stamp.size / files.pageSize);
    this.sizeBytes = this.pageCount * this.pageSize;
    this.commit = `journal:${stamp.device}:${stamp.inode}:${journal.transaction}`;
  }

  get key(): string {
    return `journal:${this.stamp.device}:${this.stamp.inode}:${this.journal.key}`;
  }

  readPage(page: number, target: Uint8Array): void {
    if (!this.journal.readPage(page, target)) {
      readMain(this.files, page, target);
    }
    if (page === 1) {
      hideWal(target);
    }
  }

  verify(): boolean {
    if (!this.journal.isUnchanged(`${this.files.real}-journal`) || !isStillAt(this.files, this.stamp)) {
      return false;
    }
    // A journal without a readable header protects nothing: then only an untouched file will do.
    return (
      this.journal.pageCount !== null || stampDescriptor(this.files.descriptor).mtime === this.stamp.mtime
    );
  }

  close(): void {
    this.journal.close();
  }
}

/** The last committed state of a WAL: its frames over the file, or over what lies under a journal. */
export class WalState implements CommittedState {
  readonly commit: string;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly sizeBytes: number;
  readonly racy: boolean;
  readonly journalMode = 'wal';
  /** Pages that came from the main file, where a checkpoint might have put newer ones. */
  private readonly fromMain = new Set<number>();
  private readonly frames: number;
  /** Its part of the keys. */
  private readonly own: string;

  constructor(
    private readonly files: DatabaseFiles,
    private readonly wal: Wal,
    private readonly stamp: FileStamp,
    private readonly stampIsRacy: boolean,
    private readonly under: JournalState | null,
  ) {
    this.pageSize = under?.pageSize ?? files.pageSize;
    this.frames = wal.committedFrames;
    this.racy = stampIsRacy && this.frames === 0;
    this.pageCount = wal.pageCount ?? under?.pageCount ?? Math.ceil(stamp.size / files.pageSize);
    this.sizeBytes = this.pageCount * this.pageSize;
    const main = this.frames > 0 ? '' : `:${stamp.mtime}:${stamp.size}`;
    this.own = `wal:${stamp.device}:${stamp.inode}${main}:${wal.key}`;
    this.commit = `${this.own}:${under?.commit ?? ''}`;
  }

  get key(): string {
    return `${this.own}:${this.under?.key ?? ''}`;
  }

  readPage(page: number, target: Uint8Array): void {
    if (!this.wal.readPage(page, target)) {
      this.fromMain.add(page);
      if (this.under) {
        this.under.readPage(page, target);
      } else {
        readMain(this.files, page, target);
      }
    }
    if (page === 1) {
      hideWal(target);
    }
  }

  verify(): boolean {
    if (this.wal.committedFrames !== this.frames || (this.under && !this.under.verify())) {
      return false;
    }
    return this.isMainUntouched() && this.wal.isUnchanged() && isStillAt(this.files, this.stamp);
  }

  close(): void {
    this.under?.close();
  }

  /** Whether no checkpoint put a later page where one of ours was read. */
  private isMainUntouched(): boolean {
    const now = stampDescriptor(this.files.descriptor);
    if (!this.stampIsRacy && now.mtime === this.stamp.mtime && now.size === this.stamp.size) {
      return true;
    }
    const passed = this.wal.checkpointPassed(`${this.files.real}-shm`);
    if (passed !== null) {
      return !passed;
    }
    for (const page of this.wal.peek()) {
      if (this.fromMain.has(page)) {
        return false;
      }
    }
    return true;
  }
}
