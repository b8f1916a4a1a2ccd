/**
 * The figures of `npm run bench -- charts` (test/bench/charts.ts; here, because this is code of a page too).
 * Charts in Chromium on real stores, beside chart.js with default settings and uPlot on the same points. Messages
 * between page and host go through playwright as base64 here, which costs more than VS Code's own way.
 */
import * as path from 'node:path';
import esbuild from 'esbuild';
import type { Page } from 'playwright-core';
import { chartsPage } from '../../src/panels/charts';
import { sweepPage } from '../../src/panels/sweep';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { launchBrowser } from '../support/browser';
import { removeTempFolders, withDatabase } from '../support/database';
import {
  EXPERIMENT,
  makeHistoryStore,
  runIdOf,
  START,
  type HistoryPoint,
  type MadeRun,
} from '../support/histories';
import { closeBrowser, openPage, openStores, type OpenedPage } from '../support/pageHarness';

const ROUNDS = 5;

const PARTS: Record<string, () => Promise<void>> = {
  references,
  fiftySeries,
  tenLongSeries,
  hundredCharts,
  parallelCoordinates,
};

/** @param args points of the longest history (0 for none), then the parts to run; all if none is named */
export async function run([long = '10000000', ...wanted]: string[]): Promise<void> {
  try {
    for (const [part, measure] of Object.entries(PARTS)) {
      if (wanted.length === 0 || wanted.includes(part)) {
        await measure();
      }
    }
    await longest(Number(long));
  } finally {
    await closeBrowser();
    removeTempFolders();
  }
}

function report(what: string, value: number, goal: string): void {
  console.log(`${what.padEnd(66)} ${value.toFixed(value < 10 ? 1 : 0).padStart(7)} ms   ${goal}`);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function percentile95(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;
}

function* walk(count: number, seed: number): Iterable<HistoryPoint> {
  let value = 0;
  let random = seed + 1;
  for (let i = 0; i < count; i++) {
    random = (random * 1103515245 + 12345) % 2147483648;
    value += random / 2147483648 - 0.5;
    yield [i, START + i * 100, value];
  }
}

function make(runs: Partial<MadeRun>[]): string {
  return makeHistoryStore(runs.map((made, i) => ({ runId: runIdOf(i + 1), ...made })));
}

async function open(
  file: string,
  size = { width: 1100, height: 900 },
): Promise<{ opened: OpenedPage; stores: OpenStores }> {
  const uri = sqliteUri(file);
  const stores = openStores(uri);
  await stores.get(uri);
  const args = { store: uri, experimentIds: [EXPERIMENT] };
  return { opened: await openPage({ definition: chartsPage, args, stores, size }), stores };
}

/** Creating a chart of 900 x 400 and two frames, as in the reference's own table. */
async function references(): Promise<void> {
  const bundle = await esbuild.build({
    stdin: {
      contents: `import Chart from 'chart.js/auto'; import uPlot from 'uplot'; Object.assign(window, { Chart, uPlot });`,
      resolveDir: path.resolve(__dirname, '../..'),
    },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'silent',
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 600 }, locale: 'en-US' });
    // tsx names functions through a helper that a page does not have.
    await page.addScriptTag({ content: `window.__name = (value) => value; ${bundle.outputFiles[0]!.text}` });
    for (const [series, points] of [
      [50, 10_000],
      [10, 100_000],
    ] as const) {
      for (const library of ['Chart', 'uPlot'] as const) {
        const times: number[] = [];
        for (let round = 0; round < (library === 'Chart' ? 1 : ROUNDS); round++) {
          times.push(await page.evaluate(drawWith, { library, series, points }));
        }
        const label = library === 'Chart' ? 'chart.js, default settings' : 'uPlot';
        report(
          `reference: ${label}, ${series} x ${points.toLocaleString('en-US')} points`,
          median(times),
          '',
        );
      }
    }
  } finally {
    await browser.close();
  }
}

