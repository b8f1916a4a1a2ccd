import { isStoreError, StoreError } from '../../../mlflow/errors';
import { reportFailure } from '../../../mlflow/failures';
import type { ChangeOf } from '../../../mlflow/writer';
import { shown } from '../../../registry/preview';
import { loggedModelOf, withVersion } from '../../../registry/rules';
import { isAtLeast } from '../api';
import {
  aliasesOf,
  findLoggedModel,
  findModel,
  findVersion,
  numberOf,
  tagsOf,
  textOf,
  timeOf,
} from './facts';
import { byRequest, MADE, type Made, type WriteContext } from './made';
import { Unsettled, type Fields } from './server';

/** What registry/rules allows, as requests to MLflow's model registry (reference servers.md, section 8). */

export const transitionModelVersionStage = byRequest<'transitionModelVersionStage'>(
  'POST',
  'model-versions/transition-stage',
  ({ name, version, stage, archiveExistingVersions }) => ({
    name,
    version,
    stage,
    archive_existing_versions: archiveExistingVersions,
  }),
  'model_version',
);

export const setRegisteredModelAlias = byRequest<'setRegisteredModelAlias'>(
  'POST',
  'registered-models/alias',
  ({ name, alias, version }) => ({ name, alias, version }),
);

export const deleteRegisteredModelAlias = byRequest<'deleteRegisteredModelAlias'>(
  'DELETE',
  'registered-models/alias',
  ({ name, alias }) => ({ name, alias }),
);

export async function createRegisteredModel(
  { server }: WriteContext,
  { name, description }: Pick<ChangeOf<'createRegisteredModel'>, 'name' | 'description'>,
): Promise<Made> {
  const answer = await server.send('POST', 'registered-models/create', {
    name,
    ...(description === undefined ? {} : { description }),
  });
  return { created: null, time: timeOf(answer['registered_model']) };
}

/**
 * Servers write an empty text where none is given (_update_registered_model of mlflow/server/handlers.py, 1.30.1 to 3.17.2):
 * a description that was NULL does not become NULL again, and nobody who asks a server sees the difference.
 */
export const updateRegisteredModel = byRequest<'updateRegisteredModel'>(
  'PATCH',
  'registered-models/update',
  ({ name, description }) => ({
    name,
    description: description ?? '',
  }),
  'registered_model',
);

/**
 * A server on a folder (FileStore.rename_registered_model) loses the model's aliases and tags: those are given back. Where
 * a version has a tag it ends amid that with an error, and leaves both names.
 */
export async function renameRegisteredModel(
  context: WriteContext,
  { name, newName }: ChangeOf<'renameRegisteredModel'>,
): Promise<Made> {
  const { server } = context;
  const before = await findModel(server, name);
  const answer = await server.send('POST', 'registered-models/rename', { name, new_name: newName });
  const time = timeOf(answer['registered_model']);
  const after = await findModel(server, newName);
  const tags = missing(tagsOf(before), tagsOf(after));
  const aliases = missing(aliasesOf(before), aliasesOf(after));
  try {
    for (const [key, value] of tags) {
      await server.send('POST', 'registered-models/set-tag', { name: newName, key, value });
    }
    for (const [alias, version] of aliases) {
      await server.send('POST', 'registered-models/alias', { name: newName, alias, version });
    }
  } catch (error) {
    const lost = [...tags.map(([key]) => key), ...aliases.map(([alias]) => `@${alias}`)]
      .map(shown)
      .join(', ');
    const why = error instanceof Error ? error.message : String(error);
    const sentence = `The server lost some of what the model had (${lost}), and it could not all be given back: ${why}`;
    return { created: null, time, meanwhile: [sentence] };
  }
  return { created: null, time };
}

export const deleteRegisteredModel = byRequest<'deleteRegisteredModel'>(
  'DELETE',
  'registered-models/delete',
  ({ name }) => ({ name }),
);

export const setRegisteredModelTag = byRequest<'setRegisteredModelTag'>(
  'POST',
  'registered-models/set-tag',
  ({ name, key, value }) => ({ name, key, value }),
);

export const deleteRegisteredModelTag = byRequest<'deleteRegisteredModelTag'>(
  'DELETE',
  'registered-models/delete-tag',
  ({ name, key }) => ({ name, key }),
);

/**
 * Answers the new version's number. A logged model is named as `mlflow.register_model` names it, whose server notes the
 * version on it; that client notes it there once more (tracking/_model_registry/fluent.py of 3.17.2), which is not done here.
 */
