import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { makeHostileStore, type HostileStore } from '../support/hostileStore';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const XGBOOST = '18483d9d008e4db2882482aab221745b';
const SWEEP_FILE = 'best.json';

describe('artifacts in VS Code', function () {
  this.timeout(60_000);
  let hostile: HostileStore;
  let workbench: Workbench;
  let store: string;
  let workspace: string;
  let database: string;

  before(async function () {
    this.timeout(120_000);
    workspace = await unpackFixture('taxi-duration');
    database = path.join(workspace, 'mlflow.db');
    store = `sqlite:///${database}`;
    hostile = await makeHostileStore();
    workbench = await openWorkbench({ workspace });
    await workbench.openView('Experiments');
    await workbench.row('too little memory').waitFor();
  });
  after(() => workbench?.close());

  const clipboard = (): Promise<string> => workbench.inHost((vscode) => vscode.env.clipboard.readText());

  it('are listed under the run when it is unfolded; saved, revealed, and their path copied', async () => {
    await workbench.expand(/^sweep/);
    await workbench.expand(/^Artifacts/);
    const file = await workbench.reveal(SWEEP_FILE);
    await workbench.contextMenu(file, 'Copy Artifact Path');
    await until(async () => path.basename(await clipboard()) === SWEEP_FILE);
    const original = await clipboard();
    assert.ok(original.startsWith(fs.realpathSync(workspace)));

    const copy = path.join(workspace, 'saved.json');
    await workbench.contextMenu(await workbench.reveal(SWEEP_FILE), 'Save Artifact As…');
    // The dialog reads the folder first, and then writes the name that it suggests.
    const input = workbench.page.locator('.quick-input-widget:visible input');
    await until(async () => (await input.inputValue()).endsWith(SWEEP_FILE));
    await workbench.answer(copy);
    await until(() => fs.existsSync(copy));
    assert.equal(fs.readFileSync(copy, 'utf8'), fs.readFileSync(original, 'utf8'));

    await workbench.contextMenu(await workbench.reveal(SWEEP_FILE), 'Reveal Artifact');
    await workbench.page
      .locator(
        '.explorer-folders-view .monaco-list-row.focused, .explorer-folders-view .monaco-list-row.selected',
      )
      .filter({ hasText: SWEEP_FILE })
      .first()
      .waitFor();
    await workbench.openView('Experiments');
  });

  it('are reached, previewed and opened by the keyboard alone', async () => {
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: XGBOOST });
    const page = workbench.webview();
    await page.getByRole('treeitem', { name: 'feature_importance_weight.png' }).waitFor();
    await workbench.executeCommand('workbench.action.focusActiveEditorGroup');
    await tabTo(page.locator('[role=treeitem]:focus'));
    await workbench.page.keyboard.press('End');
    await page.locator('[role=treeitem][aria-expanded=false]:focus').waitFor();
    await workbench.page.keyboard.press('ArrowRight');
    await page.getByRole('treeitem', { name: 'MLmodel' }).waitFor();
    await workbench.page.keyboard.press('ArrowRight');
    await workbench.page.keyboard.press('Enter');
    await page.locator('.model-preview').waitFor();
    await tabTo(page.locator('button[aria-label="Open in Editor"]:focus'));
    await workbench.page.keyboard.press('Enter');
    await workbench.tab('MLmodel').waitFor();
    await workbench.page.locator('.view-line', { hasText: 'flavors:' }).first().waitFor();
    await workbench.tab(/^xgboost/).click();
    await page.locator('.model-preview').waitFor();
  });

  it('stay on the page when the run ends and is deleted while it is shown', async () => {
    const page = workbench.webview();
    const change = (sql: string): void =>
      withDatabase(database, (opened) => opened.exec(`UPDATE runs SET ${sql} WHERE run_uuid = '${XGBOOST}'`));
    change("status = 'FAILED'");
    await page.locator('.status-failed').waitFor();
    change("lifecycle_stage = 'deleted'");
    await page.getByText('This run is deleted').waitFor();
    await page.locator('.model-preview').waitFor();
    await page.getByRole('treeitem', { name: 'requirements.txt' }).click();
    await page.locator('pre.text-preview', { hasText: 'xgboost' }).waitFor();
    change("status = 'FINISHED', lifecycle_stage = 'active'");
    await page.getByText('This run is deleted').waitFor({ state: 'detached' });
  });

  it('of a hostile store, and all else of it in the sidebar, are text, also in the tooltips', async () => {
    await workbench.executeCommand('mlflowLens.addStore', { store: `sqlite:///${hostile.file}` });
    await workbench.executeCommand('mlflowLens.removeStore', { store });
    await workbench.openView('Experiments');
    const experiment = /^experiment <script>/;
    const run = /^run <script>/;
    await checkTooltip([experiment], /experiment <script>/);
    await checkTooltip([experiment, run], /param <script>.*value <script>/s);
    await checkTooltip([/^registered <script>/], /description <script>/, 'Models');
    await checkTooltip([/^v2.*alias 2 <script>/], /alias @alias 2 <script>/, 'Models');
    await checkTooltip([experiment, run, /^Artifacts/, /^<img src=x/], /<img src=x onerror/);
    await checkTooltip([experiment, run, /^Artifacts/, /^a �gnp/], /a �gnp\.txt/);
  });

  async function tabTo(focused: Locator): Promise<void> {
    for (let presses = 0; presses < 80 && (await focused.count()) === 0; presses++) {
      await workbench.page.keyboard.press('Tab');
    }
    await focused.waitFor();
  }

  /** @param rows the row, behind those to unfold */
  async function checkTooltip(rows: RegExp[], says: RegExp, view = 'Experiments'): Promise<void> {
    const hover = workbench.page.locator('.monaco-hover:not(.hidden)').last();
    // A row that is drawn anew under the mouse, as the store was read, shows none.
    await until(async () => {
      await workbench.page.mouse.move(700, 18);
      for (const folded of rows.slice(0, -1)) {
        await workbench.expand(folded, view);
      }
      await (await workbench.reveal(rows.at(-1)!, view)).hover();
      return hover
        .filter({ hasText: says })
        .waitFor({ timeout: 3000 })
        .then(
          () => true,
          () => false,
        );
    }, 30_000);
    assert.equal(await hover.locator('img, svg, script, iframe, form, input, b, a[href]').count(), 0);
    assert.doesNotMatch(
      await hover.innerText(),
      /[\u0000-\u0008\u001b\u007f\u200f\u202a-\u202e\u2066-\u2069]/,
    );
  }
});
