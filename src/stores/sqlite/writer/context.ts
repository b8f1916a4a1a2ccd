import type { SqlEngine, SqlValue } from './engine';
import type { Schema, TableName } from './schema';

/** One transaction: what the statements of a change need to know. */
export interface WriteContext {
  sql: SqlEngine;
  schema: Schema;
  /** One timestamp for all rows, ms. */
  now: number;
  /** Absolute path of the database. */
  file: string;
  /** Whose rows are changed: what another workspace holds is not there, as for MLflow. */
  workspace: string;
}

export interface Where {
  [column: string]: SqlValue;
}

/** Restricts to the workspace where the table has workspaces (MLflow >= 3.10). */
function inWorkspace(context: WriteContext, table: TableName, where: Where): Where {
  return context.schema.has(table, 'workspace') ? { workspace: context.workspace, ...where } : where;
}

function clause(where: Where): { text: string; values: SqlValue[] } {
  const entries = Object.entries(where);
  return {
    text: entries
      .map(([column, value]) => (value === null ? `"${column}" IS NULL` : `"${column}" = ?`))
      .join(' AND '),
    values: entries.flatMap(([, value]) => (value === null ? [] : [value])),
  };
}

/** A column of the row, as text; undefined where there is no such row. */
export async function readText(
  context: WriteContext,
  table: TableName,
  column: string,
  where: Where,
): Promise<string | null | undefined> {
  const { text, values } = clause(inWorkspace(context, table, where));
  const rows = await context.sql.query(
    `SELECT CAST("${column}" AS TEXT) AS v FROM "${table}" WHERE ${text} LIMIT 1`,
    values,
  );
  return rows[0] === undefined ? undefined : (rows[0]['v'] as string | null);
}

/** Sets columns that this schema has (older ones lack some); answers how many rows were touched. */
export async function update(
  context: WriteContext,
  table: TableName,
  set: Where,
  where: Where,
  further = '',
): Promise<number> {
  const columns = Object.entries(set).filter(([column]) => context.schema.has(table, column));
  const { text, values } = clause(inWorkspace(context, table, where));
  return context.sql.execute(
    `UPDATE "${table}" SET ${columns.map(([column]) => `"${column}" = ?`).join(', ')} WHERE ${text}${further}`,
    [...columns.map(([, value]) => value), ...values],
  );
}

/** Inserts the columns that this schema has. */
export async function insert(context: WriteContext, table: TableName, row: Where): Promise<void> {
  const columns = Object.entries(inWorkspace(context, table, row)).filter(([column]) =>
    context.schema.has(table, column),
  );
  await context.sql.execute(
    `INSERT INTO "${table}" (${columns.map(([column]) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    columns.map(([, value]) => value),
  );
}

export async function remove(context: WriteContext, table: TableName, where: Where): Promise<number> {
  const { text, values } = clause(inWorkspace(context, table, where));
  return context.sql.execute(`DELETE FROM "${table}" WHERE ${text}`, values);
}

/** What SQLAlchemy's merge does: sets the row with this key, or makes it. Works before SQLite 3.24's upsert. */
export async function upsert(context: WriteContext, table: TableName, key: Where, set: Where): Promise<void> {
  if ((await readText(context, table, Object.keys(key)[0]!, key)) === undefined) {
    await insert(context, table, { ...key, ...set });
  } else {
    await update(context, table, set, key);
  }
}

/** ` AND workspace = ?` with its value, where the table has workspaces. */
export function workspaceClause(
  context: WriteContext,
  table: TableName,
): { text: string; values: SqlValue[] } {
  return context.schema.has(table, 'workspace')
    ? { text: ' AND workspace = ?', values: [context.workspace] }
    : { text: '', values: [] };
}

/** Whether an experiment is of another workspace; not where there is no such experiment. */
export async function isElsewhere(
  context: WriteContext,
  experimentId: string | null | undefined,
): Promise<boolean> {
  if (
    experimentId === null ||
    experimentId === undefined ||
    !context.schema.has('experiments', 'workspace')
  ) {
    return false;
  }
  const rows = await context.sql.query(
    'SELECT 1 AS found FROM experiments WHERE experiment_id = CAST(? AS INTEGER) AND workspace <> ?',
    [experimentId, context.workspace],
  );
  return rows.length > 0;
}
