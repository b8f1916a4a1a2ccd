import * as assert from 'node:assert/strict';
import { workerBundle } from '../../../../scripts/workerBundle';
import { valueOf, type RegisteredModel } from '../../../../src/mlflow/entities';
import type { TableView } from '../../../../src/mlflow/runTable';
import type { TrackingStore } from '../../../../src/mlflow/store';
import type { Change, Fact } from '../../../../src/mlflow/writer';
import { withWorkspace } from '../../../../src/mlflow/workspace';
import { createOpener } from '../../../../src/stores/open';
import { createSqliteWriter } from '../../../../src/stores/sqlite/writer';
import { openSqliteStore } from '../../../../src/stores/sqlite/open';
import { sqliteUri } from '../../../../src/stores/uri';
import {
  dumpDatabase,
  dumpDifference,
  makeRegistryStore,
  removeTempFolders,
  withDatabase,
} from '../../../support/database';
import { buildWriter } from '../../../support/writer';
import {
  workspacesFixture,
  type ExpectedWorkspace,
  type WorkspacesFixture,
} from '../../../support/workspaces';

const NAMES = ['default', 'team-a', 'team-b', 'team-c'] as const;
const ALL = { view: 'ALL', maxResults: 100 } as const;
const EVERY_RUN: TableView = {
  ...{ experimentIds: [], view: 'ALL', filter: '', now: 0, sort: [], tree: false, group: [] },
  ...{ expanded: true, toggled: [], hidden: [], only: null },
};
const NOW = 1_800_000_000_000;
const dist = (): { distFolder: string } => ({ distFolder: workerBundle() });

describe('a SQLite store of several workspaces', () => {
  let fixture: WorkspacesFixture;
  before(async () => (fixture = await workspacesFixture()));
  after(removeTempFolders);

  for (const name of NAMES) {
    describe(`as ${name}`, () => {
      let store: TrackingStore;
      let expected: ExpectedWorkspace;
      before(async () => {
        store = await openSqliteStore(fixture.file, dist(), name);
        expected = fixture.of[name];
      });
      after(() => store.dispose());

      it('lists the experiments that MLflow lists, and no others', async () => {
        const { items } = await store.searchExperiments(ALL);
        assert.deepEqual(
          Object.fromEntries(
            items.map(({ experimentId, name, lifecycleStage }) => [experimentId, [name, lifecycleStage]]),
          ),
          expected.experiments,
        );
      });

      it('lists, counts and tables the runs of these', async () => {
        const runs = Object.keys(expected.runs).toSorted();
        const ids = Object.keys(expected.experiments);
        const found = await store.searchRuns({ ...ALL, experimentIds: [] });
        assert.deepEqual(found.items.map(({ info }) => info.runId).toSorted(), runs);
        const counts = await store.countRuns(ids, 'ALL');
        assert.equal(
          [...counts.values()].reduce((sum, amount) => sum + amount, 0),
          runs.length,
        );
        assert.deepEqual((await store.runTable.matching(EVERY_RUN)).toSorted(), runs);
      });

      it('has the registered models of that name with its own versions, tags and aliases', async () => {
        const { items } = await store.searchRegisteredModels({ maxResults: 100 });
        assert.deepEqual(Object.fromEntries(items.map(modelAnswer)), expected.models);
        for (const { name } of items) {
          assert.deepEqual(modelAnswer(await store.getRegisteredModel(name))[1], expected.models[name]);
        }
      });

      it('finds the artifacts of its runs, which lie in a folder of the workspace', async () => {
        for (const [runId, [named]] of Object.entries(expected.runs)) {
          const bytes = await store.readArtifact({ runId }, 'note.txt', { offset: 0, length: 99 });
          assert.equal(Buffer.from(bytes).toString(), `${named} of this workspace\n`);
        }
      });

      it('finds runs by the models that they were registered as in this workspace', async () => {
        const { items } = await store.searchRuns({
          ...ALL,
          experimentIds: [],
          filter: "registered = 'taxi-duration'",
        });
        const registered = Object.values(expected.models['taxi-duration']?.versions ?? {}).map(
          ([, runId]) => runId,
        );
        assert.deepEqual(items.map(({ info }) => info.runId).toSorted(), registered.toSorted());
      });
    });
  }

  it('says which workspace is shown, what the others hold and what MLflow hides', async () => {
    const store = await openSqliteStore(fixture.file, dist(), 'team-a');
    const { workspaces, details } = await store.describe();
    store.dispose();
    assert.deepEqual(
      workspaces.map(({ name, models }) => [name, models]),
      NAMES.map((name) => [name, Object.keys(fixture.of[name].models).length]),
    );
    const lines = details.map(({ label, value }) => `${label}: ${value}`);
    assert.deepEqual(
      lines.filter((line) => /^(Workspace|Not shown)/.test(line)),
      [
        'Workspace: team-a',
        'Not shown: workspace default (2 experiments, 2 runs, 1 model)',
        'Not shown: workspace team-b (1 experiment, 1 run, 1 model)',
        'Not shown: workspace team-c (empty)',
        'Not shown: 1 experiment without a lifecycle stage, which MLflow does not show either',
      ],
    );
  });

  it('says of a run and an experiment of another workspace where they are', async () => {
    const store = await openSqliteStore(fixture.file, dist(), 'team-b');
    const [runId, [, experimentId]] = Object.entries(fixture.of['team-a'].runs)[0]!;
    await assert.rejects(store.getRun(runId), /in the workspace "team-a" of this store: switch to it first/);
    await assert.rejects(store.getExperiment(experimentId), /in the workspace "team-a"/);
    const named = await store.searchRuns({ ...ALL, experimentIds: [experimentId] });
    assert.deepEqual(named.items, []);
    store.dispose();
  });

  it('finds the runs of an experiment without lifecycle stage only where it is named, as MLflow does', async () => {
    const store = await openSqliteStore(fixture.file, dist(), 'team-a');
    const { items } = await store.searchRuns({ ...ALL, experimentIds: [fixture.half] });
    store.dispose();
    assert.deepEqual(
      items.map(({ info }) => info.runName),
      ['in the half written'],
    );
    assert.equal(Object.keys(fixture.of['team-a'].runs).includes(items[0]!.info.runId), false);
  });
});