interface Libraries {
  Chart: new (canvas: HTMLCanvasElement, config: object) => { destroy(): void };
  uPlot: new (options: object, data: unknown[], target: HTMLElement) => { destroy(): void };
}

async function drawWith({
  library,
  series,
  points,
}: {
  library: 'Chart' | 'uPlot';
  series: number;
  points: number;
}): Promise<number> {
  const libraries = window as Window & Partial<Libraries>;
  const lines = Array.from({ length: series }, (_, s) => {
    let value = 0;
    return Array.from({ length: points }, (__, i) => (value += Math.sin(i * (s + 1)) / 2));
  });
  const frames = (): Promise<void> =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
  const holder = document.createElement('div');
  holder.style.width = '900px';
  holder.style.height = '400px';
  document.body.append(holder);
  const x = Array.from({ length: points }, (_, i) => i);
  const data = lines.map((line) => line.map((y, i) => ({ x: i, y })));
  const start = performance.now();
  let drawn: { destroy(): void };
  if (library === 'Chart') {
    const canvas = document.createElement('canvas');
    holder.append(canvas);
    drawn = new libraries.Chart!(canvas, {
      type: 'line',
      data: { datasets: data.map((line) => ({ data: line })) },
      options: { animation: false, parsing: false, scales: { x: { type: 'linear' } } },
    });
  } else {
    const options = {
      width: 900,
      height: 400,
      scales: { x: { time: false } },
      series: [{}, ...lines.map(() => ({ stroke: 'blue', points: { show: false } }))],
    };
    drawn = new libraries.uPlot!(options, [x, ...lines], holder);
  }
  await frames();
  const time = performance.now() - start;
  drawn.destroy();
  holder.remove();
  return time;
}

async function fiftySeries(): Promise<void> {
  const file = make(Array.from({ length: 50 }, (_, i) => ({ metrics: { loss: walk(10_000, i) } })));
  const { opened, stores } = await open(file);
  await complete(opened.page, 'loss', 50);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(
      await opened.page.evaluate(async () => {
        type Card = Element & { view?: { destroy(): void }; draw(): void };
        const card = document.querySelector<Card>('chart-card')!;
        card.view!.destroy();
        delete card.view;
        const start = performance.now();
        card.draw();
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - start;
      }),
    );
  }
  report('50 series x 10,000 points drawn (and two frames)', median(times), 'at most 150');
  const moves = await opened.page.evaluate(() => {
    const plot = document.querySelector('chart-card .plot')!;
    const box = plot.getBoundingClientRect();
    return Array.from({ length: 200 }, (_, i) => {
      const start = performance.now();
      plot.dispatchEvent(
        new PointerEvent('pointermove', {
          clientX: box.left + 80 + (i % 100) * 4,
          clientY: box.top + 90,
          bubbles: true,
        }),
      );
      void document.body.offsetHeight;
      return performance.now() - start;
    });
  });
  report('crosshair move over them, 95 % of moves under', percentile95(moves), 'at most 16');
  await opened.close();
  stores.dispose();
}

/** Waits until a chart of so many runs is read to its end. */
async function complete(page: Page, metric: string, runs: number): Promise<void> {
  await page.waitForFunction(
    ({ key, count }) => {
      type Card = Element & { series?: { complete: boolean }[]; view?: unknown };
      const card = document.querySelector<Card>(`chart-card[data-metric="${key}"]`);
      return card?.view && card.series?.length === count && card.series.every((series) => series.complete);
    },
    { key: metric, count: runs },
    { timeout: 120_000, polling: 5 },
  );
}

