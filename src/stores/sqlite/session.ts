import { plainText } from '../../mlflow/format';
import { cancelled, StoreError } from '../../mlflow/errors';
import { CONTROL } from '../../worker/control';
import type { LiveDatabase } from './database';
import { fileError } from '../disk';
import type { Engine } from './engine';
import { SqliteError } from './engine';
import { PageCache } from './pageCache';
import { Reader } from './reader';
import { PAGE_CACHE_BYTES, Snapshot } from './snapshot';
import { STAMP_TICK } from './state';

/** How long an open transaction is waited for before its journal is read, ms. */
const PATIENCE = 60;
/** How long a read may be tried against writers that never rest, ms. */
const GIVE_UP = 8000;

/** Runs queries, each on one committed state of a database, again and again until one is proven. */
export class Session {
  private snapshot: Snapshot | undefined;
  private cache: PageCache | undefined;
  private readonly sleeper = new Int32Array(new SharedArrayBuffer(4));
  /** The state that listeners were last told of, or that was read first. */
  private announced: string | undefined;
  private activeSince: number | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly live: LiveDatabase,
    private readonly control: Int32Array,
    private readonly workspace: string,
  ) {}

  /**
   * What `query` makes of some committed state no older than this call. `query` may be run several times and
   * must have no effects.
   *
   * @throws StoreError: the query's own; CANCELLED; BUSY if the file never came to rest; CORRUPT
   */
  run<T>(request: number, query: (reader: Reader) => T): T {
    const started = Date.now();
    let touched = new Set<number>();
    for (let attempt = 0; ; attempt++) {
      const snapshot = this.current(started, request, attempt > 0);
      snapshot.startRequest(request);
      if (attempt > 0 && !snapshot.freeze(touched)) {
        this.drop();
      } else {
        const outcome = attemptQuery(snapshot, this.workspace, query);
        if (snapshot.isProven()) {
          return finish(outcome, this.live.path);
        }
        touched = union(touched, snapshot.touched);
        this.drop();
        throwIfFinal(snapshot, this.live.path);
      }
      if (Date.now() - started > GIVE_UP) {
        throw new StoreError(
          'BUSY',
          `${this.live.path} is being written without a pause: try again in a moment.`,
        );
      }
    }
  }

  /**
   * Whether somebody committed since the last call, or since the first query. What a query saw meanwhile does
   * not count: others wait to be told of it. A transaction that stays open for long counts as a commit once:
   * the last committed state may be one that was never seen.
   */
  poll(): boolean {
    let state = this.live.begin(false);
    if (typeof state === 'string') {
      this.activeSince ??= Date.now();
      if (Date.now() - this.activeSince < 1000) {
        return false;
      }
      state = this.live.begin(true);
    } else {
      this.activeSince = undefined;
    }
    if (typeof state === 'string') {
      return false;
    }
    const changed = this.announced !== undefined && this.announced !== state.commit;
    this.announced = state.commit;
    state.close();
    return changed;
  }

  close(): void {
    this.drop();
    this.live.close();
  }

  /** The snapshot of the last committed state, kept while there was no commit. */
  private current(started: number, request: number, frozen: boolean): Snapshot {
    for (;;) {
      const patient = Date.now() - started < PATIENCE && !frozen;
      const state = this.live.begin(!patient);
      if (state === 'active' && this.snapshot?.isCurrent()) {
        return this.snapshot;
      }
      if (typeof state !== 'string' && !(state.racy && patient)) {
        this.announced ??= state.commit;
        if (this.snapshot && !this.snapshot.state.racy && this.snapshot.state.key === state.key) {
          state.close();
          return this.snapshot;
        }
        const changed = this.live.takeChangedPages();
        this.drop(changed);
        if (this.cache?.pageSize !== state.pageSize) {
          this.cache = new PageCache(state.pageSize, PAGE_CACHE_BYTES);
        }
        this.snapshot = new Snapshot(state, this.cache, this.engine, this.control);
        return this.snapshot;
      }
      if (typeof state !== 'string') {
        state.close();
      } else if (Date.now() - started > GIVE_UP) {
        throw new StoreError('BUSY', `${this.live.path} is being replaced: try again in a moment.`);
      }
      if (Atomics.load(this.control, CONTROL.cancelledRequest) === request && request !== 0) {
        throw cancelled();
      }
      this.sleep(typeof state === 'string' ? 2 : STAMP_TICK / 4);
    }
  }

  /** Forgets the snapshot and the pages that are not known to be of the next one too. */
  private drop(changed: Set<number> | null = null): void {
    const clean = this.snapshot !== undefined && this.snapshot.isProven();
    this.snapshot?.close();
    this.snapshot = undefined;
    if (changed && clean) {
      changed.forEach((page) => this.cache?.delete(page));
    } else {
      this.cache?.clear();
    }
  }

  private sleep(milliseconds: number): void {
    Atomics.wait(this.sleeper, 0, 0, milliseconds);
  }
}

type Outcome<T> = { value: T } | { error: unknown };

function attemptQuery<T>(snapshot: Snapshot, workspace: string, query: (reader: Reader) => T): Outcome<T> {
  try {
    return { value: query(new Reader(snapshot, workspace)) };
  } catch (error) {
    return { error };
  }
}

function finish<T>(outcome: Outcome<T>, path: string): T {
  if ('value' in outcome) {
    return outcome.value;
  }
  throw sentence(outcome.error, path);
}

/** An error of SQLite on a proven state, as a sentence. */
function sentence(error: unknown, path: string): unknown {
  if (!(error instanceof SqliteError)) {
    return error;
  }
  if (error.isOutOfMemory) {
    return new StoreError('CORRUPT', `${path} holds a value or a schema too large to be MLflow's.`);
  }
  return error.isDamage
    ? new StoreError(
        'CORRUPT',
        `${path} is damaged (SQLite says: ${oneLine(error.message)}). Copy it and try "sqlite3 ${path} .recover".`,
      )
    : new StoreError('CORRUPT', `${path} could not be read (SQLite says: ${oneLine(error.message)}).`);
}

function throwIfFinal(snapshot: Snapshot, path: string): void {
  switch (snapshot.doom) {
    case 'cancelled':
      throw cancelled();
    case 'budget':
      throw new StoreError(
        'CORRUPT',
        `${path} has a schema far larger than any that MLflow makes, so it is not opened.`,
      );
    case 'unreadable':
      throw fileError(snapshot.problem, path);
    case 'moved':
    case null:
  }
}

function union(a: Set<number>, b: Set<number>): Set<number> {
  return new Set([...a, ...b]);
}

/** SQLite quotes a whole CREATE TABLE where it cannot read one: a sentence has no room for it. */
function oneLine(text: string): string {
  return plainText(text.replace(/\s+/g, ' '), 160);
}
