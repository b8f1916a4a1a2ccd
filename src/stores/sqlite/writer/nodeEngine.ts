import { pathToFileURL } from 'node:url';
import { SqlError, type Row, type SqlEngine, type SqlValue } from './engine';

/** The part of node:sqlite that is used; its types are newer than the Node that the extension must run on. */
interface NodeSqlite {
  DatabaseSync: new (path: string | URL) => {
    prepare(sql: string): {
      all(...parameters: SqlValue[]): unknown[];
      run(...parameters: SqlValue[]): { changes: number | bigint };
    };
    close(): void;
  };
}

/** node:sqlite (Node >= 22.13, VS Code >= 1.101), or null where this Node has none or it does not load. */
function loadNodeSqlite(): NodeSqlite | null {
  try {
    return process.getBuiltinModule('node:sqlite' as 'node:fs') as object as NodeSqlite | null;
  } catch {
    return null;
  }
}

/** Opens an existing file, or answers null where there is no node:sqlite. Throws SqlError. */
export function openWithNode(file: string): SqlEngine | null {
  const sqlite = loadNodeSqlite();
  if (!sqlite?.DatabaseSync) {
    return null;
  }
  const database = attempt(() => new sqlite.DatabaseSync(existingFile(file)));
  const run = <T>(call: () => T): Promise<T> =>
    new Promise((resolve) => {
      resolve(attempt(call));
    });
  return {
    name: `node:sqlite ${versionOf(sqlite)}`,
    query: (sql, parameters = []) => run(() => database.prepare(sql).all(...parameters) as Row[]),
    execute: (sql, parameters = []) => run(() => Number(database.prepare(sql).run(...parameters).changes)),
    close: () => database.close(),
  };
}

/** Asked of a database in memory: preparing any statement may need a lock on the file. */
function versionOf(sqlite: NodeSqlite): string {
  const memory = new sqlite.DatabaseSync(':memory:');
  const [row] = memory.prepare('SELECT sqlite_version() AS version').all() as Row[];
  memory.close();
  return String(row?.['version']);
}

/** mode=rw: a file that vanished meanwhile must not be made anew. */
function existingFile(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('mode', 'rw');
  return url;
}

function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { errcode, message } = error as { errcode?: number; message: string };
    throw new SqlError(errcode, message);
  }
}
