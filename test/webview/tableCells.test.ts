import * as assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { withDatabase } from '../support/database';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { EXPERIMENTS, useTable } from './tableTools';

describeOnEachKind('run table: values, other views and commands', function (kind, itOnce) {
  this.timeout(120_000);
  const table = useTable(kind);

  itOnce('filters by a cell', async () => {
    await table.open(EXPERIMENTS, "params.model LIKE '%'");
    await table.found(/of 23 runs/);
    await table.addColumn('model');
    const column = await table.head('model').getAttribute('data-column');
    await table.opened.page
      .locator(`.body .row [data-column="${column}"]`, { hasText: 'xgboost' })
      .first()
      .click({ button: 'right' });
    await table.opened.page.getByRole('menuitem', { name: 'Only "xgboost"' }).click();
    await table.found('7 of 23 runs');
    assert.equal(
      await table.filterField().inputValue(),
      "params.model LIKE '%' and params.model = 'xgboost'",
    );
  });

  itOnce(
    'shows what a metric differs from the baseline by, coloured where the direction is known',
    async () => {
      table.closeAndUse(await table.taxi());
      await table.open(['1']);
      await table.grid().focus();
      await table.key('ArrowDown', 'ArrowDown', 'b');
      await table.opened.page.locator('.rows-pinned .row').waitFor();
      await table.opened.page.locator('.body .delta').first().waitFor();
      assert.ok((await table.opened.page.locator('.body .delta.worse').count()) > 0);
      assert.match(await table.opened.page.locator('.body .delta').first().innerText(), /^[+−]\d/);
      assert.ok((await table.opened.page.locator('.best').count()) > 0);
      await table.opened.page.locator('[data-act=toggle]').first().click();
      await table.opened.page.locator('.body .row[aria-level="2"]').first().waitFor();
      const column = await table.head('rmse').getAttribute('data-column');
      const deltas = table.opened.page.locator(`.body [data-column="${column}"] .delta`);
      await table.eventually(async () => assert.ok((await deltas.count()) > 15));
      assert.deepEqual(
        (await deltas.allInnerTexts()).filter((text) => !/^[+−]\d\.\d{3}$/.test(text)),
        [],
        'with the decimals of their column',
      );
    },
  );

  it('tells a run that never ended from one that runs, as the sidebar does', async () => {
    const hour = 3_600_000;
    const now = Date.now();
    withDatabase(table.file, (database) => {
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
    await table.open(['1']);
    const row = (name: string): Locator => table.opened.page.locator('.body .row', { hasText: name });
    const told = (name: string): Promise<string | null> =>
      row(name).locator('.status .codicon').getAttribute('aria-label');
    assert.deepEqual(await Promise.all(['lost', 'silent', 'busy', 'young'].map(told)), [
      'no end',
      'no end',
      'running',
      'running',
    ]);
    assert.match((await row('silent').locator('.name').getAttribute('title')) ?? '', /last logged 4h ago/);
    await table.addColumn('Status');
    const column = await table.head('Status').getAttribute('data-column');
    assert.equal(await row('silent').locator(`[data-column="${column}"]`).innerText(), 'no end');
  });

  itOnce('lights up the run that another view points at, and tells which it points at itself', async () => {
    await table.open(EXPERIMENTS);
    const row = table.opened.page.locator('.body .row').nth(3);
    const runId = (await row.getAttribute('data-run'))!;
    table.state.setHovered({ store: table.uri, runId });
    await table.opened.page.locator('.row.hovered').waitFor();
    assert.equal(await table.opened.page.locator('.row.hovered').getAttribute('data-run'), runId);
    table.state.setHovered({ store: 'sqlite:///other.db', runId });
    await table.eventually(async () =>
      assert.equal(await table.opened.page.locator('.row.hovered').count(), 0),
    );
    await row.hover();
    await table.eventually(async () => assert.deepEqual(table.state.hovered, { store: table.uri, runId }));
    await table.opened.page.locator('.breadcrumb, header').first().hover();
    await table.eventually(async () => assert.equal(table.state.hovered, null));
  });

  itOnce('draws the dot of a shown run in the colours of another theme', async () => {
    table.closeAndUse(await table.taxi());
    await table.open(['1']);
    await table.grid().focus();
    await table.key('ArrowDown', ' ');
    const dot = table.opened.page.locator('.body .mark.on .dot').first();
    await dot.waitFor();
    const color = (): Promise<string> => dot.evaluate((element) => getComputedStyle(element).backgroundColor);
    const dark = await color();
    await table.opened.setTheme('highContrastLight');
    await table.eventually(async () => assert.notEqual(await color(), dark));
  });

  itOnce('follows the brush of a sweep, says so, and ends it', async () => {
    await table.open(['1']);
    const all = (await table.opened.page.locator('.found').innerText()).trim();
    const ids = await table.opened.page
      .locator('.body .row')
      .evaluateAll((rows: Element[]) => rows.slice(0, 3).map((row) => row.getAttribute('data-run') ?? ''));
    const other = (
      await (
        await table.stores.get(table.uri)
      ).searchRuns({
        experimentIds: ['2'],
        view: 'ACTIVE_ONLY',
        maxResults: 1,
        params: 'none',
        metrics: 'none',
        tags: 'none',
      })
    ).items[0]!.info.runId;
    table.state.setBrushed(ids.map((runId) => ({ store: table.uri, runId })));
    await table.opened.page.getByText('selected in the sweep: 3 runs').waitFor();
    await table.found(/^3 of /);
    assert.equal(await table.opened.page.locator('.body .row').count(), 3);
    await table.opened.page.getByRole('button', { name: 'Clear the Selection of the Sweep' }).click();
    await table.found(all);
    assert.equal(table.state.brushed, null);
    // Runs of another experiment empty no table.
    table.state.setBrushed([{ store: table.uri, runId: other }]);
    await table.opened.page.waitForTimeout(300);
    assert.equal((await table.opened.page.locator('.found').innerText()).trim(), all);
    table.state.setBrushed([{ store: table.uri, runId: ids[0]! }]);
    await table.found(/^1 of /);
    table.state.setBrushed([]);
    await table.opened.page.getByText('selected in the sweep: 0 runs').waitFor();
    await table.opened.page.getByRole('button', { name: 'Show All' }).click();
    await table.found(all);
  });

  itOnce(
    'is told from a head which direction of a metric is better, and colours and marks by it',
    async () => {
      const metricDirections: Record<string, 'higher' | 'lower'> = {};
      table.closeAndUse(await table.taxi());
      await table.open(['1'], undefined, {
        settings: () => ({ metricDirections, headlineMetric: '' }),
        setMetricDirection: async (metric, direction) => {
          if (direction === null) {
            delete metricDirections[metric];
          } else {
            metricDirections[metric] = direction;
          }
        },
      });
      await table.opened.page.locator('[data-act=toggle]').first().click();
      await table.grid().focus();
      await table.key('Home', 'Control+Home', 'ArrowDown', 'ArrowDown', 'b');
      const column = await table.head('rmse').getAttribute('data-column');
      const ofColumn = (selector: string): Locator =>
        table.opened.page.locator(`.body [data-column="${column}"]${selector}`);
      await ofColumn(' .delta.worse').first().waitFor();
      const best = async (): Promise<number> => Number(await ofColumn('.best .cut').first().innerText());
      await table.eventually(async () => assert.ok((await best()) > 0));
      const lowest = await best();
      const worse = await ofColumn(' .delta.worse').count();
      const better = await ofColumn(' .delta.better').count();
      const choose = async (name: string): Promise<void> => {
        await table.head('rmse').click({ button: 'right' });
        await table.opened.page.getByRole('menuitemcheckbox', { name }).click();
      };
      await choose('Higher Is Better');
      await table.eventually(async () => assert.ok((await best()) > lowest));
      assert.equal(await ofColumn(' .delta.worse').count(), better);
      assert.equal(await ofColumn(' .delta.better').count(), worse);
      assert.deepEqual(metricDirections, { rmse: 'higher' });
      // Chosen again it is forgotten: the name decides.
      await choose('Higher Is Better');
      await table.eventually(async () => assert.equal(await best(), lowest));
      assert.deepEqual(metricDirections, {});
    },
  );

  it('exports what is shown with the filter, and a snippet of Python', async () => {
    await table.open(EXPERIMENTS, "metrics.rmse >= 6 and params.model = 'xgboost'");
    await table.found('6 of 23 runs');
    const choose = async (label: string): Promise<void> => {
      await table.opened.page.getByRole('button', { name: 'More Actions…' }).click();
      await table.opened.page.getByRole('menuitem', { name: label }).click();
    };
    await choose('Copy as CSV');
    await table.eventually(async () => assert.equal(table.opened.copied.length, 1));
    const lines = table.opened.copied[0]!.trim().split('\r\n');
    assert.equal(lines[0], "# filter: metrics.rmse >= 6 and params.model = 'xgboost'");
    assert.match(lines[1]!, /^run_id,name,status/);
    assert.equal(lines.length, 8);
    await choose('Copy as JSON');
    await table.eventually(async () => assert.equal(table.opened.copied.length, 2));
    const json = JSON.parse(table.opened.copied[1]!) as { filter: string; runs: { run_id: string }[] };
    assert.equal(json.runs.length, 6);
    await choose('Copy Python for This Search');
    await table.eventually(async () => assert.equal(table.opened.copied.length, 3));
    assert.match(
      table.opened.copied[2]!,
      /mlflow\.search_runs\(\n {4}experiment_ids=\["1", "2", "4"\],\n {4}filter_string="metrics\.rmse >= 6 AND params\.model = 'xgboost'"/,
    );
    await choose('Save as Markdown…');
    await table.eventually(async () =>
      assert.equal(table.opened.commands.at(-1)?.command, 'mlflowLens.exportTable'),
    );
  });

  it('shows the last, least, best value of a metric or that at any step, and the head says which', async () => {
    withDatabase(table.file, (database) => {
      database.exec("DELETE FROM metrics WHERE key = 'rmse'");
      const run = String(
        database.prepare("SELECT run_uuid FROM latest_metrics WHERE key = 'rmse' LIMIT 1").get()?.run_uuid,
      );
      const insert = database.prepare(
        "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('rmse', ?, 1, ?, ?, 0)",
      );
      [5, 3, 9].forEach((value, index) => insert.run(value, run, index * 123));
    });
    await table.open(EXPERIMENTS);
    await table.addColumn('rmse');
    const rule = (): Promise<string> => table.head('rmse').locator('.rule').innerText();
    // The one value that there is is the best, and says so.
    const values = async (): Promise<string[]> =>
      (await table.cells('rmse'))
        .filter((text) => text.trim() !== '–')
        .map((text) => text.split(/\s+best/)[0]!);
    const choose = async (item: string): Promise<void> => {
      await table.head('rmse').click({ button: 'right' });
      await table.opened.page.getByRole('menuitemcheckbox', { name: item }).click();
    };
    await choose('Show Best Value (min)');
    await table.eventually(async () => assert.deepEqual(await values(), ['3']));
    assert.equal(await rule(), 'best (min)');
    await choose('Show Maximum');
    await table.eventually(async () => assert.deepEqual(await values(), ['9']));
    assert.equal(await rule(), 'max');
    await choose('Show Value at Step…');
    await table.opened.page.getByRole('textbox', { name: 'Step of rmse' }).fill('12.5');
    await table.key('Enter');
    await table.opened.page.getByText('A step is a whole number.').waitFor();
    await table.opened.page.getByRole('textbox', { name: 'Step of rmse' }).fill('123');
    await table.key('Enter');
    await table.eventually(async () => assert.deepEqual(await values(), ['3']));
    assert.equal(await rule(), 'at step 123');
    assert.equal(await table.opened.page.evaluate('document.activeElement.className'), 'grid');
  });

  itOnce('does with the selected runs what other parts bring', async () => {
    await table.open(EXPERIMENTS);
    await table.grid().focus();
    await table.key('ArrowDown', 'x', 'ArrowDown', 'x');
    const ids = await table.opened.page
      .locator('.row.selected')
      .evaluateAll((rows: Element[]) => rows.map((row) => row.getAttribute('data-run')));
    const choose = async (item: string): Promise<void> => {
      await table.opened.page.getByRole('button', { name: 'More for the Selected Runs…' }).click();
      await table.opened.page.getByRole('menuitem', { name: item }).click();
    };
    await choose('Sweep of These Runs');
    await table.eventually(async () =>
      assert.deepEqual(table.opened.commands.at(-1), {
        command: 'mlflowLens.openSweep',
        args: { runs: ids.map((runId) => ({ store: table.uri, runId })) },
      }),
    );
    await choose('Delete 2 Runs…');
    await table.eventually(async () =>
      assert.deepEqual(table.opened.commands.at(-1), {
        command: 'mlflowLens.deleteRuns',
        args: { store: table.uri, runIds: ids },
      }),
    );
    await table.grid().focus();
    await table.key('g');
    await table.opened.page.getByRole('menu', { name: 'Group' }).waitFor();
    await table.key('Escape', 'Shift+C');
    await table.opened.page.getByLabel('Search columns').waitFor();
  });

  it('filters by a dataset, a registered model and a time', async () => {
    await table.open(EXPERIMENTS);
    for (const [column, item, filter] of [
      ['Dataset', /^Only /, /^datasets\.name = /],
      ['Registered', /^Only /, /^attributes\.registered = '[^,]*'$/],
      ['Start', /^Started on /, /^attributes\.start_time = '\d{4}-\d\d-\d\d'$/],
    ] as [string, RegExp, RegExp][]) {
      if (column === 'Start') {
        await table.opened.page.evaluate(`document.querySelector('.grid').scrollLeft = 0`);
        await table.head(column).waitFor();
      } else {
        await table.addColumn(column);
      }
      // Columns that turn out to be empty go, and those after them have another place then.
      await table.eventually(async () => {
        await table.key('Escape');
        const place = await table.head(column).getAttribute('data-column');
        const cell = table.opened.page.locator(`.body .row [data-column="${place}"]:not(.missing)`).first();
        await cell.click({ button: 'right', timeout: 2_000 });
        await table.opened.page.getByRole('menuitem', { name: item }).first().click({ timeout: 2_000 });
      });
      await table.found(/^[1-9]\d* of 23 runs/);
      assert.match(await table.filterField().inputValue(), filter);
      await table.filterField().fill('');
      await table.filterField().press('Enter');
      await table.found(/^23 runs/);
    }
  });

  it('reads flavor and size of models that MLflow 3 logged from their files, and sorts by them', async () => {
    table.closeAndUse(await table.taxi());
    await table.open(['1']);
    await table.addColumn('Model');
    await table.addColumn('Model size');
    const of = async (title: string, text: RegExp): Promise<number> =>
      (await table.cells(title)).filter((cell) => text.test(cell)).length;
    await table.eventually(async () => {
      assert.ok((await of('Model', /^xgboost$/)) > 0 && (await of('Model', /^sklearn$/)) > 0);
      assert.equal(await of('Model size', /^[\d.]+ (B|KiB|MiB)$/), await of('Model', /^(xgboost|sklearn)$/));
    });
    await table.head('Model size').click();
    await table.eventually(async () => {
      await table.toLastColumn();
      assert.equal(await table.head('Model size').getAttribute('aria-sort', { timeout: 1_000 }), 'ascending');
    });
    await table.eventually(async () => {
      const texts = await table.cells('Model size');
      const filled = texts.findIndex((text) => text.trim() === '–');
      assert.ok(filled > 0 && texts.slice(filled).every((text) => text.trim() === '–'), texts.join());
    });
  });

  itOnce('saves a filter and finds it again', async () => {
    await table.open(EXPERIMENTS);
    await table.filterField().fill('metrics.rmse < 7');
    await table.key('Enter');
    await table.filterField().press('Enter');
    await table.found('9 of 23 runs');
    await table.opened.page.getByRole('button', { name: 'Saved' }).click();
    await table.opened.page.getByRole('menuitem', { name: 'Save This Filter' }).click();
    await table.filterField().fill('');
    await table.filterField().press('Enter');
    await table.found('23 runs');
    await table.opened.page.getByRole('button', { name: 'Saved' }).click();
    await table.opened.page.getByRole('menuitem', { name: 'metrics.rmse < 7' }).click();
    await table.found('9 of 23 runs');
  });
});
