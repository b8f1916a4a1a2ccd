import * as fs from 'node:fs/promises';
import { StoreError } from '../mlflow/errors';
import { DEFAULT_WORKSPACE, workspaceOf } from '../mlflow/workspace';
import type { StoreOpener } from './openStores';
import { unlessReadOnly } from './readOnly';
import { openFilesStore } from './files/filesStore';
import { createFilesWriter } from './files/writer';
import type { OpenedServer } from './rest/openServer';
import { openSqliteStore } from './sqlite/open';
import { createSqliteWriter } from './sqlite/writer';
import { parseStoreUri, storeName } from './uri';

export interface OpenOptions {
  /** Where the bundles of the worker and the writer lie. */
  distFolder: string;
  /** In the extension's storage, for what was read of mlruns folders; missing: that is not kept. */
  indexFolder?: string;
  /** Opens a tracking server by its canonical URI; missing: none can be opened. Rejects with StoreError. */
  openServer?(this: void, uri: string, signal?: AbortSignal): Promise<OpenedServer>;
  pythonPath: () => string;
  /** null where changes are possible; else why not (Restricted Mode). */
  readOnlyReason(): string | null;
}

/** Opens stores by URI; every failure is a StoreError whose message is one sentence with a way out. */
export function createOpener(options: OpenOptions): StoreOpener {
  return {
    async open(uri, asNamed = false, signal) {
      const location = parseStoreUri(uri, '/');
      if (location.kind === 'rest') {
        if (!options.openServer) {
          throw new StoreError('UNSUPPORTED', 'Tracking servers cannot be opened from here.');
        }
        const { store, writer } = await options.openServer(location.uri, signal);
        return { store, writer: unlessReadOnly(writer, () => options.readOnlyReason()) };
      }
      if (location.kind === 'files') {
        const folder = location.path ?? '';
        await mustBeFolder(folder);
        const store = await openFilesStore(folder, options);
        const writer = createFilesWriter(folder, options);
        return { store, writer: unlessReadOnly(writer, () => options.readOnlyReason()) };
      }
      const file = location.path ?? '';
      await mustBeFile(file);
      const named = asNamed ? (location.workspace ?? DEFAULT_WORKSPACE) : location.workspace;
      const store = await openSqliteStore(file, options, named);
      const writer = createSqliteWriter(file, options, workspaceOf(store.uri) ?? DEFAULT_WORKSPACE);
      return { store, writer: unlessReadOnly(writer, () => options.readOnlyReason()) };
    },
  };
}

async function mustBeFile(file: string): Promise<void> {
  const stat = await statOf(file);
  if (!stat.isFile()) {
    throw new StoreError(
      'NOT_A_STORE',
      `${storeName(file)} is ${stat.isDirectory() ? 'a folder' : 'not a regular file'}, not a SQLite database: choose the .db file itself.`,
    );
  }
}

async function mustBeFolder(folder: string): Promise<void> {
  const stat = await statOf(folder);
  if (!stat.isDirectory()) {
    throw new StoreError(
      'NOT_A_STORE',
      `${storeName(folder)} is not a folder: an mlruns store is a folder, a SQLite store ends in .db or is named sqlite:///….`,
    );
  }
}

async function statOf(file: string): Promise<Awaited<ReturnType<typeof fs.stat>>> {
  try {
    return await fs.stat(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new StoreError('PERMISSION_DENIED', `${file} may not be read: check its permissions.`);
    }
    throw new StoreError('NOT_FOUND', `${file} is not there: it was moved or deleted, or the path is wrong.`);
  }
}
