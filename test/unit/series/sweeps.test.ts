import * as assert from 'node:assert/strict';
import { readColumn } from '../../../src/series/columns';
import { paramImportance, type ImportanceResult } from '../../../src/series/importance';
import { paretoFront, rankRuns, tradeOff, type Objective } from '../../../src/series/pareto';
import { interpolate } from '../../../src/series/surface';
import { reference } from './reference';
import { near } from './smoothing.test';

type Found = Extract<ImportanceResult, { refused: null }>;

function importance(...args: Parameters<typeof paramImportance>): Found {
  const result = paramImportance(...args);
  if (result.refused !== null) {
    throw new assert.AssertionError({ message: result.refused });
  }
  return result;
}

describe('columns of a sweep', () => {
  it('read numbers in all spellings as one, and choose the axis', () => {
    const column = readColumn(['1e-3', '0.001', '0.0010', '1_0.5', null]);
    assert.deepEqual([...column.values.slice(0, 4)], [0.001, 0.001, 0.001, 10.5]);
    assert.deepEqual([column.kind, column.missing], ['log', 1]);
    assert.equal(readColumn(['1', '2', '-3']).kind, 'number');
    assert.equal(readColumn(['5', '5.0']).kind, 'constant');
    assert.equal(readColumn(['5', null]).kind, 'number');
    assert.equal(readColumn([null, null]).kind, 'empty');
    const odd = readColumn([1, NaN, Infinity, 0]);
    assert.deepEqual([odd.kind, odd.notFinite, odd.range], ['number', 2, [0, 1]]);
  });

  it('keep lists, None and texts of 5,000 characters as categories by their full text', () => {
    const long = 'x'.repeat(5000);
    const column = readColumn(['[1, 2]', `${long}a`, `${long}b`, 'None', '3']);
    assert.deepEqual([column.kind, column.categories.length], ['category', 5]);
    assert.equal(new Set(column.values).size, 5);
    assert.equal(readColumn(['__proto__', 'constructor']).categories.length, 2);
  });

  it('list categories in order, numbers in them by their value', () => {
    const column = readColumn(['[128]', 'None', '[64]', '[64, 64]', null, '[64]']);
    assert.deepEqual(column.categories, ['[64, 64]', '[64]', '[128]', 'None']);
    assert.deepEqual([...column.values], [2, 3, 1, 0, NaN, 1]);
  });

  it('are logarithmic where they span two and a half decades, not where they are spread evenly', () => {
    const kind = (values: readonly number[]) => readColumn(values.map(String)).kind;
    assert.equal(kind([1e-4, 1e-3, 1e-2, 1e-1]), 'log');
    assert.equal(kind([8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]), 'log');
    assert.equal(kind([1, 300]), 'number');
    assert.equal(kind([0, 1e-4, 1e-1]), 'number', 'zero has no place on it');
    assert.equal(kind([-1, 1e-4, 1e-1]), 'number');
    assert.equal(kind(Array.from({ length: 50 }, (_, i) => 1 + 20 * i)), 'number', 'seeds of 1 to 981');
  });
});

describe('importance', () => {
  const { importance: expected } = reference;
  const params = Object.entries(expected.params).map(([name, cells]) => ({ name, cells }));

  it("equals Optuna's PED-ANOVA and scipy's Spearman", () => {
    const found = importance(params, expected.objective, 'lower');
    assert.deepEqual([found.used, found.dropped], [80, 0]);
    for (const param of found.params) {
      near([param.importance], [expected.importance[param.name]!], 1e-6);
      assert.ok(param.low <= param.importance && param.importance <= param.high);
      if (param.name === 'model') {
        assert.equal(param.correlation, null);
        assert.equal(param.medians.at(-1)?.category, 'linear', 'the worst category is last');
      } else {
        near([param.correlation!], [expected.spearman[param.name]!]);
      }
    }
    assert.equal(found.params[0]!.name, 'lr');
  });

  it('of the negated objective, higher is better, is the same', () => {
    const negated = expected.objective.map((value) => -value);
    const a = importance(params, expected.objective, 'lower').params.map(({ importance: share }) => share);
    const b = importance(params, negated, 'higher').params.map(({ importance: share }) => share);
    assert.deepEqual(a, b);
  });

  it('says first how little it knows of under 30 runs', () => {
    const of = (runs: number): string | null =>
      importance(params, expected.objective.slice(0, runs), 'lower').caution;
    assert.equal(of(29), 'With 29 runs this is no more than a hint: a param can come first by chance.');
    assert.equal(of(30), null);
    assert.match(of(10) ?? '', /^With 10 runs/);
  });

  it('is refused with the reason under 10 runs, and for a constant objective', () => {
    const few = paramImportance(params, expected.objective.slice(0, 9), 'lower');
    assert.match(few.refused ?? '', /at least 10 runs.*there are 9/);
    const nan = paramImportance(params, new Float64Array(80).fill(NaN), 'lower');
    assert.match(nan.refused ?? '', /there are 0/);
    assert.match(paramImportance(params, new Float64Array(80), 'lower').refused ?? '', /same in every run/);
  });

  it('says which params are constant, which moved together, and how many runs were dropped', () => {
    const lr = expected.params['lr']!;
    const objective = expected.objective.map((value, i) => (i < 5 ? NaN : value));
    const found = importance(
      [
        { name: 'lr', cells: lr },
        { name: 'twin', cells: lr.map((value) => String(Number(value) * 2 + 1)) },
        { name: 'seed', cells: lr.map(() => '7') },
        { name: 'rare', cells: lr.map((value, i) => (i % 4 === 0 ? value : null)) },
      ],
      objective,
      'lower',
    );
    assert.equal(found.dropped, 5);
    assert.deepEqual(
      found.collinear.map(({ a, b }) => [a, b]).filter((pair) => !pair.includes('rare')),
      [['lr', 'twin']],
    );
    const seed = found.params.find(({ name }) => name === 'seed')!;
    assert.deepEqual([seed.kind, seed.importance, seed.correlation], ['constant', 0, null]);
    assert.equal(found.params.find(({ name }) => name === 'rare')!.runs, 18);
  });
});

