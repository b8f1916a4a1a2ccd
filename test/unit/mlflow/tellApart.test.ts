import * as assert from 'node:assert/strict';
import { runLabels, tellApart, type NamedRun } from '../../../src/mlflow/tellApart';

const DAY = new Date(2026, 4, 1, 14, 3, 9).getTime();

const run = (
  runId: string,
  runName: string,
  params: Record<string, string> = {},
  metrics: Record<string, number> = {},
  startTime: number | null = DAY,
): NamedRun => ({
  info: { runId, runName, startTime },
  params: Object.entries(params).map(([key, value]) => ({ key, value })),
  metrics: Object.entries(metrics).map(([key, value]) => ({ key, value })),
});

describe('runs beside each other', () => {
  it('are called by their names, or by 8 digits of the id where there is none', () => {
    assert.deepEqual(runLabels([run('0123456789', 'a'), run('abcdef0123', '')]), ['a', 'abcdef01']);
    assert.deepEqual(tellApart([run('1', 'a'), run('2', 'b')]), [null, null]);
  });

  it('of one name are told apart by the param that differs', () => {
    const runs = [
      run('1', 'bold-fox-12', { lr: '0.1', seed: '1', output_dir: '/tmp/a' }),
      run('2', 'lasso', { lr: '0.1' }),
      run('3', 'bold-fox-12', { lr: '0.01', seed: '1', output_dir: '/tmp/b' }),
    ];
    assert.deepEqual(runLabels(runs), ['bold-fox-12 · lr 0.1', 'lasso', 'bold-fox-12 · lr 0.01']);
  });

  it('of one name are told apart by as few params as do it', () => {
    const grid = ['0.1', '0.01'].flatMap((lr) => ['3', '9'].map((depth) => ({ lr, depth, batch: '32' })));
    assert.deepEqual(tellApart(grid.map((params, index) => run(String(index), 'n', params))), [
      'depth 3, lr 0.1',
      'depth 9, lr 0.1',
      'depth 3, lr 0.01',
      'depth 9, lr 0.01',
    ]);
  });

  it('with the same params are told apart by a metric, the one that ranks first', () => {
    const runs = [
      run('1', 'n', { lr: '0.1' }, { rmse: 3.61, 'system/cpu': 1, a_time: 5 }),
      run('2', 'n', { lr: '0.10' }, { rmse: 3.58, 'system/cpu': 2, a_time: 6 }),
    ];
    assert.deepEqual(
      tellApart(runs, (key) => Number(key !== 'rmse')),
      ['rmse 3.61', 'rmse 3.58'],
    );
    assert.deepEqual(tellApart(runs), ['a_time 5', 'a_time 6']);
  });

  it('with the same params and metrics are told apart by when they started, exactly enough', () => {
    const at = (...times: (number | null)[]): (string | null)[] =>
      tellApart(times.map((time, index) => run(`${index}0000000f`, 'n', {}, {}, time)));
    assert.deepEqual(at(DAY, DAY + 1000), ['started 14:03:09', 'started 14:03:10']);
    assert.deepEqual(at(DAY, DAY + 5), ['started 14:03:09.000', 'started 14:03:09.005']);
    assert.deepEqual(at(DAY, DAY + 86_400_000), ['started 2026-05-01', 'started 2026-05-02']);
    assert.deepEqual(at(DAY, null), ['started 2026-05-01', 'started –']);
  });

  it('that are alike in all of that are told apart by their ids, 8 digits or more', () => {
    assert.deepEqual(tellApart([run('aaaaaaaa1', 'n'), run('bbbbbbbb2', 'n')]), ['aaaaaaaa', 'bbbbbbbb']);
    assert.deepEqual(tellApart([run('aaaaaaaa1', 'n'), run('aaaaaaaa2', 'n')]), ['aaaaaaaa1', 'aaaaaaaa2']);
  });

  it('are told apart by another way only where the first left them alike', () => {
    const runs = [
      run('1', 'n', { lr: '0.1' }, { rmse: 1 }),
      run('2', 'n', { lr: '0.01' }, { rmse: 2 }),
      run('3', 'n', { lr: '0.01' }, { rmse: 3 }),
    ];
    assert.deepEqual(tellApart(runs), ['lr 0.1', 'lr 0.01, rmse 2', 'lr 0.01, rmse 3']);
  });

  it('say of a param that one run lacks that it is missing', () => {
    assert.deepEqual(tellApart([run('1', 'n', { lr: '0.1' }), run('2', 'n')]), ['lr 0.1', 'lr –']);
    assert.deepEqual(tellApart([run('1', 'n'), run('2', 'n', { lr: '0.1' })]), ['lr –', 'lr 0.1']);
  });

  it('write a metric with as many digits as tell apart', () => {
    const runs = [run('1', 'n', {}, { f1: 0.812345 }), run('2', 'n', {}, { f1: 0.812346 })];
    assert.deepEqual(tellApart(runs), ['f1 0.812345', 'f1 0.812346']);
  });

  it('take a hostile key or value for text of bounded length', () => {
    const long = 'x'.repeat(100_000);
    const runs = [
      run('aaaaaaaa1', 'n', { [`${long}\u202e`]: '1', list: `${long}1` }),
      run('bbbbbbbb2', 'n', { [`${long}\u202e`]: '2\u202e\n', list: `${long}2` }),
    ];
    const texts = tellApart(runs);
    assert.ok(texts.every((text) => text !== null && text.length < 60 && !/[\u202e\n]/.test(text)));
    assert.notEqual(texts[0], texts[1]);
    // Values that look alike where they are cut tell nothing.
    const cut = [run('aaaaaaaa1', 'n', { list: `${long}1` }), run('bbbbbbbb2', 'n', { list: `${long}2` })];
    assert.deepEqual(tellApart(cut), ['aaaaaaaa', 'bbbbbbbb']);
  });

  it('are told apart among thousands of one name', () => {
    const runs = Array.from({ length: 5000 }, (_, index) =>
      run(String(index), 'n', {
        ...Object.fromEntries(
          Array.from({ length: 60 }, (__, key) => [`p${key}`, String(index % (key + 2))]),
        ),
        trial: String(index),
      }),
    );
    assert.equal(new Set(tellApart(runs)).size, 5000);
  });
});
