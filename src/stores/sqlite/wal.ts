import * as fs from 'node:fs';
import { openIfThere, readInto, stampPath, type FileStamp } from '../disk';
import { readableShmRanges } from './lockRanges';

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** First word of a WAL, without its last bit, which says whether the checksums are big-endian. */
const MAGIC = 0x377f0682;
/** Frames after the last known commit that each scan reads, whatever `-shm` says of them. */
const SURELY_READ = 64;
/** A log that was not written for so long may have lost its writer, and its `-shm` the last commit, ms. */
const AT_REST = 2000;
const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

interface Checksum {
  s0: number;
  s1: number;
}

/**
 * The index of a write-ahead log: for each page its newest committed frame (sqlite.org/fileformat2.html,
 * section 4). A scan reads only what was added since the last one.
 */
export class Wal {
  /** Page to the offset of its newest committed image. */
  private readonly frames = new Map<number, number>();
  private checksum: Checksum;
  /** Frames up to the last commit. */
  private committed = 0;
  private pages = 0;
  /** Of the log before its frames were last read to the end. */
  private readToEnd: FileStamp | undefined;

  private constructor(
    private readonly file: string,
    private readonly descriptor: number,
    private readonly inode: bigint,
    /** As read; its checksum holds, or `valid` is false and no frame counts. */
    private readonly header: Uint8Array,
    readonly pageSize: number,
    private readonly bigEndian: boolean,
    private readonly valid: boolean,
  ) {
    const view = new DataView(header.buffer);
    this.checksum = { s0: view.getUint32(24), s1: view.getUint32(28) };
  }

  /** undefined where there is no WAL, or an empty one. The caller closes it. */
  static open(file: string): Wal | undefined {
    if (!stampPath(file)?.size) {
      return undefined;
    }
    const descriptor = openIfThere(file);
    if (descriptor === undefined) {
      return undefined;
    }
    const stats = fs.fstatSync(descriptor, { bigint: true });
    const header = new Uint8Array(WAL_HEADER_BYTES);
    const length = readInto(descriptor, header, 0);
    const view = new DataView(header.buffer);
    const magic = view.getUint32(0);
    const bigEndian = (magic & 1) === 1;
    const pageSize = view.getUint32(8);
    const sum = addChecksum({ s0: 0, s1: 0 }, header.subarray(0, 24), bigEndian);
    const valid =
      length === WAL_HEADER_BYTES &&
      (magic & ~1) >>> 0 === MAGIC &&
      pageSize >= 512 &&
      pageSize <= 65536 &&
      (pageSize & (pageSize - 1)) === 0 &&
      view.getUint32(4) === 3007000 &&
      sum.s0 === view.getUint32(24) &&
      sum.s1 === view.getUint32(28);
    return new Wal(file, descriptor, stats.ino, header, pageSize, bigEndian, valid);
  }

  /** Tells a committed state of this WAL apart from any other. */
  get key(): string {
    return `${this.inode}:${Buffer.from(this.header).toString('hex')}:${this.committed}`;
  }

  /** Frames up to the last commit that a scan saw: mxFrame in SQLite's words. */
  get committedFrames(): number {
    return this.committed;
  }

  /** Of the database at the last commit; null where the WAL holds none. */
  get pageCount(): number | null {
    return this.committed > 0 ? this.pages : null;
  }

  /** Whether the path still holds this WAL, in the same generation (a restarted one has other salts). */
  isSameGeneration(): boolean {
    if (stampPath(this.file)?.inode !== this.inode) {
      return false;
    }
    const now = new Uint8Array(WAL_HEADER_BYTES);
    readInto(this.descriptor, now, 0);
    return Buffer.compare(now, this.header) === 0;
  }

  /**
   * Takes in what was committed since the last scan. Returns the pages that changed. The frames of a transaction
   * that is still open are not read each time: they may be as many as the database has pages.
   */
  scan(shm: string): Set<number> {
    const changed = new Set<number>();
    const stamp = stampPath(this.file);
    const wasReadToEnd = stamp?.mtime === this.readToEnd?.mtime && stamp?.size === this.readToEnd?.size;
    const isWritten =
      stamp !== undefined && Math.abs(Date.now() - Number(stamp.mtime / 1_000_000n)) < AT_REST;
    const enough = (isWritten || wasReadToEnd) && this.isLastCommitOf(shm) ? SURELY_READ : Infinity;
    this.walk((page, offset) => {
      this.frames.set(page, offset);
      changed.add(page);
    }, enough);
    if (enough === Infinity) {
      this.readToEnd = stamp;
    }
    return changed;
  }

  /** The pages that were committed since the last scan, without taking them in. */
  peek(): Set<number> {
    const { checksum, committed, pages } = this;
    const changed = new Set<number>();
    this.walk((page) => changed.add(page));
    Object.assign(this, { checksum, committed, pages });
    return changed;
  }

  /** Fills `target` with a page's newest committed image; false where the WAL has none. */
  readPage(page: number, target: Uint8Array): boolean {
    const offset = this.frames.get(page);
    if (offset === undefined) {
      return false;
    }
    readInto(this.descriptor, target, offset);
    return true;
  }

