import * as path from 'node:path';
import { sqliteUri } from '../uri';
import { WorkerStore } from '../workerStore';
import type { StoreStart } from './handlers';

/** A tracking store in a SQLite file. */
export class SqliteStore extends WorkerStore {
  /**
   * @param file absolute path
   * @param distFolder where storeWorker.js and sql-wasm.wasm lie
   */
  constructor(
    readonly file: string,
    distFolder: string,
  ) {
    super({
      kind: 'sqlite',
      uri: sqliteUri(file),
      place: file,
      folder: path.dirname(file),
      script: path.join(distFolder, 'storeWorker.js'),
      start: { file, wasm: path.join(distFolder, 'sql-wasm.wasm') } satisfies StoreStart,
    });
  }
}
