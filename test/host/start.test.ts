import * as assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { launchBrowser } from '../support/browser';
import { until } from '../support/workbench';

const root = path.resolve(__dirname, '../..');
const script = ['--import', 'tsx', path.join(root, 'scripts/start.ts')];

describe('npm start', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-start-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('opens the desktop VS Code where there is one, and removes the copy when it was closed', () => {
    const recorded = path.join(folder, 'recorded.json');
    fs.writeFileSync(
      path.join(folder, 'code'),
      `#!${process.execPath}
const args = process.argv.slice(2);
const store = require('node:fs').existsSync(args.at(-1) + '/mlflow.db');
require('node:fs').writeFileSync(${JSON.stringify(recorded)}, JSON.stringify({ args, store }));
`,
      { mode: 0o755 },
    );
    const { status } = spawnSync(process.execPath, script, {
      cwd: root,
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });
    assert.equal(status, 0);
    const { args, store } = JSON.parse(fs.readFileSync(recorded, 'utf8')) as {
      args: string[];
      store: boolean;
    };
    assert.ok(store);
    assert.equal(args[args.indexOf('--extensionDevelopmentPath') + 1], root);
    assert.equal(fs.existsSync(args.at(-1)!), false);
  });

  it('else serves it in a browser behind a secret, and Ctrl+C ends all of it', async function () {
    this.timeout(60_000);
    const withoutCode = (process.env.PATH ?? '')
      .split(path.delimiter)
      .filter((entry) => !fs.existsSync(path.join(entry, 'code')));
    const child = spawn(process.execPath, script, {
      cwd: root,
      env: { ...process.env, PATH: withoutCode.join(path.delimiter), TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await until(
      () => /http:\S+/.test(printed),
      45_000,
      () => `No address was printed: ${printed}`,
    );
    const url = /http:\S+/.exec(printed)![0];
    const { origin, searchParams } = new URL(url);
    assert.match(searchParams.get('tkn') ?? '', /^[0-9a-f]{32}$/);
    assert.equal((await fetch(`${origin}/?folder=/`)).status, 403);

    const browser = await launchBrowser();
    const page = await browser.newPage();
    await page.goto(url);
    await page.locator('.activitybar .action-label[aria-label^="MLflow"]').click();
    await page.locator('.sidebar .monaco-list-row', { hasText: 'mlflow.db' }).waitFor();
    await browser.close();

    const exited = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGINT');
    assert.equal(await exited, 0);
    await assert.rejects(fetch(origin));
    assert.deepEqual(
      fs.readdirSync(folder).filter((entry) => /^lens-/.test(entry)),
      [],
    );
  });
});
