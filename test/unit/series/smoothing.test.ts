import * as assert from 'node:assert/strict';
import { EmaSmoother, meanWindow, smooth } from '../../../src/series/smoothing';
import { reference } from './reference';

const { smoothing } = reference;
const x = Float64Array.from(smoothing.x);
const y = Float64Array.from(smoothing.y);

export function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    assert.ok(
      difference <= tolerance * Math.max(1, Math.abs(expected[i]!)),
      `at ${i}: ${actual[i]} is not ${expected[i]}`,
    );
  }
}

describe('smoothing', () => {
  it("equals TensorBoard's debiased exponential, and pandas' ewm", () => {
    near(smooth(x, y, { kind: 'ema', weight: 0.6 }), smoothing.ewm);
    near(smooth(x, y, { kind: 'ema', weight: 0.99 }), smoothing.ema['0.99']!);
  });

  it("equals W&B's time-weighted exponential", () => {
    near(smooth(x, y, { kind: 'twema', weight: 0.5 }), smoothing.twema['0.5']!);
    near(smooth(x, y, { kind: 'twema', weight: 0.9 }), smoothing.twema['0.9']!);
  });

  it("equals pandas' centred rolling mean", () => {
    assert.equal(meanWindow(0.2), 21);
    near(smooth(x, y, { kind: 'mean', weight: 0.2 }), smoothing.mean21);
  });

  for (const kind of ['ema', 'twema', 'mean'] as const) {
    it(`${kind}: starts anew after a gap, so nothing is averaged across it`, () => {
      const half = 120;
      const gap = y.slice();
      gap[half] = NaN;
      const whole = smooth(x, gap, { kind, weight: 0.6 });
      assert.ok(Number.isNaN(whole[half]));
      // Before the gap the values before it alone, after it those after it alone: changing one side leaves the other.
      const other = gap.slice();
      other.fill(1e6, 0, half - 20);
      const changed = smooth(x, other, { kind, weight: 0.6 });
      assert.deepEqual([...changed.slice(half)], [...whole.slice(half)]);
      assert.notEqual(changed[half - 1], whole[half - 1]);
    });

    it(`${kind}: leaves a constant as it is, and infinities where they are`, () => {
      const constant = new Float64Array(10).fill(0.1);
      assert.deepEqual(smooth(x.slice(0, 10), constant, { kind, weight: 0.9 }), constant);
      const values = Float64Array.of(1, 2, Infinity, -Infinity, 3);
      const result = smooth(x.slice(0, 5), values, { kind, weight: 0.5 });
      assert.equal(result[2], Infinity);
      assert.equal(result[3], -Infinity);
      assert.equal(result[4], 3);
    });
  }

  it('is the same one value at a time', () => {
    const smoother = new EmaSmoother(0.6);
    near(
      smoothing.y.map((value) => smoother.push(value)),
      smoothing.ewm,
    );
  });

  it('survives no points, one point and a weight of 1', () => {
    assert.equal(smooth(new Float64Array(0), new Float64Array(0), { kind: 'ema', weight: 0.5 }).length, 0);
    assert.deepEqual(
      [...smooth(Float64Array.of(1), Float64Array.of(5), { kind: 'twema', weight: 0.5 })],
      [5],
    );
    assert.deepEqual(
      [...smooth(Float64Array.of(1, 2), Float64Array.of(5, 6), { kind: 'ema', weight: 1 })],
      [0, 0],
    );
  });
});
