import * as assert from 'node:assert/strict';
import { StoreError } from '../../../src/mlflow/errors';
import { parseRunLink, runLink } from '../../../src/mlflow/runLink';

describe('runLink', () => {
  it('comes back as it went, whatever the path holds', () => {
    for (const store of ['sqlite:////a b/ü&x=1#.db', 'http://host:5000', 'file:///m%20lruns']) {
      const target = { store, runId: '0275b70ee1d54f45bfd808c8f2023443' };
      assert.deepEqual(parseRunLink(runLink(target)), target);
      assert.deepEqual(parseRunLink(runLink(target, 'vscode-insiders')), target);
    }
  });

  it('refuses what names no run', () => {
    for (const link of [
      '',
      'no link',
      'vscode://mlflow-lens.mlflow-lens/run',
      'vscode://mlflow-lens.mlflow-lens/run?store=a',
      'vscode://mlflow-lens.mlflow-lens/run?store=a&runId=../x',
      'vscode://mlflow-lens.mlflow-lens/delete?store=a&runId=b',
    ]) {
      assert.throws(() => parseRunLink(link), StoreError, link);
    }
  });
});
