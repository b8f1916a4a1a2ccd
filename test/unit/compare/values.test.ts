import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseEnvironment } from '../../../src/compare/environment';
import { parseStructure } from '../../../src/compare/literals';
import { distinctDigits, numberOf, sameValue } from '../../../src/compare/values';
import { diffWords } from '../../../src/compare/words';
import { countLines } from '../../../src/provenance/edits';

describe('compare values', () => {
  it('takes numbers by value, and never two different ones for the same', () => {
    for (const [a, b] of [
      ['1e-3', '0.001'],
      ['0.0010', '0.001'],
      ['1', '1.0'],
      ['inf', 'Infinity'],
      ['nan', 'NaN'],
      [' 5', '5'],
    ] as const) {
      assert.ok(sameValue(a, b), `${a} ${b}`);
    }
    for (const [a, b] of [
      ['1e-7', '5e-7'],
      ['0.1', '0.10000000000000002'],
      ['12345678901234567890', '12345678901234567891'],
      ['True', '1'],
      ['', null],
      ['None', null],
      ['a', 'A'],
    ] as const) {
      assert.ok(!sameValue(a, b), `${a} ${String(b)}`);
    }
  });

  it('compares structures by content: JSON and Python alike, keys in any order', () => {
    assert.ok(sameValue('{"a": 1, "b": [true, null]}', "{'b': [True, None], 'a': 1}"));
    assert.ok(sameValue("{'a': 1e-3}", '{"a": 0.001}'));
    assert.ok(!sameValue("{'a': 1}", "{'a': 2}"));
    assert.ok(!sameValue('[1, 2]', '[2, 1]'));
    assert.equal(parseStructure('{not a dict'), null);
    assert.equal(parseStructure('(unfinished'), null);
    assert.equal(parseStructure('['.repeat(100_000)), null);
  });

  it('reads back any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const parsed = JSON.parse(json) as unknown;
        const isStructure = typeof parsed === 'object' && parsed !== null;
        assert.equal(parseStructure(json) !== null, isStructure, json);
        assert.ok(sameValue(json, json));
      }),
    );
  });

  it('shows as few digits as tell values apart', () => {
    assert.equal(distinctDigits([4.02, 3.58]), 4);
    assert.equal(distinctDigits([2.90758, 2.90759]), 6);
    assert.equal(distinctDigits([NaN, 1]), 4);
    assert.equal(numberOf('1_000'), null);
  });

  it('marks the words that differ, and gives both texts back', () => {
    assert.deepEqual(
      diffWords('a quick fox', 'a slow fox').filter(({ kind }) => kind !== 'same'),
      [
        { text: 'quick', kind: 'removed' },
        { text: 'slow', kind: 'added' },
      ],
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (before, after) => {
        const pieces = diffWords(before, after);
        const without = (kind: string) =>
          pieces
            .filter((piece) => piece.kind !== kind)
            .map(({ text }) => text)
            .join('');
        assert.equal(without('added'), before);
        assert.equal(without('removed'), after);
      }),
    );
    assert.deepEqual(countLines('a\nb\nc\n', 'a\nx\nc\nd\n'), { added: 2, deleted: 1 });
  });
});

describe('compare environments', () => {
  it('reads requirements, conda, python_env and pyproject', () => {
    const pip = parseEnvironment(
      'requirements.txt',
      '# comment\nmlflow\nScikit_Learn[extra] >= 1.2, < 2  # why\nxgboost==3.4.1\n-r other.txt\ntorch @ https://x/y.whl ; python_version > "3"\n',
    );
    assert.deepEqual(Object.fromEntries(pip?.packages ?? []), {
      mlflow: 'any',
      'scikit-learn': '>=1.2,<2',
      xgboost: '3.4.1',
      torch: '@https://x/y.whl',
    });
    const conda = parseEnvironment(
      'conda.yaml',
      'dependencies:\n- python=3.12.1\n- conda-forge::numpy=2.5\n- pip:\n  - mlflow==3.17.2\n',
    );
    assert.equal(conda?.python, '3.12.1');
    assert.equal(conda?.packages.get('numpy'), '2.5');
    assert.equal(conda?.packages.get('mlflow'), '3.17.2');
    assert.equal(
      parseEnvironment('python_env.yaml', 'python: 3.12.1\ndependencies:\n- -r requirements.txt\n')?.python,
      '3.12.1',
    );
    const project = parseEnvironment(
      'pyproject.toml',
      '[project]\nrequires-python = ">=3.10"\ndependencies = ["pandas>=2"]\n[tool.poetry.dependencies]\nrequests = "^2.0"\n',
    );
    assert.equal(project?.python, '>=3.10');
    assert.equal(project?.packages.get('pandas'), '>=2');
    assert.equal(project?.packages.get('requests'), '^2.0');
    assert.equal(parseEnvironment('conda.yaml', ': : :\n\t- x'), null);
  });
});
