import * as assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createSourceFinder } from '../../../src/provenance/finder';
import { openRepository } from '../../../src/provenance/gitProcess';
import {
  emptyFolder,
  git,
  removeRepositories,
  repositoryOf,
  runOf,
  writeFiles,
} from '../../support/repositories';
import { finderOf } from '../../support/sources';

/** A repository that would run a program, and leave a file behind, at every chance that git gives. */
function hostileRepository(): { root: string; marker: string; commits: [string, string] } {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-hostile-'));
  const root = path.join(parent, 'repo');
  const marker = path.join(parent, 'ran');
  fs.mkdirSync(root);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
      cwd: root,
      encoding: 'utf8',
    }).trim();
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  git('init', '-q', '-b', 'main');
  write('train.py', 'import mlflow\nLR = 0.1\nmlflow.log_param("lr", LR)\n');
  write('--output=x', 'an option\n');
  write('-o/--ext-diff', 'another\n');
  write('$(touch ran).py', 'import mlflow\n');
  write('.gitattributes', '* diff=evil filter=evil\n');
  git('add', '-A', '--', '.');
  git('commit', '-q', '-m', '--output=x');
  const first = git('rev-parse', 'HEAD');
  write('train.py', 'import mlflow\nLR = 0.2\nmlflow.log_param("lr", LR)\n');
  write('--output=x', 'changed\n');
  git('commit', '-q', '-a', '-m', 'Second');
  const second = git('rev-parse', 'HEAD');

  const program = path.join(parent, 'evil.sh');
  fs.writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> "${marker}"\ncat\n`, { mode: 0o755 });
  for (const hook of fs
    .readdirSync(path.join(root, '.git/hooks'))
    .map((name) => name.replace('.sample', ''))) {
    fs.writeFileSync(path.join(root, '.git/hooks', hook), `#!/bin/sh\n${program} ${hook}\n`, { mode: 0o755 });
  }
  const settings: Record<string, string> = {
    'core.fsmonitor': program,
    'core.pager': program,
    'core.sshCommand': program,
    'core.askPass': program,
    'core.editor': program,
    'core.gitProxy': program,
    'core.alternateRefsCommand': program,
    'core.hooksPath': path.join(root, '.git/hooks'),
    'pager.log': program,
    'pager.diff': program,
    'diff.external': program,
    'diff.evil.textconv': program,
    'diff.evil.command': program,
    'filter.evil.clean': program,
    'filter.evil.smudge': program,
    'filter.evil.process': program,
    'filter.evil.required': 'true',
    'credential.helper': `!${program}`,
    'gpg.program': program,
    'log.showSignature': 'true',
    'alias.log': `!${program}`,
    'alias.cat-file': `!${program}`,
    'alias.ls-tree': `!${program}`,
    'alias.rev-list': `!${program}`,
    'uploadpack.packObjectsHook': program,
    'remote.origin.url': `ext::${program}`,
    'remote.origin.uploadpack': program,
    'remote.origin.promisor': 'true',
    'extensions.partialClone': 'origin',
    'protocol.ext.allow': 'always',
    'submodule.recurse': 'true',
    'log.mailmap': 'true',
    'mailmap.file': '/etc/passwd',
    'grep.extendedRegexp': 'true',
  };
  for (const [key, value] of Object.entries(settings)) {
    git('config', key, value);
  }
  fs.rmSync(marker, { force: true });
  return { root, marker, commits: [first, second] };
}

