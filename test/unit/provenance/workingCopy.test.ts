import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createSourceFinder } from '../../../src/provenance/finder';
import { WorkingCopy } from '../../../src/provenance/workingCopy';
import { unpackFixture } from '../../support/fixtures';
import {
  emptyFolder,
  git,
  removeRepositories,
  repositoryOf,
  runOf,
  writeFiles,
} from '../../support/repositories';
import { readRuns } from '../../support/runs';
import { finderOf } from '../../support/sources';

const FIRST = '09e91d4bba9347db9e2d0c241248202d';

const program = (rate: number): string =>
  `import mlflow\nLR = ${rate}\n\n# A few lines, so that git knows the file again.\nmlflow.log_param("lr", LR)\n`;

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
    const changed = new Map(
      (await working.changedSince('94f5e640ac4ec82184079a8748cf92f0a765717a')).map(
        ({ path: name, ...rest }) => [name, rest],
      ),
    );
    const { added, deleted, ...preprocess } = changed.get('src/preprocess.py')!;
    assert.deepEqual(preprocess, { oldPath: null, change: 'modified', uncommitted: true });
    const counted = execFileSync('git', ['diff', '--numstat', '94f5e64', '--', 'src/preprocess.py'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(`${added}\t${deleted}\tsrc/preprocess.py\n`, counted);
    assert.deepEqual(
      [changed.get('README.md')?.change, changed.get('README.md')?.uncommitted],
      ['deleted', true],
    );
    assert.equal(changed.get('src/train.py')?.change, 'modified');
    assert.equal(changed.get('src/best.py')?.change, 'added');
    assert.equal(changed.get('src/best.py')?.uncommitted, undefined, 'a commit added it');
    assert.equal(changed.has('make_data.py'), false);
  });

  it('counts from the commit of each run, and follows the program to its new name', async () => {
    const folder = repositoryOf({ 'train.py': program(0.1), 'other.py': 'X = 1\n' });
    const first = git(folder, 'rev-parse', 'HEAD');
    git(folder, 'mv', 'train.py', 'fit.py');
    git(folder, 'commit', '-q', '-m', 'Move');
    fs.writeFileSync(path.join(folder, 'fit.py'), program(0.2));
    git(folder, 'commit', '-q', '-a', '-m', 'Other rate');
    const second = git(folder, 'rev-parse', 'HEAD');
    fs.writeFileSync(path.join(folder, 'other.py'), 'X = 2\n');
    const working = await finderOf(folder).workingCopy(runOf('train.py', first, { lr: '0.1' }));
    assert.equal(working?.file, 'fit.py');
    assert.equal(working?.params.get('lr')?.value, '0.2');
    const listed = async (commit: string) =>
      (await working.changedSince(commit)).map(({ path: name, oldPath, uncommitted }) => [
        name,
        oldPath,
        uncommitted,
      ]);
    assert.deepEqual(await listed(second), [['other.py', null, true]]);
    assert.deepEqual(await listed(first), [
      ['fit.py', 'train.py', undefined],
      ['other.py', null, true],
    ]);
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

describe('a program that got another name', () => {
  it('is found where a commit after the run moved it, without a word that it differs', async () => {
    const folder = repositoryOf({ 'train.py': program(0.1) });
    const first = git(folder, 'rev-parse', 'HEAD');
    git(folder, 'mv', 'train.py', 'fit.py');
    git(folder, 'commit', '-q', '-m', 'Move');
    fs.mkdirSync(path.join(folder, 'src'));
    git(folder, 'mv', 'fit.py', 'src/main.py');
    git(folder, 'commit', '-q', '-m', 'Move again');
    const finder = finderOf(folder);
    const { run, params } = await finder.findSources(runOf('/home/x/fit.py', first, { lr: '0.1' }));
    assert.equal(run.file, 'train.py');
    assert.equal(run.problem, 'fit.py is still called train.py at this commit.');
    assert.deepEqual([params.get('lr')?.file, params.get('lr')?.line], ['train.py', 2]);
    const changed = await finder.findSources(runOf('/home/x/fit.py', first, { lr: '0.7' }));
    assert.equal(changed.params.get('lr')?.status, 'unknown');
    const none = await finder.findSources(runOf('/home/x/never.py', first, { lr: '0.1' }));
    assert.deepEqual([none.run.file, none.params.get('lr')?.status], [null, 'unknown']);
    const unknown = runOf('/home/x/train.py', '0123456789abcdef0123456789abcdef01234567', { lr: '0.1' });
    assert.equal(await finder.workingFile(unknown), path.join(folder, 'src/main.py'));
  });

  it('stays unknown where two files were moved to names that end alike', async () => {
    const folder = repositoryOf({ 'a.py': program(0.1), 'b.py': program(0.2) });
    const first = git(folder, 'rev-parse', 'HEAD');
    for (const name of ['a', 'b']) {
      fs.mkdirSync(path.join(folder, name));
      git(folder, 'mv', `${name}.py`, `${name}/fit.py`);
    }
    git(folder, 'commit', '-q', '-m', 'Move');
    const { run } = await finderOf(folder).findSources(runOf('/home/x/fit.py', first, { lr: '0.1' }));
    assert.equal(run.file, null);
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

describe('files that are other on disk', () => {
  after(removeRepositories);

  it('takes what Git LFS put in a pointer’s place for the same, and says what differs from it', async () => {
    const pointer = (content: string) =>
      `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`;
    const folder = repositoryOf({
      'train.py': program(0.1),
      'same.bin': pointer('weights'),
      'other.bin': pointer('weights'),
      'longer.bin': pointer('weights'),
      'pointer.bin': pointer('weights'),
    });
    const commit = git(folder, 'rev-parse', 'HEAD');
    writeFiles(folder, { 'same.bin': 'weights', 'other.bin': 'weighty', 'longer.bin': 'weights!' });
    const working = await finderOf(folder).workingCopy(runOf('train.py', commit, { lr: '0.1' }));
    assert.deepEqual(
      (await working!.changedSince(commit)).map(({ path: name, change }) => [name, change]),
      [
        ['longer.bin', 'modified'],
        ['other.bin', 'modified'],
      ],
    );
  });

  it('starts no more of git for 400 files that differ than for one', async () => {
    const files = (text: string) =>
      Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`data/${i}.txt`, `${text} ${i}\n`]));
    const folder = repositoryOf({ 'train.py': program(0.1), ...files('before') });
    const commit = git(folder, 'rev-parse', 'HEAD');
    const tools = emptyFolder();
    writeFiles(tools, { counting: `#!/bin/sh\necho git >> "${tools}/count"\nexec git "$@"\n`, count: '' });
    fs.chmodSync(path.join(tools, 'counting'), 0o755);
    const started = async (): Promise<{ changed: number; processes: number }> => {
      writeFiles(tools, { count: '' });
      const working = await createSourceFinder({
        folders: () => [folder],
        gitPath: () => path.join(tools, 'counting'),
        isTrusted: () => true,
      }).workingCopy(runOf('train.py', commit, { lr: '0.1' }));
      const changed = (await working!.changedSince(commit)).length;
      const processes = fs.readFileSync(path.join(tools, 'count'), 'utf8').split('\n').length - 1;
      return { changed, processes };
    };
    writeFiles(folder, { 'data/0.txt': 'after\n' });
    const one = await started();
    writeFiles(folder, files('after'));
    const all = await started();
    assert.deepEqual([one.changed, all.changed], [1, 400]);
    assert.ok(one.processes > 0);
    assert.equal(all.processes, one.processes);
  });

  it('says of a file that grew beyond what is read that it is modified, not deleted, and counts no lines of it', async () => {
    const folder = repositoryOf({ 'train.py': program(0.1), 'data.txt': 'small\n' });
    const commit = git(folder, 'rev-parse', 'HEAD');
    fs.writeFileSync(path.join(folder, 'data.txt'), Buffer.alloc((4 << 20) + 1, 97));
    const working = await finderOf(folder).workingCopy(runOf('train.py', commit, { lr: '0.1' }));
    assert.deepEqual(
      (await working!.changedSince(commit)).map(({ path: name, change, added, deleted }) => [
        name,
        change,
        added,
        deleted,
      ]),
      [['data.txt', 'modified', null, null]],
    );
  });
});

after(removeRepositories);