async function tenLongSeries(): Promise<void> {
  const key = 'system/long';
  const file = make(
    Array.from({ length: 10 }, (_, i) => ({ metrics: { [key]: walk(100_000, i), loss: walk(10, i) } })),
  );
  const native = withDatabase(file, (database) => {
    const start = performance.now();
    for (let i = 1; i <= 10; i++) {
      database
        .prepare('SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? AND key = ?')
        .all(runIdOf(i), key);
    }
    return performance.now() - start;
  });
  const { opened, stores } = await open(file);
  const { page } = opened;
  await complete(page, 'loss', 10);
  await page.evaluate(() => {
    const times = { clicked: performance.now(), first: 0 };
    Object.assign(window, { times });
    document.querySelector<HTMLElement>('#section-metrics-system\\/ .fold')!.click();
    const watch = (): void => {
      type Card = Element & { view?: unknown };
      if (document.querySelector<Card>('chart-card[data-metric="system/long"]')?.view) {
        times.first = performance.now();
      } else {
        requestAnimationFrame(watch);
      }
    };
    watch();
  });
  await complete(page, key, 10);
  const [first, whole] = await page.evaluate(() => {
    const { times } = window as Window & { times?: { clicked: number; first: number } };
    return [times!.first - times!.clicked, performance.now() - times!.clicked];
  });
  report('10 series x 100,000 points: from the click to the first picture', first, 'at most 500');
  report('... complete', whole, `at most ${(native * 1.5).toFixed(0)}: 1.5 x node:sqlite`);
  report('reference: node:sqlite reads the same rows', native, '');
  const zoom = await page.evaluate(async () => {
    type Card = Element & {
      host: { setRange(metric: string, range: [number, number]): void };
      series: { visible: number }[];
    };
    const card = document.querySelector<Card>('chart-card[data-metric="system/long"]')!;
    const start = performance.now();
    card.host.setRange('system/long', [50_000, 51_000]);
    while (card.series[0]!.visible !== 1001) {
      await new Promise((done) => requestAnimationFrame(done));
    }
    return performance.now() - start;
  });
  report('... zoom to the detail of 1,000 steps', zoom, 'at most 150');
  await opened.close();
  stores.dispose();
}

async function hundredCharts(): Promise<void> {
  const keys = Array.from({ length: 100 }, (_, i) => `m${String(i).padStart(3, '0')}`);
  const metrics = (): Record<string, Iterable<HistoryPoint>> =>
    Object.fromEntries(keys.map((key, i) => [key, walk(1000, i)]));
  const file = make([{ metrics: metrics(), status: 'RUNNING', endTime: null }, { metrics: metrics() }]);
  const started = performance.now();
  const small = await open(file);
  await complete(small.opened.page, 'm000', 2);
  report(
    '100 charts on the page: open (a new browser page included)',
    performance.now() - started,
    'at most 1000',
  );
  await small.opened.close();
  small.stores.dispose();

  const { opened, stores } = await open(file, { width: 1500, height: 2900 });
  await complete(opened.page, 'm019', 2);
  await opened.page.waitForTimeout(1000);
  withDatabase(file, (database) => {
    database.exec('BEGIN IMMEDIATE');
    for (const key of keys) {
      database
        .prepare(
          'INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, 1, ?, ?, 1000, 0)',
        )
        .run(key, START + 100_000, runIdOf(1));
    }
    database.exec('COMMIT');
  });
  const update = opened.page.evaluate(async () => {
    type Card = Element & { metric: string; series?: { points: number }[]; view?: unknown };
    const cards = [...document.querySelectorAll<Card>('chart-card')].slice(0, 20);
    await new Promise((done) => window.addEventListener('message', done, { once: true }));
    const start = performance.now();
    while (!cards.every(({ series }) => series?.some(({ points }) => points === 1001))) {
      await new Promise((done) => requestAnimationFrame(done));
    }
    return performance.now() - start;
  });
  await stores.list()[0]!.store!.refresh();
  report('live update of 20 charts, from the news to the picture', await update, 'at most 50');
  const drawing = await opened.page.evaluate(() => {
    type Card = Element & { draw(): void };
    const cards = [...document.querySelectorAll<Card>('chart-card')].slice(0, 20);
    const start = performance.now();
    cards.forEach((card) => card.draw());
    return performance.now() - start;
  });
  report('... drawing them alone', drawing, '');
  await opened.close();
  stores.dispose();
}

