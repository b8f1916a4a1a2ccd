import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ParamSource } from '../../../src/provenance/source';
import { removeRepositories, repositoryOf, writeFiles } from '../../support/repositories';
import { sourcesIn, type AskedRun } from '../../support/sources';

const TRAIN = `import hydra
import mlflow


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    mlflow.log_params(cfg.model)
    mlflow.log_param("seed", cfg.seed)


if __name__ == "__main__":
    main()
`;

const PROJECT = {
  'train.py': TRAIN,
  'conf/config.yaml': 'defaults:\n  - model: small\n  - _self_\n\nseed: 1\n',
  'conf/model/small.yaml': 'kind: small\nlr: 0.3\ndepth: 5\n',
  'conf/model/big.yaml': 'kind: big\nlr: 0.3\ndepth: 9\n',
};

const startedAt = (startTime: number): AskedRun => ({ info: { startTime } });

function told(source: ParamSource | undefined): string {
  return source ? `${source.status} ${source.file ?? '-'}:${source.text ?? ''}` : 'none';
}

/** What Hydra writes beside a run's output, at some time before the run. */
function record(root: string, folder: string, overrides: readonly string[], time: number): void {
  const file = `${folder}/.hydra/overrides.yaml`;
  writeFiles(root, { [file]: overrides.length ? overrides.map((word) => `- ${word}\n`).join('') : '[]\n' });
  fs.utimesSync(path.join(root, file), new Date(time), new Date(time));
}

