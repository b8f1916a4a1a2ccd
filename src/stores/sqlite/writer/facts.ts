import { StoreError } from '../../../mlflow/errors';
import type { Fact } from '../../../mlflow/writer';
import { readText, type WriteContext } from './context';
import type { TableName } from './schema';

export const DELETED_STAGE = 'Deleted_Internal';

/** A fact that is no longer as it was seen. */
export interface StaleFact {
  label: string;
  seen: string | null;
  now: string | null;
}

/** Reads the rows that the user saw, inside the transaction. Throws STALE with the StaleFacts as details. */
export async function checkFacts(context: WriteContext, facts: readonly Fact[]): Promise<void> {
  const stale: StaleFact[] = [];
  for (const { label, subject, seen } of facts) {
    const now = await readFact(context, subject);
    if (now !== seen) {
      stale.push({ label, seen, now });
    }
  }
  const first = stale[0];
  if (first) {
    throw new StoreError(
      'STALE',
      `Somebody changed this meanwhile: ${first.label} is ${inWords(first.now)} now, it was ${inWords(first.seen)}` +
        `${stale.length > 1 ? ` (and ${stale.length - 1} more)` : ''}. Nothing was changed.`,
      stale,
    );
  }
}

function inWords(value: string | null): string {
  return value === null ? 'not there' : value === '' ? 'empty' : `"${value}"`;
}

/** As text; null where there is no such row, value or table. */
async function readFact(context: WriteContext, subject: Fact['subject']): Promise<string | null> {
  const read = async (
    table: TableName,
    column: string,
    where: Record<string, string>,
  ): Promise<string | null> =>
    context.schema.has(table, column) ? ((await readText(context, table, column, where)) ?? null) : null;
  switch (subject.kind) {
    case 'modelVersion': {
      const { name, version } = subject;
      const stage = await read('model_versions', 'current_stage', { name, version });
      const column = {
        currentStage: 'current_stage',
        description: 'description',
        lastUpdatedTimestamp: 'last_updated_time',
      };
      return stage === DELETED_STAGE
        ? null
        : read('model_versions', column[subject.field], { name, version });
    }
    case 'versionsInStage':
      return versionsInStage(context, subject.name, subject.stage);
    case 'alias':
      return read('registered_model_aliases', 'version', { name: subject.name, alias: subject.alias });
    case 'modelVersionTag':
      return read('model_version_tags', 'value', {
        name: subject.name,
        version: subject.version,
        key: subject.key,
      });
    case 'registeredModel': {
      const { name } = subject;
      if (subject.field === 'exists') {
        return (await read('registered_models', 'name', { name })) === null ? null : 'true';
      }
      const column = { description: 'description', lastUpdatedTimestamp: 'last_updated_time' }[subject.field];
      return read('registered_models', column, { name });
    }
    case 'registeredModelTag':
      return read('registered_model_tags', 'value', { name: subject.name, key: subject.key });
    case 'run':
      return subject.field === 'name'
        ? runName(context, subject.runId)
        : read('runs', 'lifecycle_stage', { run_uuid: subject.runId });
    case 'tag':
      return read('tags', 'value', { run_uuid: subject.runId, key: subject.key });
    case 'experiment':
      return read('experiments', subject.field === 'name' ? 'name' : 'lifecycle_stage', {
        experiment_id: subject.experimentId,
      });
    case 'experimentTag':
      return read('experiment_tags', 'value', { experiment_id: subject.experimentId, key: subject.key });
  }
}

async function versionsInStage(context: WriteContext, name: string, stage: string): Promise<string | null> {
  if (!context.schema.has('model_versions')) {
    return null;
  }
  const workspace = context.schema.has('model_versions', 'workspace') ? "workspace = 'default' AND " : '';
  const rows = await context.sql.query(
    `SELECT version FROM model_versions WHERE ${workspace}name = ? AND current_stage = ? ORDER BY version`,
    [name, stage],
  );
  return rows.map(({ version }) => String(version)).join(',');
}

/** The column, or the tag where the column is empty (MLflow <= 1.29), as the reader shows it. */
async function runName(context: WriteContext, runId: string): Promise<string | null> {
  const column = await readText(context, 'runs', 'name', { run_uuid: runId });
  if (column === undefined || (column !== null && column !== '')) {
    return column ?? null;
  }
  return (await readText(context, 'tags', 'value', { run_uuid: runId, key: 'mlflow.runName' })) ?? '';
}
