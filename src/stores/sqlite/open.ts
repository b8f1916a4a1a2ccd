import type { TrackingStore } from '../../mlflow/store';
import { SqliteStore } from './sqliteStore';

/**
 * Opens a SQLite store and looks at its schema, so that a file that is none of MLflow's fails here.
 *
 * @param file absolute path
 * @param options.distFolder where storeWorker.js and sql-wasm.wasm lie
 * @throws StoreError NOT_FOUND, NOT_A_STORE, CORRUPT, PERMISSION_DENIED, BUSY
 */
export function openSqliteStore(file: string, options: { distFolder: string }): Promise<TrackingStore> {
  return new SqliteStore(file, options.distFolder).opened();
}
