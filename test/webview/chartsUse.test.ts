import * as assert from 'node:assert/strict';
import { chartsPage } from '../../src/panels/charts';
import { sqliteUri } from '../../src/stores/uri';
import { fixture } from '../support/fixtures';
import { eventually, openPage } from '../support/pageHarness';
import { EXPERIMENT, runIdOf, START } from '../support/histories';
import { until } from '../support/workbench';
import { chartWhere, plotOf, readChart } from './chartTools';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { make, series, useCharts, wave } from './chartsHarness';

describeOnEachKind('charts page', function (kind, itOnce) {
  this.timeout(120_000);
  const charts = useCharts(kind);

  itOnce('comes back from hiding as it was: zoom, hidden runs, folded sections, enlarged chart', async () => {
    const { page } = await charts.open(
      make([
        { name: 'first', metrics: { loss: series(wave(300)), 'val/loss': series(wave(300)) } },
        { name: 'second', metrics: { loss: series(wave(300, 1)) } },
      ]),
    );
    assert.equal((await readChart(page, 'loss')).datasets.length, 2);
    await page.locator('.run-chip', { hasText: 'second' }).click();
    await chartWhere(page, 'loss', ({ datasets }) => datasets.length === 1);
    await page.locator(plotOf('loss')).focus();
    await page.keyboard.press('+');
    const zoomed = await chartWhere(page, 'loss', ({ x }) => x.max - x.min < 290);
    await page.getByRole('button', { name: 'val/ 1' }).click();
    await charts.opened!.hideAndShow();
    const back = await readChart(page, 'loss');
    assert.deepEqual([back.datasets.map(({ label }) => label), back.x], [['first'], zoomed.x]);
    assert.equal(await page.locator('chart-card').count(), 1, 'val/ is still folded');
    await page.getByRole('button', { name: 'Show 1 hidden run' }).click();
    await chartWhere(page, 'loss', ({ datasets }) => datasets.length === 2);
  });

  it('zooms by dragging and by ctrl and wheel, all charts at once, and fetches the detail', async () => {
    const { page } = await charts.open(
      make([{ metrics: { a: series(wave(20_000)), b: series(wave(20_000)) } }]),
    );
    const before = await readChart(page, 'a');
    await page.waitForFunction(() => /shown as/.test(document.querySelector('.said')?.textContent ?? ''));
    const box = (await page.locator(plotOf('a')).boundingBox())!;
    const y = box.y + 100;
    await page.mouse.move(box.x + 200, y);
    await page.mouse.down();
    await page.mouse.move(box.x + 230, y, { steps: 4 });
    await page.mouse.up();
    const zoomed = await chartWhere(page, 'a', ({ x }) => x.max < before.x.max);
    assert.ok(zoomed.x.max - zoomed.x.min < 2500);
    const other = await chartWhere(page, 'b', ({ x }) => x.max < before.x.max);
    assert.deepEqual(other.x, zoomed.x);
    await page.waitForFunction(() => /each drawn/.test(document.querySelector('.said')?.textContent ?? ''));
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, 300);
    await page.keyboard.up('Control');
    await chartWhere(page, 'a', ({ x }) => x.max - x.min > zoomed.x.max - zoomed.x.min);
    await page.locator(plotOf('a')).dblclick();
    await chartWhere(page, 'a', ({ x }) => x.max === before.x.max);
  });

  itOnce(
    'shows one crosshair in all charts with exact values, and lights up the same run everywhere',
    async () => {
      const { page } = await charts.open(
        make([
          { name: 'low', metrics: { a: series(wave(100)), b: series(wave(100)) } },
          { name: 'high', metrics: { a: series(wave(100).map((value) => value + 5)) } },
        ]),
      );
      await readChart(page, 'a');
      await readChart(page, 'b');
      const box = (await page.locator(plotOf('a')).boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + 60);
      const cells = page.locator('chart-card[data-metric="b"] [data-cursor]');
      await page.waitForFunction(() =>
        /@ \d+/.test(document.querySelector('chart-card[data-metric="b"] [data-cursor]')?.textContent ?? ''),
      );
      const [, value, step] = /^(\S+) @ (\d+)$/.exec((await cells.first().textContent()) ?? '') ?? [];
      assert.ok(Math.abs(Number(value) - wave(100)[Number(step)]!) < 1e-6, `${value} at ${step}`);
      // The run nearest to the pointer is named beside its point.
      await page.mouse.move(box.x + box.width / 2, box.y + 28);
      const label = page.locator('chart-card[data-metric="a"] .cursor-label');
      await label.filter({ hasText: /^high\s+\S+ @ \d+$/ }).waitFor();
      // Another view lights a run up: its line is strong, the other faint; and the page tells what it lights up itself.
      charts.state.setHovered({ store: charts.stores.list()[0]!.uri, runId: runIdOf(2) });
      const lit = await chartWhere(page, 'a', ({ datasets }) => datasets.some(({ width }) => width === 2.5));
      const [strong] = lit.datasets.filter(({ width }) => width === 2.5);
      assert.equal(strong!.label, 'high');
      assert.match(lit.datasets.find(({ label }) => label === 'low')!.color, /^#[0-9A-F]{8}$/i);
      await page.locator('.run-chip', { hasText: 'low' }).hover();
      await page.waitForFunction(() => document.querySelector('.run-chip.hovered') !== null);
      await eventually(() => assert.equal(charts.state.hovered?.runId, runIdOf(1)));
    },
  );

  itOnce(
    'pans by Shift and dragging, by the touch pad and by the keyboard; each chart alone where x is not shared',
    async () => {
      const { page } = await charts.open(
        make([{ metrics: { a: series(wave(1000)), b: series(wave(1000)) } }]),
      );
      const whole = await readChart(page, 'a');
      await readChart(page, 'b');
      await page.getByLabel('same x').uncheck();
      await page.locator(plotOf('a')).focus();
      await page.keyboard.press('+');
      const zoomed = await chartWhere(page, 'a', ({ x }) => x.max < whole.x.max);
      const width = zoomed.x.max - zoomed.x.min;
      assert.deepEqual((await readChart(page, 'b')).x, whole.x);
      const shifted = async (from: number, direction: 1 | -1): Promise<number> => {
        const { x } = await chartWhere(page, 'a', (chart) => direction * (chart.x.min - from) > 0.05 * width);
        assert.ok(Math.abs(x.max - x.min - width) < 1e-6 * width, 'as wide as before');
        return x.min;
      };
      await page.keyboard.press('Shift+ArrowRight');
      const byKey = await shifted(zoomed.x.min, 1);
      const box = (await page.locator(plotOf('a')).boundingBox())!;
      await page.mouse.move(box.x + 200, box.y + 100);
      await page.mouse.wheel(-60, 0);
      const byPad = await shifted(byKey, -1);
      await page.keyboard.down('Shift');
      await page.mouse.down();
      await page.mouse.move(box.x + 120, box.y + 100, { steps: 6 });
      await page.mouse.up();
      await page.keyboard.up('Shift');
      await shifted(byPad, 1);
      await page.locator(plotOf('a')).focus();
      await page.keyboard.press('0');
      await chartWhere(page, 'a', ({ x }) => x.max === whole.x.max && x.min === whole.x.min);
    },
  );

  itOnce('keeps system metrics folded in the last section, and moves a chart', async () => {
    const metrics = Object.fromEntries(
      ['system/cpu', 'val/loss', 'val/acc', 'b', 'a'].map((key) => [key, series(wave(5))]),
    );
    const { page } = await charts.open(make([{ metrics }]));
    await readChart(page, 'a');
    const headings = page.locator('.section h2 .fold');
    assert.deepEqual(
      (await headings.allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim()),
      ['val/ 2', 'metrics 2', 'system/ 1'],
    );
    assert.deepEqual(
      await headings.evaluateAll((found) => found.map((fold) => fold.getAttribute('aria-expanded'))),
      ['true', 'true', 'false'],
    );
    const shown = (): Promise<(string | null)[]> =>
      page
        .locator('chart-card')
        .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-metric')));
    assert.deepEqual(await shown(), ['val/acc', 'val/loss', 'a', 'b']);
    await page.getByLabel('Actions for a…').click();
    await page.getByRole('menuitem', { name: 'Move Back' }).click();
    assert.deepEqual((await shown()).slice(2), ['b', 'a']);
    const title = (metric: string) => page.locator(`chart-card[data-metric="${metric}"] h3`);
    await title('val/loss').dragTo(title('val/acc'));
    assert.deepEqual(await shown(), ['val/loss', 'val/acc', 'b', 'a']);
    await title('val/loss').dragTo(title('b'));
    await charts.opened!.hideAndShow();
    await readChart(page, 'a');
    assert.deepEqual(await shown(), ['val/loss', 'val/acc', 'b', 'a']);
  });

  itOnce('copies a picture, and offers to save it where the window refuses', async () => {
    const { page } = await charts.open(make([{ metrics: { loss: series(wave(50)) } }]));
    await readChart(page, 'loss');
    const copy = async (): Promise<void> => {
      await page.getByLabel('Actions for loss…').click();
      await page.getByRole('menuitem', { name: 'Copy Image' }).click();
    };
    // Granting one permission refuses the others.
    await page.context().grantPermissions(['geolocation']);
    await copy();
    await page.getByText('This window does not allow copying images.').waitFor();
    await page.getByRole('button', { name: 'Save it instead…' }).click();
    await until(() => charts.saved.at(-1)?.name === 'loss.png', 30_000);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await copy();
    await page.getByText('Image copied').waitFor();
    const types = await page.evaluate(async () =>
      (await navigator.clipboard.read()).flatMap((item) => item.types),
    );
    assert.deepEqual(types, ['image/png']);
  });

  itOnce(
    'pins a run: first, in front, there whatever the filter says; runs of one name are told apart',
    async () => {
      const file = make([
        { name: 'xgboost', params: { depth: '3', seed: '1' }, metrics: { loss: series([1, 2, 3]) } },
        { name: 'xgboost', params: { depth: '9', seed: '1' }, metrics: { loss: series([2, 3, 4]) } },
        { name: 'lasso', params: { seed: '1' }, metrics: { loss: series([3, 4, 5]) } },
        { name: 'lasso', params: { seed: '1' }, metrics: { loss: series([4, 5, 6]) } },
      ]);
      const { page } = await charts.open(file);
      const chips = page.locator('.run-chip bdi');
      await readChart(page, 'loss');
      assert.deepEqual((await chips.allTextContents()).toSorted(), [
        'lasso · loss 5',
        'lasso · loss 6',
        'xgboost · depth 3',
        'xgboost · depth 9',
      ]);
      // By the keyboard: to the second chip, hide the others, pin it.
      await page.locator('.run-chip').first().focus();
      await page.keyboard.press('?');
      await page.getByText('on a run: hide all others but the pinned').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.key-sheet').waitFor({ state: 'detached' });
      await page.keyboard.press('ArrowRight');
      const name = await page.evaluate(() => document.activeElement?.querySelector('bdi')?.textContent ?? '');
      await page.keyboard.press('o');
      assert.deepEqual(
        (await chartWhere(page, 'loss', ({ datasets }) => datasets.length === 1)).datasets.map(
          ({ label }) => label,
        ),
        [name],
      );
      await page.keyboard.press('p');
      await page.getByRole('button', { name: 'Show 3 hidden runs' }).click();
      const pinned = await chartWhere(
        page,
        'loss',
        ({ datasets }) => datasets.length === 4 && datasets.at(-1)!.label === name,
      );
      assert.equal(pinned.datasets.at(-1)!.label, name, 'it is drawn in front');
      await page.locator('.run-chip .codicon-pinned').waitFor();
      assert.equal(await chips.first().textContent(), name);
      assert.equal(await page.locator('table.legend .legend-run bdi').first().textContent(), name);
      // In the charts of other runs of the experiment it stands, too.
      const uri = sqliteUri(file);
      await charts.opened!.close();
      const again = await openPage({
        definition: chartsPage,
        args: {
          store: uri,
          experimentIds: [EXPERIMENT],
          filter: "params.depth = '777' or attributes.run_id = ''",
        },
        stores: charts.stores,
        state: charts.state,
      });
      charts.opened = again;
      assert.deepEqual(
        (await readChart(again.page, 'loss')).datasets.map(({ label }) => label.slice(0, 5)),
        [name.slice(0, 5)],
      );
    },
  );

  itOnce(
    'says min, max and last in the legend; its rows light up, pin and hide by the keyboard',
    async () => {
      const { page } = await charts.open(
        make([
          { name: 'one', metrics: { loss: series([3, 1, 7, 5]) } },
          { name: 'two', metrics: { loss: series([2, NaN, 4]) } },
        ]),
      );
      await readChart(page, 'loss');
      const row = page.locator('table.legend tbody tr', { hasText: 'one' });
      assert.deepEqual((await row.locator('td.number').allTextContents()).slice(0, 3), ['1', '7', '5']);
      await page.locator('table.legend tbody [tabindex="0"]').focus();
      const stops = await page.locator('table.legend [tabindex="0"]').count();
      assert.equal(stops, 1, 'the legend is one stop for Tab');
      await chartWhere(page, 'loss', ({ datasets }) => datasets.some(({ width }) => width === 2.5));
      await page.keyboard.press('ArrowDown');
      const lit = await chartWhere(
        page,
        'loss',
        ({ datasets }) => datasets.find(({ label }) => label === 'one')?.width === 2.5,
      );
      assert.equal(lit.datasets.find(({ label }) => label === 'two')!.width, 1.5);
      await page.keyboard.press('p');
      await page.locator('.run-chip .codicon-pinned').waitFor();
      await page.getByRole('button', { name: 'Hide two' }).click();
      await chartWhere(page, 'loss', ({ datasets }) => datasets.length === 1);
    },
  );

  it('saves the picture at twice its size and the whole data as CSV', async () => {
    const { page } = await charts.open(
      make([{ name: '=cmd', metrics: { 'val/loss': series([1, NaN, Infinity]) } }]),
    );
    await readChart(page, 'val/loss');
    const menu = page.locator('chart-card lens-menu button').first();
    await menu.click();
    await page.getByRole('menuitem', { name: 'Save Data as CSV…' }).click();
    await menu.click();
    await page.getByRole('menuitem', { name: 'Save Image…' }).click();
    await until(() => charts.saved.length === 2, 30_000);
    const csv = charts.saved.find(({ name }) => name === 'val-loss.csv');
    assert.equal(
      new TextDecoder().decode(csv?.data),
      `run_id,run_name,metric,step,timestamp,value\r\n${[1, 'nan', 'inf']
        .map((value, i) => `${runIdOf(1)},'=cmd,val/loss,${i},${START + i * 1000},${value}\r\n`)
        .join('')}`,
    );
    const png = Buffer.from(charts.saved.find(({ name }) => name === 'val-loss.png')!.data);
    const plot = (await page.locator(plotOf('val/loss')).boundingBox())!;
    assert.equal(png.readUInt32BE(16), Math.round(plot.width) * 2);
  });

  itOnce('can be read and used without eyes or mouse, on the real taxi store', async () => {
    const folder = await fixture('taxi-duration');
    await charts.open(`${folder}/mlflow.db`, { experimentIds: ['1'] });
    await charts.opened!.page.getByText('3 runs, one value each').first().waitFor();
    await charts.opened!.page.locator('chart-card[data-metric="validation-rmse"]').scrollIntoViewIfNeeded();
    const chart = await readChart(charts.opened!.page, 'validation-rmse');
    assert.equal(chart.datasets.length, 21);
    await charts.opened!.checkAccessibility();
    await charts.opened!.screenshots('charts');
    await charts
      .opened!.page.locator('chart-card[data-metric="validation-rmse"]')
      .getByLabel('Enlarge')
      .click();
    await readChart(charts.opened!.page, 'validation-rmse');
    await charts.opened!.screenshots('charts-enlarged');
  });
});