describe('a hostile repository', () => {
  const { root, marker, commits } = hostileRepository();

  after(() => fs.rmSync(path.dirname(root), { recursive: true, force: true }));

  it('answers every question and runs nothing', async () => {
    const repository = openRepository(root);
    const [first, second] = commits;
    assert.equal(await repository.head(), second);
    assert.equal(await repository.resolveCommit(first.slice(0, 8)), first);
    assert.equal(await repository.isShallow(), false);
    const tree = await repository.tree(first);
    assert.ok(tree.some((file) => file.path === '--output=x'));
    const option = tree.find((file) => file.path === '--output=x')!;
    const contents = await repository.readObjects([option.id]);
    assert.equal(new TextDecoder().decode(contents.get(option.id)), 'an option\n');
    assert.equal((await repository.commitInfo(first)).subject, '--output=x');
    assert.equal((await repository.commitsBetween(first, second, 10)).length, 1);
    assert.deepEqual(
      (await repository.changedFiles(first, second)).map((file) => file.path),
      ['--output=x', 'train.py'],
    );
    assert.match(await repository.patch(first, second, '--output=x', null), /\+changed/);
    assert.match(await repository.patch(first, second, 'train.py', null), /\+LR = 0\.2/);
    assert.equal((await repository.lastChange(second, '--output=x'))?.commit, second);
    assert.deepEqual((await repository.grep(first, ['mlflow'])).toSorted(), ['$(touch ran).py', 'train.py']);
    assert.equal(await repository.commitBefore(Date.now() + 1000), second);
    assert.equal(await repository.isAncestor(first, second), true);
    // A missing object of a partial clone is not fetched.
    assert.equal(await repository.resolveCommit('1234567890123456789012345678901234567890'), null);
    assert.equal(fs.existsSync(marker), false, fs.existsSync(marker) ? fs.readFileSync(marker, 'utf8') : '');
    assert.equal(fs.existsSync(path.join(root, 'x')), false);
    assert.equal(fs.existsSync(path.join(root, 'ran')), false);
  });

  it('can be made to run its programs by a git that is not held back: the test can fail', () => {
    // Its exit code is that of the program it ran.
    spawnSync('git', ['diff', commits[0], commits[1]], { cwd: root, stdio: 'ignore' });
    assert.equal(fs.existsSync(marker), true);
    fs.rmSync(marker);
  });

  it('gives a store no way to name options, other commits or files outside', async () => {
    const finder = finderOf(root);
    for (const commit of [
      '--output=x',
      '-p',
      'HEAD',
      'main',
      'HEAD:train.py',
      '../../etc/passwd',
      `${commits[0]}:train.py`,
    ]) {
      const { run, params } = await finder.findSources(runOf('train.py', commit, { lr: '0.1' }));
      assert.equal(run.commit, null, commit);
      assert.equal(params.get('lr')?.status, 'unknown', commit);
    }
    for (const source of ['/etc/passwd', '../../../etc/passwd', '--output=x', '$(touch ran)', '']) {
      const { params } = await finder.findSources(runOf(source, commits[0], { lr: '0.1' }));
      assert.notEqual(params.get('lr')?.file, '/etc/passwd');
    }
    assert.equal(fs.existsSync(marker), false);
  });

  it('starts no git in Restricted Mode, and says what is missing', async () => {
    const finder = createSourceFinder({
      folders: () => [root],
      gitPath: () => path.join(path.dirname(root), 'evil.sh'),
      isTrusted: () => false,
    });
    const { run, params } = await finder.findSources(runOf('train.py', commits[0], { lr: '0.1' }));
    assert.match(run.problem ?? '', /Restricted Mode/);
    assert.equal(params.get('lr')?.status, 'unknown');
    assert.equal(fs.existsSync(marker), false);
  });

  it('follows a value at each commit, and says what is missing', async () => {
    const finder = finderOf(root);
    const found = await finder.findSources(runOf('train.py', commits[1], { lr: '0.2' }));
    assert.equal(found.params.get('lr')?.text, 'LR = 0.2');
    const missing = await finder.findSources(
      runOf('train.py', '0123456789abcdef0123456789abcdef01234567', { lr: '0.2' }),
    );
    assert.match(missing.run.problem ?? '', /Commit 0123456 is not in this repository/);
    const outside = await createSourceFinder({
      folders: () => [os.tmpdir()],
      gitPath: () => 'git-that-is-not-there',
      isTrusted: () => true,
    }).findSources(runOf('train.py', commits[0], { lr: '0.1' }));
    assert.ok(outside.run.problem);
  });
});

