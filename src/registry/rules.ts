import type { KeyValue } from '../mlflow/entities';
import { StoreError } from '../mlflow/errors';
import type { Change, ReadFact } from '../mlflow/writer';
import { TAG_RUN_NAME } from '../search/syntax';
import {
  aliasProblem,
  canonicalStage,
  descriptionProblem,
  experimentNameProblem,
  modelNameProblem,
  mustBeValid,
  runNameProblem,
  tagKeyProblem,
  tagValueProblem,
} from './validation';

/** Which changes MLflow allows, whatever the medium: what names and values may be, and what may follow what. */

/** The stage of a version that was deleted: MLflow keeps its row or file, so that its number is not used again. */
export const DELETED_STAGE = 'Deleted_Internal';

/** What MLflow writes over a deleted version's (SqlAlchemyStore and FileStore.delete_model_version). */
export const REDACTED = {
  source: 'REDACTED-SOURCE-PATH',
  run_id: 'REDACTED-RUN-ID',
  run_link: 'REDACTED-RUN-LINK',
} as const;

const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** Whether a registered model is a prompt, by its tags (reference mlflow.md, C.7): it is no model to us. */
export function isPrompt(tags: readonly KeyValue[]): boolean {
  return tags.some(({ key, value }) => key === PROMPT_TAG && value.toLowerCase() === 'true');
}

/** How long a tag's value may be, in characters. */
export interface TagLimits {
  run: number;
  experiment: number;
  /** Of registered models and their versions. */
  model: number;
}

/** MLflow 3.17's (reference mlflow.md, A.5 and A.6); older databases have columns for less. */
export const TAG_LIMITS: TagLimits = { run: 8000, experiment: 20_000, model: 100_000 };

/**
 * The change that MLflow makes of it: stages in its own spelling, and the tag that holds a run's name as the
 * renaming that it is. Throws INVALID_PARAMETER_VALUE for a stage that does not exist.
 */
export function canonicalChange(change: Change): Change {
  if (change.type === 'transitionModelVersionStage') {
    return { ...change, stage: canonicalStage(change.stage) };
  }
  return change.type === 'setTag' && change.key === TAG_RUN_NAME
    ? { type: 'renameRun', runId: change.runId, newName: change.value }
    : change;
}

/** The logged model that a version's source names, as `models:/m-…`; undefined for any other source. */
export function loggedModelOf(source: string): string | undefined {
  return /^models:\/{1,3}(m-[^/@]+)$/.exec(source)?.[1];
}

/**
 * Throws the rule of MLflow's that a change breaks, in one sentence: INVALID_PARAMETER_VALUE,
 * RESOURCE_DOES_NOT_EXIST or RESOURCE_ALREADY_EXISTS. To be asked right before the change is carried out, of the
 * same state of the store.
 *
 * @param change as `canonicalChange` gives it
 */
export async function mustBeAllowed(
  change: Change,
  read: ReadFact,
  limits: TagLimits = TAG_LIMITS,
): Promise<void> {
  mustBeValid(textProblem(change, limits));
  const state = new State(read);
  switch (change.type) {
    case 'transitionModelVersionStage': {
      const { stage, archiveExistingVersions } = change;
      if (archiveExistingVersions && stage !== 'Staging' && stage !== 'Production') {
        throw invalid(
          `Only a transition to Staging or Production can archive the versions that are there, not one to ${stage}.`,
        );
      }
      return state.mustHaveVersion(change);
    }
    case 'setRegisteredModelAlias':
    case 'updateModelVersion':
    case 'deleteModelVersion':
    case 'setModelVersionTag':
    case 'deleteModelVersionTag':
      return state.mustHaveVersion(change);
    case 'deleteRegisteredModelAlias':
    case 'updateRegisteredModel':
    case 'deleteRegisteredModel':
    case 'setRegisteredModelTag':
    case 'deleteRegisteredModelTag':
      return state.mustHaveModel(change.name);
    case 'createRegisteredModel':
      return state.mustBeFreeForModel(change.name);
    case 'renameRegisteredModel':
      await state.mustHaveModel(change.name);
      return change.newName === change.name ? undefined : state.mustBeFreeForModel(change.newName);
    case 'createModelVersion':
      return state.mustBeRegistrable(change);
    case 'copyModelVersion':
      await state.mustHaveVersion(change);
      await state.mustBeNoPrompt(change);
      return state.mustExistOrBeNameable(change.to);
    case 'createExperiment':
      return state.mustBeFreeForExperiment(change.name);
    case 'renameExperiment': {
      const { experimentId, newName } = change;
      await state.mustBeActiveExperiment(experimentId);
      const name = await read({ kind: 'experiment', experimentId, field: 'name' });
      return name === newName ? undefined : state.mustBeFreeForExperiment(newName);
    }
    case 'deleteExperiment':
    case 'setExperimentTag':
    case 'createRun':
      return state.mustBeActiveExperiment(change.experimentId);
    case 'restoreExperiment':
      if ((await state.experimentStage(change.experimentId)) !== 'deleted') {
        throw invalid(`Experiment ${change.experimentId} is not deleted: there is nothing to restore.`);
      }
      return;
    case 'deleteExperimentTag': {
      const { experimentId, key } = change;
      await state.mustBeActiveExperiment(experimentId);
      if ((await read({ kind: 'experimentTag', experimentId, key })) === null) {
        throw missing(`Experiment ${experimentId} has no tag "${key}".`);
      }
      return;
    }
    case 'renameRun':
    case 'setTag':
      return state.mustBeActiveRun(change.runId);
    case 'deleteRun':
    case 'restoreRun':
      await state.runStage(change.runId);
      return;
    case 'deleteTag': {
      const { runId, key } = change;
      await state.mustBeActiveRun(runId);
      if ((await read({ kind: 'tag', runId, key })) === null) {
        throw missing(`Run ${runId} has no tag "${key}".`);
      }
    }
  }
}

