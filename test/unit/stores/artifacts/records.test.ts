import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import { recordsOf } from '../../../../src/stores/artifacts/records';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { fixture } from '../../../support/fixtures';

describe('what a store records about its artifacts', () => {
  let store: SqliteStore;
  before(async () => {
    store = new SqliteStore(path.join(await fixture('sqlite-3.17.2'), 'mlflow.db'), workerBundle());
  });
  after(() => store.dispose());

  it('is what its runs, logged models and versions say', async () => {
    const records = recordsOf(store, 'a folder');
    assert.equal(records.storeFolder, 'a folder');
    const runs = await store.searchRuns({ experimentIds: [], view: 'ALL', maxResults: 3 });
    for (const { info } of runs.items) {
      assert.equal(await records.runArtifactUri(info.runId), info.artifactUri);
    }
    const models = await store.searchLoggedModels({ maxResults: 3 });
    assert.ok(models.items.length > 0);
    for (const { modelId, artifactLocation } of models.items) {
      assert.equal(await records.modelArtifactLocation(modelId), artifactLocation);
    }
    const registered = await store.searchRegisteredModels({ maxResults: 3 });
    const versions = registered.items.flatMap((model) => model.versions);
    assert.ok(versions.length > 0);
    for (const { name, version, source, storageLocation } of versions) {
      const record = await records.versionSource(name, version);
      assert.deepEqual([record.source, record.storageLocation], [source, storageLocation]);
    }
  });

  it('names what is not there', async () => {
    const records = recordsOf(store, '');
    const { name } = (await store.searchRegisteredModels({ maxResults: 1 })).items[0]!;
    const missing = { name: 'StoreError', code: 'RESOURCE_DOES_NOT_EXIST' };
    await assert.rejects(records.runArtifactUri('none'), missing);
    await assert.rejects(records.modelArtifactLocation('m-none'), { ...missing, message: /m-none/ });
    await assert.rejects(records.versionSource(name, '999'), { ...missing, message: /version 999 of/ });
    await assert.rejects(records.versionSource('no such model', '1'), missing);
  });
});
