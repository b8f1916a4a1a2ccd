import { StoreError } from '../../../mlflow/errors';
import type { ChangeOf } from '../../../mlflow/writer';
import { DELETED_STAGE, loggedModelOf, REDACTED, withVersion } from '../../../registry/rules';
import { insert, readText, remove, update, upsert, workspaceClause, type WriteContext } from './context';
import type { TableName } from './schema';

/** What registry/rules allows, as MLflow's rows. */

type Version = { name: string; version: string };

/** Reference mlflow.md, C.2. */
export async function transitionModelVersionStage(
  context: WriteContext,
  { name, version, stage, archiveExistingVersions }: ChangeOf<'transitionModelVersionStage'>,
): Promise<null> {
  const last_updated_time = context.now;
  if (archiveExistingVersions) {
    await update(
      context,
      'model_versions',
      { current_stage: 'Archived', last_updated_time },
      { name, current_stage: stage },
      // Decimal digits only: the rules have looked.
      ` AND version <> ${version}`,
    );
  }
  await update(context, 'model_versions', { current_stage: stage, last_updated_time }, { name, version });
  await update(context, 'registered_models', { last_updated_time }, { name });
  return null;
}

export async function setRegisteredModelAlias(
  context: WriteContext,
  { name, alias, version }: ChangeOf<'setRegisteredModelAlias'>,
): Promise<null> {
  await upsert(context, 'registered_model_aliases', { name, alias }, { version });
  return null;
}

export async function deleteRegisteredModelAlias(
  context: WriteContext,
  { name, alias }: ChangeOf<'deleteRegisteredModelAlias'>,
): Promise<null> {
  await remove(context, 'registered_model_aliases', { name, alias });
  return null;
}

export async function createRegisteredModel(
  context: WriteContext,
  { name, description }: Pick<ChangeOf<'createRegisteredModel'>, 'name' | 'description'>,
): Promise<null> {
  await insert(context, 'registered_models', {
    name,
    creation_time: context.now,
    last_updated_time: context.now,
    description: description ?? null,
  });
  return null;
}

export async function updateRegisteredModel(
  context: WriteContext,
  { name, description }: ChangeOf<'updateRegisteredModel'>,
): Promise<null> {
  await update(context, 'registered_models', { description, last_updated_time: context.now }, { name });
  return null;
}

/** Versions, tags and aliases follow by the schema's own ON UPDATE CASCADE. */
export async function renameRegisteredModel(
  context: WriteContext,
  { name, newName }: ChangeOf<'renameRegisteredModel'>,
): Promise<null> {
  const last_updated_time = context.now;
  await update(context, 'registered_models', { name: newName, last_updated_time }, { name });
  await update(context, 'model_versions', { last_updated_time }, { name: newName });
  return null;
}

export async function deleteRegisteredModel(
  context: WriteContext,
  { name }: ChangeOf<'deleteRegisteredModel'>,
): Promise<null> {
  const children: TableName[] = [
    'model_version_tags',
    'model_versions',
    'registered_model_tags',
    'registered_model_aliases',
  ];
  for (const table of children) {
    if (context.schema.has(table)) {
      await remove(context, table, { name });
    }
  }
  await remove(context, 'registered_models', { name });
  return null;
}

export async function setRegisteredModelTag(
  context: WriteContext,
  { name, key, value }: ChangeOf<'setRegisteredModelTag'>,
): Promise<null> {
  await upsert(context, 'registered_model_tags', { name, key }, { value });
  return null;
}

export async function deleteRegisteredModelTag(
  context: WriteContext,
  { name, key }: ChangeOf<'deleteRegisteredModelTag'>,
): Promise<null> {
  await remove(context, 'registered_model_tags', { name, key });
  return null;
}

/** Answers the new version's number. As `mlflow.register_model` does: reference mlflow.md, C.3. */
export async function createModelVersion(
  context: WriteContext,
  { name, source, runId, description, createModel }: ChangeOf<'createModelVersion'>,
): Promise<string> {
  if (createModel && (await readText(context, 'registered_models', 'name', { name })) === undefined) {
    await createRegisteredModel(context, { name });
  }
  const modelId = loggedModelOf(source);
  if (modelId === undefined) {
    return insertVersion(context, { name, source, storage_location: source, run_id: runId, description });
  }
  const where = { model_id: modelId };
  const storage_location = (await readText(context, 'logged_models', 'artifact_location', where)) ?? null;
  const run_id = runId ?? (await readText(context, 'logged_models', 'source_run_id', where)) ?? null;
  const version = await insertVersion(context, { name, source, storage_location, run_id, description });
  await linkLoggedModel(context, modelId, { name, version });
  return version;
}

