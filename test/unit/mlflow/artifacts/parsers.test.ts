import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import fc from 'fast-check';
import { imageSeries } from '../../../../src/mlflow/artifacts/images';
import { fileIcon, imageType, previewKind } from '../../../../src/mlflow/artifacts/kind';
import { parseNotebook } from '../../../../src/mlflow/artifacts/notebook';
import { parseRequirements } from '../../../../src/mlflow/artifacts/requirements';
import { delimiterOf, parseDelimited, parseJsonTable } from '../../../../src/mlflow/artifacts/table';
import { decodeText, prettyJson } from '../../../../src/mlflow/artifacts/text';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('artifact kinds', () => {
  it('go by the name', () => {
    const kinds = {
      'model/MLmodel': 'model',
      'a/b.PNG': 'image',
      'x.svg': 'svg',
      'x.tsv': 'table',
      'x.json': 'json',
      'x.yml': 'yaml',
      'README.md': 'markdown',
      'n.ipynb': 'notebook',
      'r.html': 'html',
      'train.log': 'text',
      'd.parquet': 'binary',
      'no ending': 'unknown',
      'a.constructor': 'unknown',
      '': 'unknown',
    };
    assert.deepEqual(Object.fromEntries(Object.keys(kinds).map((name) => [name, previewKind(name)])), kinds);
    assert.equal(imageType('x.jpg'), 'image/jpeg');
    assert.equal(imageType('x.__proto__'), null);
    assert.equal(fileIcon('x.csv'), 'table');
  });
});

describe('decodeText', () => {
  it('reads UTF-8 and UTF-16, and says where bytes are no text', () => {
    assert.equal(decodeText(bytes('grün 🚕'), true), 'grün 🚕');
    assert.equal(decodeText(Uint8Array.of(0xff, 0xfe, 0x41, 0x00), true), 'A');
    assert.equal(decodeText(Uint8Array.of(0x50, 0x41, 0x52, 0x31, 0x00), true), null);
  });

  it('leaves out a character that the range cut', () => {
    assert.equal(decodeText(bytes('🚕🚕').subarray(0, 6), false), '🚕');
  });
});

describe('prettyJson', () => {
  it('indents, and keeps each token as written', () => {
    assert.equal(
      prettyJson('{"a":[1,NaN,12345678901234567890],"b":{},"c":"x, {y}\\""}'),
      '{\n  "a": [\n    1,\n    NaN,\n    12345678901234567890\n  ],\n  "b": {},\n  "c": "x, {y}\\""\n}',
    );
    assert.equal(prettyJson('{]'), null);
  });

  it('leaves a deep nest on its line, and stops to indent what would be many times its text', () => {
    const nest = (depth: number): string => '['.repeat(depth) + '1' + ']'.repeat(depth);
    const lines = prettyJson(nest(34))!.split('\n');
    assert.deepEqual(
      lines.slice(32, 34).map((line) => line.trim()),
      ['[[1]]', ']'],
    );
    const wide = `${'['.repeat(30)}${'1,'.repeat(500_000)}1${']'.repeat(30)}`;
    const pretty = prettyJson(wide)!;
    assert.ok(pretty.length < 6 * wide.length, `${pretty.length} characters`);
    assert.deepEqual(JSON.parse(pretty), JSON.parse(wide));
  });

  it('says the same as JSON.stringify, and reads a cut text without an error', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        assert.equal(prettyJson(text), JSON.stringify(JSON.parse(text), null, 2).replace(/-0/g, '-0'));
        prettyJson(text.slice(0, cut % (text.length + 1)));
      }),
    );
  });
});

describe('tables', () => {
  it('reads quotes, line breaks in them, and rows of unequal width', () => {
    assert.deepEqual(parseDelimited('a,b\r\n"x ""y""\nz",2\n3\n\n4,5,6', ',', true), {
      columns: ['a', 'b', ''],
      rows: [['x "y"\nz', '2'], ['3'], ['4', '5', '6']],
      more: false,
    });
  });

  it('leaves out the row that the range cut', () => {
    assert.deepEqual(parseDelimited('a\tb\n1\t2\n3\t', '\t', false), {
      columns: ['a', 'b'],
      rows: [['1', '2']],
      more: true,
    });
  });

  it('stops at a thousand rows', () => {
    const table = parseDelimited(`n\n${Array.from({ length: 5000 }, (_, i) => i).join('\n')}`, ',', true);
    assert.deepEqual([table.rows.length, table.more], [1000, true]);
  });

  it('finds the delimiter', () => {
    assert.deepEqual(
      [
        delimiterOf('x.csv', 'a;b;c\n'),
        delimiterOf('x.csv', 'a,b'),
        delimiterOf('x.tsv', 'a,b'),
        delimiterOf('x.csv', ''),
      ],
      [';', ',', '\t', ','],
    );
  });

  it('gives any cells back', () => {
    const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), { minLength: 1 }),
        (rows) => {
          const text = rows.map((row) => row.map(quote).join(',')).join('\n');
          const table = parseDelimited(text, ',', true);
          assert.deepEqual([table.columns, ...table.rows], rows);
        },
      ),
    );
  });

  it('reads what log_table writes, NaN included', () => {
    assert.deepEqual(
      parseJsonTable('{"columns": ["q", "n"], "data": [["is NaN, ok", NaN], [null, {"a": 1}]]}'),
      {
        columns: ['q', 'n'],
        rows: [
          ['is NaN, ok', 'NaN'],
          ['', '{"a":1}'],
        ],
        more: false,
      },
    );
    for (const text of [
      '[]',
      '{}',
      '{"columns": 1, "data": []}',
      '{"columns": [], "data": [1]}',
      'x',
      'null',
    ]) {
      assert.equal(parseJsonTable(text), null, text);
    }
  });
});

