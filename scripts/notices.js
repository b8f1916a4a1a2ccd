// What is bundled of other people: their names, versions and licenses, for who gets the .vsix.
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');
/** Copied beside the bundles, so that no bundle names it (`copyAssets` of esbuild.js). */
const COPIED = ['node_modules/@vscode/codicons', 'node_modules/sql.js'];
/** What a package says that ships no license file of its own; the name of who made it follows the word. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Folders of the packages of which esbuild took something, from its metafiles; with those that are copied. */
function bundledFolders(metafiles) {
  const folders = new Set(COPIED.map((folder) => path.join(ROOT, folder)));
  for (const { outputs } of metafiles) {
    for (const input of Object.values(outputs).flatMap((output) => Object.keys(output.inputs))) {
      const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (found) {
        folders.add(path.resolve(ROOT, found[1]));
      }
    }
  }
  // Two ways to one folder (a linked node_modules) are one package.
  return [...new Set([...folders].map((folder) => fs.realpathSync(folder)))];
}

function licenseText(folder, { name, license, author }) {
  const files = fs
    .readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|copyrightnotice)/i.test(file));
  if (files.length > 0) {
    return files
      .map((file) =>
        fs
          .readFileSync(path.join(folder, file), 'utf8')
          .replace(/^\uFEFF/, '')
          .trim(),
      )
      .join('\n\n');
  }
  const who = typeof author === 'string' ? author.replace(/ *[<(].*/, '') : author?.name;
  if (license !== 'MIT' || !who) {
    throw new Error(`${name} has no license file: say in scripts/notices.js what its license is.`);
  }
  return `Copyright (c) ${who}\n\n${MIT}`;
}

/**
 * The text of THIRD-PARTY-NOTICES: each bundled package with its version, license and license text, by name.
 * Throws where a package says nothing.
 */
function notices(metafiles) {
  const packages = bundledFolders(metafiles)
    .map((folder) => ({ folder, ...JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
  const parts = packages.map(
    (each) => `${each.name} ${each.version} (${each.license})\n\n${licenseText(each.folder, each)}`,
  );
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `MLflow Lens contains the following software of others.${rule}${parts.join(rule)}\n`;
}

module.exports = { notices };
