import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const XGBOOST = '3afd221fdff144f4a4f0397dba88cf7a';

describe('pages in editor tabs', () => {
  let workbench: Workbench;
  let store: string;
  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
    store = `sqlite:///${path.join(workbench.workspace, 'mlflow.db')}`;
    await workbench.openView('Experiments');
    await workbench.expand(/^taxi-duration/);
  });
  after(() => workbench?.close());

  it('charts the metrics of a run', async () => {
    await workbench.executeCommand('mlflowLens.openCharts', { runs: [{ store, runId: XGBOOST }] });
    await workbench.webview().locator('canvas').first().waitFor();
    await workbench.screenshots('charts');
  });

  it('shows the runs of an experiment as a table', async () => {
    await workbench.contextMenu(await workbench.reveal(/^taxi-duration/), 'Open Run Table');
    await workbench.webview().getByText('too little memory').first().waitFor();
    await workbench.screenshots('table');
  });

  it('diffs two selected runs, and opens the line that set a param, in the file as of its commit', async function () {
    this.timeout(60_000);
    const lasso = workbench.view('Experiments').locator('.monaco-list-row').filter({ hasText: 'lasso' });
    await workbench.reveal('lasso');
    await lasso.nth(0).click();
    await lasso.nth(1).click({ modifiers: ['ControlOrMeta'] });
    await workbench.contextMenu(lasso.nth(1), 'Diff Runs');
    const link = workbench.webview().getByRole('button', { name: 'src/train.py:12' }).first();
    await link.waitFor();
    await workbench.screenshots('diff');
    await link.click();
    const active = (): Promise<{ file: string; line: number; text: string } | null> =>
      workbench.inHost((vscode) => {
        const editor = vscode.window.activeTextEditor;
        return editor
          ? {
              file: editor.document.uri.path,
              line: editor.selection.start.line + 1,
              text: editor.document.lineAt(editor.selection.start.line).text,
            }
          : null;
      });
    await until(async () => (await active()) !== null);
    const { file, line, text } = (await active())!;
    assert.match(file, /train\.py/);
    assert.equal(line, 12);
    assert.match(text, /alpha/i);
    await workbench.screenshots('source');
  });

  it('come back after the window was reloaded', async function () {
    this.timeout(60_000);
    await workbench.tab('taxi-duration').first().click();
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.webview().getByText('too little memory').first().waitFor({ timeout: 30_000 });
    await workbench.tab('train.py').click();
    await workbench.page.locator('.view-line', { hasText: 'ALPHA = 0.01' }).waitFor();
  });
});
