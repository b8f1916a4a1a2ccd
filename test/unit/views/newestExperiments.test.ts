import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ViewState } from '../../../src/state/viewState';
import { sqliteUri } from '../../../src/stores/uri';
import { HeadlineMetrics } from '../../../src/views/headline';
import { NewestExperiments } from '../../../src/views/newestExperiments';
import { makeRegistryStore, removeTempFolders, tempFolder } from '../../support/database';
import { openStores } from '../../support/pageHarness';

describe('rows of a store that could not be read for a moment', () => {
  after(removeTempFolders);

  it('are drawn without what is not known, and asked for again', async () => {
    const file = path.join(tempFolder(), 'mlflow.db');
    const uri = sqliteUri(file);
    const stores = openStores(uri);
    try {
      const newest = new NewestExperiments(stores);
      const state = new ViewState({ get: () => undefined, update: async () => undefined });
      const headline = new HeadlineMetrics(stores, state, () => '');
      assert.equal(await newest.of(uri), undefined);
      assert.equal(await headline.of(uri, '1', null), undefined);
      fs.copyFileSync(makeRegistryStore('3.17.2'), file);
      await stores.reopen(uri);
      assert.equal(typeof (await newest.of(uri)), 'string');
      assert.equal(typeof (await headline.of(uri, (await newest.of(uri))!, null)), 'string');
    } finally {
      stores.dispose();
    }
  });
});
