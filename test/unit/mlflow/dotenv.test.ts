import * as assert from 'node:assert/strict';
import { parseDotenv } from '../../../src/mlflow/dotenv';
import { withoutComment, withoutTrailing } from '../../../src/mlflow/scan';

describe('.env files', () => {
  const values = (text: string): [string, string][] =>
    parseDotenv(text).map(({ key, value }) => [key, value]);

  it('hold a key and a value a line, quoted or not, with comments', () => {
    assert.deepEqual(
      values(
        [
          '# MLFLOW_TRACKING_URI=commented',
          'A=1',
          '  export B = two words  # why',
          `C='single # kept' # not`,
          'D="double"',
          'E=',
          'F=a#b',
          'G= # all',
          'not a pair',
          '1X=2',
          'H="open',
          'I=a=b\r',
          '=1',
        ].join('\n'),
      ),
      [
        ['A', '1'],
        ['B', 'two words'],
        ['C', 'single # kept'],
        ['D', 'double'],
        ['E', ''],
        ['F', 'a#b'],
        ['G', '# all'],
        ['H', '"open'],
        ['I', 'a=b'],
      ],
    );
  });

  it('end a quoted value at its own closing quote', () => {
    assert.deepEqual(
      values(
        [
          `A="sqlite:///a.db" # not "b.db"`,
          `B='it' # isn't`,
          String.raw`C="say \"hi\"" # "no"`,
          String.raw`D='it\'s\n' # 'no'`,
          String.raw`E="C:\\data\d\n"`,
          `F="" # "x"`,
        ].join('\n'),
      ),
      [
        ['A', 'sqlite:///a.db'],
        ['B', 'it'],
        ['C', 'say "hi"'],
        ['D', String.raw`it's\n`],
        ['E', 'C:\\data\\d\n'],
        ['F', ''],
      ],
    );
  });

  it('know their lines, and keep no value over a line break', () => {
    assert.deepEqual(parseDotenv('\n\nMLFLOW_TRACKING_URI=\n\n   \nX=1'), [
      { key: 'MLFLOW_TRACKING_URI', value: '', line: 3 },
      { key: 'X', value: '1', line: 6 },
    ]);
  });
});

describe('small cuts', () => {
  it('a comment begins at the start or after white space', () => {
    assert.deepEqual(['# all', 'a #b', 'a#b', 'a\t# b # c', 'a'].map(withoutComment), [
      '',
      'a ',
      'a#b',
      'a\t',
      'a',
    ]);
  });

  it('a character at the end goes, however often', () => {
    assert.deepEqual(
      ['a//', '//', 'a', '', '/a/b'].map((text) => withoutTrailing(text, '/')),
      ['a', '', 'a', '', '/a/b'],
    );
  });
});
