import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { withDatabase } from '../support/database';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { EXPERIMENTS, useTable } from './tableTools';

describeOnEachKind('run table', function (kind, itOnce) {
  this.timeout(120_000);
  const table = useTable(kind);

  it('shows the runs as a grid that says its size, and names the tab', async () => {
    await table.open(EXPERIMENTS);
    await table.found('23 runs');
    assert.equal(await table.grid().getAttribute('aria-label'), 'Runs');
    assert.match((await table.grid().getAttribute('role')) ?? '', /^(tree)?grid$/);
    const rows = await table.opened.page.locator('.body .row').count();
    assert.equal(await table.grid().getAttribute('aria-rowcount'), String(rows + 1));
    assert.equal(await table.opened.page.locator('.body .row').first().getAttribute('aria-rowindex'), '2');
    assert.equal(table.opened.title, '3 experiments · runs');
    assert.ok((await table.opened.page.locator('.head-cell').count()) >= 4);
  });

  it('sorts by clicks on heads: numbers as numbers, NaN and missing last both ways, several with shift', async () => {
    await table.open(EXPERIMENTS);
    await table.opened.page.getByRole('button', { name: 'More Actions…' }).click();
    await table.opened.page.getByRole('menuitemcheckbox', { name: 'Nested Under Their Parents' }).click();
    await table.head('Duration').click();
    await table.eventually(async () =>
      assert.equal(await table.head('Duration').getAttribute('aria-sort'), 'ascending'),
    );
    await table.head('Start').click({ modifiers: ['Shift'] });
    await table.eventually(async () =>
      assert.equal(await table.head('Start').getAttribute('aria-sort'), 'ascending'),
    );
    assert.equal(await table.head('Duration').getAttribute('aria-sort'), 'ascending');
    await table.addColumn('max_depth');
    await table.head('max_depth').click();
    await table.eventually(async () => {
      const depths = (await table.cells('max_depth')).map((text) => text.trim());
      const numbers = depths.filter((text) => text !== '–').map(Number);
      assert.ok(numbers.length > 3);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
      assert.deepEqual(depths, [
        ...depths.filter((text) => text !== '–'),
        ...depths.filter((text) => text === '–'),
      ]);
    });
    await table.head('max_depth').click();
    await table.eventually(async () => {
      const depths = (await table.cells('max_depth')).map((text) => text.trim());
      assert.equal(depths.at(-1), '–');
      const numbers = depths.filter((text) => text !== '–').map(Number);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => b - a),
      );
    });
  });

  it('filters as one types, underlines what is wrong and keeps the rows then', async () => {
    await table.open(EXPERIMENTS);
    await table.key('/');
    await table.opened.page.keyboard.type('metrics.rmse < 7');
    await table.found('9 of 23 runs');
    const before = await table.names();
    await table.filterField().fill('metrics.rmse < 7 and rmes < 7');
    await table.opened.page.getByText(/No run here has a metric, param or tag "rmes"/).waitFor();
    assert.equal(await table.opened.page.locator('.filter-wrong').innerText(), 'rmes');
    assert.equal(await table.filterField().getAttribute('aria-invalid'), 'true');
    assert.deepEqual(await table.names(), before);
    await table.filterField().fill('metrics.rmse < 7 or metrics.rmse > 1000');
    await table.eventually(async () =>
      assert.equal(await table.filterField().getAttribute('aria-invalid'), 'false'),
    );
    await table.key('Escape', 'Escape');
    await table.found('23 runs');
  });

  it('completes keys and values from the store, by keyboard', async () => {
    await table.open(EXPERIMENTS);
    await table.key('/');
    await table.opened.page.keyboard.type('val/rm');
    await table.opened.page.getByRole('option', { name: /metrics\.`val\/rmse`/ }).waitFor();
    await table.key('Enter');
    await table.opened.page.keyboard.type('< 8 and params.mode');
    await table.opened.page.getByRole('option', { name: 'params.model' }).waitFor();
    await table.key('Tab');
    await table.opened.page.keyboard.type("= 'xg");
    await table.opened.page.getByRole('option', { name: 'xgboost' }).waitFor();
    await table.key('Enter');
    assert.equal(
      await table.filterField().inputValue(),
      "metrics.`val/rmse` < 8 and params.model = 'xgboost' ",
    );
    await table.found(/of 23 runs/);
  });

  itOnce('finds a column as one types, hides, pins and widens it, and remembers', async () => {
    await table.open(EXPERIMENTS);
    await table.addColumn('only_in_0');
    await table.menuOf('only_in_0', 'Pin Column');
    await table.eventually(async () =>
      assert.equal(await table.head('only_in_0').getAttribute('data-column'), '0'),
    );
    await table.opened.page.evaluate(`document.querySelector('.grid').scrollLeft = 0`);
    await table.opened.settled();
    await table.menuOf('Duration', 'Hide Column');
    await table.eventually(async () => assert.equal(await table.head('Duration').count(), 0));
    const box = (await table.head('Start').boundingBox())!;
    await table.opened.page.mouse.move(box.x + box.width - 1, box.y + 20);
    await table.opened.page.mouse.down();
    await table.opened.page.mouse.move(box.x + box.width + 59, box.y + 20, { steps: 3 });
    await table.opened.page.mouse.up();
    await table.eventually(async () =>
      assert.equal(Math.round((await table.head('Start').boundingBox())!.width), Math.round(box.width + 60)),
    );
    await table.opened.hideAndShow();
    await table.opened.page.locator('.body .row').first().waitFor();
    assert.equal(await table.head('only_in_0').getAttribute('data-column'), '0');
    assert.equal(await table.head('Duration').count(), 0);
    assert.equal(Math.round((await table.head('Start').boundingBox())!.width), Math.round(box.width + 60));
  });

  itOnce('moves a column by dragging its head', async () => {
    await table.open(EXPERIMENTS);
    const from = (await table.head('Duration').boundingBox())!;
    const to = (await table.head('Start').boundingBox())!;
    await table.opened.page.mouse.move(from.x + 30, from.y + 25);
    await table.opened.page.mouse.down();
    await table.opened.page.mouse.move(to.x + 10, to.y + 25, { steps: 5 });
    await table.opened.page.mouse.up();
    await table.eventually(async () =>
      assert.equal(await table.head('Duration').getAttribute('data-column'), '0'),
    );
    assert.equal(await table.head('Duration').getAttribute('aria-sort'), 'none');
    // Dropped among the pinned ones it is pinned.
    await table.menuOf('Duration', 'Pin Column');
    await table.eventually(async () =>
      assert.equal(await table.opened.page.locator('.head > .head-cell').count(), 2),
    );
    const start = (await table.head('Start').boundingBox())!;
    const pinned = (await table.head('Duration').boundingBox())!;
    await table.opened.page.mouse.move(start.x + 30, start.y + 25);
    await table.opened.page.mouse.down();
    await table.opened.page.mouse.move(pinned.x + 10, pinned.y + 25, { steps: 5 });
    await table.opened.page.mouse.up();
    await table.eventually(async () =>
      assert.equal(await table.opened.page.locator('.head > .head-cell').count(), 3),
    );
    assert.equal(await table.head('Start').getAttribute('data-column'), '0');
  });

  it('keeps children under their parents through sort and filter', async () => {
    table.closeAndUse(await table.taxi());
    await table.open(['1']);
    const sweep = table.opened.page.locator('.body .row', { hasText: 'sweep' });
    assert.equal(await sweep.getAttribute('aria-expanded'), 'false');
    await sweep.locator('[data-act=toggle]').click();
    await table.eventually(async () =>
      assert.equal(await table.opened.page.locator('.body .row[aria-level="2"]').count(), 18),
    );
    await table.head('rmse').click();
    await table.eventually(async () => {
      const levels = await table.opened.page
        .locator('.body .row')
        .evaluateAll((rows: Element[]) => rows.map((row) => row.getAttribute('aria-level')));
      assert.equal(levels.filter((level) => level === '2').length, 18);
      const first = levels.indexOf('2');
      assert.ok(levels.slice(first, first + 18).every((level) => level === '2'));
    });
    await table.filterField().fill('attributes.depth = 1 and metrics.rmse < 3');
    await table.eventually(async () => {
      assert.equal(await table.opened.page.locator('.body .row[aria-level="1"]').count(), 1);
      assert.ok((await sweep.first().getAttribute('class'))!.includes('context'));
    });
  });

  it('groups by a param with n, mean, deviation and the runs without it', async () => {
    await table.open(EXPERIMENTS);
    await table.addColumn('model');
    await table.addColumn('rmse');
    await table.menuOf('model', 'Group by This');
    const groups = table.opened.page.locator('.body .row.group');
    await groups.first().waitFor();
    const texts = await groups.locator('.name-text').allInnerTexts();
    assert.ok(texts.includes('model xgboost') && texts.at(-1) === 'no model', texts.join());
    const column = await table.head('rmse').getAttribute('data-column');
    const xgboost = table.opened.page.locator('.body .row.group', { hasText: 'xgboost' });
    const cell = xgboost.locator(`[data-column="${column}"]`);
    assert.match((await cell.getAttribute('title'))!, /mean .*standard deviation .*from .* to .*7 values/);
    const [, mean, deviation] = /^(\d+\.\d+) ± (\d+\.\d+)$/.exec((await cell.innerText()).trim()) ?? [];
    assert.equal(mean?.split('.')[1]?.length, deviation?.split('.')[1]?.length);
    const cut = await groups
      .locator('.cut')
      .evaluateAll((all) =>
        all.flatMap((element) => (element.scrollWidth > element.clientWidth ? [element.textContent] : [])),
      );
    assert.deepEqual(cut, [], 'no value and no name of a group is cut off');
    await xgboost.locator('[data-act=toggle]').first().click();
    await table.eventually(async () =>
      assert.equal(await table.opened.page.locator('.body .row:not(.group)').count(), 7),
    );
  });

  it('groups by what is no column: an attribute, a tag that is searched for', async () => {
    await table.open(EXPERIMENTS);
    const { page } = table.opened;
    const names = page.locator('.body .row.group .name-text');
    await table.grid().focus();
    await table.key('g');
    await page.getByRole('menuitemcheckbox', { name: 'Status' }).click();
    await names.first().waitFor();
    assert.ok((await names.allInnerTexts()).includes('status FINISHED'));
    await table.grid().focus();
    await table.key('g');
    await page.getByRole('menuitem', { name: 'Other Params and Tags…' }).click();
    const picker = page.getByRole('dialog', { name: 'Group by' });
    await picker.getByRole('searchbox').fill('model');
    const entry = picker.locator('.picker-entry', { hasText: 'tags' }).filter({ hasText: /^\s*model/ });
    await entry.first().click();
    await table.eventually(async () =>
      assert.ok((await names.allInnerTexts()).some((name) => /^status FINISHED · model xgboost/.test(name))),
    );
  });

  it('takes in what others log without losing cursor and selection', async () => {
    await table.open(EXPERIMENTS);
    await table.grid().focus();
    await table.key('ArrowDown', 'ArrowDown', 'x');
    const current = await table.opened.page.locator('.row:has(.cursor) .name-text').innerText();
    withDatabase(table.file, (database) => {
      database.exec('BEGIN IMMEDIATE');
      database
        .prepare(
          `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
            source_version, lifecycle_stage, artifact_uri, experiment_id)
           VALUES ('f00d', '<b>new</b>', 'UNKNOWN', '', '', 'me', 'RUNNING', 1900000000000, '', 'active', '', 1)`,
        )
        .run();
      database.exec('COMMIT');
    });
    await (await table.stores.get(table.uri)).refresh();
    await table.found('24 runs');
    await table.eventually(async () => assert.equal((await table.names())[0], '<b>new</b>'));
    assert.equal(await table.opened.page.locator('.row:has(.cursor) .name-text').innerText(), current);
    assert.equal(await table.opened.page.locator('.row.selected .name-text').innerText(), current);
    assert.equal(await table.opened.page.evaluate('document.activeElement.className'), 'grid');
  });

  it('stays readable when the store goes away', async () => {
    await table.open(EXPERIMENTS);
    const before = await table.names();
    fs.renameSync(table.file, `${table.file}.away`);
    await (await table.stores.get(table.uri)).refresh();
    await table.opened.page.locator('.banner').first().waitFor();
    assert.deepEqual(await table.names(), before);
  });

  itOnce('does everything by keyboard', async () => {
    table.closeAndUse(await table.taxi());
    await table.open(['1']);
    await table.grid().focus();
    const active = (): Promise<string | null> => table.grid().getAttribute('aria-activedescendant');
    assert.equal(await active(), 'cell-0--1');
    await table.key('ArrowDown', 'ArrowRight');
    assert.equal(await active(), 'cell-1-0');
    await table.key('Home', 'ArrowUp', 'ArrowUp');
    assert.equal(await active(), 'cell--1--1');
    await table.key('Enter');
    await table.eventually(async () =>
      assert.equal(await table.head('Run').getAttribute('aria-sort'), 'ascending'),
    );
    await table.key('ArrowDown', 'Enter');
    await table.eventually(async () =>
      assert.equal(table.opened.commands.at(-1)?.command, 'mlflowLens.openRun'),
    );
    await table.key(' ');
    await table.eventually(async () => assert.equal(table.state.shownRuns().length, 1));
    await table.opened.page.locator('.row .mark.on .dot').first().waitFor();
    await table.key('*');
    await table.eventually(async () => assert.equal(table.state.starredRuns().length, 1));
    await table.key('x', 'Shift+ArrowDown', 'Shift+ArrowDown');
    await table.opened.page.getByText('3 runs selected').waitFor();
    await table.key('?');
    await table.opened.page.getByLabel('Keyboard shortcuts').waitFor();
    await table.key('Escape');
    await table.opened.page.getByLabel('Keyboard shortcuts').waitFor({ state: 'hidden' });
    await table.opened.page.getByText('3 runs selected').waitFor();
    await table.key('d');
    await table.eventually(async () =>
      assert.equal(table.opened.commands.at(-1)?.command, 'mlflowLens.diffRuns'),
    );
    await table.key('c');
    await table.eventually(async () =>
      assert.equal(table.opened.commands.at(-1)?.command, 'mlflowLens.openCharts'),
    );
    await table.key('b');
    await table.eventually(async () => assert.ok(table.state.baseline));
    await table.opened.page.locator('.rows-pinned .row').waitFor();
    await table.key('Escape', 'Control+a');
    await table.opened.page.getByText('26 runs selected').waitFor();
    await table.key('Escape', 'p');
    await table.eventually(async () =>
      assert.ok((await table.opened.page.locator('.rows-pinned .row').count()) >= 1),
    );
    await table.key('h');
    await table.found('25 of 26 runs');
    await table.key('m');
    await table.opened.page.getByRole('menuitem', { name: 'Open Run' }).waitFor();
    await table.opened.page.getByRole('menuitem', { name: 'Promote…' }).click();
    await table.eventually(async () =>
      assert.equal(table.opened.commands.at(-1)?.command, 'mlflowLens.promoteModelVersion'),
    );
    assert.deepEqual(Object.keys(table.opened.commands.at(-1)?.args as object), ['store', 'runId']);
    assert.equal(await table.opened.page.evaluate('document.activeElement.className'), 'grid');
    await table.key('?');
    await table.opened.page.getByText('go to the filter').waitFor();
    await table.key('Control+End');
    assert.match((await active()) ?? '', /^cell-\d+-/);
  });

  itOnce('has no violation that axe finds, in all themes, whatever is open', async () => {
    table.closeAndUse(await table.taxi());
    await table.open(['1']);
    await table.grid().focus();
    await table.key('ArrowDown', 'ArrowDown', 'x', ' ', 'b');
    await table.opened.page.locator('.rows-pinned .row').waitFor();
    const ids = await table.opened.page
      .locator('.body .row')
      .evaluateAll((rows: Element[]) => rows.map((row) => row.getAttribute('data-run') ?? ''));
    table.state.setBrushed(ids.map((runId) => ({ store: table.uri, runId })));
    await table.opened.page.getByText('selected in the sweep').waitFor();
    await table.opened.page.getByRole('button', { name: 'More for the Selected Runs…' }).click();
    await table.opened.page.getByRole('menu').waitFor();
    await table.opened.checkAccessibility();
    await table.opened.screenshots('table');
    await table.key('Escape');
    await table.filterField().fill('metrics.rmse < 7 and rmes < 7 or params.max_depth > 3');
    await table.opened.page.getByText(/it is not an attribute/).waitFor();
    await table.opened.page.getByRole('button', { name: 'Columns', exact: true }).click();
    await table.opened.page.locator('.picker-entry').first().waitFor();
    await table.opened.page.mouse.move(5, 400);
    await table.opened.checkAccessibility();
    await table.opened.screenshots('table-picker');
    await table.key('Escape');
    await table.grid().focus();
    await table.key('m');
    await table.opened.page.getByRole('menu').waitFor();
    await table.opened.checkAccessibility();
    await table.opened.screenshots('table-menu');
  });

  it('says why nothing is there, and the way out', async () => {
    await table.open(EXPERIMENTS, 'metrics.rmse < 7');
    await table.filterField().fill("params.absent = 'x'");
    await table.opened.page.getByText('No runs match (23 runs in all).').waitFor();
    await table.opened.page.getByRole('button', { name: 'Show All' }).click();
    await table.found('23 runs');
  });
});
