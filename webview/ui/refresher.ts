import { isCancelled } from '../../src/mlflow/errors';

/**
 * Asks again when told that something changed: one question at a time, and one more after it when more news came
 * meanwhile. So a store that commits without pause costs one question after the other, not a pile.
 */
export class Refresher {
  private running = false;
  private again = false;

  /** `ask` handles its own errors; a cancelled one is dropped here. */
  constructor(private readonly ask: () => Promise<void>) {}

  request(): void {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    void this.loop();
  }

  private async loop(): Promise<void> {
    do {
      this.again = false;
      try {
        await this.ask();
      } catch (error) {
        if (!isCancelled(error)) {
          this.running = false;
          throw error;
        }
      }
    } while (this.again);
    this.running = false;
  }
}
