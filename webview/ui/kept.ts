import { isText, listing, type Reader } from '../../src/mlflow/shape';

/** Readers of what pages keep (`PageConnection.view`). */

export const texts = listing(isText);

/** For what is missing at first, and of a page that never was hidden. */
export function orMissing<T>(read: (value: unknown) => T | undefined): Reader<T | undefined> {
  return (value) => read(value);
}
