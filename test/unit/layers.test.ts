import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { circles, folderOf, forbidden, readImports, type Import } from '../../scripts/floors/imports';
import { floorOf } from '../../scripts/floors/layout';

const arrow = (from: string, to: string): Import => ({ from, to, typesOnly: false });

describe('layers', () => {
  let imports: Import[];
  before(() => {
    imports = readImports(path.resolve(__dirname, '../..'));
  });

  it('a folder of src imports only folders above it, and only platform and below import vscode', () => {
    const ours = imports.filter(({ from }) => from.startsWith('src/'));
    assert.ok(ours.length > 500, 'the imports of src were read');
    for (const { from } of ours) {
      assert.notEqual(floorOf(folderOf(from)), -1, `${from} is not in the layout of design.md`);
    }
    assert.deepEqual(forbidden(ours), []);
  });

  it('webview imports only protocol and the pure folders, and a page no other page', () => {
    const ours = imports.filter(({ from }) => from.startsWith('webview/'));
    assert.ok(ours.length > 300, 'the imports of webview were read');
    assert.deepEqual(forbidden(ours), []);
  });

  it('no file needs itself, through any chain and be it for a type; only the Python tracer is one knot, as syntax nests', () => {
    const others = circles(imports).filter(
      (circle) => !circle.every((file) => file.startsWith('src/provenance/python/')),
    );
    assert.deepEqual(others, []);
  });

  it('names arrows that run up, to the side, into another page and to vscode', () => {
    const wrong = [
      arrow('src/mlflow/a.ts', 'src/stores/b.ts'),
      arrow('src/views/a.ts', 'src/panels/b.ts'),
      arrow('src/stores/a.ts', 'vscode'),
      arrow('src/strange/a.ts', 'src/mlflow/b.ts'),
      arrow('src/panels/a.ts', 'webview/run/b.ts'),
      arrow('webview/run/a.ts', 'webview/diff/b.ts'),
      arrow('webview/run/a.ts', 'src/stores/b.ts'),
      arrow('webview/run/a.ts', 'node:fs'),
    ];
    const right = [
      arrow('src/stores/a.ts', 'src/mlflow/b.ts'),
      arrow('src/stores/a.ts', 'src/stores/b/c.ts'),
      arrow('src/platform/a.ts', 'vscode'),
      arrow('src/extension.ts', 'src/commands/b.ts'),
      arrow('webview/run/a.ts', 'webview/ui/b.ts'),
      arrow('webview/run/a.ts', 'src/protocol/b.ts'),
      arrow('webview/run/a.ts', 'lit'),
    ];
    assert.deepEqual(
      forbidden([...wrong, ...right]),
      wrong.map(({ from, to }) => `${from} imports ${to}`),
    );
  });

  it('finds circles, each once, and not the files that only lead to one', () => {
    const found = circles([
      arrow('a', 'b'),
      arrow('b', 'c'),
      arrow('c', 'b'),
      arrow('c', 'd'),
      arrow('d', 'e'),
      arrow('e', 'f'),
      arrow('f', 'd'),
      arrow('f', 'e'),
    ]);
    assert.deepEqual(found, [
      ['d', 'e', 'f'],
      ['b', 'c'],
    ]);
  });
});
