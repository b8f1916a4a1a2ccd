import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import type { ChartsArguments } from '../../src/protocol/pages';
import { sqliteUri } from '../../src/stores/uri';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { canvasOf, chartWhere, countPixels, plotOf, readChart, saidOf, valuesOf } from './chartTools';
import { make, series, useCharts, wave } from './chartsHarness';

/** What the real libraries and MLflow's client wrote (test/fixtures/metric-steps/make.py). */
async function fixtureOf(experiment: string): Promise<{ file: string; args: ChartsArguments }> {
  const file = path.join(await unpackFixture('metric-steps'), 'mlflow.db');
  const id = withDatabase(file, (database) =>
    database.prepare('SELECT experiment_id AS id FROM experiments WHERE name = ?').get(experiment),
  );
  return { file, args: { store: sqliteUri(file), experimentIds: [String(id!['id'])] } };
}

async function saidWhere(page: Page, metric: string, pattern: RegExp): Promise<string> {
  await page
    .locator(`chart-card[data-metric="${metric}"] .said`, { hasText: pattern })
    .waitFor({ timeout: 20_000 });
  return (await saidOf(page, metric)).replace(/\s+/g, ' ').trim();
}

describeOnEachKind('charts of steps and times that are not as expected', function (kind, itOnce) {
  this.timeout(120_000);
  const charts = useCharts(kind);

  it('says that all points of Keras’ validation_loss are at one step, and shows them over time by keyboard', async () => {
    const { file, args } = await fixtureOf('keras');
    const opened = await charts.open(file, args);
    const { page } = opened;
    const said = await saidWhere(page, 'validation_loss', /all at step 0/);
    assert.match(said, /^9 points, each drawn · all at step 0 ?Show over Time$/);
    // loss of three calls of fit: two steps, three points each.
    assert.match(
      await saidWhere(page, 'loss', /steps have/),
      /2 steps have several points, 6 points in all ?Show over Time/,
    );
    await opened.screenshots('charts-one-step');
    await opened.checkAccessibility();
    const button = page
      .locator('chart-card[data-metric="validation_loss"]')
      .getByRole('button', { name: 'Show over Time' });
    await button.focus();
    await page.keyboard.press('Enter');
    const chart = await chartWhere(page, 'validation_loss', ({ x }) => x.max - x.min > 100);
    assert.equal(new Set(chart.datasets[0]!.points.map(([x]) => x)).size, 9);
    assert.equal(
      await page.locator(`${plotOf('validation_loss')}:focus`).count(),
      1,
      'the chart has the keyboard',
    );
    assert.equal(await button.count(), 0);
    await opened.screenshots('charts-over-time');
  });

  it('shows that XGBoost’s last point is the best one again, and leads no stroke to it', async () => {
    const { file, args } = await fixtureOf('xgboost');
    const opened = await charts.open(file, args);
    const { page } = opened;
    const key = 'held_out-rmse';
    const said = await saidWhere(page, key, /early stopping/);
    assert.match(said, /the last point, at 35, repeats the best step, 28: early stopping/);
    const chart = await readChart(page, key);
    const { points } = chart.datasets.find(({ label }) => label === 'early stopping')!;
    assert.deepEqual(
      points.slice(-3).map(([x]) => x),
      [34, 35, 35],
    );
    assert.equal(points.at(-2)![1], null, 'a gap before it');
    assert.equal(points.at(-1)![1], points.find(([x]) => x === 28)![1]);
    const row = page.locator(`chart-card[data-metric="${key}"] tr`, { hasText: 'early stopping' });
    assert.match(
      (await row.locator('td.number').nth(2).getAttribute('title')) ?? '',
      /^0\.49\d+: early stopping logged the best step’s value again, that of step 28; it is MLflow’s latest$/,
    );
    await opened.screenshots('charts-early-stopping');
  });

  itOnce('keeps the wall-time axis readable where some times are seconds, and says so', async () => {
    const { file, args } = await fixtureOf('seconds');
    const opened = await charts.open(file, args);
    const { page } = opened;
    for (const x of ['time', 'relative']) {
      await page.getByLabel('x', { exact: true }).selectOption(x);
      const said = await saidWhere(page, 'loss', /look like seconds/);
      assert.match(said, /6 points have times that look like seconds, not milliseconds: off the axis/);
      assert.match(said, /^9 of 15 points, each drawn/);
      const { x: axis } = await readChart(page, 'loss');
      assert.equal(axis.max - axis.min, 40_000, x);
      await opened.screenshots(`charts-seconds-${x}`);
    }
  });

  itOnce('reads steps beyond 2^53 off to the last digit', async () => {
    const { file, args } = await fixtureOf('large');
    const opened = await charts.open(file, args);
    const { page } = opened;
    assert.match(await saidWhere(page, 'tie', /2⁵³/), /steps beyond 2⁵³ are drawn at the nearest place/);
    const { x } = await readChart(page, 'greatest');
    assert.ok(x.min < 2 ** 63 && x.max > 2 ** 63, 'the one point has an axis');
    await page.locator(plotOf('loss')).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const cell = page.locator('chart-card[data-metric="loss"] td.at-cursor', { hasText: '90071992547409' });
    await cell.first().waitFor();
    assert.match(await cell.first().innerText(), /@ 900719925474099[1-5]$/);
    await opened.screenshots('charts-large-steps');
  });

  itOnce('draws one run with one value, also where lines are smoothed', async () => {
    const { file, args } = await fixtureOf('single');
    const opened = await charts.open(file, args);
    const { page } = opened;
    const seen = async (): Promise<void> => {
      const { datasets, x, y } = await readChart(page, 'accuracy');
      assert.deepEqual(valuesOf({ datasets, x, y }, datasets.length - 1), [0.001953125]);
      assert.ok(x.min < 0 && x.max > 0 && y.min > 0.001 && y.max < 0.003, 'sensible axes');
      assert.ok(
        (await countPixels(page, canvasOf('accuracy'), datasets.at(-1)!.color)) > 20,
        'a point is seen',
      );
    };
    await saidWhere(page, 'accuracy', /1 point, drawn/);
    await seen();
    await opened.screenshots('charts-single');
    await page.getByRole('slider', { name: 'smoothing' }).fill('0.6');
    await chartWhere(page, 'accuracy', ({ datasets }) => datasets.length === 2);
    await seen();
  });

  itOnce('says nothing of steps where each point has its own', async () => {
    const { page } = await charts.open(make([{ metrics: { loss: series(wave(20)) } }]));
    assert.equal(await saidWhere(page, 'loss', /points/), '20 points, each drawn');
  });
});
