import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { mock } from 'node:test';
import type { LoggedModel, Run } from '../../../src/mlflow/entities';
import type { TrackingStore } from '../../../src/mlflow/store';
import { modelSizes, sizeOfModel } from '../../../src/panels/modelSizes';
import { sweepPage } from '../../../src/panels/sweep';
import type { OpenStores } from '../../../src/stores/openStores';
import { sqliteUri } from '../../../src/stores/uri';
import { withDatabase } from '../../support/database';
import { unpackFixture } from '../../support/fixtures';
import { openStores, plainServices } from '../../support/pageHarness';

const RUN = '09e91d4bba9347db9e2d0c241248202d';
const HISTORY = 'mlflow.log-model.history';

describe('sizes of models, and axes of a sweep, of a store that has no end', () => {
  let folder: string;
  let uri: string;
  let stores: OpenStores;
  let store: TrackingStore;
  const { signal } = new AbortController();

  before(async () => {
    folder = await unpackFixture('taxi-duration');
    uri = sqliteUri(path.join(folder, 'mlflow.db'));
    stores = openStores(uri);
    store = await stores.get(uri);
  });
  after(() => stores.dispose());
  afterEach(() => mock.restoreAll());

  async function withHistory(history: unknown): Promise<Run> {
    const run = await store.getRun(RUN);
    return { ...run, tags: [{ key: HISTORY, value: JSON.stringify(history) }] };
  }

  it('gives up where folders are links to each other, whose paths have no end', async () => {
    const looped = path.join(folder, 'mlruns/1', RUN, 'artifacts/looped');
    fs.mkdirSync(looped);
    fs.symlinkSync('.', path.join(looped, 'a'));
    fs.symlinkSync('.', path.join(looped, 'b'));
    const controller = new AbortController();
    const list = store.listArtifacts.bind(store);
    let listed = 0;
    mock.method(store, 'listArtifacts', (...args: Parameters<typeof list>) => {
      if (++listed === 500) {
        controller.abort();
      }
      return list(...args);
    });
    assert.equal(await sizeOfModel(store, { runId: RUN }, 'looped', controller.signal), NaN);
  });

  it('takes the largest of the models that a run says it logged, however many', async () => {
    const entries = Array.from({ length: 12_000 }, (_, i) => ({ artifact_path: 'm', model_size_bytes: i }));
    const runs = await Promise.all([
      withHistory(entries),
      withHistory(Array.from({ length: 20 }, () => entries).flat()),
    ]);
    assert.deepEqual([...(await modelSizes(store, runs, ['999'], signal))], [11_999, NaN]);
  });

  it('looks through so many logged models and no more, and at a few of one run', async () => {
    let made = 0;
    let asked = 0;
    mock.method(store, 'searchLoggedModels', async ({ maxResults }: { maxResults: number }) => ({
      items: Array.from({ length: maxResults }, () => ({
        modelId: `m-${made++}`,
        sourceRunId: RUN,
      })) as LoggedModel[],
      ...(++asked < 100 ? { nextPageToken: 'more' } : {}),
    }));
    let read = 0;
    mock.method(store, 'readArtifact', async () => {
      read++;
      return Buffer.from('model_size_bytes: 7\n');
    });
    assert.deepEqual([...(await modelSizes(store, [await withHistory([])], ['1'], signal))], [7]);
    assert.deepEqual([asked < 100, read], [true, 8]);
  });

  it('draws a sweep whose runs have ten thousand params of their own by those that most have', async () => {
    const file = path.join(folder, 'mlflow.db');
    const runs = withDatabase(file, (database) => {
      const ids = database.prepare('SELECT run_uuid FROM runs WHERE experiment_id = 1').all();
      const insert = database.prepare('INSERT INTO params (run_uuid, key, value) VALUES (?, ?, ?)');
      database.exec('BEGIN');
      for (let i = 0; i < 10_000; i++) {
        insert.run(ids[i % ids.length]!['run_uuid'], `own_${i}`, 'x');
      }
      ids.forEach(({ run_uuid: id }) => insert.run(id, 'zz_shared', '1'));
      database.exec('COMMIT');
      return ids.length;
    });
    const session = {
      setTitle: () => undefined,
      replace: () => undefined,
      emit: () => undefined,
      hover: () => undefined,
      onDispose: () => undefined,
    };
    const handlers = sweepPage.handlers({ store: uri, experimentIds: ['1'] }, plainServices(stores), session);
    const data = await handlers.load(null, signal);
    assert.ok(data.runs.length > 1 && data.runs.length <= runs);
    const params = data.columns.filter(({ kindOf }) => kindOf === 'param');
    assert.equal(params.length, 500);
    assert.ok(params.some(({ name }) => name === 'zz_shared'));
    assert.ok(data.omittedColumns > 5_000, String(data.omittedColumns));
  });
});
