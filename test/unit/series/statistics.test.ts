import * as assert from 'node:assert/strict';
import { alignTo, groupBand } from '../../../src/series/bands';
import { robustRange } from '../../../src/series/robustRange';
import { normalCdf, ranks, spearman, studentQuantile } from '../../../src/series/statistics';
import { reference } from './reference';
import { near } from './smoothing.test';

describe('statistics', () => {
  it("Student's quantiles equal scipy's", () => {
    for (const [probability, degrees, expected] of reference.students) {
      near([studentQuantile(probability, degrees)], [expected]);
    }
  });

  it('the normal distribution is exact in the tail too', () => {
    near([normalCdf(0), normalCdf(1.959963984540054)], [0.5, 0.975]);
    assert.ok(Math.abs(normalCdf(-10) / 7.61985302416047e-24 - 1) < 1e-10);
  });

  it("Spearman's correlation equals scipy's, with ties", () => {
    for (const { a, b, rho } of reference.spearman) {
      near([spearman(a, b)!], [rho]);
    }
    assert.deepEqual(ranks([3, 1, 3, 2]), [3.5, 1, 3.5, 2]);
    assert.equal(spearman([1, 1, 1], [1, 2, 3]), null);
  });
});

describe('groups', () => {
  const { bands } = reference;
  const lines = bands.lines.map(({ x, y }) => ({ x: Float64Array.from(x), y: Float64Array.from(y) }));

  it("mean, n and the three bands equal numpy's and scipy's on runs of unequal steps", () => {
    const extremes = groupBand(lines, 'minmax', false);
    near(extremes.x, bands.x);
    assert.deepEqual([...extremes.n], bands.n);
    near(extremes.mean, bands.mean);
    near(extremes.low, bands.min);
    near(extremes.high, bands.max);
    const check = (kind: 'std' | 'interval', expected: (number | null)[]): void => {
      const band = groupBand(lines, kind, false);
      expected.forEach((half, i) => {
        if (half === null) {
          assert.ok(Number.isNaN(band.low[i]), `one run at ${band.x[i]} has no spread`);
        } else {
          near([band.high[i]! - band.mean[i]!, band.mean[i]! - band.low[i]!], [half, half]);
        }
      });
    };
    check('std', bands.std);
    check('interval', bands.interval);
  });

  it('three runs: the interval is 4.30 standard errors, not 1.96', () => {
    const three = [1, 2, 3].map((value) => ({ x: Float64Array.of(0), y: Float64Array.of(value) }));
    const band = groupBand(three, 'interval', false);
    near([(band.high[0]! - 2) / (1 / Math.sqrt(3))], [4.302652729911275]);
  });

  it("aligns on a logarithmic axis as numpy's interp on the logarithms", () => {
    const { line, x: at, y: expected } = reference.bands.log;
    const columns = { x: Float64Array.from(line.x), y: Float64Array.from(line.y) };
    near(alignTo(Float64Array.from(at), columns, true), expected);
  });

  it('interpolates on the logarithm of a logarithmic axis, never across a break', () => {
    const line = { x: Float64Array.of(1, 100), y: Float64Array.of(0, 2) };
    const other = { x: Float64Array.of(10), y: Float64Array.of(5) };
    near(groupBand([line, other], 'minmax', true).low, [0, 1, 2]);
    const broken = { x: Float64Array.of(1, 5, 100), y: Float64Array.of(0, NaN, 2) };
    assert.deepEqual([...groupBand([broken, other], 'minmax', false).n], [1, 1, 1]);
  });
});

describe('robust range', () => {
  it('leaves a far spike off the scale, but no line', () => {
    const calm = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i));
    const spike = calm.slice();
    spike[50] = 1e6;
    const far = calm.map((value) => value + 500);
    const [low, high] = robustRange([spike, far])!;
    assert.ok(low >= -1 && low <= 0 && high > 499 && high < 502);
  });

  it('never drops more than 5 % of a line, and knows no values', () => {
    const plateau = Float64Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : i));
    assert.ok(robustRange([plateau])![1] >= 94);
    assert.equal(robustRange([Float64Array.of(NaN, Infinity)]), null);
    assert.deepEqual(robustRange([Float64Array.of(3)]), [3, 3]);
  });
});
