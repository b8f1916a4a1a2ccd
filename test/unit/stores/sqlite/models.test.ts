import * as assert from 'node:assert/strict';
import type { RegisteredModelQuery, TrackingStore } from '../../../../src/mlflow/store';
import { createOpener } from '../../../../src/stores/open';
import { sqliteUri } from '../../../../src/stores/uri';
import { workerBundle } from '../../../../scripts/workerBundle';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../../../support/database';

const WAITING = { tag: { key: 'review', value: 'ready' }, alias: 'candidate' };

/** Three versions: v1 archived, v2 in production, v3 in no stage; `alpha` also has a deleted v4. */
const MODELS = `
  PRAGMA foreign_keys = OFF;
  DELETE FROM registered_models; DELETE FROM model_versions; DELETE FROM registered_model_aliases;
  DELETE FROM model_version_tags; DELETE FROM registered_model_tags;
  INSERT INTO registered_models (name, creation_time, last_updated_time, workspace) VALUES
    ('alpha', 1, 30, 'default'), ('Beta ü', 1, 10, 'default'), ('gamma', 1, 20, 'default'),
    ('delta', 1, NULL, 'default'), ('hidden', 1, 99, 'default'), ('other', 1, 99, 'elsewhere');
  INSERT INTO registered_model_tags (name, key, value, workspace) VALUES
    ('hidden', 'mlflow.prompt.is_prompt', 'true', 'default'), ('gamma', 'team', 'Pricing 100%', 'default');
  INSERT INTO model_versions (name, version, creation_time, current_stage, source, status, run_id, workspace) VALUES
    ('alpha', 1, 1, 'Archived', 'x', 'READY', 'r1', 'default'),
    ('alpha', 2, 1, 'Production', 'x', 'READY', 'r2', 'default'),
    ('alpha', 3, 1, 'None', 'x', 'READY', 'r3', 'default'),
    ('alpha', 4, 1, 'Deleted_Internal', 'x', 'READY', 'r4', 'default'),
    ('Beta ü', 1, 1, 'None', 'x', 'READY', 'r3', 'default'),
    ('Beta ü', 2, 1, 'Production', 'x', 'READY', 'r5', 'default'),
    ('gamma', 1, 1, 'None', 'x', 'READY', NULL, 'default');
  INSERT INTO registered_model_aliases (name, alias, version, workspace) VALUES
    ('gamma', 'Champion', 1, 'default'), ('Beta ü', 'candidate', 1, 'default'), ('alpha', 'old', 4, 'default');
  INSERT INTO model_version_tags (name, version, key, value, workspace) VALUES
    ('alpha', 3, 'review', 'ready', 'default'), ('alpha', 2, 'review', 'ready', 'default'),
    ('alpha', 4, 'lost', 'tag', 'default');`;

describe('registered models are searched, filtered and sorted', () => {
  let store: TrackingStore;
  before(async () => {
    const file = makeRegistryStore('3.17.2');
    withDatabase(file, (database) => database.exec(MODELS));
    const opener = createOpener({
      distFolder: workerBundle(),
      pythonPath: () => '',
      readOnlyReason: () => null,
    });
    ({ store } = await opener.open(sqliteUri(file)));
  });
  after(() => {
    store.dispose();
    removeTempFolders();
  });

  const names = async (query: Omit<RegisteredModelQuery, 'maxResults'>): Promise<string[]> =>
    (await store.searchRegisteredModels({ maxResults: 10, ...query })).items.map(({ name }) => name);
  const search = (text: string): Promise<string[]> => names({ filter: { text } });

  it('by name, and by last change, newest first', async () => {
    assert.deepEqual(await names({}), ['Beta ü', 'alpha', 'delta', 'gamma']);
    assert.deepEqual(await names({ orderBy: 'lastUpdated' }), ['alpha', 'gamma', 'Beta ü', 'delta']);
  });

  it('by words in the name, an alias, a tag or a stage, in any case', async () => {
    assert.deepEqual(await search('ALPH'), ['alpha']);
    assert.deepEqual(await search('Ü'), ['Beta ü']);
    assert.deepEqual(await search('@champ'), ['gamma']);
    assert.deepEqual(await search('team=pricing'), ['gamma']);
    assert.deepEqual(await search('100%'), ['gamma']);
    assert.deepEqual(await search('1%0'), []);
    assert.deepEqual(await search('production'), ['Beta ü', 'alpha']);
    assert.deepEqual(await search('production alpha'), ['alpha']);
    assert.deepEqual(await search('production review=ready'), ['alpha']);
  });

  it('by words that one version has, and none that is deleted', async () => {
    assert.deepEqual(await search('production @candidate'), []);
    assert.deepEqual(await search('lost=tag'), []);
    assert.deepEqual(await search('deleted_internal'), []);
    assert.deepEqual(await search('none'), []);
  });

  it('in production, with an alias, waiting for review', async () => {
    assert.deepEqual(await names({ filter: { versions: 'inProduction' } }), ['Beta ü', 'alpha', 'gamma']);
    assert.deepEqual(await names({ filter: { versions: 'hasAlias' } }), ['Beta ü', 'gamma']);
    assert.deepEqual(await names({ filter: { versions: WAITING } }), ['Beta ü', 'alpha']);
    assert.deepEqual(await names({ filter: { versions: WAITING, text: 'alp' } }), ['alpha']);
  });

  it('by the run that a version is of', async () => {
    assert.deepEqual(await names({ runId: 'r3' }), ['Beta ü', 'alpha']);
    assert.deepEqual(await names({ runId: 'r4' }), []);
  });

  it('a page at a time, whatever the order and the filter', async () => {
    for (const query of [{}, { orderBy: 'lastUpdated' as const }, { filter: { text: 'a' } }]) {
      const all = await names(query);
      const paged: string[] = [];
      let pageToken: string | undefined;
      do {
        const page = await store.searchRegisteredModels({ maxResults: 1, ...query, pageToken });
        paged.push(...page.items.map(({ name }) => name));
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      assert.deepEqual(paged, all);
    }
  });

  it('with their versions newest first, aliases and tags in place', async () => {
    const model = await store.getRegisteredModel('alpha');
    assert.deepEqual(
      model.versions.map(({ version, tags }) => `${version} ${tags.map(({ key }) => key).join()}`),
      ['3 review', '2 review', '1 '],
    );
    assert.deepEqual(model.aliases, [{ alias: 'old', version: '4', dangling: true }]);
  });
});