/** Answers the new version's number; the model `to` is made where it is missing. */
export async function copyModelVersion(
  context: WriteContext,
  { name, version, to }: ChangeOf<'copyModelVersion'>,
): Promise<string> {
  if (!context.schema.has('model_versions', 'storage_location')) {
    throw new StoreError(
      'NOT_SUPPORTED_BY_SCHEMA',
      'This store cannot hold a copy of a model version: that came with MLflow 2.8.',
    );
  }
  const read = async (column: string): Promise<string | null> =>
    (await readText(context, 'model_versions', column, { name, version })) ?? null;
  const tagsHere = workspaceClause(context, 'model_version_tags');
  const tags = await context.sql.query(
    `SELECT "key", value FROM model_version_tags WHERE name = ? AND version = ?${tagsHere.text}`,
    [name, version, ...tagsHere.values],
  );
  if ((await readText(context, 'registered_models', 'name', { name: to })) === undefined) {
    await createRegisteredModel(context, { name: to });
  }
  const created = await insertVersion(context, {
    name: to,
    source: `models:/${name}/${version}`,
    storage_location: (await read('storage_location')) || (await read('source')),
    run_id: await read('run_id'),
    run_link: await read('run_link'),
    description: (await read('description')) ?? undefined,
  });
  for (const { key, value } of tags) {
    await insert(context, 'model_version_tags', {
      name: to,
      version: created,
      key: key ?? null,
      value: value ?? null,
    });
  }
  return created;
}

export async function updateModelVersion(
  context: WriteContext,
  { name, version, description }: ChangeOf<'updateModelVersion'>,
): Promise<null> {
  await update(context, 'model_versions', { description, last_updated_time: context.now }, { name, version });
  return null;
}

/** The row stays, redacted, so that its number is never used again. */
export async function deleteModelVersion(
  context: WriteContext,
  { name, version }: ChangeOf<'deleteModelVersion'>,
): Promise<null> {
  const last_updated_time = context.now;
  await update(context, 'registered_models', { last_updated_time }, { name });
  if (context.schema.has('registered_model_aliases')) {
    await remove(context, 'registered_model_aliases', { name, version });
  }
  const redacted = { description: null, user_id: null, status_message: null, ...REDACTED };
  await update(
    context,
    'model_versions',
    { current_stage: DELETED_STAGE, last_updated_time, ...redacted },
    { name, version },
  );
  return null;
}

export async function setModelVersionTag(
  context: WriteContext,
  { name, version, key, value }: ChangeOf<'setModelVersionTag'>,
): Promise<null> {
  await upsert(context, 'model_version_tags', { name, version, key }, { value });
  return null;
}

export async function deleteModelVersionTag(
  context: WriteContext,
  { name, version, key }: ChangeOf<'deleteModelVersionTag'>,
): Promise<null> {
  await remove(context, 'model_version_tags', { name, version, key });
  return null;
}

async function insertVersion(
  context: WriteContext,
  row: {
    name: string;
    source: string;
    storage_location: string | null;
    run_id: string | null;
    run_link?: string | null;
    description?: string;
  },
): Promise<string> {
  if (row.run_id === null && context.schema.isNotNull('model_versions', 'run_id')) {
    throw new StoreError(
      'NOT_SUPPORTED_BY_SCHEMA',
      'A model version in this store needs a run: versions without one came with MLflow 1.13.',
    );
  }
  // Deleted versions count: a number is never used twice.
  const here = workspaceClause(context, 'model_versions');
  const [last] = await context.sql.query(
    `SELECT CAST(coalesce(max(version), 0) + 1 AS TEXT) AS next FROM model_versions WHERE name = ?${here.text}`,
    [row.name, ...here.values],
  );
  const version = String(last?.['next']);
  const { now } = context;
  await update(context, 'registered_models', { last_updated_time: now }, { name: row.name });
  await insert(context, 'model_versions', {
    ...row,
    description: row.description ?? null,
    run_link: row.run_link ?? null,
    version,
    creation_time: now,
    last_updated_time: now,
    user_id: null,
    current_stage: 'None',
    status: 'READY',
    status_message: null,
  });
  return version;
}

/** Appends to the tag `mlflow.modelVersions` of a logged model, in Python's JSON style. */
async function linkLoggedModel(context: WriteContext, modelId: string, version: Version): Promise<void> {
  const key = { model_id: modelId, tag_key: 'mlflow.modelVersions' };
  const known = await readText(context, 'logged_model_tags', 'tag_value', key);
  const experiment_id = await readText(context, 'logged_models', 'experiment_id', { model_id: modelId });
  await upsert(context, 'logged_model_tags', key, {
    tag_value: withVersion(known ?? null, version),
    experiment_id: experiment_id ?? null,
  });
}
