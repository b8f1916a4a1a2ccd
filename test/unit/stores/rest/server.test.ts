import * as assert from 'node:assert/strict';
import { StoreError } from '../../../../src/mlflow/errors';
import type { Exchange, ServerAnswer, ServerRequest } from '../../../../src/stores/rest/exchange';
import { Server } from '../../../../src/stores/rest/server';

const RUN = { method: 'GET', endpoint: 'runs/get', args: { run_id: 'a' } } as const;

function answer(contentType: string, body: string, status = 200): ServerAnswer {
  return { status, contentType, headers: {}, body: new TextEncoder().encode(body) };
}

describe('what was found out about a tracking server', () => {
  let version: string | Error;
  let asked: string[];
  let time: number;
  /** Answers wait for it. */
  let gate: Promise<void>;

  const exchange: Exchange = async ({ path }: ServerRequest, signal) => {
    asked.push(path.split('?')[0]!);
    await Promise.race([
      gate,
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new StoreError('CANCELLED', 'Canceled.'))),
      ),
    ]);
    if (path !== '/version') {
      return answer('application/json', '{}');
    }
    if (version instanceof Error) {
      throw version;
    }
    return answer('text/html', version);
  };

  function server(): Server {
    return new Server(exchange, null, () => time);
  }

  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    version = '2.14.3';
    asked = [];
    time = 0;
    gate = Promise.resolve();
  });

  it('comes to all who wait for it, also when the first of them gives up', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const one = server();
    const given = new AbortController();
    const first = one.api(given.signal);
    const second = one.api();
    given.abort();
    await assert.rejects(first, { code: 'CANCELLED' });
    open();
    assert.equal((await second).version, '2.14.3');
    assert.deepEqual(asked, ['/api/2.0/mlflow/experiments/search', '/version']);
  });

  it('is asked for anew where all gave up', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const one = server();
    const given = new AbortController();
    const first = one.api(given.signal);
    given.abort();
    await assert.rejects(first, { code: 'CANCELLED' });
    open();
    assert.equal((await one.api()).version, '2.14.3');
  });

  it('is compared with its version once a minute while it is used, and found out anew after an upgrade', async () => {
    const one = server();
    await one.read(RUN);
    version = '3.17.2';
    time = 59_000;
    await one.read(RUN);
    assert.equal(asked.filter((path) => path === '/version').length, 1);
    time = 60_000;
    await Promise.all([one.read(RUN), one.read(RUN), one.read(RUN)]);
    await settled();
    assert.equal((await one.api()).version, '3.17.2');
    assert.equal(await one.isAtLeast(3, 17), true);
    assert.equal(one.upgrades, 1);
    assert.deepEqual(
      asked.slice(2).filter((path) => !path.endsWith('/runs/get')),
      ['/version', '/api/2.0/mlflow/experiments/search', '/version'],
    );
  });

  it('is compared soon after it was away, and not at each failure', async () => {
    const one = server();
    await one.read(RUN);
    const failing: Exchange = () => Promise.reject(new StoreError('NOT_FOUND', 'Nobody is there.'));
    const away = new Server(
      (request, signal) => current(request, signal),
      null,
      () => time,
    );
    let current = exchange;
    await away.read(RUN);
    asked = [];
    current = (request, signal) => {
      asked.push(request.path.split('?')[0]!);
      return failing(request, signal);
    };
    for (time = 10; time < 2000; time += 100) {
      await assert.rejects(away.read(RUN), { code: 'NOT_FOUND' });
      await settled();
    }
    const checks = asked.filter((path) => path === '/version').length;
    assert.ok(checks >= 1 && checks <= 2, `${checks} looks at its version`);
    current = exchange;
    version = '3.17.2';
    time += 1000;
    await away.read(RUN);
    await settled();
    assert.equal((await away.api()).version, '3.17.2');
  });

  it('is no list without an end: pages that come again are refused, an empty one ends it', async () => {
    const listing = {
      method: 'GET',
      endpoint: 'registered-models/search',
      args: {},
      field: 'registered_models',
    } as const;
    const pages = (items: unknown[]): Server =>
      new Server(
        async ({ path }) =>
          answer(
            'application/json',
            path === '/version' ? '' : JSON.stringify({ registered_models: items, next_page_token: 'x' }),
          ),
        null,
      );
    await assert.rejects(pages([{ name: 'a' }]).all(listing), {
      code: 'INTERNAL_ERROR',
      message: /has no end/,
    });
    assert.deepEqual(await pages([]).all(listing), []);
    const many = Array.from({ length: 300_000 }, () => ({}));
    const whole = new Server(
      async () => answer('application/json', JSON.stringify({ registered_models: many })),
      null,
    );
    assert.equal((await whole.all(listing)).length, many.length);
  });

  it('stays where a proxy lets nobody ask for the version, and where the server has no time for it', async () => {
    version = new StoreError('NOT_A_STORE', 'A sign-in page.');
    const one = server();
    assert.equal((await one.api()).version, null);
    version = '2.14.3';
    const other = server();
    await other.api();
    version = new StoreError('BUSY', 'Later.');
    await assert.rejects(other.check(), { code: 'BUSY' });
    assert.equal((await other.api()).version, '2.14.3');
    assert.equal(other.upgrades, 0);
  });
});
