import * as assert from 'node:assert/strict';
import { workerBundle } from '../../../scripts/workerBundle';
import { filterOf } from '../../../src/panels/tableFilter';
import { parseFilter } from '../../../src/search/parse';
import { SearchError } from '../../../src/search/syntax';
import { SqliteStore } from '../../../src/stores/sqlite/sqliteStore';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../../support/database';

const NOW = Date.UTC(2026, 6, 28, 12);
const SCOPE = { experimentIds: ['1'], view: 'ACTIVE_ONLY' } as const;
/** More keys with the name in them than a lookup takes, and all of them vary. */
const LIKE_IT = 60;

describe("the tree of a table's filter", function () {
  this.timeout(60_000);
  let store: SqliteStore;

  before(() => {
    const file = makeRegistryStore('3.17.2');
    withDatabase(file, (database) => {
      const runs = database
        .prepare('SELECT run_uuid AS id FROM runs WHERE experiment_id = 1 ORDER BY start_time DESC LIMIT 2')
        .all() as { id: string }[];
      const param = database.prepare('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)');
      for (let index = 0; index < LIKE_IT; index++) {
        runs.forEach(({ id }) => param.run(`seed ${index}`, id, id));
      }
      database.prepare("INSERT INTO tags (key, value, run_uuid) VALUES ('seed', '3', ?)").run(runs[0]!.id);
    });
    store = new SqliteStore(file, workerBundle());
  });
  after(() => {
    store.dispose();
    removeTempFolders();
  });

  const read = (text: string): ReturnType<typeof filterOf> =>
    filterOf(() => Promise.resolve(store.runTable), SCOPE, text, NOW, new AbortController().signal);

  it('knows keys without a prefix from the store', async () => {
    assert.deepEqual(
      await read('max_depth > 3 and (rmse < 3 or rmse > 9)'),
      parseFilter('params.max_depth > 3 and (metrics.rmse < 3 or metrics.rmse > 9)', NOW),
    );
    assert.deepEqual(await read('seed = 3'), parseFilter('tags.seed = 3', NOW));
    assert.equal(await read(''), null);
  });

  it('refuses what several keys are called, what none is, and what is no filter', async () => {
    await assert.rejects(read("rmse < 3 and model = 'xgboost'"), /a param and a tag here/);
    await assert.rejects(read('nothing < 0.1'), /No run here has/);
    await assert.rejects(read('rmse <'), SearchError);
  });
});
