import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { spawnSync } from 'node:child_process';
import { buildSync } from 'esbuild';
import { fromPlainError, StoreError, type StoreErrorCode } from '../../../../src/mlflow/errors';
import type { Exchange, ServerAnswer, ServerRequest } from '../../../../src/stores/rest/exchange';
import { serveExchange } from '../../../../src/stores/rest/exchangePort';
import { WorkerHost } from '../../../../src/worker/host';
import type { AskingRequests } from './askingWorker';

const REQUEST: ServerRequest = {
  method: 'GET',
  path: '/health',
  priority: 'visible',
  most: 1000,
  repeatable: true,
};

function answer(body: Uint8Array<ArrayBuffer>): ServerAnswer {
  return { status: 200, contentType: 'text/plain', headers: { etag: '"1"' }, body };
}

describe('a worker that asks a server through its host', function () {
  this.timeout(60_000);
  let folder: string;
  let host: WorkerHost<AskingRequests, StoreErrorCode>;
  let exchange: Exchange;
  /** How often a port was handed out. */
  let ports = 0;

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-exchange-'));
    for (const [entry, name] of [
      [path.resolve(__dirname, 'askingWorker.ts'), 'askingWorker.js'],
      [path.resolve(__dirname, '../../../../src/worker/host.ts'), 'host.js'],
      [path.resolve(__dirname, '../../../../src/stores/rest/exchangePort.ts'), 'exchangePort.js'],
    ]) {
      buildSync({
        entryPoints: [entry!],
        bundle: true,
        platform: 'node',
        format: 'cjs',
        outfile: path.join(folder, name!),
        logLevel: 'silent',
      });
    }
  });

  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    ports = 0;
    host = new WorkerHost<AskingRequests, StoreErrorCode>({
      script: path.join(folder, 'askingWorker.js'),
      name: 'asking',
      start: null,
      label: 'Reading the server',
      parallel: 4,
      toError: fromPlainError,
      connect: (port) => {
        ports++;
        serveExchange(port, (request, signal) => exchange(request, signal));
      },
    });
  });

  afterEach(() => host.dispose());

  it('gets the whole answer, whose body is moved and not copied', async () => {
    const body = new TextEncoder().encode('OK');
    exchange = (request) => Promise.resolve({ ...answer(body), contentType: request.path });
    const got = await host.ask('fetch', REQUEST);
    assert.deepEqual(got, {
      status: 200,
      contentType: '/health',
      headers: { etag: '"1"' },
      body: new Uint8Array([79, 75]),
    });
    assert.equal(body.byteLength, 0);
  });

  it('gets the same error, with its code and its words', async () => {
    exchange = () => Promise.reject(new StoreError('UNAUTHENTICATED', 'Sign in.', { at: 1 }));
    await assert.rejects(host.ask('fetch', REQUEST), {
      code: 'UNAUTHENTICATED',
      message: 'Sign in.',
      details: { at: 1 },
    });
  });

  it('asks several at once, and what is given up ends on both sides', async () => {
    const signals = new Map<string, AbortSignal>();
    let finish = (_answer: ServerAnswer): void => undefined;
    let all = (): void => undefined;
    const here = new Promise<void>((resolve) => (all = resolve));
    exchange = (request, signal) => {
      signals.set(request.path, signal!);
      if (signals.size === 2) {
        all();
      }
      return new Promise((resolve, reject) => {
        if (request.path === '/kept') {
          finish = resolve;
        }
        signal!.addEventListener('abort', () => reject(new StoreError('CANCELLED', 'Canceled.')));
      });
    };
    const controller = new AbortController();
    const kept = host.ask('fetch', { ...REQUEST, path: '/kept' });
    const given = host.ask('fetch', { ...REQUEST, path: '/given' }, controller.signal);
    await here;
    const ended = new Promise((resolve) => signals.get('/given')!.addEventListener('abort', resolve));
    controller.abort();
    await assert.rejects(given, { code: 'CANCELLED' });
    await ended;
    assert.equal(signals.get('/kept')!.aborted, false);
    finish(answer(new Uint8Array([1])));
    assert.equal((await kept).body[0], 1);
  });

  it('gets a port of its own each time that it is started, and what it had asked is given up with it', async () => {
    exchange = () => Promise.resolve(answer(new Uint8Array(1)));
    await host.ask('fetch', REQUEST);
    let asked = (): void => undefined;
    const under = new Promise<void>((resolve) => (asked = resolve));
    const ended = new Promise<void>((resolve) => {
      exchange = (_request, signal) => {
        asked();
        return new Promise((_resolve, reject) =>
          signal!.addEventListener('abort', () => {
            resolve();
            reject(new StoreError('CANCELLED', 'Canceled.'));
          }),
        );
      };
    });
    const waiting = host.ask('fetch', REQUEST);
    await under;
    const ending = host.ask('end', undefined);
    await ended;
    exchange = () => Promise.resolve(answer(new Uint8Array([7])));
    await assert.rejects(ending, { message: 'Reading the server failed: it ended by itself.' });
    // It was at both: each is asked again alone, and the first is answered through the new port.
    assert.equal((await waiting).body[0], 7);
    assert.ok(ports >= 2, `${ports} ports`);
  });

  it('keeps no process alive that has nothing else to do', () => {
    const script = `
      const { WorkerHost } = require('./host.js');
      const { serveExchange } = require('./exchangePort.js');
      const host = new WorkerHost({
        script: ${JSON.stringify(path.join(folder, 'askingWorker.js'))}, name: 'asking', start: null, label: 'Reading',
        toError: ({ message }) => new Error(message),
        connect: (port) => serveExchange(port, async () => ({ status: 200, contentType: '', headers: {}, body: new Uint8Array([1]) })),
      });
      host.ask('fetch', {}).then(({ status }) => console.log(status));
    `;
    const ended = spawnSync(process.execPath, ['-e', script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 30_000,
    });
    assert.deepEqual([ended.stdout, ended.stderr, ended.status], ['200\n', '', 0]);
  });
});
