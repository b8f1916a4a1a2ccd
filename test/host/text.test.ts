import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import * as fc from 'fast-check';
import type { Locator } from 'playwright-core';
import { unpackDemo } from '../../scripts/demo';
import { parseRunLink, runLink } from '../../src/mlflow/runLink';
import { withDatabase } from '../support/database';
import { openWorkbench, type Workbench } from '../support/workbench';

/** A name that VS Code would make a link of, one that runs a (harmless) command, an icon and an address. */
const NAME = '[all](command:workbench.action.closeAllEditors) $(trash) https://a.example <b>';
/** As an id it begins a path with two slashes, which VS Code's addresses may not. */
const RUN_ID = '/bad';
const XGBOOST = '3afd221fdff144f4a4f0397dba88cf7a';

/** A name of the store, wherever VS Code shows it, is text: nothing to click on, no icon, no bold letter. */
describe('names of a store in the editor', function () {
  this.timeout(60_000);
  let workbench: Workbench;
  let store: string;
  let end: () => void;

  before(async function () {
    this.timeout(120_000);
    const demo = unpackDemo();
    end = demo.remove;
    const file = path.join(demo.folder, 'mlflow.db');
    store = `sqlite:///${file}`;
    withDatabase(file, (database) => {
      for (const [statement, ...values] of [
        [`UPDATE runs SET name = ? WHERE run_uuid = '${XGBOOST}'`, NAME],
        [`UPDATE tags SET value = ? WHERE run_uuid = '${XGBOOST}' AND key = 'mlflow.runName'`, NAME],
        [
          `INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id)
           SELECT ?, 'odd id', status, start_time + 9000000000, end_time + 9000000000, lifecycle_stage, artifact_uri, experiment_id
           FROM runs WHERE run_uuid = '${XGBOOST}'`,
          RUN_ID,
        ],
        ['INSERT INTO registered_models (name, creation_time, last_updated_time) VALUES (?, 1, 1)', NAME],
      ] as [string, ...string[]][]) {
        database.prepare(statement).run(...values);
      }
    });
    workbench = await openWorkbench({ workspace: demo.folder });
    await workbench.openView('Experiments');
    await workbench.view('Experiments').locator('.monaco-list-row').first().waitFor();
  });
  after(async () => {
    await workbench?.close();
    end?.();
  });

  /** Waits until the place shows the name and checks that it is text in it. */
  async function holdsText(place: Locator): Promise<void> {
    const shown = place.filter({ hasText: 'command:workbench.action.closeAllEditors' }).first();
    await shown.waitFor();
    const text = ((await shown.textContent()) ?? '').replaceAll('\u200b', '').replaceAll('\u00a0', ' ');
    assert.ok(text.includes(NAME), text);
    assert.equal(await shown.locator('a[href], a[data-href]').count(), 0, 'a link');
    assert.equal(await shown.locator('.codicon-trash, b, strong b').count(), 0, 'an icon or markup');
  }

  it('stays text in an error', async () => {
    const failed = workbench.executeCommand('mlflowLens.diffModelVersions', { store, name: NAME });
    // A headless window has no focus, and without it VS Code holds toasts back.
    await workbench.executeCommand('notifications.showList');
    await holdsText(workbench.page.locator('.notification-list-item-message'));
    await workbench.executeCommand('notifications.clearAll');
    await failed;
  });

  it('stays text in a prompt, a validation message and a question', async () => {
    const widget = workbench.page.locator('.quick-input-widget:visible');
    const message = widget.locator('.quick-input-message');
    const renaming = workbench.executeCommand('mlflowLens.renameModel', { store, name: NAME });
    await holdsText(message);
    await widget.locator('input').press('Escape');
    await renaming;

    const deleting = workbench.executeCommand('mlflowLens.deleteModel', { store, name: NAME });
    await holdsText(message);
    await widget.locator('input').fill('something else');
    await message.filter({ hasText: /to confirm\.$/ }).waitFor();
    await holdsText(message);
    await widget.locator('input').press('Escape');
    await deleting;

    const asking = workbench.executeCommand('mlflowLens.deleteRuns', { store, runIds: [XGBOOST] });
    await holdsText(workbench.dialog);
    await workbench.clickDialog('Cancel');
    await asking;
  });

  it('stays text in a list and in a hover', async () => {
    const going = workbench.executeCommand('mlflowLens.goToRun', { text: 'all' });
    await holdsText(workbench.quickPickRow('closeAllEditors'));
    await workbench.page.keyboard.press('Escape');
    await going;

    await workbench.executeCommand('mlflowLens.experiments.focus');
    const row = await workbench.reveal('closeAllEditors');
    await row.locator('.monaco-icon-label-container').hover();
    await holdsText(workbench.page.locator('.monaco-hover:visible'));
    await workbench.page.mouse.move(900, 300);
  });

  it('may be any id', async () => {
    await workbench.reveal('odd id');
  });

  it('reaches the handler of a link as it was written, whatever the store is called', async () => {
    const targets = fc
      .sample(fc.string({ unit: 'binary', minLength: 1 }), { numRuns: 200, seed: 15 })
      .map((text, index) => ({ store: `sqlite:////a/${text}`, runId: `run_${index}` }));
    targets.push({ store: 'sqlite:////a+b/c&d=e/f#g/h%25i/j k~41?l.db', runId: XGBOOST });
    const read = await workbench.inHost(
      (vscode, links: string[]) => links.map((link) => vscode.Uri.parse(link).toString(true)),
      targets.map((target) => runLink(target)),
    );
    assert.deepEqual(read.map(parseRunLink), targets);
  });

  it('shows what a link says on one line, control and direction characters made visible', async () => {
    const link = runLink({ store: 'sqlite:////a\n\nTrusted \u202elmth.bd', runId: XGBOOST });
    const opening = workbench.inHost(
      (vscode, text: string) => vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(text)),
      link.replace(/^vscode/, await workbench.inHost((vscode) => vscode.env.uriScheme)),
    );
    await workbench.dialog.filter({ hasText: 'sqlite:////a⏎⏎Trusted �lmth.bd' }).waitFor();
    await workbench.clickDialog('Cancel');
    await opening;
  });
});