describe('the workspace that a SQLite store begins with', () => {
  after(removeTempFolders);
  const opener = (): ReturnType<typeof createOpener> =>
    createOpener({ ...dist(), pythonPath: () => '', readOnlyReason: () => null });

  async function shown(uri: string, asNamed?: boolean): Promise<string> {
    const { store } = await opener().open(uri, asNamed);
    store.dispose();
    return store.uri;
  }

  it('is the one that its URI names, else default where that is used', async () => {
    const { file } = await workspacesFixture();
    const uri = sqliteUri(file);
    assert.equal(await shown(uri), uri);
    assert.equal(await shown(withWorkspace(uri, 'team-b')), withWorkspace(uri, 'team-b'));
  });

  it('is the only one, whatever it is called', async () => {
    const file = makeRegistryStore('3.17.2');
    withDatabase(file, (database) =>
      database.exec(`PRAGMA foreign_keys = OFF; UPDATE registered_models SET workspace = 'our own';
        UPDATE model_versions SET workspace = 'our own'; UPDATE experiments SET workspace = 'our own';`),
    );
    const uri = sqliteUri(file);
    const { store } = await opener().open(uri);
    const { workspaces, details } = await store.describe();
    assert.equal(store.uri, `${uri}?workspace=our+own`);
    assert.ok((await store.searchRegisteredModels({ maxResults: 1 })).items.length > 0);
    store.dispose();
    // MLflow itself has made the workspace `default`, in which nothing is.
    assert.deepEqual(
      workspaces.map(({ name }) => name),
      ['default', 'our own'],
    );
    assert.ok(details.some(({ value }) => value === 'workspace default (empty)'));
    assert.equal(await shown(uri, true), uri, 'unless default was asked for');
  });

  it('is no choice in a store that has one', async () => {
    const store = await openSqliteStore(makeRegistryStore('3.17.2'), dist());
    const { workspaces, details } = await store.describe();
    store.dispose();
    assert.deepEqual(workspaces, []);
    assert.equal(
      details.some(({ label }) => /Workspace|Not shown/.test(label)),
      false,
    );
  });
});