  hasPage(page: number): boolean {
    return this.frames.has(page);
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }

  /** Whether the last commit that `-shm` knows is the last that a scan saw. */
  private isLastCommitOf(shm: string): boolean {
    const head = readShm(shm);
    if (!head || Buffer.compare(head.subarray(0, 48), head.subarray(48, 96)) !== 0) {
      return false;
    }
    const view = new DataView(head.buffer);
    const word = (offset: number): number => view.getUint32(offset, HOST_IS_LITTLE_ENDIAN);
    return (
      Buffer.compare(head.subarray(32, 40), this.header.subarray(16, 24)) === 0 &&
      word(16) === this.committed &&
      word(24) === this.checksum.s0 &&
      word(28) === this.checksum.s1
    );
  }

  /**
   * Calls `each` for every frame of every transaction that was committed after the last scan.
   *
   * @param enough after so many frames without a commit it ends
   */
  private walk(each: (page: number, offset: number) => void, enough = Infinity): void {
    if (!this.valid) {
      return;
    }
    const frameBytes = FRAME_HEADER_BYTES + this.pageSize;
    const buffer = new Uint8Array(frameBytes);
    const view = new DataView(buffer.buffer);
    const salts = this.header.subarray(16, 24);
    let { checksum } = this;
    let frame = this.committed;
    let pending: [page: number, offset: number][] = [];
    while (pending.length < enough) {
      const offset = WAL_HEADER_BYTES + frame * frameBytes;
      if (readInto(this.descriptor, buffer.subarray(0, FRAME_HEADER_BYTES), offset) < FRAME_HEADER_BYTES) {
        return;
      }
      const page = view.getUint32(0);
      if (page === 0 || Buffer.compare(buffer.subarray(8, 16), salts) !== 0) {
        return;
      }
      const body = buffer.subarray(FRAME_HEADER_BYTES);
      if (readInto(this.descriptor, body, offset + FRAME_HEADER_BYTES) < this.pageSize) {
        return;
      }
      checksum = addChecksum(checksum, buffer.subarray(0, 8), this.bigEndian);
      checksum = addChecksum(checksum, body, this.bigEndian);
      if (checksum.s0 !== view.getUint32(16) || checksum.s1 !== view.getUint32(20)) {
        return;
      }
      frame++;
      pending.push([page, offset + FRAME_HEADER_BYTES]);
      const pages = view.getUint32(4);
      if (pages !== 0) {
        pending.forEach(([changed, at]) => each(changed, at));
        pending = [];
        this.checksum = checksum;
        this.committed = frame;
        this.pages = pages;
      }
    }
  }

  /**
   * Whether a checkpoint may have written to the database what was committed after our last scan. Read after
   * the pages that are to be proven. null where `-shm` cannot say (none, or of another generation).
   */
  checkpointPassed(shm: string): boolean | null {
    const head = readShm(shm);
    if (!head || Buffer.compare(head.subarray(32, 40), this.header.subarray(16, 24)) !== 0) {
      return null;
    }
    const attempted = new DataView(head.buffer).getUint32(128, HOST_IS_LITTLE_ENDIAN);
    return attempted > this.committed;
  }
}

/**
 * The descriptor of a `-shm` file is kept until another file has taken its place: closing it would drop the
 * locks that SQLite, loaded by another extension into this process, may hold on it (fcntl(2)).
 */
const shmDescriptors = new Map<string, { descriptor: number; inode: bigint }>();

/** Bytes 0 to 135 of a wal-index, without its lock bytes; undefined where there is none. */
function readShm(file: string): Uint8Array | undefined {
  const stamp = stampPath(file);
  if (!stamp || stamp.size < 136) {
    return undefined;
  }
  let open = shmDescriptors.get(file);
  if (open?.inode !== stamp.inode) {
    const descriptor = openIfThere(file);
    if (descriptor === undefined) {
      return undefined;
    }
    if (open) {
      fs.closeSync(open.descriptor);
    }
    open = { descriptor, inode: fs.fstatSync(descriptor, { bigint: true }).ino };
    shmDescriptors.set(file, open);
  }
  const head = new Uint8Array(136);
  for (const { offset, length } of readableShmRanges(0, head.length)) {
    readInto(open.descriptor, head.subarray(offset, offset + length), offset);
  }
  return head;
}

/** walChecksumBytes of SQLite's wal.c; `bytes` is a multiple of eight long. */
function addChecksum({ s0, s1 }: Checksum, bytes: Uint8Array, bigEndian: boolean): Checksum {
  let a = s0;
  let b = s1;
  if (bigEndian === HOST_IS_LITTLE_ENDIAN || bytes.byteOffset % 4 !== 0) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < bytes.length; i += 8) {
      a = (a + view.getUint32(i, !bigEndian) + b) >>> 0;
      b = (b + view.getUint32(i + 4, !bigEndian) + a) >>> 0;
    }
  } else {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    for (let i = 0; i < words.length; i += 2) {
      a = (a + words[i]! + b) >>> 0;
      b = (b + words[i + 1]! + a) >>> 0;
    }
  }
  return { s0: a, s1: b };
}
