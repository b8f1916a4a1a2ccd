import * as assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { EXPERIMENT, makeHistoryStore, runIdOf, START } from '../support/histories';
import { useTable } from './tableTools';

const RUNS = 600;

describeOnEachKind('run table: selection as in the lists of VS Code', function (kind, itOnce) {
  this.timeout(120_000);
  const table = useTable(kind);

  const open = async (): Promise<void> => {
    table.closeAndUse(
      makeHistoryStore(
        Array.from({ length: RUNS }, (_, index) => ({
          runId: runIdOf(index),
          name: `run ${index}`,
          startTime: START - index,
        })),
      ),
    );
    await table.open([EXPERIMENT]);
  };
  const row = (name: string): Locator =>
    table.opened.page.locator('.body .row', { has: table.opened.page.getByText(name, { exact: true }) });
  const click = (name: string, modifiers: ('Shift' | 'ControlOrMeta')[] = []): Promise<void> =>
    row(name).locator('[data-column="0"]').click({ modifiers });
  const selected = (): Promise<string[]> =>
    table.opened.page
      .locator('.body .row[aria-selected=true]')
      .evaluateAll((rows: Element[]) =>
        rows
          .map((each) => each.querySelector('.name-text')?.textContent?.trim() ?? '')
          .sort((a, b) => Number(a.slice(4)) - Number(b.slice(4))),
      );
  const areSelected = (...names: string[]): Promise<void> =>
    table.eventually(async () => assert.deepEqual(await selected(), names));
  const bar = (text: string | RegExp): Promise<void> =>
    table.opened.page.locator('.selection-bar', { hasText: text }).waitFor();

  itOnce('has no box of its own: a click selects one, Ctrl one more, Shift all up to it', async () => {
    await open();
    assert.equal(await table.grid().getAttribute('aria-multiselectable'), 'true');
    assert.equal(await table.grid().getByRole('checkbox').count(), 0);
    assert.equal(
      await table
        .grid()
        .getByRole('button', { name: /^Select/ })
        .count(),
      0,
    );
    await bar('No runs selected');
    await click('run 2');
    await areSelected('run 2');
    await click('run 4');
    await areSelected('run 4');
    await click('run 6', ['ControlOrMeta']);
    await areSelected('run 4', 'run 6');
    await click('run 8', ['Shift']);
    await areSelected('run 4', 'run 6', 'run 7', 'run 8');
    // Drawn anew from the same beginning, the range lets go of what it held.
    await click('run 5', ['Shift']);
    await areSelected('run 4', 'run 5', 'run 6');
    await click('run 5', ['ControlOrMeta']);
    await areSelected('run 4', 'run 6');
    await bar('2 runs selected');
    await table.key('Escape');
    await areSelected();
  });

  itOnce('selects by keys: Shift with arrows, Ctrl+A, x; arrows alone move and leave it', async () => {
    await open();
    await table.grid().focus();
    await table.key('ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown');
    await areSelected('run 1', 'run 2', 'run 3');
    await table.key('Shift+ArrowUp');
    await areSelected('run 1', 'run 2');
    await table.key('ArrowDown', 'ArrowDown', 'x');
    await areSelected('run 1', 'run 2', 'run 4');
    await table.key('ArrowRight', 'Shift+ArrowDown');
    await areSelected('run 1', 'run 2', 'run 4', 'run 5');
    await table.key('Control+a');
    await bar(`${RUNS} runs selected`);
    await table.key('Control+Shift+Enter');
    await bar(`${RUNS - 1} runs selected`);
    await table.key('Escape', 'Control+Home', 'Control+Shift+End');
    await bar(`${RUNS} runs selected`);
  });

  it('selects a range over rows that were never scrolled to', async () => {
    await open();
    await click('run 2');
    await table.opened.page.evaluate(`document.querySelector('.grid').scrollTop = 500 * 22`);
    await row('run 505').waitFor();
    await click('run 505', ['Shift']);
    await bar('504 runs selected');
    await table.opened.page.getByRole('button', { name: 'Diff', exact: true }).click();
    await table.eventually(async () => {
      const { runs } = table.opened.commands.at(-1)?.args as { runs: { runId: string }[] };
      assert.deepEqual(
        runs.map(({ runId }) => runId),
        Array.from({ length: 504 }, (_, index) => runIdOf(index + 2)),
      );
    });
  });

  itOnce('takes a click that began while rows were being put in their order after scrolling', async () => {
    await open();
    const { page } = table.opened;
    await page.evaluate(`document.querySelector('.grid').scrollTop = 133 * 22`);
    await row('run 140').locator('.name-text').hover();
    await page.mouse.down();
    // Longer than the table takes for the end of scrolling.
    await page.waitForTimeout(1_000);
    await page.mouse.up();
    await areSelected('run 140');
    await table.eventually(async () => {
      const drawn = await page
        .locator('.body .row[data-row]')
        .evaluateAll((rows: HTMLElement[]) => rows.map((each) => Number(each.dataset.row)));
      assert.deepEqual(
        drawn,
        drawn.toSorted((a, b) => a - b),
        'in their order once it is released',
      );
    });
  });

  itOnce('shows and stars a run without selecting it, and a first selection moves no row', async () => {
    await open();
    await click('run 3');
    const height = (await table.grid().boundingBox())!.height;
    await row('run 5').hover();
    await row('run 5').getByRole('button', { name: 'Show run 5' }).click();
    await row('run 5').locator('.eye[aria-pressed=true] .codicon-eye').waitFor();
    await row('run 5').getByRole('button', { name: 'Star run 5' }).click();
    await areSelected('run 3');
    assert.deepEqual(
      table.state.shownRuns().map(({ runId }) => runId),
      [runIdOf(5)],
    );
    await table.key('Escape');
    await bar('No runs selected');
    assert.equal((await table.grid().boundingBox())!.height, height);
  });

  itOnce('has one menu for several selected runs, and that of its run on any other row', async () => {
    await open();
    const { page } = table.opened;
    await click('run 1');
    await click('run 3', ['Shift']);
    await row('run 2').locator('[data-column="0"]').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Delete 3 Runs…' }).waitFor();
    await table.key('Escape');
    await row('run 7').locator('[data-column="0"]').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Delete Run…' }).waitFor();
    await table.key('Escape');
    await areSelected('run 1', 'run 2', 'run 3');
  });
});
