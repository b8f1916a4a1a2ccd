import * as assert from 'node:assert/strict';
import { runLabels } from '../../../src/state/runLabels';

const run = (runId: string, runName: string, params: Record<string, string> = {}) => ({
  info: {
    runId,
    runName,
    experimentId: '1',
    userId: '',
    status: 'FINISHED' as const,
    startTime: 0,
    endTime: 0,
    lifecycleStage: 'active' as const,
    artifactUri: '',
  },
  params: Object.entries(params).map(([key, value]) => ({ key, value })),
});

describe('labels of runs beside each other', () => {
  it('are the names, or the start of the id where there is none', () => {
    assert.deepEqual(runLabels([run('0123456789', 'a'), run('abcdef0123', '')]), ['a', 'abcdef01']);
  });

  it('tell runs of one name apart by the first param that differs in all of them', () => {
    const runs = [
      run('1', 'xgboost', { depth: '3', seed: '1', alpha: '0.1' }),
      run('2', 'lasso'),
      run('3', 'xgboost', { depth: '9', seed: '1', alpha: '0.1' }),
    ];
    assert.deepEqual(runLabels(runs), ['xgboost (depth 3)', 'lasso', 'xgboost (depth 9)']);
  });

  it('fall back to the id where no short param does', () => {
    const long = 'x'.repeat(5000);
    assert.deepEqual(
      runLabels([
        run('aaaaaaaa1', 'n', { list: `${long}1`, seed: '1' }),
        run('bbbbbbbb2', 'n', { list: `${long}2`, seed: '1' }),
      ]),
      ['n (aaaaaaaa)', 'n (bbbbbbbb)'],
    );
    assert.deepEqual(runLabels([run('aaaaaaaa1', 'n', { seed: '1' }), run('bbbbbbbb2', 'n')]), [
      'n (aaaaaaaa)',
      'n (bbbbbbbb)',
    ]);
  });
});
