import { setImmediate as turn } from 'node:timers/promises';
import { cancelled } from '../../mlflow/errors';
import { NotHere } from '../runTable/loader';

/** How long files are read without a pause, ms: a request that is given up ends after as much, and a worker shows that it is alive. */
const LONGEST_STRETCH = 200;

/**
 * Reading a folder is synchronous, which is by far the fastest, and may take minutes on a slow disk: so who reads for
 * long stops now and then, and is asked again after a turn of the event loop. What was read meanwhile is kept.
 */
export class Pace {
  private since = performance.now();
  private isHeld = false;

  /** Before each file that is read. @throws NotHere when it is time for a pause */
  step(): void {
    if (this.isTired) {
      throw new NotHere((signal) => this.pause(signal));
    }
  }

  get isTired(): boolean {
    return !this.isHeld && performance.now() - this.since > LONGEST_STRETCH;
  }

  /** Does something small in one go: what would begin anew after a pause. */
  inOneGo<T>(work: () => T): T {
    const before = this.isHeld;
    this.isHeld = true;
    try {
      return work();
    } finally {
      this.isHeld = before;
    }
  }

  /** @throws StoreError CANCELLED where nobody waits any more */
  async pause(signal?: AbortSignal): Promise<void> {
    await turn();
    this.since = performance.now();
    if (signal?.aborted) {
      throw cancelled();
    }
  }
}
