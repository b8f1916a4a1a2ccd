import * as assert from 'node:assert/strict';
import { sqliteUri } from '../../../src/stores/uri';
import { makeRegistryStore, removeTempFolders } from '../../support/database';
import { openStores } from '../../support/pageHarness';

describe('the list of open stores', () => {
  after(removeTempFolders);

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