/** The rule that a name or value of the change breaks, whatever the store holds; or null. */
function textProblem(change: Change, limits: TagLimits): string | null {
  switch (change.type) {
    case 'setRegisteredModelAlias':
      return aliasProblem(change.alias);
    case 'createRegisteredModel':
      return modelNameProblem(change.name) ?? descriptionProblem(change.description ?? '');
    case 'updateRegisteredModel':
    case 'createModelVersion':
    case 'updateModelVersion':
      return descriptionProblem(change.description ?? '');
    case 'renameRegisteredModel':
      return modelNameProblem(change.newName);
    case 'setRegisteredModelTag':
    case 'setModelVersionTag':
      return tagKeyProblem(change.key) ?? tagValueProblem(change.value, limits.model);
    case 'createExperiment':
      return experimentNameProblem(change.name);
    case 'renameExperiment':
      return experimentNameProblem(change.newName);
    case 'setExperimentTag':
      return tagKeyProblem(change.key) ?? tagValueProblem(change.value, limits.experiment);
    case 'createRun':
      return runNameProblem(change.runName);
    case 'renameRun':
      return runNameProblem(change.newName);
    case 'setTag':
      return tagKeyProblem(change.key) ?? tagValueProblem(change.value, limits.run);
    default:
      return null;
  }
}

/** What must be so in the store. */
class State {
  constructor(private readonly read: ReadFact) {}

  async mustHaveModel(name: string): Promise<void> {
    if (!(await this.hasModel(name))) {
      throw missing(`There is no registered model "${name}" in this store.`);
    }
  }

  async mustBeFreeForModel(name: string): Promise<void> {
    if (await this.hasModel(name)) {
      throw new StoreError('RESOURCE_ALREADY_EXISTS', `There is already a registered model "${name}".`);
    }
  }

  async mustExistOrBeNameable(name: string): Promise<void> {
    if (!(await this.hasModel(name))) {
      mustBeValid(modelNameProblem(name));
    }
  }

  async mustHaveVersion({ name, version }: { name: string; version: string }): Promise<void> {
    if (!/^\d{1,15}$/.test(version)) {
      throw invalid(`"${version}" is not the number of a model version.`);
    }
    if ((await this.read({ kind: 'modelVersion', name, version, field: 'currentStage' })) === null) {
      throw missing(`There is no version ${version} of "${name}" in this store.`);
    }
  }

  async mustBeNoPrompt({ name, version }: { name: string; version: string }): Promise<void> {
    if ((await this.read({ kind: 'modelVersionTag', name, version, key: PROMPT_TAG })) === 'true') {
      throw invalid(`${name} is a prompt, not a model: it cannot be copied.`);
    }
  }

  async mustBeRegistrable(change: Extract<Change, { type: 'createModelVersion' }>): Promise<void> {
    if (change.createModel) {
      await this.mustExistOrBeNameable(change.name);
    } else {
      await this.mustHaveModel(change.name);
    }
    const modelId = loggedModelOf(change.source);
    if (modelId !== undefined && (await this.read({ kind: 'loggedModel', modelId })) === null) {
      throw missing(`There is no logged model ${modelId} in this store.`);
    }
  }

  async experimentStage(experimentId: string): Promise<string> {
    const stage = /^-?\d+$/.test(experimentId)
      ? await this.read({ kind: 'experiment', experimentId, field: 'lifecycleStage' })
      : null;
    if (stage === null) {
      throw missing(`There is no experiment ${experimentId} in this store.`);
    }
    return stage;
  }

  async mustBeActiveExperiment(experimentId: string): Promise<void> {
    if ((await this.experimentStage(experimentId)) !== 'active') {
      throw invalid(`Experiment ${experimentId} is deleted: restore it first.`);
    }
  }

  /** A deleted experiment still occupies its name (reference mlflow.md, A.2). */
  async mustBeFreeForExperiment(name: string): Promise<void> {
    const stage = await this.read({ kind: 'experimentNamed', name });
    if (stage !== null) {
      throw new StoreError(
        'RESOURCE_ALREADY_EXISTS',
        stage === 'deleted'
          ? `A deleted experiment still has the name "${name}": restore it, or choose another name.`
          : `There is already an experiment "${name}".`,
      );
    }
  }

  async runStage(runId: string): Promise<string> {
    const stage = await this.read({ kind: 'run', runId, field: 'lifecycleStage' });
    if (stage === null) {
      throw missing(`There is no run ${runId} in this store.`);
    }
    return stage;
  }

  async mustBeActiveRun(runId: string): Promise<void> {
    if ((await this.runStage(runId)) !== 'active') {
      throw invalid(`Run ${runId} is deleted: restore it first.`);
    }
  }

  private async hasModel(name: string): Promise<boolean> {
    return (await this.read({ kind: 'registeredModel', name, field: 'exists' })) !== null;
  }
}

/**
 * The tag `mlflow.modelVersions` of a logged model, a JSON list in Python's style, with one more version in it.
 *
 * @param known its value, null where it is not set
 */
export function withVersion(
  known: string | null,
  { name, version }: { name: string; version: string },
): string {
  const entry = `{"name": ${pythonJson(name)}, "version": ${version}}`;
  const list = /^\s*\[(.*)\]\s*$/s.exec(known ?? '')?.[1]?.trim();
  return list ? `[${list}, ${entry}]` : `[${entry}]`;
}

function pythonJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function missing(message: string): StoreError {
  return new StoreError('RESOURCE_DOES_NOT_EXIST', message);
}

function invalid(message: string): StoreError {
  return new StoreError('INVALID_PARAMETER_VALUE', message);
}
