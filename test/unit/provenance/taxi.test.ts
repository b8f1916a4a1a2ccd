import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fixture } from '../../support/fixtures';
import { readRuns } from '../../support/runs';
import { finderOf } from '../../support/sources';

interface Truth {
  runs: {
    run_id: string;
    dirty: boolean;
    params: Record<string, { value: string; file: string | null; line_holds?: string }>;
  }[];
}

const truth = JSON.parse(
  fs.readFileSync(path.resolve(__dirname, '../../fixtures/taxi-duration-truth.json'), 'utf8'),
) as Truth;

describe('sources of the taxi project', () => {
  it('names the true line of every param, and never another', async () => {
    const folder = await fixture('taxi-duration');
    const finder = finderOf(folder);
    const runs = readRuns(folder);
    const wrong: string[] = [];
    const unknown: string[] = [];
    let right = 0;
    for (const expected of truth.runs) {
      const run = runs.find((each) => each.info.runId === expected.run_id);
      assert.ok(run, expected.run_id);
      const { params } = await finder.findSources(run);
      for (const [key, { value, file, line_holds: holds = '' }] of Object.entries(expected.params)) {
        const source = params.get(key);
        assert.ok(source, key);
        const told = `${expected.run_id} ${key}: ${source.status} ${source.file ?? '-'}:${source.line ?? '-'} ${source.text ?? ''} (${source.why})`;
        assert.equal(source.value, value);
        const isRight =
          file === null
            ? source.status === 'default'
            : file === 'command line'
              ? source.status === 'given' && source.file === null
              : source.file === file &&
                (source.text ?? '').includes(holds.trim()) &&
                source.status ===
                  (file === 'MLproject'
                    ? 'given'
                    : expected.dirty && key === 'learning_rate'
                      ? 'differs'
                      : 'found');
        if (isRight) {
          right++;
        } else if (source.status === 'unknown') {
          unknown.push(told);
        } else {
          wrong.push(told);
        }
      }
    }
    console.log(`      ${right} right, ${unknown.length} unknown, ${wrong.length} wrong`);
    assert.deepEqual(wrong, []);
    assert.ok(right >= 0.9 * (right + unknown.length), unknown.join('\n'));
  });
});
