import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { TrackingStore } from '../../src/mlflow/store';
import { authorization, NO_ACCESS, type ServerAccess } from '../../src/stores/rest/access';
import { call, probe } from '../../src/stores/rest/api';
import { removeTempFolders, tempFolder } from '../support/database';
import { BrokenNetwork } from '../support/network/brokenNetwork';
import { CANARY, TROUBLES } from '../support/network/troubles';
import { plainExchange } from '../support/servers/exchange';
import { startServer, type RunningServer } from '../support/servers/server';

async function createRun(server: RunningServer, run_name: string): Promise<string> {
  const exchange = plainExchange(server);
  const api = await probe(exchange, null);
  const args = { experiment_id: '0', start_time: 1_700_000_000_000, run_name };
  const { run } = (await call(exchange, api, { method: 'POST', endpoint: 'runs/create', args })) as {
    run: { info: { run_id: string } };
  };
  return run.info.run_id;
}

/** Ignored by a server without a password, and cheap: one with a password hashes it at each request. */
const ACCESS: ServerAccess = {
  ...NO_ACCESS,
  headers: { Authorization: authorization({ user: 'ada', password: CANARY }), 'X-Team': CANARY },
  who: 'ada',
};

describe('a real tracking server behind a broken network', function () {
  this.timeout(300_000);
  let server: RunningServer;
  let network: BrokenNetwork;
  let impatient: BrokenNetwork;

  before(async () => {
    server = await startServer('3.17.2');
    network = await BrokenNetwork.open(server.url, ACCESS);
    impatient = await BrokenNetwork.open(server.url, ACCESS, 3000);
  });

  after(async () => {
    await Promise.all([network, impatient].map((each) => each?.close()));
    await server?.stop();
  });

  for (const trouble of TROUBLES) {
    it(`says in one sentence that it ${trouble.what}, keeps what is shown, and goes on when it is over`, () =>
      (trouble.isLate ? impatient : network).survives(trouble));
  }
});

describe('a real tracking server that is started anew at the same port, on the same database', function () {
  this.timeout(600_000);
  let server: RunningServer;
  let network: BrokenNetwork;

  after(async () => {
    await network?.close();
    await server?.stop();
    removeTempFolders();
  });

  async function about(store: TrackingStore): Promise<{ version: string; loggedModels: boolean }> {
    const { details, features } = await store.describe();
    const version = details.find(({ label }) => label === 'MLflow')!.value;
    return { version, loggedModels: features.loggedModels };
  }

  it('is found out anew: MLflow 2.14.3 before, 3.17.2 after, with the same runs', async () => {
    const backend = `sqlite:///${path.join(tempFolder(), 'mlflow.db')}`;
    const old = (server = await startServer('2.14.3', { backend }));
    const port = Number(new URL(old.url).port);
    const first = await createRun(old, 'before');
    network = await BrokenNetwork.open(old.url, NO_ACCESS);
    const { store, proxy } = network;
    assert.deepEqual(await about(store), { version: '2.14.3', loggedModels: false });
    assert.equal((await store.getRun(first)).info.runName, 'before');

    await old.stop();
    await network.refused(
      store.getRun(first),
      'BUSY',
      /^The connection to http:\S+ ended before the answer was whole: try again/,
    );
    server = await startServer('3.17.2', { backend, port, upgrade: true });
    const second = await createRun(server, 'after');
    proxy.seen.length = 0;
    await store.refresh();
    assert.deepEqual(await about(store), { version: '3.17.2', loggedModels: true });
    // Of the look: its version, what it is, its version again; then what it has.
    const asked = proxy.seen.map(({ url }) => url.split('?', 1)[0]);
    assert.equal(asked.filter((url) => url === '/version').length, 2);
    const runs = await store.getRuns({ runIds: [first, second], params: 'all', metrics: 'all', tags: 'all' });
    assert.deepEqual(
      runs.map(({ info }) => info.runName),
      ['before', 'after'],
    );
    assert.deepEqual((await store.searchLoggedModels({ maxResults: 10 })).items, []);
  });
});
