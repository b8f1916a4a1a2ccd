import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Sampling, SampledSeries } from '../../../src/mlflow/samples';
import { Buckets } from '../../../src/series/buckets';
import { HistoryColumns } from '../../../src/series/history';

const base: Sampling = { x: 'step', logX: false, logY: false, range: null, buckets: 100, smoothing: null };
const key = { runId: 'r', key: 'm', origin: null };

function history(
  points: readonly (readonly [step: number, timestamp: number, value: number])[],
): HistoryColumns {
  const columns = new HistoryColumns();
  columns.append({
    steps: points.map(([step]) => step),
    timestamps: points.map(([, timestamp]) => timestamp),
    values: points.map(([, , value]) => value),
  });
  return columns;
}

function sample(columns: HistoryColumns, sampling: Partial<Sampling> = {}): SampledSeries {
  return columns.sample(key, { ...base, ...sampling }, true);
}

const finite = (values: Float64Array): number[] => [...values].filter((value) => !Number.isNaN(value));

describe('histories', () => {
  it('keeps a spike of one step at every zoom, linear and logarithmic', () => {
    const columns = new HistoryColumns();
    const count = 1_000_000;
    const steps = Float64Array.from({ length: count }, (_, i) => i + 1);
    const values = steps.map((step) => (step === 654_321 ? 1000 : Math.sin(step / 1000)));
    columns.append({ steps, timestamps: steps, values });
    for (const logX of [false, true]) {
      for (const width of [1_000_000, 300_000, 10_000, 1_000, 20]) {
        const range: [number, number] = [Math.max(1, 654_321 - width), Math.min(count, 654_321 + width)];
        const found = sample(columns, { logX, range, buckets: 400 });
        assert.equal(Math.max(...finite(found.line.y)), 1000, `log ${logX}, width ${width}`);
        const at = found.line.y.indexOf(1000);
        assert.equal(found.line.x[at], 654_321);
        assert.equal(found.line.steps[at], 654_321);
        assert.ok(found.line.x.length <= 400 * 4 + 2);
      }
    }
    const whole = sample(columns, { buckets: 900 });
    assert.deepEqual([whole.points, whole.buckets, whole.exact], [count, 900, false]);
  });

  it('draws each point where there are few, with its own step', () => {
    const found = sample(
      history([
        [3, 30, 0.3],
        [1, 10, 0.1],
        [2, 20, 0.2],
      ]),
    );
    assert.deepEqual([...found.line.x], [1, 2, 3]);
    assert.deepEqual([...found.line.y], [0.1, 0.2, 0.3]);
    assert.equal(found.exact, true);
    assert.equal(found.last?.y, 0.3);
  });

  it('marks NaN and the infinities, counts them, and breaks the line there', () => {
    const found = sample(
      history([
        [0, 0, 1],
        [1, 1, NaN],
        [2, 2, 2],
        [3, 3, Infinity],
        [4, 4, -Infinity],
        [5, 5, 3],
      ]),
    );
    assert.deepEqual([...found.marks.x], [1, 3, 4]);
    assert.deepEqual([...found.marks.kinds], [0, 1, 2]);
    assert.deepEqual([found.nan, found.infinite, found.points], [1, 2, 6]);
    assert.deepEqual(
      [...found.line.y].map((value) => (Number.isNaN(value) ? 'break' : value)),
      [1, 'break', 2, 'break', 3],
    );
    assert.deepEqual([found.min?.y, found.max?.y], [1, 3]);
  });

  it('breaks the line in buckets too, where a column holds nothing else', () => {
    const points = Array.from({ length: 10_000 }, (_, i) => [i, i, i >= 4000 && i < 6000 ? NaN : i] as const);
    const found = sample(history(points), { buckets: 10 });
    assert.equal(found.exact, false);
    const breaks = [...found.line.y].flatMap((value, i) => (Number.isNaN(value) ? [i] : []));
    assert.equal(breaks.length, 1);
    assert.ok(found.line.x[breaks[0]! - 1]! < 4000 && found.line.x[breaks[0]! + 1]! >= 6000);
    assert.equal(
      found.marks.counts.reduce((a, b) => a + b),
      2000,
    );
  });

  it('handles one point, all NaN, all equal, nothing at all', () => {
    const one = sample(history([[7, 70, 0.5]]));
    assert.deepEqual([[...one.line.x], one.extent], [[7], [7, 7]]);
    const nan = sample(
      history([
        [0, 0, NaN],
        [1, 1, NaN],
      ]),
    );
    assert.deepEqual([finite(nan.line.y).length, nan.nan, nan.min], [0, 2, null]);
    assert.ok(Number.isNaN(nan.last?.y));
    const equal = sample(history(Array.from({ length: 2000 }, (_, i) => [i, i, 5] as const)), {
      buckets: 10,
    });
    assert.deepEqual([equal.min?.y, equal.max?.y], [5, 5]);
    const none = sample(new HistoryColumns());
    assert.deepEqual([none.points, none.line.x.length, none.extent, none.last], [0, 0, null, null]);
  });

  it('handles repeated, negative and huge steps, and clocks that run backwards', () => {
    const repeated = sample(
      history([
        [1, 30, 3],
        [1, 10, 1],
        [1, 20, 2],
      ]),
    );
    assert.deepEqual([...repeated.line.y], [1, 2, 3], 'a repeated step is drawn in the order of time');
    assert.equal(repeated.last?.y, 3);
    const huge = sample(
      history([
        [-(2 ** 53), 0, 1],
        [0, 1, 2],
        [2 ** 53, 2, 3],
      ]),
      { buckets: 1 },
    );
    assert.deepEqual([...huge.line.x], [-(2 ** 53), 0, 2 ** 53]);
    const backwards = history([
      [0, 1000, 1],
      [1, 900, 2],
      [2, 1100, 3],
    ]);
    assert.deepEqual([...sample(backwards, { x: 'time' }).line.steps], [1, 0, 2]);
    assert.deepEqual([...sample(backwards, { x: 'relative' }).line.x], [0, 100, 200]);
    assert.deepEqual(
      [...backwards.sample({ ...key, origin: 400 }, { ...base, x: 'relative' }, true).line.x],
      [500, 600, 700],
    );
  });

  it('says what a logarithmic axis cannot show', () => {
    const columns = history([
      [-1, 0, 1],
      [0, 1, 2],
      [1, 2, -3],
      [10, 3, 4],
      [100, 4, 0],
      [1000, 5, 5],
    ]);
    const logX = sample(columns, { logX: true });
    assert.deepEqual([[...logX.line.x], logX.notPositive], [[1, 10, 100, 1000], 2]);
    const logY = sample(columns, { logY: true });
    assert.deepEqual([finite(logY.line.y), logY.notPositive], [[1, 2, 4, 5], 2]);
    assert.deepEqual([...logY.marks.kinds], [3, 3]);
  });

  it('lets the line run on to the next point outside the range', () => {
    const points = Array.from({ length: 100 }, (_, i) => [i * 10, i, i] as const);
    const found = sample(history(points), { range: [105, 195] });
    assert.deepEqual([found.line.x[0], found.line.x.at(-1), found.visible], [100, 200, 9]);
    const empty = sample(history(points), { range: [101, 109] });
    assert.deepEqual([[...empty.line.x], empty.visible], [[100, 110], 0]);
  });

  it('smooths the whole history before it is sampled', () => {
    const points = Array.from({ length: 5000 }, (_, i) => [i, i, i % 2] as const);
    const whole = sample(history(points), { smoothing: { kind: 'ema', weight: 0.9 }, buckets: 5000 });
    const zoomed = sample(history(points), {
      smoothing: { kind: 'ema', weight: 0.9 },
      range: [4000, 4010],
    });
    const at = zoomed.smoothed!.x.indexOf(4005);
    assert.equal(zoomed.smoothed!.y[at], whole.smoothed!.y[4005]);
  });

  it('grows by what is new', () => {
    const columns = history([[0, 0, 1]]);
    assert.deepEqual([...sample(columns).line.x], [0]);
    columns.append({ steps: [1, 2], timestamps: [1, 2], values: [5, 4] });
    const found = sample(columns);
    assert.deepEqual([[...found.line.x], found.points, found.max?.y, found.last?.y], [[0, 1, 2], 3, 5, 4]);
  });
});

