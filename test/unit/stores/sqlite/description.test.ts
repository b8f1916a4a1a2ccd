import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import type { StoreFeatures } from '../../../../src/mlflow/store';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { removeTempFolders, withDatabase } from '../../../support/database';
import { fixture, SQLITE_VERSIONS, unpackFixture } from '../../../support/fixtures';

/** Which release brought what a store may lack (reference mlflow.md, A.5). */
const BROUGHT_BY: Record<keyof StoreFeatures, [major: number, minor: number]> = {
  registry: [1, 4],
  modelTags: [1, 10],
  aliases: [2, 3],
  datasets: [2, 4],
  loggedModels: [3, 0],
  workspaces: [3, 10],
};

class CountingStore extends SqliteStore {
  asked = 0;

  override ask: SqliteStore['ask'] = (name, args, signal) => {
    this.asked += name === 'describe' ? 1 : 0;
    return super.ask(name, args, signal);
  };
}

describe('what a SQLite store says of itself', function () {
  this.timeout(30_000);
  let store: CountingStore;
  const open = (folder: string): CountingStore =>
    (store = new CountingStore(path.join(folder, 'mlflow.db'), workerBundle()));
  afterEach(() => store.dispose());
  after(removeTempFolders);

  for (const version of SQLITE_VERSIONS) {
    it(`of MLflow ${version}: what it has, and for what it lacks how to have it`, async () => {
      const about = await open(await fixture(`sqlite-${version}`)).describe();
      const [major, minor] = version.split('.').map(Number) as [number, number];
      for (const [name, [since, sinceMinor]] of Object.entries(BROUGHT_BY)) {
        const feature = name as keyof StoreFeatures;
        const has = major > since || (major === since && minor >= sinceMinor);
        assert.equal(about.features[feature], has, name);
        const advice = about.advice[feature];
        if (has) {
          assert.equal(advice, undefined);
        } else {
          assert.match(
            advice ?? '',
            /^This store has no .*, which came with MLflow [\d.]+\. Run "mlflow db upgrade" to upgrade it\.$/,
          );
          assert.ok(advice?.includes(`came with MLflow ${since}.${sinceMinor}.`), advice);
        }
      }
      const labels = about.details.map(({ label }) => label);
      assert.deepEqual(labels.slice(0, 3), ['Size', 'Schema', 'Journal mode']);
      assert.match(
        about.details.map(({ value }) => value).join(' | '),
        /^[\d.]+ [KM]iB \| [0-9a-f]{12} \| rollback/,
      );
    });
  }

  it('is asked of the file once a change while changes are looked for, else each time', async () => {
    const file = open(await unpackFixture('sqlite-3.17.2')).file;
    await store.describe();
    await store.describe();
    assert.equal(store.asked, 2);

    store.setPollInterval(60_000);
    const abandoned = new AbortController();
    const first = assert.rejects(store.describe(abandoned.signal), { code: 'CANCELLED' });
    abandoned.abort();
    await Promise.all([first, store.describe(), store.describe()]);
    const before = await store.describe();
    await store.refresh();
    assert.deepEqual(await store.describe(), before);
    assert.equal(store.asked, 3);

    withDatabase(file, (database) => database.exec('DROP TABLE registered_model_aliases'));
    await store.refresh();
    const [after] = await Promise.all([store.describe(), store.describe()]);
    assert.equal(store.asked, 4);
    assert.deepEqual([before.features.aliases, after.features.aliases], [true, false]);

    store.setPollInterval(0);
    await store.describe();
    await store.describe();
    assert.equal(store.asked, 6);
  });

  it('is asked again after it could not be told', async () => {
    open(path.join(await unpackFixture('sqlite-3.17.2'), 'missing')).setPollInterval(60_000);
    await assert.rejects(store.describe(), { code: 'NOT_FOUND' });
    await assert.rejects(store.describe(), { code: 'NOT_FOUND' });
    assert.equal(store.asked, 2);
  });
});
