import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { withDatabase } from '../support/database';
import { startTaxiServer, type TaxiServer } from '../support/servers/taxiServer';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const LASSO = '09e91d4bba9347db9e2d0c241248202d';
const OTHER_LASSO = 'b4eddb7a40394efea63113c3ea129604';
const XGBOOST = '3afd221fdff144f4a4f0397dba88cf7a';

describe('a team’s tracking server, from the sidebar to an undone promotion', function () {
  this.timeout(60_000);
  let taxi: TaxiServer;
  let workbench: Workbench;
  let store: string;

  before(async function () {
    this.timeout(300_000);
    taxi = await startTaxiServer({ prefix: '/team/mlflow' });
    store = taxi.server.url;
    fs.writeFileSync(path.join(taxi.project, '.env'), `MLFLOW_TRACKING_URI=${store}\n`);
    workbench = await openWorkbench({ workspace: taxi.project });
    await workbench.openView('Experiments');
  });
  after(async () => {
    await workbench?.close();
    await taxi?.server.stop();
  });

  it('lists its experiments and runs once the user connects', async () => {
    const held = workbench.row(/not connected/);
    await held.waitFor();
    await workbench.screenshots('server-not-connected');
    await held.hover();
    await held.getByRole('button', { name: 'Connect to Server' }).click();
    await workbench.expand(/^taxi-duration/);
    await workbench.row('too little memory').waitFor();
    await workbench.screenshots('server');
  });

  it('shows the runs of an experiment as a table, filtered in the search language', async () => {
    await workbench.contextMenu(await workbench.reveal(/^taxi-duration/), 'Open Run Table');
    const page = workbench.webview();
    await page.getByText('too little memory').first().waitFor();
    await workbench.screenshots('server-table');
    const filter = page.locator('[data-filter]');
    await filter.fill('metrics.rmse < 2.9 and params.max_depth = "9"');
    await filter.press('Enter');
    await page.getByText(/^\d of 26 runs/).waitFor();
    await page.getByText('too little memory').first().waitFor({ state: 'detached' });
  });

  it('charts the metrics of a run', async () => {
    await workbench.executeCommand('mlflowLens.openCharts', { runs: [{ store, runId: XGBOOST }] });
    await workbench.webview().locator('canvas').first().waitFor();
    await workbench.screenshots('server-charts');
  });

  it('shows a run with its params and its artifacts', async () => {
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: XGBOOST });
    await workbench.webview().getByText('max_depth').first().waitFor();
    await workbench.screenshots('server-run');
    await workbench.webview().getByRole('treeitem', { name: 'model' }).first().click();
    await workbench.webview().getByRole('treeitem', { name: 'MLmodel' }).click();
    await workbench.webview().locator('.model-preview').waitFor();
    await workbench.screenshots('server-artifacts');
  });

  it('opens the server’s own page of a run', async () => {
    const opened = workbench.page.context().waitForEvent('page', { timeout: 30_000 });
    await workbench.executeCommand('mlflowLens.openMlflowUi', { store, runId: XGBOOST });
    const own = await opened;
    // What serves VS Code in a browser leads it to ports of this machine by an address of its own.
    const page = `/team/mlflow/#/experiments/1/runs/${XGBOOST}`;
    assert.ok(own.url().endsWith(page), own.url());
    await own.close();
  });

  it('diffs two runs, and opens the line of the project that set a param', async () => {
    await workbench.executeCommand('mlflowLens.diffRuns', {
      runs: [
        { store, runId: LASSO },
        { store, runId: OTHER_LASSO },
      ],
    });
    const alpha = workbench.webview().locator('[data-key="alpha"]');
    const link = alpha.getByRole('button', { name: 'src/train.py:12' }).first();
    await link.waitFor();
    await workbench.screenshots('server-diff');
    await link.click();
    const selected = (): Promise<string> =>
      workbench.inHost((vscode) => {
        const editor = vscode.window.activeTextEditor;
        return editor ? editor.document.getText(editor.selection) : '';
      });
    await until(async () => (await selected()) === 'ALPHA = 0.1');
  });

  it('shows what it showed last while the server is away, and comes back by itself', async function () {
    this.timeout(240_000);
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: XGBOOST });
    await workbench.webview().getByText('max_depth').first().waitFor();
    await taxi.server.stop();
    await workbench.row(/as of \d\d:\d\d/).waitFor({ timeout: 60_000 });
    await workbench.row('too little memory').waitFor();
    await workbench.view('Models').getByText('taxi-fare').waitFor();
    await workbench
      .webview()
      .getByText(/cannot be reached.*Shown as of/)
      .waitFor();
    await workbench.webview().getByText('max_depth').first().waitFor();
    await workbench.screenshots('server-away');
    taxi.server = await taxi.restart();
    await workbench.row(/server, live/).waitFor({ timeout: 60_000 });
    await workbench
      .webview()
      .getByText(/Shown as of/)
      .waitFor({ state: 'detached' });
  });

  it('promotes a version after the confirmation, and takes it back', async () => {
    const stages = (): Record<string, unknown> =>
      withDatabase(taxi.file, (database) =>
        Object.fromEntries(
          database
            .prepare("SELECT version, current_stage FROM model_versions WHERE name = 'taxi-duration'")
            .all()
            .map(({ version, current_stage }) => [String(version), current_stage]),
        ),
      );
    const before = stages();
    await workbench.openView('Models');
    await workbench.expand('taxi-duration', 'Models');
    await workbench.contextMenu(await workbench.reveal(/^v4/, 'Models'), 'Promote Model Version…');
    await workbench.pick('Production');
    await workbench.pick('Archive v2');
    await workbench.dialog.waitFor();
    await workbench.screenshots('server-promote');
    await workbench.clickDialog('Promote v4');
    await workbench.row(/^v4.*Production/, 'Models').waitFor();
    await workbench.row(/^v2.*Archived/, 'Models').waitFor();
    assert.deepEqual(stages(), { ...before, 2: 'Archived', 4: 'Production' });
    await workbench.runCommand('MLflow: Undo Registry Change…');
    await workbench.clickDialog('Undo');
    await workbench.row(/^v2.*Production/, 'Models').waitFor();
    assert.deepEqual(stages(), before);
    await workbench.screenshots('server-models');
  });
});
