import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { withDatabase } from '../support/database';
import { openWorkbench, until, type Workbench } from '../support/workbench';

describe('the registry, by the dialogs that a user clicks', () => {
  let workbench: Workbench;
  let database: string;

  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
    database = path.join(workbench.workspace, 'mlflow.db');
    await workbench.openView('Models');
    await workbench.expand('taxi-duration', 'Models');
  });
  after(() => workbench?.close());

  const stages = (): Record<string, unknown> =>
    withDatabase(database, (opened) => {
      opened.exec('PRAGMA busy_timeout = 5000');
      return Object.fromEntries(
        opened
          .prepare("SELECT version, current_stage FROM model_versions WHERE name = 'taxi-duration'")
          .all()
          .map(({ version, current_stage }) => [String(version), current_stage]),
      );
    });
  const BEFORE = { 1: 'Archived', 2: 'Production', 3: 'Staging', 4: 'None' };

  async function choosePromotion(): Promise<void> {
    await workbench.contextMenu(await workbench.reveal(/^v4/, 'Models'), 'Promote Model Version…');
    await workbench.pick('Production');
    await workbench.pick('Archive v2');
    await workbench.dialog.waitFor();
  }

  it('says which versions change, and changes nothing when it is cancelled', async () => {
    await choosePromotion();
    const text = await workbench.dialog.innerText();
    assert.match(text, /v4/);
    assert.match(text, /v2.*Archived/s);
    for (const part of [
      /v4 against v2:/,
      /⚠ The signature is incompatible: v4 takes Tensor \(float64, \(-1, 1007\)\), not 2 columns; gives #1 as Tensor \(float32/,
      /Metrics: rmse 2\.971 → 2\.867 \(better\)/,
      /only v4: best_iteration, stopped_iteration, validation-rmse/,
      /Params: only v4: .*only v2: alpha/,
      /Environment: only v4: xgboost; only v2: skops/,
      /Size: /,
    ]) {
      assert.match(text, part);
    }
    await workbench.screenshots('promote');
    await workbench.clickDialog('Cancel');
    assert.deepEqual(stages(), BEFORE);
  });

  it('shows the diff first, and goes on from there', async () => {
    await choosePromotion();
    await workbench.clickDialog('Show Diff First');
    await workbench.tab(/v2 ↔ v4/).waitFor();
    await workbench.runCommand('Notifications: Show Notifications');
    const center = workbench.page.locator('.notifications-center');
    await center.getByRole('button', { name: 'Promote v4…' }).click();
    await workbench.dialog.waitFor();
    await workbench.clickDialog('Cancel');
    assert.deepEqual(stages(), BEFORE);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.openView('Models');
  });

  /** Promotes v4 while another process holds SQLite's lock, and goes on once VS Code says that it waits. */
  async function whileOtherWrites(goOn: (center: Locator) => Promise<void>): Promise<void> {
    const holder = spawn('python3', [
      '-c',
      'import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\nc.execute("BEGIN IMMEDIATE")\nprint("held",flush=True)\nsys.stdin.read()',
      database,
    ]);
    const gone = new Promise<void>((resolve) => holder.on('close', () => resolve()));
    try {
      await new Promise<void>((resolve) => holder.stdout.once('data', () => resolve()));
      await choosePromotion();
      await workbench.clickDialog('Promote v4');
      await workbench.runCommand('Notifications: Show Notifications');
      const center = workbench.page.locator('.notifications-center');
      await center.getByText('another process is writing to mlflow.db; waiting for it').waitFor();
      await goOn(center);
    } finally {
      holder.stdin.end();
      await gone;
    }
  }

  it('says that it waits for another process, and can be cancelled', async () => {
    await whileOtherWrites(async (center) => {
      await workbench.screenshots('waiting');
      await center.getByRole('button', { name: 'Cancel' }).click();
      await center.getByText('another process is writing').waitFor({ state: 'detached' });
    });
    assert.deepEqual(stages(), BEFORE);
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('says after a reload amid a change that it may not be done, and nothing is changed later', async function () {
    this.timeout(60_000);
    await whileOtherWrites(async () => {
      const loaded = workbench.page.waitForEvent('load');
      await workbench.runCommand('Developer: Reload Window');
      await loaded;
      await workbench.reveal(/^v4/, 'Models');
      await workbench.runCommand('Notifications: Show Notifications');
      await workbench.page
        .locator('.notifications-center')
        .getByText(/VS Code closed while ".*" was being written to mlflow\.db/)
        .waitFor();
      await workbench.screenshots('reloaded-amid-a-change');
    });
    // A writer that had stayed behind would have the lock now.
    withDatabase(database, (opened) => opened.exec('BEGIN IMMEDIATE; ROLLBACK'));
    assert.deepEqual(stages(), BEFORE);
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('lists the models that are searched for, and says so', async () => {
    await workbench.runCommand('MLflow: Search Models…');
    await workbench.answer('@challenger');
    const view = workbench.view('Models');
    await view.getByText('Search: @challenger').waitFor();
    await workbench.row(/^v4.*@challenger/, 'Models').waitFor();
    await workbench.row(/^v2.*Production/, 'Models').waitFor({ state: 'detached' });
    await workbench.screenshots('models-searched');
    await workbench.runCommand('MLflow: Filter Models…');
    await workbench.pick('Waiting for review');
    await view.getByText('No registered models match').waitFor();
    await workbench.runCommand('MLflow: Clear Model Search and Filter');
    await workbench.row(/^v2.*Production/, 'Models').waitFor();
    await workbench.screenshots('models');
  });

  it('promotes after the confirmation, and the tree shows it', async () => {
    await choosePromotion();
    await workbench.clickDialog('Promote v4');
    await until(() => stages()[4] === 'Production');
    assert.deepEqual(stages(), { ...BEFORE, 2: 'Archived', 4: 'Production' });
    await workbench.row(/^v4.*Production/, 'Models').waitFor();
    await workbench.row(/^v2.*Archived/, 'Models').waitFor();
  });

  it('takes it back', async () => {
    await workbench.runCommand('MLflow: Undo Registry Change…');
    await workbench.clickDialog('Undo');
    await until(() => stages()[4] === 'None');
    assert.deepEqual(stages(), BEFORE);
    await workbench.row(/^v2.*Production/, 'Models').waitFor();
  });

  it('goes the whole way by keyboard only, and back', async () => {
    const { keyboard } = workbench.page;
    const picker = workbench.page.locator('.quick-input-widget:visible');
    const take = async (typed: string, row: string | RegExp): Promise<void> => {
      await keyboard.type(typed);
      await picker.locator('.monaco-list-row.focused').filter({ hasText: row }).first().waitFor();
      await keyboard.press('Enter');
    };
    const command = async (typed: string, title: string): Promise<void> => {
      await keyboard.press('F1');
      await picker.locator('input').waitFor();
      await take(typed, title);
    };
    await command('MLflow: Promote', 'MLflow: Promote Model Version…');
    for (const [typed, row] of [
      ['taxi-d', /^taxi-duration/],
      ['v3', /^v3/],
      ['Prod', /^Production/],
      ['Arch', /^Archive v2/],
    ] as const) {
      await workbench.quickPickRow(row).waitFor();
      await take(typed, row);
    }
    await workbench.dialog.getByText('Promote taxi-duration v3 to Production?').waitFor();
    // The button has the focus, as in every dialog of VS Code.
    await keyboard.press('Enter');
    await until(() => stages()[3] === 'Production');
    await command('MLflow: Undo Registry', 'MLflow: Undo Registry Change…');
    await workbench.dialog.waitFor();
    await workbench.screenshots('undo');
    await keyboard.press('Enter');
    await until(() => stages()[3] === 'Staging');
    assert.deepEqual(stages(), BEFORE);
  });

  it('archives from the palette, asking for model and version', async () => {
    await workbench.runCommand('MLflow: Archive Model Version…');
    await workbench.pick('taxi-duration');
    await workbench.pick('v3');
    await workbench.clickDialog('Archive v3');
    await until(() => stages()[3] === 'Archived');
    await workbench.row(/^v3.*Archived/, 'Models').waitFor();
  });

  it('asks for the confirmation also when a command gives all arguments', async () => {
    const store = `sqlite:///${database}`;
    const args = { store, name: 'taxi-duration', version: '1', stage: 'Staging', archiveExisting: false };
    const running = workbench.executeCommand('mlflowLens.promoteModelVersion', args);
    await workbench.dialog.waitFor();
    assert.equal(stages()[1], 'Archived');
    await workbench.clickDialog('Cancel');
    await running;
    assert.equal(stages()[1], 'Archived');
  });

  it('offers the way back in the notification', async () => {
    // VS Code shows no toasts to a test's driver; the centre holds the same notification.
    await workbench.runCommand('Notifications: Show Notifications');
    const center = workbench.page.locator('.notifications-center');
    await center.getByRole('button', { name: 'Undo' }).first().click();
    await workbench.clickDialog('Undo');
    await until(() => stages()[3] === 'Staging');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('deletes a version only after its name was typed', async () => {
    await workbench.contextMenu(await workbench.reveal(/^v1/, 'Models'), 'Delete Model Version…');
    const box = workbench.page.locator('.quick-input-widget:visible');
    await box.getByText('This cannot be undone').first().waitFor();
    await workbench.screenshots('delete-version');
    await workbench.answer('v1');
    await box.getByText('Type taxi-duration v1 to confirm').first().waitFor();
    assert.equal(stages()[1], 'Archived');
    await workbench.answer('taxi-duration v1');
    await until(() => stages()[1] === 'Deleted_Internal');
    await workbench.row(/^v1/, 'Models').waitFor({ state: 'detached' });
  });
});
