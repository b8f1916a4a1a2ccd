import * as path from 'node:path';
import { folderUri } from '../uri';
import { indexFile } from './indexFile';
import { WorkerStore } from '../workerStore';

/** What the worker is started with. */
export interface FilesStart {
  /** Absolute. */
  folder: string;
  /** Where what was read is kept for the next window; null for nowhere. */
  index: string | null;
}

/**
 * Opens the store in an mlruns folder, also of a MLflow that refuses to open one (3.13 and later).
 *
 * @param folder absolute path
 * @param options.distFolder where filesWorker.js lies
 * @param options.indexFolder in the extension's storage, for what is kept for the next window; missing: nothing is
 * @throws StoreError NOT_FOUND, NOT_A_STORE, PERMISSION_DENIED
 */
export async function openFilesStore(
  folder: string,
  options: { distFolder: string; indexFolder?: string },
): Promise<WorkerStore> {
  const uri = folderUri(folder);
  const { indexFolder } = options;
  const index = indexFolder === undefined ? null : indexFile(indexFolder, uri);
  return new WorkerStore({
    kind: 'files',
    uri,
    place: folder,
    folder,
    script: path.join(options.distFolder, 'filesWorker.js'),
    start: { folder, index } satisfies FilesStart,
  }).opened();
}
