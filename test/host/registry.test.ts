import * as assert from 'node:assert/strict';
import * as path from 'node:path';
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
    await workbench.contextMenu(await workbench.reveal('v4', 'Models'), 'Promote Model Version…');
    await workbench.pick('Production');
    await workbench.pick('Archive v2');
    await workbench.dialog.waitFor();
  }

  it('says which versions change, and changes nothing when it is cancelled', async () => {
    await choosePromotion();
    const text = await workbench.dialog.innerText();
    assert.match(text, /v4/);
    assert.match(text, /v2.*Archived/s);
    await workbench.screenshots('promote');
    await workbench.clickDialog('Cancel');
    assert.deepEqual(stages(), BEFORE);
  });

  it('promotes after the confirmation, and the tree shows it', async () => {
    await choosePromotion();
    await workbench.clickDialog('Promote v4');
    await until(() => stages()[4] === 'Production');
    assert.deepEqual(stages(), { ...BEFORE, 2: 'Archived', 4: 'Production' });
    await workbench.row(/v4.*Production/, 'Models').waitFor();
    await workbench.row(/v2.*Archived/, 'Models').waitFor();
  });

  it('takes it back', async () => {
    await workbench.runCommand('MLflow: Undo Registry Change…');
    await workbench.clickDialog('Undo');
    await until(() => stages()[4] === 'None');
    assert.deepEqual(stages(), BEFORE);
    await workbench.row(/v2.*Production/, 'Models').waitFor();
  });

  it('archives from the palette, asking for model and version', async () => {
    await workbench.runCommand('MLflow: Archive Model Version…');
    await workbench.pick('taxi-duration');
    await workbench.pick('v3');
    await workbench.clickDialog('Archive v3');
    await until(() => stages()[3] === 'Archived');
    await workbench.row(/v3.*Archived/, 'Models').waitFor();
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
});