describe('logged images', () => {
  it('are series by key, in both notations', () => {
    const id = '5f6a1626-046c-4779-bb40-57987a7ef8db';
    const series = imageSeries(
      [
        `images/loss~map+step+10+timestamp+1700000000002+${id}.png`,
        `images/loss~map+step+2+timestamp+1700000000001+${id}+compressed.webp`,
        `images/loss~map+step+2+timestamp+1700000000001+${id}.png`,
        `images/a#b%step%0%timestamp%1%${id}.png`,
        'images/other.png',
      ].map((path, size) => ({ path, size })),
    );
    assert.deepEqual(
      series.map(({ key, images }) => [key, images.map(({ step }) => step)]),
      [
        ['a/b', [0]],
        ['loss/map', [2, 10]],
      ],
    );
    assert.match(series[1]!.images[0]!.path, /\.png$/);
    assert.equal(series[1]!.images[0]!.size, 2);
    assert.match(series[1]!.images[0]!.compressedPath ?? '', /compressed\.webp$/);
  });
});

describe('requirements', () => {
  it('are names and pins', () => {
    assert.deepEqual(
      parseRequirements(
        'mlflow==3.17.2\n# comment\n-r other.txt\nscikit-learn==1.9.1  # pinned\nxgboost[gpu]>=3 ; python_version>"3"\n\nhttps://x/y.whl',
      ).map(({ name, version }) => [name, version]),
      [
        ['mlflow', '3.17.2'],
        ['scikit-learn', '1.9.1'],
        ['xgboost', null],
      ],
    );
  });
});

describe('notebooks', () => {
  it('keep large images images, and say of the largest that they are not drawn', () => {
    const outputs = [300_000, 6 << 20].map((size) => ({
      output_type: 'display_data',
      data: { 'image/png': Buffer.alloc(size).toString('base64'), 'text/plain': '<Figure size 640x480>' },
    }));
    const [cell] = parseNotebook(JSON.stringify({ cells: [{ cell_type: 'code', outputs }] }))!.cells;
    const [large, largest] = cell!.outputs;
    assert.equal(large?.kind === 'image' && Buffer.from(large.base64, 'base64').length, 300_000);
    assert.deepEqual(largest, {
      kind: 'text',
      text: 'An image of 6 MiB is not drawn here: open the notebook in the editor.',
      error: false,
    });
  });

  it('with large images are read also where V8 no longer optimizes patterns', () => {
    // It stops once a process has compiled a megabyte of them; a pattern that may go back then keeps every place.
    const script = `
      const { parseNotebook } = require(${JSON.stringify(path.resolve(__dirname, '../../../../src/mlflow/artifacts/notebook.ts'))});
      const data = { 'image/png': Buffer.alloc(6 << 20).toString('base64') };
      const outputs = [{ output_type: 'display_data', data }];
      const { cells } = parseNotebook(JSON.stringify({ cells: [{ cell_type: 'code', outputs }] }));
      console.log(cells[0].outputs[0].text);`;
    const said = execFileSync(
      process.execPath,
      ['--no-regexp-optimization', '--require', require.resolve('tsx/cjs'), '-e', script],
      { encoding: 'utf8' },
    );
    assert.equal(said.trim(), 'An image of 6 MiB is not drawn here: open the notebook in the editor.');
  });

  it('are cells with their outputs', () => {
    const notebook = parseNotebook(
      JSON.stringify({
        cells: [
          { cell_type: 'markdown', source: ['# A\n', 'b'] },
          {
            cell_type: 'code',
            source: 'plot()',
            outputs: [
              { output_type: 'stream', name: 'stdout', text: ['x\n', 'y'] },
              { output_type: 'display_data', data: { 'image/png': 'aGk=\n', 'text/plain': 'fig' } },
              { output_type: 'error', traceback: ['\u001b[31mValueError\u001b[0m', 'line'] },
              { output_type: 'display_data', data: { 'image/png': '<script>', 'text/html': '<b>' } },
            ],
          },
        ],
      }),
    );
    assert.deepEqual(notebook, {
      cells: [
        { kind: 'markdown', source: '# A\nb', outputs: [] },
        {
          kind: 'code',
          source: 'plot()',
          outputs: [
            { kind: 'text', text: 'x\ny', error: false },
            { kind: 'image', type: 'image/png', base64: 'aGk=' },
            { kind: 'text', text: 'ValueError\nline', error: true },
          ],
        },
      ],
      more: 0,
    });
    assert.equal(parseNotebook('{'), null);
    assert.equal(parseNotebook('{"cells": 1}'), null);
  });
});
