import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  difference,
  exactDuration,
  exactNumber,
  formatAge,
  formatClock,
  formatDelta,
  formatDuration,
  formatNumber,
  formatPercent,
  formatSize,
  inertLines,
  inertText,
  plainLines,
  plainText,
} from '../../../src/mlflow/format';

describe('formats', () => {
  const numbers: [number | null, string][] = [
    [3.57912, '3.579'],
    [0, '0'],
    [-0.5, '−0.5'],
    [1e-7, '1e-7'],
    [0.000123456, '0.0001235'],
    [123456.789, '123,456.8'],
    [1234.5, '1,234.5'],
    [9999.96, '10,000.0'],
    [-999_999, '−999,999'],
    [123.04, '123.0'],
    [0.9999999, '1.000'],
    [0.50001, '0.5000'],
    [1078928, '1,078,928'],
    [15_000_100_000, '1.500e10'],
    [15_000_000_000, '1.5e10'],
    [1.00004e-7, '1.000e-7'],
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

  it('writes no number that is rounded as if it were exact', () => {
    const double = fc.double({ noNaN: true, min: -1e300, max: 1e300 });
    const usual = fc.double({ noNaN: true, min: -1e7, max: 1e7 });
    const decimal = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -6, max: 4 }));
    const any = fc.oneof(
      double,
      usual,
      fc.integer(),
      decimal.map(([n, e]) => Number(`${n}e${e}`)),
    );
    fc.assert(
      fc.property(any, fc.integer({ min: 2, max: 17 }), (value, digits) => {
        const text = formatNumber(value, digits);
        const read = Number(text.replace('−', '-').replaceAll(',', '').replace('∞', 'Infinity'));
        const mantissa = text.replace('−', '').replaceAll(',', '').split('e')[0]!;
        // A decimal at the least, which may be a zero: it is seen that there may be more.
        const looksRounded =
          mantissa.includes('.') && mantissa.replace('.', '').replace(/^0+/, '').length >= 2;
        assert.ok(read === value || looksRounded, `${value} with ${digits} digits is ${text}`);
        assert.ok(
          read === value || Math.abs(read - value) <= Math.abs(value) * 10 ** (1 - digits) * 0.51,
          `${value} with ${digits} digits is ${text}`,
        );
        if (read === value) {
          assert.doesNotMatch(mantissa, /\.\d*0$/, `${value} is exact and written as if cut off: ${text}`);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('writes a number with all of its digits where the exact one is asked for', () => {
    assert.deepEqual(
      [0.1, 1 / 3, 1078928.5, 12345678901, 9007199254740993n, NaN, -Infinity, null].map((value) =>
        exactNumber(value),
      ),
      ['0.1', '0.3333333333333333', '1078928.5', '12345678901', '9007199254740993', 'NaN', '−∞', '–'],
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        assert.equal(Number(exactNumber(value).replace(/−/g, '-')), value === 0 ? 0 : value);
      }),
    );
  });

  it('tells what two numbers differ by as their decimals do, not as binary fractions do', () => {
    assert.equal(difference(0.4, 0.5), 0.1);
    assert.equal(difference(0.8, 0.9), 0.1);
    assert.equal(difference(1e15, 1e15 + 1), 1);
    assert.equal(difference(0.1, 0.1 + 2 ** -56), 2 ** -56, 'not even the last bit is lost');
    assert.equal(difference(3, 3), 0);
    assert.equal(difference(2.5, NaN), NaN);
  });

  const deltas: [number, number, string][] = [
    [21072, 1100000, '+1,078,928'],
    [0.4, 0.5, '+0.1'],
    [0.4, 0.50001, '+0.100'],
    [3.5, 1.2345, '−2.27'],
    [1000.25, 1234.5678, '+234.3'],
  ];
  for (const [from, to, text] of deltas) {
    it(`writes the step from ${from} to ${to} as ${text}`, () =>
      assert.equal(formatDelta(difference(from, to)), text));
  }

  it('writes shares as percent, a sign only where it is asked for', () => {
    assert.deepEqual(
      [0.07, 0.125, 1 / 3, 1, 0, 0.00999, 46.00004, -0.07].map((share) => formatPercent(share)),
      ['7%', '12.5%', '33.3%', '100%', '0%', '0.999%', '4,600.0%', '−7%'],
    );
    assert.deepEqual(
      [0.07, -0.07].map((share) => formatPercent(share, true)),
      ['+7%', '−7%'],
    );
  });

  it('writes durations', () => {
    assert.deepEqual(
      [3040, 3_614_000, 86_700_000, 59_960, 1234.5].map((ms) => formatDuration(ms)),
      ['3.0s', '1h 0m', '1d 0h', '1m 0s', '1.2s'],
    );
    assert.deepEqual(
      [250, 3040, 41_200, 192_345, 3_600_000, 90_061_001].map((ms) => exactDuration(ms)),
      ['250ms', '3.04s', '41.2s', '3m 12.345s', '1h', '1d 1h 1m 1.001s'],
    );
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

  it('gives a time of today as on a clock, and any other with its day', () => {
    const now = new Date(2026, 10, 28, 18, 0).getTime();
    assert.equal(formatClock(new Date(2026, 10, 28, 9, 5).getTime(), now), '09:05');
    assert.equal(formatClock(new Date(2026, 10, 27, 23, 59).getTime(), now), '2026-11-27 23:59');
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
    assert.deepEqual(
      [0, 812, 41 * 1024, 3.25 * 1024 ** 2, 5 * 1024 ** 3, 1030, 41.04 * 1024, 1023.99 * 1024].map(
        formatSize,
      ),
      ['0 B', '812 B', '41 KiB', '3.3 MiB', '5 GiB', '1.0 KiB', '41.0 KiB', '1.0 MiB'],
    );
  });

  it('makes control characters and direction overrides visible', () => {
    assert.equal(plainText('a\u202Egpj.exe'), 'a�gpj.exe');
    assert.equal(plainText('two\nlines'), 'two⏎lines');
    for (const unseen of [
      ...['\u200b', '\u200c', '\u200d', '\u2060', '\u00ad', '\u034f', '\u3164', '\u115f', '\ufe0f', '\ufff9'],
      ...['\u{e0041}', '\u{e0100}', '\u180e', '\u206a', '\ufeff', '\u2067', '\u0085'],
    ]) {
      assert.equal(plainText(`prod${unseen}uction`), 'prod�uction', unseen.codePointAt(0)?.toString(16));
    }
    for (const seen of [
      '👨‍👩‍👧‍👦 👩🏽‍💻 ❤️‍🔥 🏳️‍🌈 1️⃣ ☀︎ \u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
      'می\u200cخواهم क्\u200dष 葛\u{e0100} naïve Größe 試',
    ]) {
      assert.equal(plainText(seen), seen);
    }
    assert.equal(plainText('nul\u0000'), 'nul�');
    assert.equal(Array.from(plainText('😀'.repeat(300))).length, 200);
  });

  it('leaves nothing in a text that VS Code would draw as an icon or a link', () => {
    // What VS Code 1.139.1 takes for a link, and for an icon (its linkedText.ts and iconLabels.ts).
    const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
    const icon = /\$\([\w-]+(~\w+)?\)/;
    const alphabet = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      '$',
      'x',
      'command:y',
      'https://z',
      ' ',
      '"',
      '\u200b',
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const inert = inertText(text);
        assert.doesNotMatch(inert, link);
        assert.doesNotMatch(inert, icon);
        assert.equal(inert.replaceAll('\u200b', ''), text.replaceAll('\u200b', '�'));
      }),
    );
    assert.equal(inertText('f[1](2) costs $(5)'), 'f[1]\u200b(2) costs $\u200b(5)');
    assert.equal(inertText('cost [$5], no more (so far)'), 'cost [$5], no more (so far)');
    assert.equal(inertText('two\nlines'), 'two⏎lines');
    assert.equal(inertLines('two\nlines [x](command:y)'), 'two\nlines [x]\u200b(command:y)');
  });

  it('cuts a dialog or tooltip of very many lines, and says how many more there are', () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `tag ${i}: [a](command:x)`);
    for (const drawn of [plainLines(lines, 300), inertLines(lines.join('\n'))]) {
      const shown = drawn.split('\n');
      assert.equal(shown.length, 100);
      assert.equal(shown.at(-1), '… 99,901 more lines');
    }
    assert.equal(plainLines(lines.slice(0, 100), 300).split('\n').at(-1), 'tag 99: [a](command:x)');
  });
});
