import { StoreError } from '../mlflow/errors';
import type { Writer } from '../mlflow/writer';

/**
 * A writer of any kind that refuses, with READ_ONLY, while there is a reason to.
 *
 * @param reason null where changes are possible, else the sentence that says why not; asked at each change, for
 *   trust may be granted meanwhile
 */
export function unlessReadOnly(writer: Writer, reason: () => string | null): Writer {
  return {
    transactional: writer.transactional,
    apply: async (request, signal, onWaiting) => {
      const why = reason();
      if (why !== null) {
        throw new StoreError('READ_ONLY', why);
      }
      return writer.apply(request, signal, onWaiting);
    },
  };
}
