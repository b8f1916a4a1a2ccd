import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTempFolders, tempFolder } from '../support/database';
import { openWorkbench, type Workbench } from '../support/workbench';

/** What a training process does, by Python's own sqlite3. */
function commit(database: string, sql: string): void {
  const script =
    'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=20)\nc.execute(sys.argv[2])\nc.commit()\nc.close()';
  execFileSync('python3', ['-c', script, database, sql]);
}

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

  it('shows what a training process commits without a click', async () => {
    await workbench.expand('taxi-notebook');
    commit(database, "UPDATE runs SET name = 'renamed by training' WHERE name = 'ridge 10.0'");
    await workbench.row('renamed by training').waitFor({ timeout: 8000 });
  });

  it('says when a store vanishes, and picks it up when it is back', async function () {
    this.timeout(60_000);
    fs.renameSync(database, `${database}.away`);
    await workbench.row(/^mlflow\.db.*(gone|not there|missing|vanished|moved)/i).waitFor({ timeout: 15_000 });
    await workbench.screenshots('gone-store');
    fs.renameSync(`${database}.away`, database);
    await workbench.row(/^mlflow\.db(?!.*not there)/).waitFor({ timeout: 15_000 });
    await workbench.expand('taxi-notebook');
    commit(database, "UPDATE runs SET name = 'after the return' WHERE name = 'ridge 1.0'");
    await workbench.row('after the return').waitFor({ timeout: 15_000 });
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
    await view.getByText('No MLflow tracking store was found here').waitFor();
    await view.getByRole('button', { name: 'Add Store…' }).waitFor();
    await workbench.screenshots('welcome');
  });

  it('opens a store that appears later', async () => {
    const archive = path.join(__dirname, '../fixtures/taxi-duration.tar.gz');
    execFileSync('tar', [
      '-xzf',
      archive,
      '-C',
      workbench.workspace,
      '--strip-components=1',
      '--no-same-owner',
    ]);
    await workbench.row('mlflow.db').waitFor({ timeout: 15_000 });
  });
});
