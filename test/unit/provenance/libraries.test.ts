import * as assert from 'node:assert/strict';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

/** What each param is told to be: `lr found train.py:4`. */
async function told(
  files: Readonly<Record<string, string>>,
  params: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { params: found } = await sourcesIn(repositoryOf(files), params);
  return [...found].map(
    ([key, { status, file, line }]) => `${key} ${status}${file === null ? '' : ` ${file}:${line}`}`,
  );
}

describe('what libraries give of what they were given', () => {
  after(removeRepositories);

  it('an interpolation of a whole part means what the part is after a merge', async () => {
    const code = `import mlflow
from omegaconf import OmegaConf

cfg = OmegaConf.merge(
    OmegaConf.load("a.yaml"),
    {"b": {"x": 2}},
)
mlflow.log_param("whole", cfg.a.x)
mlflow.log_param("one", cfg.c)
`;
    assert.deepEqual(
      await told(
        { 'train.py': code, 'a.yaml': 'b:\n  x: 1\na: ${b}\nc: ${b.x}\n' },
        { whole: '2', one: '2' },
      ),
      ['whole found train.py:6', 'one found train.py:6'],
    );
  });

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

  it('accelerate logs the entries of a config as they are', async () => {
    const code = `from accelerate import Accelerator

config = {
    "lr": 0.1,
    "model": {"depth": 3},
}
accelerator = Accelerator(log_with="mlflow")
accelerator.init_trackers("project", config=config)
`;
    assert.deepEqual(await told({ 'train.py': code }, { lr: '0.1', model: "{'depth': 3}" }), [
      'lr found train.py:4',
      'model found train.py:5',
    ]);
    const other = code.replace('"mlflow"', '"wandb"');
    assert.deepEqual(await told({ 'train.py': other }, { lr: '0.1' }), ['lr unknown']);
  });

  it('the logger of Lightning goes into lists of dicts', async () => {
    const code = `from lightning.pytorch.loggers import MLFlowLogger

logger = MLFlowLogger()
logger.log_hyperparams({
    "lr": 0.1,
    "blocks": [
        {"n": 8},
        {"n": 16, "act": "relu"},
    ],
    "dims": [1, 2],
})
`;
    const params = {
      lr: '0.1',
      'blocks/0/n': '8',
      'blocks/1/n': '16',
      'blocks/1/act': 'relu',
      dims: '[1, 2]',
    };
    assert.deepEqual(await told({ 'train.py': code }, params), [
      'lr found train.py:5',
      'blocks/0/n found train.py:7',
      'blocks/1/n found train.py:8',
      'blocks/1/act found train.py:8',
      'dims found train.py:10',
    ]);
  });

  it("a search of scikit-learn logs its estimator's text", async () => {
    const code = `import mlflow
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV

mlflow.sklearn.autolog()
forest = RandomForestClassifier(random_state=1, n_estimators=100, criterion="entropy")
search = GridSearchCV(forest, {"max_depth": [2, 4]}, cv=3)
search.fit(X, y)
`;
    const estimator = "RandomForestClassifier(criterion='entropy', random_state=1)";
    assert.deepEqual(await told({ 'train.py': code }, { estimator, cv: '3' }), [
      'estimator found train.py:6',
      'cv found train.py:7',
    ]);
    const other = await told({ 'train.py': code }, { estimator: 'RandomForestClassifier(random_state=2)' });
    assert.deepEqual(other, ['estimator unknown']);
  });

  it('ultralytics logs what train was given, but for what it chooses itself', async () => {
    const code = `from ultralytics import YOLO

model = YOLO("yolo11n.pt")
model.train(
    data="coco8.yaml",
    epochs=2,
    lr0=0.01,
    patience=7,
)
`;
    const params = { epochs: '2', lr0: '0.000119', patience: '7', data: 'coco8.yaml', dropout: '0.0' };
    assert.deepEqual(await told({ 'train.py': code }, params), [
      'epochs found train.py:6',
      'lr0 unknown',
      'patience found train.py:8',
      'data found train.py:5',
      'dropout unknown',
    ]);
    const sgd = code.replace('    patience=7,', '    optimizer="SGD",');
    assert.deepEqual(await told({ 'train.py': sgd }, { lr0: '0.01', optimizer: 'SGD' }), [
      'lr0 found train.py:7',
      'optimizer found train.py:8',
    ]);
  });

  it("ray's callback and setup_mlflow log the space of a trial, flattened", async () => {
    const callback = `from ray import train, tune
from ray.air.integrations.mlflow import MLflowLoggerCallback

tuner = tune.Tuner(
    objective,
    param_space={
        "lr": tune.loguniform(1e-4, 1e-1),
        "net": {"units": tune.choice([32, 64])},
        "epochs": 5,
    },
    run_config=train.RunConfig(callbacks=[MLflowLoggerCallback(experiment_name="x")]),
)
tuner.fit()
`;
    const params = { lr: '0.003', 'net/units': '64', epochs: '5' };
    assert.deepEqual(await told({ 'train.py': callback }, params), [
      'lr found train.py:7',
      'net/units found train.py:8',
      'epochs found train.py:9',
    ]);
    const setup = `from ray import tune
from ray.air.integrations.mlflow import setup_mlflow

def objective(config):
    mlflow = setup_mlflow(config, experiment_name="x")
    mlflow.log_param("seed", 3)

space = {
    "lr": tune.loguniform(1e-4, 1e-1),
    "net": {"units": 64},
}
tune.Tuner(objective, param_space=space).fit()
`;
    assert.deepEqual(await told({ 'train.py': setup }, { lr: '0.003', 'net/units': '64', seed: '3' }), [
      'lr found train.py:9',
      'net/units found train.py:10',
      'seed found train.py:6',
    ]);
  });

  it('MLflow logs the arguments of fit of statsmodels', async () => {
    const code = `import mlflow
import statsmodels.api as sm

mlflow.statsmodels.autolog()
model = sm.OLS(y, X)
result = model.fit(
    cov_type="HC0",
    use_t=True,
)
`;
    assert.deepEqual(await told({ 'train.py': code }, { cov_type: 'HC0', use_t: 'True', method: 'pinv' }), [
      'cov_type found train.py:7',
      'use_t found train.py:8',
      'method unknown',
    ]);
  });
});
