import type { MlflowVersion } from '../../scripts/mlflowEnvironment';
import type { Change } from '../../src/mlflow/writer';

/** What MLflow's client and our writers do, each on a copy of a store that MLflow wrote (operations.py). */

const name = 'taxi regressor';

export interface Operation {
  what: string;
  /** Done before by the writer on both copies, to have something to change. */
  given?: Change[];
  /** Several are one change here, and several calls there. */
  change: Change | Change[];
  /** The first MLflow whose client has it. */
  since?: MlflowVersion;
}

export interface Ids {
  runId: string;
  experimentId: string;
  modelId: string | undefined;
  /** Of new versions; missing: a folder, which servers refuse. */
  source?: string;
}

const ORDER: readonly MlflowVersion[] = ['1.30.1', '2.14.3', '3.1.4', '3.12.0', '3.17.2'];

/** Those that the client of that version has. */
export function operationsOf(mlflow: MlflowVersion, ids: Ids): Operation[] {
  return operations(ids).filter(
    ({ since }) => since === undefined || ORDER.indexOf(since) <= ORDER.indexOf(mlflow),
  );
}

function operations({ runId, experimentId, modelId, source = 'file:///somewhere/model' }: Ids): Operation[] {
  const version = '4';
  const stage = (
    to: 'None' | 'Staging' | 'Production' | 'Archived',
    archiveExistingVersions: boolean,
  ): Change => ({
    type: 'transitionModelVersionStage',
    name,
    version,
    stage: to,
    archiveExistingVersions,
  });
  const tag: Change = { type: 'setModelVersionTag', name, version, key: 'review', value: 'ready' };
  const modelTag: Change = { type: 'setRegisteredModelTag', name, key: 'team', value: 'pricing "ü"' };
  const alias: Change = { type: 'setRegisteredModelAlias', name, alias: 'gate', version };
  const runTag: Change = { type: 'setTag', runId, key: 'note', value: 'a\nb' };
  const experimentTag: Change = { type: 'setExperimentTag', experimentId, key: 'team', value: 'x' };
  return [
    { what: 'promotes and archives what is there', change: stage('Production', true) },
    { what: 'promotes beside what is there', change: stage('Production', false) },
    { what: 'promotes to the stage that it has', change: stage('Staging', true) },
    { what: 'archives', change: stage('Archived', false) },
    {
      what: 'archives all but the newest',
      change: ['1', '2', '3'].map((old): Change => ({
        type: 'transitionModelVersionStage',
        name,
        version: old,
        stage: 'Archived',
        archiveExistingVersions: false,
      })),
    },
    {
      what: 'takes a promotion back',
      given: [stage('Production', true)],
      change: [
        stage('Staging', false),
        ...['2', '3'].map((old): Change => ({
          type: 'transitionModelVersionStage',
          name,
          version: old,
          stage: 'Production',
          archiveExistingVersions: false,
        })),
      ],
    },
    { what: 'takes out of a stage', change: stage('None', false) },
    { what: 'sets an alias', change: alias, since: '2.14.3' },
    {
      what: 'sets an alias that is there already',
      given: [alias],
      change: alias,
      since: '2.14.3',
    },
    {
      what: 'marks as ready: tag, note and alias',
      change: [tag, { ...tag, key: 'review.note', value: 'checked' }, { ...alias, alias: 'candidate' }],
      since: '2.14.3',
    },
    { what: 'moves an alias', change: { ...alias, alias: 'champion' }, since: '2.14.3' },
    {
      what: 'deletes an alias',
      change: { type: 'deleteRegisteredModelAlias', name, alias: 'champion' },
      since: '2.14.3',
    },
    {
      what: 'creates a model',
      change: { type: 'createRegisteredModel', name: 'new model', description: 'd' },
    },
    { what: 'describes a model', change: { type: 'updateRegisteredModel', name, description: '# Ü\n' } },
    { what: 'renames a model', change: { type: 'renameRegisteredModel', name, newName: 'other' } },
    {
      what: 'renames a model whose versions have tags',
      given: [tag, modelTag],
      change: { type: 'renameRegisteredModel', name, newName: 'other ü' },
    },
    { what: 'deletes a model', change: { type: 'deleteRegisteredModel', name } },
    { what: 'sets a tag of a model', change: modelTag },
    { what: 'changes a tag of a model', given: [modelTag], change: { ...modelTag, value: '2' } },
    {
      what: 'deletes a tag of a model',
      given: [modelTag],
      change: { type: 'deleteRegisteredModelTag', name, key: 'team' },
    },
    { what: 'registers a version', change: { type: 'createModelVersion', name, source, runId } },
    {
      what: 'registers a described version of a new model',
      change: {
        type: 'createModelVersion',
        name: 'fresh',
        source,
        runId,
        description: 'd',
        createModel: true,
      },
    },
    ...(modelId === undefined
      ? []
      : [
          {
            what: 'registers a logged model',
            change: {
              type: 'createModelVersion',
              name,
              source: `models:/${modelId}`,
              runId: null,
            } as const,
          },
          {
            what: 'registers a logged model again, in another model',
            given: [{ type: 'createModelVersion', name, source: `models:/${modelId}`, runId: null } as const],
            change: {
              type: 'createModelVersion',
              name: 'fresh ü',
              source: `models:/${modelId}`,
              runId: null,
              createModel: true,
            } as const,
          },
        ]),
    {
      what: 'copies a version',
      change: { type: 'copyModelVersion', name, version, to: 'copies' },
      since: '2.14.3',
    },
    {
      what: 'copies a version with tags into a model that is there',
      given: [tag, { type: 'createRegisteredModel', name: 'copies' }],
      change: { type: 'copyModelVersion', name, version, to: 'copies' },
      since: '2.14.3',
    },
    {
      what: 'empties the description of a version',
      given: [{ type: 'updateModelVersion', name, version, description: 'why' }],
      change: { type: 'updateModelVersion', name, version, description: '' },
    },
    {
      what: 'describes a version',
      change: { type: 'updateModelVersion', name, version, description: 'why' },
    },
    { what: 'deletes a version', change: { type: 'deleteModelVersion', name, version } },
    { what: 'deletes a version with an alias', change: { type: 'deleteModelVersion', name, version: '3' } },
    { what: 'sets a tag of a version', change: tag },
    { what: 'changes a tag of a version', given: [tag], change: { ...tag, value: '' } },
    {
      what: 'deletes a tag of a version',
      given: [tag],
      change: { type: 'deleteModelVersionTag', name, version, key: 'review' },
    },
    { what: 'creates an experiment', change: { type: 'createExperiment', name: 'new experiment' } },
    { what: 'renames an experiment', change: { type: 'renameExperiment', experimentId, newName: 'other' } },
    { what: 'deletes an experiment', change: { type: 'deleteExperiment', experimentId } },
    {
      what: 'restores an experiment',
      given: [{ type: 'deleteExperiment', experimentId }],
      change: { type: 'restoreExperiment', experimentId },
    },
    { what: 'sets a tag of an experiment', change: experimentTag },
    {
      what: 'deletes a tag of an experiment',
      given: [experimentTag],
      change: { type: 'deleteExperimentTag', experimentId, key: 'team' },
      since: '3.17.2',
    },
    { what: 'creates a run', change: { type: 'createRun', experimentId, runName: 'made' } },
    { what: 'renames a run', change: { type: 'renameRun', runId, newName: 'renamed ü' } },
    { what: 'deletes a run', change: { type: 'deleteRun', runId } },
    { what: 'restores a run', given: [{ type: 'deleteRun', runId }], change: { type: 'restoreRun', runId } },
    { what: 'sets a tag of a run', change: runTag },
    { what: 'writes the note of a run', change: { ...runTag, key: 'mlflow.note.content', value: '# a' } },
    {
      what: 'writes the note of an experiment',
      change: { ...experimentTag, key: 'mlflow.note.content', value: '# a' },
    },
    {
      what: 'restores an experiment with a run that was deleted before it',
      given: [
        { type: 'deleteRun', runId },
        { type: 'deleteExperiment', experimentId },
      ],
      change: { type: 'restoreExperiment', experimentId },
    },
    { what: 'changes a tag of a run', given: [runTag], change: { ...runTag, value: 'c' } },
    { what: 'renames a run by its tag', change: { ...runTag, key: 'mlflow.runName', value: 'by tag' } },
    { what: 'deletes a tag of a run', given: [runTag], change: { type: 'deleteTag', runId, key: 'note' } },
  ];
}
