import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { sparkline } from '../../../src/series/sparkline';

function history(points: [step: number, value: number][]) {
  return {
    runId: 'r',
    key: 'k',
    steps: Float64Array.from(points, ([step]) => step),
    timestamps: Float64Array.from(points, (_, i) => i),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

describe('sparkline', () => {
  it('counts all points, and leaves NaN and the infinities out of picture and extremes', () => {
    const drawn = sparkline(
      history([
        [0, NaN],
        [1, 2],
        [2, Number.MAX_VALUE],
        [3, 1],
        [4, -Infinity],
      ]),
    );
    assert.equal(drawn.count, 5);
    assert.deepEqual([drawn.min, drawn.max], [1, 2]);
    assert.deepEqual([...drawn.steps], [1, 3]);
  });

  it('draws in the order of steps, whatever the order of logging', () => {
    const drawn = sparkline(
      history([
        [2, 20],
        [0, 0],
        [1, 10],
      ]),
    );
    assert.deepEqual([...drawn.values], [0, 10, 20]);
  });

  it('says nothing of an empty history', () => {
    assert.deepEqual(sparkline(history([])), {
      key: 'k',
      count: 0,
      min: null,
      max: null,
      steps: new Float64Array(),
      values: new Float64Array(),
    });
  });

  it('never loses a spike and stays small', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          const many = Array.from({ length: 50 }, () => values).flat();
          const drawn = sparkline(history(many.map((value, i) => [i, value])), 10);
          assert.ok(drawn.values.length <= Math.max(20, 1));
          assert.ok(drawn.values.includes(drawn.min!) || drawn.min === null);
          assert.ok(drawn.values.includes(drawn.max!) || drawn.max === null);
        },
      ),
    );
  });
});
