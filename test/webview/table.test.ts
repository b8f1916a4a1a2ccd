import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import type { PageServices } from '../../src/panels/page';
import { tablePage } from '../../src/panels/table';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { openPage, openStores, type OpenedPage } from '../support/pageHarness';

/** The experiments of the archives with runs. */
const EXPERIMENTS = ['1', '2', '4'];

describe('run table', function () {
  this.timeout(60_000);
  let file: string;
  let uri: string;
  let stores: OpenStores;
  let state: ViewState;
  let opened: OpenedPage;

  async function open(
    experimentIds: string[],
    filter?: string,
    services: Partial<PageServices> = {},
  ): Promise<void> {
    opened = await openPage({
      definition: tablePage,
      args: { store: uri, experimentIds, ...(filter === undefined ? {} : { filter }) },
      stores,
      state,
      services,
    });
    await opened.page.locator('.body .row').first().waitFor();
    await opened.settled();
  }

  beforeEach(() => {
    file = makeRegistryStore('3.17.2');
    uri = sqliteUri(file);
    stores = openStores(uri);
    state = new ViewState({ get: () => undefined, update: async () => undefined });
  });

  afterEach(async () => {
    await opened.close();
    stores.dispose();
    removeTempFolders();
  });

  const grid = (): Locator => opened.page.locator('.grid');
  const names = (): Promise<string[]> => opened.page.locator('.body .name-text').allInnerTexts();
  const found = (text: string | RegExp): Promise<void> =>
    opened.page.locator('.found', { hasText: text }).waitFor();
  const head = (title: string): Locator =>
    opened.page.locator('.head-cell', { has: opened.page.getByText(title, { exact: true }) });
  const cells = async (title: string): Promise<string[]> => {
    const column = await head(title).getAttribute('data-column');
    return opened.page.locator(`.body .row [data-column="${column}"]`).allInnerTexts();
  };
  const filterField = (): Locator => opened.page.locator('[data-filter]');
  const key = async (...keys: string[]): Promise<void> => {
    for (const pressed of keys) {
      await opened.page.keyboard.press(pressed);
    }
  };
  const eventually = async (check: () => Promise<void>): Promise<void> => {
    for (let tries = 0; ; tries++) {
      try {
        return await check();
      } catch (error) {
        if (tries === 60) {
          throw error;
        }
        await opened.page.waitForTimeout(50);
      }
    }
  };

  it('shows the runs as a grid that says its size, and names the tab', async () => {
    await open(EXPERIMENTS);
    await found('23 runs');
    assert.equal(await grid().getAttribute('aria-label'), 'Runs');
    assert.match((await grid().getAttribute('role')) ?? '', /^(tree)?grid$/);
    const rows = await opened.page.locator('.body .row').count();
    assert.equal(await grid().getAttribute('aria-rowcount'), String(rows + 1));
    assert.equal(await opened.page.locator('.body .row').first().getAttribute('aria-rowindex'), '2');
    assert.equal(opened.title, '3 experiments · runs');
    assert.ok((await opened.page.locator('.head-cell').count()) >= 4);
  });

  it('sorts by clicks on heads: numbers as numbers, NaN and missing last both ways, several with shift', async () => {
    await open(EXPERIMENTS);
    await opened.page.getByRole('button', { name: 'More Actions…' }).click();
    await opened.page.getByRole('menuitemcheckbox', { name: 'Nested Under Their Parents' }).click();
    await head('Duration').click();
    await eventually(async () => assert.equal(await head('Duration').getAttribute('aria-sort'), 'ascending'));
    await head('Start').click({ modifiers: ['Shift'] });
    await eventually(async () => assert.equal(await head('Start').getAttribute('aria-sort'), 'ascending'));
    assert.equal(await head('Duration').getAttribute('aria-sort'), 'ascending');
    await addColumn('max_depth');
    await head('max_depth').click();
    await eventually(async () => {
      const depths = (await cells('max_depth')).map((text) => text.trim());
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
    await head('max_depth').click();
    await eventually(async () => {
      const depths = (await cells('max_depth')).map((text) => text.trim());
      assert.equal(depths.at(-1), '–');
      const numbers = depths.filter((text) => text !== '–').map(Number);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => b - a),
      );
    });
  });

  it('filters as one types, underlines what is wrong and keeps the rows then', async () => {
    await open(EXPERIMENTS);
    await key('/');
    await opened.page.keyboard.type('metrics.rmse < 7');
    await found('9 of 23 runs');
    const before = await names();
    await filterField().fill('metrics.rmse < 7 and rmse < 7');
    await opened.page.getByText(/"rmse" is not an attribute/).waitFor();
    assert.equal(await opened.page.locator('.filter-wrong').innerText(), 'rmse');
    assert.equal(await filterField().getAttribute('aria-invalid'), 'true');
    assert.deepEqual(await names(), before);
    await filterField().fill('metrics.rmse < 7 or metrics.rmse > 1000');
    await eventually(async () => assert.equal(await filterField().getAttribute('aria-invalid'), 'false'));
    await key('Escape', 'Escape');
    await found('23 runs');
  });

  it('completes keys and values from the store, by keyboard', async () => {
    await open(EXPERIMENTS);
    await key('/');
    await opened.page.keyboard.type('val/rm');
    await opened.page.getByRole('option', { name: /metrics\.`val\/rmse`/ }).waitFor();
    await key('Enter');
    await opened.page.keyboard.type('< 8 and params.mode');
    await opened.page.getByRole('option', { name: 'params.model' }).waitFor();
    await key('Tab');
    await opened.page.keyboard.type("= 'xg");
    await opened.page.getByRole('option', { name: 'xgboost' }).waitFor();
    await key('Enter');
    assert.equal(await filterField().inputValue(), "metrics.`val/rmse` < 8 and params.model = 'xgboost' ");
    await found(/of 23 runs/);
  });

  it('filters by a cell', async () => {
    await open(EXPERIMENTS, "params.model LIKE '%'");
    await found(/of 23 runs/);
    await addColumn('model');
    const column = await head('model').getAttribute('data-column');
    await opened.page
      .locator(`.body .row [data-column="${column}"]`, { hasText: 'xgboost' })
      .first()
      .click({ button: 'right' });
    await opened.page.getByRole('menuitem', { name: 'Only "xgboost"' }).click();
    await found('7 of 23 runs');
    assert.equal(await filterField().inputValue(), "params.model LIKE '%' and params.model = 'xgboost'");
  });

  it('finds a column as one types, hides, pins and widens it, and remembers', async () => {
    await open(EXPERIMENTS);
    await addColumn('only_in_0');
    await menuOf('only_in_0', 'Pin Column');
    await eventually(async () => assert.equal(await head('only_in_0').getAttribute('data-column'), '0'));
    await opened.page.evaluate(`document.querySelector('.grid').scrollLeft = 0`);
    await opened.settled();
    await menuOf('Duration', 'Hide Column');
    await eventually(async () => assert.equal(await head('Duration').count(), 0));
    const box = (await head('Start').boundingBox())!;
    await opened.page.mouse.move(box.x + box.width - 1, box.y + 20);
    await opened.page.mouse.down();
    await opened.page.mouse.move(box.x + box.width + 59, box.y + 20, { steps: 3 });
    await opened.page.mouse.up();
    await eventually(async () =>
      assert.equal(Math.round((await head('Start').boundingBox())!.width), Math.round(box.width + 60)),
    );
    await opened.hideAndShow();
    await opened.page.locator('.body .row').first().waitFor();
    assert.equal(await head('only_in_0').getAttribute('data-column'), '0');
    assert.equal(await head('Duration').count(), 0);
    assert.equal(Math.round((await head('Start').boundingBox())!.width), Math.round(box.width + 60));
  });

  it('moves a column by dragging its head', async () => {
    await open(EXPERIMENTS);
    const from = (await head('Duration').boundingBox())!;
    const to = (await head('Start').boundingBox())!;
    await opened.page.mouse.move(from.x + 30, from.y + 25);
    await opened.page.mouse.down();
    await opened.page.mouse.move(to.x + 10, to.y + 25, { steps: 5 });
    await opened.page.mouse.up();
    await eventually(async () => assert.equal(await head('Duration').getAttribute('data-column'), '0'));
    assert.equal(await head('Duration').getAttribute('aria-sort'), 'none');
    // Dropped among the pinned ones it is pinned.
    await menuOf('Duration', 'Pin Column');
    await eventually(async () => assert.equal(await opened.page.locator('.head > .head-cell').count(), 2));
    const start = (await head('Start').boundingBox())!;
    const pinned = (await head('Duration').boundingBox())!;
    await opened.page.mouse.move(start.x + 30, start.y + 25);
    await opened.page.mouse.down();
    await opened.page.mouse.move(pinned.x + 10, pinned.y + 25, { steps: 5 });
    await opened.page.mouse.up();
    await eventually(async () => assert.equal(await opened.page.locator('.head > .head-cell').count(), 3));
    assert.equal(await head('Start').getAttribute('data-column'), '0');
  });

  it('keeps children under their parents through sort and filter', async () => {
    await closeAndUse(await taxi());
    await open(['1']);
    const sweep = opened.page.locator('.body .row', { hasText: 'sweep' });
    assert.equal(await sweep.getAttribute('aria-expanded'), 'false');
    await sweep.locator('[data-act=toggle]').click();
    await eventually(async () =>
      assert.equal(await opened.page.locator('.body .row[aria-level="2"]').count(), 18),
    );
    await head('rmse').click();
    await eventually(async () => {
      const levels = await opened.page
        .locator('.body .row')
        .evaluateAll((rows: Element[]) => rows.map((row) => row.getAttribute('aria-level')));
      assert.equal(levels.filter((level) => level === '2').length, 18);
      const first = levels.indexOf('2');
      assert.ok(levels.slice(first, first + 18).every((level) => level === '2'));
    });
    await filterField().fill('attributes.depth = 1 and metrics.rmse < 3');
    await eventually(async () => {
      assert.equal(await opened.page.locator('.body .row[aria-level="1"]').count(), 1);
      assert.ok((await sweep.first().getAttribute('class'))!.includes('context'));
    });
  });

  it('groups by a param with n, mean, deviation and the runs without it', async () => {
    await open(EXPERIMENTS);
    await addColumn('model');
    await addColumn('rmse');
    await menuOf('model', 'Group by This');
    const groups = opened.page.locator('.body .row.group');
    await groups.first().waitFor();
    const texts = await groups.locator('.name-text').allInnerTexts();
    assert.ok(texts.includes('xgboost') && texts.at(-1) === '(none)', texts.join());
    const column = await head('rmse').getAttribute('data-column');
    const xgboost = opened.page.locator('.body .row.group', { hasText: 'xgboost' });
    assert.match(
      (await xgboost.locator(`[data-column="${column}"]`).getAttribute('title'))!,
      /mean .*standard deviation .*from .* to .*7 values/,
    );
    await xgboost.locator('[data-act=toggle]').first().click();
    await eventually(async () =>
      assert.equal(await opened.page.locator('.body .row:not(.group)').count(), 7),
    );
  });

  it('takes in what others log without losing cursor and selection', async () => {
    await open(EXPERIMENTS);
    await grid().focus();
    await key('ArrowDown', 'ArrowDown', 'x');
    const current = await opened.page.locator('.row:has(.cursor) .name-text').innerText();
    withDatabase(file, (database) => {
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
    await (await stores.get(uri)).refresh();
    await found('24 runs');
    await eventually(async () => assert.equal((await names())[0], '<b>new</b>'));
    assert.equal(await opened.page.locator('.row:has(.cursor) .name-text').innerText(), current);
    assert.equal(await opened.page.locator('.row.selected .name-text').innerText(), current);
    assert.equal(await opened.page.evaluate('document.activeElement.className'), 'grid');
  });

  it('stays readable when the store goes away', async () => {
    await open(EXPERIMENTS);
    const before = await names();
    fs.renameSync(file, `${file}.away`);
    await (await stores.get(uri)).refresh();
    await opened.page.locator('.banner').first().waitFor();
    assert.deepEqual(await names(), before);
  });

  it('does everything by keyboard', async () => {
    await closeAndUse(await taxi());
    await open(['1']);
    await grid().focus();
    const active = (): Promise<string | null> => grid().getAttribute('aria-activedescendant');
    assert.equal(await active(), 'cell-0--1');
    await key('ArrowDown', 'ArrowRight');
    assert.equal(await active(), 'cell-1-0');
    await key('Home', 'ArrowUp', 'ArrowUp');
    assert.equal(await active(), 'cell--1--1');
    await key('Enter');
    await eventually(async () => assert.equal(await head('Run').getAttribute('aria-sort'), 'ascending'));
    await key('ArrowDown', 'Enter');
    await eventually(async () => assert.equal(opened.commands.at(-1)?.command, 'mlflowLens.openRun'));
    await key(' ');
    await eventually(async () => assert.equal(state.shownRuns().length, 1));
    await opened.page.locator('.row .mark.on .dot').first().waitFor();
    await key('*');
    await eventually(async () => assert.equal(state.starredRuns().length, 1));
    await key('x', 'Shift+ArrowDown', 'Shift+ArrowDown');
    await opened.page.getByText('3 runs selected').waitFor();
    await key('?');
    await opened.page.getByLabel('Keyboard shortcuts').waitFor();
    await key('Escape');
    await opened.page.getByLabel('Keyboard shortcuts').waitFor({ state: 'hidden' });
    await opened.page.getByText('3 runs selected').waitFor();
    await key('d');
    await eventually(async () => assert.equal(opened.commands.at(-1)?.command, 'mlflowLens.diffRuns'));
    await key('c');
    await eventually(async () => assert.equal(opened.commands.at(-1)?.command, 'mlflowLens.openCharts'));
    await key('b');
    await eventually(async () => assert.ok(state.baseline));
    await opened.page.locator('.rows-pinned .row').waitFor();
    await key('Escape', 'Control+a');
    await opened.page.getByText('26 runs selected').waitFor();
    await key('Escape', 'p');
    await eventually(async () => assert.ok((await opened.page.locator('.rows-pinned .row').count()) >= 1));
    await key('h');
    await found('25 of 26 runs');
    await key('m');
    await opened.page.getByRole('menuitem', { name: 'Open Run' }).waitFor();
    await opened.page.getByRole('menuitem', { name: 'Promote…' }).click();
    await eventually(async () =>
      assert.equal(opened.commands.at(-1)?.command, 'mlflowLens.promoteModelVersion'),
    );
    assert.deepEqual(Object.keys(opened.commands.at(-1)?.args as object), ['store', 'runId']);
    assert.equal(await opened.page.evaluate('document.activeElement.className'), 'grid');
    await key('?');
    await opened.page.getByText('go to the filter').waitFor();
    await key('Control+End');
    assert.match((await active()) ?? '', /^cell-\d+-/);
  });

  it('shows what a metric differs from the baseline by, coloured where the direction is known', async () => {
    await closeAndUse(await taxi());
    await open(['1']);
    await grid().focus();
    await key('ArrowDown', 'ArrowDown', 'b');
    await opened.page.locator('.rows-pinned .row').waitFor();
    await opened.page.locator('.body .delta').first().waitFor();
    assert.ok((await opened.page.locator('.body .delta.worse').count()) > 0);
    assert.match(await opened.page.locator('.body .delta').first().innerText(), /^[+−]\d/);
    assert.ok((await opened.page.locator('.best').count()) > 0);
  });

  it('tells a run that never ended from one that runs, as the sidebar does', async () => {
    const hour = 3_600_000;
    const now = Date.now();
    withDatabase(file, (database) => {
      const run = database.prepare(
        `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
          source_version, lifecycle_stage, artifact_uri, experiment_id)
         VALUES (?, ?, 'UNKNOWN', '', '', 'me', 'RUNNING', ?, '', 'active', '', 1)`,
      );
      const metric = database.prepare(
        `INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('m', 1, ?, 0, 0, ?)`,
      );
      run.run('a1', 'lost', now - 9 * hour);
      run.run('a2', 'silent', now - 5 * hour);
      metric.run(now - 4 * hour, 'a2');
      run.run('a3', 'busy', now - 5 * hour);
      metric.run(now - 60_000, 'a3');
      run.run('a4', 'young', now - 60_000);
    });
    await open(['1']);
    const row = (name: string): Locator => opened.page.locator('.body .row', { hasText: name });
    const told = (name: string): Promise<string | null> =>
      row(name).locator('.status .codicon').getAttribute('aria-label');
    assert.deepEqual(await Promise.all(['lost', 'silent', 'busy', 'young'].map(told)), [
      'no end',
      'no end',
      'running',
      'running',
    ]);
    assert.match((await row('silent').locator('.name').getAttribute('title')) ?? '', /logged last 4h ago/);
    await addColumn('Status');
    const column = await head('Status').getAttribute('data-column');
    assert.equal(await row('silent').locator(`[data-column="${column}"]`).innerText(), 'no end');
  });

  it('lights up the run that another view points at, and tells which it points at itself', async () => {
    await open(EXPERIMENTS);
    const row = opened.page.locator('.body .row').nth(3);
    const runId = (await row.getAttribute('data-run'))!;
    state.setHovered({ store: uri, runId });
    await opened.page.locator('.row.hovered').waitFor();
    assert.equal(await opened.page.locator('.row.hovered').getAttribute('data-run'), runId);
    state.setHovered({ store: 'sqlite:///other.db', runId });
    await eventually(async () => assert.equal(await opened.page.locator('.row.hovered').count(), 0));
    await row.hover();
    await eventually(async () => assert.deepEqual(state.hovered, { store: uri, runId }));
    await opened.page.locator('.breadcrumb, header').first().hover();
    await eventually(async () => assert.equal(state.hovered, null));
  });

  it('follows the brush of a sweep, says so, and ends it', async () => {
    await open(['1']);
    const all = (await opened.page.locator('.found').innerText()).trim();
    const ids = await opened.page
      .locator('.body .row')
      .evaluateAll((rows: Element[]) => rows.slice(0, 3).map((row) => row.getAttribute('data-run') ?? ''));
    const other = (
      await (
        await stores.get(uri)
      ).searchRuns({
        experimentIds: ['2'],
        view: 'ACTIVE_ONLY',
        maxResults: 1,
        params: 'none',
        metrics: 'none',
        tags: 'none',
      })
    ).items[0]!.info.runId;
    state.setBrushed(ids.map((runId) => ({ store: uri, runId })));
    await opened.page.getByText('brushed in sweep: 3 runs').waitFor();
    await found(/^3 of /);
    assert.equal(await opened.page.locator('.body .row').count(), 3);
    await opened.page.getByRole('button', { name: 'Clear the Brush' }).click();
    await found(all);
    assert.equal(state.brushed, null);
    // Runs of another experiment empty no table.
    state.setBrushed([{ store: uri, runId: other }]);
    await opened.page.waitForTimeout(300);
    assert.equal((await opened.page.locator('.found').innerText()).trim(), all);
    state.setBrushed([{ store: uri, runId: ids[0]! }]);
    await found(/^1 of /);
    state.setBrushed([]);
    await opened.page.getByText('brushed in sweep: 0 runs').waitFor();
    await opened.page.getByRole('button', { name: 'Show All' }).click();
    await found(all);
  });

  it('is told from a head which direction of a metric is better, and colours and marks by it', async () => {
    const metricDirections: Record<string, 'higher' | 'lower'> = {};
    await closeAndUse(await taxi());
    await open(['1'], undefined, {
      settings: () => ({ metricDirections, headlineMetric: '' }),
      setMetricDirection: async (metric, direction) => {
        if (direction === null) {
          delete metricDirections[metric];
        } else {
          metricDirections[metric] = direction;
        }
      },
    });
    await opened.page.locator('[data-act=toggle]').first().click();
    await grid().focus();
    await key('Home', 'Control+Home', 'ArrowDown', 'ArrowDown', 'b');
    const column = await head('rmse').getAttribute('data-column');
    const ofColumn = (selector: string): Locator =>
      opened.page.locator(`.body [data-column="${column}"]${selector}`);
    await ofColumn(' .delta.worse').first().waitFor();
    const best = async (): Promise<number> => Number(await ofColumn('.best .cut').first().innerText());
    await eventually(async () => assert.ok((await best()) > 0));
    const lowest = await best();
    const worse = await ofColumn(' .delta.worse').count();
    const better = await ofColumn(' .delta.better').count();
    const choose = async (name: string): Promise<void> => {
      await head('rmse').click({ button: 'right' });
      await opened.page.getByRole('menuitemcheckbox', { name }).click();
    };
    await choose('Higher Is Better');
    await eventually(async () => assert.ok((await best()) > lowest));
    assert.equal(await ofColumn(' .delta.worse').count(), better);
    assert.equal(await ofColumn(' .delta.better').count(), worse);
    assert.deepEqual(metricDirections, { rmse: 'higher' });
    // Chosen again it is forgotten: the name decides.
    await choose('Higher Is Better');
    await eventually(async () => assert.equal(await best(), lowest));
    assert.deepEqual(metricDirections, {});
  });

  it('exports what is shown with the filter, and a snippet of Python', async () => {
    await open(EXPERIMENTS, "metrics.rmse >= 6 and params.model = 'xgboost'");
    await found('6 of 23 runs');
    const choose = async (label: string): Promise<void> => {
      await opened.page.getByRole('button', { name: 'More Actions…' }).click();
      await opened.page.getByRole('menuitem', { name: label }).click();
    };
    await choose('Copy as CSV');
    await eventually(async () => assert.equal(opened.copied.length, 1));
    const lines = opened.copied[0]!.trim().split('\r\n');
    assert.equal(lines[0], "# filter: metrics.rmse >= 6 and params.model = 'xgboost'");
    assert.match(lines[1]!, /^run_id,name,status/);
    assert.equal(lines.length, 8);
    await choose('Copy as JSON');
    await eventually(async () => assert.equal(opened.copied.length, 2));
    const json = JSON.parse(opened.copied[1]!) as { filter: string; runs: { run_id: string }[] };
    assert.equal(json.runs.length, 6);
    await choose('Copy Python for This Search');
    await eventually(async () => assert.equal(opened.copied.length, 3));
    assert.match(
      opened.copied[2]!,
      /mlflow\.search_runs\(\n {4}experiment_ids=\["1", "2", "4"\],\n {4}filter_string="metrics\.rmse >= 6 AND params\.model = 'xgboost'"/,
    );
    await choose('Save as Markdown…');
    await eventually(async () => assert.equal(opened.commands.at(-1)?.command, 'mlflowLens.exportTable'));
  });

  it('shows the last, least, best value of a metric or that at any step, and the head says which', async () => {
    withDatabase(file, (database) => {
      database.exec("DELETE FROM metrics WHERE key = 'rmse'");
      const run = String(
        database.prepare("SELECT run_uuid FROM latest_metrics WHERE key = 'rmse' LIMIT 1").get()?.run_uuid,
      );
      const insert = database.prepare(
        "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('rmse', ?, 1, ?, ?, 0)",
      );
      [5, 3, 9].forEach((value, index) => insert.run(value, run, index * 123));
    });
    await open(EXPERIMENTS);
    await addColumn('rmse');
    const rule = (): Promise<string> => head('rmse').locator('.rule').innerText();
    const values = async (): Promise<string[]> =>
      (await cells('rmse')).map((text) => text.trim()).filter((text) => text !== '–');
    const choose = async (item: string): Promise<void> => {
      await head('rmse').click({ button: 'right' });
      await opened.page.getByRole('menuitemcheckbox', { name: item }).click();
    };
    await choose('Show Best Value (min)');
    await eventually(async () => assert.deepEqual(await values(), ['3']));
    assert.equal(await rule(), 'best (min)');
    await choose('Show Maximum');
    await eventually(async () => assert.deepEqual(await values(), ['9']));
    assert.equal(await rule(), 'max');
    await choose('Show Value at Step…');
    await opened.page.getByRole('textbox', { name: 'Step of rmse' }).fill('12.5');
    await key('Enter');
    await opened.page.getByText('A step is a whole number.').waitFor();
    await opened.page.getByRole('textbox', { name: 'Step of rmse' }).fill('123');
    await key('Enter');
    await eventually(async () => assert.deepEqual(await values(), ['3']));
    assert.equal(await rule(), 'at step 123');
    assert.equal(await opened.page.evaluate('document.activeElement.className'), 'grid');
  });

  it('does with the selected runs what other parts bring', async () => {
    await open(EXPERIMENTS);
    await grid().focus();
    await key('ArrowDown', 'x', 'ArrowDown', 'x');
    const ids = await opened.page
      .locator('.row.selected')
      .evaluateAll((rows: Element[]) => rows.map((row) => row.getAttribute('data-run')));
    const choose = async (item: string): Promise<void> => {
      await opened.page.getByRole('button', { name: 'More for the Selected Runs…' }).click();
      await opened.page.getByRole('menuitem', { name: item }).click();
    };
    await choose('Sweep of These Runs');
    await eventually(async () =>
      assert.deepEqual(opened.commands.at(-1), {
        command: 'mlflowLens.openSweep',
        args: { runs: ids.map((runId) => ({ store: uri, runId })) },
      }),
    );
    await choose('Delete 2 Runs…');
    await eventually(async () =>
      assert.deepEqual(opened.commands.at(-1), {
        command: 'mlflowLens.deleteRuns',
        args: { store: uri, runIds: ids },
      }),
    );
    await grid().focus();
    await key('g');
    await opened.page.getByRole('menu', { name: 'Group' }).waitFor();
    await key('Escape', 'Shift+C');
    await opened.page.getByLabel('Search columns').waitFor();
  });

  it('filters by a dataset, a registered model and a time', async () => {
    await open(EXPERIMENTS);
    for (const [column, item, filter] of [
      ['Dataset', /^Only /, /^datasets\.name = /],
      ['Registered', /^Only /, /^attributes\.registered = '[^,]*'$/],
      ['Start', /^Started on /, /^attributes\.start_time = '\d{4}-\d\d-\d\d'$/],
    ] as [string, RegExp, RegExp][]) {
      if (column === 'Start') {
        await opened.page.evaluate(`document.querySelector('.grid').scrollLeft = 0`);
        await head(column).waitFor();
      } else {
        await addColumn(column);
      }
      const place = await head(column).getAttribute('data-column');
      const cell = opened.page.locator(`.body .row [data-column="${place}"]:not(.missing)`).first();
      await cell.click({ button: 'right' });
      await opened.page.getByRole('menuitem', { name: item }).first().click();
      await found(/^[1-9]\d* of 23 runs/);
      assert.match(await filterField().inputValue(), filter);
      await filterField().fill('');
      await filterField().press('Enter');
      await found(/^23 runs/);
    }
  });

  it('reads flavor and size of models that MLflow 3 logged from their files, and sorts by them', async () => {
    await closeAndUse(await taxi());
    await open(['1']);
    await addColumn('Model');
    await addColumn('Model size');
    const of = async (title: string, text: RegExp): Promise<number> =>
      (await cells(title)).filter((cell) => text.test(cell)).length;
    await eventually(async () => {
      assert.ok((await of('Model', /^xgboost$/)) > 0 && (await of('Model', /^sklearn$/)) > 0);
      assert.equal(await of('Model size', /^[\d.]+ (B|KiB|MiB)$/), await of('Model', /^(xgboost|sklearn)$/));
    });
    await head('Model size').click();
    await eventually(async () =>
      assert.equal(await head('Model size').getAttribute('aria-sort'), 'ascending'),
    );
    await eventually(async () => {
      const texts = await cells('Model size');
      const filled = texts.findIndex((text) => text.trim() === '–');
      assert.ok(filled > 0 && texts.slice(filled).every((text) => text.trim() === '–'), texts.join());
    });
  });

  it('saves a filter and finds it again', async () => {
    await open(EXPERIMENTS);
    await filterField().fill('metrics.rmse < 7');
    await key('Enter');
    await filterField().press('Enter');
    await found('9 of 23 runs');
    await opened.page.getByRole('button', { name: 'Saved' }).click();
    await opened.page.getByRole('menuitem', { name: 'Save This Filter' }).click();
    await filterField().fill('');
    await filterField().press('Enter');
    await found('23 runs');
    await opened.page.getByRole('button', { name: 'Saved' }).click();
    await opened.page.getByRole('menuitem', { name: 'metrics.rmse < 7' }).click();
    await found('9 of 23 runs');
  });

  it('has no violation that axe finds, in all themes, whatever is open', async () => {
    await closeAndUse(await taxi());
    await open(['1']);
    await grid().focus();
    await key('ArrowDown', 'ArrowDown', 'x', ' ', 'b');
    await opened.page.locator('.rows-pinned .row').waitFor();
    const ids = await opened.page
      .locator('.body .row')
      .evaluateAll((rows: Element[]) => rows.map((row) => row.getAttribute('data-run') ?? ''));
    state.setBrushed(ids.map((runId) => ({ store: uri, runId })));
    await opened.page.getByText('brushed in sweep').waitFor();
    await opened.page.getByRole('button', { name: 'More for the Selected Runs…' }).click();
    await opened.page.getByRole('menu').waitFor();
    await opened.checkAccessibility();
    await opened.screenshots('table');
    await key('Escape');
    await filterField().fill('metrics.rmse < 7 and rmse < 7 or params.max_depth > 3');
    await opened.page.getByText(/not an attribute/).waitFor();
    await opened.page.getByRole('button', { name: 'Columns', exact: true }).click();
    await opened.page.locator('.picker-entry').first().waitFor();
    await opened.page.mouse.move(5, 400);
    await opened.checkAccessibility();
    await opened.screenshots('table-picker');
    await key('Escape');
    await grid().focus();
    await key('m');
    await opened.page.getByRole('menu').waitFor();
    await opened.checkAccessibility();
    await opened.screenshots('table-menu');
  });

  it('says why nothing is there, and the way out', async () => {
    await open(EXPERIMENTS, 'metrics.rmse < 7');
    await filterField().fill("params.absent = 'x'");
    await opened.page.getByText('No run is left of 23.').waitFor();
    await opened.page.getByRole('button', { name: 'Show All' }).click();
    await found('23 runs');
  });

  async function addColumn(name: string): Promise<void> {
    await opened.page.getByRole('button', { name: 'Columns', exact: true }).click();
    await opened.page.getByLabel('Search columns').fill(name);
    const entry = opened.page
      .locator('.picker-entry', { has: opened.page.getByText(name, { exact: true }) })
      .first();
    await entry.waitFor();
    if (!(await entry.locator('input').isChecked())) {
      await entry.locator('input').check();
    }
    await key('Escape');
    await eventually(async () => assert.equal(await opened.page.locator('.picker').count(), 0));
    await opened.page.evaluate(`document.querySelector('.grid').scrollLeft = 100000`);
    await head(name).waitFor();
    await opened.settled();
  }

  async function menuOf(name: string, item: string): Promise<void> {
    await head(name).click({ button: 'right' });
    await opened.page.getByRole('menuitem', { name: item }).click();
  }

  async function taxi(): Promise<string> {
    return path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
  }

  async function closeAndUse(database: string): Promise<void> {
    stores.dispose();
    file = database;
    uri = sqliteUri(file);
    stores = openStores(uri);
    await Promise.resolve();
  }
});