async function parallelCoordinates(): Promise<void> {
  const file = make(
    Array.from({ length: 1000 }, (_, i) => ({
      params: Object.fromEntries(
        Array.from({ length: 11 }, (__, p) => [`p${p}`, String(((i * (p + 3) * 7919) % 1009) / 1009)]),
      ),
      metrics: { rmse: [[0, START, ((i * 7919) % 997) / 997]] as HistoryPoint[] },
    })),
  );
  const uri = sqliteUri(file);
  const stores = openStores(uri);
  await stores.get(uri);
  const opened = await openPage({
    definition: sweepPage,
    args: { store: uri, experimentIds: [EXPERIMENT] },
    stores,
    size: { width: 1400, height: 1000 },
  });
  const { page } = opened;
  await page.locator('parallel-coordinates canvas').waitFor();
  await page.waitForTimeout(1500);
  const [drawn, brushed, worked] = await page.evaluate(async () => {
    type Picture = Element & {
      rebuild(): void;
      axes: { id: string }[];
      host: { brush(axis: string, brush: { from: number; to: number }): void; reorder(axes: string[]): void };
    };
    const frames = (): Promise<unknown> =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const picture = document.querySelector<Picture>('parallel-coordinates')!;
    const all = [...Array(11).keys()].map((i) => `param:p${i}`);
    picture.host.reorder([...all, 'metric:rmse']);
    await frames();
    const start = performance.now();
    picture.rebuild();
    await frames();
    const time = performance.now() - start;
    const frameTimes: number[] = [];
    const workTimes: number[] = [];
    let last = await new Promise<number>((done) => requestAnimationFrame(done));
    for (let i = 0; i < 120; i++) {
      const from = performance.now();
      picture.host.brush('param:p3', { from: 0.2, to: 0.3 + (i % 60) / 100 });
      await (document.querySelector('sweep-page') as Element & { updateComplete: Promise<unknown> })
        .updateComplete;
      await (picture as Element & { updateComplete?: Promise<unknown> }).updateComplete;
      void document.body.offsetHeight;
      workTimes.push(performance.now() - from);
      const now = await new Promise<number>((done) => requestAnimationFrame(done));
      frameTimes.push(now - last);
      last = now;
    }
    return [time, frameTimes, workTimes] as const;
  });
  report('1,000 runs x 12 axes in parallel coordinates (and two frames)', drawn, 'at most 300');
  report('... brush, 95 % of frames under', percentile95([...brushed]), 'at most 20');
  report('... of which our own work', percentile95([...worked]), '');
  await opened.close();
  stores.dispose();
}

/** A history that is not kept in memory: read once, reduced to buckets as its rows go by. */
async function longest(points: number): Promise<void> {
  if (points === 0) {
    return;
  }
  const file = make([{ metrics: { loss: spiked(points) } }]);
  const before = process.memoryUsage.rss();
  const { opened, stores } = await open(file);
  const started = performance.now();
  await opened.page.waitForFunction(
    () => {
      type Card = Element & { series?: { complete: boolean }[] };
      return document.querySelector<Card>('chart-card')?.series?.[0]?.complete;
    },
    undefined,
    { timeout: 600_000, polling: 50 },
  );
  report(`${points.toLocaleString('en-US')} points, streamed into buckets`, performance.now() - started, '');
  const highest = await opened.page.evaluate(() => {
    type Card = Element & { series: { line: { y: Float64Array } }[] };
    const { y } = document.querySelector<Card>('chart-card')!.series[0]!.line;
    return y.reduce((most, value) => (value > most ? value : most), -Infinity);
  });
  console.log(
    `  the spike of one step is ${highest === 1e6 ? 'drawn' : 'LOST'}; memory grew by ${((process.memoryUsage.rss() - before) / 1e6).toFixed(0)} MB`,
  );
  await opened.close();
  stores.dispose();
}

function* spiked(points: number): Iterable<HistoryPoint> {
  for (const [step, timestamp, value] of walk(points, 1)) {
    yield [step, timestamp, step === Math.floor(points * 0.7) ? 1e6 : value];
  }
}
