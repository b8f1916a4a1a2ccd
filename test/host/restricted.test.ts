import * as assert from 'node:assert/strict';
import { openWorkbench, type Workbench } from '../support/workbench';

describe('Restricted Mode', function () {
  this.timeout(60_000);
  let workbench: Workbench;
  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench({ workspaceTrust: true });
  });
  after(() => workbench?.close());

  it('browses, and says why no process is started', async () => {
    // VS Code asks first, unless it runs under its smoke-test driver (which this suite uses from 1.139 on).
    const no = workbench.page.getByText("No, I don't trust the authors");
    const banner = workbench.page.getByText('Restricted Mode is intended for safe code browsing');
    await no.or(banner).first().waitFor();
    if (await no.isVisible()) {
      await no.click();
    }
    await banner.waitFor();
    await workbench.openView('Experiments');
    await workbench.row('too little memory').waitFor();
    await workbench.runCommand('MLflow: Open MLflow UI');
    // A headless window has no focus, and without it VS Code holds toasts back.
    await workbench.page.locator('.statusbar-item a[aria-label*=otification]').first().click();
    await workbench.page
      .locator('.notification-list-item-message')
      .filter({ hasText: 'In Restricted Mode no process is started' })
      .waitFor();
    // Called by name too, and with all that they need.
    const store = 'file:///data/mlruns';
    const uncopied = workbench.executeCommand('mlflowLens.copyStoreToSqlite', { store });
    await workbench.page
      .locator('.notification-list-item-message')
      .filter({ hasText: 'trust this workspace to run "mlflow migrate-filestore"' })
      .waitFor();
    const refused = workbench.executeCommand('mlflowLens.promoteModelVersion', {
      name: 'taxi-duration',
      version: '4',
      stage: 'Production',
      archiveExisting: true,
    });
    await workbench.page
      .locator('.notification-list-item-message')
      .filter({ hasText: 'In Restricted Mode stores are read-only: trust this workspace to change them' })
      .waitFor();
    assert.equal(await workbench.dialog.count(), 0);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await Promise.all([uncopied, refused]);
  });
});
