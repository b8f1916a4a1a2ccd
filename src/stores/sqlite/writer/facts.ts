import type { Fact } from '../../../mlflow/writer';
import { DELETED_STAGE } from '../../../registry/rules';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { isElsewhere, readText, workspaceClause, type Where, type WriteContext } from './context';
import type { TableName } from './schema';

/**
 * What a fact's subject is inside the transaction: as text, as the reader shows it; null where there is no such
 * row or table.
 */
export async function readFact(context: WriteContext, subject: Fact['subject']): Promise<string | null> {
  const read = async (table: TableName, column: string, where: Where): Promise<string | null | undefined> =>
    context.schema.has(table, column) ? readText(context, table, column, where) : undefined;
  /** Of a row that is there, NULL is told as empty: the reader does so for tags, names and stages. */
  const readFilled = async (table: TableName, column: string, where: Where): Promise<string | null> => {
    const value = await read(table, column, where);
    return value === undefined ? null : (value ?? '');
  };
  switch (subject.kind) {
    case 'modelVersion': {
      const { name, version } = subject;
      const stage = await readFilled('model_versions', 'current_stage', { name, version });
      if (subject.field === 'currentStage' || stage === DELETED_STAGE) {
        return stage === DELETED_STAGE ? null : stage;
      }
      const column = { description: 'description', lastUpdatedTimestamp: 'last_updated_time' }[subject.field];
      return (await read('model_versions', column, { name, version })) ?? null;
    }
    case 'versionsInStage':
      return versionsInStage(context, subject.name, subject.stage);
    case 'alias':
      return readFilled('registered_model_aliases', 'version', { name: subject.name, alias: subject.alias });
    case 'modelVersionTag': {
      const { name, version, key } = subject;
      return readFilled('model_version_tags', 'value', { name, version, key });
    }
    case 'registeredModel': {
      const { name } = subject;
      if (subject.field === 'exists') {
        return (await read('registered_models', 'name', { name })) === undefined ? null : 'true';
      }
      const column = { description: 'description', lastUpdatedTimestamp: 'last_updated_time' }[subject.field];
      return (await read('registered_models', column, { name })) ?? null;
    }
    case 'registeredModelTag':
      return readFilled('registered_model_tags', 'value', { name: subject.name, key: subject.key });
    case 'run':
      if (await isElsewhere(context, await read('runs', 'experiment_id', { run_uuid: subject.runId }))) {
        return null;
      }
      return subject.field === 'name'
        ? runName(context, subject.runId)
        : readFilled('runs', 'lifecycle_stage', { run_uuid: subject.runId });
    case 'tag':
      return readFilled('tags', 'value', { run_uuid: subject.runId, key: subject.key });
    case 'experiment':
      return readFilled('experiments', subject.field === 'name' ? 'name' : 'lifecycle_stage', {
        experiment_id: subject.experimentId,
      });
    case 'experimentTag':
      return readFilled('experiment_tags', 'value', {
        experiment_id: subject.experimentId,
        key: subject.key,
      });
    case 'experimentNamed':
      return readFilled('experiments', 'lifecycle_stage', { name: subject.name });
    case 'loggedModel':
      if (
        await isElsewhere(
          context,
          await read('logged_models', 'experiment_id', { model_id: subject.modelId }),
        )
      ) {
        return null;
      }
      return readFilled('logged_models', 'artifact_location', { model_id: subject.modelId });
  }
}

async function versionsInStage(context: WriteContext, name: string, stage: string): Promise<string | null> {
  if (!context.schema.has('model_versions')) {
    return null;
  }
  const here = workspaceClause(context, 'model_versions');
  const rows = await context.sql.query(
    `SELECT version FROM model_versions WHERE name = ? AND current_stage = ?${here.text} ORDER BY version`,
    [name, stage, ...here.values],
  );
  return rows.map(({ version }) => String(version)).join(',');
}

/** The column, or the tag where the column is empty (MLflow <= 1.29), as the reader shows it. */
async function runName(context: WriteContext, runId: string): Promise<string | null> {
  const column = await readText(context, 'runs', 'name', { run_uuid: runId });
  if (column === undefined || (column !== null && column !== '')) {
    return column ?? null;
  }
  return (await readText(context, 'tags', 'value', { run_uuid: runId, key: TAG_RUN_NAME })) ?? '';
}
