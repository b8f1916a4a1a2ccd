import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';

/** design.md, section 2: a folder imports only folders listed above it; those on one line not each other. */
const ORDER: string[][] = [
  ['mlflow'],
  ['search'],
  ['series'],
  ['provenance'],
  ['compare'],
  ['registry'],
  ['state'],
  ['stores'],
  ['protocol'],
  ['tools', 'mcp'],
  ['platform'],
  ['views', 'panels'],
  ['commands', 'editor'],
  ['extension.ts'],
];
const PURE = new Set([
  'mlflow',
  'search',
  'series',
  'provenance',
  'compare',
  'registry',
  'state',
  'protocol',
]);
const root = path.resolve(__dirname, '../..');

function files(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? files(full) : /\.ts$/.test(entry.name) ? [full] : [];
  });
}

function imports(file: string): string[] {
  return ts
    .preProcessFile(fs.readFileSync(file, 'utf8'), true, true)
    .importedFiles.map((entry) => entry.fileName);
}

const rank = (part: string): number => ORDER.findIndex((line) => line.includes(part));

describe('layers', () => {
  it('a folder of src imports only folders above it, and only platform and below import vscode', () => {
    const wrong: string[] = [];
    for (const file of files(path.join(root, 'src'))) {
      const own = path.relative(path.join(root, 'src'), file).split(path.sep)[0]!;
      assert.notEqual(rank(own), -1, `${own} is not in the layout of design.md`);
      for (const target of imports(file)) {
        if (target === 'vscode') {
          if (rank(own) < rank('platform')) {
            wrong.push(`${path.relative(root, file)} imports vscode`);
          }
        } else if (target.startsWith('.')) {
          const other = path
            .relative(path.join(root, 'src'), path.resolve(path.dirname(file), target))
            .split(path.sep)[0]!;
          if (other !== own && !(rank(other) !== -1 && rank(other) < rank(own))) {
            wrong.push(`${path.relative(root, file)} imports ${target}`);
          }
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('webview imports only protocol and the pure folders, and a page no other page', () => {
    const wrong: string[] = [];
    for (const file of files(path.join(root, 'webview'))) {
      const own = path.relative(path.join(root, 'webview'), file).split(path.sep)[0]!;
      for (const target of imports(file)) {
        if (/^(node:|vscode$)/.test(target)) {
          wrong.push(`${path.relative(root, file)} imports ${target}`);
        } else if (target.startsWith('.')) {
          const resolved = path.resolve(path.dirname(file), target);
          const [top, part] = path.relative(root, resolved).split(path.sep);
          const fine = top === 'webview' ? part === own || part === 'ui' : top === 'src' && PURE.has(part!);
          if (!fine) {
            wrong.push(`${path.relative(root, file)} imports ${target}`);
          }
        }
      }
    }
    assert.deepEqual(wrong, []);
  });
});
