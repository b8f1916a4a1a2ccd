/**
 * The run table on 100,000 runs and on 12,000 columns, beside native SQLite doing the same query. Stores are made by
 * shared/stores/make_large.py (outside of the repository; see largeStores.ts).
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { SortTerm, TableColumn, TableQuery } from '../../src/mlflow/runTable';
import { tablePage } from '../../src/panels/table';
import { settingsKey } from '../../src/panels/tableView';
import { ViewState } from '../../src/state/viewState';
import { SqliteStore } from '../../src/stores/sqlite/sqliteStore';
import { sqliteUri } from '../../src/stores/uri';
import { workerBundle } from '../../scripts/workerBundle';
import { withDatabase } from '../support/database';
import { launchBrowser } from '../support/browser';
import { closeBrowser, openPage, openStores } from '../support/pageHarness';
import { NEW_SETTINGS } from '../../src/protocol/tableChoices';
import { largeStore, type LargeStore } from './largeStores';

export const name = 'table';

const runs100k = (): string => present('runs100k.db');
const columns12k = (): string => present('columns12k.db');
const SCOPE = { experimentIds: ['1'], view: 'ACTIVE_ONLY' as const };

const metric = (key: string): TableColumn => ({ kind: 'metric', key });
const param = (key: string): TableColumn => ({ kind: 'param', key });
const by = (column: TableColumn, descending = false): SortTerm[] => [{ column, descending }];

function query(change: Partial<TableQuery> = {}): TableQuery {
  return {
    ...SCOPE,
    filter: '',
    now: Date.now(),
    sort: [],
    tree: true,
    group: [],
    expanded: false,
    toggled: [],
    hidden: [],
    only: null,
    from: 0,
    count: 160,
    columns: [],
    pinned: [],
    locate: [],
    ...change,
  };
}

function present(store: LargeStore): string {
  const file = largeStore(store);
  if (!file) {
    throw new Error(`${store} is missing, and shared/stores/make_large.py is not there to make it.`);
  }
  return file;
}

export async function run(): Promise<void> {
  console.log(`load average ${fs.readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}`);
  const files = [runs100k(), columns12k()];
  await questions();
  try {
    await plainScrolling();
    for (const file of files) {
      await page(file);
    }
  } finally {
    await closeBrowser();
  }
}

/** Reads the file once, so that the machine has its pages: what is measured next is the reader, not the disk. */
async function makeWarm(file: string): Promise<void> {
  for await (const _ of fs.createReadStream(file, { highWaterMark: 1 << 20 })) {
    // The bytes themselves are of no use here.
  }
}

/** Forgets the file's pages, as if the machine had just started. */
function makeCold(file: string): void {
  execFileSync('python3', [
    '-c',
    'import os, sys; f = os.open(sys.argv[1], os.O_RDONLY); os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)',
    file,
  ]);
}

/** Prints what `work` took, wall and CPU of this process with its worker, beside a bound and a native query. */
async function figure(
  label: string,
  atMost: number,
  work: () => Promise<unknown>,
  sql?: string,
): Promise<void> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const reference = sql === undefined ? 0 : nativeTime(sql);
  const native =
    sql === undefined
      ? ''
      : `   native SQLite ${reference.toFixed(0)} ms, ${(wall / reference).toFixed(2)} times that`;
  console.log(
    `${label.padEnd(46)} ${wall.toFixed(0).padStart(6)} ms   at most ${atMost}   cpu ${((user + system) / 1000).toFixed(0)} ms${native}`,
  );
}

function nativeTime(sql: string): number {
  return withDatabase(runs100k(), (database) => {
    const started = performance.now();
    database.prepare(sql).all();
    return performance.now() - started;
  });
}

