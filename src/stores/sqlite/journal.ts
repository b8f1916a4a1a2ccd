import * as fs from 'node:fs';
import { openIfThere, readHead, readInto } from '../disk';
import { lockBytePage } from './lockRanges';

/** The first eight bytes of each header in a rollback journal (sqlite.org/fileformat2.html, section 3). */
const MAGIC = Buffer.from([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
const HEADER_BYTES = 28;
/** A record count that a writer with synchronous=OFF leaves: "as many as there are". */
const UNCOUNTED = 0xffffffff;

/** A journal is active when it exists and its first byte is not 0 (a persistent one is zeroed on commit). */
export function isJournalActive(journal: string): boolean {
  const head = readHead(journal, 1);
  return head !== undefined && head.length > 0 && head[0] !== 0;
}

/**
 * Whether the transaction of an active journal is the database's first: before it there was no page, whatever lies in the
 * file by now, and where its writer is gone SQLite takes all of that away again.
 */
export function isFirstTransaction(journal: string): boolean {
  const opened = Journal.begin(journal, 4096);
  opened?.close();
  return opened?.pageCount === 0;
}

/** What the first header says; it is the transaction's for as long as that lasts. */
interface Head {
  bytes: Uint8Array;
  /** Of all pages here; the database's own where the header names none. */
  pageSize: number;
  sectorSize: number;
  /** Of the database before the transaction; null where no header could be read (nothing is overlaid then). */
  pageCount: number | null;
  /** It is damaged, and the journal void with it. */
  isVoid: boolean;
}

/** What a walk through the journal found. */
interface Contents {
  /** All headers of the chain. */
  chain: { offset: number; bytes: Uint8Array }[];
  /** Where the next header would stand; null where the first one is void, and with it the journal. */
  chainEnd: number | null;
  records: Map<number, number>;
  /** For a journal without record counts: the place after the last record that holds. */
  open: Segment | null;
}

/**
 * An active rollback journal: the original pages that its transaction has begun to overwrite. Laid over the
 * database they give the last committed state, for as long as the chain of headers stays as it was read. Only the
 * first header is read at once: the rest may be as large as the database.
 */
export class Journal {
  private walked: Contents | undefined;

  private constructor(
    private readonly descriptor: number,
    private readonly inode: bigint,
    private readonly head: Head,
  ) {}

  /** Reads an active journal; undefined if it is not active (any more). The caller closes it. */
  static begin(file: string, pageSize: number): Journal | undefined {
    const descriptor = openIfThere(file);
    if (descriptor === undefined) {
      return undefined;
    }
    let opened: Journal | undefined;
    try {
      const head = readHeader(descriptor, pageSize);
      opened = head && new Journal(descriptor, fs.fstatSync(descriptor, { bigint: true }).ino, head);
      return opened;
    } finally {
      if (!opened) {
        fs.closeSync(descriptor);
      }
    }
  }

  get pageSize(): number {
    return this.head.pageSize;
  }

  /** Of the database before the transaction; null where no header could be read (nothing is overlaid then). */
  get pageCount(): number | null {
    return this.head.pageCount;
  }

  /** Tells this journal's transaction apart from any other, however far it has come. */
  get transaction(): string {
    return `${this.inode}:${fixedPart(this.head.bytes).toString('hex')}`;
  }

  /** Tells this journal and its progress apart from any other. */
  get key(): string {
    const { chain, open } = this.contents;
    const headers = chain.map(({ bytes }) => Buffer.from(bytes).toString('hex')).join('.');
    return `${this.inode}:${open?.start ?? ''}:${headers}`;
  }

  /** Whether the chain of headers is byte for byte as it was read, and no header was added to it. */
  isUnchanged(file: string): boolean {
    const { chain, chainEnd, open } = this.contents;
    const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
    if (stats?.ino !== this.inode || (open && readRecords(this.descriptor, open) > 0)) {
      return false;
    }
    const now = new Uint8Array(HEADER_BYTES);
    const same = chain.every(({ offset, bytes }) => {
      readInto(this.descriptor, now, offset);
      return Buffer.compare(now, bytes) === 0;
    });
    if (chainEnd === null) {
      return same;
    }
    readInto(this.descriptor, now, chainEnd);
    return same && !isHeader(now);
  }

  /** Fills `target` with the original of a page; false where the journal has none. */
  readPage(page: number, target: Uint8Array): boolean {
    const offset = this.contents.records.get(page);
    if (offset === undefined) {
      return false;
    }
    readInto(this.descriptor, target, offset);
    return true;
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }

  private get contents(): Contents {
    this.walked ??= walk(this.descriptor, this.head);
    return this.walked;
  }
}

/** undefined where the journal is not active. */
function readHeader(descriptor: number, databasePageSize: number): Head | undefined {
  const bytes = new Uint8Array(HEADER_BYTES);
  const length = readInto(descriptor, bytes, 0);
  if (length === 0 || bytes[0] === 0) {
    return undefined;
  }
  const head = { bytes, pageSize: databasePageSize, sectorSize: 512, pageCount: null, isVoid: false };
  if (length < HEADER_BYTES || !isHeader(bytes)) {
    return head;
  }
  const view = new DataView(bytes.buffer);
  const sectorSize = view.getUint32(20);
  const pageSize = view.getUint32(24);
  if (
    (pageSize !== 0 && !isSize(pageSize, 512)) ||
    !isSize(sectorSize, 32) ||
    sectorSize > fs.fstatSync(descriptor).size
  ) {
    return { ...head, isVoid: true };
  }
  return { ...head, sectorSize, pageSize: pageSize || databasePageSize, pageCount: view.getUint32(16) };
}

/** Nonce, page count and sizes: a header without its magic number and the count of records, which grows. */
function fixedPart(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.subarray(12, HEADER_BYTES));
}

/** As SQLite's pager_playback walks a hot journal. */
function walk(descriptor: number, { bytes: first, isVoid, pageSize, pageCount, sectorSize }: Head): Contents {
  const chain: Contents['chain'] = [];
  const records = new Map<number, number>();
  let open: Segment | null = null;
  let offset = 0;
  if (isVoid) {
    return { chain: [{ offset, bytes: first }], chainEnd: null, records, open };
  }
  for (;;) {
    const bytes = new Uint8Array(HEADER_BYTES);
    const length = readInto(descriptor, bytes, offset);
    if (offset === 0 && !fixedPart(bytes).equals(fixedPart(first))) {
      // Another transaction's by now: nothing that is read with it will be proven.
      return { chain: [{ offset, bytes: first }], chainEnd: null, records, open };
    }
    if (length < HEADER_BYTES || !isHeader(bytes)) {
      break;
    }
    chain.push({ offset, bytes });
    // Looked at after the header: what a header counts was written before it.
    const size = fs.fstatSync(descriptor).size;
    const view = new DataView(bytes.buffer);
    const start = offset + sectorSize;
    const recordBytes = pageSize + 8;
    const counted = view.getUint32(8);
    const fitting = Math.max(0, Math.floor((size - start) / recordBytes));
    const segment: Segment = {
      start,
      count: counted === UNCOUNTED ? fitting : Math.min(counted, fitting),
      pageSize,
      nonce: view.getUint32(12),
      pageCount: pageCount ?? 0,
      records,
    };
    const intact = readRecords(descriptor, segment);
    if (counted === UNCOUNTED) {
      // The writer does not wait for its disk: it says nowhere how many records there are, and a page is
      // overwritten as soon as its record is there.
      open = { ...segment, start: start + intact * recordBytes, count: 1, records: new Map() };
      offset = size;
      break;
    }
    offset = Math.ceil((start + counted * recordBytes) / sectorSize) * sectorSize;
    if (intact < counted) {
      break;
    }
  }
  return { chain, chainEnd: offset, records, open };
}

function isHeader(bytes: Uint8Array): boolean {
  return MAGIC.compare(bytes, 0, MAGIC.length) === 0;
}

function isSize(value: number, least: number): boolean {
  return value >= least && value <= 65536 && (value & (value - 1)) === 0;
}

interface Segment {
  start: number;
  count: number;
  pageSize: number;
  nonce: number;
  pageCount: number;
  records: Map<number, number>;
}

/** Notes where each original page lies. Returns how many records hold, up to the first that does not. */
function readRecords(descriptor: number, segment: Segment): number {
  const { start, count, pageSize, nonce, pageCount, records } = segment;
  const recordBytes = pageSize + 8;
  const perRead = Math.max(1, Math.floor((1 << 20) / recordBytes));
  const buffer = new Uint8Array(Math.min(perRead, count) * recordBytes);
  const view = new DataView(buffer.buffer);
  for (let first = 0; first < count; first += perRead) {
    const wanted = Math.min(perRead, count - first);
    const read = readInto(descriptor, buffer.subarray(0, wanted * recordBytes), start + first * recordBytes);
    for (let i = 0; i < wanted; i++) {
      const at = i * recordBytes;
      const page = view.getUint32(at);
      if (at + recordBytes > read || page === 0 || page === lockBytePage(pageSize)) {
        return first + i;
      }
      if (page > pageCount) {
        continue;
      }
      if (checksum(buffer, at + 4, pageSize, nonce) !== view.getUint32(at + 4 + pageSize)) {
        return first + i;
      }
      records.set(page, start + (first + i) * recordBytes + 4);
    }
  }
  return count;
}

/** pager_cksum: the nonce and every 200th byte, counted from the end. */
function checksum(bytes: Uint8Array, offset: number, pageSize: number, nonce: number): number {
  let sum = nonce;
  for (let i = pageSize - 200; i > 0; i -= 200) {
    sum = (sum + bytes[offset + i]!) >>> 0;
  }
  return sum;
}
