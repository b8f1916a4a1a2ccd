import { cancelled } from '../mlflow/errors';

/** What a source may answer: SQLite's worker at once, a server later. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Work that is written once for both: a generator that yields what it waits for and is given what that came to
 * (`settled`, `all`). `finished` and `finishedLater` drive it.
 */
export type Steps<T> = Generator<unknown, T, never>;

/** `yield* settled(value)` is the value, whether it is there already or still to come. */
export function* settled<T>(value: MaybePromise<T>): Generator<MaybePromise<T>, T, T> {
  return yield value;
}

/** The same for several that are under way at once. */
export function all<T>(values: MaybePromise<T>[]): Generator<unknown, T[], T[]> {
  return settled(values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as T[]));
}

/** The result of work that waits for nothing: whatever it asks answers at once. */
export function finished<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) {
    step = steps.next(step.value as never);
  }
  return step.value;
}

/** @throws StoreError CANCELLED as soon as something has come that nobody waits for any more */
export async function finishedLater<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let step = steps.next(); ;) {
    if (step.done) {
      return step.value;
    }
    const value = await step.value;
    if (signal?.aborted) {
      throw cancelled();
    }
    step = steps.next(value as never);
  }
}
