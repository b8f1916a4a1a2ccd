import * as assert from 'node:assert/strict';
import { readJson, realOf, wholeOf } from '../../../../src/stores/rest/json';

function read(text: string): unknown {
  return readJson(new TextEncoder().encode(text));
}

describe('the JSON of a tracking server', () => {
  it('keeps each digit of a step beyond 2^53, and its sign', () => {
    const { step, steps } = read('{"step": 9007199254740993, "steps":[-9223372036854775808,7]}') as {
      step: unknown;
      steps: unknown[];
    };
    assert.deepEqual(wholeOf(step), { value: 9007199254740992, rest: 1 });
    assert.deepEqual(steps.map(wholeOf), [
      { value: -(2 ** 63), rest: 0 },
      { value: 7, rest: 0 },
    ]);
  });

  it('leaves texts as they are, whatever they hold', () => {
    const text = '{"value": "9007199254740993, NaN: \\"[1234567890123456789]", "n": 1234567890123456789}';
    assert.deepEqual(read(text), {
      value: '9007199254740993, NaN: "[1234567890123456789]',
      n: '1234567890123456789',
    });
  });

  it('reads numbers with many digits behind the point as JSON does', () => {
    const text = '[0.1234567890123456789, 1234567890123456789.5, 1234567890123456e5, 12345678901234567]';
    assert.deepEqual(read(text), [
      0.1234567890123456789,
      1234567890123456789.5,
      1234567890123456e5,
      '12345678901234567',
    ]);
  });

  it('reads the bare NaN of get-history-bulk, and infinities, which are no JSON', () => {
    assert.deepEqual(read('{"value": NaN, "others": [-Infinity,Infinity, "NaN"]}'), {
      value: 'NaN',
      others: ['-Infinity', 'Infinity', 'NaN'],
    });
    assert.deepEqual(['NaN', '-Infinity', 'Infinity'].map(realOf), [NaN, -Infinity, Infinity]);
  });

  it('takes the largest double for infinite, as a server writes both alike', () => {
    const { values } = read(
      '{"values": [1.7976931348623157e+308, -1.7976931348623157e+308, 1e308, 5e-324]}',
    ) as { values: unknown[] };
    assert.deepEqual(values.map(realOf), [Infinity, -Infinity, 1e308, 5e-324]);
  });

  it('refuses what is no number', () => {
    assert.deepEqual([null, 'abc', '', '0x10', {}, []].map(realOf), [null, null, null, null, null, null]);
    assert.deepEqual([null, 'abc', '', '1.5', '1e5', {}].map(wholeOf), [null, null, null, null, null, null]);
  });

  it('refuses a body that was cut off, and one that is nested without end', () => {
    assert.throws(() => read('{"runs": [{"info": {"run_id": "ab'), SyntaxError);
    assert.throws(() => read('['.repeat(100_000)), SyntaxError);
  });
});
