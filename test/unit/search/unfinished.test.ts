import * as assert from 'node:assert/strict';
import { hasWords, isUnfinished } from '../../../src/search/unfinished';

describe('search: a filter that is being typed', () => {
  const unfinished = [
    'metrics.rmse <',
    'metrics.`val',
    'metrics.`val/loss`',
    "status = '",
    "status = 'FI",
    "(status = 'FINISHED'",
    'not',
    'not (',
    'params.a in (',
    "params.a in ('x',",
    'params.a like',
    'metrics.a IS NOT',
    'metrics.a <= 3 or',
    '"two wor',
  ];
  for (const text of unfinished) {
    it(`is not finished: ${text}`, () => assert.equal(isUnfinished(text), true));
  }

  for (const text of [
    '',
    'word',
    'rmse < 3',
    "status = 'FINISHED'",
    'not (metrics.a < 3)',
    "params.a in ('x')",
  ]) {
    it(`is finished: ${text}`, () => assert.equal(isUnfinished(text), false));
  }

  it('is finished, and wrong, where the mistake is behind', () => {
    assert.equal(isUnfinished('status FINISHED and metrics.a < 3'), false);
    assert.equal(isUnfinished('metrics.m BETWEEN 0 AND 1'), false);
  });

  it('has words where any stand without a key', () => {
    for (const text of ['sweep', '"two words"', "status = 'FAILED' or not (sweep)", 'a and metrics.b < 1']) {
      assert.equal(hasWords(text), true, text);
    }
    for (const text of ['', "status = 'FAILED'", 'rmse < 3 or not metrics.b < 1', 'metrics.a <']) {
      assert.equal(hasWords(text), false, text);
    }
  });
});
