import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { diffRuns } from '../../../src/compare/diff';
import { readDetails, readSide } from '../../../src/compare/gather';
import type { Run } from '../../../src/mlflow/entities';
import { formatAge } from '../../../src/mlflow/format';
import { sourceOf, tookOf, userOf } from '../../../src/mlflow/origin';
import type { TrackingStore } from '../../../src/mlflow/store';
import { sqliteUri } from '../../../src/stores/uri';
import { unpackFixture } from '../../support/fixtures';
import { openStores } from '../../support/pageHarness';
import { finderOf } from '../../support/sources';

/** The store and the repository of test/fixtures/clients/make.py. */
describe('where runs of `mlflow run` and of the Java client come from', () => {
  let folder: string;
  let repository: string;
  let stores: ReturnType<typeof openStores>;
  let store: TrackingStore;
  before(async () => {
    folder = await unpackFixture('clients');
    repository = path.join(folder, 'repo');
    const uri = sqliteUri(path.join(folder, 'mlflow.db'));
    stores = openStores(uri);
    store = await stores.get(uri);
  });
  after(() => stores.dispose());

  const runsOf = async (experiment: string): Promise<Run[]> => {
    const found = await store.searchExperiments({ view: 'ALL', maxResults: 9, nameContains: experiment });
    const { items } = await store.searchRuns({
      experimentIds: [found.items[0]!.experimentId],
      view: 'ALL',
      maxResults: 9,
      params: 'all',
      metrics: 'all',
      tags: 'all',
    });
    return items;
  };
  const runOf = async (name: string): Promise<Run> =>
    (await runsOf('project')).find(({ info }) => info.runName === name)!;
  const told = async (run: Run): Promise<string[]> => {
    const { params } = await finderOf(repository).findSources(run);
    return [...params].map(([key, { status, file, line }]) => `${key} ${status} ${file}:${line}`);
  };

  it('a project is called by its folder and what ran of it, and its path is told', async () => {
    const of = async (name: string) => sourceOf((await runOf(name)).tags);
    assert.deepEqual(await of('root'), {
      label: 'repo',
      whole: 'the MLflow project /tmp/lens-clients/clients/repo, entry point main',
    });
    assert.equal((await of('root, evaluate'))?.label, 'repo, evaluate');
    assert.deepEqual(await of('folder'), {
      label: 'repo/jobs/night ride',
      whole: 'the MLflow project /tmp/lens-clients/clients/repo/jobs/night ride, entry point main',
    });
    assert.equal((await of('no repository'))?.label, 'no git');
  });

  it('a project of a repository is found there: its MLproject, and the file that its entry point ran', async () => {
    assert.deepEqual(await told(await runOf('root')), ['alpha given MLproject:5', 'epochs found train.py:7']);
    assert.deepEqual(await told(await runOf('root, alpha given')), [
      'alpha given null:null',
      'epochs found train.py:7',
    ]);
    assert.deepEqual(await told(await runOf('root, evaluate')), ['epochs found evaluate.py:7']);
    assert.deepEqual(await told(await runOf('folder')), [
      'alpha given jobs/night ride/MLproject:5',
      'epochs found jobs/night ride/train.py:7',
    ]);
  });

  it('a project’s program on disk is the one that its entry point ran', async () => {
    const finder = finderOf(repository);
    const file = async (name: string) =>
      path.relative(repository, (await finder.workingFile(await runOf(name))) ?? '');
    assert.equal(await file('root'), 'train.py');
    assert.equal(await file('root, evaluate'), 'evaluate.py');
    assert.equal(await file('folder'), path.join('jobs', 'night ride', 'train.py'));
    assert.equal(await finder.workingFile(await runOf('no repository')), null);
  });

  it('a project in a folder that is in no repository is not taken for another’s', async () => {
    const { run, params } = await finderOf(repository).findSources(await runOf('no repository'));
    assert.deepEqual(
      [...params.values()].map(({ status }) => status),
      ['unknown', 'unknown'],
    );
    assert.match(
      run.problem ?? '',
      /recorded no commit.*It has no MLflow project \/tmp\/lens-clients\/no git\./,
    );
  });

  it('a diff of a project in a repository and one beside it speaks of paths, not of URIs', async () => {
    const names = ['root', 'folder', 'no repository'];
    const sides = await Promise.all(
      names.map(async (name) =>
        readDetails(store, await readSide(store, (await runOf(name)).info.runId, null), null),
      ),
    );
    const { rows } = diffRuns(sides, 0, [], () => 'unknown').sections.find(({ name }) => name === 'source')!;
    assert.deepEqual(rows.find(({ key }) => key === 'source')?.values, [
      '/tmp/lens-clients/clients/repo',
      '/tmp/lens-clients/clients/repo/jobs/night ride',
      '/tmp/lens-clients/no git',
    ]);
  });

  it('a run of the Java client has a user where one is recorded, and no source, start or duration that is none', async () => {
    const runs = await runsOf('java');
    const facts = runs
      .map((run) => ({
        name: run.info.runName === 'context' ? 'context' : run.info.startTime === 0 ? 'bare' : 'client',
        user: userOf(run),
        source: sourceOf(run.tags),
        started: formatAge(run.info.startTime, Date.now()) !== '–',
        took: tookOf(run.info, run.info.endTime) !== null,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(facts, [
      { name: 'bare', user: '', source: null, started: false, took: false },
      { name: 'client', user: 'ada', source: null, started: true, took: true },
      { name: 'context', user: 'ada', source: null, started: true, took: true },
    ]);
  });

  it('of a run of the Java client it is said which program made it is not recorded', async () => {
    const [context, bare] = (await runsOf('java'))
      .toSorted((a, b) => (b.info.startTime ?? 0) - (a.info.startTime ?? 0))
      .filter(({ info }) => info.runName === 'context' || info.startTime === 0);
    const finder = finderOf(repository);
    const problem = async (run: Run) => (await finder.findSources(run)).run.problem ?? '';
    assert.match(await problem(context!), /does not record which program made it.*Java client/);
    assert.match(await problem(bare!), /recorded neither a commit nor a start time/);
  });

  it('users of the Java client’s runs are compared by who they are, wherever it is recorded', async () => {
    const java = await runsOf('java');
    const sides = await Promise.all(java.map(({ info }) => readSide(store, info.runId, null)));
    const { rows, same } = diffRuns(sides, 0, [], () => 'unknown').sections.find(
      ({ name }) => name === 'attributes',
    )!;
    const users = [...rows, ...same].find(({ key }) => key === 'user')?.values;
    assert.deepEqual(users?.toSorted(), ['ada', 'ada', null]);
  });
});
