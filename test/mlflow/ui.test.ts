import * as assert from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackDemo } from '../../scripts/demo';
import { serverPython } from '../../scripts/mlflowEnvironment';
import { openWorkbench, until, type Workbench } from '../support/workbench';

/** The `mlflow ui` of MLflow itself, from the real VS Code, until its page has drawn the store's experiment. */
describe('Open MLflow UI', function () {
  this.timeout(240_000);
  let workbench: Workbench;
  let demo: ReturnType<typeof unpackDemo>;

  before(async () => {
    const python = serverPython('3.17.2');
    demo = unpackDemo();
    // A machine-scoped setting counts in a VS Code server where the workspace gives it.
    const file = path.join(demo.folder, '.vscode/settings.json');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify({ 'mlflowLens.pythonPath': python }));
    workbench = await openWorkbench({ workspace: demo.folder });
  });
  after(async () => {
    await workbench?.close();
    demo?.remove();
  });

  it('serves the open store, opens its page, and ends with its terminal', async () => {
    const { page } = workbench;
    await workbench.openView('Experiments');
    await (await workbench.reveal('taxi-duration')).click();
    const opened = page.context().waitForEvent('page', { timeout: 150_000 });
    await workbench.runCommand('MLflow: Open MLflow UI');
    const ui = await opened;
    // This VS Code server writes a forwarded port as a path of a proxy that it leaves to its package.
    const port = /\/proxy\/(\d+)\/$/.exec(ui.url())?.[1];
    if (port) {
      await ui.goto(`http://127.0.0.1:${port}/`);
    }
    await ui.getByText('taxi-duration', { exact: true }).first().waitFor({ timeout: 60_000 });
    await ui.screenshot({ path: 'test/host/screenshots/mlflow-ui.png' });
    const terminals = await workbench.inHost((vscode) => vscode.window.terminals.map(({ name }) => name));
    assert.ok(
      terminals.some((name) => name.startsWith('mlflow ui')),
      terminals.join(),
    );
    const { origin } = new URL(ui.url());
    await workbench.inHost((vscode) => vscode.window.terminals.forEach((terminal) => terminal.dispose()));
    await until(() =>
      fetch(`${origin}/health`).then(
        () => false,
        () => true,
      ),
    );
  });
});
