/** Draws docs/images/overview.png, the README's picture, from the real thing: `npx tsx scripts/drawOverview.ts`. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { closeBrowser, openWorkbench } from '../test/support/workbench';

const RUN = '3afd221fdff144f4a4f0397dba88cf7a';

async function main(): Promise<void> {
  const workbench = await openWorkbench({ size: { width: 1280, height: 760 } });
  try {
    await workbench.openView('Experiments');
    await workbench.expand(/^taxi-duration/);
    const store = `sqlite:///${path.join(workbench.workspace, 'mlflow.db')}`;
    await workbench.executeCommand('mlflowLens.openRun', { store, runId: RUN });
    await workbench.webview().getByText('validation-rmse').first().waitFor();
    await workbench.page.mouse.move(300, 18);
    // Sparklines and the sources of params come a moment after the page.
    await workbench.page.waitForTimeout(3000);
    const file = path.join(__dirname, '../docs/images/overview.png');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await workbench.page.screenshot({ path: file });
  } finally {
    await workbench.close();
    await closeBrowser();
  }
}

void main();
