import * as assert from 'node:assert/strict';
import { NumberColumn, ranksOf, TextColumn } from '../../../../src/stores/runTable/columns';
import { RunIndex } from '../../../../src/stores/runTable/runIndex';

describe('columns of a run table', () => {
  it('gives equal numbers one place, leaves NaN out and knows infinities', () => {
    const values = Float64Array.of(2, NaN, -Infinity, 2, Infinity, -0, 0, 1e300);
    const { ranks, count } = ranksOf(values, (index) => index !== 7);
    assert.deepEqual([...ranks], [2, -1, 0, 2, 3, 1, 1, -1]);
    assert.equal(count, 4);
  });

  it('orders numbers by size, however they are written, and texts after them', () => {
    const column = new TextColumn(6);
    ['1e2', 'b', '100', '9', 'a', 'b'].forEach((text, row) => column.set(row, text));
    const { order, count } = column.ranking();
    assert.deepEqual(
      Array.from(column.codes, (code) => order[code]),
      [1, 3, 1, 0, 2, 3],
    );
    assert.equal(count, 4);
  });

  it('keeps a text once where texts repeat, and gives it one place where it is kept twice', () => {
    const rows = 20_000;
    const few = new TextColumn(rows);
    const many = new TextColumn(rows);
    for (let row = 0; row < rows; row++) {
      few.set(row, `run ${row % 100}`);
      many.set(row, `run ${row < 10_000 ? row : row % 5}`);
    }
    assert.equal(few.texts.length, 100);
    const { order, count } = many.ranking();
    assert.equal(count, 10_000);
    assert.equal(order[many.codes[3]!], order[many.codes[10_003]!]);
    assert.equal(many.copy(rows + 1).get(10_003), 'run 3');
  });

  it('tells a missing value from NaN', () => {
    const column = new NumberColumn(2);
    column.set(0, NaN);
    assert.ok(Number.isNaN(column.get(0)));
    assert.equal(column.get(1), undefined);
  });

  it('finds a run in whatever order it is asked for', () => {
    const index = new RunIndex(['a', 'b', 'c']);
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => index.get(id)),
      [0, 1, 2],
    );
    assert.deepEqual(
      ['c', 'a', 'x', 'b'].map((id) => index.get(id)),
      [2, 0, undefined, 1],
    );
    assert.equal(index.add('d'), 3);
    assert.deepEqual(
      ['d', 'd', 'a'].map((id) => index.get(id)),
      [3, 3, 0],
    );
    assert.ok(!index.has('e'));
  });
});
