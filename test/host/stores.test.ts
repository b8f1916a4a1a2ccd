import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTempFolders, tempFolder } from '../support/database';
import { copyFixture } from '../support/fixtures';
import { openWorkbench, type Workbench } from '../support/workbench';

/** What a training process does, by Python's own sqlite3. */
function commit(database: string, sql: string): void {
  const script =
    'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=20)\nc.execute(sys.argv[2])\nc.commit()\nc.close()';
  execFileSync('python3', ['-c', script, database, sql]);
}

/** All that VS Code in a browser keeps between windows, as JSON. */
const STORED_BY_VSCODE = `(async () => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [JSON.stringify({ ...localStorage })];
  for (const { name } of await indexedDB.databases()) {
    const database = await answer(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const values = await answer(database.transaction(store).objectStore(store).getAll());
      found.push(JSON.stringify(values));
    }
    database.close();
  }
  return found.join('\\n');
})()`;

describe('stores beside one another', () => {
  let workbench: Workbench;
  let database: string;

  before(async function () {
    this.timeout(120_000);
    const folder = tempFolder();
    fs.writeFileSync(path.join(folder, 'text.db'), 'not a database at all\n'.repeat(100));
    fs.writeFileSync(path.join(folder, 'empty.db'), '');
    execFileSync('python3', [
      '-c',
      'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute("create table notes (text)")\nc.commit()',
      path.join(folder, 'notes.db'),
    ]);
    const stores = ['text.db', 'empty.db', 'notes.db', 'missing.db'].map(
      (file) => `sqlite:///${path.join(folder, file)}`,
    );
    stores.push('postgresql://user:secret@host/db');
    workbench = await openWorkbench({ settings: { 'mlflowLens.stores': stores } });
    database = path.join(workbench.workspace, 'mlflow.db');
    await workbench.openView('Experiments');
  });
  after(async () => {
    await workbench?.close();
    removeTempFolders();
  });

  it('say in one sentence what is wrong with each, and the others keep working', async () => {
    await workbench.expand(/^mlflow\.db/);
    await workbench.reveal('taxi-duration');
    for (const file of ['text.db', 'empty.db', 'notes.db', 'missing.db']) {
      await workbench.expand(file);
    }
    for (const sentence of [
      /not a SQLite/i,
      /empty/i,
      /not MLflow|no MLflow|MLflow's/i,
      /not there/i,
      /postgresql/i,
    ]) {
      await workbench.reveal(sentence);
    }
    const shown = await workbench.view('Experiments').innerText();
    assert.doesNotMatch(shown, /secret/);
    await workbench.screenshots('bad-stores');
  });

  it('keep no password: not in the list, the page, the report, nor in what VS Code stores', async () => {
    const uri = 'http://someone:canary7@127.0.0.1:9/mlflow';
    // It answers when the user has read the error: nothing answers at that port.
    const added = workbench.executeCommand('mlflowLens.addStore', { store: uri });
    const item = await workbench.reveal('127.0.0.1:9/mlflow');
    await item.hover();
    await workbench.page
      .locator('.monaco-hover:visible')
      .getByText('without the user and password')
      .waitFor();
    await workbench.executeCommand('mlflowLens.openRunTable', { store: uri, experimentIds: ['0'] });
    await workbench
      .webview()
      .getByText('cannot be reached, as nothing answers at its port')
      .first()
      .waitFor();
    const shown = await workbench.webview().locator('html').innerHTML();
    await workbench.executeCommand('mlflowLens.reportProblem', { store: uri });
    const texts = await workbench.inHost((vscode) =>
      vscode.workspace.textDocuments.map((document) => `${document.uri.scheme} ${document.getText()}`),
    );
    const report = texts.find((text) => text.includes('What you expected'));
    assert.match(report ?? '', /no names, paths, addresses or values[^]*store 1: not open \(NOT_FOUND\)\n/);
    assert.doesNotMatch(report ?? '', /127\.0\.0\.1/);
    const stored = await workbench.page.evaluate<string>(STORED_BY_VSCODE);
    assert.match(stored, /127\.0\.0\.1:9\/mlflow/, 'the store is remembered');
    const seen = [...texts, stored, await workbench.page.content(), shown];
    seen.forEach((text) => assert.doesNotMatch(text, /canary7/));
    await workbench.runCommand('Notifications: Clear All Notifications');
    await added;
    await workbench.executeCommand('mlflowLens.removeStore', { store: uri });
    await item.waitFor({ state: 'hidden' });
  });

  it('shows what a training process commits without a click', async () => {
    await workbench.expand('taxi-notebook');
    commit(database, "UPDATE runs SET name = 'renamed by training' WHERE name = 'ridge 10.0'");
    await workbench.row('renamed by training').waitFor({ timeout: 8000 });
  });

  it('says when a store vanishes, and picks it up when it is back', async function () {
    this.timeout(60_000);
    fs.renameSync(database, `${database}.away`);
    await workbench
      .row(/^mlflow\.db.*(gone|not available|missing|vanished|moved)/i)
      .waitFor({ timeout: 30_000 });
    await workbench.screenshots('gone-store');
    fs.renameSync(`${database}.away`, database);
    await workbench.row(/^mlflow\.db(?!.*not available)/).waitFor({ timeout: 30_000 });
    await workbench.expand('taxi-notebook');
    commit(database, "UPDATE runs SET name = 'after the return' WHERE name = 'ridge 1.0'");
    await workbench.row('after the return').waitFor({ timeout: 30_000 });
  });
});

describe('a folder without a store', () => {
  let workbench: Workbench;
  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench({ workspace: tempFolder() });
  });
  after(async () => {
    await workbench?.close();
    removeTempFolders();
  });

  it('says what was looked for and offers the ways out', async () => {
    await workbench.openView('Experiments');
    const view = workbench.view('Experiments');
    await view.getByText('No MLflow tracking store was found in this workspace').waitFor();
    await view.getByRole('button', { name: 'Add Store…' }).waitFor();
    await workbench.screenshots('welcome');
  });

  it('opens a store that appears later', async () => {
    copyFixture('taxi-duration', workbench.workspace);
    await workbench.row('mlflow.db').waitFor({ timeout: 30_000 });
  });
});
