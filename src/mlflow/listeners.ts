import type { Disposable } from './store';

/** Those who want to be told of something. One that fails keeps no other from being told. */
export class Listeners<T extends unknown[] = []> {
  private readonly all = new Set<(...told: T) => void>();

  add(listener: (...told: T) => void): Disposable {
    this.all.add(listener);
    return { dispose: () => this.all.delete(listener) };
  }

  /** Tells everybody, then throws the first listener's failure, if there was one. */
  tell(...told: T): void {
    const failures: unknown[] = [];
    for (const listener of [...this.all]) {
      try {
        listener(...told);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  clear(): void {
    this.all.clear();
  }
}
