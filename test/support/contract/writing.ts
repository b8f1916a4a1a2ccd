import * as assert from 'node:assert/strict';
import { valueOf } from '../../../src/mlflow/entities';
import type { TrackingStore } from '../../../src/mlflow/store';
import type { Change, PartlyApplied, WriteResult } from '../../../src/mlflow/writer';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { NOW } from '../writer';
import { ERA, refuses, useEra, type Era } from './tools';

const name = ERA.model;
const NEW = 'brand new';

/** The time that the change under test carries: NOW, but where the store sets its own. */
let written = NOW;

/** What a change does, as it is read back; a time that is the change's own is NOW there. */
interface Effect {
  change: Change | ((era: Era) => Change | Promise<Change>);
  /** What to look at, before and after. */
  look: (store: TrackingStore, era: Era, created: string | null) => Promise<unknown>;
  /** After the change. */
  then: unknown;
}

async function versionOf(store: TrackingStore, model: string, version: string) {
  const found = (await store.getRegisteredModel(model)).versions.find(
    (candidate) => candidate.version === version,
  );
  assert.ok(found, `${model} ${version}`);
  return found;
}

async function stages(store: TrackingStore): Promise<string[]> {
  const { versions } = await store.getRegisteredModel(name);
  return versions.map(
    ({ version, currentStage, lastUpdatedTimestamp }) =>
      `${version} ${currentStage}${lastUpdatedTimestamp === written ? ' now' : ''}`,
  );
}

/** The same, with NOW for the time that was written. */
function asOfNow(looked: unknown): unknown {
  return Array.isArray(looked) ? looked.map(asOfNow) : looked === written ? NOW : looked;
}

async function modelNames(store: TrackingStore): Promise<string[]> {
  return (await store.searchRegisteredModels({ maxResults: 100 })).items.map((model) => model.name);
}

async function stagesOfRuns(store: TrackingStore, experimentId: string): Promise<string[]> {
  const { items } = await store.searchRuns({ experimentIds: [experimentId], view: 'ALL', maxResults: 100 });
  return [...new Set(items.map(({ info }) => info.lifecycleStage))];
}

