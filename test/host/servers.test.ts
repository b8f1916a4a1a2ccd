import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { answers, badProxy, type BadProxy, type Served } from '../support/network/badProxy';
import { emptyMlflow } from '../support/network/emptyMlflow';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const PASSWORD = 'canary-3b8d11';

/** What the VS Code servers of this process keep: logs, settings, storage. */
const STARTED = Date.now();
function vscodeFolders(): string[] {
  return fs
    .readdirSync(os.tmpdir())
    .filter((name) => name.startsWith('lens-vscode-'))
    .map((name) => path.join(os.tmpdir(), name))
    .filter((folder) => fs.statSync(folder).birthtimeMs >= STARTED);
}

function filesWith(text: string, folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    return entry.isFile() && fs.readFileSync(file).includes(text) ? [file] : [];
  });
}

describe('a tracking server that wants a password', function () {
  this.timeout(60_000);
  let server: Served;
  let proxy: BadProxy;
  let workbench: Workbench;
  let folder: string;

  before(async function () {
    this.timeout(120_000);
    server = await emptyMlflow('ada', PASSWORD);
    proxy = await badProxy(server.url);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-server-'));
    fs.writeFileSync(path.join(folder, '.env'), `MLFLOW_TRACKING_URI=${proxy.url}\n`);
    // A token of the environment is for the server that the environment names, and here it names none.
    workbench = await openWorkbench({ workspace: folder, env: { MLFLOW_TRACKING_TOKEN: PASSWORD } });
    await workbench.openView('Experiments');
  });

  after(async () => {
    await workbench?.close();
    await proxy.close();
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const host = (): string => proxy.url.replace('http://', '');
  const title = (): ReturnType<Workbench['row']> => workbench.row(host());

  /** The input box that asks for it: the one before it may still be there. */
  const asked = (what: string): Locator =>
    workbench.page.locator('.quick-input-widget:visible').filter({ hasText: new RegExp(`${what} \\(Press`) });
  const answer = async (what: string, text: string): Promise<void> => {
    // A box that has just opened empties itself once more before it takes the focus.
    await asked(what).locator('input:focus').waitFor();
    await workbench.answer(text);
  };

  it('is listed and asked nothing, as only a file of the workspace names it', async () => {
    await title().waitFor();
    assert.match(await title().innerText(), /not connected/);
    await workbench.row('Connect to this server').waitFor();
    await workbench.runCommand('MLflow: Refresh');
    await workbench.openView('Models');
    await workbench.view('Models').getByText('Connect to this server').waitFor();
    assert.deepEqual(server.seen, []);
  });

  it('is asked once the user connects, and then says that it wants somebody to sign in', async () => {
    await workbench.openView('Experiments');
    await workbench.row('Connect to this server').click();
    await workbench.row('Sign in…').waitFor();
    assert.match(await title().innerText(), /not signed in/);
    await workbench.screenshots('server-signed-out');
    assert.ok(server.seen.length > 0);
    assert.ok(server.seen.every(({ headers }) => headers.authorization === undefined));
  });

  it('keeps no password that it refuses', async () => {
    await workbench.row('Sign in…').click();
    await workbench.pick('User and Password');
    await answer('User', 'ada');
    await answer('Password of ada', 'wrong');
    await workbench.notification('sign in again');
    await workbench.row('Sign in…').waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('MLflow: Refresh');
    await until(() => server.seen.at(-1)!.headers.authorization === undefined);
  });

  it('shows its experiments to who signs in, whose password no text of VS Code holds', async () => {
    await workbench.row('Sign in…').click();
    await workbench.pick('User and Password');
    await answer('User', 'ada');
    await asked('Password of ada').locator('input[type=password]').waitFor();
    await answer('Password of ada', PASSWORD);
    await workbench.row('behind the password').waitFor();
    assert.match(await title().innerText(), /server, live/);
    await title().hover();
    await workbench.page.locator('.monaco-hover').getByText('Signed in: ada').waitFor();
    const settings = await workbench.inHost((vscode) =>
      JSON.stringify(vscode.workspace.getConfiguration('mlflowLens')),
    );
    assert.ok(!settings.includes(PASSWORD));
    await workbench.executeCommand('mlflowLens.reportProblem', {});
    const report = await workbench.inHost(
      (vscode) => vscode.window.activeTextEditor?.document.getText() ?? '',
    );
    assert.match(report, /rest/);
    assert.ok(!report.includes(PASSWORD));
    const folders = vscodeFolders();
    assert.ok(folders.length > 0);
    assert.deepEqual(
      folders.flatMap((each) => filesWith(PASSWORD, each)),
      [],
      'logs, settings and storage',
    );
  });

  it('keeps what it showed while the server cannot be asked, under the reason, and goes on when it can', async () => {
    proxy.always = answers(502, 'text/html', '');
    await workbench.runCommand('MLflow: Refresh');
    await workbench.row('cannot answer now (HTTP 502)').waitFor();
    await workbench.row('behind the password').waitFor();
    proxy.always = null;
    await workbench.runCommand('MLflow: Refresh');
    await workbench.row('cannot answer now (HTTP 502)').waitFor({ state: 'detached' });
    await workbench.row('behind the password').waitFor();
  });

  it('forgets who signs out', async () => {
    await workbench.contextMenu(title(), 'Sign Out');
    await workbench.row('Sign in…').waitFor();
    assert.equal(await workbench.row('behind the password').count(), 0);
    await until(() => server.seen.at(-1)!.headers.authorization === undefined);
  });
});

describe('a tracking server in Restricted Mode', function () {
  this.timeout(60_000);
  let server: Served;
  let workbench: Workbench;

  before(async function () {
    this.timeout(120_000);
    server = await emptyMlflow('ada', PASSWORD);
    // The environment names the server itself, so that its token would go there.
    const env = { MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: PASSWORD };
    workbench = await openWorkbench({ env, workspaceTrust: true });
    const no = workbench.page.getByText("No, I don't trust the authors");
    const banner = workbench.page.getByText('Restricted Mode is intended for safe code browsing');
    await no.or(banner).first().waitFor();
    if (await no.isVisible()) {
      await no.click();
    }
    await workbench.openView('Experiments');
  });

  after(async () => {
    await workbench?.close();
    await server.close();
  });

  it('is sent no token, and nobody is asked for one', async () => {
    await workbench.row(/not signed in/).waitFor();
    const refused = workbench.executeCommand('mlflowLens.signIn', { store: server.url });
    await workbench.notification(
      'In Restricted Mode nobody is signed in: trust this workspace, then sign in',
    );
    assert.equal(await workbench.page.locator('.quick-input-widget:visible').count(), 0);
    assert.ok(server.seen.length > 0);
    assert.ok(server.seen.every(({ headers }) => headers.authorization === undefined));
    await workbench.runCommand('Notifications: Clear All Notifications');
    await refused;
  });
});
