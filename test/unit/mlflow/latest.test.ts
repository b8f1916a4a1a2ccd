import * as assert from 'node:assert/strict';
import { isLater } from '../../../src/mlflow/latest';

describe('the latest value of a metric', () => {
  const than = { step: 2, timestamp: 20, value: 0.5 };

  it('is that of the greatest step, then of the greatest time, then the greatest', () => {
    assert.deepEqual(
      [
        [3, 1, 0],
        [1, 99, 9],
        [2, 21, 0],
        [2, 19, 9],
        [2, 20, 0.6],
        [2, 20, 0.5],
        [2, 20, 0.4],
      ].map(([step, timestamp, value]) => isLater(step!, timestamp!, value!, than)),
      [true, false, true, false, true, false, false],
    );
  });

  it('compares NaN as 0, as MLflow stores it', () => {
    assert.equal(isLater(2, 20, NaN, than), false);
    assert.equal(isLater(2, 20, NaN, { ...than, value: -1 }), true);
    assert.equal(isLater(2, 20, 0.1, { ...than, value: NaN }), true);
    assert.equal(isLater(2, 20, -0.1, { ...than, value: NaN }), false);
  });
});
