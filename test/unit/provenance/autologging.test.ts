import * as assert from 'node:assert/strict';
import type { ParamSource } from '../../../src/provenance/source';
import { removeRepositories, repositoryOf } from '../../support/repositories';
import { sourcesIn } from '../../support/sources';

async function sourcesOf(
  code: string,
  params: Record<string, string>,
  tags: Record<string, string> = {},
): Promise<Map<string, ParamSource>> {
  return (await sourcesIn(repositoryOf({ 'train.py': code }), params, { tags })).params;
}

const told = (sources: Map<string, ParamSource>): Record<string, string> =>
  Object.fromEntries(
    [...sources].map(([key, { status, text }]) => [key, text === null ? status : `${status} ${text}`]),
  );

describe('what autologging logged', () => {
  after(removeRepositories);

  // What transformers 5.24 with MLflow 3.14 makes of the arguments: integrations/integration_utils.py, training_args.py.
  const TRANSFORMERS = `import mlflow
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
from transformers import IntervalStrategy

args = TrainingArguments(
    "out",
    learning_rate=2e-5,
    report_to="mlflow",
    debug="",
    eval_strategy=IntervalStrategy.EPOCH,
    save_steps=0.5,
    hub_token="abcdefghi",
)
model = BertForSequenceClassification(BertConfig(
    hidden_size=8,
    num_hidden_layers=1,
))
Trainer(model=model, args=args).train()
`;

  it('values are compared as the library normalises them, and a secret is not repeated', async () => {
    const sources = await sourcesOf(TRANSFORMERS, {
      learning_rate: '2e-05',
      report_to: "['mlflow']",
      debug: '[]',
      eval_strategy: 'epoch',
      hub_token: '<HUB_TOKEN>',
      save_steps: '50',
    });
    assert.deepEqual(told(sources), {
      learning_rate: 'found learning_rate=2e-5,',
      report_to: 'found report_to="mlflow",',
      debug: 'found debug="",',
      eval_strategy: 'unknown',
      hub_token: 'found hub_token="…",',
      save_steps: 'unknown',
    });
    const other = await sourcesOf(
      'import mlflow\nmlflow.log_param("api_key", "abcdefghi")\nmlflow.log_param("n", "hf_abcdefghijkl")\n',
      { api_key: 'zyx', n: 'zyx' },
    );
    assert.deepEqual(
      [...other.values()].map(({ status }) => status),
      ['differs', 'differs'],
    );
    assert.doesNotMatch(JSON.stringify([...sources, ...other]), /abcdefghi/);
  });

  it('a default is one that the signature declares', async () => {
    const sources = await sourcesOf(TRANSFORMERS, {
      hidden_size: '8',
      num_hidden_layers: '1',
      vocab_size: '30522',
      seed: '42',
      weight_decay: '0.1',
      transformers_version: '5.24.0',
      architectures: "['BertForSequenceClassification']",
      model_type: 'bert',
    });
    assert.deepEqual(told(sources), {
      hidden_size: 'found hidden_size=8,',
      num_hidden_layers: 'found num_hidden_layers=1,',
      vocab_size: 'default',
      seed: 'default',
      weight_decay: 'unknown',
      transformers_version: 'unknown',
      architectures: 'unknown',
      model_type: 'unknown',
    });
  });

  it('LightGBM puts the metric of fit before that of its objective', async () => {
    // As LightGBM 4.7 with MLflow 3.14 logged them.
    const sources = await sourcesOf(
      `import mlflow
import lightgbm as lgb
mlflow.lightgbm.autolog()
with mlflow.start_run():
    model = lgb.LGBMRegressor(n_estimators=5, verbose=-1)
    model.fit(X, y, eval_set=[(X, y)], eval_metric="l1")
`,
      {
        metric: "['l1', 'regression']",
        num_boost_round: '5',
        boosting_type: 'gbdt',
        objective: 'regression',
        num_threads: '2',
        keep_training_booster: 'False',
      },
    );
    assert.deepEqual(told(sources), {
      metric: 'found model.fit(X, y, eval_set=[(X, y)], eval_metric="l1")',
      num_boost_round: 'found model = lgb.LGBMRegressor(n_estimators=5, verbose=-1)',
      boosting_type: 'default',
      objective: 'unknown',
      num_threads: 'unknown',
      keep_training_booster: 'default',
    });
  });

  // As scikit-learn with MLflow 3.14 logged them: the batch of the second is refused where it contradicts the first.
  const RIDGE = {
    alpha: '0.5',
    copy_X: 'True',
    fit_intercept: 'True',
    max_iter: 'None',
    positive: 'False',
    random_state: 'None',
    solver: 'auto',
    tol: '0.0001',
  };
  const FOREST = {
    bootstrap: 'True',
    criterion: 'squared_error',
    max_features: '1.0',
    n_estimators: '5',
    n_jobs: 'None',
    random_state: '1',
  };
  const two = (first: string, context = 'with mlflow.start_run():\n    ', next = '\n    ') => `import mlflow
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
mlflow.sklearn.autolog()
${context}${first}.fit(X, y)${next}RandomForestRegressor(random_state=1, n_estimators=5).fit(X, y)
`;

  it('of two estimators in one run the params of the second are refused where they contradict', async () => {
    const sources = await sourcesOf(two('Ridge(alpha=0.5)'), RIDGE, { estimator_name: 'Ridge' });
    const shown = told(sources);
    assert.equal(shown['alpha'], 'found Ridge(alpha=0.5).fit(X, y)');
    assert.deepEqual(
      Object.keys(RIDGE).filter((key) => shown[key] !== 'default'),
      ['alpha'],
    );
    assert.match(sources.get('random_state')!.why, /Ridge/);
  });

  it('and are added where they do not', async () => {
    const shown = told(
      await sourcesOf(
        two('LinearRegression()'),
        { fit_intercept: 'True', positive: 'False', copy_X: 'True', tol: '1e-06', ...FOREST },
        {
          estimator_name: 'RandomForestRegressor',
        },
      ),
    );
    const line = 'found RandomForestRegressor(random_state=1, n_estimators=5).fit(X, y)';
    assert.deepEqual(
      [shown['random_state'], shown['n_estimators'], shown['tol'], shown['bootstrap']],
      [line, line, 'default', 'default'],
    );
  });

  it('each has a run of its own where the code starts none', async () => {
    const code = two('Ridge(alpha=0.5)', '', '\n');
    assert.equal(told(await sourcesOf(code, RIDGE))['random_state'], 'default');
    assert.equal(
      told(await sourcesOf(code, FOREST))['random_state'],
      'found RandomForestRegressor(random_state=1, n_estimators=5).fit(X, y)',
    );
  });

  it('a value that none of them can have logged is of no line', async () => {
    const shown = told(
      await sourcesOf(two('Ridge(alpha=0.5)'), { ...RIDGE, random_state: '7' }, { estimator_name: 'Ridge' }),
    );
    assert.equal(shown['random_state'], 'unknown');
  });
});
