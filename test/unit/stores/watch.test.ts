import * as assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '../../../src/mlflow/errors';
import { onFailure } from '../../../src/mlflow/failures';
import { StoreWatch } from '../../../src/stores/watch';

/** A source whose next polls answer what the test says: `false` when nothing is left. */
class Source {
  busy = false;
  polls = 0;
  readonly answers: (boolean | Error)[] = [];

  async poll(): Promise<boolean> {
    this.polls++;
    const answer = this.answers.shift() ?? false;
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  }
}

describe('the watch over a store', () => {
  let source: Source;
  let watch: StoreWatch;
  let told: number;

  beforeEach(() => {
    source = new Source();
    watch = new StoreWatch(source);
    told = 0;
    watch.onDidChange(() => told++);
  });

  afterEach(() => watch.dispose());

  it('tells of each change once, and of nothing else', async () => {
    source.answers.push(false, true, false);
    await watch.refresh();
    assert.equal(told, 0);
    await watch.refresh();
    assert.equal(told, 1);
    await watch.refresh();
    assert.equal(told, 1);
  });

  it('looks once for all that ask at the same time', async () => {
    source.answers.push(true);
    await Promise.all([watch.refresh(), watch.refresh(), watch.refresh()]);
    assert.deepEqual([source.polls, told], [1, 1]);
  });

  it('says when the store goes and when it is back, once each; other failures say nothing', async () => {
    const gone = new StoreError('NOT_FOUND', 'It was moved.');
    source.answers.push(new StoreError('BUSY', 'Try again.'), new Error('?'), gone, gone, false, false);
    await watch.refresh();
    await watch.refresh();
    assert.deepEqual([watch.state, told], [{ status: 'ok' }, 0]);
    const before = Date.now();
    await watch.refresh();
    const { state } = watch;
    assert.ok(state.status === 'gone' && state.since >= before && state.message === 'It was moved.');
    await watch.refresh();
    assert.deepEqual([watch.state, told], [state, 1]);
    await watch.refresh();
    assert.deepEqual([watch.state, told], [{ status: 'ok' }, 2]);
    await watch.refresh();
    assert.equal(told, 2);
  });

  it('does not look while requests are under way', async () => {
    source.busy = true;
    await watch.refresh();
    assert.equal(source.polls, 0);
  });

  it('tells the others also where one fails, and looks again', async () => {
    const failing = new StoreWatch(source);
    const failures: unknown[] = [];
    onFailure((error) => failures.push(error));
    const others: string[] = [];
    failing.onDidChange(() => others.push('before'));
    const subscription = failing.onDidChange(() => {
      throw new Error('a view that fails');
    });
    failing.onDidChange(() => others.push('after'));
    source.answers.push(true, true);
    await failing.refresh();
    onFailure(undefined);
    assert.match(String(failures), /^Error: a view that fails$/);
    assert.deepEqual(others, ['before', 'after']);
    subscription.dispose();
    await failing.refresh();
    assert.deepEqual(others, ['before', 'after', 'before', 'after']);
    failing.dispose();
  });

  it('looks by itself from 100 ms on, until told not to, and never after it is disposed of', async () => {
    watch.setPollInterval(1);
    while (source.polls < 3) {
      await delay(20);
    }
    watch.setPollInterval(0);
    const { polls } = source;
    await delay(250);
    assert.equal(source.polls, polls);
    watch.setPollInterval(100);
    watch.dispose();
    await delay(250);
    assert.equal(source.polls, polls);
  });

  it('makes nothing for who has given up already', async () => {
    let made = 0;
    const answer = watch.perState(async () => {
      made++;
      throw new Error('nobody would catch this');
    });
    await assert.rejects(answer(AbortSignal.abort()), { code: 'CANCELLED' });
    assert.equal(made, 0);
  });
});
