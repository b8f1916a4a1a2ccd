import { StoreError } from '../../../mlflow/errors';
import { plainText } from '../../../mlflow/format';
import type { SqlEngine } from './engine';

/** The tables that a change may write, or that it must find to be allowed. */
export const TABLES = [
  'experiments',
  'experiment_tags',
  'runs',
  'params',
  'tags',
  'metrics',
  'latest_metrics',
  'datasets',
  'inputs',
  'input_tags',
  'registered_models',
  'registered_model_tags',
  'registered_model_aliases',
  'model_versions',
  'model_version_tags',
  'logged_models',
  'logged_model_tags',
  'assessments',
  'workspaces',
] as const;
export type TableName = (typeof TABLES)[number];

/** Which MLflow brought a table (reference mlflow.md, A.5), for the sentence that refuses. */
const SINCE: Partial<Record<TableName, string>> = {
  experiment_tags: '1.2',
  registered_models: '1.4',
  model_versions: '1.4',
  registered_model_tags: '1.10',
  model_version_tags: '1.10',
  registered_model_aliases: '2.3',
  logged_models: '3.0',
  logged_model_tags: '3.0',
};

const WORDS: Partial<Record<TableName, string>> = {
  experiment_tags: 'experiment tags',
  registered_models: 'model registry',
  model_versions: 'model registry',
  registered_model_tags: 'tags of registered models',
  model_version_tags: 'tags of model versions',
  registered_model_aliases: 'aliases',
  logged_models: 'logged models',
};

/** What this database's schema has: asked of it, never inferred from its revision (reference mlflow.md, A.1). */
export class Schema {
  private constructor(
    private readonly columns: Map<TableName, Map<string, { type: string; notNull: boolean }>>,
  ) {}

  /** Throws StoreError NOT_A_STORE or CORRUPT where it is not MLflow's or a trap. */
  static async read(sql: SqlEngine, file: string): Promise<Schema> {
    const objects = await sql.query('SELECT type, lower(name) AS name, rootpage FROM sqlite_master');
    const columns = new Map<TableName, Map<string, { type: string; notNull: boolean }>>();
    for (const table of TABLES) {
      const found = objects.find(({ name, type }) => name === table && (type === 'table' || type === 'view'));
      if (!found) {
        continue;
      }
      // A virtual table has no root page.
      if (found['type'] !== 'table' || Number(found['rootpage']) === 0) {
        throw new StoreError(
          'CORRUPT',
          `"${table}" in ${file} is not an ordinary table, as MLflow makes it: nothing is written to this store.`,
        );
      }
      const info = await sql.query(`PRAGMA table_info("${table}")`);
      columns.set(
        table,
        new Map(
          info.map((column) => [
            String(column['name']).toLowerCase(),
            { type: String(column['type']).toUpperCase(), notNull: column['notnull'] === 1 },
          ]),
        ),
      );
    }
    if (!columns.has('experiments') || !columns.has('runs')) {
      throw new StoreError(
        'NOT_A_STORE',
        `${file} is not an MLflow store: it has no tables "experiments" and "runs".`,
      );
    }
    const trigger = await firedTrigger(sql, columns);
    if (trigger !== undefined) {
      throw new StoreError(
        'CORRUPT',
        `${file} has a trigger "${plainText(trigger, 80)}" that MLflow does not make: nothing is written to this store.`,
      );
    }
    return new Schema(columns);
  }

  has(table: TableName, column?: string): boolean {
    const columns = this.columns.get(table);
    return columns !== undefined && (column === undefined || columns.has(column));
  }

  /** Throws NOT_SUPPORTED_BY_SCHEMA, saying which MLflow brings what is missing. */
  require(...tables: TableName[]): void {
    for (const table of tables) {
      if (!this.has(table)) {
        throw new StoreError(
          'NOT_SUPPORTED_BY_SCHEMA',
          `This store has no ${WORDS[table] ?? `table "${table}"`}: that came with MLflow ${SINCE[table] ?? 'later'}. ` +
            'Open it with a newer MLflow ("mlflow db upgrade") to have it.',
        );
      }
    }
  }

  isNotNull(table: TableName, column: string): boolean {
    return this.columns.get(table)?.get(column)?.notNull ?? false;
  }

  /** Characters that a text column is declared for; null for TEXT. SQLite itself does not mind. */
  declaredLength(table: TableName, column: string): number | null {
    const length = /\((\d+)\)/.exec(this.columns.get(table)?.get(column)?.type ?? '')?.[1];
    return length === undefined ? null : Number(length);
  }
}

/**
 * The first trigger that a statement of ours could fire, through whatever chain of foreign keys; undefined for
 * none. SQLite is asked, not the schema's texts: its compiled statements name each trigger that they run.
 */
async function firedTrigger(
  sql: SqlEngine,
  columns: ReadonlyMap<TableName, ReadonlyMap<string, unknown>>,
): Promise<string | undefined> {
  for (const [table, ofTable] of columns) {
    const set = [...ofTable.keys()].map((column) => `${quoted(column)} = ${quoted(column)}`).join(', ');
    for (const statement of [
      `INSERT INTO "${table}" DEFAULT VALUES`,
      `UPDATE "${table}" SET ${set}`,
      `DELETE FROM "${table}"`,
    ]) {
      for (const { opcode, p4 } of await sql.query(`EXPLAIN ${statement}`)) {
        const name =
          opcode === 'Init' || opcode === 'Trace' ? /^-- TRIGGER (.*)/s.exec(String(p4))?.[1] : undefined;
        if (name !== undefined) {
          return name;
        }
      }
    }
  }
  return undefined;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
