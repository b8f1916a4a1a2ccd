/** Databases for tests, opened with node:sqlite (the tests run under Node 24). */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export type DatabaseRow = Record<string, string | number | bigint | null>;

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    all(...parameters: unknown[]): DatabaseRow[];
    get(...parameters: unknown[]): DatabaseRow | undefined;
    run(...parameters: unknown[]): unknown;
  };
  close(): void;
}

// @types/node is that of the oldest Node that the extension runs on, which has no node:sqlite.
const { DatabaseSync } = process.getBuiltinModule('node:sqlite' as 'node:fs') as object as {
  DatabaseSync: new (file: string) => Database;
};

/** The versions of MLflow whose registry is a dump in test/fixtures/registry, of the stores that they made. */
export const REGISTRY_VERSIONS = [
  '1.0.0',
  '1.14.1',
  '1.30.1',
  '2.3.2',
  '2.14.3',
  '3.1.4',
  '3.10.1',
  '3.17.2',
] as const;
export type RegistryVersion = (typeof REGISTRY_VERSIONS)[number];

const folders: string[] = [];

/** A folder of its own, removed by `removeTempFolders`. */
export function tempFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-test-'));
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

/** Experiments, runs, tags and registry of the store that this MLflow made, in a folder of its own. */
export function makeRegistryStore(
  version: RegistryVersion,
  journalMode: 'delete' | 'wal' = 'delete',
): string {
  const file = path.join(tempFolder(), 'mlflow.db');
  const sql = fs.readFileSync(path.join(__dirname, '../fixtures/registry', `${version}.sql`), 'utf8');
  withDatabase(file, (database) => {
    database.exec('PRAGMA foreign_keys = OFF');
    database.exec(sql);
    database.exec(`PRAGMA journal_mode = ${journalMode}`);
  });
  return file;
}

/** Every row of every table, sorted, as JSON texts. */
export function dumpDatabase(file: string): Record<string, string[]> {
  return withDatabase(file, (database) => {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .all()
      .map(({ name }) => String(name));
    return Object.fromEntries(
      tables.map((table) => [
        table,
        database
          .prepare(`SELECT * FROM "${table}"`)
          .all()
          .map((row) => JSON.stringify(row))
          .sort(),
      ]),
    );
  });
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
