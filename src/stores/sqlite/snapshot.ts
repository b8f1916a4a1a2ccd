import { StoreError } from '../../mlflow/errors';
import { CONTROL } from '../../worker/control';
import type { Connection, Engine, PagedBytes } from './engine';
import type { PageCache } from './pageCache';
import type { CommittedState } from './state';

/** What a reader may hold of one store's pages. */
export const PAGE_CACHE_BYTES = 48 * 1024 * 1024;

/** Why pages are no longer answered: the query is to end, and its result is thrown away. */
export type Doom = 'moved' | 'cancelled' | 'budget' | 'unreadable';

/**
 * One committed state, readable by SQLite: the file that sql.js sees. sql.js's file system takes any object that
 * has `subarray` for the bytes of a file, asks for `slice` once, and from then on reads page by page (proven for
 * the pinned version by a test that counts the bytes read).
 *
 * Nothing may be thrown out of `subarray`, for that would unwind through WASM: the snapshot is doomed instead,
 * answers zeros, and whoever runs the query looks at `doom` afterwards.
 */
export class Snapshot {
  doom: Doom | null = null;
  /** What made a page unreadable. */
  problem: unknown;
  /** Values kept for as long as this state is the newest. */
  readonly memo = new Map<string, unknown>();
  /** Every page asked for since the last `startRequest`, to be read in one go when the state moved meanwhile. */
  touched = new Set<number>();
  private connection: Connection | undefined;
  private request = 0;
  /** From now on each page is proven when it is read; the state may have passed in the meantime. */
  private pinned = false;
  private unproven = false;
  private budget = Infinity;

  constructor(
    readonly state: CommittedState,
    private readonly cache: PageCache,
    private readonly engine: Engine,
    private readonly control: Int32Array,
  ) {}

  startRequest(request: number): void {
    this.request = request;
    this.touched = new Set();
    this.pinned = false;
  }

  /** Bytes that may be read from here on; more dooms the snapshot. */
  limitBytes(bytes: number): void {
    this.budget = bytes;
  }

  database(): Connection {
    this.connection ??= this.engine.open(this.bytes());
    return this.connection;
  }

  /** Reads the pages in one tight window and proves them. False if the state moved meanwhile. */
  freeze(pages: Iterable<number>): boolean {
    const wanted = [...pages]
      .filter((page) => page <= this.state.pageCount)
      .sort((a, b) => a - b)
      .slice(0, this.cache.capacity);
    for (const page of wanted) {
      if (!this.cache.has(page)) {
        this.state.readPage(page, this.cache.add(page));
      }
    }
    if (!this.state.verify()) {
      return false;
    }
    if (this.state.racy) {
      const again = new Uint8Array(this.state.pageSize);
      for (const page of wanted) {
        this.state.readPage(page, again);
        if (Buffer.compare(again, this.cache.get(page)!) !== 0) {
          return false;
        }
      }
      if (!this.state.verify()) {
        return false;
      }
    }
    this.unproven = false;
    this.pinned = true;
    return true;
  }

  /** Whether all that was read is of one committed state. */
  isProven(): boolean {
    if (this.doom !== null) {
      return false;
    }
    if (this.unproven && (this.state.racy || !this.state.verify())) {
      return false;
    }
    this.unproven = false;
    return true;
  }

  /** Whether the state is still the last committed one, as far as that can be told from the state alone. */
  isCurrent(): boolean {
    return this.doom === null && !this.state.racy && this.state.verify();
  }

  /** Whether the running request was cancelled; looks every time it is called. */
  isCancelled(): boolean {
    if (this.request !== 0 && Atomics.load(this.control, CONTROL.cancelledRequest) === this.request) {
      this.doom ??= 'cancelled';
    }
    return this.doom === 'cancelled';
  }

  close(): void {
    this.connection?.close();
    this.connection = undefined;
    this.state.close();
  }

  private bytes(): PagedBytes {
    const whole = this.state.sizeBytes;
    const bytes: PagedBytes = {
      length: whole,
      slice: (start, end) => {
        if (start !== 0 || end !== whole) {
          throw new StoreError('INTERNAL_ERROR', 'This sql.js wants a part of the file as a copy.');
        }
        bytes.length = Number.MAX_SAFE_INTEGER;
        return bytes;
      },
      subarray: (start, end) => this.read(start, end),
      set: () => {
        throw new StoreError('INTERNAL_ERROR', 'The database is open for reading only.');
      },
    };
    return bytes;
  }

  private read(start: number, end: number): Uint8Array {
    const { pageSize } = this.state;
    const first = Math.floor(start / pageSize);
    const offset = start - first * pageSize;
    if (end - start <= pageSize - offset) {
      const page = this.page(first + 1);
      return page ? page.subarray(offset, offset + end - start) : new Uint8Array(end - start);
    }
    const bytes = new Uint8Array(end - start);
    for (let at = start; at < end;) {
      const index = Math.floor(at / pageSize);
      const from = at - index * pageSize;
      const part = this.page(index + 1)?.subarray(from, Math.min(pageSize, from + end - at));
      if (!part) {
        return bytes.fill(0);
      }
      bytes.set(part, at - start);
      at += part.length;
    }
    return bytes;
  }

  /** undefined once the snapshot is doomed. */
  private page(page: number): Uint8Array | undefined {
    if (this.doom !== null || this.isCancelled()) {
      return undefined;
    }
    this.touched.add(page);
    const known = this.cache.get(page);
    if (known) {
      return known;
    }
    this.budget -= this.state.pageSize;
    if (this.budget < 0) {
      this.doom = 'budget';
      return undefined;
    }
    Atomics.add(this.control, CONTROL.progress, 1);
    const target = this.cache.add(page);
    try {
      this.state.readPage(page, target);
      if (this.pinned && !this.isMissProven(page, target)) {
        this.doom = 'moved';
      }
    } catch (error) {
      this.problem = error;
      this.doom = 'unreadable';
    }
    if (this.doom !== null) {
      this.cache.delete(page);
      return undefined;
    }
    this.unproven ||= !this.pinned;
    return target;
  }

  private isMissProven(page: number, target: Uint8Array): boolean {
    if (!this.state.verify()) {
      return false;
    }
    if (!this.state.racy) {
      return true;
    }
    const again = new Uint8Array(target.length);
    this.state.readPage(page, again);
    return Buffer.compare(again, target) === 0 && this.state.verify();
  }
}
