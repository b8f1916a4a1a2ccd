import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTempFolders, tempFolder } from '../support/database';
import { copyFixture } from '../support/fixtures';
import { writeFiles } from '../support/repositories';
import { standInMlflow } from '../support/standInMlflow';
import { openWorkbench, until, type Workbench } from '../support/workbench';

/** Makes the file that `mlflow migrate-filestore` would make, says how it was called, and fails where it is told to. */
const MIGRATION = `import json, os, shutil, sys, time
here = os.path.dirname(__file__)
with open(os.path.join(here, "called.json"), "w") as file:
    json.dump({"words": sys.argv[1:], "folder": os.getcwd()}, file)
print("[1/1] Migrating experiment \\x1b[31m1...")
target = sys.argv[-1].removeprefix("sqlite:///")
how = open(os.path.join(here, "how")).read()
if how == "fail":
    sys.exit("ValueError: Malformed metric line")
if how == "wait":
    open(target, "w").close()
    time.sleep(600)
shutil.copy(os.path.join(here, "migrated.db"), target)
print("Migration summary:\\n  runs   48   48\\n  registered_models   1   1")
`;

describe('Copy Store to SQLite', function () {
  this.timeout(120_000);
  let workbench: Workbench;
  let workspace: string;
  let site: string;
  before(async () => {
    const installed = standInMlflow(MIGRATION);
    site = installed.site;
    copyFixture('migrated-3.17.2', path.join(site, 'mlflow/migrated.db'), 'mlflow.db');
    workspace = tempFolder();
    copyFixture('files-3.12.0', path.join(workspace, 'mlruns'), 'mlruns');
    writeFiles(workspace, {
      '.vscode/settings.json': JSON.stringify({ 'mlflowLens.pythonPath': installed.python }),
    });
    // So that the texts of a terminal are in the page.
    workbench = await openWorkbench({
      workspace,
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
    });
    await workbench.openView('Experiments');
  });
  after(async () => {
    await workbench?.close();
    removeTempFolders();
  });

  const store = (): string => `file://${workspace}/mlruns`;
  const migrate = (how: 'copy' | 'fail' | 'wait'): void =>
    fs.writeFileSync(path.join(site, 'mlflow/how'), how);
  const start = (): Promise<unknown> =>
    workbench.executeCommand('mlflowLens.copyStoreToSqlite', { store: store() });

  const said = (text: string | RegExp): Promise<string> => workbench.notification(text);
  const clear = (): Promise<unknown> => workbench.executeCommand('notifications.clearAll');
  const terminalSays = (text: string): Promise<void> =>
    workbench.page.locator('.terminal-wrapper.active .xterm-rows').filter({ hasText: text }).waitFor();

  it('says first what it will do, and does nothing where that is not wanted', async () => {
    migrate('copy');
    const row = await workbench.reveal(/^mlruns/);
    await workbench.contextMenu(row, 'Copy Store to SQLite…');
    await workbench.dialog.waitFor();
    const text = await workbench.dialog.innerText();
    for (const part of [
      'Copy mlruns to the new SQLite file mlflow.db?',
      `From: ${workspace}/mlruns`,
      `To: ${workspace}/mlflow.db`,
      'MLflow 3.17.2',
      'Nothing in the folder is changed or deleted.',
      'Artifacts are not copied',
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    await workbench.screenshots('copy-store-dialog');
    await workbench.clickDialog('Cancel');
    assert.equal(fs.existsSync(path.join(site, 'mlflow/called.json')), false);
  });

  it('copies by the MLflow of the interpreter, opens the new store, and leaves what was printed to be read', async () => {
    const copied = start();
    await workbench.clickDialog('Copy');
    const text = await said('48 runs');
    assert.match(text, /Copied 48 runs and 1 registered model to mlflow\.db/);
    await workbench.reveal(/^mlflow\.db/);
    await terminalSays('Migrating experiment �[31m1');
    await terminalSays('Press any key to close the terminal.');
    await workbench.screenshots('copy-store');
    const called = JSON.parse(fs.readFileSync(path.join(site, 'mlflow/called.json'), 'utf8')) as unknown;
    const { words, folder } = called as { words: string[]; folder: string };
    assert.deepEqual(words, [
      'migrate-filestore',
      ...['--source', path.join(workspace, 'mlruns')],
      ...['--target', `sqlite:///${workspace}/mlflow.db`],
    ]);
    assert.match(folder, /globalStorage.mlflow-lens\.mlflow-lens.mlflow-ui$/);
    await clear();
    await copied;
  });

  it('says that it failed, and the terminal why', async () => {
    migrate('fail');
    const failed = start();
    await workbench.dialog.waitFor();
    assert.ok((await workbench.dialog.innerText()).includes('mlflow-2.db?'), 'mlflow.db is taken');
    await workbench.clickDialog('Copy');
    await said('mlruns was not copied: the terminal of "mlflow migrate-filestore" says why');
    await terminalSays('ValueError: Malformed metric line');
    await terminalSays('Press any key to close the terminal.');
    await clear();
    await failed;
    const before = await workbench.inHost((vscode) => vscode.window.terminals.length);
    await workbench.page.locator('.terminal-wrapper.active textarea').press('Enter');
    await until(async () => (await workbench.inHost((vscode) => vscode.window.terminals.length)) < before);
  });

  it('stops with Ctrl+C in the terminal, and is not begun twice', async () => {
    migrate('wait');
    const stopped = start();
    await workbench.clickDialog('Copy');
    await until(() => fs.existsSync(path.join(workspace, 'mlflow-2.db')));
    const again = start();
    await said('mlruns is being copied already');
    await workbench.page.locator('.terminal-wrapper.active textarea').press('Control+c');
    await said('Copying mlruns was stopped. mlruns is as it was; mlflow-2.db, if it is there, is unfinished');
    await clear();
    await Promise.all([stopped, again]);
  });

  it('says what to install where MLflow is older', async () => {
    const { python } = standInMlflow('', '2.14.3');
    writeFiles(workspace, { '.vscode/settings.json': JSON.stringify({ 'mlflowLens.pythonPath': python }) });
    await until(async () =>
      workbench.inHost(
        (vscode, wanted: string) =>
          vscode.workspace.getConfiguration('mlflowLens').get('pythonPath') === wanted,
        python,
      ),
    );
    const explained = start();
    const text = await said('MLflow 2.14.3 of');
    assert.match(
      text,
      /has no "migrate-filestore", which came with 3\.10: run 'pip install "mlflow>=3\.10"'/,
    );
    assert.equal(await workbench.dialog.count(), 0);
    await clear();
    await explained;
  });
});
