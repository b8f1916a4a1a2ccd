import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { StoreError } from '../../../src/mlflow/errors';
import type { RunsById, TrackingStore } from '../../../src/mlflow/store';
import { readApart } from '../../../src/stores/readApart';
import { handlers } from '../../../src/stores/sqlite/handlers';
import { Reader } from '../../../src/stores/sqlite/reader';
import { sqliteUri } from '../../../src/stores/uri';
import { unpackFixture } from '../../support/fixtures';
import { openStores } from '../../support/pageHarness';
import { openSession } from '../../support/torture';

/** The store of test/fixtures/clients/make.py, whose experiment "seeded" has six runs of one random name, and "lasso". */
describe('runs of a list that have one name, as MLflow names them where Python is seeded', () => {
  let file: string;
  let stores: ReturnType<typeof openStores>;
  let store: TrackingStore;
  before(async () => {
    file = path.join(await unpackFixture('clients'), 'mlflow.db');
    stores = openStores(sqliteUri(file));
    store = await stores.get(sqliteUri(file));
  });
  after(() => stores.dispose());

  const listed = async (): Promise<{ runId: string; runName: string; startTime: number | null }[]> => {
    const { items } = await store.searchExperiments({ view: 'ALL', maxResults: 10, nameContains: 'seeded' });
    const page = await store.searchRuns({
      experimentIds: [items[0]!.experimentId],
      view: 'ALL',
      orderBy: ['attributes.start_time ASC'],
      maxResults: 10,
    });
    return page.items.map(({ info }) => info);
  };

  it('are told apart by params, then by a metric, then by their start', async () => {
    const runs = await listed();
    assert.equal(new Set(runs.slice(0, 6).map(({ runName }) => runName)).size, 1);
    const apart = await readApart(store, runs);
    const texts = runs.map(({ runId }) => apart.get(runId));
    assert.deepEqual(texts.slice(1, 4), ['depth 9, lr 0.1', 'depth 3, lr 0.01', 'depth 9, lr 0.01']);
    assert.equal(texts[0], 'depth 3, lr 0.1, rmse 3.6');
    assert.match(texts[4]!, /^depth 3, lr 0\.1, rmse 3\.7, started \d\d:\d\d:\d\d$/);
    assert.match(texts[5]!, /^depth 3, lr 0\.1, rmse 3\.7, started \d\d:\d\d:\d\d$/);
    assert.notEqual(texts[4], texts[5]);
    assert.equal(texts[6], undefined, 'lasso has a name of its own');
  });

  it('cost one request for those runs alone, and none where all have names of their own', async () => {
    const runs = await listed();
    const asked: RunsById[] = [];
    const counting: Pick<TrackingStore, 'getRuns'> = {
      getRuns: (query, signal) => {
        asked.push(query);
        return store.getRuns(query, signal);
      },
    };
    assert.equal((await readApart(counting, runs.slice(5))).size, 0);
    assert.deepEqual(asked, []);
    await readApart(counting, runs);
    assert.deepEqual(
      asked.map(({ runIds }) => runIds),
      [runs.slice(0, 6).map(({ runId }) => runId)],
    );
  });

  it('cost four statements, however many they are', async () => {
    const runIds = (await listed()).map(({ runId }) => runId);
    const session = await openSession(file);
    const original = Object.getOwnPropertyDescriptor(Reader.prototype, 'each')!;
    let statements = 0;
    Reader.prototype.each = function (...args) {
      statements++;
      (original.value as Reader['each']).apply(this, args);
    };
    try {
      session.run(0, (reader) => {
        void reader.schema;
        statements = 0;
        handlers.getRuns(reader, { runIds, params: 'all', metrics: 'all' });
      });
      assert.ok(statements > 0 && statements <= 4, `${statements} statements`);
    } finally {
      Object.defineProperty(Reader.prototype, 'each', original);
      session.close();
    }
  });

  it('are told apart by their start where their values cannot be read', async () => {
    const runs = await listed();
    const broken: Pick<TrackingStore, 'getRuns'> = {
      getRuns: async () => {
        throw new StoreError('CORRUPT', 'The params cannot be read.');
      },
    };
    const apart = await readApart(broken, runs);
    assert.ok([...apart.values()].every((text) => /^started \d\d:\d\d:\d\d(\.\d+)?$/.test(text)));
    const cancelled: Pick<TrackingStore, 'getRuns'> = {
      getRuns: async () => {
        throw new StoreError('CANCELLED', 'Canceled.');
      },
    };
    await assert.rejects(readApart(cancelled, runs), { code: 'CANCELLED' });
  });
});
