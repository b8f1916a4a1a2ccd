import * as assert from 'node:assert/strict';
import { workspaceToBeginWith } from '../../../src/mlflow/workspace';

describe('the workspace to begin with', () => {
  const of = (name: string, experiments: number, runs: number, models = 0) => ({
    ...{ name, experiments, runs, models },
  });

  it('is default where anybody uses it, and the busiest other one where nobody does', () => {
    assert.equal(workspaceToBeginWith([]), 'default');
    assert.equal(workspaceToBeginWith([of('default', 2, 0), of('team', 9, 9)]), 'default');
    assert.equal(workspaceToBeginWith([of('default', 1, 0, 1), of('team', 9, 9)]), 'default');
    assert.equal(workspaceToBeginWith([of('default', 1, 0), of('a', 1, 0), of('b', 1, 3)]), 'b');
    assert.equal(workspaceToBeginWith([of('default', 0, 0), of('a', 0, 0)]), 'default');
  });
});
