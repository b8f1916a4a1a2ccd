import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decimalsFor, meanInColumn, numberInColumn } from '../../../src/mlflow/columnNumbers';
import { unitOfMetric } from '../../../src/mlflow/units';

/** As it stands in a column, with a blank for each digit that it lacks. */
function column(values: readonly number[], unit: ReturnType<typeof unitOfMetric> = null): string[] {
  const decimals = decimalsFor(values);
  return values.map((value) => {
    const written = numberInColumn(value, decimals, unit);
    return `${written.text}${' '.repeat(written.pad)}${written.unit}`;
  });
}

describe('numbers of a column', () => {
  it('have one number of decimals, and what is exact keeps its own, with room where the zeros would be', () => {
    assert.deepEqual(column([2.98012, 12.0801, 17.5, 3, 0.76949]), [
      '2.980',
      '12.080',
      '17.5  ',
      '3    ',
      '0.769',
    ]);
    assert.deepEqual(column([0.5, 0.25, 0.75]), ['0.5 ', '0.25', '0.75']);
    assert.deepEqual(column([1078928, 12, -3000]), ['1,078,928', '12', '−3,000']);
  });

  it('have as many as tell the middle half of close values apart', () => {
    assert.deepEqual(column([0.991321, 0.991345, 0.991367, 0.991389]), [
      '0.991321',
      '0.991345',
      '0.991367',
      '0.991389',
    ]);
  });

  it('are written on their own where the decimals would leave less than two digits, or none were decided', () => {
    assert.equal(numberInColumn(0.0001234567, 3).text, '0.0001235');
    assert.equal(numberInColumn(3.5, 0).text, '3.5');
    assert.equal(numberInColumn(1.5e12, 3).text, '1.5e12');
    assert.deepEqual(column([1.2345e-6, 3e-5, 1e-5]), ['1.234e-6', '3e-5', '1e-5']);
    assert.equal(decimalsFor([]), null);
    assert.equal(decimalsFor([NaN, Infinity]), null);
  });

  it('of bytes stand under each other in their units', () => {
    assert.deepEqual(column([129_664, 812, 1024, 3_355_443], 'bytes'), [
      '126.6 KiB',
      '812   B',
      '1   KiB',
      '3.2 MiB',
    ]);
  });

  it('have the unit that MLflow gives them in the name', () => {
    assert.deepEqual(
      [
        'system/cpu_utilization_percentage',
        'system/gpu_0_memory_usage_megabytes',
        'system/gpu_1_power_usage_watts',
        'model_size_bytes',
        'bytes',
        'error_percentage',
        'kilobytes',
        'time_seconds',
      ].map(unitOfMetric),
      ['percent', 'megabytes', 'watts', 'bytes', 'bytes', null, null, null],
    );
    assert.deepEqual(column([1234.56, 80.2], 'megabytes'), ['1,234.6 MB', '80.2 MB']);
    assert.equal(numberInColumn(NaN, 1, 'percent').unit, '');
  });

  it('have means and deviations with the same decimals', () => {
    assert.equal(meanInColumn(6.5123, 0.0456, 3), '6.512 ± 0.046');
    assert.equal(meanInColumn(-1234.5, 12.25, 0), '−1,234.5 ± 12.3');
    assert.equal(meanInColumn(4, 2, 0), '4 ± 2');
    assert.equal(meanInColumn(6.5, 0.00001, 3), null, 'a deviation that would read as none');
  });

  it('never look exact where they are rounded, and never lose more than the decimals cut off', () => {
    const any = fc.oneof(
      fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
      fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
      fc.integer(),
      fc
        .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -6, max: 4 }))
        .map(([n, e]) => Number(`${n}e${e}`)),
    );
    fc.assert(
      fc.property(any, fc.option(fc.nat({ max: 7 })), (value, decimals) => {
        const { text, pad } = numberInColumn(value, decimals);
        const plain = text.replace('−', '-').replaceAll(',', '');
        const read = Number(plain);
        const shown = plain.split('.')[1]?.length ?? 0;
        assert.ok(read === value || shown > 0, `${value} in ${decimals} decimals is ${text}`);
        assert.ok(Math.abs(read - value) <= Math.max(Math.abs(value) * 0.051, 0), `${value} is ${text}`);
        if (pad > 0) {
          assert.ok(read === value, 'only what is exact has blanks');
          assert.equal(shown + pad - (shown === 0 ? 1 : 0), decimals);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
