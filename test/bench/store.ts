/**
 * The SQLite store, each figure beside node:sqlite and, up to 1 GB, whole-file sql.js in the same run:
 * `npm run bench -- store [FOLDER]`. FOLDER (default: see largeStores.ts) keeps the stores of make_large.py; missing ones
 * are made if ../shared/stores is there.
 */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import initSqlJs from 'sql.js';
import { workerBundle } from '../../scripts/workerBundle';
import type { TrackingStore } from '../../src/mlflow/store';
import { openSqliteStore } from '../../src/stores/sqlite/open';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { largeStore } from './largeStores';

export const name = 'store';

const ROOT = path.resolve(__dirname, '../..');
const STORES = ['200mb.db', '1gb.db', '3gb.db', '5gb.db'] as const;
const ALL = { params: 'all', metrics: 'all', tags: 'all' } as const;
const NEWEST = { experimentIds: [], view: 'ACTIVE_ONLY', maxResults: 100, ...ALL } as const;

const open = (file: string): Promise<TrackingStore> => openSqliteStore(file, { distFolder: workerBundle() });

async function timed<T>(work: () => Promise<T> | T): Promise<[number, T]> {
  const started = performance.now();
  const value = await work();
  return [performance.now() - started, value];
}

async function median(times: number, work: () => unknown): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    all.push((await timed(work))[0]);
  }
  return all.sort((a, b) => a - b)[Math.floor(times / 2)]!;
}

/** Drops a file from the page cache. */
function cool(file: string): void {
  execFileSync('python3', [
    '-c',
    'import os, sys; f = os.open(sys.argv[1], os.O_RDONLY); os.fsync(f); os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)',
    file,
  ]);
}

function show(work: string, ours: number, others: Record<string, number>, bound: string): void {
  const beside = Object.entries(others).map(([who, ms]) => `${who} ${ms.toFixed(1)}`);
  console.log(`  ${work}: ${ours.toFixed(1)} ms (${beside.join(', ')}; at most ${bound})`);
}

/** What node:sqlite needs for the same: the scan, then the rows of 100 runs. */
function nativeNewest(file: string): unknown[] {
  return withDatabase(file, (database) => {
    const runs = database
      .prepare(
        "SELECT * FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time DESC, run_uuid LIMIT 101",
      )
      .all();
    const ids = JSON.stringify(runs.slice(0, 100).map((run) => run['run_uuid']));
    return ['params', 'tags', 'latest_metrics'].map((table) =>
      database.prepare(`SELECT * FROM ${table} WHERE run_uuid IN (SELECT value FROM json_each(?))`).all(ids),
    );
  });
}

function nativeHistory(file: string, runId: string, key: string): unknown[] {
  return withDatabase(file, (database) =>
    database
      .prepare(
        'SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? AND +key = ? ORDER BY timestamp, step, value',
      )
      .all(runId, key),
  );
}

async function wholeFile(file: string): Promise<number> {
  const SQL = await initSqlJs();
  const [time] = await timed(() => {
    const database = new SQL.Database(fs.readFileSync(file));
    database.exec('SELECT run_uuid FROM runs ORDER BY start_time DESC LIMIT 100');
    database.close();
  });
  return time;
}

async function openings(demo: string, file: string): Promise<void> {
  const first = async (path: string): Promise<void> => (await open(path)).dispose();
  const base = await median(7, () => first(demo));
  const ours = await median(7, () => first(file));
  const others: Record<string, number> = { 'demo store': base };
  if (fs.statSync(file).size < 1.2e9) {
    others['whole-file sql.js'] = await wholeFile(file);
  }
  show('open', ours, others, 'demo + 20 ms');
}

async function listing(file: string): Promise<void> {
  const store = await open(file);
  await store.searchRuns(NEWEST);
  nativeNewest(file);
  const warm = await median(9, () => store.searchRuns(NEWEST));
  const nativeWarm = await median(9, () => nativeNewest(file));
  show('100 newest runs, warm', warm, { 'node:sqlite': nativeWarm }, '2x, acceptable 3x');
  store.dispose();
  const cold: number[] = [];
  const nativeCold: number[] = [];
  for (let i = 0; i < 3; i++) {
    const fresh = await open(file);
    cool(file);
    cold.push((await timed(() => fresh.searchRuns(NEWEST)))[0]);
    fresh.dispose();
    cool(file);
    nativeCold.push((await timed(() => nativeNewest(file)))[0]);
  }
  const middle = (times: number[]): number => times.sort((a, b) => a - b)[1]!;
  show('100 newest runs, cold', middle(cold), { 'node:sqlite': middle(nativeCold) }, '4x, acceptable 6x');
}

