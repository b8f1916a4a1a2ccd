import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { headlineMetric, metricDirection, sharedMetrics } from '../../../src/state/metrics';

type Labels = Record<'higher' | 'lower' | 'none', string[]>;

/** Labelled by hand before there was a table; see the file. */
const LABELLED = JSON.parse(
  fs.readFileSync(path.resolve(__dirname, '../../fixtures/metric-names.json'), 'utf8'),
) as Labels & { owners: Labels };

describe('metric direction', () => {
  const guesses: [string, string][] = [
    ['rmse', 'lower'],
    ['val/loss', 'lower'],
    ['validation-rmse', 'lower'],
    ['accuracy', 'higher'],
    ['roc_auc', 'higher'],
    ['val_f1', 'higher'],
    ['fit_seconds', 'lower'],
    ['terror_index', 'unknown'],
    ['emap', 'unknown'],
    ['lambda', 'unknown'],
    // scikit-learn: scores that are errors negated, a deviance as a share, a candidate's place, its spread.
    ['neg_root_mean_squared_error', 'higher'],
    ['best_test_neg_log_loss', 'higher'],
    ['neg_log_likelihood', 'lower'],
    ['neg_loss', 'unknown'],
    ['neg_f1', 'unknown'],
    ['d2_tweedie_score', 'higher'],
    ['rank_test_score', 'lower'],
    ['std_test_score', 'unknown'],
    ['RandomForestClassifier_score_X_test', 'higher'],
    // CatBoost's is a rank; another one's capitals may be an error.
    ['ERR', 'higher'],
    ['TEST_ERR', 'unknown'],
    ['err', 'lower'],
    ['time/fps', 'higher'],
    ['time/total_timesteps', 'unknown'],
    ['train/entropy_loss', 'unknown'],
    ['train/critic_loss', 'lower'],
    ['valMeanSquaredError', 'lower'],
    ['MulticlassAUROC', 'higher'],
    ['DaviesBouldinScore', 'lower'],
    ['ndcg@10', 'higher'],
    ['recall_at_20', 'higher'],
    ['metrics/mAP50-95B', 'higher'],
    ['dice_loss', 'lower'],
    ['anomaly_score', 'unknown'],
    ['churn_cost_savings', 'unknown'],
    ['error_detection_rate', 'unknown'],
    ['best_loss_epoch', 'unknown'],
    ['val_loss_epoch', 'lower'],
    ['1 - accuracy', 'unknown'],
    ['toxicity/v1/mean', 'lower'],
    ['system/gpu_0_utilization_percentage', 'unknown'],
  ];
  for (const [key, direction] of guesses) {
    it(`guesses ${key}: ${direction}`, () => assert.equal(metricDirection(key, [], {}), direction));
  }

  it("takes MLflow's tag before the setting, and the setting before the guess", () => {
    const tags = [
      { key: 'mlflow.experiment.primaryMetric.name', value: 'rmse' },
      { key: 'mlflow.experiment.primaryMetric.greaterIsBetter', value: 'True' },
    ];
    assert.equal(metricDirection('rmse', tags, { rmse: 'lower' }), 'higher');
    assert.equal(metricDirection('rmse', [], { rmse: 'higher' }), 'higher');
    assert.equal(metricDirection('rmse', [], { rmse: 'sideways' }), 'lower');
    assert.equal(metricDirection('constructor', [], {}), 'unknown');
  });

  it('is wrong for none of the labelled names, and known for 85 of 100', () => {
    const labels = (['higher', 'lower', 'none'] as const).flatMap((label) =>
      LABELLED[label].map((name) => ({ name, label, said: metricDirection(name, [], {}) })),
    );
    assert.ok(labels.length >= 150);
    assert.deepEqual(
      labels.filter(({ label, said }) => said !== 'unknown' && said !== label),
      [],
    );
    const directed = labels.filter(({ label }) => label !== 'none');
    const known = directed.filter(({ said }) => said !== 'unknown').length / directed.length;
    assert.ok(known >= 0.85, `${known}`);
  });

  it('is wrong for no name that has its direction beside it in the code of others', () => {
    for (const label of ['higher', 'lower', 'none'] as const) {
      for (const name of LABELLED.owners[label]) {
        assert.ok(['unknown', label].includes(metricDirection(name, [], {})), name);
      }
    }
  });

  it("takes the direction of Optuna's objective from the run's own tag", () => {
    const tagged = (value: string): { key: string; value: string }[] => [{ key: 'direction', value }];
    assert.equal(metricDirection('value', [], {}), 'unknown');
    assert.equal(metricDirection('value', [], {}, tagged('MAXIMIZE')), 'higher');
    assert.equal(metricDirection('value', [], {}, tagged('MINIMIZE')), 'lower');
    assert.equal(metricDirection('value', [], { value: 'higher' }, tagged('MINIMIZE')), 'higher');
    const several = tagged("['MINIMIZE', 'MAXIMIZE']");
    assert.equal(metricDirection('value_0', [], {}, several), 'lower');
    assert.equal(metricDirection('value_1', [], {}, several), 'higher');
    assert.equal(metricDirection('value_2', [], {}, several), 'unknown');
    assert.equal(metricDirection('value', [], {}, several), 'unknown');
    assert.equal(metricDirection('value', [], {}, tagged('north')), 'unknown');
    assert.equal(metricDirection('rmse', [], {}, tagged('MAXIMIZE')), 'lower');
  });
});

