import * as assert from 'node:assert/strict';
import type { ParamSource, Sources } from '../../../src/provenance/source';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

const BY_OPTION = `import argparse
import mlflow
import yaml

parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True)
args = parser.parse_args()
with open(args.config) as f:
    cfg = yaml.safe_load(f)
mlflow.log_params(cfg["train"])
`;

const BY_ARGV = `import json
import sys
import mlflow

settings = json.load(open(sys.argv[1]))
for key, value in settings.items():
    mlflow.log_param(key, value)
`;

const yaml = (lr: number, depth: number): string => `train:\n  lr: ${lr}\n  depth: ${depth}\n`;

function sourcesOf(
  files: Readonly<Record<string, string>>,
  params: Readonly<Record<string, string>>,
  source?: string,
): Promise<Sources> {
  return sourcesIn(repositoryOf(files), params, { source });
}

function told(source: ParamSource | undefined): string {
  return source ? `${source.status} ${source.file ?? '-'}:${source.text ?? ''}` : 'none';
}

describe('a configuration file that is named from outside', () => {
  after(removeRepositories);

  it('is the one that has the keys and values of the run', async () => {
    const { params, run } = await sourcesOf(
      { 'train.py': BY_OPTION, 'conf/a.yaml': yaml(0.1, 3), 'conf/b.yaml': yaml(0.2, 9) },
      { lr: '0.2', depth: '9' },
    );
    assert.equal(told(params.get('lr')), 'found conf/b.yaml:lr: 0.2');
    assert.equal(told(params.get('depth')), 'found conf/b.yaml:depth: 9');
    assert.match(run.problem ?? '', /started with --config=conf\/b\.yaml/);
  });

  it('is none of two that both have them', async () => {
    const { params } = await sourcesOf(
      { 'train.py': BY_OPTION, 'conf/a.yaml': yaml(0.2, 9), 'conf/b.yaml': yaml(0.2, 9) },
      { lr: '0.2', depth: '9' },
    );
    assert.deepEqual(
      [...params.values()].map(({ status }) => status),
      ['unknown', 'unknown'],
    );
  });

  it('is the one of two that a stage of DVC, a Makefile or the README names', async () => {
    const ways: Record<string, string>[] = [
      { 'dvc.yaml': 'stages:\n  train:\n    cmd: python train.py --config conf/b.yaml\n' },
      { Makefile: 'train:\n\tpython train.py \\\n\t  --config=conf/b.yaml\n' },
      { 'README.md': 'Run:\n\n    $ python train.py --config conf/b.yaml\n' },
      {
        '.github/workflows/ci.yml':
          'jobs:\n  t:\n    steps:\n      - run: python train.py --config conf/b.yaml\n',
      },
    ];
    for (const commands of ways) {
      const files: Record<string, string> = {
        'train.py': BY_OPTION,
        'conf/a.yaml': yaml(0.2, 9),
        'conf/b.yaml': yaml(0.2, 9),
      };
      const { params } = await sourcesOf({ ...files, ...commands }, { lr: '0.2', depth: '9' });
      assert.equal(told(params.get('lr')), 'found conf/b.yaml:lr: 0.2', JSON.stringify(commands));
    }
  });

  it('is read where `sys.argv` names it', async () => {
    const { params } = await sourcesOf(
      {
        'train.py': BY_ARGV,
        'x/one.json': '{\n  "alpha": 1,\n  "name": "one"\n}\n',
        'x/two.json': '{\n  "alpha": 2,\n  "name": "two"\n}\n',
        'package.json': '{"name": "two"}',
      },
      { alpha: '2', name: 'two' },
    );
    assert.equal(told(params.get('alpha')), 'found x/two.json:"alpha": 2,');
    assert.equal(told(params.get('name')), 'found x/two.json:"name": "two"');
  });

  it('is read where a part of its path is given', async () => {
    const code = BY_OPTION.replace('open(args.config)', 'open(f"conf/{args.config}.yaml")');
    const { params } = await sourcesOf(
      { 'train.py': code, 'conf/a.yaml': yaml(0.1, 3), 'conf/b.yaml': yaml(0.2, 9) },
      { lr: '0.2', depth: '9' },
    );
    assert.equal(told(params.get('lr')), 'found conf/b.yaml:lr: 0.2');
  });

  it('is another than the default where the params tell', async () => {
    const code = BY_OPTION.replace('required=True', 'default="conf/dev.yaml"');
    const files = { 'train.py': code, 'conf/dev.yaml': yaml(0.3, 5), 'conf/prod.yaml': yaml(0.3, 9) };
    const { params } = await sourcesOf(files, { lr: '0.3', depth: '9' });
    assert.equal(told(params.get('lr')), 'found conf/prod.yaml:lr: 0.3');
    assert.equal(told(params.get('depth')), 'found conf/prod.yaml:depth: 9');
    const own = await sourcesOf(files, { lr: '0.3', depth: '5' });
    assert.equal(told(own.params.get('lr')), 'found conf/dev.yaml:lr: 0.3');
    // No file has this depth: which of them was read stays open.
    const changed = await sourcesOf(files, { lr: '0.3', depth: '7' });
    assert.equal(changed.params.get('lr')?.status, 'unknown');
  });

  it('says of no value that it differs where the file was only guessed', async () => {
    const { params } = await sourcesOf(
      { 'train.py': BY_OPTION, 'conf/a.yaml': yaml(0.1, 3), 'conf/b.yaml': yaml(0.2, 9) },
      { lr: '0.2', depth: '8' },
    );
    assert.equal(params.get('depth')?.status, 'unknown');
  });

  it('picks the profile whose values the run has', async () => {
    const table = 'P = {\n    "dev": {"lr": 0.3, "depth": 5},\n    "prod": {"lr": 0.3, "depth": 9},\n}\n';
    const ways = [
      'cfg = P[os.getenv("STAGE", "dev")]',
      'cfg = P.get(os.environ.get("STAGE", "dev"))',
      'cfg = P[os.environ["STAGE"]]',
    ];
    for (const way of ways) {
      const files = { 'train.py': `import os\nimport mlflow\n\n${table}${way}\nmlflow.log_params(cfg)\n` };
      const { params } = await sourcesOf(files, { lr: '0.3', depth: '9' });
      assert.equal(told(params.get('lr')), 'found train.py:"prod": {"lr": 0.3, "depth": 9},', way);
      assert.equal(told(params.get('depth')), 'found train.py:"prod": {"lr": 0.3, "depth": 9},', way);
    }
  });
});
