import * as assert from 'node:assert/strict';
import { openWorkbench, type Workbench } from '../support/workbench';

describe('activation on the demo project', () => {
  let workbench: Workbench;
  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
  });
  after(() => workbench?.close());

  it('finds the store without being told', async () => {
    await workbench.openView('Experiments');
    await workbench.row('mlflow.db').waitFor();
    await workbench.screenshots('experiments');
  });

  it('activates without an error', async () => {
    const active = await workbench.inHost(
      (vscode) => vscode.extensions.getExtension('mlflow-lens.mlflow-lens')?.isActive,
    );
    assert.equal(active, true);
  });
});
