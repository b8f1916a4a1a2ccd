import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import type { RunRow } from '../../../src/mlflow/store';
import { listRuns, OLDEST_FIRST } from '../../../src/stores/listRuns';
import { SqliteStore } from '../../../src/stores/sqlite/sqliteStore';
import { QUERY, runsOf } from '../../support/contract/tableTools';
import { withDatabase } from '../../support/database';
import { unpackFixture } from '../../support/fixtures';

/** The study of two jobs that Optuna 5.0 wrote: trial 0 began first, and was recorded last. */
const PARALLEL = '4';
const LIST = { experimentIds: [PARALLEL], view: 'ACTIVE_ONLY', params: 'none', metrics: 'none' } as const;

describe("lists of Optuna's trials that ran side by side", function () {
  this.timeout(60_000);
  let store: SqliteStore;
  let file: string;

  beforeEach(async () => {
    file = path.join(await unpackFixture('optuna-trials'), 'mlflow.db');
    store = new SqliteStore(file, workerBundle());
  });
  afterEach(() => store.dispose());

  const named = ({ items }: { items: readonly RunRow[] }): string[] => items.map(({ info }) => info.runName);

  it('begin with the trial that began last, also where MLflow lists it on the next page', async () => {
    for (const [maxResults, expected] of [
      [1, ['2']],
      [2, ['2', '1']],
      [3, ['2', '1', '0']],
    ] as const) {
      const found = await listRuns(store, { ...LIST, maxResults });
      assert.deepEqual(named(found), expected);
      assert.equal(found.more, maxResults < 3);
      assert.equal(found.remaining ?? 0, 3 - maxResults);
    }
  });

  it('begin with the trial that began first where the oldest come first', async () => {
    const found = await listRuns(store, { ...LIST, orderBy: [OLDEST_FIRST], maxResults: 2 });
    assert.deepEqual(named(found), ['0', '1']);
  });

  it('are left as asked for in any other order', async () => {
    const found = await listRuns(store, { ...LIST, orderBy: ['attributes.end_time DESC'], maxResults: 2 });
    assert.deepEqual(named(found), ['0', '2']);
  });

  it('read no more than a page where what is behind it was recorded before', async () => {
    withDatabase(file, (database) =>
      database.exec(`
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO runs (run_uuid, name, experiment_id, status, start_time, end_time, lifecycle_stage)
        SELECT printf('%032d', i), 'older ' || i, ${PARALLEL}, 'FINISHED', 1700000000000 + i, 1700000000000, 'active' FROM n`),
    );
    await store.refresh();
    const asked: number[] = [];
    const counting = new Proxy(store, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        return key === 'searchRuns'
          ? (...query: Parameters<SqliteStore['searchRuns']>) => {
              asked.push(query[0].maxResults);
              return target.searchRuns(...query);
            }
          : value;
      },
    });
    assert.deepEqual(named(await listRuns(counting, { ...LIST, maxResults: 50 })).slice(0, 4), [
      '2',
      '1',
      '0',
      'older 5000',
    ]);
    assert.deepEqual(asked, [50]);
    assert.deepEqual(named(await listRuns(counting, { ...LIST, maxResults: 2 })), ['2', '1']);
    assert.deepEqual(asked, [50, 2, 200]);
    const table = await store.runTable.rows({ ...QUERY, experimentIds: [PARALLEL], count: 4 });
    assert.deepEqual(
      runsOf(table).map(({ name }) => name),
      ['2', '1', '0', 'older 5000'],
    );
  });
});
