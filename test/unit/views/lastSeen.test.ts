import * as assert from 'node:assert/strict';
import type { TrackingStore } from '../../../src/mlflow/store';
import type { OpenStores } from '../../../src/stores/openStores';
import { authorization, NO_ACCESS } from '../../../src/stores/rest/access';
import { LastSeen } from '../../../src/views/lastSeen';
import { answers } from '../../support/network/badProxy';
import { BrokenNetwork } from '../../support/network/brokenNetwork';
import { serveRecorded, type ServedRecorded } from '../../support/servers/served';

interface Node {
  kind: string;
  store: string;
  name: string;
  error?: boolean;
}

describe('what a tree showed of a server that is away', function () {
  this.timeout(60_000);
  let server: ServedRecorded;
  let network: BrokenNetwork;
  let store: TrackingStore;
  let stores: OpenStores;

  before(async () => {
    server = await serveRecorded('3.17.2');
    const headers = { Authorization: authorization({ token: 'a-token-of-nobody' }) };
    network = await BrokenNetwork.open(server.url, { ...NO_ACCESS, headers, who: 'a token' });
    ({ store, stores } = network);
  });

  after(async () => {
    await network?.close();
    await server?.close();
  });

  it('stays under the reason, asks nothing, and is read again once the server is back', async () => {
    const asked: string[] = [];
    const seen = new LastSeen<Node>(stores, ({ kind, name }) => `${kind} ${name}`);
    const read = async (node?: Node): Promise<Node[]> => {
      asked.push(node!.name);
      if (node!.kind === 'store' && store.state.status === 'gone') {
        return [{ kind: 'message', store: store.uri, name: store.state.message, error: true }];
      }
      return [{ kind: 'child', store: store.uri, name: `of ${node!.name}, read ${asked.length}` }];
    };
    const row: Node = { kind: 'store', store: store.uri, name: 'the server' };
    const experiment: Node = { kind: 'experiment', store: store.uri, name: 'taxi' };
    const names = async (node: Node): Promise<string[]> =>
      (await seen.children(node, read)).map(({ name }) => name);
    await names(row);
    await names(experiment);

    network.proxy.always = answers(502, 'text/html', '');
    await store.refresh();
    assert.match((await names(row)).join(), /^The tracking server.*\(HTTP 502\).*,of the server, read 1$/);
    assert.deepEqual(await names(experiment), ['of taxi, read 2']);
    assert.deepEqual(asked, ['the server', 'taxi', 'the server']);

    network.mend();
    await store.refresh();
    assert.deepEqual(await names(row), ['of the server, read 4']);
    assert.deepEqual(await names(experiment), ['of taxi, read 5']);
  });
});
