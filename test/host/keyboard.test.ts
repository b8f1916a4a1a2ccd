import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { withDatabase } from '../support/database';
import { openWorkbench, until, type Workbench } from '../support/workbench';

/** Three ways that people go, in one window and by keys alone: nothing here clicks, hovers or calls a command. */
describe('MLflow Lens by keyboard only', () => {
  let workbench: Workbench;
  let database: string;

  before(async function () {
    this.timeout(120_000);
    workbench = await openWorkbench();
    database = path.join(workbench.workspace, 'mlflow.db');
  });
  after(() => workbench?.close());

  const press = (...keys: string[]): Promise<void> =>
    keys.reduce((before, key) => before.then(() => workbench.page.keyboard.press(key)), Promise.resolve());
  const type = (text: string): Promise<void> => workbench.page.keyboard.type(text);
  const picker = () => workbench.page.locator('.quick-input-widget:visible');

  /** Types into the open quick pick and takes what is marked then. */
  async function take(typed: string, row: string | RegExp): Promise<void> {
    await workbench.quickPickRow(row).waitFor();
    await type(typed);
    await picker().locator('.monaco-list-row.focused').filter({ hasText: row }).first().waitFor();
    await press('Enter');
  }

  async function command(title: string): Promise<void> {
    await press('F1');
    await picker().locator('input').waitFor();
    await type(title);
    await picker().locator('.monaco-list-row.focused').filter({ hasText: title }).first().waitFor();
    await press('Enter');
  }

  /** What has the focus in the page in front: its name for a screen reader, else its text. */
  const focused = (): Promise<string> =>
    workbench
      .webview()
      .locator(':focus')
      .evaluate(
        (element: { ariaLabel: string | null; innerText: string }) => element.ariaLabel ?? element.innerText,
        undefined,
        { timeout: 1000 },
      )
      .catch(() => '');

  /** Goes on by Tab, or back, to what has this name. */
  async function tabTo(name: RegExp, key = 'Tab'): Promise<void> {
    const passed: string[] = [];
    for (let at = await focused(); !name.test(at); at = await focused()) {
      passed.push(at);
      assert.ok(passed.length < 25, `no ${String(name)} among ${passed.join(' | ')}`);
      await press(key);
    }
  }

  const cell = () => workbench.webview().locator('.cell.cursor');

  async function openTable(): Promise<void> {
    await command('MLflow: Open Run Table');
    await take('taxi-d', /^taxi-duration/);
    await workbench.webview().locator('.grid:focus').waitFor();
  }

  it('finds the best run, and opens the line that set one of its params', async () => {
    await openTable();
    await press('ArrowUp');
    for (let i = 0; !/rmse/.test(await cell().innerText()); i++) {
      assert.ok(i < 20, 'no column rmse');
      await press('ArrowRight');
    }
    await press('s');
    await workbench.webview().locator('.body .row').first().getByText('best').first().waitFor();
    await press('ArrowDown');
    await until(async () => /best/.test(await cell().innerText()));
    await press('Enter');
    await workbench.webview().locator('h1').waitFor();
    await press('/');
    await type('reg_alpha');
    await workbench
      .webview()
      .getByRole('button', { name: /best\.py:\d+/ })
      .waitFor();
    await tabTo(/best\.py:\d+/);
    await press('Enter');
    await until(async () => (await editor()) !== null);
    assert.match((await editor())!, /"reg_alpha": 0\.018/);
  });

  /** The line of the cursor in the editor in front. */
  const editor = (): Promise<string | null> =>
    workbench.inHost((vscode) => {
      const active = vscode.window.activeTextEditor;
      return active ? active.document.lineAt(active.selection.active.line).text : null;
    });

  it('compares four runs, and copies the summary', async () => {
    await openTable();
    await press('Home', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown');
    await workbench.webview().getByText('4 runs selected').waitFor();
    await press('d');
    await workbench.webview().locator('[data-cell]:focus').waitFor();
    await tabTo(/More Actions/, 'Shift+Tab');
    await press('Enter', 'ArrowDown');
    await tabTo(/Copy Summary/, 'ArrowDown');
    await press('Enter');
    await until(async () =>
      /^3 runs against /.test(await workbench.inHost((vscode) => vscode.env.clipboard.readText())),
    );
  });

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

  it('promotes a version from its menu in the sidebar, and undoes it', async () => {
    const before = stages();
    await command('MLflow: Focus on Models View');
    const row = workbench.view('Models').locator('.monaco-list-row.focused');
    await workbench.row('taxi-duration', 'Models').waitFor();
    await press('Home');
    for (let i = 0; !/^v3/.test(await row.innerText().catch(() => '')); i++) {
      assert.ok(i < 20, 'no v3');
      const closed = (await row.getAttribute('aria-expanded').catch(() => null)) === 'false';
      await press(closed ? 'ArrowRight' : 'ArrowDown');
    }
    await press('Shift+F10');
    const menu = workbench.page.locator('.monaco-menu');
    await menu.getByText('Promote Model Version…').waitFor();
    const entry = menu.locator('.action-item.focused').filter({ hasText: 'Promote Model Version…' });
    for (let i = 0; (await entry.count()) === 0; i++) {
      assert.ok(i < 20, 'no entry for it');
      await press('ArrowDown');
    }
    await press('Enter');
    await take('Prod', /^Production/);
    await take('Arch', /^Archive v2/);
    await workbench.dialog.getByText('Promote taxi-duration v3 to Production?').waitFor();
    await press('Enter');
    await until(() => stages()[3] === 'Production');
    await command('MLflow: Undo Registry Change…');
    await workbench.dialog.waitFor();
    await press('Enter');
    await until(() => stages()[3] === 'Staging');
    assert.deepEqual(stages(), before);
  });
});
