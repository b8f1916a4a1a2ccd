import * as assert from 'node:assert/strict';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

async function told(
  files: Record<string, string>,
  params: Record<string, string>,
): Promise<Record<string, string>> {
  const sources = await sourcesIn(repositoryOf(files), params);
  return Object.fromEntries(
    [...sources.params].map(([key, { status, file, line, text }]) => [
      key,
      file === null ? status : `${status} ${file}:${line} ${text}`,
    ]),
  );
}

const TABLE = `CONFIGS = {
    "dev": {
        "lr": 0.3,
        "depth": 5,
    },
    "prod": {
        "lr": 0.3,
        "depth": 9,
    },
}
`;
const LOG = 'for key, value in cfg.items():\n    mlflow.log_param(key, value)\n';

describe('what was chosen outside of the code', () => {
  after(removeRepositories);

  const ways: [string, string][] = [
    ['a variable of the environment', 'import os\ncfg = CONFIGS[os.getenv("STAGE", "dev")]\n'],
    ['its entry', 'import os\ncfg = CONFIGS.get(os.environ.get("STAGE", "dev"))\n'],
    [
      'an option',
      'import argparse\np = argparse.ArgumentParser()\np.add_argument("--profile", default="dev")\ncfg = CONFIGS[p.parse_args().profile]\n',
    ],
    [
      'a required option',
      'import argparse\np = argparse.ArgumentParser()\np.add_argument("--profile", required=True)\ncfg = CONFIGS[p.parse_args().profile]\n',
    ],
    ['a word of the command line', 'import sys\ncfg = CONFIGS[sys.argv[1]]\n'],
  ];
  for (const [name, code] of ways) {
    it(`${name}: the other params decide`, async () => {
      const files = { 'train.py': `import mlflow\n${TABLE}${code}${LOG}` };
      assert.deepEqual(await told(files, { lr: '0.3', depth: '9' }), {
        lr: 'found train.py:8 "lr": 0.3,',
        depth: 'found train.py:9 "depth": 9,',
      });
      assert.deepEqual(await told(files, { lr: '0.3', depth: '5' }), {
        lr: 'found train.py:4 "lr": 0.3,',
        depth: 'found train.py:5 "depth": 5,',
      });
      // What they leave open is of no line.
      assert.deepEqual(await told(files, { lr: '0.3', depth: '7' }), { lr: 'unknown', depth: 'unknown' });
    });
  }

  it('a choice that is logged itself decides too', async () => {
    const code = `import mlflow, os
RATES = {
    "a": 0.1,
    "b": 0.1,
}
kind = os.getenv("KIND", "a")
mlflow.log_params({"kind": kind, "lr": RATES[kind]})
`;
    assert.deepEqual(await told({ 'train.py': code }, { kind: 'b', lr: '0.1' }), {
      kind: 'given train.py:6 kind = os.getenv("KIND", "a")',
      lr: 'found train.py:4 "b": 0.1,',
    });
  });

  it('classes of a module are chosen by name', async () => {
    const files = {
      'configs.py':
        'class Small:\n    lr = 0.3\n    depth = 5\n\n\nclass Large:\n    lr = 0.3\n    depth = 9\n',
      'train.py': `import configs, mlflow, os
cfg = getattr(configs, os.getenv("CONFIG", "Small"))
mlflow.log_param("lr", cfg.lr)
mlflow.log_param("depth", cfg.depth)
`,
    };
    assert.deepEqual(await told(files, { lr: '0.3', depth: '9' }), {
      lr: 'found configs.py:7 lr = 0.3',
      depth: 'found configs.py:8 depth = 9',
    });
  });

  const opened: [string, string][] = [
    ['an option', 'p.add_argument("--config", default="conf/dev.yaml")\npath = p.parse_args().config\n'],
    [
      'a name in the path',
      'p.add_argument("--env", default="dev")\npath = f"conf/{p.parse_args().env}.yaml"\n',
    ],
    [
      'a joined path',
      'p.add_argument("--env", default="dev.yaml")\npath = os.path.join("conf", p.parse_args().env)\n',
    ],
    [
      'a path of pathlib',
      'p.add_argument("--env", default="dev.yaml")\npath = Path("conf") / p.parse_args().env\n',
    ],
  ];
  for (const [name, code] of opened) {
    it(`a file by ${name}: the one that has the params`, async () => {
      const files = {
        'conf/dev.yaml': 'lr: 0.3\ndepth: 5\n',
        'conf/prod.yaml': 'lr: 0.3\ndepth: 9\n',
        'conf/notes.md': 'lr: 0.3\n',
        'train.py': `import argparse, mlflow, os, yaml
from pathlib import Path
p = argparse.ArgumentParser()
${code}cfg = yaml.safe_load(open(path))
${LOG}`,
      };
      assert.deepEqual(await told(files, { lr: '0.3', depth: '9' }), {
        lr: 'found conf/prod.yaml:1 lr: 0.3',
        depth: 'found conf/prod.yaml:2 depth: 9',
      });
      assert.deepEqual(await told(files, { lr: '0.3', depth: '5' }), {
        lr: 'found conf/dev.yaml:1 lr: 0.3',
        depth: 'found conf/dev.yaml:2 depth: 5',
      });
      assert.deepEqual(await told(files, { lr: '0.3', depth: '7' }), { lr: 'unknown', depth: 'unknown' });
    });
  }

  it('two profiles that are equal in all that the run has leave it open', async () => {
    const files = {
      'conf/dev.yaml': 'lr: 0.3\n',
      'conf/prod.yaml': 'lr: 0.3\n',
      'train.py': `import mlflow, os, yaml
cfg = yaml.safe_load(open(os.getenv("CONFIG", "conf/dev.yaml")))
${LOG}`,
    };
    assert.deepEqual(await told(files, { lr: '0.3' }), { lr: 'unknown' });
  });

  it('a group of Hydra is told by the params of its file', async () => {
    const files = {
      'conf/config.yaml': 'defaults:\n  - model: small\nlr: 0.1\n',
      'conf/model/small.yaml': 'kind: small\nlayers: 2\nact: relu\n',
      'conf/model/big.yaml': 'kind: big\nlayers: 2\nact: relu\n',
      'train.py': `import hydra, mlflow

@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg):
    mlflow.log_param("kind", cfg.model.kind)
    mlflow.log_param("layers", cfg.model.layers)
    mlflow.log_param("lr", cfg.lr)

main()
`,
    };
    assert.deepEqual(await told(files, { kind: 'big', layers: '2', lr: '0.1' }), {
      kind: 'found conf/model/big.yaml:1 kind: big',
      layers: 'found conf/model/big.yaml:2 layers: 2',
      lr: 'found conf/config.yaml:3 lr: 0.1',
    });
    assert.deepEqual(await told(files, { layers: '2', lr: '0.1' }), {
      layers: 'unknown',
      lr: 'found conf/config.yaml:3 lr: 0.1',
    });
  });
});
