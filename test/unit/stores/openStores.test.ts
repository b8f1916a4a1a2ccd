import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { workerBundle } from '../../../scripts/workerBundle';
import { StoreError } from '../../../src/mlflow/errors';
import { onFailure } from '../../../src/mlflow/failures';
import { sqliteUri } from '../../../src/stores/uri';
import { createOpener } from '../../../src/stores/open';
import { OpenStores } from '../../../src/stores/openStores';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../../support/database';
import { openStores } from '../../support/pageHarness';
import { workspacesFixture, type WorkspacesFixture } from '../../support/workspaces';
import { withWorkspace } from '../../../src/mlflow/workspace';

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

  it('opens by itself what was not there at first, and says why it is not there until then', async () => {
    const file = makeRegistryStore('3.17.2');
    fs.renameSync(file, `${file}.away`);
    const uri = sqliteUri(file);
    const options = { distFolder: workerBundle(), pythonPath: () => '', readOnlyReason: () => null };
    const stores = new OpenStores(createOpener(options), 20);
    try {
      stores.add(uri, 'found');
      await assert.rejects(stores.get(uri), { code: 'NOT_FOUND' });
      const opened = new Promise((resolve) => stores.onDidChange(resolve));
      stores.setPollInterval(1000);
      await assert.rejects(stores.get(uri), { code: 'NOT_FOUND' });
      fs.renameSync(`${file}.away`, file);
      assert.equal(await opened, uri);
      assert.equal(stores.entry(uri)!.error, null);
      assert.equal((await stores.get(uri)).kind, 'sqlite');
    } finally {
      stores.dispose();
    }
  });

  it('opens anew, in their places, the stores that somebody else may see otherwise, but none that waits for a word', async () => {
    const [first, second] = [makeRegistryStore('3.17.2'), makeRegistryStore('3.17.2')].map(sqliteUri);
    const stores = openStores();
    try {
      stores.add(first!, 'found');
      stores.add('sqlite:////nowhere/mlflow.db', 'found');
      stores.add(
        'http://held:5000',
        'from .env',
        new StoreError('ON_ANOTHER_MACHINE', 'Connect to it first.'),
      );
      stores.add(second!, 'found');
      const [before, other] = [await stores.get(first!), await stores.get(second!)];
      await assert.rejects(stores.get('sqlite:////nowhere/mlflow.db'), { code: 'NOT_FOUND' });
      const heard: (string | null)[] = [];
      stores.onDidChange((uri) => heard.push(uri));
      await stores.renew((uri) => uri !== second);
      const now = await stores.get(first!);
      assert.notEqual(now, before);
      assert.equal((await now.searchExperiments({ view: 'ALL', maxResults: 1 })).items.length, 1);
      await assert.rejects(before.searchExperiments({ view: 'ALL', maxResults: 1 }), { code: 'CANCELLED' });
      assert.equal(await stores.get(second!), other);
      await assert.rejects(stores.get('http://held:5000'), { message: 'Connect to it first.' });
      assert.deepEqual(heard.toSorted(), ['sqlite:////nowhere/mlflow.db', first].toSorted());
      assert.equal(stores.list()[0]!.uri, first);
    } finally {
      stores.dispose();
    }
  });
});