describe('a repository whose parts lie elsewhere', () => {
  const program = 'import mlflow\nLR = 0.1\nmlflow.log_param("lr", LR)\n';

  after(removeRepositories);

  it('runs no program of an included configuration, of a working tree’s gitdir, or of an alternate', async () => {
    const outside = emptyFolder();
    const marker = path.join(outside, 'ran');
    const evil = path.join(outside, 'evil.sh');
    fs.writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> "${marker}"\ncat\n`, { mode: 0o755 });
    const lent = repositoryOf({ 'train.py': program, '.gitattributes': '* diff=evil filter=evil\n' });
    const commit = git(lent, 'rev-parse', 'HEAD');
    const settings = path.join(outside, 'settings');
    fs.writeFileSync(
      settings,
      [
        'core.fsmonitor',
        'diff.evil.textconv',
        'diff.external',
        'core.pager',
        'core.sshCommand',
        'filter.evil.smudge',
      ]
        .map((key) => {
          const [section, ...rest] = key.split('.');
          const name = rest.pop()!;
          return `[${section}${rest.length > 0 ? ` "${rest.join('.')}"` : ''}]\n\t${name} = ${evil}\n`;
        })
        .join(''),
    );
    // The working tree has only a file that says where git's own folder lies.
    const worktree = emptyFolder();
    const gitDir = path.join(outside, 'elsewhere.git');
    fs.writeFileSync(path.join(worktree, '.git'), `gitdir: ${gitDir}\n`);
    fs.cpSync(path.join(lent, '.git'), gitDir, { recursive: true });
    fs.rmSync(path.join(gitDir, 'objects'), { recursive: true });
    fs.mkdirSync(path.join(gitDir, 'objects/info'), { recursive: true });
    fs.writeFileSync(path.join(gitDir, 'objects/info/alternates'), `${path.join(lent, '.git/objects')}\n`);
    for (const [key, value] of [
      ['core.worktree', worktree],
      ['include.path', settings],
      [`includeIf.gitdir:${gitDir}/.path`, settings],
    ] as const) {
      git(lent, 'config', '--file', path.join(gitDir, 'config'), key, value);
    }
    fs.writeFileSync(path.join(worktree, 'train.py'), program.replace('0.1', '0.2'));
    const finder = finderOf(worktree);
    const run = runOf('train.py', commit, { lr: '0.1' });
    const { params } = await finder.findSources(run);
    assert.equal(params.get('lr')?.text, 'LR = 0.1');
    const working = await finder.workingCopy(run);
    assert.equal(working?.params.get('lr')?.value, '0.2');
    await working.changedSince(commit);
    const [repository] = await finder.repositories();
    await repository!.patch(commit, commit, 'train.py', null);
    await repository!.renames(null, commit);
    assert.equal(fs.existsSync(marker), false, fs.existsSync(marker) ? fs.readFileSync(marker, 'utf8') : '');
    // The same settings do run when nobody holds git back.
    spawnSync('git', ['diff', '--no-index', '--ext-diff', 'train.py', '.git'], {
      cwd: worktree,
      stdio: 'ignore',
    });
    assert.equal(fs.existsSync(marker), true);
  });

  it('fetches nothing for a partial clone, and says that a file is not here', async () => {
    const origin = repositoryOf({ 'train.py': program, 'keep.py': 'X = 1\n' });
    const first = git(origin, 'rev-parse', 'HEAD');
    writeFiles(origin, { 'train.py': program.replace('0.1', '0.3') });
    git(origin, 'commit', '-q', '-a', '-m', 'Second');
    git(origin, 'config', 'uploadpack.allowFilter', 'true');
    const clone = path.join(emptyFolder(), 'clone');
    git(origin, 'clone', '-q', '--filter=blob:none', `file://${origin}`, clone);
    const packs = () => fs.readdirSync(path.join(clone, '.git/objects/pack')).toSorted();
    const before = packs();
    const finder = finderOf(clone);
    const { run, params } = await finder.findSources(runOf('train.py', first, { lr: '0.1' }));
    assert.match(run.problem ?? '', /^train\.py of commit [0-9a-f]{7} is not in this partial clone/);
    assert.equal(params.get('lr')?.status, 'unknown');
    const [repository] = await finder.repositories();
    const head = git(clone, 'rev-parse', 'HEAD');
    assert.deepEqual(
      (await repository!.changedFiles(first, head)).map(({ path: file, added }) => [file, added]),
      [['train.py', null]],
    );
    assert.equal(
      (await finder.findSources(runOf('train.py', head, { lr: '0.3' }))).params.get('lr')?.text,
      'LR = 0.3',
    );
    assert.deepEqual(packs(), before);
  });

  it('says that the program lies in a submodule', async () => {
    const inner = repositoryOf({ 'train.py': program });
    const outer = repositoryOf({ 'README.md': 'x\n' });
    git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'models/core');
    git(outer, 'commit', '-q', '-m', 'Add');
    const commit = git(outer, 'rev-parse', 'HEAD');
    const { run } = await finderOf(outer).findSources(runOf('models/core/train.py', commit, { lr: '0.1' }));
    assert.match(run.problem ?? '', /lies in the submodule models\/core/);
  });
});
