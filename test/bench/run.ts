/** The run page: first picture on a large store, histories in small, large folders and files. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { artifactHandlers } from '../../src/panels/artifacts';
import { runPage } from '../../src/panels/run';
import type { OpenStores } from '../../src/stores/openStores';
import { parseStoreUri, sqliteUri } from '../../src/stores/uri';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { closeBrowser, openPage, openStores, plainServices } from '../support/pageHarness';

export const name = 'run';

const RUN = '37929e42d05445c0afec0a9974d53422';
const CSV_BYTES = 1024 ** 3;

/** @param args a large store, as ../shared/stores/make_large.py makes one; without it the small one made here */
export async function run(args: string[]): Promise<void> {
  const folder = await unpackFixture('sqlite-3.17.2');
  const file = path.join(folder, 'mlflow.db');
  const artifacts = fillStore(folder, file);
  const large = args[0] ? sqliteUri(path.resolve(args[0])) : sqliteUri(file);
  const small = sqliteUri(file);
  const stores = openStores(...new Set([large, small]));
  try {
    const newest = await (
      await stores.get(large)
    ).searchRuns({ experimentIds: [], view: 'ALL', maxResults: 6, metrics: 'none' });
    await pageFigures(
      stores,
      large,
      newest.items.map(({ info }) => info.runId),
      300,
    );
    await pageFigures(stores, small, [RUN, RUN, RUN]);
    await summaryFigures(stores, small);
    await artifactFigures(stores, small, artifacts);
  } finally {
    stores.dispose();
    await closeBrowser();
  }
}

/** A run with 1,000 metrics of 200 points, 10,000 files in a folder, and a csv of 1 GB. */
function fillStore(folder: string, file: string): string {
  const artifacts = path.join(folder, 'artifacts', 'taxi_duration', RUN, 'artifacts');
  withDatabase(file, (database) => {
    database.exec('BEGIN');
    const add = database.prepare(
      `INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, '${RUN}', ?, 0)`,
    );
    const latest = database.prepare(
      `INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, '${RUN}', ?, 0)`,
    );
    for (let metric = 0; metric < 1000; metric++) {
      for (let step = 0; step < 200; step++) {
        add.run(`layer ${metric}`, Math.sin(step / 9) + metric, step, step);
      }
      latest.run(`layer ${metric}`, metric, 199, 199);
    }
    database.exec('COMMIT');
  });
  fs.mkdirSync(path.join(artifacts, 'many'), { recursive: true });
  for (let i = 0; i < 10_000; i++) {
    fs.writeFileSync(path.join(artifacts, 'many', `${i}.txt`), '');
  }
  const csv = path.join(artifacts, 'large.csv');
  const piece = Buffer.from('1.5,some text,3\n'.repeat(1 << 20));
  fs.writeFileSync(csv, 'a,b,c\n');
  for (let size = 0; size < CSV_BYTES; size += piece.length) {
    fs.appendFileSync(csv, piece);
  }
  return artifacts;
}

/** ms after the navigation that the first text was on the screen: the run's tables, as before them there is none. */
const FIRST_PAINT = `new Promise((resolve) =>
  new PerformanceObserver((list) => {
    const paint = list.getEntriesByName('first-contentful-paint')[0];
    if (paint) {
      resolve(paint.startTime);
    }
  }).observe({ type: 'paint', buffered: true }))`;

/** In VS Code the frame of the webview is made before, which takes as long for every extension. */
async function pageFigures(
  stores: OpenStores,
  uri: string,
  runIds: readonly string[],
  goal?: number,
): Promise<void> {
  const store = await stores.get(uri);
  const sizeBytes = fs.statSync(parseStoreUri(uri, '/').path!).size;
  const drawn: number[] = [];
  const complete: number[] = [];
  let most = 0;
  for (const runId of runIds) {
    const opened = await openPage({ definition: runPage, args: { store: uri, runId }, stores });
    await opened.page.locator('table.metrics tbody tr, #section-metrics .state-message').first().waitFor();
    drawn.push(await opened.page.evaluate(FIRST_PAINT));
    const shown = await opened.page.evaluate<string[]>(
      "[...document.querySelectorAll('table.metrics [data-key]')].map((row) => row.dataset.key)",
    );
    const { metrics } = await store.getRun(runId);
    most = Math.max(most, metrics.length);
    const histories = await store.getMetricSummaries(runId, shown);
    const wanted = histories.filter(({ values }) => values.length > 1).length;
    await opened.page.waitForFunction(`document.querySelectorAll('polyline').length >= ${wanted}`);
    complete.push(await opened.page.evaluate(() => performance.now()));
    opened.errors.length = 0;
    await opened.close();
  }
  const size = `${(sizeBytes / 1e9).toFixed(2)} GB`;
  line(`page of ${most} metrics, store of ${size}`, median(drawn), goal);
  line('  the slowest', Math.max(...drawn));
  line('  with the histories in sight', median(complete), 1000);
}

async function summaryFigures(stores: OpenStores, uri: string): Promise<void> {
  const store = await stores.get(uri);
  const keys = Array.from({ length: 1000 }, (_, i) => `layer ${i}`);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    times.push(await timed(() => store.getMetricSummaries(RUN, keys)));
  }
  line('histories of 1,000 metrics', median(times), 1000);
  const one = await timed(async () => {
    for (const key of keys.slice(0, 100)) {
      await store.getMetricHistory(RUN, key);
    }
  });
  line('  reference: 100 of them one by one', one);
}

async function artifactFigures(stores: OpenStores, uri: string, artifacts: string): Promise<void> {
  const store = await stores.get(uri);
  const owner = { runId: RUN };
  const listing: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < 5; round++) {
    listing.push(await timed(() => store.listArtifacts(owner, 'many')));
    reference.push(
      await timed(async () => {
        const names = await fs.promises.readdir(path.join(artifacts, 'many'));
        await Promise.all(names.map((entry) => fs.promises.stat(path.join(artifacts, 'many', entry))));
      }),
    );
  }
  line('folder of 10,000 files', median(listing), 300);
  line('  reference: readdir and stat', median(reference));
  const handlers = artifactHandlers(uri, plainServices(stores));
  const preview: number[] = [];
  for (let round = 0; round < 5; round++) {
    preview.push(
      await timed(() =>
        handlers.previewArtifact({ owner, path: 'large.csv', size: CSV_BYTES }, new AbortController().signal),
      ),
    );
  }
  line('first rows of a csv of 1 GB', median(preview), 300);
  const whole = await timed(async () => {
    for await (const row of readline.createInterface(
      fs.createReadStream(path.join(artifacts, 'large.csv')),
    )) {
      row.split(',');
    }
  });
  line('  reference: all rows, split at commas', whole);
  const opened = await openPage({ definition: runPage, args: { store: uri, runId: RUN }, stores });
  const file = opened.page.getByRole('treeitem', { name: 'large.csv' });
  await file.waitFor();
  const drawn = await timed(async () => {
    await file.click();
    await opened.page.locator('table.data tbody tr').first().waitFor();
  });
  line('  drawn after the click', drawn, 300);
  opened.errors.length = 0;
  await opened.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function line(what: string, milliseconds: number, goal?: number): void {
  const figure = `${milliseconds.toFixed(0)} ms`;
  console.log(`${what.padEnd(42)} ${figure.padStart(9)}${goal === undefined ? '' : `   (at most ${goal})`}`);
}
