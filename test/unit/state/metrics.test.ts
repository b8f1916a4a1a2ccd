import * as assert from 'node:assert/strict';
import { headlineMetric, metricDirection } from '../../../src/state/metrics';

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
});
