import { cancelled, toStoreError } from '../mlflow/errors';
import { Listeners } from '../mlflow/listeners';
import type { Disposable, StoreState } from '../mlflow/store';

/** Where a kind of store sees that something changed. */
export interface ChangeSource {
  /**
   * Whether anybody committed since the last poll, or since the store was first read. What a request saw meanwhile
   * does not count. Rejects with NOT_FOUND where the store is not there any more; other failures change nothing.
   *
   * @param asked somebody wants to know now, rather than that it is time to look
   */
  poll(asked: boolean): Promise<boolean>;
  /** Whether requests are waiting or under way: they look at the newest state anyway, so no poll waits behind them. */
  readonly busy: boolean;
}

/** No store is asked more often than this, ms. */
const SHORTEST = 100;

/**
 * Looks for changes of a store, from time to time and when asked, and tells of them and of the store's coming and
 * going: the `state`, `onDidChange`, `refresh` and `setPollInterval` of TrackingStore. A kind that has a signal of
 * its own calls `refresh` at it.
 */
export class StoreWatch {
  private readonly listeners = new Listeners();
  private readonly forget: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private polling: Promise<void> | undefined;
  private current: StoreState = { status: 'ok' };

  constructor(private readonly source: ChangeSource) {}

  get state(): StoreState {
    return this.current;
  }

  onDidChange(listener: () => void): Disposable {
    return this.listeners.add(listener);
  }

  /** Looks now; who asks while that is under way waits for the same look. */
  refresh(): Promise<void> {
    return this.lookOnce(true);
  }

  /** How often to look, ms; 0 for not at all. Keeps no process alive. */
  setPollInterval(milliseconds: number): void {
    clearInterval(this.timer);
    this.forget.forEach((forget) => forget());
    this.timer = undefined;
    if (milliseconds > 0) {
      this.timer = setInterval(() => void this.lookOnce(false), Math.max(SHORTEST, milliseconds));
      this.timer.unref();
    }
  }

  /**
   * `make`'s value, made once and kept until the next change; made each time while nobody looks for changes
   * (poll interval 0). Who gives up waiting leaves the others theirs.
   */
  perState<T>(make: () => Promise<T>): (signal?: AbortSignal) => Promise<T> {
    let kept: Promise<T> | undefined;
    this.forget.push(() => (kept = undefined));
    return (signal) => {
      if (signal?.aborted) {
        return Promise.reject(cancelled());
      }
      const value = kept ?? make();
      if (this.timer !== undefined) {
        kept = value;
        // A failure is not kept.
        value.catch(() => (kept = kept === value ? undefined : kept));
      }
      return abandonable(value, signal);
    };
  }

  dispose(): void {
    this.setPollInterval(0);
    this.listeners.clear();
  }

  private lookOnce(asked: boolean): Promise<void> {
    this.polling ??= this.look(asked).finally(() => {
      this.polling = undefined;
    });
    return this.polling;
  }

  private async look(asked: boolean): Promise<void> {
    if (this.source.busy) {
      return;
    }
    let changed: boolean;
    try {
      changed = await this.source.poll(asked);
      changed ||= this.current.status !== 'ok';
      this.current = { status: 'ok' };
    } catch (error) {
      const { code, message } = toStoreError(error);
      changed = code === 'NOT_FOUND' && this.current.status === 'ok';
      if (changed) {
        this.current = { status: 'gone', since: Date.now(), message };
      }
    }
    if (changed) {
      this.forget.forEach((forget) => forget());
      this.listeners.tell();
    }
  }
}

function abandonable<T>(value: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) {
    return value;
  }
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(cancelled());
    signal.addEventListener('abort', giveUp, { once: true });
    void value.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
