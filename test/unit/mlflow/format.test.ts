import * as assert from 'node:assert/strict';
import {
  formatAge,
  formatDuration,
  formatNumber,
  formatSize,
  iconlessText,
  plainText,
} from '../../../src/mlflow/format';

describe('formats', () => {
  const numbers: [number | null, string][] = [
    [3.57912, '3.579'],
    [0, '0'],
    [-0.5, '−0.5'],
    [1e-7, '1e-7'],
    [0.000123456, '0.0001235'],
    [123456.789, '123457'],
    [1234567890123, '1.235e12'],
    [42, '42'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
    [Number.MAX_VALUE, '∞'],
    [null, '–'],
  ];
  for (const [value, text] of numbers) {
    it(`writes ${value} as ${text}`, () => assert.equal(formatNumber(value), text));
  }

  it('writes durations', () => {
    assert.deepEqual([0, 250, 3120, 41_000, 192_000, 3_600_000, 90_000_000, null].map(formatDuration), [
      '0ms',
      '250ms',
      '3.1s',
      '41s',
      '3m 12s',
      '1h',
      '1d 1h',
      '–',
    ]);
  });

  it('writes ages under a week relatively, else the date', () => {
    const now = Date.UTC(2026, 6, 28, 12);
    assert.equal(formatAge(now - 30_000, now), 'just now');
    assert.equal(formatAge(now - 5 * 60_000, now), '5m ago');
    assert.equal(formatAge(now - 3 * 3600_000, now), '3h ago');
    assert.equal(formatAge(now - 2 * 86400_000, now), '2d ago');
    assert.match(formatAge(now - 8 * 86400_000, now), /^2026-07-20$/);
    assert.equal(formatAge(null, now), '–');
  });

  it('writes sizes in powers of 1024', () => {
    assert.deepEqual([0, 812, 41 * 1024, 3.25 * 1024 ** 2, 5 * 1024 ** 3].map(formatSize), [
      '0 B',
      '812 B',
      '41 KiB',
      '3.3 MiB',
      '5 GiB',
    ]);
  });

  it('makes control characters and direction overrides visible', () => {
    assert.equal(plainText('a\u202Egpj.exe'), 'a�gpj.exe');
    assert.equal(plainText('two\nlines'), 'two⏎lines');
    assert.equal(plainText('nul\u0000'), 'nul�');
    assert.equal(Array.from(plainText('😀'.repeat(300))).length, 200);
  });

  it('leaves no icon in the text of a quick pick', () => {
    assert.equal(iconlessText('$(trash) all $5 $(x'), '\\$(trash) all $5 \\$(x');
  });
});
