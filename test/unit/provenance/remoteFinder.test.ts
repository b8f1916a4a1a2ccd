import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import { onFailure } from '../../../src/mlflow/failures';
import { createSourceFinder, type SourceFinderOptions } from '../../../src/provenance/finder';
import { createRemoteFinder } from '../../../src/provenance/remoteFinder';
import { fixture } from '../../support/fixtures';
import { emptyFolder, git, removeRepositories, repositoryOf, runOf } from '../../support/repositories';
import { readRuns } from '../../support/runs';

const script = (): string => path.join(workerBundle(), 'provenanceWorker.js');

const optionsOf = (folder: string, isTrusted = true): SourceFinderOptions => ({
  folders: () => [folder],
  gitPath: () => 'git',
  isTrusted: () => isTrusted,
});

describe('a source finder whose work is done by a worker', () => {
  const made: { dispose(): void }[] = [];
  const remote = (options: SourceFinderOptions, file = script()): ReturnType<typeof createRemoteFinder> => {
    const finder = createRemoteFinder(file, options);
    made.push(finder);
    return finder;
  };

  after(() => {
    made.forEach((finder) => finder.dispose());
    removeRepositories();
  });

  it('answers as one in this thread does', async () => {
    const folder = await fixture('taxi-duration');
    const [here, there] = [createSourceFinder(optionsOf(folder)), remote(optionsOf(folder))];
    const runs = readRuns(folder).slice(0, 12);
    assert.equal(runs.length, 12);
    const answers = await Promise.all(runs.map((run) => there.findSources(run)));
    for (const [index, run] of runs.entries()) {
      assert.deepEqual(answers[index], await here.findSources(run));
    }
    const { run: source } = answers.find((answer) => answer.run.commit !== null)!;
    const repository = await there.repositoryOf(source.commit!);
    const local = await here.repositoryOf(source.commit!);
    assert.ok(repository && local);
    assert.equal(repository.root, local.root);
    assert.deepEqual(await repository.tree(source.commit!), await local.tree(source.commit!));
    const file = await repository.file(source.commit!, source.file!);
    assert.equal(file?.path, source.file);
    const text = (await repository.readObjects([file.id])).get(file.id);
    assert.deepEqual(text, new Uint8Array((await local.readObjects([file.id])).get(file.id)!));
    assert.deepEqual(await repository.commitInfo(source.commit!), await local.commitInfo(source.commit!));
  });

  it('gives the working copy, and what can be asked of it', async () => {
    const folder = repositoryOf({
      'train.py': 'import mlflow\nmlflow.log_param("lr", 0.1)\n',
      'requirements.txt': 'mlflow\n',
    });
    const commit = git(folder, 'rev-parse', 'HEAD');
    const working = await remote(optionsOf(folder)).workingCopy(runOf('train.py', commit, { lr: '0.1' }));
    assert.ok(working);
    assert.equal(working.params.get('lr')?.value, '0.1');
    assert.deepEqual(await working.changedSince(commit), []);
    assert.deepEqual(
      await working.readFiles(['requirements.txt', 'missing.txt', '../outside.txt']),
      new Map([['requirements.txt', 'mlflow\n']]),
    );
  });

  it('starts no worker in Restricted Mode', async () => {
    const finder = remote(optionsOf(emptyFolder(), false), '/this/script/is/not/there.js');
    const { run } = await finder.findSources(runOf('train.py', null, { lr: '0.1' }));
    assert.match(run.problem ?? '', /Restricted Mode/);
    assert.deepEqual(await finder.repositories(), []);
    assert.equal(await finder.workingCopy(runOf('train.py', null, {})), null);
    finder.refresh();
  });

  it('says of a worker that failed what is unknown now, rather than failing the page', async () => {
    const finder = remote(optionsOf(emptyFolder()), '/this/script/is/not/there.js');
    const told: unknown[] = [];
    onFailure((error) => told.push(error));
    const { run, params } = await finder
      .findSources(runOf('train.py', null, { lr: '0.1' }))
      .finally(() => onFailure(undefined));
    assert.match(run.problem ?? '', /^Following the code of the run failed: .*\.$/);
    assert.equal(params.get('lr')?.status, 'unknown');
    assert.deepEqual(
      told.map((error) => (error as Error).message),
      [run.problem],
    );
  });

  it('keeps git’s own sentence', async () => {
    const folder = repositoryOf({ 'train.py': 'X = 1\n' });
    const [repository] = await remote(optionsOf(folder)).repositories();
    await assert.rejects(repository!.commitInfo('not a commit'), {
      name: 'GitError',
      message: '"not a commit" is not a commit ID.',
    });
  });
});
