import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createSourceFinder } from '../../../src/provenance/finder';
import { WorkingCopy } from '../../../src/provenance/workingCopy';
import { unpackFixture } from '../../support/fixtures';
import { readRuns } from '../../support/runs';

const FIRST = '09e91d4bba9347db9e2d0c241248202d';

const finderOf = (folder: string) =>
  createSourceFinder({ folders: () => [folder], gitPath: () => 'git', isTrusted: () => true });

describe('the working copy', () => {
  it('says what its code would set, and which files are other than at the run', async () => {
    const folder = await unpackFixture('taxi-duration');
    const file = path.join(folder, 'src/preprocess.py');
    fs.writeFileSync(
      file,
      fs
        .readFileSync(file, 'utf8')
        .replace('MIN_MINUTES, MAX_MINUTES = 2, 45', 'MIN_MINUTES, MAX_MINUTES = 3, 45'),
    );
    fs.rmSync(path.join(folder, 'README.md'));
    const run = readRuns(folder).find(({ info }) => info.runId === FIRST)!;
    const working = await finderOf(folder).workingCopy(run);
    assert.ok(working);
    assert.equal(working.file, 'src/train.py');
    assert.equal(working.params.get('alpha')?.value, '0.001');
    assert.equal(working.params.get('min_minutes')?.value, '3');
    assert.equal(working.params.get('min_minutes')?.line, 4);
    const changed = new Map(working.changed.map(({ path: name, change }) => [name, change]));
    assert.equal(changed.get('src/train.py'), 'modified');
    assert.equal(changed.get('src/preprocess.py'), 'modified');
    assert.equal(changed.get('README.md'), 'deleted');
    assert.equal(changed.get('src/best.py'), 'added');
    assert.equal(changed.has('make_data.py'), false);
  });

  it('reads nothing outside of its folder', () => {
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-working-'));
    try {
      const root = path.join(parent, 'root');
      fs.mkdirSync(root);
      fs.writeFileSync(path.join(parent, 'secret.py'), 'x = 1\n');
      fs.symlinkSync(path.join(parent, 'secret.py'), path.join(root, 'link.py'));
      const working = new WorkingCopy(root);
      for (const name of ['../secret.py', 'link.py', '/etc/passwd', '']) {
        assert.equal(working.exists(name), false, name);
      }
    } finally {
      fs.rmSync(parent, { recursive: true, force: true });
    }
  });
});

describe('commits that are not here', () => {
  it('says so of a shallow clone, and where the program lies now', async () => {
    const folder = await unpackFixture('taxi-duration');
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-shallow-'));
    try {
      const clone = path.join(parent, 'clone');
      execFileSync('git', ['clone', '-q', '--depth', '1', `file://${folder}`, clone]);
      const run = readRuns(folder).find(({ info }) => info.runId === FIRST)!;
      const finder = finderOf(clone);
      const { run: source, params } = await finder.findSources(run);
      assert.match(source.problem ?? '', /Commit 94f5e64 is not in this shallow clone/);
      assert.equal(params.get('alpha')?.status, 'unknown');
      assert.equal(await finder.workingFile(run), path.join(clone, 'src/train.py'));
    } finally {
      fs.rmSync(parent, { recursive: true, force: true });
    }
  });

  it('says so where no folder is in a repository', async () => {
    const folder = await unpackFixture('taxi-duration');
    const [run] = readRuns(folder);
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-none-'));
    const { run: source } = await finderOf(parent).findSources(run!);
    fs.rmSync(parent, { recursive: true });
    assert.equal(source.problem, 'No folder of this workspace is in a git repository.');
  });
});
