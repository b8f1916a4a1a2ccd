import * as path from 'node:path';
import { StoreError } from '../../../mlflow/errors';
import type { ChangeOf } from '../../../mlflow/writer';
import { DELETED_STAGE, loggedModelOf, withVersion } from '../../../registry/rules';
import type { WriteContext } from './trackingChanges';
import { yamlOf, type YamlValue } from './yamlText';

/**
 * What registry/rules allows, as MLflow's files (mlflow/store/model_registry/file_store.py). Each file is put in its
 * place whole. A model or a version without its meta.yaml would end each of MLflow's searches: such a folder appears
 * and goes as a whole.
 */

type Fields = Readonly<Record<string, YamlValue>>;

/** What MLflow's versions differ in: as the store's other files have it. */
const MODEL_FIELDS: Fields = {
  aliases: new Map(),
  deployment_job_id: null,
  deployment_job_state: null,
  workspace: 'default',
};
const VERSION_FIELDS: Fields = {
  aliases: [],
  deployment_job_state: null,
  model_id: null,
  storage_location: null,
  workspace: 'default',
};
const MODEL_VERSIONS = 'mlflow.modelVersions';

/**
 * The version first and then those that it takes the place of: stopped in between, two are in the stage, and not none.
 * MLflow does it the other way round.
 */
export function transitionModelVersionStage(
  context: WriteContext,
  { name, version, stage, archiveExistingVersions }: ChangeOf<'transitionModelVersionStage'>,
): null {
  const { places } = context;
  const model = mustModel(context, name);
  const target = mustVersion(context, name, version);
  const archived = archiveExistingVersions
    ? places
        .versions(model)
        .filter(({ folder }) => folder !== target && places.text(folder, 'current_stage') === stage)
    : [];
  places.files.mustBeChangeable([target, ...archived.map(({ folder }) => folder), model]);
  changeVersion(context, target, { current_stage: stage });
  for (const { folder } of archived) {
    changeVersion(context, folder, { current_stage: 'Archived' });
  }
  return changeModel(context, model);
}

export function setRegisteredModelAlias(
  context: WriteContext,
  { name, alias, version }: ChangeOf<'setRegisteredModelAlias'>,
): null {
  const model = mustModel(context, name);
  context.places.files.setValue(model, 'aliases', alias, version);
  return changeModel(context, model);
}

export function deleteRegisteredModelAlias(
  context: WriteContext,
  { name, alias }: ChangeOf<'deleteRegisteredModelAlias'>,
): null {
  const model = mustModel(context, name);
  context.places.files.removeValue(model, 'aliases', alias);
  return changeModel(context, model);
}

export function createRegisteredModel(
  { places, now }: WriteContext,
  { name, description }: Pick<ChangeOf<'createRegisteredModel'>, 'name' | 'description'>,
): null {
  const { files } = places;
  const text = yamlOf({
    creation_timestamp: now,
    description: description ?? null,
    last_updated_timestamp: now,
    name,
    ...like(MODEL_FIELDS, places.fieldsLike(places.models(), MODEL_FIELDS)),
  });
  if (!files.appear(places.modelFolder(name), (making) => files.writeNew(`${making}/meta.yaml`, text))) {
    throw taken(name);
  }
  return null;
}

export function updateRegisteredModel(
  context: WriteContext,
  { name, description }: ChangeOf<'updateRegisteredModel'>,
): null {
  return changeModel(context, mustModel(context, name), { description });
}

/**
 * The new one appears whole, with all that the old one has, and then the old one goes: stopped in between, both are
 * there. MLflow's own writes meta.yaml and the versions anew, and so loses the aliases and tags of the model; where a
 * version has a tag it ends amid that with an AttributeError, and leaves both (FileStore.rename_registered_model of
 * mlflow/store/model_registry/file_store.py, 2.14.3 to 3.17.2: `mv.tags` is a dict there).
 */
