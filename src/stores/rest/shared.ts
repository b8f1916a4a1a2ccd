import { cancelled } from '../../mlflow/errors';

/** Work that several may wait for: it ends when nobody waits for it any more. */
export class Shared<T> {
  private readonly controller = new AbortController();
  private waiting = 0;
  private readonly result: Promise<T>;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.result = work(this.controller.signal);
    this.result.catch(() => undefined);
  }

  /** Whether it was given up: who comes now begins anew. */
  get isGivenUp(): boolean {
    return this.controller.signal.aborted;
  }

  /** @throws StoreError CANCELLED as soon as the asker has gone */
  wait(signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) {
      return Promise.reject(cancelled());
    }
    this.waiting++;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        if (--this.waiting === 0) {
          this.controller.abort();
        }
        reject(cancelled());
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  }
}