describe('configurations that Hydra composes', () => {
  after(removeRepositories);

  it('take the group that the params of the run tell', async () => {
    const root = repositoryOf(PROJECT);
    const { params, run } = await sourcesIn(root, { kind: 'big', lr: '0.3', depth: '9', seed: '1' });
    assert.equal(told(params.get('kind')), 'found conf/model/big.yaml:kind: big');
    assert.equal(told(params.get('lr')), 'found conf/model/big.yaml:lr: 0.3');
    assert.equal(told(params.get('depth')), 'found conf/model/big.yaml:depth: 9');
    assert.equal(told(params.get('seed')), 'found conf/config.yaml:seed: 1');
    assert.match(run.problem ?? '', /started with model=big/);
  });

  it('leave open what two groups could have set', async () => {
    const root = repositoryOf({ ...PROJECT, 'conf/model/tall.yaml': 'kind: big\nlr: 0.3\ndepth: 9\n' });
    const { params } = await sourcesIn(root, { kind: 'big', lr: '0.3', depth: '9', seed: '1' });
    assert.equal(params.get('depth')?.status, 'unknown');
    assert.equal(told(params.get('seed')), 'found conf/config.yaml:seed: 1');
  });

  it('take the command line that Hydra recorded beside the output of the run', async () => {
    const root = repositoryOf(PROJECT);
    const start = Date.now();
    record(root, 'outputs/first', ['model=big'], start - 3_600_000);
    record(root, 'multirun/second/0', ['model=big', 'model.lr=0.25', '+seed=4'], start - 2000);
    const { params } = await sourcesIn(
      root,
      { kind: 'big', lr: '0.25', depth: '9', seed: '4' },
      startedAt(start),
    );
    assert.equal(told(params.get('kind')), 'found conf/model/big.yaml:kind: big');
    assert.equal(told(params.get('lr')), 'given conf/model/big.yaml:lr: 0.3');
    assert.match(params.get('lr')?.why ?? '', /model\.lr=0\.25 on the command line/);
    assert.equal(told(params.get('seed')), 'given conf/config.yaml:seed: 1');
  });

  it('take no command line of another run', async () => {
    const root = repositoryOf(PROJECT);
    const start = Date.now();
    record(root, 'outputs/a', ['model=big', 'seed=9'], start - 600_000);
    record(root, 'outputs/b', ['model=big'], start + 60_000);
    const { params } = await sourcesIn(
      root,
      { kind: 'small', lr: '0.3', depth: '5', seed: '1' },
      startedAt(start),
    );
    assert.equal(told(params.get('depth')), 'found conf/model/small.yaml:depth: 5');
    assert.equal(told(params.get('seed')), 'found conf/config.yaml:seed: 1');
  });

  it('find the value of a sweep at the line that sweeps', async () => {
    const root = repositoryOf({
      ...PROJECT,
      'conf/config.yaml':
        'defaults:\n  - model: small\n  - _self_\nseed: 1\nhydra:\n  sweeper:\n    params:\n      model.lr: 0.1,0.01\n      seed: range(5,8)\n',
    });
    const { params } = await sourcesIn(root, { kind: 'small', lr: '0.01', depth: '5', seed: '6' });
    assert.equal(told(params.get('lr')), 'found conf/config.yaml:model.lr: 0.1,0.01');
    assert.equal(told(params.get('seed')), 'found conf/config.yaml:seed: range(5,8)');
  });

  it('compose as an older Hydra did where the params tell', async () => {
    const root = repositoryOf({
      'train.py': TRAIN.replace('version_base=None, ', ''),
      'conf/config.yaml': 'defaults:\n  - model: small\n\nseed: 1\nmodel:\n  depth: 2\n',
      'conf/model/small.yaml': 'model:\n  kind: small\n  lr: 0.3\n  depth: 5\n',
    });
    const { params } = await sourcesIn(root, { kind: 'small', lr: '0.3', depth: '5', seed: '1' });
    assert.equal(told(params.get('kind')), 'found conf/model/small.yaml:kind: small');
    assert.equal(told(params.get('depth')), 'found conf/model/small.yaml:depth: 5');
  });

  it('are changed by the program: what stands for a changed value is doubted', async () => {
    const root = repositoryOf({
      ...PROJECT,
      'train.py': TRAIN.replace(
        '    mlflow.log_params(cfg.model)',
        '    cfg.model.depth = 7\n    mlflow.log_params(cfg.model)',
      ),
      'conf/model/small.yaml': 'kind: small\nlr: 0.3\ndepth: 5\nwidth: ${.depth}\n',
    });
    const { params } = await sourcesIn(root, { kind: 'small', lr: '0.3', depth: '7', width: '7', seed: '1' });
    assert.equal(told(params.get('depth')), 'found train.py:cfg.model.depth = 7');
    assert.equal(params.get('width')?.status, 'unknown');
  });

  it('make objects of what `_target_` names', async () => {
    const root = repositoryOf({
      'train.py': `import hydra
import mlflow
from hydra.utils import instantiate

mlflow.sklearn.autolog()


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    model = instantiate(cfg.model, min_samples_leaf=2)
    model.fit([[1]], [1])


if __name__ == "__main__":
    main()
`,
      'conf/config.yaml':
        'model:\n  _target_: sklearn.ensemble.RandomForestClassifier\n  n_estimators: 30\n  max_depth: 4\n',
    });
    const { params } = await sourcesIn(root, {
      n_estimators: '30',
      max_depth: '4',
      min_samples_leaf: '2',
      bootstrap: 'True',
    });
    assert.equal(told(params.get('n_estimators')), 'found conf/config.yaml:n_estimators: 30');
    assert.equal(told(params.get('max_depth')), 'found conf/config.yaml:max_depth: 4');
    assert.match(told(params.get('min_samples_leaf')), /^found train\.py/);
    assert.equal(params.get('bootstrap')?.status, 'default');
  });

  it('read YAML as PyYAML does: `n`, `y` and a lone dot are text', async () => {
    const root = repositoryOf({
      'train.py': `import mlflow
import yaml

with open("params.yaml") as f:
    cfg = yaml.safe_load(f)
mlflow.log_params(cfg)
`,
      'params.yaml': 'n: 5\ny: "x"\nanswer: n\nroot: .\ncode: 09\n',
    });
    const { params } = await sourcesIn(root, {
      n: '5',
      y: 'x',
      answer: 'n',
      root: '.',
      code: '09',
    });
    assert.deepEqual(
      [...params].map(([key, each]) => `${key} ${each.status} ${each.line}`),
      ['n found 1', 'y found 2', 'answer found 3', 'root found 4', 'code found 5'],
    );
  });

  const SCHEMA = `from dataclasses import dataclass

from hydra.core.config_store import ConfigStore


@dataclass
class Model:
    kind: str = "plain"
    lr: float = 0.3
    depth: int = 5


@dataclass
class Config:
    model: Model
    seed: int = 1


store = ConfigStore.instance()
store.store(group="model", name="plain", node=Model)
`;

  it('take what a module registers in the ConfigStore that is imported for its types alone', async () => {
    const root = repositoryOf({
      'train.py': TRAIN.replace('import mlflow\n', 'import mlflow\n\nfrom schema import Config\n').replace(
        'main(cfg)',
        'main(cfg: Config)',
      ),
      'schema.py': SCHEMA,
      'conf/config.yaml': 'defaults:\n  - model: plain\n  - _self_\n\nseed: 1\nmodel:\n  depth: 7\n',
    });
    const { params } = await sourcesIn(root, { kind: 'plain', lr: '0.3', depth: '7', seed: '1' });
    assert.equal(told(params.get('kind')), 'found schema.py:kind: str = "plain"');
    assert.equal(told(params.get('lr')), 'found schema.py:lr: float = 0.3');
    assert.equal(told(params.get('depth')), 'found conf/config.yaml:depth: 7');
    assert.equal(told(params.get('seed')), 'found conf/config.yaml:seed: 1');
  });

  it('take the name of the configuration that Hydra recorded, which its overrides do not tell', async () => {
    const root = repositoryOf({ ...PROJECT, 'conf/other.yaml': 'defaults:\n  - model: big\n\nseed: 1\n' });
    const start = Date.now();
    const own = '  job:\n    name: train\n    config_name: ';
    record(root, 'outputs/first', ['model.lr=0.1'], start - 1000);
    const run = { kind: 'big', lr: '0.1', depth: '9', seed: '1' };
    writeFiles(root, { 'outputs/first/.hydra/hydra.yaml': `hydra:\n${own}other\n  verbose: false\n` });
    const { params } = await sourcesIn(root, run, startedAt(start));
    assert.equal(told(params.get('depth')), 'found conf/model/big.yaml:depth: 9');
    assert.equal(told(params.get('lr')), 'given conf/model/big.yaml:lr: 0.3');
    assert.equal(told(params.get('seed')), 'found conf/other.yaml:seed: 1');
    writeFiles(root, { 'outputs/first/.hydra/hydra.yaml': `hydra:\n${own}elsewhere\n  verbose: false\n` });
    assert.equal((await sourcesIn(root, run, startedAt(start))).params.get('seed')?.status, 'unknown');
  });

  it('are logged under names without some letters, and decode what the environment gives', async () => {
    const root = repositoryOf({
      'train.py': TRAIN.replace(
        '    mlflow.log_params(cfg.model)\n',
        '    for key, value in cfg.model.items():\n' +
          "        mlflow.log_param(f\"{key.strip('_')}/{key.lstrip('_k')}/{key.rstrip('_t')}\", value)\n",
      ),
      'conf/config.yaml': '_model: 3\nmodel:\n  _kit_: 1\nseed: ${oc.decode:${oc.env:SEED,4712}}\n',
    });
    const { params } = await sourcesIn(root, { 'kit/it_/_ki': '1', seed: '4712' });
    assert.equal(told(params.get('kit/it_/_ki')), 'found conf/config.yaml:_kit_: 1');
    assert.equal(told(params.get('seed')), 'found conf/config.yaml:seed: ${oc.decode:${oc.env:SEED,4712}}');
    const other = await sourcesIn(root, { 'kit/it_/_ki': '1', seed: '5' });
    assert.match(told(other.params.get('seed')), /^differs conf\/config\.yaml:seed/);
  });

  const GRID = `import sys

import mlflow
from hydra import compose, initialize

GRID = {"model.lr": [0.1, 0.2]}


def main(extra):
    with initialize(version_base=None, config_path="conf"):
        for lr in GRID["model.lr"]:
            cfg = compose("config", overrides=[f"model.lr={lr}", "seed=4", *extra])
            with mlflow.start_run():
                for key in cfg.model:
                    mlflow.log_param(key, cfg.model[key])
                mlflow.log_param("seed", cfg.seed)


main(sys.argv[1:])
`;
  const SWEPT = `${PROJECT['conf/config.yaml']}hydra:\n  sweeper:\n    params:\n      model.depth: 5,6\n`;

  it('are composed by the code with overrides of its own, and words of the command line', async () => {
    const root = repositoryOf({ ...PROJECT, 'train.py': GRID, 'conf/config.yaml': SWEPT });
    const { params } = await sourcesIn(root, { kind: 'small', lr: '0.2', depth: '5', seed: '4' });
    assert.equal(told(params.get('lr')), 'found train.py:GRID = {"model.lr": [0.1, 0.2]}');
    assert.match(told(params.get('seed')), /^found train\.py:cfg = compose/);
    assert.equal(told(params.get('depth')), 'found conf/model/small.yaml:depth: 5');
    const given = await sourcesIn(root, { kind: 'small', lr: '0.1', depth: '7', seed: '4' });
    assert.match(told(given.params.get('depth')), /^(given|differs) conf\/model\/small\.yaml:depth: 5$/);
    const added = GRID.replace('"seed=4", *extra]', '"seed=4"] + extra');
    const again = await sourcesIn(repositoryOf({ ...PROJECT, 'train.py': added }), {
      kind: 'small',
      lr: '0.2',
      depth: '5',
      seed: '4',
    });
    assert.deepEqual([...again.params].map(([, each]) => told(each)).slice(1), [
      told(params.get('lr')),
      told(params.get('depth')),
      'found train.py:cfg = compose("config", overrides=[f"model.lr={lr}", "seed=4"] + extra)',
    ]);
  });

  it('stay unknown where overrides come from somewhere else, or their list was changed', async () => {
    for (const changed of ['extra = extra + load()\n', 'extra = [*extra]\n    extra.append(load())\n']) {
      const code = GRID.replace('    with initialize', `    ${changed}    with initialize`);
      const root = repositoryOf({ ...PROJECT, 'train.py': code });
      const { params } = await sourcesIn(root, { kind: 'small', lr: '0.2', depth: '5', seed: '4' });
      assert.equal(params.get('depth')?.status, 'unknown', changed);
    }
  });

  it('read words of a command line by the grammar of Hydra, which knows less than YAML', async () => {
    const root = repositoryOf({
      'train.py': TRAIN.replace('    mlflow.log_params(cfg.model)\n', '    mlflow.log_params(cfg.more)\n'),
      'conf/config.yaml':
        'seed: 1\nmore:\n  flag: ${oc.env:NONE_SUCH,yes}\n  code: ${oc.decode:${oc.env:NONE_SUCH,010}}\n  at: x\n',
    });
    const start = Date.now();
    record(root, 'outputs/first', ['more.at=1:30', 'seed=0x10'], start - 1000);
    const { params } = await sourcesIn(
      root,
      { flag: 'yes', code: '010', at: '1:30', seed: '0x10' },
      startedAt(start),
    );
    assert.deepEqual(
      [...params].map(([key, each]) => `${key} ${each.status} ${each.line}`),
      ['flag found 3', 'code found 4', 'at given 5', 'seed given 1'],
    );
  });
});
