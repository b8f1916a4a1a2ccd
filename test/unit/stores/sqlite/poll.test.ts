import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { openSqliteStore } from '../../../../src/stores/sqlite/open';
import { withDatabase } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';

const RUN = '18483d9d008e4db2882482aab221745b';

describe('the poll of a SQLite store', () => {
  it('tells of a commit that a query has seen already', async function () {
    this.timeout(30_000);
    const file = path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
    const store = await openSqliteStore(file, { distFolder: path.resolve(__dirname, '../../../../dist') });
    let told = 0;
    store.onDidChange(() => told++);
    await store.getRun(RUN);
    await store.refresh();
    assert.equal(told, 0);
    withDatabase(file, (database) =>
      database.exec(`UPDATE runs SET status = 'KILLED' WHERE run_uuid = '${RUN}'`),
    );
    assert.equal((await store.getRun(RUN)).info.status, 'KILLED');
    await store.refresh();
    assert.equal(told, 1);
    await store.refresh();
    assert.equal(told, 1);
    store.dispose();
  });
});
