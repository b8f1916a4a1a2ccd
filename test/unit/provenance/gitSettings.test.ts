import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { GitRepository } from '../../../src/provenance/git';
import { openRepository } from '../../../src/provenance/gitProcess';
import { emptyFolder, git, removeRepositories, repositoryOf, writeFiles } from '../../support/repositories';

const BEFORE = 'import mlflow\n\nLR = 0.1\n\nmlflow.log_param("lr", LR)\n\n\ndef f():\n    return 1\n';

/** Two commits, with a file that moved, a subject that is not ASCII, and a name that git quotes. */
function repositoryWithHistory(): { root: string; first: string; second: string } {
  const root = repositoryOf({
    'train.py': BEFORE,
    'old name.py': 'mlflow\n'.repeat(20),
    'déjà/vu.py': 'mlflow\n',
    'z.py': 'x\n',
  });
  const first = git(root, 'rev-parse', 'HEAD');
  git(root, 'mv', 'old name.py', 'new name.py');
  writeFiles(root, {
    'train.py': BEFORE.replace('0.1', '0.2').replace('return 1', 'return 2'),
    'z.py': 'y\n',
  });
  git(root, 'commit', '-q', '-a', '-m', 'Größer: ½ 試');
  return { root, first, second: git(root, 'rev-parse', 'HEAD') };
}

/** What a repository answers to all that it is asked. */
async function answers(repository: GitRepository, first: string, second: string): Promise<object> {
  const tree = await repository.tree(second);
  return {
    head: await repository.head(),
    tree,
    contents: [...(await repository.readObjects(tree.map(({ id }) => id)))].map(([id, bytes]) => [
      id,
      new TextDecoder().decode(bytes),
    ]),
    info: await repository.commitInfo(second),
    between: await repository.commitsBetween(first, second, 10),
    changed: await repository.changedFiles(first, second),
    renames: await repository.renames(null, second),
    patch: await repository.patch(first, second, 'train.py', null),
    moved: await repository.patch(first, second, 'new name.py', 'old name.py'),
    grep: (await repository.grep(second, ['mlflow'])).toSorted(),
    last: [
      await repository.lastChange(second, 'train.py'),
      await repository.lastChange(second, 'new name.py'),
      await repository.lastChange(second, 'déjà/vu.py'),
    ],
  };
}

/** Settings that change git's answers where they are obeyed. */
const SETTINGS: Record<string, string> = {
  'i18n.logOutputEncoding': 'ISO-8859-1',
  'i18n.commitEncoding': 'ISO-8859-1',
  'diff.orderFile': 'not-there',
  'diff.suppressBlankEmpty': 'true',
  'diff.noPrefix': 'true',
  'diff.mnemonicPrefix': 'true',
  'diff.renames': 'false',
  'diff.renameLimit': '1',
  'diff.context': '0',
  'diff.interHunkContext': '50',
  'diff.relative': 'true',
  'diff.algorithm': 'patience',
  'diff.wsErrorHighlight': 'all',
  'diff.colorMoved': 'zebra',
  'color.ui': 'always',
  'color.diff': 'always',
  'color.grep': 'always',
  'column.ui': 'always',
  'core.quotePath': 'true',
  'core.abbrev': '4',
  'core.bigFileThreshold': '1',
  'format.pretty': 'raw',
  'format.notes': 'true',
  'grep.lineNumber': 'true',
  'grep.column': 'true',
  'grep.fullName': 'true',
  'grep.patternType': 'perl',
  'log.abbrevCommit': 'true',
  'log.date': 'relative',
  'log.decorate': 'full',
  'log.diffMerges': 'on',
  'log.follow': 'true',
  'log.mailmap': 'true',
  'log.showRoot': 'false',
  'log.showSignature': 'true',
};