async function questions(): Promise<void> {
  const sorted = (table: string, key: string): string =>
    `SELECT r.run_uuid FROM runs r LEFT JOIN ${table} m ON m.run_uuid = r.run_uuid AND m.key = '${key}' ORDER BY m.value LIMIT 160`;
  const before = process.memoryUsage.rss();
  makeCold(runs100k());
  const cold = new SqliteStore(runs100k(), workerBundle());
  await figure('first rows, cold file', 3000, () => cold.runTable.rows(query()));
  await figure('sort by a metric, first column, cold file', 3000, () =>
    cold.runTable.rows(query({ sort: by(metric('val_loss')) })),
  );
  cold.dispose();

  await makeWarm(runs100k());
  const store = new SqliteStore(runs100k(), workerBundle());
  const { runTable: table } = store;
  await figure(
    'first rows, warm',
    1000,
    () => table.rows(query()),
    `SELECT * FROM runs WHERE experiment_id IN (1) AND lifecycle_stage = 'active' ORDER BY start_time DESC, run_uuid LIMIT 160`,
  );
  await figure('suggest columns', 1000, () => table.suggestColumns(SCOPE));
  await figure(
    'sort by a metric, first column',
    1000,
    () => table.rows(query({ sort: by(metric('val_loss')) })),
    sorted('latest_metrics', 'val_loss'),
  );
  await figure(
    'sort by another metric',
    400,
    () => table.rows(query({ sort: by(metric('f1_macro')) })),
    sorted('latest_metrics', 'f1_macro'),
  );
  await figure('sort by it again, downwards', 100, () =>
    table.rows(query({ sort: by(metric('f1_macro'), true) })),
  );
  await figure('sort by the first again', 100, () => table.rows(query({ sort: by(metric('val_loss')) })));
  await figure(
    'sort by a param',
    400,
    () => table.rows(query({ sort: by(param('param_07')) })),
    sorted('params', 'param_07'),
  );
  await figure('sort by it again', 100, () => table.rows(query({ sort: by(param('param_07')) })));
  const filter = "metrics.roc_auc < 2 and params.model = 'lasso'";
  await figure(
    'filter on a metric and a param',
    1000,
    () => table.rows(query({ filter })),
    `SELECT r.run_uuid FROM runs r JOIN latest_metrics m ON m.run_uuid = r.run_uuid AND m.key = 'roc_auc' AND m.value < 2
    JOIN params p ON p.run_uuid = r.run_uuid AND p.key = 'model' AND p.value = 'lasso' ORDER BY r.start_time DESC LIMIT 160`,
  );
  await figure('filter on them again', 200, () => table.rows(query({ filter: filter.replace('2', '2.1') })));
  const columns = (await table.suggestColumns(SCOPE)).slice(0, 20);
  const screen = await table.rows(query({ columns, from: 50_000, count: 60 }));
  console.log(
    `a screen of 60 rows and ${columns.length} columns        ${(bytes(screen) / 1000).toFixed(0)} KB   at most 200`,
  );
  const worker = process.memoryUsage.rss() - before;
  console.log(`memory that the worker added ${(worker / 1e6).toFixed(0)} MB   at most 300`);
  store.dispose();
}

/** Start, duration and every metric and param of the store. */
function everyColumn(file: string): TableColumn[] {
  const columns: TableColumn[] = ['start', 'duration'].map((key) => ({ kind: 'attribute', key }));
  withDatabase(file, (database) => {
    for (const [kind, table] of [
      ['metric', 'latest_metrics'],
      ['param', 'params'],
    ] as const) {
      const keys = database
        .prepare(
          `WITH RECURSIVE keys(key) AS (SELECT min(key) FROM ${table}
            UNION ALL SELECT (SELECT min(key) FROM ${table} WHERE key > keys.key) FROM keys WHERE key IS NOT NULL)
            SELECT key FROM keys WHERE key IS NOT NULL`,
        )
        .all();
      columns.push(...keys.map(({ key }) => ({ kind, key: String(key) })));
    }
  });
  return columns;
}

/** Bytes of a message as VS Code sends it: JSON, and typed arrays as they are. */
function bytes(value: unknown): number {
  let binary = 0;
  const json = JSON.stringify(value, (_, item: unknown) => {
    if (ArrayBuffer.isView(item)) {
      binary += item.byteLength;
      return undefined;
    }
    return item;
  });
  return json.length + binary;
}

interface Frames {
  /** From each frame to the next, ms. */
  times: number[];
  /** From the beginning of each frame to the end of its layout, ms. */
  own: number[];
  blank: number;
  heap: number;
}

