import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const XGBOOST = '3afd221fdff144f4a4f0397dba88cf7a';
const SWEEP = '441d7a0473d644a9857905ef29d0a5ff';

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

  it('keeps a chart’s zoom and hidden runs while its tab is hidden, and copies its picture', async () => {
    const metric = 'validation-rmse';
    await workbench.executeCommand('mlflowLens.openCharts', {
      store,
      experimentIds: ['1'],
      metrics: [metric],
    });
    await workbench.tab(metric).waitFor();
    const page = workbench.webview();
    const chip = page.locator('.run-chip', { hasText: 'powerful-newt-738' });
    await chip.click();
    await page.locator('.run-chip.off').waitFor();
    await until(async () => (await chartRange())[1] < 1e9);
    await page.locator('.plot').focus();
    await workbench.page.keyboard.press('+');
    await until(async () => (await chartRange())[1] < 59);
    const zoomed = await chartRange();
    const origin = new URL(workbench.page.url()).origin;
    await workbench.page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
      .catch(() => undefined);
    await page.getByLabel(`Actions for ${metric}…`).click();
    await page.getByRole('menuitem', { name: 'Copy Image' }).click();
    await page.getByText('Image copied').waitFor();
    if (workbench.version !== 'desktop') {
      const types = await workbench.page.evaluate(
        'navigator.clipboard.read().then((items) => items.flatMap((item) => item.types))',
      );
      assert.deepEqual(types, ['image/png']);
    }
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: XGBOOST });
    await workbench.webview().getByText('max_depth').first().waitFor();
    await workbench.tab(metric).click();
    await until(async () => (await chartRange())[1] === zoomed[1]);
    assert.deepEqual(await chartRange(), zoomed);
    await workbench.webview().locator('.run-chip.off', { hasText: 'powerful-newt-738' }).waitFor();
  });

  /** What the chart of the active tab shows of x. */
  function chartRange(): Promise<[number, number]> {
    return workbench
      .webview()
      .locator('chart-card')
      .evaluate(
        (card: { view?: { xRange: [number, number] } }): [number, number] => card.view?.xRange ?? [0, 1e9],
      );
  }

  it('lights up in the tree what is under the pointer in a chart, and in the chart what is selected in the tree', async () => {
    const page = workbench.webview();
    await page.locator('.run-chip', { hasText: 'too little memory' }).hover();
    const row = await workbench.reveal('too little memory');
    const badge = row.locator('[class*="monaco-decoration-itemBadge"]').first();
    await badge.waitFor();
    await workbench.page.mouse.move(300, 18);
    await badge.waitFor({ state: 'hidden' });
    await row.click();
    await workbench.tab('too little memory').waitFor();
    await workbench.tab('validation-rmse').click();
    await workbench.webview().locator('.run-chip.hovered', { hasText: 'too little memory' }).waitFor();
  });

  it('shows the runs of an experiment as a table', async () => {
    await workbench.contextMenu(await workbench.reveal(/^taxi-duration/), 'Open Run Table');
    const page = workbench.webview();
    await page.getByText('too little memory').first().waitFor();
    await workbench.screenshots('table');

    // Which direction is the better one is said at the head, and kept in the settings.
    const direction = (): Promise<unknown> =>
      workbench.inHost((vscode) => vscode.workspace.getConfiguration('mlflowLens').get('metricDirections'));
    const place = await page.locator('.head-cell', { hasText: 'rmse' }).first().getAttribute('data-column');
    const best = page.locator(`.body .best[data-column="${place}"] .cut`).first();
    await best.waitFor();
    const lowest = await best.innerText();
    const choose = async (): Promise<void> => {
      await page.locator('.head-cell', { hasText: 'rmse' }).first().click({ button: 'right' });
      await page.getByRole('menuitemcheckbox', { name: 'Higher Is Better' }).click();
    };
    await page.locator('[data-act=toggle]').first().click();
    await choose();
    await until(async () => JSON.stringify(await direction()) === '{"rmse":"higher"}');
    await until(async () => (await best.innerText()) !== lowest);
    await choose();
    await until(async () => JSON.stringify(await direction()) === '{}');

    // The headline metric of an experiment stands beside its runs, in every view.
    const headline = async (metric: string): Promise<void> => {
      await workbench.executeCommand('mlflowLens.setHeadlineMetric', { store, experimentId: '1', metric });
      await workbench
        .view('Experiments')
        .locator('.monaco-list-row')
        .filter({ hasText: new RegExp(`^xgboost.*[ ,]${metric} 2\\.`) })
        .first()
        .waitFor();
    };
    await headline('validation-rmse');
    await headline('rmse');

    const file = path.join(workbench.workspace, 'best.md');
    await workbench.executeCommand('mlflowLens.exportTable', {
      store,
      experimentIds: ['1'],
      filter: 'metrics.rmse < 2.9',
      format: 'markdown',
      to: file,
    });
    assert.match(fs.readFileSync(file, 'utf8'), /^Filter: `metrics\.rmse < 2\.9`\n\n\| name \|/);
  });

  it('diffs two selected runs, and opens the line that set a param, in the file as of its commit', async function () {
    this.timeout(60_000);
    const lasso = workbench.view('Experiments').locator('.monaco-list-row').filter({ hasText: 'lasso' });
    await workbench.reveal('lasso');
    await lasso.nth(0).click();
    // One page after the other: VS Code 1.100 can leave a webview blank that is made while another still loads.
    await workbench.webview().getByRole('heading', { name: 'lasso' }).waitFor();
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

  it('draws a sweep; what is brushed opens in the run table and is there when the tab comes back', async () => {
    await workbench.executeCommand('mlflowLens.openSweep', { store, parentRunId: SWEEP });
    const page = workbench.webview();
    const brushes = page.locator('.brush-line');
    await page.getByText('18 runs. Drag along an axis').waitFor();
    const title = (await page.locator('.axis-title').last().boundingBox())!;
    const plot = (await page.locator('.parallel-plot').boundingBox())!;
    const x = title.x + title.width / 2;
    await workbench.page.mouse.move(x, plot.y + 278);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(x, plot.y + 180, { steps: 5 });
    await workbench.page.mouse.up();
    await brushes.getByText(/^\d+ of 18 runs/).waitFor();
    const brushed = (await brushes.innerText()).replace(/\s+/g, ' ');
    await workbench.screenshots('sweep');
    await page.getByText('Selected in Table').click();
    await workbench.tab('taxi-duration').waitFor();
    await workbench
      .webview()
      .getByText(/^\d+ of \d+ runs/)
      .first()
      .waitFor();
    await workbench.tab('Sweep').click();
    await workbench
      .webview()
      .locator('.brush-line')
      .getByText(/^\d+ of 18 runs/)
      .waitFor();
    assert.equal(
      (await workbench.webview().locator('.brush-line').innerText()).replace(/\s+/g, ' '),
      brushed,
    );
  });

  it('come back after the window was reloaded', async function () {
    this.timeout(60_000);
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: XGBOOST });
    await workbench.webview().getByRole('treeitem', { name: 'model' }).first().click();
    await workbench.webview().getByRole('treeitem', { name: 'MLmodel' }).click();
    await workbench.webview().locator('.model-preview').waitFor();
    const title = await workbench.page.locator('.tabs-container .tab.active').innerText();
    await workbench.tab('taxi-duration').first().click();
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.webview().getByText('too little memory').first().waitFor({ timeout: 30_000 });
    await workbench.tab('validation-rmse').click();
    await workbench.webview().locator('.run-chip.off', { hasText: 'powerful-newt-738' }).waitFor();
    await until(async () => (await chartRange())[1] < 59);
    await workbench.tab('Sweep').click();
    await workbench
      .webview()
      .locator('.brush-line')
      .getByText(/^\d+ of 18 runs/)
      .waitFor();
    await workbench.tab(title.trim()).click();
    await workbench.webview().locator('.model-preview').waitFor();
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
    // From the palette: of the run in front.
    await workbench.runCommand('MLflow: Set Tag…');
    await workbench.answer('reviewed');
    await workbench.page.getByText('Set the tag "reviewed"').waitFor();
    await workbench.answer('yes');
    await workbench.webview().locator('#section-tags').getByText('reviewed').waitFor();
    await workbench.webview().getByRole('button', { name: 'Add a note' }).click();
    await workbench.answer('Beats the **lasso**.');
    await workbench.webview().locator('.note strong', { hasText: 'lasso' }).waitFor();
  });

  it('opens the run of a link, and asks before it opens a store that is not open', async function () {
    this.timeout(60_000);
    const other = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-link-'));
    fs.copyFileSync(path.join(workbench.workspace, 'mlflow.db'), path.join(other, 'other.db'));
    try {
      await workbench.executeCommand('workbench.action.closeAllEditors');
      const follow = (target: string): Promise<unknown> =>
        workbench.inHost(
          (vscode, uri: string, runId: string) => {
            const query = new URLSearchParams({ store: uri, runId }).toString();
            const link = `${vscode.env.uriScheme}://mlflow-lens.mlflow-lens/run?${query}`;
            void vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(link));
          },
          target,
          XGBOOST,
        );
      const heading = workbench.webview().getByRole('heading', { level: 1 });
      await follow(store);
      await heading.filter({ hasText: 'xgboost' }).waitFor();
      await workbench.executeCommand('workbench.action.closeAllEditors');

      await follow(`sqlite:///${path.join(other, 'other.db')}`);
      await workbench.dialog.filter({ hasText: 'which is not open here' }).waitFor();
      await workbench.clickDialog('Open Store');
      await heading.filter({ hasText: 'xgboost' }).waitFor();
      await workbench.row('other.db').waitFor();
    } finally {
      fs.rmSync(other, { recursive: true });
    }
  });
});
