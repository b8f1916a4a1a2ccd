import type { RegisteredModel } from '../mlflow/entities';
import { StoreError } from '../mlflow/errors';
import { count } from '../mlflow/format';
import { facts, shown, versionLabel, versionOf, type Preview } from './preview';
import { descriptionProblem, modelNameProblem, mustBeValid } from './validation';

export function previewCreateModel(name: string, description?: string): Preview {
  mustBeValid(modelNameProblem(name) ?? descriptionProblem(description ?? ''));
  return {
    title: `Create the registered model ${shown(name)}?`,
    sentences: ['It has no versions yet: register a run’s model to give it one.'],
    button: 'Create Model',
    done: `The registered model ${shown(name)} is created.`,
    changes: [{ type: 'createRegisteredModel', name, description }],
    expected: [facts.modelExists(name, false)],
    effects: [{ model: name, version: null, what: 'model', from: null, to: name }],
    undo: null,
  };
}

export function previewRenameModel(model: RegisteredModel, newName: string): Preview {
  mustBeValid(modelNameProblem(newName));
  const { name } = model;
  if (newName === name) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `${shown(name)} already has that name.`);
  }
  return {
    title: `Rename ${shown(name)} to ${shown(newName)}?`,
    sentences: [
      `Its ${count(model.versions.length, 'version')}, tags and aliases move with it.`,
      `Code that loads "models:/${shown(name)}/…" by its old name will fail.`,
    ],
    button: 'Rename Model',
    done: `${shown(name)} is now named ${shown(newName)}.`,
    changes: [{ type: 'renameRegisteredModel', name, newName }],
    expected: [facts.modelExists(name, true), facts.modelExists(newName, false)],
    effects: [{ model: newName, version: null, what: 'name', from: name, to: newName }],
    undo: (now) => ({
      changes: [{ type: 'renameRegisteredModel', name: newName, newName: name }],
      expected: [
        facts.modelExists(newName, true),
        facts.modelExists(name, false),
        facts.modelUpdated(newName, now),
      ],
    }),
  };
}

export function previewDeleteModel(model: RegisteredModel): Preview {
  const { name, versions, aliases } = model;
  const inUse = versions.filter(({ currentStage }) => currentStage === 'Production');
  return {
    title: `Delete ${shown(name)} for good?`,
    sentences: [
      `The model, its ${count(versions.length, 'version')}, tags and ${count(aliases.length, 'alias', 'aliases')} are removed from the registry.`,
      ...(inUse.length > 0 ? [`v${inUse.map(({ version }) => version).join(', v')} is in Production.`] : []),
      'The runs and their artifacts stay. This cannot be undone.',
    ],
    button: 'Delete Model',
    done: `${shown(name)} is deleted.`,
    changes: [{ type: 'deleteRegisteredModel', name }],
    expected: [
      facts.modelExists(name, true),
      ...versions.map(({ version, currentStage }) => facts.stage(name, version, currentStage)),
    ],
    effects: [{ model: name, version: null, what: 'model', from: name, to: null }],
    undo: null,
    typedName: name,
  };
}

export function previewDeleteVersion(model: RegisteredModel, version: string): Preview {
  const { name } = model;
  const { currentStage } = versionOf(model, version);
  const label = versionLabel(name, version);
  const aliases = model.aliases.filter((alias) => alias.version === version);
  return {
    title: `Delete ${label} for good?`,
    sentences: [
      ...(currentStage === 'None' ? [] : [`It is in ${currentStage} now.`]),
      ...aliases.map(({ alias }) => `The alias @${shown(alias)} goes with it.`),
      'MLflow erases its source, run and description, and never uses its number again.',
      'The run and its artifacts stay. This cannot be undone.',
    ],
    button: `Delete v${version}`,
    done: `${label} is deleted.`,
    changes: [{ type: 'deleteModelVersion', name, version }],
    expected: [facts.stage(name, version, currentStage)],
    effects: [
      { model: name, version, what: 'version', from: currentStage, to: null },
      ...aliases.map(({ alias }) => ({
        model: name,
        version,
        what: `@${alias}`,
        from: `v${version}`,
        to: null,
      })),
    ],
    undo: null,
    typedName: `${name} v${version}`,
  };
}

/** What is registered: a run's model folder or a logged model. */
export interface ModelSource {
  /** As MLflow stores it: an artifact URI, or `models:/m-…`. */
  uri: string;
  runId: string | null;
  /** "model of run lasso", for the sentence. */
  label: string;
}

/** @param model the model that gets a new version; null where `name` is to be made */
export function previewRegister(name: string, model: RegisteredModel | null, source: ModelSource): Preview {
  if (!model) {
    mustBeValid(modelNameProblem(name));
  }
  const newest = model?.versions.reduce((most, { version }) => Math.max(most, Number(version)), 0) ?? 0;
  const again = model?.versions.find((version) => version.source === source.uri);
  return {
    title: `Register ${shown(source.label)} as ${shown(name)}?`,
    sentences: [
      model
        ? `It becomes the next version of ${shown(name)}${newest > 0 ? `, after v${newest}` : ''}.`
        : `${shown(name)} is a new registered model; this becomes its v1.`,
      ...(again ? [`The same model is already registered as v${again.version}.`] : []),
      'It starts in no stage and without an alias.',
    ],
    button: model ? 'Register Version' : 'Register Model',
    done: `${shown(source.label)} is registered as ${shown(name)}.`,
    changes: [
      {
        type: 'createModelVersion',
        name,
        source: source.uri,
        runId: source.runId,
        createModel: model === null,
      },
    ],
    expected: [facts.modelExists(name, model !== null)],
    effects: [{ model: name, version: null, what: 'new version of', from: null, to: source.label }],
    undo: null,
  };
}

/** @param target the model that gets the copy; null where `to` is to be made */
export function previewCopyVersion(
  model: RegisteredModel,
  version: string,
  to: string,
  target: RegisteredModel | null,
): Preview {
  if (!target) {
    mustBeValid(modelNameProblem(to));
  }
  const { name } = model;
  const { currentStage } = versionOf(model, version);
  const label = versionLabel(name, version);
  return {
    title: `Copy ${label} to ${shown(to)}?`,
    sentences: [
      target
        ? `It becomes a new version of ${shown(to)}.`
        : `${shown(to)} is a new registered model; this becomes its v1.`,
      'Source, run, description and tags are copied; stage and aliases are not. The artifacts stay where they are.',
    ],
    button: `Copy v${version}`,
    done: `${label} is copied to ${shown(to)}.`,
    changes: [{ type: 'copyModelVersion', name, version, to }],
    expected: [facts.stage(name, version, currentStage), facts.modelExists(to, target !== null)],
    effects: [{ model: to, version: null, what: 'new version of', from: null, to: `copy of ${label}` }],
    undo: null,
  };
}
