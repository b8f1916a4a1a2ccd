import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { TrackingStore } from '../../src/mlflow/store';
import { createOpener } from '../../src/stores/open';
import { ServerAccounts } from '../../src/stores/rest/accounts';
import { openServer } from '../../src/stores/rest/openServer';
import { parseStoreUri } from '../../src/stores/uri';
import { workerBundle } from '../workerBundle';

/** Nobody signs in here: what the environment has for the server that it names. */
const accounts = new ServerAccounts({
  secrets: { get: async () => undefined, store: async () => undefined, delete: async () => undefined },
  env: process.env,
  isTrusted: () => true,
  requestHeaders: () => ({}),
  readFile: (file) => fs.readFile(file, 'utf8'),
  warn: (message) => console.error(message),
});

/** Opens the store of a tracking URI, relative to the working directory, for as long as `use` takes. */
export async function withStore<T>(uri: string, use: (store: TrackingStore) => Promise<T>): Promise<T> {
  const opener = createOpener({
    distFolder: workerBundle(),
    openServer: (server) =>
      openServer(server, {
        distFolder: workerBundle(),
        accessOf: (each) => accounts.accessOf(each),
        userAgent: 'mlflow-lens-console',
        openedFolders: () => [process.cwd()],
        downloadFolder: path.join(os.tmpdir(), 'mlflow-lens'),
      }),
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
