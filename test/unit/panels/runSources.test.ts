import * as assert from 'node:assert/strict';
import { runSources } from '../../../src/panels/runSources';
import { createSourceFinder, type SourceFinder } from '../../../src/provenance/finder';
import { fixture } from '../../support/fixtures';
import { readRuns } from '../../support/runs';

const XGBOOST = '18483d9d008e4db2882482aab221745b';

describe('the sources on a run page', () => {
  const finder = (folder: string, isTrusted = true): SourceFinder =>
    createSourceFinder({ folders: () => [folder], gitPath: () => 'git', isTrusted: () => isTrusted });

  it('name the commit by its subject, and what the command line gave', async () => {
    const folder = await fixture('taxi-duration');
    const run = readRuns(folder).find(({ info }) => info.runId === XGBOOST)!;
    const sources = await runSources(run, finder(folder));
    assert.equal(sources.problem, null);
    assert.match(sources.commit?.subject ?? '', /xgboost/i);
    assert.deepEqual(sources.givenToMlflowRun, ['max_depth']);
    assert.equal(sources.params.find(({ key }) => key === 'max_depth')?.status, 'given');
  });

  it('take a value for the command line that it looks like for no command line', async () => {
    const folder = await fixture('taxi-duration');
    const run = readRuns(folder).find(({ info }) => info.runId === XGBOOST)!;
    const params = run.params.map(({ key, value }) => ({
      key,
      value: key === 'seed' ? 'mlflow run -P seed=1' : value,
    }));
    const sources = await runSources({ ...run, params }, finder(folder));
    assert.match(sources.params.find(({ key }) => key === 'seed')?.why ?? '', /mlflow run -P seed=1/);
    assert.deepEqual(sources.givenToMlflowRun, ['max_depth']);
  });

  it('say that git is not run in Restricted Mode', async () => {
    const folder = await fixture('taxi-duration');
    const run = readRuns(folder).find(({ info }) => info.runId === XGBOOST)!;
    const sources = await runSources(run, finder(folder, false));
    assert.match(sources.problem ?? '', /Restricted Mode/);
    assert.deepEqual([sources.commit?.subject, sources.givenToMlflowRun], [null, null]);
    assert.match(sources.commit?.id ?? '', /^4b64c14/);
  });
});
