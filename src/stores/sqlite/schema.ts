import { StoreError } from '../../mlflow/errors';
import type { BindValue, SqlValue } from './engine';

/** The tables that are read. `secrets` is not among them and never will be. */
const TABLES = [
  'alembic_version',
  'experiments',
  'experiment_tags',
  'runs',
  'metrics',
  'latest_metrics',
  'params',
  'tags',
  'datasets',
  'inputs',
  'input_tags',
  'registered_models',
  'registered_model_tags',
  'registered_model_aliases',
  'model_versions',
  'model_version_tags',
  'logged_models',
  'logged_model_metrics',
  'logged_model_params',
  'logged_model_tags',
  'trace_info',
  'workspaces',
] as const;

export type TableName = (typeof TABLES)[number];

export interface Index {
  name: string;
  /** In order; an expression is ''. */
  columns: string[];
}

export interface Table {
  name: TableName;
  columns: Set<string>;
  indexes: Index[];
}

/** What a store's schema has. Features are looked for; the revision decides nothing (reference mlflow.md, A.1). */
export class Schema {
  constructor(private readonly tables: Map<string, Table>) {}

  has(table: TableName, column?: string): boolean {
    const found = this.tables.get(table);
    return found !== undefined && (column === undefined || found.columns.has(column));
  }

  /** `column`, or NULL under its name where this schema has no such column. */
  column(table: TableName, column: string): string {
    return this.has(table, column) ? column : `NULL AS ${column}`;
  }

  /** The same for an index of these columns and no others: its rows of one value lie in the order of rowid. */
  indexOf(table: TableName, ...columns: string[]): string | undefined {
    const found = this.tables
      .get(table)
      ?.indexes.find((index) => index.columns.join('\n') === columns.join('\n'));
    return found && quoted(found.name);
  }

  /** The name of an index whose first columns are these, quoted for SQL; undefined if there is none. */
  indexOn(table: TableName, ...columns: string[]): string | undefined {
    const found = this.tables
      .get(table)
      ?.indexes.find((index) => columns.every((column, at) => index.columns[at] === column));
    return found && quoted(found.name);
  }
}

function quoted(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}

type Run = (sql: string, params: readonly BindValue[], row: (row: { values(): SqlValue[] }) => void) => void;

/**
 * Reads which tables and columns there are, before anything else is asked of a store, and refuses what MLflow
 * does not make and what could keep SQLite busy for ever: a table that is a view, a virtual table, a computed
 * column.
 *
 * @throws StoreError NOT_A_STORE, CORRUPT
 */
export function readSchema(run: Run): Schema {
  const rows = (sql: string, ...params: string[]): SqlValue[][] => {
    const found: SqlValue[][] = [];
    run(sql, params, (row) => found.push(row.values()));
    return found;
  };
  const objects = rows('SELECT type, name, sql FROM sqlite_master');
  const wanted = new Set<string>(TABLES);
  const tables = new Map<string, Table>();
  for (const [type, rawName, sql] of objects) {
    const name = typeof rawName === 'string' ? rawName.toLowerCase() : '';
    if (!wanted.has(name) || (type !== 'table' && type !== 'view')) {
      continue;
    }
    if (type === 'view' || !/^\s*CREATE\s+TABLE/i.test(String(sql))) {
      throw new StoreError(
        'CORRUPT',
        `Its "${name}" is not a table, which MLflow never makes: the file is not opened.`,
      );
    }
    tables.set(name, { name: name as TableName, columns: new Set(), indexes: [] });
  }
  if (!tables.has('experiments') || !tables.has('runs')) {
    throw new StoreError(
      'NOT_A_STORE',
      'It is a SQLite database, but not MLflow\'s: it has no "experiments" and "runs".',
    );
  }
  for (const table of tables.values()) {
    for (const [, column, , , , , hidden] of rows(`PRAGMA table_xinfo("${table.name}")`)) {
      if (hidden !== 0) {
        throw new StoreError(
          'CORRUPT',
          `Its table "${table.name}" has a computed column, which MLflow never makes: the file is not opened.`,
        );
      }
      table.columns.add(String(column).toLowerCase());
    }
    for (const [, name, , , partial] of rows(`PRAGMA index_list("${table.name}")`)) {
      if (partial === 0 && typeof name === 'string' && !name.startsWith('sqlite_autoindex_')) {
        const columns = rows(`PRAGMA index_info("${name.replace(/"/g, '""')}")`);
        table.indexes.push({
          name,
          columns: columns.map((info) => (typeof info[2] === 'string' ? info[2].toLowerCase() : '')),
        });
      }
    }
  }
  requireColumns(tables);
  return new Schema(tables);
}

/** What every MLflow since 0.9 has, per table: without these columns it is some other program's table. */
const REQUIRED: Partial<Record<TableName, string[]>> = {
  experiments: ['experiment_id', 'name', 'artifact_location', 'lifecycle_stage'],
  runs: [
    'run_uuid',
    'name',
    'user_id',
    'status',
    'start_time',
    'end_time',
    'lifecycle_stage',
    'artifact_uri',
    'experiment_id',
  ],
  metrics: ['key', 'value', 'timestamp', 'run_uuid'],
  latest_metrics: ['key', 'value', 'timestamp', 'step', 'is_nan', 'run_uuid'],
  params: ['key', 'value', 'run_uuid'],
  tags: ['key', 'value', 'run_uuid'],
};

function requireColumns(tables: Map<string, Table>): void {
  for (const [name, columns] of Object.entries(REQUIRED)) {
    const table = tables.get(name);
    if (!table && name !== 'latest_metrics') {
      throw new StoreError('NOT_A_STORE', `It has no table "${name}": it is not an MLflow tracking store.`);
    }
    const missing = table && columns.find((column) => !table.columns.has(column));
    if (missing) {
      throw new StoreError(
        'NOT_A_STORE',
        `Its table "${name}" has no column "${missing}": it is not an MLflow tracking store.`,
      );
    }
  }
}