/** The page in Chromium: from its opening to drawn rows, then scrolled from end to end. */
async function page(file: string): Promise<void> {
  const uri = sqliteUri(file);
  const settings = { ...NEW_SETTINGS, columns: everyColumn(file) };
  console.log(`${path.basename(file)} with its ${settings.columns?.length ?? 0} columns`);
  for (const cold of [true, false]) {
    if (cold) {
      makeCold(file);
    }
    if (!cold) {
      await makeWarm(file);
    }
    const stores = openStores(uri);
    const args = { store: uri, experimentIds: ['1'] };
    const state = new ViewState({ get: () => undefined, update: async () => undefined });
    state.setSetting(settingsKey(args), settings);
    const started = performance.now();
    const opened = await openPage({
      definition: tablePage,
      args,
      stores,
      state,
      size: { width: 1400, height: 900 },
    });
    await opened.page.locator('.body .row').first().waitFor();
    const drawn = performance.now() - started;
    console.log(
      `page opened to first rows drawn, ${cold ? 'cold' : 'warm'} file`.padEnd(46),
      `${drawn.toFixed(0).padStart(6)} ms   at most ${cold ? 3000 : 1000} (with a new browser page)`,
    );
    if (!cold) {
      const before = process.memoryUsage().rss;
      const { times, own, blank, heap } = await opened.page.evaluate<Frames>(SCROLL);
      console.log(
        `scrolling: ${frames(times)} (at most 20), of which our work and layout 95 % under ${at(own, 0.95)} ms; ${blank} with a blank row; page heap ${(heap / 1e6).toFixed(0)} MB; this process with the worker ${(Math.max(before, process.memoryUsage().rss) / 1e6).toFixed(0)} MB`,
      );
    }
    await opened.close();
    stores.dispose();
  }
}

function frames(times: number[]): string {
  return `${times.length} frames, median ${at(times, 0.5)} ms, 95 % under ${at(times, 0.95)} ms`;
}

function at(times: number[], share: number): string {
  return (times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN).toFixed(1);
}

/** The peer of the scrolling: as many rows and cells as are seen, of plain HTML that the browser scrolls by itself. */
async function plainScrolling(): Promise<void> {
  const browser = await launchBrowser();
  try {
    const plain = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await plain.setContent(`<div class="grid" style="height: 800px; overflow: auto; font: 13px sans-serif">
      ${`<div style="display: flex; height: 22px">${'<span style="flex: 0 0 110px">0.12345</span>'.repeat(12)}</div>`.repeat(2000)}</div>`);
    const times = await plain.evaluate<number[]>(`(async () => {
      const grid = document.querySelector('.grid');
      const times = [];
      let last = await new Promise(requestAnimationFrame);
      for (let i = 0; i < 300; i++) {
        grid.scrollTop += 120;
        const now = await new Promise(requestAnimationFrame);
        times.push(now - last);
        last = now;
      }
      return times;
    })()`);
    console.log(`reference: a plain HTML table of 2,000 x 12 scrolled: ${frames(times)}`);
  } finally {
    await browser.close();
  }
}

/** Scrolls as a wheel does, then in jumps; a frame is blank where rows that should be seen are not drawn. */
const SCROLL = `(async () => {
  const grid = document.querySelector('.grid');
  const times = [];
  const own = [];
  let blank = 0;
  let last = await new Promise(requestAnimationFrame);
  const frame = async () => {
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
    document.querySelector('.body').getBoundingClientRect();
    own.push(performance.now() - now);
    const body = document.querySelector('.body-window').getBoundingClientRect();
    const rows = document.querySelectorAll('.body .row');
    const drawn = [...rows].filter((row) => row.children.length > 0).map((row) => row.getBoundingClientRect());
    // Every 22 px of the window have a row, and each row has its cells.
    const tops = new Set(drawn.map(({ top }) => Math.round(top)));
    const highest = Math.min(...tops);
    let whole = highest <= body.top + 1;
    for (let top = highest; top < body.bottom - 1; top += 22) whole &&= tops.has(top);
    if (!whole) blank++;
  };
  for (let i = 0; i < 150; i++) { grid.scrollTop += 120; await frame(); }
  for (let i = 0; i < 150; i++) { grid.scrollLeft += 40; await frame(); }
  for (let i = 0; i < 20; i++) { grid.scrollTop = (grid.scrollHeight * i) / 20; for (let j = 0; j < 10; j++) await frame(); }
  return { times, own, blank, heap: performance.memory.usedJSHeapSize };
})()`;
