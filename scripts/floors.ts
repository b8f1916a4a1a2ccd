/**
 * `npm run floors`: prints each folder of src/ and webview/ with its floor and what it imports, the arrows that run
 * up, and the circles between files, all from the imports. Exit code 1 where an arrow runs up.
 */
import * as path from 'node:path';
import { circles, folderOf, forbidden, readImports, type Import } from './floors/imports';
import { floorOf } from './floors/layout';

const imports = readImports(path.resolve(__dirname, '..'));
const folders = [...new Set(imports.map(({ from }) => folderOf(from)))].toSorted(
  (a, b) => height(a) - height(b) || (a < b ? -1 : 1),
);

/** Pages stand beside the host's floors, so they come last. */
function height(folder: string): number {
  return folder.startsWith('webview/') ? Infinity : floorOf(folder);
}

function below(folder: string, arrows: readonly Import[]): string[] {
  const targets = arrows
    .filter(({ from, to }) => folderOf(from) === folder && /^(src|webview)\//.test(to))
    .map(({ to }) => folderOf(to))
    .filter((target) => target !== folder);
  return [...new Set(targets)].toSorted((a, b) => height(a) - height(b) || (a < b ? -1 : 1));
}

function print(title: string, lines: readonly string[]): void {
  console.log(`\n${title}: ${lines.length === 0 ? 'none' : lines.length}`);
  lines.forEach((line) => console.log(`  ${line}`));
}

for (const folder of folders) {
  const files = new Set(imports.filter(({ from }) => folderOf(from) === folder).map(({ from }) => from)).size;
  const floor = folder.startsWith('webview/') ? 'page' : String(floorOf(folder) + 1);
  const targets = below(folder, imports).join(', ') || 'nothing';
  console.log(
    `${floor.padStart(4)}  ${folder.padEnd(20)} ${String(files).padStart(3)} files  imports ${targets}`,
  );
}
const wrong = forbidden(imports);
print('Arrows that run up', wrong);
const running = circles(imports.filter(({ typesOnly }) => !typesOnly));
const ofTypes = circles(imports).filter(
  (circle) => !running.some((smaller) => smaller.every((file) => circle.includes(file))),
);
const named = (circle: readonly string[]): string => circle.join(', ');
print('Circles between files', running.map(named));
print('Circles of types only', ofTypes.map(named));
process.exitCode = wrong.length > 0 ? 1 : 0;
