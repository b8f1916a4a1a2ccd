/** Databases for tests, opened with node:sqlite (the tests run under Node 24). */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { copyFixture, type SQLITE_VERSIONS } from './fixtures';

export type DatabaseRow = Record<string, string | number | bigint | null>;

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    all(...parameters: unknown[]): DatabaseRow[];
    get(...parameters: unknown[]): DatabaseRow | undefined;
    run(...parameters: unknown[]): unknown;
    setReadBigInts(enabled: boolean): void;
  };
  close(): void;
}

// @types/node is that of the oldest Node that the extension runs on, which has no node:sqlite.
const { DatabaseSync } = process.getBuiltinModule('node:sqlite' as 'node:fs') as object as {
  DatabaseSync: new (file: string) => Database;
};

const folders: string[] = [];

/** A folder of its own, removed by `removeTempFolders`. */
export function tempFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-test-'));
  folders.push(folder);
  return folder;
}

const MEMORY = '/dev/shm';
/** What tests of many small files may take there, bytes. */
const ROOM = 1 << 30;

/** The same for thousands of files: in memory, where a system has that and enough of it. */
export function memoryFolder(): string {
  const { bavail, bsize } = fs.existsSync(MEMORY) ? fs.statfsSync(MEMORY) : { bavail: 0, bsize: 0 };
  if (bavail * bsize < ROOM) {
    return tempFolder();
  }
  const folder = fs.mkdtempSync(path.join(MEMORY, 'mlflow-lens-test-'));
  folders.push(folder);
  return folder;
}

export function removeTempFolders(): void {
  for (const folder of folders.splice(0)) {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens, runs, closes: no connection stays. */
export function withDatabase<T>(file: string, use: (database: Database) => T): T {
  const database = new DatabaseSync(file);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** A copy of the database that this MLflow made (an archive of test/fixtures), in a folder of its own. */
export function makeRegistryStore(
  version: (typeof SQLITE_VERSIONS)[number],
  journalMode: 'delete' | 'wal' = 'delete',
): string {
  const file = path.join(tempFolder(), 'mlflow.db');
  copyFixture(`sqlite-${version}`, file, 'mlflow.db');
  if (journalMode === 'wal') {
    withDatabase(file, (database) => database.exec('PRAGMA journal_mode = wal'));
  }
  return file;
}

/** The demo project's store with its artifacts, in a folder of its own. */
export function unpackTaxiDuration(): string {
  const folder = path.join(tempFolder(), 'taxi-duration');
  copyFixture('taxi-duration', folder);
  return path.join(folder, 'mlflow.db');
}

/** Every row of every table (or of those named), sorted, as JSON texts. */
export function dumpDatabase(file: string, only?: readonly string[]): Record<string, string[]> {
  return withDatabase(file, (database) => {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .all()
      .map(({ name }) => String(name))
      .filter((name) => only === undefined || only.includes(name));
    return Object.fromEntries(
      tables.map((table) => {
        const statement = database.prepare(`SELECT * FROM "${table}"`);
        // Integers beyond 2^53 are among the fixtures.
        statement.setReadBigInts(true);
        return [table, statement.all().map(asText).toSorted()];
      }),
    );
  });
}

function asText(row: DatabaseRow): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** Rows that differ between two dumps, by table: `-` gone, `+` new. */
export function dumpDifference(
  before: Record<string, string[]>,
  after: Record<string, string[]>,
): Record<string, string[]> {
  const difference: Record<string, string[]> = {};
  for (const table of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[table] ?? [];
    const now = after[table] ?? [];
    const rows = [
      ...old.filter((row) => !now.includes(row)).map((row) => `-${row}`),
      ...now.filter((row) => !old.includes(row)).map((row) => `+${row}`),
    ];
    if (rows.length) {
      difference[table] = rows;
    }
  }
  return difference;
}
