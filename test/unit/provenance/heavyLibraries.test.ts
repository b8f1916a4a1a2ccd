import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fixture } from '../../support/fixtures';
import { readRuns } from '../../support/runs';
import { finderOf } from '../../support/sources';

/** Where a param's line is not the one of its keyword. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'train_transformers.py learning_rate': 'RATE = 0.0004',
  'train_torch.py optimizer': 'optimizer = torch.optim.SGD(',
};

/** Written by the real libraries (test/fixtures/heavy-libraries/make.py). Each argument has a line of its own there. */
describe('what transformers 5.24, accelerate 1.15 and torch 2.15 log', () => {
  it('is found where the program says it; what the program does not say has no line', async () => {
    const root = await fixture('heavy-libraries');
    const finder = finderOf(root);
    const counts: Record<string, Record<string, number>> = {};
    for (const run of readRuns(root)) {
      const { run: source, params } = await finder.findSources(run);
      assert.deepEqual([source.problem, source.exact], [null, true]);
      const text = execFileSync('git', ['show', `${source.commit}:${source.file}`], {
        cwd: root,
        encoding: 'utf8',
      });
      const lines = text.split('\n');
      const own: Record<string, number> = {};
      for (const [key, { status, file, line }] of params) {
        const label = `${source.file} ${key}`;
        const held = ELSEWHERE[label];
        const at = lines.findIndex((each) =>
          held === undefined ? new RegExp(`^ +"?${key}"?[=:]`).test(each) : each === held,
        );
        assert.deepEqual([file, line], at < 0 ? [null, null] : [source.file, at + 1], label);
        assert.ok(at < 0 ? status === 'default' || status === 'unknown' : status === 'found', label);
        own[status] = (own[status] ?? 0) + 1;
      }
      counts[source.file!] = own;
      assert.doesNotMatch(JSON.stringify([...params]), /not-a-real-token/);
    }
    assert.deepEqual(counts, {
      'train_transformers.py': { found: 15, default: 106, unknown: 25 },
      'train_accelerate.py': { found: 3 },
      'train_torch.py': { found: 3, unknown: 1 },
    });
  });
});
