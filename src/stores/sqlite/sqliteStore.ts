import * as path from 'node:path';
import { DEFAULT_WORKSPACE, withWorkspace } from '../../mlflow/workspace';
import { sqliteUri } from '../uri';
import { WorkerStore } from '../workerStore';
import type { StoreStart } from './handlers';

/** A tracking store in a SQLite file. */
export class SqliteStore extends WorkerStore {
  /**
   * @param file absolute path
   * @param distFolder where storeWorker.js and sql-wasm.wasm lie
   * @param workspace whose rows it shows
   */
  constructor(
    readonly file: string,
    distFolder: string,
    workspace = DEFAULT_WORKSPACE,
  ) {
    super({
      kind: 'sqlite',
      uri: withWorkspace(sqliteUri(file), workspace),
      place: file,
      folder: path.dirname(file),
      script: path.join(distFolder, 'storeWorker.js'),
      start: { file, wasm: path.join(distFolder, 'sql-wasm.wasm'), workspace } satisfies StoreStart,
    });
  }
}
