import * as assert from 'node:assert/strict';
import { evenTicks, logTicks, roundRange } from '../../../src/series/ticks';

describe('round places on an axis', () => {
  it('are multiples of 1, 2 or 5 times a power of ten, as many as there is room for', () => {
    assert.deepEqual(evenTicks(0, 59, 8), [0, 10, 20, 30, 40, 50]);
    assert.deepEqual(evenTicks(0.04, 0.5, 6), [0.1, 0.2, 0.3, 0.4, 0.5]);
    assert.deepEqual(evenTicks(2, 8, 8), [2, 3, 4, 5, 6, 7, 8]);
    assert.deepEqual(evenTicks(-3e-5, 3e-5, 4), [-2e-5, 0, 2e-5]);
    assert.deepEqual(evenTicks(7, 7, 8), [7]);
    for (const [low, high] of [
      [1.17e-5, 0.0899],
      [8, 256],
      [-1e9, 1e9],
      [1e9 + 1, 1e9 + 7],
    ] as const) {
      const ticks = evenTicks(low, high, 8);
      assert.ok(ticks.length >= 3 && ticks.length <= 8, `${ticks.join()} of ${low} to ${high}`);
      assert.ok(ticks.every((tick) => tick >= low && tick <= high));
      const step = (ticks[1]! - ticks[0]!).toExponential(6);
      assert.match(step, /^[125]\.0+e/);
    }
  });

  it('are powers of ten on a logarithmic axis, with 2 and 5 between them where there is room', () => {
    assert.deepEqual(logTicks(1.17e-5, 0.0899, 8), [1e-4, 1e-3, 1e-2]);
    assert.deepEqual(logTicks(1e-5, 0.1, 8), [1e-5, 1e-4, 1e-3, 1e-2, 0.1]);
    assert.deepEqual(logTicks(8, 256, 8), [10, 20, 50, 100, 200]);
    assert.deepEqual(logTicks(1e-12, 1, 8), [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1]);
  });

  it('are whole minutes and hours of a duration, and whole KiB of a size', () => {
    assert.deepEqual(evenTicks(100, 900, 6, 'seconds'), [300, 600, 900]);
    assert.deepEqual(evenTicks(0, 40_000, 8, 'seconds'), [0, 7200, 14400, 21600, 28800, 36000]);
    assert.deepEqual(evenTicks(0, 4, 6, 'seconds'), [0, 1, 2, 3, 4]);
    assert.deepEqual(
      evenTicks(0, 5 * 1024 ** 2, 6, 'bytes'),
      [0, 1, 2, 3, 4, 5].map((n) => n * 1024 ** 2),
    );
  });

  it('stand at the ends, too, where an axis hardly grows by that', () => {
    assert.deepEqual(roundRange([0.04, 0.5], false, 8), [0, 0.5]);
    assert.deepEqual(roundRange([0, 59], false, 8), [0, 60]);
    assert.deepEqual(roundRange([8, 256], false, 8), [0, 256], '300 would leave a sixth empty');
    assert.deepEqual(roundRange([1.17e-5, 0.0899], true, 8), [1e-5, 0.1]);
    assert.deepEqual(roundRange([3, 3], false, 8), [3, 3]);
    assert.deepEqual(
      roundRange([5e-4, 4e-2], true, 8),
      [5e-4, 4e-2].map((end) => (end < 1e-3 ? 5e-4 : 5e-2)),
    );
  });
});
