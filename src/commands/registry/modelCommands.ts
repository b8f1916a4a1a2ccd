import type { RegisteredModel } from '../../mlflow/entities';
import { isStoreError, StoreError } from '../../mlflow/errors';
import { withoutTrailing } from '../../mlflow/scan';
import type { TrackingStore } from '../../mlflow/store';
import { nameOfRun } from '../../mlflow/tellApart';
import {
  previewCopyVersion,
  previewCreateModel,
  previewDeleteModel,
  previewDeleteVersion,
  previewRegister,
  previewRenameModel,
  type ModelSource,
} from '../../registry/models';
import { shown, versionLabel } from '../../registry/preview';
import { modelNameProblem } from '../../registry/validation';
import { textOf } from '../fields';
import { chooseModel, chooseRun, chooseStore, chooseVersion, findModels, mustHaveRegistry } from './choose';
import { performConfirmed, performEdited, type RegistryContext } from './perform';

/** `{store, name?}`: the name stands in the box, whose Enter confirms. */
export async function createModel(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Create Registered Model';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  await performEdited(
    context,
    uri,
    async () => ({
      title,
      prompt: 'The name of the new registered model. Enter creates it.',
      value: textOf(args, 'name'),
      problem: modelNameProblem,
    }),
    async (name) => previewCreateModel(name, textOf(args, 'description')),
  );
}

/** `{store, name, newName?}`. */
export async function renameModel(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Rename Registered Model';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const name = await chooseModel(context, store, args, title);
  const newName =
    textOf(args, 'newName') ??
    (await context.ui.input({
      title,
      prompt: `The new name of ${shown(name)}.`,
      value: name,
      problem: modelNameProblem,
    }));
  await performConfirmed(context, uri, async () =>
    previewRenameModel(await store.getRegisteredModel(name), newName),
  );
}

/** `{store, name}`; confirmed by typing the name. */
export async function deleteModel(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Delete Registered Model';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const name = await chooseModel(context, store, args, title);
  await performConfirmed(context, uri, async () => previewDeleteModel(await store.getRegisteredModel(name)));
}

/** `{store, name, version}`; confirmed by typing the name. */
export async function deleteModelVersion(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Delete Model Version';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const model = await store.getRegisteredModel(await chooseModel(context, store, args, title));
  const version = await chooseVersion(context, store, model, args, title);
  await performConfirmed(context, uri, async () =>
    previewDeleteVersion(await store.getRegisteredModel(model.name), version),
  );
}

/** `{store, runId, path?, name?}` or `{store, modelId, name?}`. Answers the new version. */
export async function registerModel(
  context: RegistryContext,
  args: unknown,
): Promise<{ name: string; version: string }> {
  const title = 'Register Model';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const source = await chooseSource(context, store, args, title);
  const name = textOf(args, 'name') ?? (await chooseTargetModel(context, store, title));
  const { created } = await performConfirmed(context, uri, async () =>
    previewRegister(name, await modelIfThere(store, name), source),
  );
  return { name, version: created[0] ?? '' };
}

/** `{store, name, version, to?}`. */
export async function copyModelVersion(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Copy Model Version';
  const { uri, store } = await chooseStore(context, args, title);
  await mustHaveRegistry(store);
  const model = await store.getRegisteredModel(await chooseModel(context, store, args, title));
  const version = await chooseVersion(context, store, model, args, title);
  const to =
    textOf(args, 'to') ??
    (await chooseTargetModel(
      context,
      store,
      title,
      `Copy ${versionLabel(model.name, version)} to which model?`,
    ));
  await performConfirmed(context, uri, async () =>
    previewCopyVersion(
      await store.getRegisteredModel(model.name),
      version,
      to,
      await modelIfThere(store, to),
    ),
  );
}

async function modelIfThere(store: TrackingStore, name: string): Promise<RegisteredModel | null> {
  try {
    return await store.getRegisteredModel(name);
  } catch (error) {
    if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      return null;
    }
    throw error;
  }
}

async function chooseTargetModel(
  { ui }: RegistryContext,
  store: TrackingStore,
  title: string,
  question = 'As a version of which registered model?',
): Promise<string> {
  const picked = await ui.pickFound<string | null>(title, question, async (text, signal) => [
    { label: '$(add) A new model…', value: null },
    ...(await findModels(store, text, signal)),
  ]);
  return (
    picked ?? ui.input({ title, prompt: 'The name of the new registered model.', problem: modelNameProblem })
  );
}

async function chooseSource(
  context: RegistryContext,
  store: TrackingStore,
  args: unknown,
  title: string,
): Promise<ModelSource> {
  const modelId = textOf(args, 'modelId');
  if (modelId !== undefined) {
    const { items } = await store.searchLoggedModels({ modelIds: [modelId], maxResults: 1 });
    const logged = items[0];
    if (!logged) {
      throw new StoreError(
        'RESOURCE_DOES_NOT_EXIST',
        `There is no logged model ${shown(modelId)} in this store.`,
      );
    }
    return {
      uri: `models:/${logged.modelId}`,
      runId: logged.sourceRunId,
      label: `the logged model ${logged.name}`,
    };
  }
  const runId = await chooseRun(context, store, args, title);
  const { info } = await store.getRun(runId);
  const ofRun = (path: string): ModelSource => ({
    uri: `${withoutTrailing(info.artifactUri, '/')}/${path}`,
    runId,
    label: `${path} of the run ${nameOfRun(info)}`,
  });
  const path = textOf(args, 'path');
  if (path !== undefined) {
    return ofRun(path);
  }
  const sources = await modelsOfRun(store, runId, ofRun);
  if (sources.length === 0) {
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      `The run ${shown(nameOfRun(info))} has logged no model (no logged model, no folder with an MLmodel file).`,
    );
  }
  return sources.length === 1
    ? sources[0]!
    : context.ui.pick(
        title,
        'Which model of the run?',
        sources.map((source) => ({
          label: shown(source.label),
          description: shown(source.uri),
          value: source,
        })),
      );
}

/** Logged models (MLflow 3), else the folders of the run's artifacts that hold an MLmodel file. */
async function modelsOfRun(
  store: TrackingStore,
  runId: string,
  ofRun: (path: string) => ModelSource,
): Promise<ModelSource[]> {
  const { features } = await store.describe();
  const logged = features.loggedModels
    ? await store.searchLoggedModels({ sourceRunId: runId, maxResults: 100 })
    : { items: [] };
  if (logged.items.length > 0) {
    return logged.items.map(({ modelId, name, sourceRunId }) => ({
      uri: `models:/${modelId}`,
      runId: sourceRunId,
      label: `the logged model ${name}`,
    }));
  }
  const { files } = await store.listArtifacts({ runId }, '');
  const folders = files.filter(({ isDir }) => isDir).slice(0, 50);
  const found = await Promise.all(
    folders.map(async ({ path }) => {
      const inside = await store.listArtifacts({ runId }, path);
      return inside.files.some((file) => file.path === `${path}/MLmodel`) ? [ofRun(path)] : [];
    }),
  );
  return found.flat();
}