describe('headline metric', () => {
  it("is the chosen one, then MLflow's primary, then the setting, then a guess", () => {
    const keys = ['fit_seconds', 'rmse', 'model_bytes', 'train_loss'];
    const tags = [{ key: 'mlflow.experiment.primaryMetric.name', value: 'train_loss' }];
    assert.equal(headlineMetric(keys, tags, 'model_bytes', 'rmse'), 'model_bytes');
    assert.equal(headlineMetric(keys, tags, undefined, 'rmse'), 'train_loss');
    assert.equal(headlineMetric(keys, [], undefined, 'fit_seconds'), 'fit_seconds');
    assert.equal(headlineMetric(keys, [], undefined, undefined), 'rmse');
    assert.equal(headlineMetric([], [], undefined, undefined), undefined);
    assert.equal(headlineMetric(['system/cpu'], [], undefined, undefined), undefined);
  });

  it('prefers validation to training, and results to by-products', () => {
    assert.equal(headlineMetric(['train_loss', 'val_loss'], [], undefined, undefined), 'val_loss');
    assert.equal(headlineMetric(['epoch', 'accuracy'], [], undefined, undefined), 'accuracy');
    assert.equal(headlineMetric(['validation-rmse', 'rmse'], [], undefined, undefined), 'rmse');
  });

  const runs: [string, string, string[]][] = [
    [
      'stable-baselines3',
      'rollout/ep_rew_mean',
      [
        'rollout/ep_len_mean',
        'time/fps',
        'time/iterations',
        'train/entropy_loss',
        'train/loss',
        'train/value_loss',
      ],
    ],
    [
      'its evaluation',
      'eval/mean_reward',
      ['eval/mean_ep_length', 'rollout/ep_rew_mean', 'train/entropy_loss'],
    ],
    [
      'ultralytics',
      'metrics/mAP50-95B',
      ['lr/pg0', 'metrics/mAP50B', 'metrics/precisionB', 'train/box_loss', 'val/box_loss', 'val/cls_loss'],
    ],
    ['YOLOv5', 'metrics/mAP_0.5:0.95', ['metrics/mAP_0.5', 'metrics/recall', 'val/obj_loss', 'x/lr0']],
    ['statsmodels', 'aic', ['bic', 'condition_number', 'f_pvalue', 'mse_model', 'mse_resid', 'mse_total']],
    [
      "an evaluation of a regressor's",
      'mean_absolute_error',
      ['example_count', 'max_error', 'mean_squared_error', 'r2_score', 'sum_on_target'],
    ],
    ['XGBoost', 'validation-rmse', ['best_iteration', 'stopped_iteration', 'train-rmse']],
    [
      'transformers',
      'eval_loss',
      ['epoch', 'eval_runtime', 'eval_samples_per_second', 'grad_norm', 'total_flos', 'train_loss'],
    ],
    [
      "a search's candidate",
      'mean_test_score',
      ['mean_fit_time', 'rank_test_score', 'split0_test_score', 'std_test_score'],
    ],
    ['Lightning', 'train_loss_epoch', ['epoch', 'train_loss_step']],
    ['a metric of its own', 'val_custom', ['train_loss', 'train_accuracy']],
    ['only parts', 'val/box_loss', ['train/box_loss']],
    ['Optuna', 'value', ['duration_s']],
  ];
  for (const [name, first, others] of runs) {
    it(`of ${name} is ${first}, in whatever order the keys come`, () => {
      assert.equal(headlineMetric([first, ...others], [], undefined, undefined), first);
      assert.equal(headlineMetric([...others.toReversed(), first], [], undefined, undefined), first);
    });
  }

  it('is of metrics that half of the runs have, at least', () => {
    const run = (...keys: string[]): { metrics: { key: string }[] } => ({
      metrics: keys.map((key) => ({ key })),
    });
    assert.deepEqual(sharedMetrics([run('a', 'b'), run('a', 'b'), run('a'), run('a', 'c')]), ['a', 'b']);
    assert.deepEqual(sharedMetrics([]), []);
  });
});