describe('a listed store of several workspaces', () => {
  let fixture: WorkspacesFixture;
  let uri: string;
  before(async () => {
    fixture = await workspacesFixture();
    uri = sqliteUri(fixture.file);
  });
  after(removeTempFolders);

  const listed = (stores: OpenStores): string[] => stores.list().map((entry) => entry.uri);
  const namesOf = async (stores: OpenStores, of: string): Promise<string[]> =>
    (await (await stores.get(of)).searchExperiments({ view: 'ACTIVE_ONLY', maxResults: 9 })).items
      .map(({ experimentId }) => experimentId)
      .toSorted();
  const active = (name: 'default' | 'team-a' | 'team-b'): string[] =>
    Object.entries(fixture.of[name].experiments)
      .filter(([, [, stage]]) => stage === 'active')
      .map(([id]) => id)
      .toSorted();

  it('shows another in its place, and keeps the one before for who still looks at it', async () => {
    const other = sqliteUri(makeRegistryStore('3.17.2'));
    const stores = openStores(uri, other);
    try {
      const first = await stores.get(uri);
      const heard: (string | null)[] = [];
      stores.onDidChange((what) => heard.push(what));
      const { named } = stores.switchWorkspace(uri, 'team-a');
      const teamA = withWorkspace(uri, 'team-a');
      assert.equal(named, uri, 'it is still the store that was found');
      assert.deepEqual(listed(stores), [teamA, other]);
      assert.deepEqual(heard, [null]);
      assert.deepEqual(await namesOf(stores, teamA), active('team-a'));
      assert.equal(await stores.get(uri), first, 'an open page goes on');
      stores.add(withWorkspace(uri, 'team-b'), 'added by you');
      assert.throws(() => stores.switchWorkspace(teamA, 'team-b'), /team-b is already listed/);
      stores.remove(withWorkspace(uri, 'team-b'));
      stores.switchWorkspace(teamA, 'default');
      assert.deepEqual(listed(stores), [uri, other]);
      assert.equal(await stores.get(uri), first);
    } finally {
      stores.dispose();
    }
  });

  it('opens another one that is asked for, without listing it', async () => {
    const stores = openStores(uri);
    try {
      const teamB = withWorkspace(uri, 'team-b');
      assert.ok(stores.isKnown(teamB));
      assert.deepEqual(await namesOf(stores, teamB), active('team-b'));
      assert.deepEqual(listed(stores), [uri]);
      assert.deepEqual(await namesOf(stores, uri), active('default'));
      const writer = await stores.writer(teamB);
      await writer.apply({ changes: [{ type: 'createRegisteredModel', name: 'of b' }], expected: [] });
      await assert.rejects((await stores.get(uri)).getRegisteredModel('of b'), /no registered model/);
      assert.equal((await (await stores.get(teamB)).getRegisteredModel('of b')).name, 'of b');
      stores.remove(uri);
      await assert.rejects(stores.get(teamB), /is not among the open stores/);
    } finally {
      stores.dispose();
    }
  });

  it('comes back as the workspace that was chosen, and as default where that was', async () => {
    const stores = openStores();
    try {
      stores.add(uri, 'found', null, 'team-b');
      assert.deepEqual(listed(stores), [withWorkspace(uri, 'team-b')]);
      assert.deepEqual(await namesOf(stores, uri), active('default'), 'a URI without a workspace is default');
      stores.add(uri, 'found again');
      assert.equal(stores.list().length, 1);
    } finally {
      stores.dispose();
    }
  });

  it('gets the URI of the workspace that it begins with, where nobody uses default', async () => {
    const { file } = await workspacesFixture();
    withDatabase(file, (database) =>
      database.exec(`PRAGMA foreign_keys = OFF; DELETE FROM runs WHERE experiment_id IN
          (SELECT experiment_id FROM experiments WHERE workspace = 'default');
        DELETE FROM experiments WHERE workspace = 'default' AND experiment_id > 0;
        DELETE FROM registered_models WHERE workspace = 'default';`),
    );
    const bare = sqliteUri(file);
    const stores = openStores(bare);
    try {
      const store = await stores.get(bare);
      assert.equal(store.uri, withWorkspace(bare, 'team-a'), 'the one with the most runs');
      assert.deepEqual(listed(stores), [store.uri]);
      assert.equal(await stores.get(bare), store, 'by the URI that it was found under, too');
      stores.switchWorkspace(bare, 'default');
      assert.deepEqual(listed(stores), [bare]);
      assert.deepEqual(await namesOf(stores, bare), ['0'], 'the choice counts, although nothing is there');
    } finally {
      stores.dispose();
    }
  });
});
