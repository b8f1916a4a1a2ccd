import { createRequire } from 'node:module';
import type { SqlJsStatic } from 'sql.js';

/**
 * A sql.js of its own: the library keeps the one module that it made first, and the store's reader, which may run in
 * the same process of tests, makes its own with a limit on memory.
 */
export function ownSqlJs(): Promise<SqlJsStatic> {
  const load = createRequire(__filename);
  const file = load.resolve('sql.js');
  const kept = load.cache[file];
  delete load.cache[file];
  try {
    return (load('sql.js') as () => Promise<SqlJsStatic>)();
  } finally {
    delete load.cache[file];
    if (kept) {
      load.cache[file] = kept;
    }
  }
}
