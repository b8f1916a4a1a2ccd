import type { RunInfo } from '../../mlflow/entities';
import { cancelled, isCancelled, toStoreError, type StoreError } from '../../mlflow/errors';
import type { LoadedPart, TableScope } from '../../mlflow/runTable';
import type { ServerRun } from './entities';
import type { RunReader, RunsPage } from './runs';
import { Shared } from './shared';

/** Runs of the first page, which is shown at once: a page is paid by its runs (reference servers.md, section 7). */
export const FIRST_PAGE = 50;
/** Of a page in the background. */
export const PAGE = 500;
/** Runs that are loaded without being asked for. */
export const MOST_RUNS = 5000;
/** What nobody asked for so long is not loaded further, ms: the page that showed it is hidden. */
const UNWANTED = 3000;
/** Before what failed is tried again, ms; doubled each time, up to the second. */
const PAUSE = 2000;
const LONGEST_PAUSE = 60_000;

/** What a walk reads from, and where what it finds goes. */
export interface WalkHost {
  reader: Pick<RunReader, 'pages'>;
  take(runs: readonly ServerRun[], walk: RunWalk): void;
  /** Whether memory holds more. */
  hasRoom(walk: RunWalk): boolean;
  now(): number;
}

/** Loads runs of a scope, newest first: some at once, more in the background as long as somebody wants them. */
export class RunWalk {
  /** What is loaded: added to by the host. */
  readonly ids = new Set<string>();
  /** There are no older ones. */
  isComplete = false;
  /** When all that is loaded was last read again, ms. */
  readAgain: number;
  private limit = MOST_RUNS;
  private last: RunInfo | undefined;
  private source: AsyncGenerator<RunsPage> | null = null;
  private readonly first: Shared<void>;
  private hasBegun = false;
  private going: Promise<void> | null = null;
  private wanted = 0;
  private waiting = 0;
  private problem: StoreError | null = null;
  private pause = PAUSE;
  private tryAgain = 0;

  /** @param filter in MLflow's own grammar; empty for all */
  constructor(
    readonly scope: TableScope,
    readonly filter: string,
    private readonly host: WalkHost,
  ) {
    this.readAgain = host.now();
    this.first = new Shared(async (signal) => {
      await this.step(signal);
      this.hasBegun = true;
    });
  }

  /** Everybody who waited for the first page has gone. */
  get isGivenUp(): boolean {
    return this.first.isGivenUp;
  }

  /** The newest are here. @throws StoreError */
  begun(signal?: AbortSignal): Promise<void> {
    return this.first.wait(signal);
  }

  /** Somebody shows what is here, and what comes next. */
  want(): void {
    this.wanted = this.host.now();
    if (this.hasBegun && !this.isAtEnd && this.going === null && this.wanted >= this.tryAgain) {
      this.going = this.goOn().finally(() => (this.going = null));
    }
  }

  /** As many are here as are to be. @throws StoreError */
  async whole(signal?: AbortSignal): Promise<void> {
    await this.begun(signal);
    this.waiting++;
    this.tryAgain = 0;
    try {
      while (!this.isAtEnd) {
        this.want();
        await orGone(this.going ?? Promise.resolve(), signal);
        if (this.problem) {
          throw this.problem;
        }
      }
    } finally {
      this.waiting--;
    }
  }

  /** @param on false: no more than what is here */
  loadRest(on: boolean): void {
    this.limit = on ? Infinity : Math.min(this.limit, this.ids.size);
    this.tryAgain = 0;
    if (on) {
      this.want();
    }
  }

  part(): LoadedPart {
    const hasRoom = this.host.hasRoom(this);
    return {
      runs: this.ids.size,
      isLoading: !this.isAtEnd && this.problem === null,
      isPart: !this.isComplete,
      canLoad: !this.isComplete && hasRoom,
      isFound: this.filter !== '',
      problem: this.problem?.message ?? null,
    };
  }

  private get isAtEnd(): boolean {
    return this.isComplete || this.ids.size >= this.limit || !this.host.hasRoom(this);
  }

  private async goOn(): Promise<void> {
    try {
      while (!this.isAtEnd && (this.waiting > 0 || this.host.now() - this.wanted < UNWANTED)) {
        await this.step();
      }
      this.problem = null;
      this.pause = PAUSE;
    } catch (error) {
      this.source = null;
      this.problem = isCancelled(error) ? null : toStoreError(error);
      this.tryAgain = this.host.now() + this.pause;
      this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    }
  }

  private async step(signal?: AbortSignal): Promise<void> {
    this.source ??= this.host.reader.pages(
      {
        ...this.scope,
        filter: this.filter,
        first: this.hasBegun ? PAGE : FIRST_PAGE,
        size: PAGE,
        priority: () => (!this.hasBegun || this.waiting > 0 ? 'visible' : 'background'),
        ...(this.last ? { after: this.last } : {}),
      },
      signal,
    );
    const page = await this.source.next();
    const { runs, isLast } = page.done ? { runs: [], isLast: true } : page.value;
    this.host.take(runs, this);
    this.last = runs.at(-1)?.run.info ?? this.last;
    this.isComplete ||= isLast;
  }
}

/** @throws StoreError CANCELLED as soon as the asker has gone; what is under way goes on */
function orGone(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(cancelled());
    if (signal?.aborted) {
      leave();
      return;
    }
    signal?.addEventListener('abort', leave, { once: true });
    void work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
  });
}