export async function createModelVersion(
  context: WriteContext,
  { name, source, runId, description, createModel }: ChangeOf<'createModelVersion'>,
): Promise<Made> {
  const modelId = loggedModelOf(source);
  const made = await addVersion(context, name, createModel === true, {
    source,
    ...(runId === null ? {} : { run_id: runId }),
    ...(description === undefined ? {} : { description }),
    ...(modelId === undefined ? {} : { model_id: modelId }),
  });
  if (modelId !== undefined && made.created !== null) {
    // The version is there: what is missing on the logged model does not undo it.
    await noteOnLoggedModel(context, modelId, { name, version: made.created }).catch(reportFailure);
  }
  return made;
}

/** Answers the new version's number; the model `to` is made where it is missing. As MlflowClient.copy_model_version. */
export async function copyModelVersion(
  context: WriteContext,
  { name, version, to }: ChangeOf<'copyModelVersion'>,
): Promise<Made> {
  const { server } = context;
  // One that does not say its version is of 1.x, or of 2.x and later behind a prefix: those have aliases.
  const canCopy =
    server.api.version === null ? await server.has('registered-models/alias') : isAtLeast(server.api, 2, 8);
  if (!canCopy) {
    throw new StoreError(
      'NOT_SUPPORTED_BY_SCHEMA',
      'This tracking server cannot hold a copy of a model version: that came with MLflow 2.8.',
    );
  }
  const from = await findVersion(server, { name, version });
  const field = (key: string): Record<string, string> => {
    const value = textOf(from?.[key]);
    return value === null ? {} : { [key]: value };
  };
  return addVersion(context, to, true, {
    source: `models:/${name}/${version}`,
    ...field('run_id'),
    ...field('run_link'),
    ...field('description'),
    tags: [...tagsOf(from)].map(([key, value]) => ({ key, value })),
  });
}

export const updateModelVersion = byRequest<'updateModelVersion'>(
  'PATCH',
  'model-versions/update',
  ({ name, version, description }) => ({
    name,
    version,
    // Left out it becomes NULL.
    ...(description === null ? {} : { description }),
  }),
  'model_version',
);

/**
 * Servers before MLflow 3.11 leave the aliases of the version behind (reference mlflow.md, C.4): they are taken away
 * after it. Stopped in between, one names a version that is gone, as MLflow leaves it.
 */
export async function deleteModelVersion(
  context: WriteContext,
  { name, version }: ChangeOf<'deleteModelVersion'>,
): Promise<Made> {
  const { server } = context;
  await server.send('DELETE', 'model-versions/delete', { name, version });
  for (const [alias, named] of aliasesOf(await findModel(server, name))) {
    if (named === version) {
      await deleteRegisteredModelAlias(context, { type: 'deleteRegisteredModelAlias', name, alias });
    }
  }
  return MADE;
}

export const setModelVersionTag = byRequest<'setModelVersionTag'>(
  'POST',
  'model-versions/set-tag',
  ({ name, version, key, value }) => ({ name, version, key, value }),
);

export const deleteModelVersionTag = byRequest<'deleteModelVersionTag'>(
  'DELETE',
  'model-versions/delete-tag',
  ({ name, version, key }) => ({ name, version, key }),
);

/** @param makeModel whether the model is made where it is missing */
async function addVersion(
  context: WriteContext,
  name: string,
  makeModel: boolean,
  fields: Fields,
): Promise<Made> {
  const { server } = context;
  const isNew = makeModel && (await findModel(server, name)) === null;
  if (isNew) {
    await createRegisteredModel(context, { name });
  }
  try {
    const answer = await server.send('POST', 'model-versions/create', { name, ...fields });
    const version = answer['model_version'];
    return { created: numberOf((version ?? {}) as Fields) || null, time: timeOf(version) };
  } catch (error) {
    if (!isNew || !(error instanceof Unsettled || isStoreError(error))) {
      throw error;
    }
    const { code, message, details } = error instanceof Unsettled ? error.cause : error;
    const sentence = `The registered model "${shown(name)}" was made, and its version was not: ${message}`;
    const said = new StoreError(code, sentence, details, { cause: error });
    throw error instanceof Unsettled ? new Unsettled(said, error.wasRefused) : said;
  }
}

async function noteOnLoggedModel(
  { server }: WriteContext,
  modelId: string,
  version: { name: string; version: string },
): Promise<void> {
  const info = (await findLoggedModel(server, modelId))?.['info'] as Fields | undefined;
  const noted = tagsOf(info ?? null).get(MODEL_VERSIONS) ?? null;
  const isNoted = noted?.includes(withVersion(null, version).slice(1, -1)) === true;
  if (!isNoted) {
    await server.send('PATCH', `logged-models/${encodeURIComponent(modelId)}/tags`, {
      tags: [{ key: MODEL_VERSIONS, value: withVersion(noted, version) }],
    });
  }
}

const MODEL_VERSIONS = 'mlflow.modelVersions';

function missing(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): [string, string][] {
  return [...before].filter(([key]) => !after.has(key));
}