describe('a change in a store of several workspaces', () => {
  let distFolder: string;
  before(() => (distFolder = buildWriter()));
  after(removeTempFolders);

  const name = 'taxi-duration';
  const inTeamA: Change[] = [
    {
      type: 'transitionModelVersionStage',
      name,
      version: '2',
      stage: 'Production',
      archiveExistingVersions: true,
    },
    { type: 'setRegisteredModelAlias', name, alias: 'gate', version: '1' },
    { type: 'deleteRegisteredModelAlias', name, alias: 'champion' },
    { type: 'updateRegisteredModel', name, description: 'another' },
    { type: 'setRegisteredModelTag', name, key: 'owner', value: 'x' },
    { type: 'deleteRegisteredModelTag', name, key: 'owner' },
    { type: 'setModelVersionTag', name, version: '1', key: 'review', value: 'x' },
    { type: 'deleteModelVersionTag', name, version: '1', key: 'review' },
    { type: 'updateModelVersion', name, version: '1', description: 'x' },
    { type: 'createModelVersion', name, source: 'file:///x', runId: null },
    { type: 'copyModelVersion', name, version: '1', to: 'copy' },
    { type: 'deleteModelVersion', name, version: '1' },
    { type: 'renameRegisteredModel', name, newName: 'renamed' },
    { type: 'deleteRegisteredModel', name },
    { type: 'createRegisteredModel', name: 'new' },
    { type: 'createExperiment', name: 'new' },
  ];

  for (const change of inTeamA) {
    it(`touches no row of another workspace: ${change.type}`, async () => {
      const { file } = await workspacesFixture();
      const before = dumpDatabase(file);
      const { created } = await createSqliteWriter(file, { distFolder }, 'team-a').apply({
        changes: [change],
        expected: [],
        now: NOW,
      });
      const difference = dumpDifference(before, dumpDatabase(file));
      const rows = Object.values(difference).flat();
      assert.ok(rows.length > 0, 'something was changed');
      assert.deepEqual(
        rows.filter((row) => !row.includes('"workspace":"team-a"')),
        [],
      );
      if (change.type === 'createModelVersion') {
        assert.deepEqual(created, ['3']);
      }
      if (change.type === 'createExperiment') {
        assert.match(rows[0]!, /mlruns\/workspaces\/team-a\/\d+"/);
      }
    });
  }

  it('renames, deletes and restores an experiment of its workspace, and makes a run in it', async () => {
    const { file, of } = await workspacesFixture();
    const experimentId = idOf(of['team-a'], 'taxi');
    const writer = createSqliteWriter(file, { distFolder }, 'team-a');
    await writer.apply({
      changes: [
        { type: 'renameExperiment', experimentId, newName: 'cabs' },
        { type: 'setExperimentTag', experimentId, key: 'k', value: 'v' },
        { type: 'createRun', experimentId, runName: 'made here' },
        { type: 'deleteExperiment', experimentId },
        { type: 'restoreExperiment', experimentId },
      ],
      expected: [],
    });
    const store = await openSqliteStore(file, dist(), 'team-a');
    const experiment = await store.getExperiment(experimentId);
    const { items } = await store.searchRuns({
      ...ALL,
      experimentIds: [experimentId],
      filter: "run_name = 'made here'",
    });
    store.dispose();
    assert.equal(experiment.name, 'cabs');
    assert.equal(valueOf(experiment.tags, 'k'), 'v');
    assert.equal(items.length, 1);
    assert.match(items[0]!.info.artifactUri, /workspaces\/team-a\//);
  });

  it('may use a name that another workspace has', async () => {
    const { file } = await workspacesFixture();
    const writer = createSqliteWriter(file, { distFolder }, 'team-c');
    await writer.apply({
      changes: [
        { type: 'createExperiment', name: 'taxi' },
        { type: 'createRegisteredModel', name },
      ],
      expected: [],
    });
    const store = await openSqliteStore(file, dist(), 'team-c');
    assert.equal((await store.searchExperiments(ALL)).items[0]?.name, 'taxi');
    assert.equal((await store.getRegisteredModel(name)).versions.length, 0);
    store.dispose();
    await assert.rejects(
      writer.apply({ changes: [{ type: 'createExperiment', name: 'taxi' }], expected: [] }),
      { code: 'RESOURCE_ALREADY_EXISTS' },
    );
  });

  it('is refused for an experiment, a run, a model of another workspace', async () => {
    const { file, of } = await workspacesFixture();
    const writer = createSqliteWriter(file, { distFolder }, 'team-b');
    const experimentId = idOf(of['team-a'], 'taxi');
    const runId = Object.keys(of['team-a'].runs)[0]!;
    const before = dumpDatabase(file);
    const changes: Change[] = [
      { type: 'renameExperiment', experimentId, newName: 'x' },
      { type: 'deleteExperiment', experimentId },
      { type: 'createRun', experimentId, runName: 'x' },
      { type: 'setTag', runId, key: 'k', value: 'v' },
      { type: 'renameRun', runId, newName: 'x' },
      { type: 'deleteRun', runId },
      { type: 'updateRegisteredModel', name: 'only-a', description: 'x' },
      { type: 'setModelVersionTag', name, version: '2', key: 'k', value: 'v' },
    ];
    for (const change of changes) {
      await assert.rejects(
        writer.apply({ changes: [change], expected: [] }),
        { code: 'RESOURCE_DOES_NOT_EXIST' },
        change.type,
      );
    }
    assert.deepEqual(dumpDifference(before, dumpDatabase(file)), {});
  });

  it('is compared with what was seen in its own workspace', async () => {
    const { file } = await workspacesFixture();
    const seen = (versions: string): Fact[] => [
      {
        label: 'in production',
        subject: { kind: 'versionsInStage', name, stage: 'Production' },
        seen: versions,
      },
      { label: 'alias', subject: { kind: 'alias', name, alias: 'champion' }, seen: '2' },
    ];
    const promote: Change = {
      type: 'transitionModelVersionStage',
      name,
      version: '2',
      stage: 'Production',
      archiveExistingVersions: true,
    };
    const other = createSqliteWriter(file, { distFolder }, 'team-b');
    await other.apply({
      changes: [
        {
          type: 'transitionModelVersionStage',
          name,
          version: '1',
          stage: 'Archived',
          archiveExistingVersions: false,
        },
      ],
      expected: [],
    });
    const writer = createSqliteWriter(file, { distFolder }, 'team-a');
    await writer.apply({ changes: [promote], expected: seen('1') });
    await assert.rejects(writer.apply({ changes: [promote], expected: seen('1') }), { code: 'STALE' });
  });
});

function idOf({ experiments }: ExpectedWorkspace, name: string): string {
  return Object.entries(experiments).find(([, [named]]) => named === name)![0];
}

/** A model as MLflow's client answers it. */
function modelAnswer(model: RegisteredModel): [string, ExpectedWorkspace['models'][string]] {
  const pairs = (tags: readonly { key: string; value: string }[]): Record<string, string> =>
    Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  return [
    model.name,
    {
      description: model.description,
      tags: pairs(model.tags),
      aliases: Object.fromEntries(model.aliases.map(({ alias, version }) => [alias, version])),
      versions: Object.fromEntries(
        model.versions.map(({ version, currentStage, runId, tags }) => [
          version,
          [currentStage, runId ?? '', pairs(tags)],
        ]),
      ),
    },
  ];
}
