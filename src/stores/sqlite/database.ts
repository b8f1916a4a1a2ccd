import * as fs from 'node:fs';
import { StoreError } from '../../mlflow/errors';
import type { FileStamp } from '../disk';
import { fileError, notThere, openIfThere, readInto, sameFile, stampDescriptor, stampPath } from '../disk';
import { HEADER_BYTES, nothingWritten, parseHeader } from './header';
import { Journal, isFirstTransaction, isJournalActive } from './journal';
import type { CommittedState, DatabaseFiles } from './state';
import { JournalState, RestingState, STAMP_TICK, WalState } from './state';
import { Wal } from './wal';

/** Why no state could be begun: a transaction is open, or another file has just taken the path. */
export type NotNow = 'active' | 'moving';

/**
 * A database file that others write to. `begin` names its last committed state without taking a lock.
 * The descriptor stays open until the path holds another file: closing it would drop the locks that
 * SQLite, loaded by another extension into this process, may hold on it (fcntl(2)).
 */
export class LiveDatabase {
  private descriptor: number | undefined;
  private stamp: FileStamp | undefined;
  private real: string;
  private wal: Wal | undefined;
  /** Pages that WAL commits changed since `takeChangedPages`; null: any may have. */
  private changed: Set<number> | null = null;

  constructor(readonly path: string) {
    this.real = path;
  }

  /**
   * The last committed state.
   *
   * @param overlay read an open transaction's journal, rather than answer 'active'
   * @throws StoreError NOT_FOUND, PERMISSION_DENIED, NOT_A_STORE, CORRUPT
   */
  begin(overlay: boolean): CommittedState | NotNow {
    try {
      return this.tryBegin(overlay);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  /** The pages that differ between the last state begun and the one before; null where that is not known. */
  takeChangedPages(): Set<number> | null {
    const { changed } = this;
    this.changed = new Set();
    return changed;
  }

  close(): void {
    this.dropWal();
    if (this.descriptor !== undefined) {
      fs.closeSync(this.descriptor);
      this.descriptor = undefined;
    }
  }

  private tryBegin(overlay: boolean): CommittedState | NotNow {
    const descriptor = this.open();
    if (isFirstTransaction(`${this.real}-journal`)) {
      throw nothingWritten(this.path);
    }
    const head = new Uint8Array(HEADER_BYTES);
    const header = parseHeader(head.subarray(0, readInto(descriptor, head, 0)), this.path);
    const files: DatabaseFiles = {
      path: this.path,
      real: this.real,
      descriptor,
      pageSize: header.pageSize,
    };
    const active = isJournalActive(`${this.real}-journal`);
    const stamp = stampDescriptor(descriptor);
    const onPath = stampPath(this.path);
    if (!onPath || !sameFile(onPath, stamp)) {
      return 'moving';
    }
    const age = Date.now() - Number(stamp.mtime / 1_000_000n);
    const racy = age < STAMP_TICK && age > -60_000;
    let under: JournalState | null = null;
    if (active) {
      if (!overlay) {
        return 'active';
      }
      const journal = Journal.begin(`${this.real}-journal`, header.pageSize);
      if (!journal) {
        return 'moving';
      }
      files.pageSize = journal.pageSize;
      under = new JournalState(files, journal, stamp, header.wal ? 'wal' : 'rollback');
    }
    return this.overWal(files, stamp, racy, under) ?? this.withoutWal(files, header, stamp, racy, under);
  }

  private withoutWal(
    files: DatabaseFiles,
    header: { changeCounter: number; wal: boolean },
    stamp: FileStamp,
    racy: boolean,
    under: JournalState | null,
  ): CommittedState {
    this.dropWal();
    this.changed = null;
    const mode = header.wal ? 'wal' : 'rollback';
    return under ?? new RestingState(files, header.changeCounter, stamp, racy, mode);
  }

  private overWal(
    files: DatabaseFiles,
    stamp: FileStamp,
    racy: boolean,
    under: JournalState | null,
  ): WalState | null {
    if (this.wal && !this.wal.isSameGeneration()) {
      this.dropWal();
    }
    if (!this.wal) {
      this.wal = Wal.open(`${this.real}-wal`);
      this.changed = null;
    }
    if (!this.wal) {
      return null;
    }
    const changed = this.wal.scan(`${this.real}-shm`);
    if (changed === null) {
      this.changed = null;
    }
    changed?.forEach((page) => this.changed?.add(page));
    if (this.wal.committedFrames > 0) {
      if (this.wal.pageSize !== files.pageSize) {
        throw new StoreError('CORRUPT', `${this.path} and its -wal file do not belong together.`);
      }
    } else {
      this.changed = null;
    }
    return new WalState(files, this.wal, stamp, racy, under);
  }

  /** The descriptor of the file that the path names now. */
  private open(): number {
    const onPath = stampPath(this.path);
    if (!onPath) {
      throw notThere(this.path);
    }
    if (this.descriptor !== undefined && this.stamp && sameFile(onPath, this.stamp)) {
      return this.descriptor;
    }
    this.close();
    this.changed = null;
    this.real = fs.realpathSync(this.path);
    const descriptor = openIfThere(this.real);
    if (descriptor === undefined) {
      throw notThere(this.path);
    }
    this.descriptor = descriptor;
    this.stamp = stampDescriptor(descriptor);
    return descriptor;
  }

  private dropWal(): void {
    this.wal?.close();
    this.wal = undefined;
  }
}
