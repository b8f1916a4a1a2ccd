import * as assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { workerBundle } from '../../../../scripts/workerBundle';
import { createOpener } from '../../../../src/stores/open';
import { OpenStores } from '../../../../src/stores/openStores';
import { ServerAccounts } from '../../../../src/stores/rest/accounts';
import { openServer } from '../../../../src/stores/rest/openServer';
import { emptyMlflow } from '../../../support/network/emptyMlflow';
import { serveWith, type Served } from '../../../support/network/badProxy';

const PASSWORD = 'canary-9c02d4';

describe('opening a tracking server that wants a password', function () {
  this.timeout(60_000);
  let server: Served;
  let stores: OpenStores;
  let accounts: ServerAccounts;

  before(async () => {
    server = await emptyMlflow('ada', PASSWORD);
    const kept = new Map<string, string>();
    accounts = new ServerAccounts({
      secrets: {
        get: (key) => Promise.resolve(kept.get(key)),
        store: (key, value) => Promise.resolve(void kept.set(key, value)),
        delete: (key) => Promise.resolve(void kept.delete(key)),
      },
      env: {},
      isTrusted: () => true,
      requestHeaders: () => ({}),
      readFile: () => Promise.reject(new Error('none')),
      warn: () => undefined,
    });
    stores = new OpenStores(
      createOpener({
        distFolder: workerBundle(),
        pythonPath: () => '',
        readOnlyReason: () => null,
        openServer: (uri, signal) => {
          const options = {
            distFolder: workerBundle(),
            accessOf: (each: string) => accounts.accessOf(each),
            userAgent: 'mlflow-lens/test',
            openedFolders: () => [],
            downloadFolder: '/nowhere',
            // Longer than a test: what ends by it alone is no wait that was given up.
            network: { patience: 600_000 },
          };
          return openServer(uri, options, signal);
        },
      }),
    );
    stores.add(server.url, 'added by you');
  });

  after(async () => {
    stores.dispose();
    await server.close();
  });

  it('says that somebody has to sign in, and sends no password until then', async () => {
    await assert.rejects(stores.get(server.url), {
      code: 'UNAUTHENTICATED',
      message: `${server.url} wants to know who you are: sign in.`,
    });
    assert.ok(server.seen.length > 0 && server.seen.length <= 3, `${server.seen.length} requests`);
    assert.ok(server.seen.every(({ headers }) => headers.authorization === undefined));
  });

  it('shows its experiments to who signs in, and names them in its details', async () => {
    await accounts.signIn(server.url, { user: 'ada', password: PASSWORD });
    await stores.renew((uri) => uri === server.url);
    const store = await stores.get(server.url);
    assert.equal(store.kind, 'rest');
    const { items } = await store.searchExperiments({ view: 'ACTIVE_ONLY', maxResults: 10 });
    assert.deepEqual(
      items.map(({ name }) => name),
      ['behind the password'],
    );
    const about = await store.describe();
    assert.deepEqual(
      about.details.filter(({ label }) => label === 'Signed in'),
      [{ label: 'Signed in', value: 'ada' }],
    );
    assert.ok(!JSON.stringify(about).includes(PASSWORD));
    assert.ok(server.seen.every(({ url, body }) => !`${url}${body}`.includes(PASSWORD)));
  });

  it('can be given up while it does not answer, and is asked nothing more before the user connects again', async () => {
    let isOver = (): void => undefined;
    const over = new Promise<void>((resolve) => (isOver = resolve));
    const silent = await serveWith((_seen, _request, response) => void response.on('close', isOver));
    try {
      stores.add(silent.url, 'added by you');
      const opening = stores.get(silent.url);
      opening.catch(() => undefined);
      while (silent.seen.length === 0) {
        await setImmediate();
      }
      stores.giveUp(silent.url);
      await assert.rejects(opening, {
        code: 'ON_ANOTHER_MACHINE',
        message: `The wait for ${silent.url} was canceled: it is not asked anything before you connect to it again.`,
      });
      await over;
      await stores.reopen(silent.url);
      assert.equal(silent.seen.length, 1);
    } finally {
      stores.remove(silent.url);
      await silent.close();
    }
  });

  it('forgets who signs out', async () => {
    await accounts.signOut(server.url);
    await stores.renew((uri) => uri === server.url);
    await assert.rejects(stores.get(server.url), { code: 'UNAUTHENTICATED' });
    assert.equal(server.seen.at(-1)!.headers.authorization, undefined);
  });
});
