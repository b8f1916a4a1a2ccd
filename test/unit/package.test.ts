import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTempFolders, tempFolder } from '../support/database';

const root = path.resolve(__dirname, '../..');

interface Metafile {
  inputs: Record<string, unknown>;
  outputs: Record<
    string,
    {
      bytes: number;
      entryPoint?: string;
      imports: { path: string; kind: string }[];
      inputs?: Record<string, unknown>;
    }
  >;
}

function metafiles(): Metafile[] {
  const file = path.join(root, 'dist/meta.json');
  assert.ok(fs.existsSync(file), 'dist is missing: npm run build');
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Metafile[];
}

describe('the package', () => {
  after(removeTempFolders);

  it('loads at most 300 KB when it is activated', () => {
    const host = metafiles().find(({ outputs }) => outputs['dist/extension.js']);
    const { bytes } = host!.outputs['dist/extension.js']!;
    assert.ok(bytes <= 300_000, `dist/extension.js has ${bytes} bytes`);
  });

  it('has no react in any bundle', () => {
    const inputs = metafiles().flatMap(({ inputs }) => Object.keys(inputs));
    assert.ok(inputs.length > 0);
    assert.deepEqual(
      inputs.filter((file) => /node_modules\/(react|react-dom|scheduler)\//.test(file)),
      [],
    );
  });

  it('says of all that is bundled of others whose it is, which version, and its license', () => {
    const inputs = metafiles().flatMap(({ outputs }) =>
      Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs ?? {})),
    );
    const folders = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []);
    const said = fs.readFileSync(path.join(root, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    // Copied, not bundled: the icons' font.
    const packages = [...new Set([...folders, 'node_modules/@vscode/codicons'])].map(
      (folder) =>
        JSON.parse(fs.readFileSync(path.resolve(root, folder, 'package.json'), 'utf8')) as {
          name: string;
          version: string;
          license: string;
        },
    );
    assert.ok(packages.length > 20, `${packages.length} packages`);
    for (const { name, version, license } of packages) {
      const part = said
        .split('-'.repeat(80))
        .find((text) => text.includes(`${name} ${version} (${license})`));
      assert.ok(part, `${name} ${version} is not named`);
      assert.match(part, /copyright|attribution/i, name);
      // Each of them may be shipped inside a product under the MIT license.
      assert.match(license, /^(MIT|ISC|0BSD|BSD-3-Clause|CC-BY-4\.0|\(MPL-2\.0 OR Apache-2\.0\))$/, name);
    }
  });

  it('packs without a warning, into at most 3 MB, and holds nothing but what runs', function () {
    this.timeout(60_000);
    const out = path.join(tempFolder(), 'lens.vsix');
    const script = (
      JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>;
      }
    ).scripts.package!;
    const args = script.split('&&').pop()!.trim().split(' ').slice(1);
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const { status, stdout, stderr } = spawnSync(process.execPath, [vsce, ...args, '--out', out], {
      cwd: root,
      encoding: 'utf8',
    });
    const printed = stdout + stderr;
    assert.equal(status, 0, printed);
    assert.doesNotMatch(printed, /warn/i);
    const { size } = fs.statSync(out);
    assert.ok(size <= 3_000_000, `the .vsix has ${size} bytes`);
    const listed = spawnSync(process.execPath, [vsce, 'ls', '--no-dependencies'], {
      cwd: root,
      encoding: 'utf8',
    });
    const strangers = listed.stdout
      .split('\n')
      .filter(
        (file) =>
          file &&
          !/^(dist|media|l10n|docs\/images)\/|^(package(\.nls.*)?\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(
            file,
          ),
      );
    assert.deepEqual(strangers, []);
  });
});