describe('best model', () => {
  const { points, front } = reference.pareto;
  const objectives: Objective[] = [0, 1, 2].map((column) => ({
    name: `o${column}`,
    direction: 'lower',
    values: points.map((point) => point[column]!),
  }));

  it('the Pareto front equals that of a plain definition', () => {
    const found = paretoFront(
      objectives,
      points.map((_, i) => i),
    );
    assert.deepEqual(
      found.toSorted((a, b) => a - b),
      front,
    );
    const ranking = rankRuns(objectives, points.length);
    assert.deepEqual(
      ranking.order.slice(0, front.length).toSorted((a, b) => a - b),
      front,
    );
    assert.equal(ranking.fronts[ranking.compromise], 1);
  });

  it('leaves out and counts runs without an objective, and honours directions', () => {
    const ranking = rankRuns(
      [
        { name: 'accuracy', direction: 'higher', values: [0.9, 0.95, NaN, 0.8] },
        { name: 'model size', direction: 'lower', values: [10, 60, 1, 20] },
      ],
      4,
    );
    assert.deepEqual([ranking.order, ranking.dropped], [[1, 0, 3], 1]);
    assert.deepEqual([...ranking.fronts], [1, 1, 0, 2]);
    assert.deepEqual(rankRuns([], 3).order, []);
  });

  it('puts the trade-off in words', () => {
    const choice: Objective[] = [
      { name: 'rmse', direction: 'lower', values: [3.58, 3.594, 3.58] },
      { name: 'model size', direction: 'lower', values: [600, 100, 600] },
      { name: 'training time', direction: 'lower', values: [9, 3, 10] },
      { name: 'accuracy', direction: 'higher', values: [0.8, 0.9, 0] },
    ];
    assert.equal(
      tradeOff(choice, 1, 0),
      '0.391% worse rmse, 6× smaller (model size), 3× faster (training time), 12.5% better accuracy',
    );
    assert.match(tradeOff(choice, 2, 0), /^same rmse, same model size, 11\.1% slower \(training time\)/);
  });
});

describe('surface', () => {
  const { places, values, cells } = reference.surface;
  const points = places.map(([x, y], i) => ({ x, y, value: values[i]! }));

  it("equals scipy's linear interpolation, and is blank outside the hull and far from any run", () => {
    const found = interpolate(points, 'lower', 20, 20);
    assert.ok('values' in found);
    let compared = 0;
    cells.forEach((expected, i) => {
      if (expected === null) {
        assert.ok(Number.isNaN(found.values[i]), `cell ${i} lies outside the hull`);
      } else if (!Number.isNaN(found.values[i])) {
        near([found.values[i]!], [expected]);
        compared++;
      }
    });
    assert.ok(compared > 150);
  });

  it('is refused where there are too few places, or all on a line', () => {
    assert.ok('refused' in interpolate(points.slice(0, 7), 'lower', 20, 20));
    const line = points.map((point) => ({ ...point, y: point.x }));
    assert.ok('refused' in interpolate(line, 'lower', 20, 20));
    const same = points.map((point) => ({ ...point, x: 0.5, y: 0.5 }));
    assert.ok('refused' in interpolate(same, 'lower', 20, 20));
  });
});
