/** What the TypeScript files of `src/` and `webview/` import, for `npm run floors` and for test/unit/layers.test.ts. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';
import { FIRST_WITH_VSCODE, floorOf, SEEN_BY_PAGES } from './layout';

/** An arrow from one file to another, or to a package. */
export interface Import {
  /** The file that imports, as `src/stores/open.ts`. */
  from: string;
  /** The file that is imported; of a package its name as written, as `node:fs` or `vscode`. */
  to: string;
  /** Nothing is left of it when the program runs. */
  typesOnly: boolean;
}

/** Every import of the files below the folders, named relative to `root` with `/`. */
export function readImports(root: string, folders: readonly string[] = ['src', 'webview']): Import[] {
  const files = folders.flatMap((folder) => sources(path.join(root, folder)));
  return files.flatMap((file) => {
    const from = path.relative(root, file).replace(/\\/g, '/');
    return importsOf(file).map(({ name, typesOnly }) => ({
      from,
      to: name.startsWith('.') ? targetOf(root, path.posix.join(path.posix.dirname(from), name)) : name,
      typesOnly,
    }));
  });
}

/** `stores` of `src/stores/open.ts`, `webview/run` of `webview/run/index.ts`, `extension.ts` of `src/extension.ts`. */
export function folderOf(file: string): string {
  const [top, folder] = file.split('/');
  return top === 'src' ? folder! : `${top}/${folder}`;
}

/** The arrows that the layout forbids, each as one line: `src/mlflow/x.ts imports src/stores/y.ts`. */
export function forbidden(imports: readonly Import[]): string[] {
  return imports.filter(isForbidden).map(({ from, to }) => `${from} imports ${to}`);
}

function isForbidden({ from, to }: Import): boolean {
  const own = folderOf(from);
  if (from.startsWith('webview/')) {
    if (to.startsWith('src/')) {
      return !SEEN_BY_PAGES.has(folderOf(to));
    }
    return to.startsWith('webview/')
      ? folderOf(to) !== own && folderOf(to) !== 'webview/ui'
      : /^(node:|vscode$)/.test(to);
  }
  if (floorOf(own) === -1) {
    return true;
  }
  if (to === 'vscode') {
    return floorOf(own) < floorOf(FIRST_WITH_VSCODE);
  }
  if (to.startsWith('webview/')) {
    return true;
  }
  return (
    to.startsWith('src/') &&
    folderOf(to) !== own &&
    !(floorOf(folderOf(to)) !== -1 && floorOf(folderOf(to)) < floorOf(own))
  );
}

/**
 * The circles between files: the strongly connected components of more than one file (Tarjan 1972), each sorted by
 * name. Two components share no file.
 */
export function circles(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    lowest.set(file, index.get(file)!);
    stack.push(file);
    for (const target of next.get(file) ?? []) {
      if (!index.has(target)) {
        visit(target);
      }
      if (stack.includes(target)) {
        lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
      }
    }
    if (lowest.get(file) === index.get(file)) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1) {
        found.push(circle.toSorted());
      }
    }
  };
  for (const file of next.keys()) {
    if (!index.has(file)) {
      visit(file);
    }
  }
  return found;
}

function sources(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const full = path.join(folder, entry.name);
      return entry.isDirectory() ? sources(full) : entry.name.endsWith('.ts') ? [full] : [];
    });
}

/** A relative import names a file without its ending, or a folder for its index. */
function targetOf(root: string, name: string): string {
  return [`${name}.ts`, `${name}/index.ts`].find((file) => fs.existsSync(path.join(root, file))) ?? name;
}

function importsOf(file: string): { name: string; typesOnly: boolean }[] {
  const found: { name: string; typesOnly: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      found.push({ name: textOf(node.moduleSpecifier), typesOnly: importsTypes(node.importClause) });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      found.push({ name: textOf(node.moduleSpecifier), typesOnly: node.isTypeOnly });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push({ name: textOf(node.argument.literal), typesOnly: true });
    } else if (ts.isCallExpression(node) && isLoad(node.expression) && node.arguments[0]) {
      found.push({ name: textOf(node.arguments[0]), typesOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return found.filter(({ name }) => name !== '');
}

function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function importsTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) {
    return false;
  }
  const names = clause.namedBindings;
  return (
    clause.isTypeOnly ||
    (!clause.name &&
      names !== undefined &&
      ts.isNamedImports(names) &&
      names.elements.length > 0 &&
      names.elements.every(({ isTypeOnly }) => isTypeOnly))
  );
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : '';
}
