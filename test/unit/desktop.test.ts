import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTempFolders, tempFolder } from '../support/database';

const root = path.resolve(__dirname, '../..');

describe('the host suites in a desktop VS Code', () => {
  after(removeTempFolders);

  it('start the named executable on the demo project, and fail when it does not stay', function () {
    this.timeout(60_000);
    const folder = tempFolder();
    const recorded = path.join(folder, 'recorded.json');
    const stub = path.join(folder, 'code');
    fs.writeFileSync(
      stub,
      `#!${process.execPath}
const [workspace] = process.argv.slice(2);
require('node:fs').writeFileSync(${JSON.stringify(recorded)}, JSON.stringify({
  args: process.argv.slice(2),
  store: require('node:fs').existsSync(workspace + '/mlflow.db'),
  bridge: process.env.LENS_TEST_BRIDGE,
}));
`,
      { mode: 0o755 },
    );
    const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
    const suite = path.join(root, 'test/host/thread.test.ts');
    const { status, stdout } = spawnSync(process.execPath, [mocha, suite], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, LENS_VSCODE: 'desktop', LENS_DESKTOP: stub },
    });
    assert.notEqual(status, 0);
    assert.match(stdout, /VS Code ended with code 0 before its window was there/);
    const { args, store, bridge } = JSON.parse(fs.readFileSync(recorded, 'utf8')) as {
      args: string[];
      store: boolean;
      bridge: string;
    };
    assert.ok(store, 'the workspace is not the demo project');
    assert.ok(bridge);
    assert.ok(args.includes(`--extensionDevelopmentPath=${root}`));
    assert.ok(args.includes(`--extensionTestsPath=${path.join(root, 'test/host/bridge/bridge.js')}`));
    assert.ok(args.some((argument) => /^--user-data-dir=/.test(argument)));
    assert.ok(args.some((argument) => /^--remote-debugging-port=\d+$/.test(argument)));
  });
});
