import * as assert from 'node:assert/strict';
import type { Sources } from '../../../src/provenance/source';
import { git, removeRepositories, repositoryOf, runOf } from '../../support/repositories';
import { finderOf } from '../../support/sources';

function notebook(...cells: string[]): string {
  return JSON.stringify({
    cells: cells.map((source) => ({ cell_type: 'code', source, metadata: {}, outputs: [] })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });
}

const told = ({ params }: Sources): Record<string, string> =>
  Object.fromEntries(
    [...params].map(([key, { status, file, text }]) => [
      key,
      file === null ? status : `${status} ${file} ${text}`,
    ]),
  );

describe('the program of a run', () => {
  after(removeRepositories);

  it('is no notebook that explains only some of its keys', async () => {
    const search = notebook(
      'import mlflow, optuna\ndef objective(trial):\n    with mlflow.start_run():\n        mlflow.log_param("max_depth", trial.suggest_int("max_depth", 1, 20))\noptuna.create_study().optimize(objective)',
    );
    const root = repositoryOf({ 'search.ipynb': search });
    const commit = git(root, 'rev-parse', 'HEAD');
    const launcher = '/env/lib/python3.11/site-packages/ipykernel_launcher.py';
    const params = { max_depth: '7', n_estimators: '100', min_samples_leaf: '2', random_state: '1' };
    const other = await finderOf(root).findSources(runOf(launcher, commit, params));
    assert.deepEqual(new Set(Object.values(told(other))), new Set(['unknown']));
    assert.equal(other.run.problem, 'No notebook at this commit logs these params.');
    const own = await finderOf(root).findSources(runOf(launcher, commit, { max_depth: '7' }));
    assert.match(told(own)['max_depth']!, /^found search\.ipynb/);
  });

  const CODE = `import mlflow


def main():
    mlflow.log_param("lr", 0.25)
`;
  const declared: [string, Record<string, string>][] = [
    [
      'pyproject.toml',
      { 'pyproject.toml': '[project]\nname = "p"\n[project.scripts]\ntrain = "pkg.cli:main"\n' },
    ],
    ['pyproject.toml of poetry', { 'pyproject.toml': '[tool.poetry.scripts]\ntrain = "pkg.cli:main"\n' }],
    [
      'setup.cfg',
      {
        'setup.cfg':
          '[options.entry_points]\nconsole_scripts =\n    other = pkg:x\n    train = pkg.cli:main\n',
      },
    ],
    [
      'setup.py',
      {
        'setup.py':
          'from setuptools import setup\nsetup(entry_points={"console_scripts": ["train = pkg.cli:main"]})\n',
      },
    ],
  ];
  for (const [name, files] of declared) {
    it(`is the function that ${name} declares for a console script`, async () => {
      const root = repositoryOf({
        ...files,
        'src/pkg/__init__.py': '',
        'src/pkg/cli.py': CODE,
        'old/train.py': 'import mlflow\nmlflow.log_param("lr", 0.5)\n',
      });
      // The environment lies outside the repository, or is ignored by it: MLflow records no commit.
      for (const script of ['/home/me/env/bin/train', 'C:\\env\\Scripts\\train.exe']) {
        const sources = await finderOf(root).findSources(runOf(script, null, { lr: '0.25' }));
        assert.equal(told(sources)['lr'], 'found src/pkg/cli.py mlflow.log_param("lr", 0.25)');
        assert.equal(sources.params.get('lr')?.commitGuessed, true);
      }
      const other = await finderOf(root).findSources(runOf('/home/me/env/bin/train', null, { lr: '0.5' }));
      assert.equal(told(other)['lr'], 'unknown');
    });
  }

  it('is not a file of the name that a program of the environment has', async () => {
    const root = repositoryOf({ 'old/train.py': 'import mlflow\nmlflow.log_param("lr", 0.5)\n' });
    const commit = git(root, 'rev-parse', 'HEAD');
    const sources = await finderOf(root).findSources(runOf('/home/me/env/bin/train', commit, { lr: '0.5' }));
    assert.equal(told(sources)['lr'], 'unknown');
    assert.match(sources.run.problem ?? '', /^train is a program of an environment/);
  });

  it('is told by the params where Python read it from standard input', async () => {
    const root = repositoryOf({ 'a.py': CODE + '\nmain()\n' });
    const sources = await finderOf(root).findSources(
      runOf('-', git(root, 'rev-parse', 'HEAD'), { lr: '0.25' }),
    );
    assert.equal(told(sources)['lr'], 'found a.py mlflow.log_param("lr", 0.25)');
  });

  it('is not another file of its name that does not log its params', async () => {
    const root = repositoryOf({ 'old/train.py': 'import mlflow\nmlflow.log_param("lr", 0.5)\n' });
    const commit = git(root, 'rev-parse', 'HEAD');
    const sources = await finderOf(root).findSources(
      runOf('/home/me/p/train.py', commit, { lr: '0.5', depth: '3' }),
    );
    assert.deepEqual(told(sources), { lr: 'unknown', depth: 'unknown' });
    const own = await finderOf(root).findSources(runOf('train.py', commit, { lr: '0.5' }));
    assert.match(told(own)['lr']!, /^found old\/train\.py/);
  });

  it('is looked for only in a repository that holds it, where the run recorded no commit', async () => {
    const other = repositoryOf({ 'notes.py': 'print(1)\n', 'lib.py': 'import mlflow\n' });
    const own = repositoryOf({ 'train.py': 'import mlflow\nmlflow.log_param("lr", 0.5)\n' });
    const without = await finderOf(other).findSources(runOf('train.py', null, { lr: '0.5' }));
    assert.equal(without.run.commit, null);
    assert.equal(without.params.get('lr')?.commit, null);
    assert.match(without.run.problem ?? '', /recorded no commit, and its code is not in the last one/);
    for (const source of ['train.py', '-']) {
      const found = await finderOf(other, own).findSources(runOf(source, null, { lr: '0.5' }));
      assert.equal(found.run.repository, own);
      assert.equal(found.params.get('lr')?.status, 'found');
      assert.equal(found.params.get('lr')?.commitGuessed, true);
    }
  });

  it('is kedro: values are those of its parameters, and of the command line by its tag', async () => {
    const root = repositoryOf({
      'pyproject.toml': '[tool.kedro]\npackage_name = "p"\n',
      'conf/base/parameters.yml': 'lr: 0.1\nmodel:\n  depth: 3\n  kind: tree\nseed: 1\n',
      'conf/base/parameters_data.yml': 'test_size: 0.2\nrows: ${globals:rows}\n',
      'conf/prod/parameters.yml': 'model:\n  depth: 9\n',
      'src/p/nodes.py': 'import mlflow\ndef f(lr):\n    mlflow.log_metric("m", 1)\n',
    });
    const source = '/home/me/env/bin/kedro';
    const tags = {
      kedro_command: 'kedro run',
      runtime_params: "{'lr': 0.3, 'flag': None}",
      project_path: '/home/me/p',
    };
    const params = { lr: '0.3', 'model.depth': '3', test_size: '0.2', seed: '2', rows: '5', other: '1' };
    const sources = await finderOf(root).findSources(runOf(source, null, params, tags));
    assert.deepEqual(told(sources), {
      lr: 'given conf/base/parameters.yml lr: 0.1',
      'model.depth': 'found conf/base/parameters.yml depth: 3',
      test_size: 'found conf/base/parameters_data.yml test_size: 0.2',
      seed: 'unknown',
      rows: 'unknown',
      other: 'unknown',
    });
    assert.equal(sources.params.get('seed')?.commitGuessed, true);
    // A key that the environment of the run has too is replaced whole.
    const prod = await finderOf(root).findSources(
      runOf(
        source,
        null,
        { 'model.depth': '9', 'model.kind': 'tree', lr: '0.1' },
        { kedro_command: 'kedro run', env: 'prod' },
      ),
    );
    assert.deepEqual(told(prod), {
      'model.depth': 'found conf/prod/parameters.yml depth: 9',
      'model.kind': 'unknown',
      lr: 'found conf/base/parameters.yml lr: 0.1',
    });
  });
});