async function histories(file: string): Promise<void> {
  const store = await open(file);
  const { items } = await store.searchRuns({ ...NEWEST, maxResults: 1 });
  const [run] = items;
  if (run) {
    const { runId } = run.info;
    const { steps } = await store.getMetricHistory(runId, 'val_loss');
    const ours = await median(9, () => store.getMetricHistory(runId, 'val_loss'));
    const native = await median(9, () => nativeHistory(file, runId, 'val_loss'));
    show(`a history of ${steps.length} points`, ours, { 'node:sqlite': native }, '2x');
  }
  const experiments = await median(9, () => store.searchExperiments({ view: 'ACTIVE_ONLY', maxResults: 50 }));
  const models = await median(9, () => store.searchRegisteredModels({ maxResults: 50 }));
  show('experiment list', experiments, {}, '20 ms');
  show('models list', models, {}, '20 ms');
  store.dispose();
}

/** The most memory of a process that opens a store and asks for what a user does first. */
function peakMemory(file: string, work: boolean): number {
  const out = execFileSync(process.execPath, ['--import', 'tsx', __filename, 'memory', file, String(work)], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return Number(out);
}

async function memoryChild(file: string, work: boolean): Promise<void> {
  const store = await open(file);
  if (work) {
    const { items } = await store.searchRuns(NEWEST);
    await store.searchRuns({ ...NEWEST, parent: 'roots', maxResults: 500 });
    await store.countRuns([], 'ALL');
    await store.getMetricHistory(items[0]!.info.runId, 'val_loss');
    await store.searchRegisteredModels({ maxResults: 50 });
  }
  store.dispose();
  process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
}

async function noticing(file: string): Promise<void> {
  const store = await open(file);
  await store.searchExperiments({ view: 'ALL', maxResults: 1 });
  store.setPollInterval(1000);
  // A store that only polls keeps no process alive.
  const alive = setInterval(() => undefined, 1000);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const seen = new Promise<number>((resolve) => {
      const listening = store.onDidChange(() => {
        listening.dispose();
        resolve(performance.now());
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 137 * i));
    withDatabase(file, (database) =>
      database.exec('UPDATE experiments SET last_update_time = last_update_time + 1 WHERE experiment_id = 1'),
    );
    const committed = performance.now();
    times.push((await seen) - committed);
  }
  console.log(`  a commit is noticed within ${Math.max(...times).toFixed(0)} ms (at most 2000)`);
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const { user, system } = process.cpuUsage(before);
  console.log(`  idle polling: ${((user + system) / 100_000).toFixed(2)} % of a core (at most 0.5)`);
  clearInterval(alive);
  store.dispose();
}

async function against(file: string): Promise<void> {
  const script = `import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
n = 0
while True:
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT OR REPLACE INTO tags (key, value, run_uuid) SELECT 'bench', ?, run_uuid FROM runs WHERE rowid = ?", (str(n), 1 + n % 100))
    db.execute("INSERT OR REPLACE INTO metrics (key, value, timestamp, run_uuid, step, is_nan) SELECT 'bench', ?, ?, run_uuid, ?, 0 FROM runs WHERE rowid = 1", (n, n, n))
    db.execute("COMMIT")
    n += 1
    time.sleep(.02)`;
  const writer = spawn('python3', ['-c', script, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const store = await open(file);
    const times: number[] = [];
    for (let i = 0; i < 60; i++) {
      times.push((await timed(() => store.searchRuns(NEWEST)))[0]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    store.dispose();
    times.sort((a, b) => a - b);
    console.log(
      `  100 newest runs against 50 commits a second: median ${times[30]!.toFixed(0)} ms (at most 200), longest ${times.at(-1)!.toFixed(0)} ms`,
    );
  } finally {
    const ended = new Promise((resolve) => writer.once('exit', resolve));
    writer.kill('SIGKILL');
    await ended;
    withDatabase(file, (database) =>
      database.exec("PRAGMA busy_timeout=20000; DELETE FROM tags WHERE key = 'bench'"),
    );
  }
}

export async function run([folder, ...only]: string[]): Promise<void> {
  const demo = path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
  console.log(`  ${os.cpus().length} cores, load ${os.loadavg()[0]!.toFixed(1)}, Node ${process.version}`);
  const idle = peakMemory(demo, false);
  for (const store of STORES.filter((store) => only.length === 0 || only.includes(store))) {
    const file = largeStore(store, folder);
    if (!file) {
      console.log(`${store}: not there, and no make_large.py to make it`);
      continue;
    }
    console.log(`${store} (${(fs.statSync(file).size / 1e9).toFixed(2)} GB)`);
    await openings(demo, file);
    await listing(file);
    await histories(file);
    console.log(
      `  memory above an idle worker: ${(peakMemory(file, true) - idle).toFixed(0)} MB (at most 100)`,
    );
    await noticing(file);
    await against(file);
  }
}

if (require.main === module && process.argv[2] === 'memory') {
  void memoryChild(process.argv[3]!, process.argv[4] === 'true');
}
