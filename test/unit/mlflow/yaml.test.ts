import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { parseJson } from '../../../src/mlflow/json';
import { MOST_YAML, parseYaml, readYamlDocument } from '../../../src/mlflow/yaml';

describe('YAML', () => {
  it('is read as the library reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = stringify(value);
        assert.deepEqual(parseYaml(text), parse(text));
      }),
    );
    for (const text of [
      '',
      '# nothing\n',
      'a: 1\nb: [x, {c: ~}]\n',
      '? 1\n: 2\nnull: 3\n',
      '--- a\n...\n--- b\n',
    ]) {
      assert.deepEqual(parseYaml(text), parse(text, { logLevel: 'silent' }), text);
    }
  });

  it('has the last of a key that stands twice, as PyYAML has', () => {
    assert.deepEqual(parseYaml('a: 1\nb: 2\na: 3\n'), { a: 3, b: 2 });
  });

  it('puts in for an alias the last anchor before it, once', () => {
    const value = parseYaml('a: &x [1]\nb: *x\nc: &x 2\nd: *x\n*x : e\n') as Record<string, unknown>;
    assert.deepEqual(value, { 2: 'e', a: [1], b: [1], c: 2, d: 2 });
    assert.equal(value.a, value.b);
    assert.throws(() => parseYaml('a: *x\nb: &x 1\n'));
    assert.throws(() => parseYaml('&x a: [*x]\n&y [*y]\n'));
    assert.throws(() => parseYaml('&y [*y]\n'), /contains itself/);
  });

  it('is refused where it is larger, deeper or stands for more than anybody writes', () => {
    const doubled = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    assert.throws(() => parseYaml(['a0: &a0 [1, 1]', ...doubled].join('\n')), /expands to more/);
    assert.throws(() => parseYaml('['.repeat(200)), /nested deeper/);
    assert.throws(() => parseYaml(`a: ${'b'.repeat(MOST_YAML)}`), /longer/);
    assert.throws(() => parseYaml('a: [1\nb: 2\n'));
  });

  it('keeps the places of its nodes, and keys named like parts of every object', () => {
    const { document, lines } = readYamlDocument('a: 1\n\nb: 2\n');
    const range = document.get('b', true);
    assert.equal(lines.linePos((range as { range: [number] }).range[0]).line, 3);
    assert.equal(JSON.stringify(parseYaml('__proto__: {a: 1}\n')), '{"__proto__":{"a":1}}');
  });
});

describe('JSON that others wrote', () => {
  it('is read as JSON.parse reads it, but for a nest deeper than anybody writes', () => {
    fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(parseJson(text), JSON.parse(text))));
    const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    assert.ok(parseJson(nest(500)));
    assert.throws(() => parseJson(nest(501)), SyntaxError);
    assert.deepEqual(parseJson(`["${'['.repeat(600)}\\"["]`), [`${'['.repeat(600)}"[`]);
  });
});
