import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { git, removeRepositories, repositoryOf, runOf, writeFiles } from '../../support/repositories';
import { finderOf } from '../../support/sources';

const PROGRAM = 'import mlflow\nmlflow.log_param("lr", 0.1)\nmlflow.log_param("depth", 3)\n';

/** Takes the object of a file away, as a partial clone has not all. */
function forget(root: string, revision: string): void {
  const id = git(root, 'rev-parse', revision);
  fs.rmSync(path.join(root, '.git/objects', id.slice(0, 2), id.slice(2)));
  const settings = {
    'core.repositoryFormatVersion': '1',
    'extensions.partialClone': 'origin',
    'remote.origin.promisor': 'true',
    'remote.origin.url': path.join(root, 'nowhere'),
  };
  Object.entries(settings).forEach(([key, value]) => git(root, 'config', key, value));
}

describe('a history of which an object is not here', () => {
  after(removeRepositories);

  it('is searched for the program of a run all the same', async () => {
    const root = repositoryOf({
      'train.py': PROGRAM,
      'other.py': 'import mlflow\nprint(1)\n',
      'data.py': 'X = 1\n',
    });
    forget(root, 'HEAD:data.py');
    // One that is damaged besides.
    const id = git(root, 'rev-parse', 'HEAD:other.py');
    const file = path.join(root, '.git/objects', id.slice(0, 2), id.slice(2));
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(file, 'damaged');
    const { params, run } = await finderOf(root).findSources(
      runOf('-c', git(root, 'rev-parse', 'HEAD'), { lr: '0.1', depth: '3' }),
    );
    assert.equal(run.file, 'train.py');
    assert.equal(params.get('lr')?.status, 'found');
  });

  it('says of a name that the commit has not which file it is, in a sentence of its own', async () => {
    const long = Array.from({ length: 40 }, (_, index) => `# ${index}\n`).join('');
    const root = repositoryOf({ 'fit.py': PROGRAM + long });
    const first = git(root, 'rev-parse', 'HEAD');
    // Moved and changed in one commit: git compares contents to tell.
    git(root, 'mv', 'fit.py', 'train.py');
    writeFiles(root, { 'train.py': `${PROGRAM}${long}# changed\n` });
    git(root, 'commit', '-q', '-a', '-m', 'Move');
    forget(root, 'HEAD:train.py');
    const { params, run } = await finderOf(root).findSources(runOf('train.py', first, { lr: '0.1' }));
    assert.equal(params.get('lr')?.status, 'unknown');
    assert.equal(run.problem, 'The commit has no file train.py.');
  });
});
