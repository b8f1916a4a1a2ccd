import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { openWorkbench, type Workbench } from '../support/workbench';

/** One committed transaction of another process, as a training script makes them. */
function commit(file: string, sql: string): void {
  execFileSync('python3', [
    '-c',
    'import sqlite3,sys\nc=sqlite3.connect(sys.argv[1], timeout=20)\nc.executescript(sys.argv[2])\nc.commit()',
    file,
    sql,
  ]);
}

describe('the sidebar on the demo project', function () {
  this.timeout(60_000);
  let workbench: Workbench;
  let database: string;
  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
    database = path.join(workbench.workspace, 'mlflow.db');
    await workbench.openView('Experiments');
    await workbench.row('too little memory').waitFor();
  });
  after(() => workbench?.close());

  const rows = async (): Promise<string[]> =>
    (
      await workbench.page
        .locator('.sidebar .pane:has(.pane-header[aria-label^="Experiments"]) .monaco-list-row')
        .allTextContents()
    ).map((text) => text.replace(/\s+/g, ' ').trim());

  it('opens the experiment that was worked on last, runs newest first, each with how it ended', async () => {
    const texts = await rows();
    const at = (text: string): number => texts.findIndex((row) => row.includes(text));
    assert.ok(at('mlflow.db') === 0);
    assert.ok(at('killed, never ended') > 0 && at('killed, never ended') < at('too little memory'));
    assert.match(texts[at('killed, never ended')]!, /no end/);
    assert.match(texts[at('too little memory')]!, /failed/);
    assert.match(
      texts.find((row) => row.startsWith('xgboost'))!,
      /rmse 2\.8/,
    );
    assert.equal(at('by mistake'), -1, 'deleted runs are not among the active ones');
    await workbench.screenshots('sidebar');
  });

  it('nests children under their parent', async () => {
    assert.match(
      (await rows()).find((row) => row.startsWith('sweep'))!,
      /18 children/,
    );
    await workbench.expand(/^sweep/);
    await workbench.row('powerful-newt-738').waitFor();
  });

  it('shows models with versions, stages and aliases', async () => {
    await workbench.row(/v2.*@champion Production/, 'Models').waitFor();
    await workbench.row(/v3.*Staging/, 'Models').waitFor();
    await workbench.row(/v1.*Archived/, 'Models').waitFor();
    await workbench.row(/taxi-fare.*no versions/, 'Models').waitFor();
  });

  it('shows what a training process commits without a click, within two seconds', async () => {
    commit(
      database,
      `INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, lifecycle_stage, artifact_uri, experiment_id)
       VALUES ('${'ab'.repeat(16)}', 'live run', 'UNKNOWN', 'trainer', 'RUNNING', ${Date.now()}, 'active', '/nowhere', 1);`,
    );
    await workbench.row('live run').waitFor({ timeout: 30_000 });
    assert.match(
      (await rows()).find((row) => row.startsWith('live run'))!,
      /running/,
    );
  });

  it('runs no progress bar while a run logs, and shows its newest value', async () => {
    const run = 'ab'.repeat(16);
    await workbench.page.evaluate(`
      window.progressBars = 0;
      new MutationObserver((changes) => {
        window.progressBars += changes.filter(({ target }) =>
          target.matches('.sidebar .monaco-progress-container.active')).length;
      }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] });
    `);
    for (let step = 0; step < 4; step++) {
      const value = 7.25 - step;
      commit(
        database,
        `INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('rmse', ${value}, ${Date.now()}, '${run}', ${step}, 0);
         INSERT OR REPLACE INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('rmse', ${value}, ${Date.now()}, ${step}, 0, '${run}');`,
      );
      await workbench.row(new RegExp(`live run.*rmse ${value}`)).waitFor();
    }
    assert.equal(await workbench.page.evaluate('window.progressBars'), 0);
  });

  it('unfolds the artifacts of a run, and opens one in the editor', async () => {
    // The sweep is unfolded: its artifacts stand before its children.
    await workbench.reveal(/^Artifacts/);
    await workbench.expand(/^Artifacts/);
    await (await workbench.reveal('best.json')).click();
    await workbench.tab('best.json').waitFor();
  });

  it('checks a run to show it, gives it a colour, and lists it under Comparison', async () => {
    await (await workbench.reveal('live run')).locator('.custom-view-tree-node-item-checkbox').click();
    await workbench.openView('Comparison');
    await workbench.page.locator('.pane-header', { hasText: 'Comparison (1)' }).waitFor();
    await workbench.page
      .locator('.sidebar .pane:has(.pane-header[aria-label^="Comparison"]) .monaco-list-row')
      .filter({ hasText: 'live run' })
      .waitFor();
  });

  it('offers for a run what is not so yet: star and unstar, baseline and none', async () => {
    const live = (): Promise<Locator> => workbench.reveal('live run');
    for (const [item, expected] of [
      ['Star', /★/],
      ['Unstar', /^[^★]*$/],
    ] as const) {
      await workbench.contextMenu(await live(), item);
      await workbench
        .row(/^live run/)
        .filter({ hasText: expected })
        .waitFor();
    }
    await workbench.contextMenu(await live(), 'Make Baseline');
    await workbench.row(/live run.*baseline/, 'Comparison').waitFor();
    await workbench.contextMenu(await live(), 'Clear Baseline');
    await workbench.row(/live run.*baseline/, 'Comparison').waitFor({ state: 'detached' });
  });

  it('shows deleted runs when asked, and tells them apart', async () => {
    await workbench.runCommand('MLflow: View All Runs');
    await workbench.reveal('by mistake');
    assert.match(
      (await rows()).find((row) => row.startsWith('by mistake'))!,
      /deleted/,
    );
    await workbench.runCommand('MLflow: View Active Runs');
    await workbench.row('by mistake').waitFor({ state: 'detached' });
  });

  it('filters in the search language, says what it does not understand, and sorts by duration', async () => {
    await workbench.runCommand('MLflow: Filter Runs');
    await workbench.answer('metrics.rmse < 2.9 or params.alpha > 0.05');
    await workbench.row('too little memory').waitFor({ state: 'detached' });
    const found = (await rows()).filter((row) => /^(xgboost|lasso|loud-shad)/.test(row));
    assert.ok(found.some((row) => row.startsWith('lasso')) && found.some((row) => row.startsWith('xgboost')));
    // What was found of a sweep stands in it, and the experiment counts what was found.
    await workbench.row(/\d+ of \d+ runs/).waitFor();
    const level = async (text: string | RegExp): Promise<number> =>
      Number(await (await workbench.reveal(text)).getAttribute('aria-level'));
    const sweep = await level(/^sweep.*holds \d+ runs? that match/);
    assert.equal(await level('likeable-perch-561'), sweep + 1);
    assert.equal(await level(/others do not match/), sweep + 1);
    assert.equal(await level(/^lasso/), sweep);
    await workbench.screenshots('sidebar-filtered');
    await workbench.executeCommand('mlflowLens.filterRuns', { filter: 'rmse <' });
    await workbench.row(/rmse/).waitFor();
    await workbench.executeCommand('mlflowLens.clearRunFilter');
    await workbench.runCommand('MLflow: Sort Runs');
    await workbench.pick(/Duration.*longest first/);
    const inOrder = async (): Promise<boolean> => {
      const texts = await rows();
      const at = (text: string): number => texts.findIndex((row) => row.startsWith(text));
      return at('sweep') >= 0 && at('sweep') < at('xgboost') && at('xgboost') < at('lasso');
    };
    for (let waited = 0; waited < 30_000 && !(await inOrder()); waited += 100) {
      await workbench.page.waitForTimeout(100);
    }
    assert.ok(await inOrder(), (await rows()).join('\n'));
    await workbench.runCommand('MLflow: Sort Runs');
    await workbench.pick(/Start time.*newest first/);
    await workbench.row('too little memory').waitFor();
  });

  it('finds a run by a part of its name', async () => {
    await workbench.runCommand('MLflow: Go to Run');
    await workbench.page.keyboard.type('powerful');
    await workbench.pick('powerful-newt-738');
    await workbench.tab('powerful-newt-738').waitFor();
  });

  it('says that a store is gone, and picks it up when it is back', async () => {
    fs.renameSync(database, `${database}.away`);
    await workbench.row(/mlflow\.db.*not available/).waitFor();
    await workbench.screenshots('store-gone');
    fs.renameSync(`${database}.away`, database);
    await workbench.row('too little memory').waitFor();
  });
});