export function renameRegisteredModel(
  context: WriteContext,
  { name, newName }: ChangeOf<'renameRegisteredModel'>,
): null {
  const { places, now } = context;
  const { files } = places;
  const model = mustModel(context, name);
  if (newName === name) {
    return changeModel(context, model);
  }
  const changes = { name: newName, last_updated_timestamp: now };
  const versions = places.versions(model);
  const isMade = files.appear(places.modelFolder(newName), (making) => {
    files.copyInto(model, making);
    for (const { folder } of versions) {
      const fields = { ...changes, ...notedAliases(context, folder) };
      files.changeMeta(making + folder.slice(model.length), fields, false);
    }
    files.changeMeta(making, { ...changes, ...aliasesOf(context, model) }, false);
  });
  if (!isMade) {
    throw taken(newName);
  }
  files.disappear(model);
  return null;
}

export function deleteRegisteredModel(
  context: WriteContext,
  { name }: ChangeOf<'deleteRegisteredModel'>,
): null {
  context.places.files.disappear(mustModel(context, name));
  return null;
}

export function setRegisteredModelTag(
  context: WriteContext,
  { name, key, value }: ChangeOf<'setRegisteredModelTag'>,
): null {
  const model = mustModel(context, name);
  context.places.files.setValue(model, 'tags', key, value);
  return changeModel(context, model);
}

export function deleteRegisteredModelTag(
  context: WriteContext,
  { name, key }: ChangeOf<'deleteRegisteredModelTag'>,
): null {
  const model = mustModel(context, name);
  const isThere = context.places.files.value(`${model}/tags`, key) !== null;
  context.places.files.removeValue(model, 'tags', key);
  return isThere ? changeModel(context, model) : null;
}

/** Answers the new version's number. As `mlflow.register_model` does: reference mlflow.md, C.3. */
export function createModelVersion(
  context: WriteContext,
  { name, source, runId, description, createModel }: ChangeOf<'createModelVersion'>,
): string {
  const { places } = context;
  if (createModel && places.model(name) === null) {
    createRegisteredModel(context, { name });
  }
  const modelId = loggedModelOf(source);
  const logged = modelId === undefined ? null : places.loggedModel(modelId);
  const version = addVersion(context, name, {
    source,
    storage_location: (logged && places.text(logged, 'artifact_location')) ?? source,
    run_id: runId ?? (logged && places.text(logged, 'source_run_id')),
    run_link: null,
    description: description ?? null,
    model_id: modelId ?? null,
  });
  if (logged !== null) {
    const known = places.files.value(`${logged}/tags`, MODEL_VERSIONS);
    places.files.setValue(logged, 'tags', MODEL_VERSIONS, withVersion(known, { name, version }));
  }
  return version;
}

/** Answers the new version's number; the model `to` is made where it is missing. */
export function copyModelVersion(
  context: WriteContext,
  { name, version, to }: ChangeOf<'copyModelVersion'>,
): string {
  const { places } = context;
  const from = mustVersion(context, name, version);
  const text = (field: string): string | null => places.text(from, field);
  const tags = places.files.values(`${from}/tags`);
  if (places.model(to) === null) {
    createRegisteredModel(context, { name: to });
  }
  return addVersion(
    context,
    to,
    {
      source: `models:/${name}/${version}`,
      storage_location: text('storage_location') || text('source'),
      run_id: text('run_id'),
      run_link: text('run_link'),
      description: text('description'),
      model_id: null,
    },
    tags,
  );
}

export function updateModelVersion(
  context: WriteContext,
  { name, version, description }: ChangeOf<'updateModelVersion'>,
): null {
  changeVersion(context, mustVersion(context, name, version), { description });
  return null;
}

/**
 * Its folder stays, so that its number is never used again; MLflow redacts nothing in it. Its aliases go first, where MLflow
 * lets them go last: stopped in between, none names a version that is gone.
 */
export function deleteModelVersion(
  context: WriteContext,
  { name, version }: ChangeOf<'deleteModelVersion'>,
): null {
  const { files } = context.places;
  const model = mustModel(context, name);
  const folder = mustVersion(context, name, version);
  const aliases = namesOf(context, folder);
  aliases.forEach((alias) => files.removeValue(model, 'aliases', alias));
  changeVersion(context, folder, { current_stage: DELETED_STAGE }, aliases);
  return changeModel(context, model);
}

/** The model's time of change goes along, not the version's. */
export function setModelVersionTag(
  context: WriteContext,
  { name, version, key, value }: ChangeOf<'setModelVersionTag'>,
): null {
  context.places.files.setValue(mustVersion(context, name, version), 'tags', key, value);
  return changeModel(context, mustModel(context, name));
}

