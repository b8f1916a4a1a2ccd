import type { TrackingStore } from '../../mlflow/store';
import { DEFAULT_WORKSPACE, workspaceToBeginWith } from '../../mlflow/workspace';
import { SqliteStore } from './sqliteStore';

/**
 * Opens a SQLite store and looks at its schema, so that a file that is none of MLflow's fails here.
 *
 * @param file absolute path
 * @param options.distFolder where storeWorker.js and sql-wasm.wasm lie
 * @param workspace whose rows it shows; null for the one to begin with
 * @throws StoreError NOT_FOUND, NOT_A_STORE, CORRUPT, PERMISSION_DENIED, BUSY
 */
export async function openSqliteStore(
  file: string,
  options: { distFolder: string },
  workspace: string | null = DEFAULT_WORKSPACE,
): Promise<TrackingStore> {
  const store = await new SqliteStore(file, options.distFolder, workspace ?? DEFAULT_WORKSPACE).opened();
  if (workspace !== null) {
    return store;
  }
  const first = workspaceToBeginWith(await store.ask('workspaces', undefined));
  if (first === DEFAULT_WORKSPACE) {
    return store;
  }
  store.dispose();
  return new SqliteStore(file, options.distFolder, first).opened();
}
