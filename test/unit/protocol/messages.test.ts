import * as assert from 'node:assert/strict';
import { StoreError } from '../../../src/mlflow/errors';
import { onFailure } from '../../../src/mlflow/failures';
import {
  PageClient,
  PageServer,
  type PageProtocol,
  type RequestHandlers,
} from '../../../src/protocol/messages';
import { arrive, carry } from '../../support/webviewChannel';

type Echo = {
  requests: { echo: { params: { text: string }; result: string }; wait: { params: null; result: null } };
  events: { tick: unknown };
};

/** With what VS Code does to a message between them. */
function connected<P extends PageProtocol = Echo>(
  handlers: RequestHandlers<P>,
): { client: PageClient<P>; server: PageServer<P> } {
  const client: PageClient<P> = new PageClient<P>((message) => void server.receive(arrive(carry(message))));
  const server: PageServer<P> = new PageServer<P>(
    (message) => client.receive(arrive(carry(message))),
    handlers,
  );
  return { client, server };
}

const never = (_: null, signal: AbortSignal): Promise<null> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

describe('page messages', () => {
  it('tell the host of each error that they answer, whole, and of none that was cancelled', async () => {
    const failures: [unknown, string][] = [];
    const failure = new TypeError('no such column');
    const client: PageClient<Echo> = new PageClient((message) => void server.receive(arrive(carry(message))));
    const server: PageServer<Echo> = new PageServer(
      (message) => client.receive(arrive(carry(message))),
      {
        echo: async () => {
          throw failure;
        },
        wait: never,
      },
      (...failed) => failures.push(failed),
    );
    await assert.rejects(client.request('echo', { text: '' }), { message: 'no such column' });
    const giveUp = new AbortController();
    const waiting = client.request('wait', null, giveUp.signal);
    giveUp.abort();
    await assert.rejects(waiting, { code: 'CANCELLED' });
    assert.deepEqual(failures, [[failure, 'echo']]);
  });

  it('reach every listener, also where one fails', () => {
    const failures: unknown[] = [];
    onFailure((error) => failures.push(error));
    const { client, server } = connected({ echo: async ({ text }) => text, wait: never });
    const heard: unknown[] = [];
    client.on('tick', () => {
      throw new Error('cannot draw');
    });
    client.on('tick', (payload) => heard.push(payload));
    server.emit('tick', 1);
    onFailure(undefined);
    assert.deepEqual(heard, [1]);
    assert.equal(failures.length, 1);
  });

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
    const ticks: unknown[] = [];
    const off = client.on('tick', (n) => ticks.push(n));
    server.emit('tick', 1);
    off();
    server.emit('tick', 2);
    await server.receive('junk');
    await server.receive({ kind: 'request' });
    await server.receive({ data: { kind: 'request' } });
    await server.receive({
      data: { kind: 'request', id: 1, name: 'echo', params: { $array: ['Int8Array', 0, 9] } },
    });
    client.receive('junk');
    client.receive({ data: { kind: 'event', name: 'tick', payload: { $number: 'one' } } });
    assert.deepEqual(ticks, [1]);
  });

  it('carries every number and any number of typed arrays, there, back and in events', async () => {
    type Numbers = {
      requests: { same: { params: unknown; result: unknown } };
      events: { numbers: unknown };
    };
    const seen: unknown[] = [];
    const { client, server } = connected<Numbers>({
      same: async (params) => {
        seen.push(params);
        return params;
      },
    });
    client.on('numbers', (payload) => seen.push(payload));
    const numbers = { plain: [NaN, Infinity, -Infinity, -0, 1.5] };
    const arrays = Array.from({ length: 300 }, (_, i) => Float64Array.of(i, NaN));
    const sent = { ...numbers, arrays };
    seen.push(await client.request('same', sent));
    server.emit('numbers', sent);
    assert.deepEqual(seen, [sent, sent, sent]);
  });

  it('ends a request with an error where it, or its answer, cannot be sent', async () => {
    const { client } = connected({
      echo: async () => new Map() as unknown as string,
      wait: never,
    });
    await assert.rejects(client.request('echo', { text: 'hi' }), { message: 'A message cannot hold a Map.' });
    const date = new Date() as unknown as string;
    await assert.rejects(client.request('echo', { text: date }), {
      message: 'A message cannot hold a Date.',
    });
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