describe('settings of a repository', () => {
  after(removeRepositories);

  it('change nothing in what git is asked, alone and all together', async function () {
    this.timeout(120_000);
    const { root, first, second } = repositoryWithHistory();
    const expected = await answers(openRepository(root), first, second);
    assert.match(JSON.stringify(expected), /Größer: ½ 試/);
    const config = path.join(root, '.git/config');
    const plain = fs.readFileSync(config, 'utf8');
    const all = Object.entries(SETTINGS);
    for (const settings of [
      all,
      ...['i18n.logOutputEncoding', 'diff.orderFile', 'log.follow'].map((name) =>
        all.filter(([key]) => key === name),
      ),
    ]) {
      fs.writeFileSync(config, plain);
      settings.forEach(([key, value]) => git(root, 'config', key, value));
      assert.deepEqual(await answers(openRepository(root), first, second), expected);
    }
  });

  it('nor do its attributes and the drivers that it configures for them', async () => {
    const { root, first, second } = repositoryWithHistory();
    const expected = await answers(openRepository(root), first, second);
    assert.match(JSON.stringify(expected), /"path":"train.py","oldPath":null,"change":"modified","added":2,/);
    const attributes = path.join(root, '.git/info/attributes');
    git(root, 'config', 'diff.own.binary', 'true');
    git(root, 'config', 'diff.own.algorithm', 'patience');
    for (const text of ['*.py -diff\n', '*.py binary\n', '*.py diff=own -text\n']) {
      fs.mkdirSync(path.dirname(attributes), { recursive: true });
      fs.writeFileSync(attributes, text);
      assert.deepEqual(await answers(openRepository(root), first, second), expected, text);
      fs.rmSync(attributes);
      writeFiles(root, { '.gitattributes': text });
      assert.deepEqual(await answers(openRepository(root), first, second), expected, text);
      fs.rmSync(path.join(root, '.gitattributes'));
    }
  });

  it('count no lines of what is binary in truth', async () => {
    const root = repositoryOf({ 'a.png': '\0one', 'model.pkl': '\0one', 'notes.txt': 'one\n' });
    const first = git(root, 'rev-parse', 'HEAD');
    writeFiles(root, { 'a.png': '\0two', 'model.pkl': '\0two', 'notes.txt': 'two\n' });
    git(root, 'commit', '-q', '-a', '-m', 'Two');
    const changed = await openRepository(root).changedFiles(first, git(root, 'rev-parse', 'HEAD'));
    assert.deepEqual(
      changed.map(({ path, added }) => [path, added]),
      [
        ['a.png', null],
        ['model.pkl', null],
        ['notes.txt', 1],
      ],
    );
  });

  it('nor do names of branches that look like commits, and grafts', async () => {
    const { root, first, second } = repositoryWithHistory();
    const repository = openRepository(root);
    git(root, 'branch', first.slice(0, 8), second);
    git(root, 'tag', 'deadbee', second);
    assert.equal(await repository.resolveCommit(first.slice(0, 8)), first);
    assert.equal(await repository.resolveCommit(first.slice(0, 9)), first);
    assert.equal(await repository.resolveCommit(first.toUpperCase()), first);
    assert.equal(await repository.resolveCommit('deadbee'), null);
    assert.equal(await repository.resolveCommit(second.slice(0, 10)), second);
    const info = path.join(root, '.git/info');
    fs.mkdirSync(info, { recursive: true });
    fs.writeFileSync(path.join(info, 'grafts'), `${second}\n`);
    assert.equal(await repository.isAncestor(first, second), true);
    assert.deepEqual((await openRepository(root).commitInfo(second)).parents, [first]);
  });

  it('fetch no missing object of a partial clone, also by a git that knows no GIT_NO_LAZY_FETCH', async () => {
    const { root, second } = repositoryWithHistory();
    const folder = emptyFolder();
    const marker = path.join(folder, 'fetched');
    const program = path.join(folder, 'note.sh');
    fs.writeFileSync(program, `#!/bin/sh\necho "$@" >> '${marker}'\nexit 1\n`, { mode: 0o755 });
    const oldGit = path.join(folder, 'git.sh');
    fs.writeFileSync(oldGit, '#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec git "$@"\n', { mode: 0o755 });
    const settings: Record<string, string> = {
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.promisor': 'true',
      'remote.origin.url': `ext::${program} %S`,
      'protocol.ext.allow': 'always',
    };
    Object.entries(settings).forEach(([key, value]) => git(root, 'config', key, value));
    const blob = git(root, 'rev-parse', `${second}:train.py`);
    fs.rmSync(path.join(root, '.git/objects', blob.slice(0, 2), blob.slice(2)));

    const repository = openRepository(root, oldGit);
    assert.equal((await repository.readObjects([blob])).size, 0);
    assert.equal((await repository.tree(second)).length, 4);
    assert.equal(fs.existsSync(marker), false, 'the remote was asked');
    // A git that is not held back does ask it: the test can fail.
    spawnSync('git', ['cat-file', 'blob', blob], { cwd: root, stdio: 'ignore' });
    assert.equal(fs.existsSync(marker), true);
  });
});
