import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readAnyMeta, readMeta, type Meta } from '../../../../src/stores/files/meta';
import { unpackFixture } from '../../../support/fixtures';

/** What a reader says of a text; null where it refuses it. */
function said(read: (text: string) => Meta, text: string): unknown {
  try {
    return plain(read(text));
  } catch {
    return null;
  }
}

function plain(value: unknown): unknown {
  return value instanceof Map
    ? [...(value as Map<string, unknown>)].map(([key, inner]) => [key, plain(inner)])
    : value;
}

describe('meta.yaml, read in the quick way', () => {
  for (const version of ['1.30.1', '2.14.3', '3.12.0']) {
    it(`says of each file of MLflow ${version} what a YAML reader says`, async () => {
      const folder = await unpackFixture(`files-${version}`);
      const files = fs
        .readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => path.basename(file) === 'meta.yaml');
      assert.ok(files.length > 10);
      for (const file of files) {
        const text = fs.readFileSync(path.join(folder, file), 'utf8');
        assert.deepEqual(said(readMeta, text), said(readAnyMeta, text), file);
      }
    });
  }

  it('says of a value in any form what a YAML reader says', () => {
    const values = [
      ...[
        "''",
        "''''",
        "'''",
        "'a''b'",
        "'a'b'",
        "'a' ",
        "'a' # b'",
        "'a",
        "a'",
        '"a"',
        '"a\\nb"',
        "'#'",
        "' #'",
      ],
      ...['null', 'Null', 'NULL', 'nULL', '~', '', ' ', 'nullx', 'true', 'No', '.nan', '.inf', '-.inf'],
      ...[
        '0',
        '-1',
        '+1',
        '1e5',
        '0x1F',
        '0o17',
        '017',
        '1_000',
        '1:30',
        '1:',
        ':',
        'a:',
        'a: b',
        'a :b',
        'a : b',
      ],
      ...[
        'a #b',
        'a#b',
        'a\t#b',
        'a\tb',
        'a ',
        'a\t',
        'a\r',
        "'a'\r",
        '#a',
        '...',
        '---',
        '.',
        '/',
        '/a b',
        'a  b',
      ],
      ...[
        '[]',
        '{}',
        '[] ',
        '[a]',
        '{a: b}',
        '[',
        '{',
        '&a b',
        '*a',
        '!!str 5',
        '!a',
        '|',
        '>',
        '@a',
        '`a',
        '%a',
      ],
      ...[
        'a, b]',
        'a}',
        '- a',
        '-a',
        '?',
        '? a',
        'ü',
        '日本',
        '_a',
        'a\u2028b',
        'a\u0085b',
        '<<',
        '=',
        'a\\n',
      ],
      ...[
        '2020-01-01',
        '2020-01-01 10:00:00',
        'file:///a b/c',
        "it's",
        '"',
        '123456789012345678901234567890',
      ],
    ];
    for (const value of values) {
      for (const text of [`a: x\nk: ${value}\nz: 1\n`, `k: ${value}\n`, `k: ${value}`, `k: ${value}\r\n`]) {
        assert.deepEqual(said(readMeta, text), said(readAnyMeta, text), JSON.stringify(text));
      }
    }
  });

  it('says of keys and lines in any form what a YAML reader says', () => {
    const texts = [
      ...[
        '',
        '\n',
        'a',
        'a\n',
        'a:\n',
        'a: b',
        ' a: b\n',
        'a: b\n\n',
        'a: b\n \n',
        '\na: b\n',
        'a: b\n c\n',
        'a: b\nc\n',
      ],
      ...[
        'a: b\n  c: d\n',
        'a:\n  c: d\nb: e\n',
        'a:\n- x\n- y: z\nb: c\n',
        'a: 1\na: 2\n',
        'a b: c\n',
        'a:b: c\n',
        'a#: c\n',
      ],
      ...[
        '# x\na: b\n',
        'a: b # x\n',
        'a: b\n# x\n',
        'a: b\n#x: y\n',
        '---\na: b\n',
        'a: b\n---\nc: d\n',
        'a: b\n...\nc: d\n',
      ],
      ...[
        '%YAML 1.1\n---\na: b\n',
        '\ufeffa: b\n',
        'a: b\r\nc: d\r\n',
        'a: b\rc: d\n',
        "'a': b\n",
        '"a": b\n',
        'null: b\n',
        '1: b\n',
      ],
      ...[
        '<<: b\n',
        'a\tb: c\n',
        'a:\tb\n',
        'a: b\0c\n',
        '\0\0\0\n',
        "a: 'b\n  c'\n",
        "a: 'b\n\n  c'\nd: e\n",
        'a: |\n  x\n  y\nb: c\n',
      ],
      ...[
        'a: >-\n  x: y\nb: c\n',
        "a: 'x: y'\nb: c\n",
        "a: 'x\nb: c'\n",
        'a: "x\nb: c"\n',
        'a: {x: y,\nb: c}\n',
        '- a\n- b\n',
        'a: b: c\n',
      ],
    ];
    for (const text of texts) {
      assert.deepEqual(said(readMeta, text), said(readAnyMeta, text), JSON.stringify(text));
    }
  });
});
