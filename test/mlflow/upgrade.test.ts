import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { openSqliteStore } from '../../src/stores/sqlite/open';
import { sqliteUri } from '../../src/stores/uri';
import { unpackFixture } from '../support/fixtures';

describe('a store that "mlflow db upgrade" migrates while it is open', function () {
  this.timeout(600_000);

  it('is read anew, with what the new schema has', async () => {
    const file = path.join(await unpackFixture('sqlite-1.30.1'), 'mlflow.db');
    const store = await openSqliteStore(file, { distFolder: path.resolve(__dirname, '../../dist') });
    let told = 0;
    store.onDidChange(() => told++);
    const before = await store.describe();
    const query = { experimentIds: [], view: 'ALL', maxResults: 1000 } as const;
    const runs = (await store.searchRuns(query)).items;
    assert.equal(before.features.aliases, false);

    execFileSync(mlflowPython(), ['-m', 'mlflow', 'db', 'upgrade', sqliteUri(file)], { stdio: 'pipe' });

    await store.refresh();
    assert.ok(told > 0);
    const after = await store.describe();
    const schemas = [before, after].map(
      ({ details }) => details.find(({ label }) => label === 'Schema')?.value,
    );
    assert.ok(schemas[0] && schemas[1] && schemas[0] !== schemas[1], 'its revision is another');
    assert.equal(after.features.aliases, true);
    assert.equal(after.features.workspaces, true);
    assert.deepEqual((await store.searchRuns(query)).items, runs);
    assert.ok((await store.searchRegisteredModels({ maxResults: 10 })).items.length > 0);
    store.dispose();
  });
});
