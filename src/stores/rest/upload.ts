import { StoreError, toStoreError } from '../../mlflow/errors';
import type { Upload } from './exchange';

/**
 * The parts of a file on its way to a server. Throws StoreError where they are not as many bytes as were announced: then
 * the server would wait for the rest, or take it for another request.
 *
 * @param onPart called before each part is sent
 */
export async function* uploading({ size, read }: Upload, onPart: () => void): AsyncGenerator<Uint8Array> {
  let sent = 0;
  try {
    for await (const part of read()) {
      sent += part.length;
      if (sent > size) {
        break;
      }
      onPart();
      yield part;
    }
  } catch (error) {
    throw toStoreError(error);
  }
  if (sent !== size) {
    throw new StoreError('BUSY', 'A file changed while it was copied: copy again to go on.');
  }
}
