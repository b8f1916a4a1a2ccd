import * as assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import { ServerAccounts } from '../../src/stores/rest/accounts';
import { call, probe } from '../../src/stores/rest/api';
import { createExchange, type Network } from '../../src/stores/rest/network';
import type { RunningServer } from '../support/servers/server';
import { teamServer } from '../support/servers/shared';

/** Our requests, as the extension host sends them, to a real server. */
describe('signing in to a real tracking server, over TLS of its own CA and below a prefix', function () {
  this.timeout(600_000);
  let server: RunningServer;
  let accounts: ServerAccounts;
  let network: Network;

  before(async () => {
    server = await teamServer();
  });

  function connect(env: Record<string, string>): void {
    const kept = new Map<string, string>();
    accounts = new ServerAccounts({
      secrets: {
        get: (key) => Promise.resolve(kept.get(key)),
        store: (key, value) => Promise.resolve(void kept.set(key, value)),
        delete: (key) => Promise.resolve(void kept.delete(key)),
      },
      env,
      isTrusted: () => true,
      requestHeaders: () => ({}),
      readFile: (file) => fs.readFile(file, 'utf8'),
      warn: () => undefined,
    });
    network = createExchange({
      uri: server.url,
      access: () => accounts.accessOf(server.url),
      userAgent: 'mlflow-lens/test',
    });
  }
  afterEach(() => network.dispose());

  it('says that nobody vouches for its certificate', async () => {
    connect({});
    await assert.rejects(probe(network.exchange, null), {
      code: 'PERMISSION_DENIED',
      message: /^The certificate of https:\S+\/team\/mlflow is of nobody that this machine trusts/,
    });
  });

  it('says that it wants somebody to sign in, refuses a wrong password, and takes the right one', async () => {
    connect({ MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_SERVER_CERT_PATH: server.ca! });
    await assert.rejects(probe(network.exchange, null), {
      code: 'UNAUTHENTICATED',
      message: /wants to know who you are: sign in\.$/,
    });
    await accounts.signIn(server.url, { user: server.username!, password: 'wrong' });
    await assert.rejects(probe(network.exchange, null), {
      code: 'UNAUTHENTICATED',
      message: /does not accept the user and password that you are signed in with: sign in again\.$/,
    });
    await accounts.signIn(server.url, { user: server.username!, password: server.password! });
    const api = await probe(network.exchange, null);
    assert.equal(api.version, '3.17.2');
    const me = (await call(network.exchange, api, { method: 'GET', endpoint: 'users/current' })) as {
      user: { username: string };
    };
    assert.equal(me.user.username, server.username);
    await accounts.signOut(server.url);
    await assert.rejects(probe(network.exchange, null), { code: 'UNAUTHENTICATED' });
  });

  it('takes who the environment names, for the server that the environment names', async () => {
    const credentials = {
      MLFLOW_TRACKING_USERNAME: server.username!,
      MLFLOW_TRACKING_PASSWORD: server.password!,
      MLFLOW_TRACKING_INSECURE_TLS: 'true',
    };
    connect({ ...credentials, MLFLOW_TRACKING_URI: `${server.url}/` });
    assert.equal((await probe(network.exchange, null)).version, '3.17.2');
    network.dispose();
    connect({ ...credentials, MLFLOW_TRACKING_URI: `${server.url}/other` });
    await assert.rejects(probe(network.exchange, null), { code: 'PERMISSION_DENIED' });
  });
});
