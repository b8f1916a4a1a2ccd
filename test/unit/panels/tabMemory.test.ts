import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { TabMemory, type OpenTab } from '../../../src/panels/tabMemory';
import type { Persistence } from '../../../src/state/viewState';
import { mutated } from '../../support/mutated';

function memory(): Persistence {
  const values = new Map<string, unknown>();
  return {
    get: (key) => values.get(key),
    update: (key, value) => {
      values.set(key, JSON.parse(JSON.stringify(value)));
      return Promise.resolve();
    },
  };
}

const tab = (title: string, runId: string): OpenTab => ({
  name: 'run',
  title,
  args: { store: 'sqlite:////a.db', runId },
});

describe('what open tabs show', () => {
  it('is known after a reload for a tab whose page kept nothing, and what the page kept goes first', () => {
    const kept = memory();
    const first = new TabMemory(kept);
    first.keep([tab('lasso', 'a'), tab('xgboost', 'b')]);
    first.end();
    first.keep([]);

    const again = new TabMemory(kept);
    assert.deepEqual(again.take('run', 'xgboost', undefined), tab('', 'b').args);
    assert.deepEqual(again.take('run', 'lasso', { runId: 'later' }), { runId: 'later' });
    assert.equal(again.take('run', 'lasso', undefined), undefined, 'each was one tab');
    assert.equal(again.take('charts', 'xgboost', undefined), undefined);
  });

  it('is kept for tabs that are not looked at before the next reload, and not for those that were closed', () => {
    const kept = memory();
    new TabMemory(kept).keep([tab('lasso', 'a'), tab('xgboost', 'b')]);
    const second = new TabMemory(kept);
    second.take('run', 'lasso', undefined);
    second.keep([tab('lasso', 'a')]);
    second.keep([]);
    const third = new TabMemory(kept);
    assert.equal(third.take('run', 'lasso', undefined), undefined);
    assert.deepEqual(third.take('run', 'xgboost', undefined), tab('', 'b').args);
  });

  it('is that of each of two tabs of one name', () => {
    const kept = memory();
    new TabMemory(kept).keep([tab('run', 'a'), tab('run', 'b')]);
    const again = new TabMemory(kept);
    const own = tab('', 'a').args;
    assert.deepEqual(again.take('run', 'run', own), own);
    assert.deepEqual(again.take('run', 'run', undefined), tab('', 'b').args);
  });

  it('begins with what fits of what was kept, whatever shape it has', () => {
    fc.assert(
      fc.property(mutated([tab('lasso', 'a')]), (value) => {
        const tabs = new TabMemory({ ...memory(), get: () => value });
        tabs.keep([tab('b', 'b')]);
        tabs.take('run', 'lasso', undefined);
      }),
    );
  });
});
