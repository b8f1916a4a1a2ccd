import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { unfold } from '../../../src/mlflow/nested';

describe('unfold', () => {
  it('reads a Python dict as MLflow stores it', () => {
    assert.deepEqual(unfold("{'lr': 1e-3, 'opt': {'name': 'adam', 'betas': (0.9, 0.999)}, 'x': None}"), [
      { path: 'lr', value: '1e-3' },
      { path: 'opt.name', value: 'adam' },
      { path: 'opt.betas[0]', value: '0.9' },
      { path: 'opt.betas[1]', value: '0.999' },
      { path: 'x', value: 'None' },
    ]);
  });

  it('reads JSON, quotes and escapes', () => {
    assert.deepEqual(unfold('{"a": [true, null, "x\\n\\u00e4\\""], "b": {}}'), [
      { path: 'a[0]', value: 'true' },
      { path: 'a[1]', value: 'null' },
      { path: 'a[2]', value: 'x\nä"' },
      { path: 'b', value: '{}' },
    ]);
    assert.deepEqual(unfold(`{"it's": 'say "x"'}`), [{ path: "it's", value: 'say "x"' }]);
  });

  it('keeps the repr of an object as one leaf', () => {
    assert.deepEqual(unfold("{'f': <function f at 0x1>, 'a': array([1, 2])}"), [
      { path: 'f', value: '<function f at 0x1>' },
      { path: 'a', value: 'array([1, 2])' },
    ]);
  });

  it('keeps a key that is the name of a prototype', () => {
    assert.deepEqual(unfold("{'__proto__': 1}"), [{ path: '__proto__', value: '1' }]);
  });

  it('leaves other texts alone', () => {
    for (const text of [
      '',
      'adam',
      '3',
      '{',
      '{x',
      "{'a': }",
      '[1, 2',
      '(a) and (b)',
      '[]',
      '{}',
      '[1] + [2]',
    ]) {
      assert.equal(unfold(text), null, text);
    }
    assert.equal(unfold('['.repeat(10_000)), null);
  });

  it('never throws, and finds every leaf of any JSON object', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        unfold(`{${text}`);
        unfold(`[${text}]`);
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean())), (value) => {
        const entries = unfold(JSON.stringify(value));
        assert.deepEqual(
          entries?.map(({ path, value: leaf }) => [path, leaf]) ?? [],
          Object.entries(value).map(([key, leaf]) => [key, String(leaf)]),
        );
      }),
    );
  });
});
