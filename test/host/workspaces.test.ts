import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { withDatabase } from '../support/database';
import { openWorkbench, type Workbench } from '../support/workbench';
import { workspacesFixture, type WorkspacesFixture } from '../support/workspaces';

describe('a store of several workspaces', () => {
  let workbench: Workbench;
  let fixture: WorkspacesFixture;

  before(async function () {
    this.timeout(120_000);
    fixture = await workspacesFixture();
    workbench = await openWorkbench({ workspace: path.dirname(fixture.file) });
    await workbench.openView('Experiments');
  });
  after(() => workbench?.close());

  /** Name, version and stage of what is in production, by workspace. */
  const inProduction = (): string[] =>
    withDatabase(fixture.file, (database) => {
      database.exec('PRAGMA busy_timeout = 5000');
      return database
        .prepare(
          "SELECT workspace, version FROM model_versions WHERE current_stage = 'Production' ORDER BY 1, 2",
        )
        .all()
        .map(({ workspace, version }) => `${workspace} v${version}`);
    });

  it('names the one that is shown on its row, and lists that one only', async () => {
    const row = await workbench.reveal(/mlflow\.db/);
    assert.match(await row.innerText(), /default, 1 of 4 workspaces/);
    await workbench.expand(/^taxi/);
    await workbench.reveal('default one');
    assert.equal(await workbench.row('a one').count(), 0);
  });

  it('shows another one that is picked, with what each holds beside its name', async () => {
    await workbench.contextMenu(await workbench.reveal(/mlflow\.db/), 'Switch Workspace…');
    const choice = workbench.quickPickRow(/^team-a/);
    await choice.waitFor();
    assert.match(await choice.innerText(), /1 experiment, 4 runs, 2 models/);
    await workbench.pick(/^team-a/);
    await workbench.row(/team-a, 1 of 4 workspaces/).waitFor();
    await workbench.expand(/^taxi/);
    await workbench.reveal('a three');
    assert.equal(await workbench.row('default one').count(), 0);
    assert.equal(await workbench.row(/half written/).count(), 0, 'as MLflow hides it');
  });

  it('promotes the version of the workspace that is shown', async () => {
    assert.deepEqual(inProduction(), ['default v1', 'team-a v1', 'team-b v1']);
    await workbench.openView('Models');
    await workbench.view('Models').getByText('team-a, 1 of 4 workspaces').waitFor();
    await workbench.reveal('only-a', 'Models');
    await workbench.expand('taxi-duration', 'Models');
    await workbench.contextMenu(await workbench.reveal(/^v2/, 'Models'), 'Promote Model Version…');
    await workbench.pick('Production');
    await workbench.pick('Archive v1');
    await workbench.clickDialog('Promote v2');
    await workbench.reveal(/^v2.*Production/, 'Models');
    assert.deepEqual(inProduction(), ['default v1', 'team-a v2', 'team-b v1']);
  });
});
