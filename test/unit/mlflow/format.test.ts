import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  formatAge,
  formatDuration,
  formatNumber,
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
