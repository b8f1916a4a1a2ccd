import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { decode, encode } from '../../../src/protocol/codec';
import { arrive, carry } from '../../support/webviewChannel';

const ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** As the other side gets it: through what VS Code does, which refuses what it would lose. */
function travel(message: unknown): unknown {
  return decode(arrive(carry(encode(message))));
}

const anyArray = fc
  .tuple(fc.constantFrom(...ARRAYS), fc.uint8Array({ maxLength: 64 }))
  .map(([kind, bytes]) => new kind(bytes.slice(0, Math.floor(bytes.length / 8) * 8).buffer));
const anyKey = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '$number',
    '$array',
    '$entries',
    '$$vscode_array_buffer_reference$$',
    '__proto__',
    'toJSON',
    '0',
  ),
);
const { message: anyMessage } = fc.letrec<{ message: unknown }>((tie) => ({
  message: fc.oneof(
    { maxDepth: 5 },
    fc.double(),
    fc.constantFrom(NaN, Infinity, -Infinity, -0, null, true, false),
    fc.string({ unit: 'binary' }),
    anyArray,
    fc.array(fc.oneof(tie('message'), fc.constant(undefined)), { maxLength: 5 }),
    fc
      .array(fc.tuple(anyKey, tie('message')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

describe('codec of messages', () => {
  it('brings any message to the other side as it was', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const before = structuredClone(message);
        assert.deepEqual(travel(message), before);
        assert.deepEqual(message, before, 'what was sent is not touched');
      }),
      { numRuns: 1000 },
    );
  });

  it('drops what is undefined, as JSON does, but not in a list', () => {
    const arrived = travel({ a: undefined, $b: undefined, c: [undefined, 1] });
    assert.deepEqual(Object.keys(arrived as object), ['c']);
    assert.deepEqual(arrived, { c: [undefined, 1] });
  });

  it('packs any number of typed arrays into one buffer, of which the other side sees parts', () => {
    const series = Array.from({ length: 1000 }, (_, i) => ({
      x: Float64Array.of(i, NaN, -0),
      kinds: Uint8Array.of(i % 256),
      none: new Float32Array(),
    }));
    const { bytes, data } = encode(series);
    assert.equal(bytes?.byteLength, 1000 * (24 + 8));
    assert.equal(bytes.buffer.byteLength, bytes.byteLength);
    const arrived = decode({ data: structuredClone(data), bytes }) as typeof series;
    assert.deepEqual(arrived, series);
    assert.ok(arrived.every(({ x, kinds }) => x.buffer === bytes.buffer && kinds.buffer === bytes.buffer));
  });

  it('sends of a part of a larger buffer only the part', () => {
    const whole = new Float64Array(1000).fill(7);
    assert.equal(encode({ part: whole.subarray(10, 12) }).bytes?.byteLength, 16);
    assert.deepEqual(travel({ part: whole.subarray(10, 12) }), { part: Float64Array.of(7, 7) });
    assert.deepEqual(travel(Buffer.from('text')), new Uint8Array(Buffer.from('text')));
  });

  it('does not copy what holds nothing that JSON would change', () => {
    const message = { kind: 'result', id: 1, result: [{ a: 'text', b: 1.5, c: null, d: undefined }] };
    const encoded = encode(message);
    assert.equal(encoded.data, message);
    assert.equal('bytes' in encoded, false);
    const mixed = { same: { a: 1 }, other: [NaN] };
    assert.equal((encode(mixed).data as typeof mixed).same, mixed.same);
  });

  it('reads a buffer that lies at an odd place', () => {
    const { data, bytes } = encode([Float64Array.of(1, 2), Int16Array.of(3)]);
    const moved = new Uint8Array(bytes!.byteLength + 3);
    moved.set(bytes!, 3);
    assert.deepEqual(decode({ data, bytes: moved.subarray(3) }), [Float64Array.of(1, 2), Int16Array.of(3)]);
  });

  for (const [what, value] of [
    ['Map', new Map()],
    ['Set', new Set()],
    ['Date', new Date(0)],
    ['ArrayBuffer', new ArrayBuffer(8)],
    ['DataView', new DataView(new ArrayBuffer(8))],
    ['Error', new Error('no')],
    ['function', () => undefined],
    ['bigint', 1n],
    ['symbol', Symbol('s')],
  ] as const) {
    it(`refuses to send a ${what}`, () => {
      assert.throws(() => encode({ deep: [value] }), { name: 'TypeError', message: new RegExp(`a ${what}`) });
    });
  }

  it('refuses to read what it would not have made', () => {
    const bytes = new Uint8Array(16);
    for (const data of [
      { $number: 'nan' },
      { $number: 1 },
      { $number: 'NaN', more: 1 },
      { more: 1, $number: 'NaN' },
      { $unknown: 1 },
      { $array: 'Float64Array' },
      { $array: [] },
      { $array: ['Float64Array', 0, 3] },
      { $array: ['Float64Array', 16, 1] },
      { $array: ['Float64Array', 4, 1] },
      { $array: ['Float64Array', -8, 1] },
      { $array: ['Float64Array', 0, -1] },
      { $array: ['Float64Array', 0, 0.5] },
      { $array: ['Float64Array', 0, 2 ** 53] },
      { $array: ['Float64Array', '0', '1'] },
      { $array: ['constructor', 0, 1] },
      { $array: ['DataView', 0, 1] },
      { $entries: {} },
      { $entries: [['a']] },
      { $entries: [[1, 2]] },
      { $entries: [['a', { $number: 'x' }]] },
    ]) {
      assert.throws(() => decode({ data: { deep: [data] }, bytes }), TypeError, JSON.stringify(data));
    }
    assert.throws(() => decode({ data: { $array: ['Uint8Array', 0, 1] } }), TypeError, 'no bytes at all');
    for (const encoded of [null, undefined, 'text', 1, { data: 1, bytes: 'text' }, { data: 1, bytes: [1] }]) {
      assert.throws(() => decode(encoded), TypeError);
    }
  });

  it('throws nothing but errors of its own on any skeleton', () => {
    const key = fc.constantFrom('$number', '$array', '$entries', '$undefined', 'a', '__proto__');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, 0, 8, 'NaN', 'Float64Array', 'Uint8Array', 'a'),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.array(fc.tuple(key, tie('value')), { maxLength: 2 }).map((entries) => Object.fromEntries(entries)),
      ),
    }));
    fc.assert(
      fc.property(value, (data) => {
        try {
          decode({ data, bytes: new Uint8Array(16) });
        } catch (error) {
          assert.equal((error as Error).message, 'This is not a message as its other side makes them.');
        }
        assert.equal(Object.getPrototypeOf({}), Object.prototype);
        assert.equal('a' in {}, false, 'no prototype is touched');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what stands in for VS Code between the two', () => {
  for (const [what, message] of [
    ['NaN', { a: [NaN] }],
    ['an infinity', { a: Infinity }],
    ['-0', [-0]],
    ['undefined in a list', [undefined]],
    ['a hole in a list', new Array(1)],
    ['a Map', { a: new Map() }],
    ['two typed arrays', [new Uint8Array(1), new Uint8Array(1)]],
    ['a part of a larger buffer', new Uint8Array(8).subarray(1)],
    ['a mark of its own', { $$vscode_array_buffer_reference$$: true, index: 0 }],
    ['too much', new Uint8Array(64 * 1024 * 1024)],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => carry(message), /VS Code would lose or change/);
    });
  }
});
