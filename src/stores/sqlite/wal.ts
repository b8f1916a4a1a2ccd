import * as fs from 'node:fs';
import { openIfThere, readInto, stampPath, type FileStamp } from '../disk';
import { readableShmRanges } from './lockRanges';

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** First word of a WAL, without its last bit, which says whether the checksums are big-endian. */
const MAGIC = 0x377f0682;
/** Frames after the last commit of `-shm` that each scan reads all the same. */
const SURELY_READ = 64;
/** A log that was not written for so long may have lost its writer, and its `-shm` the last commit, ms. */
const AT_REST = 2000;
const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

interface Checksum {
  s0: number;
  s1: number;
}

/** A transaction of the log. */
interface Commit {
  /** Each with the offset of its image. */
  pages: [page: number, offset: number][];
  checksum: Checksum;
  /** Frames of the log up to its end. */
  frames: number;
  /** Of the database after it. */
  pageCount: number;
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
    this.checksum = headerChecksum(header);
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
    const { s0, s1 } = this.checksum;
    return `${this.inode}:${Buffer.from(this.header).toString('hex')}:${this.committed}:${s0}:${s1}`;
  }

  /** Frames up to the last commit that a scan saw: mxFrame in SQLite's words. */
  get committedFrames(): number {
    return this.committed;
  }

  /** Of the database at the last commit; null where the WAL holds none. */
  get pageCount(): number | null {
    return this.committed > 0 ? this.pages : null;
  }

  /** Whether the path still holds this WAL, in the same generation, with the last commit that a scan saw. */
  isUnchanged(): boolean {
    return this.isSameGeneration() && this.holdsLastCommit();
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
   * Takes in what was committed since the last scan. Returns the pages that changed; null where any may have. The
   * frames of a transaction that is still open are not read each time: they may be as many as the database has pages.
   *
   * A writer that is killed between its last frame and `-shm` leaves a commit that nobody knows. The next writer
   * writes over it, where one is alive (walTryBeginRead of SQLite's wal.c begins at what `-shm` says); else whoever
   * opens the database next takes it in (walIndexRecover).
   */
  scan(shm: string): Set<number> | null {
    const changed = new Set<number>();
    const stamp = stampPath(this.file);
    const wasReadToEnd = stamp?.mtime === this.readToEnd?.mtime && stamp?.size === this.readToEnd?.size;
    const isWritten =
      stamp !== undefined && Math.abs(Date.now() - Number(stamp.mtime / 1_000_000n)) < AT_REST;
    const known = this.lastCommitOf(shm);
    const isAnew = !this.holdsLastCommit() || (isWritten && known !== null && known.frames < this.committed);
    if (isAnew) {
      this.forget();
    }
    const isOurs =
      known?.frames === this.committed &&
      known.checksum.s0 === this.checksum.s0 &&
      known.checksum.s1 === this.checksum.s1;
    const enough = (isWritten || wasReadToEnd) && isOurs ? SURELY_READ : Infinity;
    for (const commit of this.walk(enough, isWritten && known ? known.frames : Infinity)) {
      commit.pages.forEach(([page, offset]) => {
        this.frames.set(page, offset);
        changed.add(page);
      });
      this.checksum = commit.checksum;
      this.committed = commit.frames;
      this.pages = commit.pageCount;
    }
    if (enough === Infinity) {
      this.readToEnd = stamp;
    }
    return isAnew ? null : changed;
  }

  /** The pages that were committed since the last scan, without taking them in. */
  peek(): Set<number> {
    return new Set(this.walk(Infinity, Infinity).flatMap(({ pages }) => pages.map(([page]) => page)));
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

  /** The last commit that `-shm` knows of this generation; null where it cannot say. */
  private lastCommitOf(shm: string): { frames: number; checksum: Checksum } | null {
    const head = readShm(shm);
    if (
      !head ||
      Buffer.compare(head.subarray(0, 48), head.subarray(48, 96)) !== 0 ||
      Buffer.compare(head.subarray(32, 40), this.header.subarray(16, 24)) !== 0
    ) {
      return null;
    }
    const view = new DataView(head.buffer);
    const word = (offset: number): number => view.getUint32(offset, HOST_IS_LITTLE_ENDIAN);
    return { frames: word(16), checksum: { s0: word(24), s1: word(28) } };
  }

  /** Whether the last frame that a scan took in is still there: another writer may have written over it. */
  private holdsLastCommit(): boolean {
    if (this.committed === 0) {
      return true;
    }
    const head = new Uint8Array(FRAME_HEADER_BYTES);
    const offset = WAL_HEADER_BYTES + (this.committed - 1) * (FRAME_HEADER_BYTES + this.pageSize);
    const view = new DataView(head.buffer);
    return (
      readInto(this.descriptor, head, offset) === FRAME_HEADER_BYTES &&
      Buffer.compare(head.subarray(8, 16), this.header.subarray(16, 24)) === 0 &&
      view.getUint32(16) === this.checksum.s0 &&
      view.getUint32(20) === this.checksum.s1
    );
  }

  private forget(): void {
    this.frames.clear();
    this.committed = 0;
    this.pages = 0;
    this.checksum = headerChecksum(this.header);
    this.readToEnd = undefined;
  }

  /**
   * What was committed after the last scan.
   *
   * @param enough after so many frames without a commit it ends
   * @param known frames up to the last commit that the writers know: a single one after it is nobody's yet. Several
   *   are taken: then nobody keeps `-shm` (a writer with locking_mode=EXCLUSIVE)
   */
  private walk(enough: number, known: number): Commit[] {
    const commits: Commit[] = [];
    if (!this.valid) {
      return commits;
    }
    const frameBytes = FRAME_HEADER_BYTES + this.pageSize;
    const buffer = new Uint8Array(frameBytes);
    const view = new DataView(buffer.buffer);
    const body = buffer.subarray(FRAME_HEADER_BYTES);
    const salts = this.header.subarray(16, 24);
    let { checksum } = this;
    let frames = this.committed;
    let pages: Commit['pages'] = [];
    while (pages.length < (frames - pages.length >= known ? SURELY_READ : enough)) {
      const offset = WAL_HEADER_BYTES + frames * frameBytes;
      if (
        readInto(this.descriptor, buffer.subarray(0, FRAME_HEADER_BYTES), offset) < FRAME_HEADER_BYTES ||
        view.getUint32(0) === 0 ||
        Buffer.compare(buffer.subarray(8, 16), salts) !== 0 ||
        readInto(this.descriptor, body, offset + FRAME_HEADER_BYTES) < this.pageSize
      ) {
        break;
      }
      checksum = addChecksum(checksum, buffer.subarray(0, 8), this.bigEndian);
      checksum = addChecksum(checksum, body, this.bigEndian);
      if (checksum.s0 !== view.getUint32(16) || checksum.s1 !== view.getUint32(20)) {
        break;
      }
      frames++;
      pages.push([view.getUint32(0), offset + FRAME_HEADER_BYTES]);
      const pageCount = view.getUint32(4);
      if (pageCount !== 0) {
        commits.push({ pages, checksum, frames, pageCount });
        pages = [];
      }
    }
    const later = commits.filter((commit) => commit.frames > known);
    return later.length === 1 ? commits.slice(0, -1) : commits;
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

function headerChecksum(header: Uint8Array): Checksum {
  const view = new DataView(header.buffer);
  return { s0: view.getUint32(24), s1: view.getUint32(28) };
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
