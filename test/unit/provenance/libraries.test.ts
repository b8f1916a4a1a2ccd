import * as assert from 'node:assert/strict';
import { createSourceFinder } from '../../../src/provenance/finder';
import { git, removeRepositories, repositoryOf, runOf } from '../../support/repositories';

/** What each param is told to be: `lr found train.py:4`. */
async function told(
  files: Readonly<Record<string, string>>,
  params: Readonly<Record<string, string>>,
): Promise<string[]> {
  const root = repositoryOf(files);
  const finder = createSourceFinder({ folders: () => [root], gitPath: () => 'git', isTrusted: () => true });
  const { params: found } = await finder.findSources(
    runOf('train.py', git(root, 'rev-parse', 'HEAD'), params),
  );
  return [...found].map(
    ([key, { status, file, line }]) => `${key} ${status}${file === null ? '' : ` ${file}:${line}`}`,
  );
}

describe('what libraries give of what they were given', () => {
  after(removeRepositories);

  it('python-box reads a file, or the text of one', async () => {
    const yaml = 'lr: 0.1\nmodel:\n  depth: 3\n';
    for (const way of [
      'Box.from_yaml(filename="conf/c.yaml")',
      'Box.from_yaml(open("conf/c.yaml").read())',
      'ConfigBox.from_yaml(filename="conf/c.yaml")',
      'box_from_file("conf/c.yaml")',
    ]) {
      const code = `import mlflow\nfrom box import Box, ConfigBox, box_from_file\n\ncfg = ${way}\nmlflow.log_param("lr", cfg.lr)\nmlflow.log_params(cfg.model.to_dict())\n`;
      assert.deepEqual(
        await told({ 'train.py': code, 'conf/c.yaml': yaml }, { lr: '0.1', depth: '3' }),
        ['lr found conf/c.yaml:1', 'depth found conf/c.yaml:3'],
        way,
      );
    }
  });

  it('an optimizer of torch has what its constructor was given', async () => {
    const code = `import mlflow
import torch

model = torch.nn.Linear(1, 1)
opt = torch.optim.Adam(
    model.parameters(),
    lr=0.003,
    weight_decay=0.1,
)
mlflow.log_param("lr", opt.param_groups[0]["lr"])
mlflow.log_param("decay", opt.defaults["weight_decay"])
mlflow.log_param("eps", opt.defaults["eps"])
mlflow.log_param("optimizer", type(opt).__name__)
mlflow.log_param("class", opt.__class__.__name__)
`;
    assert.deepEqual(
      await told(
        { 'train.py': code },
        { lr: '0.003', decay: '0.1', eps: '1e-08', optimizer: 'Adam', class: 'Adam' },
      ),
      [
        'lr found train.py:7',
        'decay found train.py:8',
        'eps unknown',
        'optimizer found train.py:5',
        'class found train.py:5',
      ],
    );
  });

  it('whose rate a scheduler or the program may have changed', async () => {
    const code = `import mlflow
import torch

model = torch.nn.Linear(1, 1)
opt = torch.optim.SGD(model.parameters(), 0.1)
other = torch.optim.SGD(model.parameters(), lr=0.2)
for group in other.param_groups:
    group["lr"] = 0.05
schedule = torch.optim.lr_scheduler.StepLR(opt, step_size=1)
mlflow.log_param("lr", opt.param_groups[0]["lr"])
mlflow.log_param("other", other.param_groups[0]["lr"])
mlflow.log_param("first", opt.defaults["lr"])
`;
    assert.deepEqual(await told({ 'train.py': code }, { lr: '0.01', other: '0.05', first: '0.1' }), [
      'lr unknown',
      'other found train.py:8',
      'first found train.py:5',
    ]);
  });

  it('groups of an optimizer have their own', async () => {
    const code = `import mlflow
import torch

opt = torch.optim.SGD(
    [
        {"params": a, "lr": 0.5},
        {"params": b},
    ],
    lr=0.1,
)
mlflow.log_param("first", opt.param_groups[0]["lr"])
mlflow.log_param("second", opt.param_groups[1]["lr"])
`;
    assert.deepEqual(await told({ 'train.py': code }, { first: '0.5', second: '0.1' }), [
      'first found train.py:6',
      'second found train.py:9',
    ]);
  });
});
