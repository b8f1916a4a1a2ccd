import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { withDatabase } from '../support/database';
import { openWorkbench, until, type Workbench } from '../support/workbench';

const FIRST = '09e91d4bba9347db9e2d0c241248202d';
const SECOND = 'b4eddb7a40394efea63113c3ea129604';
const NOTEBOOK = 'cb0c2037cd804072afd913d63bf3584a';

/** The active text editor: its address and what is selected. */
async function activeEditor(
  workbench: Workbench,
): Promise<{ uri: string; selected: string; isReadonly: boolean }> {
  return workbench.inHost(async (vscode) => {
    const editor = vscode.window.activeTextEditor;
    return {
      uri: editor ? decodeURIComponent(editor.document.uri.toString()) : '',
      selected: editor ? editor.document.getText(editor.selection) : '',
      isReadonly: editor
        ? vscode.workspace.fs.isWritableFileSystem(editor.document.uri.scheme) === false
        : false,
    };
  });
}

describe('diff and sources', () => {
  let workbench: Workbench;
  let store: string;

  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
    await workbench.openView('Experiments');
    await workbench.expand(/^taxi-duration/);
    store = `sqlite:///${workbench.workspace}/mlflow.db`;
  });
  after(() => workbench?.close());

  it('opens the line that set a param, in the file as of the run’s commit, from a click in the diff', async () => {
    await workbench.executeCommand('mlflowLens.diffRuns', {
      runs: [
        { store, runId: FIRST },
        { store, runId: SECOND },
      ],
    });
    const page = workbench.webview();
    const alpha = page.locator('[data-key="alpha"]');
    await alpha.getByRole('button', { name: 'src/train.py:12' }).first().waitFor();
    await workbench.screenshots('diff');
    await alpha.getByRole('button', { name: 'src/train.py:12' }).first().click();
    await until(async () => (await activeEditor(workbench)).selected === 'ALPHA = 0.1');
    const editor = await activeEditor(workbench);
    assert.match(editor.uri, /^mlflow-git:.*94f5e64\/src\/train\.py/);
    assert.equal(editor.isReadonly, true);
    await workbench.screenshots('source');
  });

  it('jumps from a param that differs to the hunk that changed it', async () => {
    await workbench.executeCommand('mlflowLens.diffRuns', {
      runs: [
        { store, runId: FIRST },
        { store, runId: SECOND },
      ],
    });
    const alpha = workbench.webview().locator('[data-key="alpha"]');
    await alpha.getByRole('button', { name: 'src/train.py:12' }).first().waitFor();
    await alpha.locator('[data-cell]').first().press('Space');
    await workbench.webview().getByRole('button', { name: 'Show the change' }).click();
    await until(async () => (await activeEditor(workbench)).selected === 'ALPHA = 0.01');
    await workbench.page.locator('.diff-editor, .monaco-diff-editor').first().waitFor();
    await workbench.screenshots('hunk');
  });

  it('opens a notebook at the cell that logged', async () => {
    await workbench.executeCommand('mlflowLens.openSource', { store, runId: NOTEBOOK, param: 'strength' });
    const shown = () =>
      workbench.inHost(async (vscode) => {
        const editor = vscode.window.activeNotebookEditor;
        return editor ? { path: editor.notebook.uri.path, cell: editor.selections[0]?.start ?? -1 } : null;
      });
    await until(async () => (await shown()) !== null);
    assert.match((await shown())?.path ?? '', /notebooks\/explore\.ipynb$/);
    assert.equal((await shown())?.cell, 2);
  });

  it('opens VS Code’s own multi-file diff between the commits', async () => {
    await workbench.executeCommand('mlflowLens.diffModelVersions', {
      store,
      name: 'taxi-duration',
      versions: ['1', '2'],
    });
    const page = workbench.webview();
    await page.locator('.summary', { hasText: 'Between v1 and v2' }).waitFor();
    await page.getByText('Open Changes').click();
    await until(async () =>
      workbench.inHost(async (vscode) => {
        const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
        return tab !== undefined && /v1 lasso ↔ v2 lasso/.test(tab.label);
      }),
    );
    await workbench.page.locator('.multiDiffEntry', { hasText: 'train.py' }).first().waitFor();
    await workbench.screenshots('changes');
  });

  it('says that a commit is missing', async () => {
    withDatabase(path.join(workbench.workspace, 'mlflow.db'), (database) =>
      database
        .prepare("UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'mlflow.source.git.commit'")
        .run('0123456789abcdef0123456789abcdef01234567', SECOND),
    );
    await workbench.executeCommand('mlflowLens.refresh');
    await workbench.executeCommand('mlflowLens.openSource', { store, runId: SECOND, param: 'alpha' });
    await workbench.executeCommand('notifications.showList');
    await workbench.page
      .locator('.notification-list-item-message', {
        hasText: 'alpha: Commit 0123456 is not in this repository',
      })
      .first()
      .waitFor();
  });

  it('reads no file outside of the repositories, whatever an address says', async () => {
    const answer = await workbench.inHost(async (vscode) => {
      const uri = vscode.Uri.from({
        scheme: 'mlflow-git',
        path: '/x/passwd',
        query: JSON.stringify({
          repository: '/etc',
          commit: '0123456789abcdef0123456789abcdef01234567',
          file: 'passwd',
        }),
      });
      return vscode.workspace.fs.readFile(uri).then(
        () => 'read',
        (error: unknown) => String(error),
      );
    });
    assert.match(answer, /FileNotFound|EntryNotFound/);
  });
});
