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
    await workbench.page.getByText('Restricted Mode is intended for safe code browsing').waitFor();
    await workbench.openView('Experiments');
    await workbench.row('too little memory').waitFor();
    await workbench.runCommand('MLflow: Open MLflow UI');
    // A headless window has no focus, and without it VS Code holds toasts back.
    await workbench.page.locator('.statusbar-item a[aria-label*=otification]').first().click();
    await workbench.page
      .locator('.notification-list-item-message')
      .filter({ hasText: 'In Restricted Mode no process is started' })
      .waitFor();
  });
});
