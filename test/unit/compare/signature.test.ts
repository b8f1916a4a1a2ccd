import * as assert from 'node:assert/strict';
import { signatureChanges, signatureSummary } from '../../../src/compare/signature';

interface Field {
  name?: string;
  type: string;
  [more: string]: unknown;
}

function mlmodel(signature: { inputs?: Field[]; outputs?: Field[]; params?: Field[] } | null): string {
  const parts = Object.entries(signature ?? {}).map(([part, list]) => `  ${part}: '${JSON.stringify(list)}'`);
  return ['flavors: {}', ...(signature ? ['signature:', ...parts] : [])].join('\n');
}

const told = (before: Parameters<typeof mlmodel>[0], after: Parameters<typeof mlmodel>[0]): string[] =>
  signatureChanges(mlmodel(before), mlmodel(after)).map(
    ({ text, breaks }) => `${breaks ? 'BREAKS ' : ''}${text}`,
  );

const x = { name: 'x', type: 'double', required: true };
const tensor = (dtype: string, ...shape: number[]): Field => ({
  type: 'tensor',
  'tensor-spec': { dtype, shape },
});

describe('signature of a candidate against the one in place', () => {
  it('says nothing where nothing changed, or where neither has one', () => {
    assert.deepEqual(told({ inputs: [x], outputs: [x] }, { inputs: [x], outputs: [x] }), []);
    assert.deepEqual(told(null, null), []);
    assert.deepEqual(signatureChanges(null, null), []);
  });

  it('breaks where the candidate needs a column that nobody sends', () => {
    const y = { name: 'y', type: 'string' };
    assert.deepEqual(told({ inputs: [x] }, { inputs: [x, y] }), ['BREAKS needs the new input "y" (string)']);
    assert.deepEqual(told({ inputs: [x] }, { inputs: [x, { ...y, required: false }] }), [
      'takes the new optional input "y"',
    ]);
    assert.deepEqual(told({ inputs: [{ ...x, required: false }] }, { inputs: [x] }), [
      'BREAKS needs the input "x", which was optional',
    ]);
    assert.deepEqual(told({ inputs: [x, y] }, { inputs: [x] }), ['ignores the input "y"']);
    assert.deepEqual(told({ inputs: [x, y] }, { inputs: [y, x] }), []);
  });

  it('breaks where a column has a type that MLflow does not convert to', () => {
    const of = (type: string): { inputs: Field[] } => ({ inputs: [{ ...x, type }] });
    assert.deepEqual(told(of('double'), of('long')), ['BREAKS takes "x" as long, not double']);
    assert.deepEqual(told(of('integer'), of('long')), ['takes "x" as long, not integer']);
    assert.deepEqual(told(of('long'), of('double')), ['BREAKS takes "x" as double, not long']);
  });

  it('knows tensors, lists and objects', () => {
    assert.deepEqual(told({ inputs: [x] }, { inputs: [tensor('float64', -1, 3)] }), [
      'BREAKS takes Tensor (float64, (-1, 3)), not one column',
    ]);
    assert.deepEqual(told({ inputs: [tensor('float64', 8, 3)] }, { inputs: [tensor('float64', -1, 3)] }), [
      'takes #1 as Tensor (float64, (-1, 3)), not Tensor (float64, (8, 3))',
    ]);
    assert.equal(
      told({ inputs: [tensor('float64', -1, 3)] }, { inputs: [tensor('float64', -1, 4)] }).length,
      1,
    );
    const object = (properties: Record<string, unknown>): { inputs: Field[] } => ({
      inputs: [{ name: 'o', type: 'array', items: { type: 'object', properties } }],
    });
    const a = { type: 'long' };
    assert.match(
      told(object({ a }), object({ a, b: a }))[0] ?? '',
      /^BREAKS takes "o" as Array\(\{a: long, b: long\}\)/,
    );
    assert.match(told(object({ a, b: a }), object({ a }))[0] ?? '', /^BREAKS/);
    assert.match(told(object({ a }), object({ a, b: { ...a, required: false } }))[0] ?? '', /^takes/);
  });

  it('breaks where an output is gone or has another type, which MLflow itself does not look at', () => {
    const out = [x, { name: 'p', type: 'double' }];
    assert.deepEqual(
      told({ inputs: [x], outputs: out }, { inputs: [x], outputs: [{ ...x, type: 'long' }] }),
      ['BREAKS no longer gives the output "p"', 'BREAKS gives "x" as long, not double'],
    );
    assert.deepEqual(told({ inputs: [x], outputs: [x] }, { inputs: [x], outputs: out }), [
      'gives the new output "p"',
    ]);
  });

  it('knows that params have defaults', () => {
    const t = { name: 't', type: 'double', default: 0.5, shape: null };
    assert.deepEqual(told({ params: [] }, { params: [t] }), ['takes the new param "t"']);
    assert.deepEqual(told({ params: [t] }, { params: [] }), ['ignores the param "t"']);
    assert.deepEqual(told({ params: [t] }, { params: [{ ...t, type: 'long' }] }), [
      'BREAKS takes the param "t" as long, not double',
    ]);
  });

  it('says when only one of the two has a signature', () => {
    assert.match(told({ inputs: [x] }, null)[0] ?? '', /no longer has a signature/);
    assert.match(told(null, { inputs: [x] })[0] ?? '', /now has a signature/);
  });

  it('takes what is no signature for none', () => {
    for (const text of [
      '',
      '- 1',
      'signature: 3',
      "signature: {inputs: 'no json'}",
      'a: [',
      'signature: {inputs: "[1, null]"}',
    ]) {
      assert.doesNotThrow(() => signatureChanges(text, text));
      assert.doesNotThrow(() => signatureSummary(text));
    }
  });

  it('is written on one line', () => {
    assert.deepEqual(
      signatureSummary(
        mlmodel({
          inputs: [x, { name: 'n', type: 'array', items: { type: 'long' } }],
          outputs: [tensor('float32', -1)],
        }),
      ),
      {
        inputs: 2,
        outputs: 1,
        text: '("x": double, "n": Array(long)) → #1: Tensor (float32, (-1,))',
      },
    );
  });
});
