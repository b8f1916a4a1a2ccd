import * as assert from 'node:assert/strict';
import { diffRuns } from '../../../src/compare/diff';
import { readCode, readWorkingCopy } from '../../../src/compare/gatherCode';
import { toMarkdown } from '../../../src/compare/markdown';
import { groupRanges } from '../../../src/compare/ranges';
import type { CommitRange } from '../../../src/compare/types';
import { git, removeRepositories, repositoryOf, runOf, writeFiles } from '../../support/repositories';
import { sideOfRun } from '../../support/sides';
import { finderOf } from '../../support/sources';

const program = (rate: number): string => `import mlflow\nLR = ${rate}\nmlflow.log_param("lr", LR)\n`;

const sideAt = (name: string, commit: string | null, rate: string) =>
  sideOfRun(name, runOf('train.py', commit, { lr: rate }));

const subjects = ({ commits, behind }: CommitRange) => [
  commits.map(({ subject }) => subject),
  behind.map(({ subject }) => subject),
];

describe('code of a diff', () => {
  after(removeRepositories);

  /** main: All, Faster; a branch beside it: Slower. */
  function branches() {
    const folder = repositoryOf({ 'train.py': program(0.1), 'requirements.txt': 'numpy==1\n' });
    const first = git(folder, 'rev-parse', 'HEAD');
    git(folder, 'checkout', '-q', '-b', 'slower');
    writeFiles(folder, { 'train.py': program(0.01), 'notes.md': 'x\n' });
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '-m', 'Slower');
    const slower = git(folder, 'rev-parse', 'HEAD');
    git(folder, 'checkout', '-q', 'main');
    writeFiles(folder, { 'train.py': program(0.5), 'requirements.txt': 'numpy==2\n' });
    git(folder, 'commit', '-q', '-a', '-m', 'Faster');
    return { folder, first, slower, faster: git(folder, 'rev-parse', 'HEAD') };
  }

  it('is told for each run against the baseline: commits of either branch, files that the runs used first', async () => {
    const { folder, first, slower, faster } = branches();
    const read = await readCode(
      [
        sideAt('base', faster, '0.5'),
        sideAt('old', first, '0.1'),
        sideAt('slow', slower, '0.01'),
        sideAt('same', faster, '0.5'),
      ],
      0,
      finderOf(folder),
    );
    assert.deepEqual(read.commits.map(subjects), [
      [[], ['Faster']],
      [['Slower'], ['Faster']],
      [[], []],
    ]);
    assert.deepEqual(
      read.commits[1]?.files.map(({ path, added, deleted }) => [path, added, deleted]),
      [
        ['train.py', 1, 1],
        ['notes.md', 1, 0],
        ['requirements.txt', 1, 1],
      ],
    );
    assert.equal(read.commits[1]?.used, 1);
    assert.equal(read.sides[1]?.environment?.get('requirements.txt'), 'numpy==1\n');
    const diff = diffRuns(read.sides, 0, read.commits, () => 'unknown');
    assert.match(
      toMarkdown(diff),
      /### Code of slow against base\n\n- `[0-9a-f]{7}` Slower \(t, [^)]+\)\n- `[0-9a-f]{7}` Faster \(t, [^)]+\), only in the baseline\n- `train\.py` \+1 −1/,
    );
    assert.match(toMarkdown(diff), /\| lr \| 0\.5 \(train\.py:2\) \| 0\.1 \(−80%, train\.py:2\)/);
  });

  it('is not guessed over where no commit is known, or another repository holds it', async () => {
    const { folder, faster } = branches();
    const other = repositoryOf({ 'train.py': program(0.2) });
    const read = await readCode(
      [
        sideAt('base', faster, '0.5'),
        sideAt('elsewhere', git(other, 'rev-parse', 'HEAD'), '0.2'),
        sideAt('lost', '0123456789abcdef0123456789abcdef01234567', '0.2'),
      ],
      0,
      finderOf(folder, other),
    );
    assert.equal(read.commits[0]?.problem, 'The two runs come from different repositories.');
    assert.match(
      read.commits[1]?.problem ?? '',
      /Commit 0123456 is not in the repositories of this workspace/,
    );
    assert.deepEqual(read.commits[1]?.files, []);
  });

  it('says that a commit was not recorded, and that one cannot have set a value', async () => {
    const { folder, faster } = branches();
    const read = await readCode(
      [sideAt('base', faster, '0.5'), sideAt('guess', null, '0.5'), sideAt('dirty', faster, '0.7')],
      0,
      finderOf(folder),
    );
    assert.equal(
      read.sides[1]?.side.doubt,
      'The run recorded no commit: this is the last one before it started.',
    );
    assert.match(read.sides[2]?.side.doubt ?? '', /^Its commit does not set lr to what the run had/);
    const diff = diffRuns(read.sides, 0, read.commits, () => 'unknown');
    const commit = diff.sections[0]?.rows.find(({ key }) => key === 'commit');
    assert.deepEqual(commit?.values, [faster, `${faster.slice(0, 7)}, not recorded`, faster]);
    assert.match(toMarkdown(diff), /> dirty: Its commit does not set lr/);
    assert.match(toMarkdown(diff), /0\.7 \(\+40%, not what train\.py:2 says\)/);
  });

  it('counts the working copy from the commit of each run', async () => {
    const { folder, first, faster } = branches();
    writeFiles(folder, { 'train.py': program(0.9) });
    const finder = finderOf(folder);
    const runs = [sideAt('old', first, '0.1'), sideAt('new', faster, '0.5')];
    const working = await readWorkingCopy(runs[0]!, finder);
    const read = await readCode([working!, ...runs], 0, finder);
    assert.deepEqual(
      read.commits.map(({ files }) => files.map(({ path, uncommitted }) => [path, uncommitted ?? false])),
      [
        [
          ['train.py', true],
          ['requirements.txt', false],
        ],
        [['train.py', true]],
      ],
    );
    assert.deepEqual(read.commits.map(subjects), [
      [[], ['Faster']],
      [[], []],
    ]);
  });

  it('counts no param of a run as changed that the working copy is given from outside', async () => {
    const code = (rate: number): string =>
      [
        'import argparse, mlflow, os',
        'parser = argparse.ArgumentParser()',
        'parser.add_argument("--depth", type=int, required=True)',
        'args = parser.parse_args()',
        `mlflow.log_param("lr", ${rate})`,
        'mlflow.log_param("depth", args.depth)',
        'mlflow.log_param("seed", os.environ["SEED"])',
        '',
      ].join('\n');
    const folder = repositoryOf({ 'train.py': code(0.1) });
    const commit = git(folder, 'rev-parse', 'HEAD');
    writeFiles(folder, { 'train.py': code(0.2) });
    const finder = finderOf(folder);
    const run = sideOfRun('best', runOf('train.py', commit, { lr: '0.1', depth: '7', seed: '3' }));
    const working = await readWorkingCopy(run, finder);
    const read = await readCode([working!, run], 0, finder);
    const diff = diffRuns(read.sides, 0, read.commits, () => 'unknown');
    const params = diff.sections.find(({ name }) => name === 'params')!;
    assert.deepEqual(
      [params.rows, params.same, params.unknown].map((rows) => rows.map(({ key }) => key)),
      [['lr'], [], ['depth', 'seed']],
    );
    assert.match(
      diff.summary,
      /: other code \(train\.py\), 1 param\. Of the working copy, 2 params are unknown: depth, seed\./,
    );
  });

  it('groups runs of one commit', async () => {
    const { folder, first, faster } = branches();
    const read = await readCode(
      [
        sideAt('base', faster, '0.5'),
        sideAt('a', first, '0.1'),
        sideAt('b', first, '0.1'),
        sideAt('c', faster, '0.5'),
      ],
      0,
      finderOf(folder),
    );
    const groups = groupRanges(
      read.commits,
      read.sides.map(({ side }) => side),
    );
    assert.deepEqual(
      groups.map(({ sides }) => sides),
      [[1, 2], [3]],
    );
  });
});
