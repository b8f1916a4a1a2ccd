import { reportFailure } from './failures';
import type { Disposable } from './store';

/** Those who want to be told of something. One that fails stops neither the others nor who tells them. */
export class Listeners<T extends unknown[] = []> {
  private readonly all = new Set<(...told: T) => void>();

  add(listener: (...told: T) => void): Disposable {
    this.all.add(listener);
    return { dispose: () => this.all.delete(listener) };
  }

  tell(...told: T): void {
    for (const listener of [...this.all]) {
      try {
        listener(...told);
      } catch (error) {
        reportFailure(error);
      }
    }
  }

  clear(): void {
    this.all.clear();
  }
}
