import * as assert from 'node:assert/strict';
import { eachLine, readLine, type LoggedLine } from '../../../../src/stores/files/metricLines';

/** A generator of numbers that gives the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

describe('a line of a metric in an mlruns folder', () => {
  const read = readLine;

  /** As it is read among others. */
  function readQuickly(text: string): LoggedLine | null {
    let read: LoggedLine | null = null;
    eachLine(Buffer.from(`${text}\n`), (line) => {
      read = { ...line };
    });
    return read;
  }

  it('gives the double that its text is, whatever its digits', () => {
    const next = random(7);
    for (let i = 0; i < 100_000; i++) {
      const value =
        (next() + next() / 2 ** 32) * 10 ** Math.floor(next() * 40 - 20) * (next() < 0.5 ? -1 : 1);
      const text =
        i % 3 === 0
          ? String(value)
          : i % 3 === 1
            ? value.toFixed(Math.floor(next() * 20))
            : value.toPrecision(17);
      const line = `1700000000000 ${text} 3`;
      assert.ok(Object.is(readQuickly(line)?.value, Number(text)), text);
      assert.deepEqual(readQuickly(line), read(line));
    }
    for (const text of [
      '0',
      '-0.0',
      '5',
      '9007199254740993',
      '0.1',
      '1e-05',
      '5e-324',
      '1.7976931348623157e308',
    ]) {
      assert.ok(Object.is(readQuickly(`1 ${text} 0`)?.value, Number(text)), text);
    }
    assert.deepEqual(
      ['nan', 'inf', '-inf', 'NaN'].map((text) => read(`1 ${text} 0`)?.value),
      [NaN, Infinity, -Infinity, NaN],
    );
  });

  it('gives the nearest double where its text is in the middle of two, or beside that', () => {
    const next = random(9);
    for (let i = 0; i < 30_000; i++) {
      const odd = ((BigInt(Math.floor(next() * 2 ** 52)) + 2n ** 52n) << 1n) + 1n;
      const digits = String((odd << BigInt(i % 12)) + BigInt((i % 3) - 1));
      const place = Math.floor(next() * digits.length);
      for (const text of [
        digits,
        `${digits.slice(0, place) || '0'}.${digits.slice(place)}`,
        `0.00${digits}`,
      ]) {
        assert.ok(Object.is(readQuickly(`1 ${text} 0`)?.value, Number(text)), text);
      }
    }
  });

  it('has whole numbers for its time and its step, to the last digit', () => {
    const exact = read('9007199254740993 1.0 -9223372036854775807');
    assert.deepEqual(
      [exact?.timestamp, exact?.timestampRest, exact?.step, exact?.stepRest],
      [9007199254740992, 1, -9223372036854775808, 1],
    );
  });

  it('is none where a field is none', () => {
    for (const text of [
      '',
      ' ',
      '1',
      'x 1 1',
      '1 x 1',
      '1 1 x',
      '1  1',
      '1 1 ',
      '1.5 1 1',
      '1 . 1',
      '1 - 1',
      '- 1 1',
      `1 1 1 ${'x'.repeat(5000)}`,
    ]) {
      assert.equal(read(text), null, JSON.stringify(text));
      assert.equal(readQuickly(text), null, JSON.stringify(text));
    }
  });

  it('is read up to the last end, what is none passed over', () => {
    const values: number[] = [];
    const text = '1 1\r\nbad\n2 2 2 name digest\n3 3';
    const end = eachLine(Buffer.from(text), ({ value, step, rest }) => values.push(value, step, rest.length));
    assert.deepEqual(values, [1, 0, 0, 2, 2, 11]);
    assert.equal(end, text.length - 3);
  });
});
