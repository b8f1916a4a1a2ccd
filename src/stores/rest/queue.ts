import { cancelled } from '../../mlflow/errors';

interface Waiting {
  start(): void;
  background: boolean;
}

/** Lets so many pieces of work run at once: what is on the screen first, then in the order of asking. */
export class RequestQueue {
  private readonly waiting: Waiting[] = [];
  private running = 0;

  constructor(private readonly most: number) {}

  /** The work's own result. Rejects with CANCELLED where it was given up before its turn. */
  run<T>(work: () => Promise<T>, priority: 'visible' | 'background', signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) {
      return Promise.reject(cancelled());
    }
    return new Promise<T>((resolve, reject) => {
      const entry: Waiting = {
        background: priority === 'background',
        start: () => {
          signal?.removeEventListener('abort', giveUp);
          this.running++;
          void work()
            .then(resolve, reject)
            .finally(() => {
              this.running--;
              this.next();
            });
        },
      };
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(cancelled());
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.waiting.push(entry);
      this.next();
    });
  }

  private next(): void {
    if (this.running >= this.most || this.waiting.length === 0) {
      return;
    }
    const at = this.waiting.findIndex(({ background }) => !background);
    this.waiting.splice(Math.max(0, at), 1)[0]!.start();
  }
}