describe('buckets', () => {
  const point = fc.record({
    x: fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
    y: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  });

  it('of any growing range, in any order of arrival, keep the extremes and both ends', () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 2, max: 40 }),
        (points, n) => {
          const buckets = new Buckets(n, null, false);
          points.forEach(({ x, y }, i) => buckets.push(x, y, i, i, -1));
          const line = buckets.line();
          assert.equal(buckets.visible, points.length);
          assert.ok(line.x.length <= n * 4);
          assert.ok(
            [...line.x].every((x, i) => i === 0 || x >= line.x[i - 1]!),
            'ascending',
          );
          const ys = points.map(({ y }) => y);
          const xs = points.map(({ x }) => x);
          assert.equal(Math.max(...line.y), Math.max(...ys));
          assert.equal(Math.min(...line.y), Math.min(...ys));
          assert.equal(line.x[0]! + 0, Math.min(...xs) + 0);
          assert.equal(line.x.at(-1)! + 0, Math.max(...xs) + 0);
          const known = new Set(points.map(({ x, y }) => `${x} ${y}`));
          assert.ok(
            [...line.x].every((x, i) => known.has(`${x} ${line.y[i]}`)),
            'only points that were logged',
          );
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('count every mark, however the columns are merged', () => {
    const buckets = new Buckets(8, null, false);
    for (let i = 0; i < 10_000; i++) {
      buckets.push(i, NaN, i, i, i % 3);
    }
    assert.equal(
      buckets.marks().counts.reduce((a, b) => a + b),
      10_000,
    );
    assert.equal(buckets.line().x.length, 0);
  });
});
