import * as assert from 'node:assert/strict';
import { git, removeRepositories, repositoryOf, runOf, writeFiles } from '../../support/repositories';
import { finderOf } from '../../support/sources';

const CODE = `import mlflow, yaml

params = yaml.safe_load(open("params.yaml"))
mlflow.log_params(params)
`;

/** A commit as DVC 3 keeps that of an experiment: a child of the one it began from, which no branch has. */
function experiment(root: string, name: string, params: string): string {
  const base = git(root, 'rev-parse', 'HEAD');
  writeFiles(root, { 'params.yaml': params });
  git(root, 'commit', '-q', '-a', '-m', `dvc: commit experiment ${name}`);
  const commit = git(root, 'rev-parse', 'HEAD');
  git(root, 'update-ref', `refs/exps/${base.slice(0, 2)}/${base.slice(2)}/${name}`, commit);
  git(root, 'reset', '-q', '--hard', base);
  return commit;
}

describe('an experiment of DVC', () => {
  after(removeRepositories);

  it('is the code of a run that recorded the commit it began from', async () => {
    const root = repositoryOf({ 'train.py': CODE, 'params.yaml': 'lr: 0.1\ndepth: 3\n' });
    const base = git(root, 'rev-parse', 'HEAD');
    experiment(root, 'first-try', 'lr: 0.2\ndepth: 3\n');
    const second = experiment(root, 'second-try', '# deeper\nlr: 0.3\ndepth: 5\n');
    const finder = finderOf(root);
    const told = async (params: Record<string, string>): Promise<string[]> => {
      const sources = await finder.findSources(runOf('train.py', base, params));
      return [...sources.params.values()].map(
        ({ status, file, line, commit }) => `${status} ${file}:${line} ${commit?.slice(0, 7)}`,
      );
    };
    const at = second.slice(0, 7);
    assert.deepEqual(await told({ lr: '0.3', depth: '5' }), [
      `found params.yaml:2 ${at}`,
      `found params.yaml:3 ${at}`,
    ]);
    const own = base.slice(0, 7);
    assert.deepEqual(await told({ lr: '0.1', depth: '3' }), [
      `found params.yaml:1 ${own}`,
      `found params.yaml:2 ${own}`,
    ]);
    // No experiment that is kept has them.
    assert.deepEqual(await told({ lr: '0.1', depth: '9' }), [
      `found params.yaml:1 ${own}`,
      `differs params.yaml:2 ${own}`,
    ]);
  });

  it('is none where several explain the run by different lines', async () => {
    const root = repositoryOf({ 'train.py': CODE, 'params.yaml': 'lr: 0.1\n' });
    const base = git(root, 'rev-parse', 'HEAD');
    experiment(root, 'one', 'lr: 0.2\n');
    experiment(root, 'two', '# again\nlr: 0.2\n');
    const finder = finderOf(root);
    const { params } = await finder.findSources(runOf('train.py', base, { lr: '0.2' }));
    assert.equal(params.get('lr')?.status, 'unknown');
    assert.match(params.get('lr')?.why ?? '', /Several experiments/);
  });
});
