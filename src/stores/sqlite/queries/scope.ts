import type { Reader } from '../reader';
import type { TableName } from '../schema';

/** Of the experiments that MLflow knows: one with another stage, or none, is in no answer of its searches. */
const KNOWN_STAGES = "('active', 'deleted')";

/** The name as SQL: a worker reads one workspace, so that statements stay few. It holds no NUL (stores/uri.ts). */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** ` AND table.workspace = 'team-a'`, where the table has workspaces (MLflow >= 3.10). */
export function inWorkspace(reader: Reader, table: TableName): string {
  return reader.schema.has(table, 'workspace') ? ` AND ${table}.workspace = ${quoted(reader.workspace)}` : '';
}

/** The condition on `experiments` for those that MLflow lists, in this workspace. */
export function listedExperiments(reader: Reader): string {
  return `lifecycle_stage IN ${KNOWN_STAGES}${inWorkspace(reader, 'experiments')}`;
}

/**
 * The condition on a column that holds an experiment's id, for rows of this workspace; null where all are, as in nearly
 * every store, and nothing has to be looked up.
 *
 * @param listed only those of experiments that MLflow lists
 */
export function ofExperiments(reader: Reader, column: string, listed = false): string | null {
  const known = listed ? listedExperiments(reader) : `1${inWorkspace(reader, 'experiments')}`;
  const narrows = reader.memo(`narrows ${known}`, () =>
    reader.first(`SELECT 1 FROM experiments WHERE (${known}) IS NOT 1 LIMIT 1`),
  );
  return narrows ? `${column} IN (SELECT experiment_id FROM experiments WHERE ${known})` : null;
}

/** How many experiments of this workspace no search of MLflow's finds. */
export function countUnlisted(reader: Reader): number {
  const [row] = reader.query(
    `SELECT count(*) FROM experiments
      WHERE (lifecycle_stage IN ${KNOWN_STAGES}) IS NOT 1${inWorkspace(reader, 'experiments')}`,
  );
  return Number(row?.[0] ?? 0);
}

/** The workspace of an experiment, where it is another than this one; null where it is this one, or there is none. */
export function otherWorkspaceOf(reader: Reader, experimentId: string): string | null {
  if (!reader.schema.has('experiments', 'workspace') || !/^-?\d{1,19}$/.test(experimentId)) {
    return null;
  }
  const [row] = reader.query(
    `SELECT CAST(workspace AS TEXT) FROM experiments
      WHERE experiment_id = CAST(? AS INTEGER) AND workspace <> ${quoted(reader.workspace)}`,
    [experimentId],
  );
  return row ? String(row[0]) : null;
}
