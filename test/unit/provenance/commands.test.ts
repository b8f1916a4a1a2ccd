import * as assert from 'node:assert/strict';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

/** What each param is told to be: `lr found train.py:4`. */
async function told(
  files: Readonly<Record<string, string>>,
  params: Readonly<Record<string, string>>,
  source?: string,
  tags?: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { params: found } = await sourcesIn(repositoryOf(files), params, { source, tags });
  return [...found].map(
    ([key, { status, file, line }]) => `${key} ${status}${file === null ? '' : ` ${file}:${line}`}`,
  );
}

const GROUP = `import click
import mlflow


@click.group()
@click.option("--seed", default=5)
@click.pass_context
def cli(ctx, seed):
    ctx.ensure_object(dict)
    ctx.obj["seed"] = seed


@cli.command()
@click.option("--lr", default=0.25)
@click.pass_obj
def train(obj, lr):
    mlflow.log_param("seed", obj["seed"])
    mlflow.log_param("lr", lr)


@click.command("score-all")
@click.option("--part", default=0.5)
@click.pass_context
def score(ctx, part):
    mlflow.log_param("seed", ctx.obj["seed"])
    mlflow.log_param("part", part)


cli.add_command(score)
`;

describe('the commands of a program', () => {
  after(removeRepositories);

  it('a group of click hands its object to the command that follows', async () => {
    const start = '\n\nif __name__ == "__main__":\n    cli()\n';
    const trained = ['seed found train.py:6', 'lr found train.py:14'];
    assert.deepEqual(await told({ 'train.py': GROUP + start }, { seed: '5', lr: '0.25' }), trained);
    assert.deepEqual(await told({ 'train.py': GROUP + start }, { seed: '5', part: '0.5' }), [
      'seed found train.py:6',
      'part found train.py:22',
    ]);
    const given = GROUP.replace('    ctx.ensure_object(dict)\n', '') + start.replace('cli()', 'cli(obj={})');
    assert.deepEqual(await told({ 'train.py': given }, { seed: '5', lr: '0.25' }), [
      'seed found train.py:6',
      'lr found train.py:13',
    ]);
  });

  it('a package of the repository that is started as a module is the program', async () => {
    const files = {
      'src/pkg/__init__.py': '',
      'src/pkg/__main__.py': 'from pkg.cli import cli\n\ncli()\n',
      'src/pkg/cli.py': GROUP,
      MLproject:
        'entry_points:\n  main:\n    parameters:\n      lr: {type: float, default: 0.5}\n    command: "python -m pkg train --lr {lr}"\n',
    };
    assert.deepEqual(await told(files, { seed: '5', lr: '0.25' }, '/home/a/p/src/pkg/__main__.py'), [
      'seed found src/pkg/cli.py:6',
      'lr found src/pkg/cli.py:14',
    ]);
    const tags = { 'mlflow.source.type': 'PROJECT', 'mlflow.project.entryPoint': 'main' };
    assert.deepEqual(await told(files, { seed: '5', lr: '0.5' }, 'file:///home/a/p', tags), [
      'seed found src/pkg/cli.py:6',
      'lr given MLproject:4',
    ]);
  });

  it('the methods of a class given to fire have their parameters as options', async () => {
    const code = `import fire
import mlflow


class Trainer:
    def fit(self, lr=0.25, **others):
        mlflow.log_param("lr", lr)
        mlflow.log_param("wd", others.get("wd", 0.1))

    def score(self, part=0.5):
        mlflow.log_param("part", part)


fire.Fire(Trainer)
`;
    assert.deepEqual(await told({ 'train.py': code }, { lr: '0.25', wd: '0.3' }), [
      'lr found train.py:6',
      'wd unknown',
    ]);
    assert.deepEqual(await told({ 'train.py': code }, { part: '0.75' }), ['part differs train.py:10']);
  });

  it('an estimator has what its constructor was given', async () => {
    const code = `import mlflow
from sklearn.preprocessing import PolynomialFeatures

features = PolynomialFeatures(
    3,
    interaction_only=True,
)
for name in ("degree", "interaction_only", "order"):
    mlflow.log_param(name, getattr(features, name))
`;
    assert.deepEqual(
      await told({ 'train.py': code }, { degree: '3', interaction_only: 'True', order: 'C' }),
      ['degree found train.py:5', 'interaction_only found train.py:6', 'order unknown'],
    );
  });

  it('a function that is called with the words of the command line has them for its parameters', async () => {
    const code = `import json
import sys

import mlflow


def main(config="conf/a.json", depth=3):
    mlflow.log_params(json.load(open(config)))
    mlflow.log_param("config", config)
    mlflow.log_param("depth", depth)


main(*sys.argv[1:])
`;
    const files = {
      'train.py': code,
      'conf/a.json': '{\n  "lr": 0.1,\n  "wd": 0.2\n}\n',
      'conf/b.json': '{\n  "lr": 0.3,\n  "wd": 0.4\n}\n',
    };
    assert.deepEqual(await told(files, { lr: '0.1', wd: '0.2', config: 'conf/a.json', depth: '3' }), [
      'lr found conf/a.json:2',
      'wd found conf/a.json:3',
      'config found train.py:7',
      'depth found train.py:7',
    ]);
    assert.deepEqual(await told(files, { lr: '0.3', wd: '0.4', config: 'conf/b.json', depth: '5' }), [
      'lr found conf/b.json:2',
      'wd found conf/b.json:3',
      'config given train.py:7',
      'depth unknown',
    ]);
  });

  it('a file that was chosen on the command line names another one in its folder', async () => {
    const code = `import argparse
import json
from pathlib import Path

import mlflow


def read(path):
    raw = json.loads(path.read_text())
    parent = raw.pop("extends", None)
    return raw if parent is None else {**read(path.parent / parent), **raw}


parser = argparse.ArgumentParser()
parser.add_argument("--config", default="conf/a.json")
mlflow.log_params(read(Path(parser.parse_args().config)))
`;
    const files = {
      'train.py': code,
      'conf/a.json': '{\n  "lr": 0.1,\n  "wd": 0.2\n}\n',
      'conf/b.json': '{\n  "extends": "a.json",\n  "lr": 0.3\n}\n',
    };
    assert.deepEqual(await told(files, { lr: '0.3', wd: '0.2' }), [
      'lr found conf/b.json:3',
      'wd found conf/a.json:3',
    ]);
    assert.deepEqual(await told(files, { lr: '0.1', wd: '0.2' }), [
      'lr found conf/a.json:2',
      'wd found conf/a.json:3',
    ]);
  });

  it('a step of a pipeline is set by its line where that line alone decides what is written of it', async () => {
    const code = `import mlflow
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

ALPHA = 0.5
mlflow.sklearn.autolog()
make_pipeline(
    StandardScaler(),
    MinMaxScaler(clip=True),
    Ridge(alpha=ALPHA),
).fit([[1]], [1])
`;
    const estimators = { standardscaler: 'StandardScaler()', ridge: 'Ridge(alpha=0.5)' };
    assert.deepEqual(
      await told({ 'train.py': code }, { ...estimators, minmaxscaler: 'MinMaxScaler(clip=True)' }),
      ['standardscaler found train.py:9', 'ridge unknown', 'minmaxscaler found train.py:10'],
    );
    // What is not written of it was the default in the run, and is not in the code.
    assert.deepEqual(await told({ 'train.py': code }, { ...estimators, minmaxscaler: 'MinMaxScaler()' }), [
      'standardscaler found train.py:9',
      'ridge unknown',
      'minmaxscaler unknown',
    ]);
  });

  it('what stands before the words of a call is evaluated once', async () => {
    const code = `import mlflow

taken = 0


def take():
    global taken
    taken = taken + 1
    return ["lr", 0.1]


def log(value):
    mlflow.log_param("lr", value)


log(*take()[1:])
mlflow.log_param("taken", taken)
`;
    assert.deepEqual(await told({ 'train.py': code }, { lr: '0.1', taken: '1' }), [
      'lr found train.py:9',
      'taken found train.py:8',
    ]);
  });
});
