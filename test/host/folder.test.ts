import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackFixture } from '../support/fixtures';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const EXPERIMENT = '721553663323607617';
const FIRST = '0275b70ee1d54f45bfd808c8f2023443';
const SECOND = 'ef01c878c12c42fc853eec7fce5c9c49';
const RUNNING = '2c7ed76b631d415bbdfff87296276afc';

/** What MLflow 3.12.0 left in its default place, which MLflow 3.13 and later refuse to open. */
describe('an mlruns folder in the workspace', function () {
  this.timeout(120_000);
  let workbench: Workbench;
  let folder: string;
  let store: string;

  before(async function () {
    this.timeout(120_000);
    const workspace = await unpackFixture('files-3.12.0');
    folder = path.join(workspace, 'mlruns');
    store = `file://${folder}`;
    workbench = await openWorkbench({ workspace });
    await workbench.openView('Experiments');
  });
  after(() => workbench?.close());

  const model = (...names: string[]): string => path.join(folder, 'models', 'taxi regressor', ...names);
  const stages = (): string =>
    [1, 2, 3, 4]
      .map((version) => fs.readFileSync(model(`version-${version}`, 'meta.yaml'), 'utf8'))
      .map((meta) => /^current_stage: (.*)$/m.exec(meta)?.[1])
      .join(' ');
  const BEFORE = 'Archived Production Production Staging';

  it('is found without a setting: its experiments, the children of a run and its models are listed', async () => {
    await workbench.row(/^mlruns/).waitFor();
    await workbench.expand('taxi duration');
    await workbench.expand(/^hyperopt sweep.*2 children/);
    await workbench.expand(/^sweep trial 0/);
    await workbench.reveal('grandchild');
    await workbench.openView('Models');
    await workbench.expand('taxi regressor', 'Models');
    await workbench.reveal(/^v3.*@champion.*Production/, 'Models');
    await workbench.screenshots('folder');
  });

  it('shows on a run’s page what training writes, as it writes it', async () => {
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: RUNNING });
    await workbench.tab('still running').waitFor();
    const value = workbench.webview().locator('table.metrics tbody tr', { hasText: 'rmse' });
    await value.waitFor();
    fs.appendFileSync(path.join(folder, EXPERIMENT, RUNNING, 'metrics/rmse'), `${Date.now()} 0.0625 99\n`);
    await value.getByText('0.0625').first().waitFor();
    await workbench.screenshots('folder-run');
  });

  it('sorts and searches its runs in the table', async () => {
    await workbench.executeCommand('mlflowLens.openRunTable', {
      store,
      experimentIds: [EXPERIMENT],
      filter: "metrics.rmse > 0 AND attributes.run_name LIKE 'trial-%'",
    });
    const page = workbench.webview();
    await page.getByText('trial-11').first().waitFor();
    await page.getByText('still running').first().waitFor({ state: 'detached' });
    await workbench.screenshots('folder-table');
  });

  it('compares two runs', async () => {
    const runs = [FIRST, SECOND].map((runId) => ({ store, runId }));
    await workbench.executeCommand('mlflowLens.diffRuns', { runs });
    await workbench.webview().locator('[data-key="rmse"]').first().waitFor();
    await workbench.screenshots('folder-diff');
  });

  async function choosePromotion(): Promise<void> {
    await workbench.contextMenu(await workbench.reveal(/^v4/, 'Models'), 'Promote Model Version…');
    await workbench.pick('Production');
    await workbench.pick('Archive v2 and v3');
    await workbench.dialog.waitFor();
  }

  it('promotes a version after the confirmation, archives those in its place, and takes it back', async () => {
    await choosePromotion();
    assert.match(await workbench.dialog.innerText(), /v2 and v3 are in Production now and will be Archived/);
    await workbench.screenshots('folder-promote');
    await workbench.clickDialog('Cancel');
    assert.equal(stages(), BEFORE);

    await choosePromotion();
    await workbench.clickDialog('Promote v4');
    await until(() => stages() === 'Archived Archived Archived Production');
    await workbench.row(/^v4.*Production/, 'Models').waitFor();
    await workbench.row(/^v2.*Archived/, 'Models').waitFor();

    await workbench.runCommand('MLflow: Undo Registry Change…');
    await workbench.clickDialog('Undo');
    await until(() => stages() === BEFORE);
    await workbench.row(/^v2.*Production/, 'Models').waitFor();
  });

  it('says how far a change came that could not be made whole, and takes back that part', async () => {
    // A tag is a file: where there are keys that begin with "review.note/", it is a folder.
    fs.mkdirSync(model('version-4', 'tags', 'review.note'), { recursive: true });
    fs.writeFileSync(model('version-4', 'tags', 'review.note', 'by'), 'trainer');
    const review = model('version-4', 'tags', 'review');
    const marking = workbench.executeCommand('mlflowLens.markReady', {
      ...{ store, name: 'taxi regressor', version: '4', note: 'checked' },
    });
    await workbench.dialog
      .getByText('This store has no transactions: if one step fails, the steps before it are kept.')
      .waitFor();
    await workbench.clickDialog('Mark v4 as Ready');
    await workbench.runCommand('Notifications: Show Notifications');
    const center = workbench.page.locator('.notifications-center');
    await center
      .getByText(
        /^1 of 2 marks of taxi regressor v4 were set before the next was refused \("review\.note" cannot be written/,
      )
      .waitFor();
    await workbench.screenshots('folder-partly');
    await workbench.runCommand('Notifications: Clear All Notifications');
    await marking;
    assert.equal(fs.readFileSync(review, 'utf8'), 'ready');

    await workbench.runCommand('MLflow: Undo Registry Change…');
    await workbench.clickDialog('Undo');
    await until(() => !fs.existsSync(review));
  });
});
