import * as assert from 'node:assert/strict';
import type { RunArguments } from '../../../src/protocol/runList';
import { canRetrace, follow, retrace, toRunList, type RunList } from '../../../src/protocol/runList';

const run = (runId: string): { store: string; runId: string } => ({ store: 's', runId });
const SHOWN: RunList = { kind: 'shown' };
const DIFF: RunList = { kind: 'runs', of: 'diff', runs: [run('a'), run('b')] };

describe('the trail of a run page', () => {
  it('goes back and forward, each run with its own list', () => {
    let args: RunArguments = { ...run('a'), list: SHOWN };
    assert.deepEqual(canRetrace(args), { back: false, forward: false });
    args = follow(args, run('b'), SHOWN);
    args = follow(args, run('c'), undefined);
    args = retrace(args, -1)!;
    assert.deepEqual([args.runId, args.list], ['b', SHOWN]);
    assert.deepEqual(canRetrace(args), { back: true, forward: true });
    assert.deepEqual([retrace(args, 1)?.runId, retrace(args, 1)?.list], ['c', undefined]);
    args = retrace(args, -1)!;
    assert.deepEqual([args.runId, args.list], ['a', SHOWN]);
    assert.equal(retrace(args, -1), null);
  });

  it('forgets what lay ahead where another way is taken', () => {
    let args = follow(follow(run('a'), run('b'), undefined), run('c'), undefined);
    args = follow(retrace(retrace(args, -1)!, -1)!, run('d'), undefined);
    assert.deepEqual(
      args.trail?.visits.map(({ runId }) => runId),
      ['a', 'd'],
    );
    assert.equal(retrace(args, 1), null);
  });

  it('keeps a list once, the newest list of a run, and no more than 50 runs', () => {
    let args: RunArguments = { ...run('0'), list: DIFF };
    for (let i = 1; i < 200; i++) {
      args = follow(args, run(String(i)), { kind: 'runs', of: 'diff', runs: [run('a'), run('b')] });
    }
    assert.equal(args.trail?.visits.length, 50);
    assert.deepEqual(args.trail?.lists, [DIFF]);
    args = follow({ ...args, list: SHOWN }, run('x'), undefined);
    assert.deepEqual(retrace(args, -1)?.list, SHOWN);
    assert.deepEqual(args.trail?.lists, [DIFF, SHOWN]);
  });

  it('takes no list from outside that is none', () => {
    for (const wrong of [null, 7, {}, { kind: 'table' }, { kind: 'sidebar', store: 's' }, { kind: 'runs' }]) {
      assert.equal(toRunList(wrong), undefined);
    }
    assert.deepEqual(
      toRunList({ kind: 'runs', of: 'x', runs: [{ store: 's', runId: 'a', name: 'n' }, {}] }),
      {
        kind: 'runs',
        of: 'diff',
        runs: [run('a')],
      },
    );
    assert.deepEqual(toRunList(SHOWN), SHOWN);
  });
});
