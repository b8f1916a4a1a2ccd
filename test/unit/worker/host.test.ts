import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { WorkerHost, type WorkerOptions } from '../../../src/worker/host';
import type { SampleRequests } from './sampleWorker';

type Host = WorkerHost<SampleRequests, string>;

describe('a worker and its host', function () {
  this.timeout(60_000);
  let folder: string;
  let host: Host;

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-worker-'));
    const bundle = (entry: string, name: string) =>
      buildSync({
        entryPoints: [path.resolve(__dirname, entry)],
        bundle: true,
        platform: 'node',
        format: 'cjs',
        outfile: path.join(folder, name),
        logLevel: 'silent',
      });
    bundle('sampleWorker.ts', 'sampleWorker.js');
    bundle('../../../src/worker/host.ts', 'host.js');
  });

  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    host = start({});
  });

  afterEach(() => host.dispose());

  function start(options: Partial<WorkerOptions<string>>): Host {
    return new WorkerHost({
      script: path.join(folder, 'sampleWorker.js'),
      name: 'sample',
      start: { greeting: 'Good morning' },
      label: 'Greeting everybody',
      toError: ({ code, message }) => Object.assign(new Error(message), { code }),
      ...options,
    });
  }

  it('answers from the table of handlers, made of the start message, also later', async () => {
    assert.equal(await host.ask('greet', { name: 'Ada' }), 'Good morning, Ada');
    assert.equal(await host.ask('later', { milliseconds: 5 }), 'later');
    assert.equal(await host.ask('proven', undefined), 'proven');
  });

  it('answers one at a time, in the order of asking', async () => {
    const order: string[] = [];
    await Promise.all([
      host.ask('later', { milliseconds: 50 }).then(() => order.push('first')),
      host.ask('greet', { name: 'Ada' }).then(() => order.push('second')),
    ]);
    assert.deepEqual(order, ['first', 'second']);
    assert.equal(host.busy, false);
  });

  it('answers several at a time where it may', async () => {
    host.dispose();
    host = start({ parallel: 2 });
    const order: string[] = [];
    await Promise.all([
      host.ask('later', { milliseconds: 300 }).then(() => order.push('first')),
      host.ask('greet', { name: 'Ada' }).then(() => order.push('second')),
      host.ask('greet', { name: 'Grace' }).then(() => order.push('third')),
    ]);
    assert.deepEqual(order, ['second', 'third', 'first']);
  });

  it('gives up one of several that is not wanted any more, and no other', async () => {
    host.dispose();
    host = start({ parallel: 3 });
    const controllers = [new AbortController(), new AbortController()];
    const waiting = controllers.map(({ signal }) => host.ask('wait', undefined, signal));
    assert.equal(await host.ask('greet', { name: 'Ada' }), 'Good morning, Ada');
    controllers[0]!.abort();
    await assert.rejects(waiting[0]!, { message: 'Given up while waiting.' });
    assert.equal(host.busy, true);
    controllers[1]!.abort();
    await assert.rejects(waiting[1]!, { message: 'Given up while waiting.' });
    assert.equal(host.busy, false);
  });

  it('tells each of several that are given up at once, also one that looks only later', async () => {
    host.dispose();
    host = start({ parallel: 3 });
    await host.ask('greet', { name: 'Ada' });
    const controller = new AbortController();
    const looking = [1, 2, 3].map(() => host.ask('lookLater', undefined, controller.signal));
    setTimeout(() => controller.abort(), 50);
    assert.deepEqual(await Promise.all(looking), Array(3).fill([true, true]));
  });

  it('asks each of several again, alone, after the worker ended: only the one that ends it fails', async () => {
    host.dispose();
    host = start({ parallel: 3 });
    const first = host.ask('later', { milliseconds: 100 });
    const ending = host.ask('end', undefined);
    const last = host.ask('later', { milliseconds: 100 });
    await assert.rejects(ending, { message: 'Greeting everybody failed: it ended by itself.' });
    assert.deepEqual(await Promise.all([first, last]), ['later', 'later']);
  });

  it('moves the buffers of an answer rather than copying them', async () => {
    const { values } = await host.ask('numbers', { count: 1000 });
    assert.deepEqual(values, new Float64Array(1000).fill(0.5));
    assert.equal(await host.ask('numbersLeft', undefined), 0);
  });

  it('rejects with the handler’s error, and goes on', async () => {
    await assert.rejects(host.ask('refuse', undefined), { code: 'NONE', message: 'There is no such thing.' });
    await assert.rejects(host.ask('untransferable', undefined), /could not be cloned/);
    assert.equal(await host.ask('greet', { name: 'Ada' }), 'Good morning, Ada');
  });

  it('rejects what cannot cross to the worker, and goes on', async () => {
    await host.ask('greet', { name: 'Ada' });
    const proxy = new Proxy({ name: 'Ada' }, {});
    await assert.rejects(host.ask('greet', proxy), { name: 'DataCloneError' });
    assert.equal(host.busy, false);
    const [wrong, right] = [host.ask('greet', proxy), host.ask('greet', { name: 'Grace' })];
    await assert.rejects(wrong, { name: 'DataCloneError' });
    assert.equal(await right, 'Good morning, Grace');
  });

  it('fails what waits for a worker that could not be made', async () => {
    const broken = start({ start: { greeting: '' } });
    await assert.rejects(broken.ask('greet', { name: 'Ada' }), {
      code: 'INTERNAL_ERROR',
      message: 'Greeting everybody failed: no greeting.',
    });
    broken.dispose();
  });

  it('replaces a worker that ended: the request it was at fails, the others are answered', async () => {
    const ending = host.ask('end', undefined);
    const other = host.ask('greet', { name: 'Ada' });
    await assert.rejects(ending, {
      code: 'INTERNAL_ERROR',
      message: 'Greeting everybody failed: it ended by itself.',
    });
    assert.equal(await other, 'Good morning, Ada');
  });

  it('replaces a worker that takes more memory than it may, with one sentence', async () => {
    host.dispose();
    host = start({ heapMegabytes: 32 });
    const filling = host.ask('fillMemory', undefined);
    const other = host.ask('greet', { name: 'Ada' });
    await assert.rejects(filling, {
      code: 'INTERNAL_ERROR',
      message: 'Greeting everybody needs more than the 32 MB of memory that it may take, so it was given up.',
    });
    assert.equal(await other, 'Good morning, Ada');
  });

  for (const name of ['spin', 'wait'] as const) {
    it(`gives up a request that is not wanted any more: ${name}`, async () => {
      await host.ask('greet', { name: 'Ada' });
      const controller = new AbortController();
      const running = host.ask(name, undefined, controller.signal);
      const queued = host.ask('greet', { name: 'nobody' }, controller.signal);
      const wanted = host.ask('greet', { name: 'Grace' });
      setTimeout(() => controller.abort(), 20);
      await assert.rejects(queued, { code: 'CANCELLED', message: 'Canceled.' });
      await assert.rejects(running, { code: 'CANCELLED', message: /^Given up while/ });
      assert.equal(await wanted, 'Good morning, Grace');
      await assert.rejects(host.ask('greet', { name: 'Ada' }, controller.signal), { code: 'CANCELLED' });
    });
  }

  it('fails what waits when it is closed, and whatever is asked later', async () => {
    const running = host.ask('wait', undefined);
    const queued = host.ask('greet', { name: 'Ada' });
    host.dispose();
    const gone = { code: 'CANCELLED', message: 'Greeting everybody was ended.' };
    await assert.rejects(running, gone);
    await assert.rejects(queued, gone);
    await assert.rejects(host.ask('greet', { name: 'Ada' }), gone);
  });

  it('an idle worker, or one that ended, keeps no process alive', () => {
    const script = `
      const { WorkerHost } = require(${JSON.stringify(path.join(folder, 'host.js'))});
      const make = () => new WorkerHost({
        script: ${JSON.stringify(path.join(folder, 'sampleWorker.js'))},
        name: 'sample', start: { greeting: 'Hello' }, label: 'Greeting',
        toError: ({ message }) => new Error(message),
      });
      const [idle, ended] = [make(), make()];
      Promise.allSettled([idle.ask('greet', { name: 'Ada' }), ended.ask('end')])
        .then((all) => console.log(all.map(({ value, reason }) => value ?? reason.message).join(' | ')));`;
    const { status, stdout } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(stdout.trim(), 'Hello, Ada | Greeting failed: it ended by itself.');
    assert.equal(status, 0);
  });
});
