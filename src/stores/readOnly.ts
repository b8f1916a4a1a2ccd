import { StoreError } from '../mlflow/errors';
import type { Writer } from '../mlflow/writer';

/**
 * A writer of any kind that refuses, with READ_ONLY, while there is a reason to.
 *
 * @param reason null where changes are possible, else the sentence that says why not; asked at each change, for
 *   trust may be granted meanwhile
 */
export function unlessReadOnly(writer: Writer, reason: () => string | null): Writer {
  const mustBeWritable = (): void => {
    const why = reason();
    if (why !== null) {
      throw new StoreError('READ_ONLY', why);
    }
  };
  const { importer } = writer;
  return {
    transactional: writer.transactional,
    ...(importer && {
      importer: {
        ...importer,
        begin: async (...run) => {
          mustBeWritable();
          return importer.begin(...run);
        },
      },
    }),
    apply: async (request, signal, onWaiting) => {
      mustBeWritable();
      return writer.apply(request, signal, onWaiting);
    },
  };
}
