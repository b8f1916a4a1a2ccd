import {
  aliasProblem,
  canonicalStage,
  descriptionProblem,
  modelNameProblem,
  mustBeValid,
  tagKeyProblem,
  tagValueProblem,
} from '../../../registry/validation';
import { StoreError } from '../../../mlflow/errors';
import type { Change } from '../../../mlflow/writer';
import { invalid, insert, missing, readText, remove, update, upsert, type WriteContext } from './context';
import { DELETED_STAGE } from './facts';
import type { TableName } from './schema';

/** MLflow's limit since the column is TEXT (3.1.1), and before (reference mlflow.md, A.5 and A.6). */
const MAX_REGISTRY_TAG = 100_000;
const MAX_OLD_REGISTRY_TAG = 5000;
const PROMPT_TAG = 'mlflow.prompt.is_prompt';
const REDACTED = {
  source: 'REDACTED-SOURCE-PATH',
  run_id: 'REDACTED-RUN-ID',
  run_link: 'REDACTED-RUN-LINK',
};

export type ChangeOf<Type extends Change['type']> = Extract<Change, { type: Type }>;
type Version = { name: string; version: string };

/** Reference mlflow.md, C.2. */
export async function transitionModelVersionStage(
  context: WriteContext,
  change: ChangeOf<'transitionModelVersionStage'>,
): Promise<null> {
  const { name, version, archiveExistingVersions } = change;
  const stage = canonicalStage(change.stage);
  if (archiveExistingVersions && stage !== 'Staging' && stage !== 'Production') {
    throw invalid(
      `Only a transition to Staging or Production can archive the versions that are there, not one to ${stage}.`,
    );
  }
  await mustBeVersion(context, change);
  const last_updated_time = context.now;
  if (archiveExistingVersions) {
    await update(
      context,
      'model_versions',
      { current_stage: 'Archived', last_updated_time },
      { name, current_stage: stage },
      // Decimal digits only: mustBeVersion has looked.
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
  mustBeValid(aliasProblem(alias));
  context.schema.require('registered_model_aliases');
  await mustBeVersion(context, { name, version });
  await upsert(context, 'registered_model_aliases', { name, alias }, { version });
  return null;
}

export async function deleteRegisteredModelAlias(
  context: WriteContext,
  { name, alias }: ChangeOf<'deleteRegisteredModelAlias'>,
): Promise<null> {
  context.schema.require('registered_model_aliases');
  await mustBeModel(context, name);
  await remove(context, 'registered_model_aliases', { name, alias });
  return null;
}

export async function createRegisteredModel(
  context: WriteContext,
  { name, description }: Pick<ChangeOf<'createRegisteredModel'>, 'name' | 'description'>,
): Promise<null> {
  mustBeValid(modelNameProblem(name) ?? descriptionProblem(description ?? ''));
  await mustBeFree(context, name);
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
  mustBeValid(descriptionProblem(description ?? ''));
  await mustBeModel(context, name);
  await update(context, 'registered_models', { description, last_updated_time: context.now }, { name });
  return null;
}

/** Versions, tags and aliases follow by the schema's own ON UPDATE CASCADE. */
export async function renameRegisteredModel(
  context: WriteContext,
  { name, newName }: ChangeOf<'renameRegisteredModel'>,
): Promise<null> {
  mustBeValid(modelNameProblem(newName));
  await mustBeModel(context, name);
  if (newName !== name) {
    await mustBeFree(context, newName);
  }
  const last_updated_time = context.now;
  await update(context, 'registered_models', { name: newName, last_updated_time }, { name });
  await update(context, 'model_versions', { last_updated_time }, { name: newName });
  return null;
}

export async function deleteRegisteredModel(
  context: WriteContext,
  { name }: ChangeOf<'deleteRegisteredModel'>,
): Promise<null> {
  await mustBeModel(context, name);
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
  context.schema.require('registered_model_tags');
  mustBeValid(tagKeyProblem(key) ?? tagValueProblem(value, registryTagLimit(context)));
  await mustBeModel(context, name);
  await upsert(context, 'registered_model_tags', { name, key }, { value });
  return null;
}

export async function deleteRegisteredModelTag(
  context: WriteContext,
  { name, key }: ChangeOf<'deleteRegisteredModelTag'>,
): Promise<null> {
  context.schema.require('registered_model_tags');
  await mustBeModel(context, name);
  await remove(context, 'registered_model_tags', { name, key });
  return null;
}

/** Answers the new version's number. As `mlflow.register_model` does: reference mlflow.md, C.3. */
export async function createModelVersion(
  context: WriteContext,
  { name, source, runId, description, createModel }: ChangeOf<'createModelVersion'>,
): Promise<string> {
  mustBeValid(descriptionProblem(description ?? ''));
  context.schema.require('registered_models', 'model_versions');
  if (createModel && (await readText(context, 'registered_models', 'name', { name })) === undefined) {
    await createRegisteredModel(context, { name });
  }
  const modelId = /^models:\/{1,3}(m-[^/@]+)$/.exec(source)?.[1];
  if (modelId === undefined) {
    return insertVersion(context, { name, source, storage_location: source, run_id: runId, description });
  }
  context.schema.require('logged_models');
  const where = { model_id: modelId };
  const storage_location = await readText(context, 'logged_models', 'artifact_location', where);
  if (storage_location === undefined) {
    throw missing(`There is no logged model ${modelId} in this store.`);
  }
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
  context.schema.require('registered_models', 'model_versions', 'model_version_tags');
  if (!context.schema.has('model_versions', 'storage_location')) {
    throw new StoreError(
      'NOT_SUPPORTED_BY_SCHEMA',
      'This store cannot hold a copy of a model version: that came with MLflow 2.8.',
    );
  }
  await mustBeVersion(context, { name, version });
  const read = async (column: string): Promise<string | null> =>
    (await readText(context, 'model_versions', column, { name, version })) ?? null;
  const tags = await context.sql.query(
    `SELECT "key", value FROM model_version_tags WHERE ${workspaceClause(context)}name = ? AND version = ?`,
    [name, version],
  );
  if (tags.some(({ key, value }) => key === PROMPT_TAG && value === 'true')) {
    throw invalid(`${name} is a prompt, not a model: it cannot be copied.`);
  }
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
  mustBeValid(descriptionProblem(description ?? ''));
  await mustBeVersion(context, { name, version });
  await update(context, 'model_versions', { description, last_updated_time: context.now }, { name, version });
  return null;
}

/** The row stays, redacted, so that its number is never used again. */
export async function deleteModelVersion(
  context: WriteContext,
  { name, version }: ChangeOf<'deleteModelVersion'>,
): Promise<null> {
  await mustBeVersion(context, { name, version });
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
  context.schema.require('model_version_tags');
  mustBeValid(tagKeyProblem(key) ?? tagValueProblem(value, registryTagLimit(context)));
  await mustBeVersion(context, { name, version });
  await upsert(context, 'model_version_tags', { name, version, key }, { value });
  return null;
}

export async function deleteModelVersionTag(
  context: WriteContext,
  { name, version, key }: ChangeOf<'deleteModelVersionTag'>,
): Promise<null> {
  context.schema.require('model_version_tags');
  await mustBeVersion(context, { name, version });
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
  await mustBeModel(context, row.name);
  if (row.run_id === null && context.schema.isNotNull('model_versions', 'run_id')) {
    throw new StoreError(
      'NOT_SUPPORTED_BY_SCHEMA',
      'A model version in this store needs a run: versions without one came with MLflow 1.13.',
    );
  }
  // Deleted versions count: a number is never used twice.
  const [last] = await context.sql.query(
    `SELECT CAST(coalesce(max(version), 0) + 1 AS TEXT) AS next FROM model_versions WHERE ${workspaceClause(context)}name = ?`,
    [row.name],
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
  const entry = `{"name": ${pythonJson(version.name)}, "version": ${version.version}}`;
  const list = /^\s*\[(.*)\]\s*$/s.exec(known ?? '')?.[1]?.trim();
  const experiment_id = await readText(context, 'logged_models', 'experiment_id', { model_id: modelId });
  await upsert(context, 'logged_model_tags', key, {
    tag_value: list ? `[${list}, ${entry}]` : `[${entry}]`,
    experiment_id: experiment_id ?? null,
  });
}

function pythonJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function mustBeModel(context: WriteContext, name: string): Promise<void> {
  context.schema.require('registered_models');
  if ((await readText(context, 'registered_models', 'name', { name })) === undefined) {
    throw missing(`There is no registered model "${name}" in this store (any more).`);
  }
}

async function mustBeFree(context: WriteContext, name: string): Promise<void> {
  context.schema.require('registered_models');
  if ((await readText(context, 'registered_models', 'name', { name })) !== undefined) {
    throw new StoreError('RESOURCE_ALREADY_EXISTS', `There is a registered model "${name}" already.`);
  }
}

async function mustBeVersion(context: WriteContext, { name, version }: Version): Promise<void> {
  context.schema.require('registered_models', 'model_versions');
  if (!/^\d{1,15}$/.test(version)) {
    throw invalid(`"${version}" is not the number of a model version.`);
  }
  const stage = await readText(context, 'model_versions', 'current_stage', { name, version });
  if (stage === undefined || stage === DELETED_STAGE) {
    throw missing(`There is no version ${version} of "${name}" in this store (any more).`);
  }
}

function registryTagLimit({ schema }: WriteContext): number {
  return schema.declaredLength('model_version_tags', 'value') === null
    ? MAX_REGISTRY_TAG
    : MAX_OLD_REGISTRY_TAG;
}

function workspaceClause({ schema }: WriteContext): string {
  return schema.has('model_versions', 'workspace') ? "workspace = 'default' AND " : '';
}
