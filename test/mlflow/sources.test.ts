import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { emptyFolder, removeRepositories, repositoryOf } from '../support/repositories';
import { readRuns } from '../support/runs';
import { finderOf } from '../support/sources';

const SCRIPT = fs.readFileSync(path.join(__dirname, 'autologged.py'), 'utf8');
const LINES = SCRIPT.split('\n');

const STEPS = ['standardscaler', 'ridge'];

/** From 1: the line that says so in a comment, else the only one with this literal. */
function lineOf(key: string, literal: string): number {
  const told = LINES.flatMap((line, index) =>
    line.split('# sets ')[1]?.split(' ').includes(key) ? index + 1 : [],
  );
  const text = literal.replaceAll("'", '"');
  const holding = LINES.flatMap((line, index) =>
    line.split(/[ ,()=[\]{}:]+/).includes(text) ? index + 1 : [],
  );
  const [line, ...more] = told.length > 0 ? told : holding;
  assert.ok(line !== undefined && more.length === 0, `${key}=${literal}: lines ${holding.join()}`);
  return line;
}

/** The libraries of this test really run; what they were given is noted at their doors, and is the truth. */
describe('sources of what scikit-learn, XGBoost, LightGBM and Optuna log', function () {
  this.timeout(300_000);
  after(removeRepositories);

  it('are the lines of what was really passed, and no line for what was not', async () => {
    const folder = repositoryOf({ 'train.py': SCRIPT });
    const out = path.join(emptyFolder(), 'passed.json');
    const script = path.join(folder, 'train.py');
    execFileSync(mlflowPython('libraries-3.17.2'), [path.join(__dirname, 'passed.py'), script, out], {
      cwd: folder,
      env: { ...process.env, MLFLOW_TRACKING_URI: `sqlite:///${path.join(folder, 'mlflow.db')}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const passed = JSON.parse(fs.readFileSync(out, 'utf8')) as Record<string, Record<string, string>>;
    const finder = finderOf(folder);
    const counts = { found: 0, default: 0, unknown: 0 };
    for (const run of readRuns(folder)) {
      const { runName } = run.info;
      const { params, run: source } = await finder.findSources(run);
      assert.deepEqual([source.file, source.exact, source.problem], ['train.py', true, null], runName);
      const given = passed[runName];
      assert.ok(given, `nothing was noted of ${runName}`);
      for (const [key, { status, line, file }] of params) {
        const label = `${runName}: ${key}`;
        // What a step of the pipeline is as a text is no argument, but what its line says.
        const literal: string | undefined = given[key] ?? (STEPS.includes(key) ? '' : undefined);
        if (literal !== undefined) {
          assert.deepEqual([status, file, line], ['found', 'train.py', lineOf(key, literal)], label);
          counts.found++;
        } else {
          assert.ok(status === 'default' || status === 'unknown', `${label} is ${status}`);
          assert.equal(line, null, label);
          counts[status]++;
        }
      }
    }
    // Else little was compared. Unknown are only the steps of the pipeline as one text.
    assert.deepEqual(counts, { found: 29, default: 38, unknown: 1 });
  });
});
