import * as assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { assignColor, PALETTES, TakenColors } from '../../src/state/colors';
import { sqliteUri } from '../../src/stores/uri';
import { withDatabase } from '../support/database';
import { pythonExecute, runIdOf, START, startWriter, type HistoryPoint } from '../support/histories';
import { reference } from '../unit/series/reference';
import { canvasOf, chartWhere, countPixels, plotOf, readChart, saidOf, valuesOf } from './chartTools';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { eventually } from '../support/pageHarness';
import { make, series, useCharts, wave } from './chartsHarness';

function* million(): Iterable<HistoryPoint> {
  for (let i = 1; i <= 1_000_000; i++) {
    yield [i, START + i, i === 654_321 ? 1000 : Math.sin(i / 1000)];
  }
}

describeOnEachKind('charts page: what is drawn', function (kind, itOnce) {
  this.timeout(120_000);
  const charts = useCharts(kind);

  itOnce(
    'draws a spike of one step at every zoom of a million points, linear and logarithmic, by keyboard',
    async () => {
      const { page } = await charts.open(make([{ metrics: { loss: million() } }]));
      const whole = await chartWhere(page, 'loss', (chart) => Math.max(...valuesOf(chart)) === 1000);
      assert.equal(Math.max(...valuesOf(whole)), 1000);
      assert.ok(valuesOf(whole).length < 5000, 'the page gets what it draws, not the history');
      await page.waitForFunction(() =>
        /^1,000,000 points, shown as [\d,]+ buckets$/.test(
          document.querySelector('.said')?.textContent ?? '',
        ),
      );
      assert.match(await saidOf(page, 'loss'), /^1,000,000 points, shown as [\d,]+ buckets$/);
      const color = whole.datasets[0]!.color;
      assert.ok(
        (await countPixels(page, canvasOf('loss'), color, [0, 0.3])) > 10,
        'the spike is on the canvas',
      );

      await page.locator(plotOf('loss')).focus();
      let width = whole.x.max - whole.x.min;
      {
        await page.keyboard.press('+');
        const before = width;
        const zoomed = await chartWhere(page, 'loss', ({ x }) => x.max - x.min < before * 0.9);
        width = zoomed.x.max - zoomed.x.min;
        assert.ok(zoomed.x.min < 654_321 && zoomed.x.max > 654_321);
        assert.equal(
          Math.max(...valuesOf(await chartWhere(page, 'loss', (chart) => chart.y.max > 900))),
          1000,
        );
      }
      // Down to single points.
      await zoomTo(page, [654_311, 654_331]);
      const single = await chartWhere(page, 'loss', (chart) => chart.datasets[0]!.points.length < 40);
      assert.equal(Math.max(...valuesOf(single)), 1000);
      await page.waitForFunction(() => document.querySelector('.said')?.textContent?.startsWith('21 of'));
      assert.match(await saidOf(page, 'loss'), /^21 of 1,000,000 points, each drawn/);

      await page.locator(plotOf('loss')).focus();
      await page.keyboard.press('0');
      await chartWhere(page, 'loss', ({ x }) => x.max === 1_000_000);
      await page.getByLabel('log x').check();
      const log = await chartWhere(page, 'loss', ({ x }) => x.type === 'logarithmic');
      assert.equal(
        Math.max(...valuesOf(await chartWhere(page, 'loss', (chart) => valuesOf(chart).includes(1000)))),
        1000,
      );
      assert.equal(log.x.min, 1);
    },
  );

  it('marks NaN and infinities, breaks the line there, and says so', async () => {
    const { page } = await charts.open(
      make([{ metrics: { loss: series([1, 2, NaN, 2, 1, Infinity, 1.5, -Infinity, 2]) } }]),
    );
    const chart = await readChart(page, 'loss');
    assert.deepEqual(
      chart.datasets[0]!.points.map(([, y]) => y ?? 'break'),
      [1, 2, 'break', 2, 1, 'break', 1.5, 'break', 2],
    );
    assert.match(await saidOf(page, 'loss'), /9 points, each drawn · 1 NaN marked · 2 infinite marked/);
    const color = chart.datasets[0]!.color;
    const floor = await countPixels(page, canvasOf('loss'), color, [0.82, 0.93]);
    assert.ok(floor > 15, `the marks stand at the lower edge: ${floor} pixels`);
  });

  itOnce('says what a log axis cannot show, and never draws a false floor', async () => {
    const { page } = await charts.open(make([{ metrics: { loss: series([0, -1, 1, 10, 100, 0, 1000]) } }]));
    await readChart(page, 'loss');
    await page.getByLabel('log y').check();
    // The old lines stand on the new axis until the new ones are here.
    const chart = await chartWhere(
      page,
      'loss',
      (drawn) => drawn.y.type === 'logarithmic' && valuesOf(drawn).length === 4,
    );
    assert.deepEqual(valuesOf(chart), [1, 10, 100, 1000]);
    const ticks = await page.evaluate(() => {
      type Card = Element & { view: { chart: { scales: { y: { ticks: { label: string }[] } } } } };
      return document.querySelector<Card>('chart-card')!.view.chart.scales.y.ticks.map(({ label }) => label);
    });
    assert.deepEqual(ticks, ['1', '10', '100', '1,000'], 'round values, and no limits that overlap them');
    await page.waitForFunction(() => /≤ 0/.test(document.querySelector('.said')?.textContent ?? ''));
    assert.match(await saidOf(page, 'loss'), /3 points at y ≤ 0 not shown on the log axis/);
  });

  it('smooths as TensorBoard does, the raw line faint beneath', async () => {
    const { x, y, ema } = reference.smoothing;
    const points = x.map((step, i): HistoryPoint => [step, START + step, y[i]!]);
    const { page } = await charts.open(make([{ metrics: { loss: points } }]));
    await readChart(page, 'loss');
    await page.getByLabel('Kind of smoothing').selectOption('ema');
    await page.locator('input[type=range]').fill('0.6');
    const chart = await chartWhere(page, 'loss', ({ datasets }) => datasets.length === 2);
    const [raw, smoothed] = chart.datasets;
    assert.deepEqual(
      raw!.points.map(([, value]) => value),
      y,
    );
    smoothed!.points.forEach(([, value], i) => assert.ok(Math.abs(value - ema['0.6']![i]!) < 1e-9));
    assert.match(raw!.color, /^#[0-9A-F]{6}40$/i, 'a quarter as strong');
    await eventually(() => {
      const { smoothing } = charts.state.setting('charts') as { smoothing: unknown };
      assert.deepEqual(smoothing, { kind: 'ema', weight: 0.6 });
    });
  });

  it('grows with a real writer, by itself', async () => {
    const file = make([{ metrics: { loss: series(wave(200)) }, status: 'RUNNING', endTime: null }]);
    const { page } = await charts.open(file);
    assert.equal(valuesOf(await readChart(page, 'loss')).length, 200);
    const writer = startWriter(file, {
      runId: runIdOf(1),
      key: 'loss',
      first: 200,
      count: 30,
      interval: 0.02,
    });
    const grown = await chartWhere(page, 'loss', (chart) => valuesOf(chart).length === 230);
    assert.equal(valuesOf(grown).length, 230);
    assert.equal(grown.datasets[0]!.points.at(-1)![1], 229 * 0.5);
    await new Promise((done) => (writer.exitCode === null ? writer.once('exit', done) : done(undefined)));
  });

  it('asks in one message for all charts that may have grown, and gets only the series that did', async () => {
    const metrics = (): Record<string, Iterable<HistoryPoint>> => ({
      a: series(wave(100)),
      b: series(wave(100)),
      c: series(wave(100)),
    });
    const file = make([{ metrics: metrics(), status: 'RUNNING', endTime: null }, { metrics: metrics() }]);
    const { page } = await charts.open(file);
    for (const key of ['a', 'b', 'c']) {
      await chartWhere(page, key, ({ datasets }) => datasets.length >= 2);
    }
    await page.evaluate(() => {
      const answers: number[] = [];
      Object.assign(window, { answers });
      window.addEventListener('message', (event: MessageEvent<{ data: { result?: unknown } }>) => {
        const { result } = event.data.data;
        if (Array.isArray(result) && result.length > 0) {
          answers.push(result.flat().filter((one) => one !== null).length);
        }
      });
    });
    withDatabase(file, (database) =>
      database
        .prepare(
          "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('b', 1, ?, ?, 100, 0)",
        )
        .run(START + 100_000, runIdOf(1)),
    );
    await chartWhere(page, 'b', (chart) => chart.datasets.some((_, i) => valuesOf(chart, i).length === 101));
    assert.deepEqual(
      await page.evaluate(() => (window as Window & { answers?: number[] }).answers),
      [1],
      'one answer, with one series of six',
    );
  });

  itOnce('draws itself again in the colours of another theme', async () => {
    const { page } = await charts.open(make([{ metrics: { loss: series(wave(50)) } }]));
    const slot = assignColor(runIdOf(1), new TakenColors()).color;
    const dark = await readChart(page, 'loss');
    assert.equal(dark.datasets[0]!.color, PALETTES.dark[slot]);
    for (const kind of ['light', 'highContrast', 'highContrastLight'] as const) {
      await charts.opened!.setTheme(kind);
      const chart = await chartWhere(
        page,
        'loss',
        ({ datasets }) => datasets[0]!.color === PALETTES[kind][slot],
      );
      assert.equal(chart.datasets[0]!.color, PALETTES[kind][slot]);
      assert.ok((await countPixels(page, canvasOf('loss'), PALETTES[kind][slot]!)) > 100);
    }
  });

  it('says what a logarithmic x axis cannot show, and draws relative time', async () => {
    const points: HistoryPoint[] = [-10, 0, 1, 10, 100].map((step, i) => [step, START + i * 1000, i]);
    const { page } = await charts.open(make([{ startTime: START - 500, metrics: { loss: points } }]));
    await readChart(page, 'loss');
    await page.getByLabel('log x').check();
    const log = await chartWhere(
      page,
      'loss',
      (chart) => chart.x.type === 'logarithmic' && valuesOf(chart).length === 3,
    );
    assert.deepEqual([log.x.min, log.x.max, valuesOf(log)], [1, 100, [2, 3, 4]]);
    await page.waitForFunction(() =>
      /2 points at x ≤ 0 not shown/.test(document.querySelector('.said')?.textContent ?? ''),
    );
    await page.getByLabel('log x').uncheck();
    await page.getByLabel('x', { exact: true }).selectOption('relative');
    const relative = await chartWhere(page, 'loss', ({ x }) => x.min === 500);
    assert.deepEqual(
      relative.datasets[0]!.points.map(([x]) => x),
      [500, 1500, 2500, 3500, 4500],
    );
  });

  itOnce('draws one value a run as dots on rows, and says what has no place', async () => {
    const { page } = await charts.open(
      make([
        { name: 'high', metrics: { rmse: series([3]) } },
        { name: 'low', metrics: { rmse: series([1]) } },
        { name: 'none', metrics: { rmse: series([NaN]) } },
        { name: 'below', metrics: { rmse: series([-2]) } },
      ]),
    );
    interface Dots {
      chart: {
        data: { datasets: { label: string; data: { x: number; y: number }[]; pointRadius: number }[] };
        scales: { y: { getLabels: unknown; ticks: { label: string }[] } };
      };
    }
    const read = async (): Promise<{ rows: unknown[]; ticks: string[]; radii: number[] }> =>
      page.evaluate(() => {
        const card = document.querySelector<Element & { dots?: Dots }>('chart-card');
        const chart = card?.dots?.chart;
        const datasets = chart?.data.datasets ?? [];
        return {
          rows: datasets.map(({ label, data }) => [label, ...data.map(({ x, y }) => [x, y])]),
          ticks: chart?.scales.y.ticks.map(({ label }) => label) ?? [],
          radii: datasets.map(({ pointRadius }) => pointRadius),
        };
      });
    await page.getByText('4 runs, one value each, the lowest on top').waitFor();
    const drawn = await read();
    assert.deepEqual(drawn.rows, [['below', [-2, 0]], ['low', [1, 1]], ['high', [3, 2]], ['none']]);
    assert.deepEqual(drawn.ticks, ['below', 'low', 'high', 'none (NaN)']);
    assert.deepEqual(
      (await page.locator('table.legend thead th.number').allTextContents()).filter(
        (text) => !/cross/.test(text),
      ),
      ['value'],
    );
    // The row under the pointer lights up, here and in every view.
    const box = (await page.locator(plotOf('rmse')).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 8);
    await page.waitForFunction(
      () => document.querySelector('.run-chip.hovered bdi')?.textContent === 'below',
    );
    assert.deepEqual((await read()).radii, [7, 5, 5, 5]);
    await page.getByLabel('log y').check();
    await page.waitForFunction(() =>
      document
        .querySelector<Element & { dots?: Dots }>('chart-card')
        ?.dots?.chart.scales.y.ticks.some(({ label }) => label === 'below (≤ 0)'),
    );
  });

  itOnce('keeps groups apart whose params are lists or begin alike for 5,000 characters', async () => {
    const long = 'x'.repeat(5000);
    const layers = ['[64, 64]', '[64, 64]', '[128]', `${long}1`, `${long}2`];
    const { page } = await charts.open(
      make(layers.map((value, i) => ({ params: { layers: value }, metrics: { loss: series(wave(9, i)) } }))),
    );
    await readChart(page, 'loss');
    await page.getByLabel('group').selectOption('param:layers');
    await page.getByText('layers = [64, 64]').waitFor();
    assert.deepEqual((await page.locator('table.legend tbody .muted').allTextContents()).toSorted(), [
      '1 run, n = 1',
      '1 run, n = 1',
      '1 run, n = 1',
      '2 runs, n = 2',
    ]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(width <= 0, 'nothing is wider than the page');
  });

  itOnce('gives a run the colour of its tag, legible on the theme', async () => {
    const { page } = await charts.open(
      make([{ tags: { 'mlflow.runColor': '#e7298a' }, metrics: { loss: series(wave(50)) } }]),
    );
    assert.equal((await readChart(page, 'loss')).datasets[0]!.color, '#e7298a');
    assert.ok((await countPixels(page, canvasOf('loss'), '#e7298a')) > 100);
  });

  itOnce('draws groups as mean and band, with n, and the single traces on hover', async () => {
    const runs = [0, 1, 2, 3].map((seed) => ({
      name: `seed ${seed}`,
      params: { lr: seed < 3 ? '0.1' : '0.5', seed: String(seed) },
      metrics: { loss: series(wave(50, seed)) },
    }));
    const { page } = await charts.open(make(runs));
    await readChart(page, 'loss');
    await page.getByLabel('group').selectOption('param:lr');
    const chart = await chartWhere(page, 'loss', ({ datasets }) =>
      datasets.some(({ label }) => label === '0.1'),
    );
    const mean = chart.datasets.find(({ label }) => label === '0.1')!;
    const expected = [0, 1, 2].map((seed) => wave(50, seed)[7]!).reduce((a, b) => a + b) / 3;
    assert.ok(Math.abs(mean.points[7]![1] - expected) < 1e-9);
    const high = chart.datasets.find(({ label }) => label === '0.1 (high)')!;
    assert.ok(high.points[7]![1] > mean.points[7]![1]);
    assert.match((await page.locator('table.legend').textContent()) ?? '', /lr = 0\.1\s*3 runs, n = 3/);
    await page.getByText('lr = 0.1').hover();
    await chartWhere(
      page,
      'loss',
      ({ datasets }) => datasets.filter(({ label, width }) => /^seed/.test(label) && width > 0).length === 3,
    );
  });

  itOnce('costs only the charts in view, and finds a metric by its name', async () => {
    const metrics = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`m${String(i).padStart(3, '0')}`, series(wave(20))]),
    );
    const { page } = await charts.open(make([{ metrics }]));
    await readChart(page, 'm000');
    const drawn = async (): Promise<number> =>
      page.evaluate(
        () =>
          [...document.querySelectorAll<Element & { view?: unknown }>('chart-card')].filter(
            ({ view }) => view,
          ).length,
      );
    assert.equal(await page.locator('chart-card').count(), 200);
    assert.ok((await drawn()) <= 8, `${await drawn()} charts are drawn`);
    await page.keyboard.press('/');
    await page.keyboard.type('m199');
    assert.equal((await readChart(page, 'm199')).datasets.length, 1);
    assert.equal(await page.locator('chart-card').count(), 1);
    assert.match((await page.locator('.filter-box [role=status]').textContent()) ?? '', /1 of 200 metrics/);
  });

  it('draws or says something for every odd history', async () => {
    const { page } = await charts.open(
      make([
        {
          metrics: {
            one: series([5]),
            nan: series([NaN, NaN]),
            equal: series([3, 3, 3, 3]),
            repeated: [
              [1, START + 2, 2],
              [1, START + 1, 1],
              [0, START, 0],
            ],
            huge: [
              [-(2 ** 53), START, 1],
              [2 ** 53, START + 1, 2],
            ],
            backwards: [
              [0, START + 5000, 1],
              [1, START + 1000, 2],
              [2, START + 9000, 3],
            ],
          },
        },
      ]),
    );
    const at = async (metric: string): Promise<number[]> => {
      await page.locator(`chart-card[data-metric="${metric}"]`).scrollIntoViewIfNeeded();
      return valuesOf(await readChart(page, metric));
    };
    assert.deepEqual(await at('one'), [5]);
    const color = (await readChart(page, 'one')).datasets[0]!.color;
    assert.ok((await countPixels(page, canvasOf('one'), color)) > 20, 'a single point is a dot');
    assert.deepEqual(await at('equal'), [3, 3, 3, 3]);
    assert.deepEqual(await at('repeated'), [0, 1, 2]);
    assert.deepEqual(await at('huge'), [1, 2]);
    await page.getByLabel('x', { exact: true }).selectOption('time');
    await page.locator('chart-card[data-metric="backwards"]').scrollIntoViewIfNeeded();
    const times = await chartWhere(page, 'backwards', ({ x }) => x.min > 1e12);
    assert.deepEqual(valuesOf(times), [2, 1, 3]);
    await page.locator('chart-card[data-metric="nan"]').scrollIntoViewIfNeeded();
    await page.getByText('Every value is NaN.').waitFor();
  });

  it('says that a run was deleted for good while it is shown, and keeps the others', async () => {
    const file = make([
      { name: 'stays', metrics: { loss: series(wave(10)) } },
      { name: 'goes', metrics: { loss: series(wave(10)) } },
    ]);
    const uri = sqliteUri(file);
    const { page } = await charts.open(file, {
      runs: [1, 2].map((run) => ({ store: uri, runId: runIdOf(run) })),
    });
    await chartWhere(page, 'loss', ({ datasets }) => datasets.length === 2);
    pythonExecute(
      file,
      ['metrics', 'latest_metrics', 'params', 'tags', 'runs']
        .map((table) => `DELETE FROM ${table} WHERE run_uuid = '${runIdOf(2)}';`)
        .join('\n'),
    );
    await page.getByText('1 run of this page is no longer in the store.').waitFor();
    const left = await chartWhere(page, 'loss', ({ datasets }) => datasets.length === 1);
    assert.equal(left.datasets[0]!.label, 'stays');
  });

  itOnce('leaves outliers off a robust scale, marks them, and says how many', async () => {
    const values = wave(400);
    values[100] = 500;
    const { page } = await charts.open(make([{ metrics: { loss: series(values) } }]));
    await readChart(page, 'loss');
    await page.getByLabel('y range').selectOption('robust');
    const chart = await chartWhere(page, 'loss', ({ y }) => y.max < 10);
    assert.equal(Math.max(...valuesOf(chart)), 500, 'the point is still there');
    await page.waitForFunction(() =>
      /1 above the scale/.test(document.querySelector('.said')?.textContent ?? ''),
    );
    assert.ok((await countPixels(page, canvasOf('loss'), chart.datasets[0]!.color, [0, 0.06])) > 3);
  });
});

/** As the mouse would, but to an exact place. */
async function zoomTo(page: Page, range: [number, number]): Promise<void> {
  await page.evaluate((to) => {
    type Card = Element & { host: { setRange: (metric: string, range: [number, number]) => void } };
    document.querySelector<Card>('chart-card')!.host.setRange('loss', to);
  }, range);
}
