import * as assert from 'node:assert/strict';
import { openWorkbench, type Workbench } from '../support/workbench';

/** One window on the demo project, from nothing configured to what a user came for. */
describe('the demo project', () => {
  let workbench: Workbench;
  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
  });
  after(() => workbench?.close());

  it('lists experiments, and runs newest first with their condition and headline metric', async () => {
    await workbench.openView('Experiments');
    await workbench.expand(/^taxi-duration/);
    const killed = await workbench.reveal('killed, never ended');
    assert.match(await killed.innerText(), /no end/);
    assert.match(await (await workbench.reveal('too little memory')).innerText(), /failed/);
    assert.match(await (await workbench.reveal('xgboost')).innerText(), /rmse 2\.867/);
    await workbench.screenshots('experiments');
  });

  it('shows nested runs under their parent, and no deleted one', async () => {
    await workbench.expand('sweep');
    await workbench.reveal('powerful-newt-738');
    await assert.rejects(workbench.reveal('by mistake', 'Experiments', 2000));
  });

  it('lists registered models with versions, stages and aliases', async () => {
    await workbench.expand('taxi-duration', 'Models');
    const production = await workbench.reveal(/^v2/, 'Models');
    assert.match(await production.innerText(), /@champion.*Production/);
  });

  it('opens the page of a run that is clicked', async () => {
    await (await workbench.reveal('too little memory')).click();
    const page = workbench.webview();
    await page.getByText('too little memory').first().waitFor();
    await workbench.screenshots('run');
  });
});
