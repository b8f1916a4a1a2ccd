import * as path from 'node:path';
import type { TrackingStore } from '../../src/mlflow/store';
import { createOpener } from '../../src/stores/open';
import { parseStoreUri } from '../../src/stores/uri';
import { workerBundle } from '../workerBundle';

/** Opens the store of a tracking URI, relative to the working directory, for as long as `use` takes. */
export async function withStore<T>(uri: string, use: (store: TrackingStore) => Promise<T>): Promise<T> {
  const opener = createOpener({
    distFolder: workerBundle(),
    pythonPath: () => '',
    readOnlyReason: () => 'The console changes nothing.',
  });
  const { store } = await opener.open(parseStoreUri(uri, process.cwd()).uri);
  try {
    return await use(store);
  } finally {
    store.dispose();
  }
}

/** The folder of a store on this machine; none for a server. */
export function storeFolder(uri: string): string[] {
  const file = parseStoreUri(uri, process.cwd()).path;
  return file === null ? [] : [path.dirname(file)];
}
