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

  it('walks the runs of the sidebar in one tab, over a reload too, and changes the run from its page', async function () {
    this.timeout(120_000);
    const { page } = workbench;
    await workbench.executeCommand('workbench.action.closeAllEditors');
    const rows = workbench.view('Experiments').locator('.monaco-list-row[aria-level="3"]');
    await (await workbench.reveal('sweep')).scrollIntoViewIfNeeded();
    const labels = await rows.locator('.label-name').allInnerTexts();
    const start = labels.findIndex(
      (label, index) => label === 'sweep' && index > 0 && index < labels.length - 2,
    );
    assert.ok(start > 0, labels.join());
    await rows.nth(start).click();
    const heading = workbench.webview().getByRole('heading', { level: 1 });
    const tabs = page.locator('.tabs-container .tab');
    const shows = async (name: string): Promise<void> => {
      await until(async () => (await heading.innerText()) === name && (await tabs.count()) === 1);
      await workbench.tab(`${name} · taxi-duration`).waitFor();
    };
    await shows(labels[start]!);
    await workbench.webview().locator('.list-steps button').nth(1).click();
    await shows(labels[start + 1]!);
    await workbench.runCommand('MLflow: Next Run in List');
    await shows(labels[start + 2]!);

    const loaded = page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await shows(labels[start + 2]!);
    await workbench.runCommand('MLflow: Go Back to Run');
    await shows(labels[start + 1]!);
    await workbench.screenshots('run');

    const choose = async (entry: string): Promise<void> => {
      await workbench.webview().getByRole('button', { name: 'More Actions…' }).click();
      await workbench.webview().getByRole('menuitem', { name: entry }).click();
    };
    await choose('Reveal in Sidebar');
    await workbench
      .view('Experiments')
      .locator('.monaco-list-row.selected', { hasText: labels[start + 1]! })
      .waitFor();
    await choose('Rename…');
    await workbench.answer('renamed on its page');
    await shows('renamed on its page');
    await workbench.row('renamed on its page').waitFor();
    await choose('Add Tag…');
    await workbench.answer('reviewed');
    await workbench.answer('yes');
    await workbench.webview().locator('#section-tags').getByText('reviewed').waitFor();
    await workbench.webview().getByRole('button', { name: 'Add a note' }).click();
    await workbench.answer('Beats the **lasso**.');
    await workbench.webview().locator('.note strong', { hasText: 'lasso' }).waitFor();
  });
});
