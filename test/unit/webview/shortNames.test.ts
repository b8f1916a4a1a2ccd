import * as assert from 'node:assert/strict';
import { shortNames } from '../../../webview/ui/shortNames';

describe('short names', () => {
  it('are the names where there is room, and cut at the end where that tells them apart', () => {
    assert.deepEqual(shortNames(['lasso', 'ridge'], 8), ['lasso', 'ridge']);
    assert.deepEqual(shortNames(['gradient boosting', 'random forest'], 10), ['gradient …', 'random fo…']);
  });

  it('keep the end where they begin alike', () => {
    assert.deepEqual(
      shortNames(
        ['xgboost · learning_rate 0.2, rmse 2.867', 'xgboost · learning_rate 0.2, rmse 2.908', 'lasso'],
        22,
      ),
      ['xgboost …2, rmse 2.867', 'xgboost …2, rmse 2.908', 'lasso'],
    );
    assert.deepEqual(shortNames(['["flip","crop"]', '["flip","crop","mixup"]'], 14), [
      '["fli…,"crop"]',
      '["fli…"mixup"]',
    ]);
  });

  it('are numbered where nothing else tells them apart', () => {
    const [first, second] = shortNames(['x'.repeat(50), 'x'.repeat(60)], 14);
    assert.notEqual(first, second);
    assert.match(second!, / \(2\)$/);
    assert.ok(second!.length <= 14);
  });
});
