import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { PALETTES } from '../../src/state/colors';
import { withDatabase } from '../support/database';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const XGBOOST = '3afd221fdff144f4a4f0397dba88cf7a';
const SWEEP = '441d7a0473d644a9857905ef29d0a5ff';
const BROWN = 7;

describe('the colors of runs', function () {
  this.timeout(60_000);
  let workbench: Workbench;
  let database: string;
  let store: string;
  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
    database = path.join(workbench.workspace, 'mlflow.db');
    store = `sqlite:///${database}`;
    await workbench.openView('Experiments');
    await workbench.row('xgboost').waitFor();
    await workbench.executeCommand('mlflowLens.showRuns', {
      runs: [
        { store, runId: XGBOOST },
        { store, runId: SWEEP },
      ],
      shown: true,
    });
    await workbench.openView('Comparison');
  });
  after(() => workbench?.close());

  /** The color of a run's dot in a tree. */
  const dotOf = async (name: string, view = 'Comparison'): Promise<string> => {
    const style = await workbench
      .row(name, view)
      .locator('.custom-view-tree-node-item-icon')
      .evaluate((element: { style: { backgroundImage: string } }) => element.style.backgroundImage);
    const svg = /base64,([^"')]+)/.exec(style)?.[1] ?? '';
    return (
      /fill="(#[0-9a-fA-F]{6})"/.exec(Buffer.from(decodeURIComponent(svg), 'base64').toString())?.[1] ?? style
    );
  };

  it('are chosen by name, and the same in each tree', async () => {
    await workbench.contextMenu(workbench.row('xgboost', 'Comparison'), 'Set Color…');
    await workbench.quickPickRow('Automatic').waitFor();
    await workbench.pick('Brown');
    await until(async () => (await dotOf('xgboost')) === PALETTES.dark[BROWN]);
    await until(async () => (await dotOf('xgboost', 'Experiments')) === PALETTES.dark[BROWN]);
  });

  it('are those of a high contrast theme in the trees too', async () => {
    for (const [theme, kind] of [
      ['Default High Contrast', 'highContrast'],
      ['Default High Contrast Light', 'highContrastLight'],
      ['Default Light Modern', 'light'],
      ['Default Dark Modern', 'dark'],
    ] as const) {
      await workbench.changeSettings({ 'workbench.colorTheme': theme });
      await until(async () => (await dotOf('xgboost')) === PALETTES[kind][BROWN]);
      await until(async () => (await dotOf('xgboost', 'Experiments')) === PALETTES[kind][BROWN]);
    }
    await workbench.screenshots('run-colors');
  });

  it('are written as MLflow’s tag only where that is asked for, and taken back', async () => {
    const tag = (): string | undefined =>
      withDatabase(database, (db) => {
        // The writer may be at it.
        db.exec('PRAGMA busy_timeout = 5000');
        return db
          .prepare("SELECT value FROM tags WHERE run_uuid = ? AND key = 'mlflow.runColor'")
          .all(XGBOOST)
          .map((row) => String((row as { value: unknown }).value))
          .at(0);
      });
    assert.equal(tag(), undefined);
    const choose = (): Promise<unknown> =>
      workbench.inHost(
        (vscode, run: unknown) => {
          void vscode.commands.executeCommand('mlflowLens.setRunColor', { runs: [run] });
        },
        { store, runId: XGBOOST },
      );
    await choose();
    await workbench.pick(/Write MLflow's Tag/);
    await workbench.quickPickRow('Green').waitFor();
    await workbench.pick('Green');
    const input = workbench.page.locator('.quick-input-widget:visible input');
    await until(async () => (await input.inputValue()) === PALETTES.light[2]!.toLowerCase());
    assert.equal(tag(), undefined, 'nothing is written before Enter');
    await input.press('Enter');
    await until(() => tag() === PALETTES.light[2]!.toLowerCase());
    await until(async () => (await dotOf('xgboost')) === PALETTES.dark[2]);
  });

  it('stay lit in the trees no longer than the page is in sight whose pointer lit them', async () => {
    await workbench.executeCommand('mlflowLens.openCharts', {
      runs: [
        { store, runId: XGBOOST },
        { store, runId: SWEEP },
      ],
    });
    await workbench.webview().locator('.run-chip', { hasText: 'xgboost' }).hover();
    const badge = workbench
      .row('xgboost', 'Comparison')
      .locator('[class*="monaco-decoration-itemBadge"]')
      .first();
    await badge.waitFor();
    // By the keyboard: the pointer never leaves.
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: SWEEP });
    await workbench.tab('sweep').waitFor();
    await badge.waitFor({ state: 'hidden' });
  });

  it('and pages come back after a reload of the window that came before they had loaded', async function () {
    this.timeout(120_000);
    await workbench.inHost((vscode) => vscode.commands.executeCommand('workbench.action.closeAllEditors'));
    // The first is behind the second before its page has run.
    await workbench.inHost(
      (vscode, runs: unknown[]) =>
        Promise.all(runs.map((run) => vscode.commands.executeCommand('mlflowLens.openRun', run))),
      [
        { store, runId: XGBOOST },
        { store, runId: SWEEP },
      ],
    );
    await workbench.tab('xgboost').waitFor();
    await workbench.webview().getByText('sweep').first().waitFor();
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.tab('xgboost').click({ timeout: 60_000 });
    await workbench.webview().getByText('max_depth').first().waitFor();
  });
});
