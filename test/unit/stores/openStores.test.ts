import * as assert from 'node:assert/strict';
import { onFailure } from '../../../src/mlflow/failures';
import { sqliteUri } from '../../../src/stores/uri';
import { makeRegistryStore, removeTempFolders } from '../../support/database';
import { openStores } from '../../support/pageHarness';

describe('the list of open stores', () => {
  after(removeTempFolders);

  it('goes on where one who listens fails', () => {
    const failures: unknown[] = [];
    onFailure((error) => failures.push(error));
    const stores = openStores();
    const heard: unknown[] = [];
    stores.onDidChange(() => {
      throw new Error('cannot draw');
    });
    stores.onDidChange((uri) => heard.push(uri));
    stores.add('sqlite:////a.db', 'found');
    stores.add('sqlite:////b.db', 'found');
    onFailure(undefined);
    assert.equal(stores.list().length, 2);
    assert.deepEqual(heard, [null, null]);
    assert.equal(failures.length, 2);
    stores.dispose();
  });

  it('waits for a store that is still being looked for, and refuses one that was not found', async () => {
    const uri = sqliteUri(makeRegistryStore('3.17.2'));
    const stores = openStores();
    try {
      stores.expect(new Promise((done) => setTimeout(done, 50)).then(() => stores.add(uri, 'found')));
      const store = await stores.get(uri);
      assert.equal((await store.searchExperiments({ view: 'ALL', maxResults: 1 })).items.length, 1);
      await assert.rejects(stores.get(sqliteUri('/nowhere/mlflow.db')), /is not among the open stores/);
    } finally {
      stores.dispose();
    }
  });
});
