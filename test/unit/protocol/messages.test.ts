import * as assert from 'node:assert/strict';
import { StoreError } from '../../../src/mlflow/errors';
import { PageClient, PageServer, type RequestHandlers } from '../../../src/protocol/messages';

type Echo = {
  requests: { echo: { params: { text: string }; result: string }; wait: { params: null; result: null } };
  events: { tick: number };
};

function connected(handlers: RequestHandlers<Echo>): { client: PageClient<Echo>; server: PageServer<Echo> } {
  const client: PageClient<Echo> = new PageClient<Echo>((message) => void server.receive(message));
  const server: PageServer<Echo> = new PageServer<Echo>((message) => client.receive(message), handlers);
  return { client, server };
}

const never = (_: null, signal: AbortSignal): Promise<null> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

describe('page messages', () => {
  it('answers a request, and a failing one with its error and code', async () => {
    const { client } = connected({
      echo: async ({ text }) => {
        if (text === 'bad') {
          throw new StoreError('NOT_FOUND', 'It is gone.');
        }
        return text;
      },
      wait: never,
    });
    assert.equal(await client.request('echo', { text: 'hi' }), 'hi');
    await assert.rejects(client.request('echo', { text: 'bad' }), {
      code: 'NOT_FOUND',
      message: 'It is gone.',
    });
  });

  it('answers a request that it does not know, prototype names included', async () => {
    const { client } = connected({ echo: async ({ text }) => text, wait: never });
    const loose = client as unknown as { request(name: string, params: null): Promise<unknown> };
    await assert.rejects(loose.request('nope', null), /does not know/);
    await assert.rejects(loose.request('constructor', null), /does not know/);
  });

  it('aborts the handler when the page no longer waits', async () => {
    let seen: AbortSignal | undefined;
    const { client } = connected({
      echo: async ({ text }) => text,
      wait: (params, signal) => {
        seen = signal;
        return never(params, signal);
      },
    });
    const controller = new AbortController();
    const asked = client.request('wait', null, controller.signal);
    controller.abort();
    await assert.rejects(asked, { code: 'CANCELLED' });
    assert.equal(seen?.aborted, true);
  });

  it('delivers events to those who listen, and ignores what is not a message', async () => {
    const { client, server } = connected({ echo: async ({ text }) => text, wait: never });
    const ticks: number[] = [];
    const off = client.on('tick', (n) => ticks.push(n));
    server.emit('tick', 1);
    off();
    server.emit('tick', 2);
    await server.receive('junk');
    await server.receive({ kind: 'request' });
    assert.deepEqual(ticks, [1]);
  });

  it('answers with other handlers after they were replaced, and ends what the first were asked', async () => {
    const { client, server } = connected({ echo: async ({ text }) => text, wait: never });
    const waiting = client.request('wait', null);
    server.replaceHandlers({ echo: async ({ text }) => `${text}!`, wait: async () => null });
    await assert.rejects(waiting, { message: 'aborted' });
    assert.equal(await client.request('echo', { text: 'hi' }), 'hi!');
    assert.equal(await client.request('wait', null), null);
  });
});