const EFFECTS: { [Type in Change['type']]: Effect } = {
  transitionModelVersionStage: {
    change: {
      type: 'transitionModelVersionStage',
      name,
      version: '4',
      stage: 'Production',
      archiveExistingVersions: true,
    },
    look: async (store) => [
      await stages(store),
      (await store.getRegisteredModel(name)).lastUpdatedTimestamp === written,
    ],
    then: [['4 Production now', '3 Archived now', '2 Archived now', '1 Archived'], true],
  },
  setRegisteredModelAlias: {
    change: { type: 'setRegisteredModelAlias', name, alias: 'champion', version: '4' },
    look: async (store) =>
      (await store.getRegisteredModel(name)).aliases.map(({ alias, version }) => `${alias} ${version}`),
    then: ['champion 4', 'shadow 4'],
  },
  deleteRegisteredModelAlias: {
    change: { type: 'deleteRegisteredModelAlias', name, alias: 'shadow' },
    look: async (store) => (await store.getRegisteredModel(name)).aliases.map(({ alias }) => alias),
    then: ['champion'],
  },
  createRegisteredModel: {
    change: { type: 'createRegisteredModel', name: NEW, description: 'for tests' },
    look: async (store) => {
      const found = (await store.searchRegisteredModels({ maxResults: 100 })).items.find(
        (model) => model.name === NEW,
      );
      return (
        found && [found.description, found.creationTimestamp, found.lastUpdatedTimestamp, found.versions]
      );
    },
    then: ['for tests', NOW, NOW, []],
  },
  updateRegisteredModel: {
    change: { type: 'updateRegisteredModel', name, description: 'other words' },
    look: async (store) => {
      const model = await store.getRegisteredModel(name);
      return [model.description, model.lastUpdatedTimestamp];
    },
    then: ['other words', NOW],
  },
  renameRegisteredModel: {
    change: { type: 'renameRegisteredModel', name, newName: NEW },
    look: async (store) => {
      const models = await modelNames(store);
      const model = await store.getRegisteredModel(models.includes(NEW) ? NEW : name);
      return [
        models.includes(name),
        model.versions.map((version) => `${version.name} ${version.version}`),
        model.aliases.length,
        model.tags,
      ];
    },
    then: [
      false,
      ['4', '3', '2', '1'].map((version) => `${NEW} ${version}`),
      2,
      [{ key: 'owner', value: 'mobility' }],
    ],
  },
  deleteRegisteredModel: {
    change: { type: 'deleteRegisteredModel', name },
    look: modelNames,
    then: ['no versions', 'nämé & <b>spaces'],
  },
  setRegisteredModelTag: {
    change: { type: 'setRegisteredModelTag', name, key: 'owner', value: 'me "ü"' },
    look: async (store) => (await store.getRegisteredModel(name)).tags,
    then: [{ key: 'owner', value: 'me "ü"' }],
  },
  deleteRegisteredModelTag: {
    change: { type: 'deleteRegisteredModelTag', name, key: 'owner' },
    look: async (store) => (await store.getRegisteredModel(name)).tags,
    then: [],
  },
  createModelVersion: {
    change: async ({ store, run }) => {
      const { items } = await store.searchLoggedModels({ sourceRunId: run('trial-01'), maxResults: 1 });
      return {
        type: 'createModelVersion',
        name: NEW,
        source: `models:/${items[0]!.modelId}`,
        runId: null,
        description: 'made here',
        createModel: true,
      };
    },
    look: async (store, { run }, created) => {
      if (!(await modelNames(store)).includes(NEW)) {
        return null;
      }
      const { version, currentStage, description, runId, status, creationTimestamp } = await versionOf(
        store,
        NEW,
        created ?? '',
      );
      const { items } = await store.searchLoggedModels({ sourceRunId: run('trial-01'), maxResults: 1 });
      return [
        [version, currentStage, description, runId === run('trial-01'), status, creationTimestamp],
        // MLflow keeps a note of it on the logged model.
        valueOf(items[0]!.tags, 'mlflow.modelVersions'),
      ];
    },
    then: [['1', 'None', 'made here', true, 'READY', NOW], `[{"name": "${NEW}", "version": 1}]`],
  },
  copyModelVersion: {
    change: { type: 'copyModelVersion', name, version: '2', to: NEW },
    look: async (store, { run }, created) => {
      if (!(await modelNames(store)).includes(NEW)) {
        return null;
      }
      const { source, runId, description, tags, currentStage } = await versionOf(store, NEW, created ?? '');
      return [source, runId === run('trial-01'), description, tags, currentStage];
    },
    then: [
      `models:/${name}/2`,
      true,
      'Trained on January.',
      [{ key: 'validated', value: 'yes <b>' }],
      'None',
    ],
  },
  updateModelVersion: {
    change: { type: 'updateModelVersion', name, version: '2', description: null },
    look: async (store) => {
      const { description, lastUpdatedTimestamp } = await versionOf(store, name, '2');
      return [description, lastUpdatedTimestamp];
    },
    then: [null, NOW],
  },
  deleteModelVersion: {
    change: { type: 'deleteModelVersion', name, version: '4' },
    look: async (store) => {
      const { versions, aliases } = await store.getRegisteredModel(name);
      return [versions.map(({ version }) => version).join(), aliases.map(({ alias }) => alias).join()];
    },
    then: ['3,2,1', 'champion'],
  },
  setModelVersionTag: {
    change: { type: 'setModelVersionTag', name, version: '3', key: 'review', value: 'ready' },
    look: async (store) => (await versionOf(store, name, '3')).tags,
    then: [{ key: 'review', value: 'ready' }],
  },
  deleteModelVersionTag: {
    change: { type: 'deleteModelVersionTag', name, version: '2', key: 'validated' },
    look: async (store) => (await versionOf(store, name, '2')).tags,
    then: [],
  },
  createExperiment: {
    change: { type: 'createExperiment', name: NEW },
    look: async (store, _era, created) => {
      const { items } = await store.searchExperiments({ view: 'ALL', nameContains: NEW, maxResults: 5 });
      const found = items[0];
      return (
        found && [
          found.experimentId === created,
          found.lifecycleStage,
          found.creationTime,
          // Where its artifacts go is the store's own choice, but each experiment has a place of its own.
          found.artifactLocation.endsWith(`/${created}`),
        ]
      );
    },
    then: [true, 'active', NOW, true],
  },
  renameExperiment: {
    change: ({ experiment }) => ({
      type: 'renameExperiment',
      experimentId: experiment(ERA.empty),
      newName: NEW,
    }),
    look: async (store, { experiment }) => (await store.getExperiment(experiment(ERA.empty))).name,
    then: NEW,
  },
  deleteExperiment: {
    change: ({ experiment }) => ({ type: 'deleteExperiment', experimentId: experiment(ERA.taxi) }),
    look: async (store, { experiment }) => [
      (await store.getExperiment(experiment(ERA.taxi))).lifecycleStage,
      await stagesOfRuns(store, experiment(ERA.taxi)),
    ],
    then: ['deleted', ['deleted']],
  },
  restoreExperiment: {
    change: ({ experiment }) => ({ type: 'restoreExperiment', experimentId: experiment(ERA.gone) }),
    look: async (store, { experiment }) => [
      (await store.getExperiment(experiment(ERA.gone))).lifecycleStage,
      await stagesOfRuns(store, experiment(ERA.gone)),
    ],
    then: ['active', ['active']],
  },
  setExperimentTag: {
    change: ({ experiment }) => ({
      type: 'setExperimentTag',
      experimentId: experiment(ERA.empty),
      key: 'team',
      value: 'vision',
    }),
    look: async (store, { experiment }) => (await store.getExperiment(experiment(ERA.empty))).tags,
    then: [{ key: 'team', value: 'vision' }],
  },
  deleteExperimentTag: {
    change: ({ experiment }) => ({
      type: 'deleteExperimentTag',
      experimentId: experiment(ERA.taxi),
      key: 'team',
    }),
    look: async (store, { experiment }) =>
      (await store.getExperiment(experiment(ERA.taxi))).tags.map(({ key }) => key),
    then: ['mlflow.note.content'],
  },
  createRun: {
    change: ({ experiment }) => ({ type: 'createRun', experimentId: experiment(ERA.empty), runName: NEW }),
    look: async (store, { experiment }, created) => {
      const { items } = await store.searchRuns({
        experimentIds: [experiment(ERA.empty)],
        view: 'ALL',
        maxResults: 5,
        tags: 'all',
      });
      const run = items[0];
      return (
        run && [
          run.info.runId === created,
          /^[0-9a-f]{32}$/.test(run.info.runId),
          [run.info.runName, run.info.status, run.info.startTime, run.info.endTime, run.info.lifecycleStage],
          run.info.artifactUri.endsWith(`/${created}/artifacts`),
          run.tags,
        ]
      );
    },
    then: [true, true, [NEW, 'RUNNING', NOW, null, 'active'], true, [{ key: 'mlflow.runName', value: NEW }]],
  },
  renameRun: {
    change: ({ run }) => ({ type: 'renameRun', runId: run('trial-03'), newName: NEW }),
    look: async (store, { run }) => {
      const { info, tags } = await store.getRun(run('trial-03'));
      return [info.runName, valueOf(tags, 'mlflow.runName')];
    },
    then: [NEW, NEW],
  },
  deleteRun: {
    change: ({ run }) => ({ type: 'deleteRun', runId: run('trial-03') }),
    look: async (store, { run }) => (await store.getRun(run('trial-03'))).info.lifecycleStage,
    then: 'deleted',
  },
  restoreRun: {
    change: ({ run }) => ({ type: 'restoreRun', runId: run('deleted run') }),
    look: async (store, { run }) => (await store.getRun(run('deleted run'))).info.lifecycleStage,
    then: 'active',
  },
  setTag: {
    change: ({ run }) => ({ type: 'setTag', runId: run('trial-03'), key: 'a b/c', value: 'ü\n"' }),
    look: async (store, { run }) => valueOf((await store.getRun(run('trial-03'))).tags, 'a b/c'),
    then: 'ü\n"',
  },
  deleteTag: {
    change: ({ run }) => ({ type: 'deleteTag', runId: run('trial-03'), key: 'model' }),
    look: async (store, { run }) => valueOf((await store.getRun(run('trial-03'))).tags, 'model'),
    then: undefined,
  },
};

