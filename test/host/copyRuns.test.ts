import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { copyFixture } from '../support/fixtures';
import { removeTempFolders, unpackTaxiDuration, withDatabase } from '../support/database';
import { openWorkbench, until, type Workbench } from '../support/workbench';

/** A run as the sidebar has it, and one with metrics and artifacts by its id. */
const RUN = 'too little memory';
const RICH = '18483d9d008e4db2882482aab221745b';
/** The experiment that is made. */
const MADE = 'from the laptop';

describe('Copy Runs to Another Store', function () {
  this.timeout(60_000);
  let workbench: Workbench;
  let workspace: string;
  before(async function () {
    this.timeout(120_000);
    workspace = path.dirname(unpackTaxiDuration());
    copyFixture('files-3.12.0', path.join(workspace, 'team/mlruns'), 'mlruns');
    workbench = await openWorkbench({ workspace });
    await workbench.openView('Experiments');
    await workbench.expand(/^mlflow\.db/);
    await workbench.expand(/^taxi-duration/);
    await workbench.reveal(RUN);
  });
  after(async () => {
    await workbench?.close();
    removeTempFolders();
  });

  const store = (): string => `sqlite:///${workspace}/mlflow.db`;
  const experiments = (): string[] => {
    const root = path.join(workspace, 'team/mlruns');
    return fs
      .readdirSync(root)
      .map((name) => path.join(root, name, 'meta.yaml'))
      .filter((file) => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes(`name: ${MADE}`))
      .map((file) => path.dirname(file));
  };
  const runsIn = (folder: string): string[] =>
    fs.readdirSync(folder).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const clear = (): Promise<unknown> => workbench.executeCommand('notifications.clearAll');

  it('asks where to, says first what it will make, and makes nothing where that is not wanted', async () => {
    await workbench.contextMenu(await workbench.reveal(RUN), 'Copy Runs to Another Store…');
    await workbench.pick(/mlruns/);
    await workbench.pick('New Experiment…');
    await workbench.answer(MADE);
    await workbench.dialog.waitFor();
    const text = await workbench.dialog.innerText();
    for (const part of [
      'Copy 1 run to ',
      `the new experiment "${MADE}"`,
      'mlflowLens.copiedFrom',
      'Each run appears when it is whole.',
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    await workbench.screenshots('copy-runs-dialog');
    await workbench.clickDialog('Cancel');
    assert.deepEqual(experiments(), []);
  });

  it('copies the run, says so, and opens the copy', async () => {
    const copied = workbench.executeCommand('mlflowLens.copyRuns', { store: store(), runIds: [RICH] });
    await workbench.pick(/mlruns/);
    await workbench.pick('New Experiment…');
    await workbench.answer(MADE);
    await workbench.dialog.waitFor();
    assert.match(await workbench.dialog.innerText(), /With: \d+ params, 64 metric points, \d+ artifacts? \(/);
    await workbench.clickDialog('Copy');
    await workbench.notification(`Copied 1 run to the experiment "${MADE}"`);
    const [folder] = experiments();
    const [runId] = runsIn(folder!);
    const copy = path.join(folder!, runId!);
    assert.equal(
      fs.readFileSync(path.join(copy, 'tags/mlflowLens.copiedFrom'), 'utf8'),
      `${store()}#${RICH}`,
    );
    const params = withDatabase(path.join(workspace, 'mlflow.db'), (database) =>
      database.prepare('SELECT key FROM params WHERE run_uuid = ?').all(RICH),
    );
    assert.equal(fs.readdirSync(path.join(copy, 'params')).length, params.length);
    assert.ok(fs.readdirSync(path.join(copy, 'artifacts')).length > 0);
    const open = workbench.page
      .locator('.notification-list-item')
      .getByRole('button', { name: 'Open Run', exact: true });
    // The list of notifications closes by itself.
    await until(async () => {
      await workbench.executeCommand('notifications.showList');
      await open.click({ timeout: 2000 }).catch(() => undefined);
      return workbench.tab(/xgboost/).isVisible();
    });
    await copied;
  });

  it('makes no run twice, and says that it is there', async () => {
    await clear();
    const [folder] = experiments();
    const copied = workbench.executeCommand('mlflowLens.copyRuns', {
      store: store(),
      runIds: [RICH],
      to: path.join(workspace, 'team/mlruns'),
      experiment: MADE,
    });
    await workbench.notification('There is nothing to copy. 1 run was copied there before.');
    await clear();
    await copied;
    await until(() => runsIn(folder!).length === 1);
  });
});