export function deleteModelVersionTag(
  context: WriteContext,
  { name, version, key }: ChangeOf<'deleteModelVersionTag'>,
): null {
  const { files } = context.places;
  const folder = mustVersion(context, name, version);
  const isThere = files.value(`${folder}/tags`, key) !== null;
  files.removeValue(folder, 'tags', key);
  return isThere ? changeModel(context, mustModel(context, name)) : null;
}

interface NewVersion {
  source: string;
  storage_location: string | null;
  run_id: string | null;
  run_link: string | null;
  description: string | null;
  model_id: string | null;
}

function addVersion(
  context: WriteContext,
  name: string,
  row: NewVersion,
  tags: ReadonlyMap<string, string> = new Map(),
): string {
  const { places, now } = context;
  const { files } = places;
  const model = mustModel(context, name);
  const { storage_location, model_id, ...fields } = row;
  const examples = [model, ...places.models()].flatMap((each) =>
    places
      .versions(each)
      .map(({ folder }) => folder)
      .reverse(),
  );
  const known = places.fieldsLike(examples.slice(0, 1), VERSION_FIELDS);
  // Deleted versions count: a number is never used twice.
  for (let number = (places.versions(model).at(-1)?.number ?? 0) + 1; ; number++) {
    const text = yamlOf({
      ...fields,
      creation_timestamp: now,
      current_stage: 'None',
      last_updated_timestamp: now,
      name,
      status: 'READY',
      status_message: null,
      storage_location,
      user_id: null,
      version: number,
      ...like({ ...VERSION_FIELDS, storage_location, model_id }, known),
    });
    const isMade = files.appear(`${model}/version-${number}`, (making) => {
      files.writeNew(`${making}/meta.yaml`, text);
      tags.forEach((value, key) => files.writeNew(`${making}/tags/${key}`, value));
    });
    if (isMade) {
      changeModel(context, model);
      return String(number);
    }
  }
}

function like(values: Fields, known: readonly string[]): Fields {
  return Object.fromEntries(known.map((field) => [field, values[field]!]));
}

/** Changes a model's meta.yaml: whatever changes of a model, MLflow writes the time there, and the aliases as they are then. */
function changeModel(context: WriteContext, model: string, changes: Fields = {}): null {
  context.places.files.changeMeta(model, {
    ...changes,
    ...aliasesOf(context, model),
    last_updated_timestamp: context.now,
  });
  return null;
}

function changeVersion(
  context: WriteContext,
  folder: string,
  changes: Fields,
  aliases = namesOf(context, folder),
): void {
  const fields = { ...changes, ...notedAliases(context, folder, aliases) };
  context.places.files.changeMeta(folder, { ...fields, last_updated_timestamp: context.now });
}

/** MLflow 2 notes the aliases of a version in its meta.yaml as well; nobody reads them. */
function notedAliases(context: WriteContext, folder: string, aliases = namesOf(context, folder)): Fields {
  return context.places.files.meta(folder)?.has('aliases') === true ? { aliases } : {};
}

/** The aliases of a version. */
function namesOf({ places }: WriteContext, folder: string): string[] {
  const version = path.basename(folder).slice('version-'.length);
  const aliases = places.files.values(`${path.dirname(folder)}/aliases`);
  return [...aliases].flatMap(([alias, named]) => (named.trim() === version ? [alias] : []));
}

function aliasesOf({ places }: WriteContext, model: string): Fields {
  const isKept = places.files.meta(model)?.has('aliases') === true;
  return isKept ? { aliases: places.files.values(`${model}/aliases`) } : {};
}

function mustModel({ places }: WriteContext, name: string): string {
  const model = places.model(name);
  if (model === null) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `There is no registered model "${name}" in this store.`);
  }
  return model;
}

function mustVersion({ places }: WriteContext, name: string, version: string): string {
  const folder = places.version(name, version);
  if (folder === null) {
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      `There is no version ${version} of "${name}" in this store.`,
    );
  }
  return folder;
}

function taken(name: string): StoreError {
  return new StoreError(
    'RESOURCE_ALREADY_EXISTS',
    `There is already a folder "${name}" among the registered models: move it away first. Nothing was changed.`,
  );
}