export function writingContract(kind: StoreKindUnderTest): void {
  describe('writing a change', () => {
    const era = useEra(kind, { fresh: true });

    for (const [type, { change, look, then }] of Object.entries(EFFECTS)) {
      it(`${type}: as it is read back, and a listener hears of it`, async () => {
        const { store, writer } = era();
        const asked = typeof change === 'function' ? await change(era()) : change;
        written = NOW;
        await store.refresh();
        assert.notDeepEqual(await look(store, era(), null), then, 'it was not so before');
        let told = 0;
        store.onDidChange(() => told++);
        const started = Date.now();
        const result = await writer.apply({ changes: [asked], expected: [], now: NOW });
        written = result.now;
        assert.equal(result.created.length, 1);
        const isOwn = kind.ownClock === true && written >= started && written <= Date.now();
        assert.ok(written === NOW || isOwn, `${written}`);
        assert.ok(result.engine.length > 0);
        assert.deepEqual(asOfNow(await look(store, era(), result.created[0]!)), then);
        await store.refresh();
        assert.equal(told, 1);
      });
    }

    it('after the other, each on what the one before left, with the ids of what was created', async () => {
      const { store, writer } = era();
      const { created }: WriteResult = await writer.apply({
        changes: [
          { type: 'createRegisteredModel', name: NEW },
          { type: 'createModelVersion', name: NEW, source: 's3://somewhere/model', runId: null },
          { type: 'createModelVersion', name: NEW, source: 's3://elsewhere/model', runId: null },
          { type: 'deleteModelVersion', name: NEW, version: '2' },
          { type: 'createModelVersion', name: NEW, source: 's3://third/model', runId: null },
          { type: 'setRegisteredModelAlias', name: NEW, alias: 'champion', version: '3' },
        ],
        expected: [],
      });
      assert.deepEqual(created, [null, '1', '2', null, '3', null], 'a number is never used twice');
      const { versions, aliases } = await store.getRegisteredModel(NEW);
      assert.deepEqual(
        versions.map(({ version, source }) => `${version} ${source}`),
        ['3 s3://third/model', '1 s3://somewhere/model'],
      );
      assert.deepEqual(
        aliases.map(({ alias: of, version }) => `${of} ${version}`),
        ['champion 3'],
      );
    });

    it('of which a later one is refused: none is made, or the writer says how many were', async () => {
      const { store, writer } = era();
      written = NOW;
      const promote = EFFECTS.transitionModelVersionStage.change as Change;
      const before = await stages(store);
      const request = {
        changes: [promote, { type: 'createRegisteredModel', name: 'a/b' } as const],
        expected: [],
        now: NOW,
      };
      if (writer.transactional) {
        await refuses(writer.apply(request), 'INVALID_PARAMETER_VALUE');
        assert.deepEqual(await stages(store), before);
        return;
      }
      const details = (await refuses(writer.apply(request), 'PARTLY_APPLIED', /^1 of 2/)) as PartlyApplied;
      assert.deepEqual([details.applied, details.of, details.result.created], [1, 2, [null]]);
      assert.equal(details.reason.code, 'INVALID_PARAMETER_VALUE');
      written = details.result.now;
      assert.equal((await stages(store))[0], '4 Production now');
    });

    it('carries the time of the writing where none is given', async () => {
      const { store, writer } = era();
      const started = Date.now();
      const { now } = await writer.apply({
        changes: [{ type: 'updateRegisteredModel', name, description: 'now' }],
        expected: [],
      });
      assert.ok(now >= started && now <= Date.now());
      assert.equal((await store.getRegisteredModel(name)).lastUpdatedTimestamp, now);
    });
  });
}
