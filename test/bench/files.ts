/**
 * An mlruns folder of 10,000 runs in two experiments, beside MLflow's own FileStore and the bare reads of the same
 * files in the same run: `npm run bench -- files [FOLDER]`. The folder is made where it is missing (largeFolder.ts).
 */
import { execFile, execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { workerBundle } from '../../scripts/workerBundle';
import type { TableQuery } from '../../src/mlflow/runTable';
import type { RunQuery, RunRow, TrackingStore } from '../../src/mlflow/store';
import { openFilesStore } from '../../src/stores/files/filesStore';
import { removeTempFolders, tempFolder } from '../support/database';
import { makeMlruns } from '../support/kinds/files';
import { experimentId, LARGE, largeFolder, LONG_POINTS } from './largeFolder';

export const name = 'files';

const ROOT = path.resolve(__dirname, '../..');
const EXPERIMENT = experimentId(0);
const OTHER = experimentId(1);
const HEADLINE = 'm01';
const LONG = 'm00';
const ROUNDS = 5;

/** What the sidebar asks for. */
const newestOf = (experiment: string): RunQuery => ({
  experimentIds: [experiment],
  view: 'ACTIVE_ONLY',
  parent: 'roots',
  maxResults: 100,
  metrics: [HEADLINE],
  tags: ['mlflow.parentRunId'],
});

const SORTED: TableQuery = {
  experimentIds: [EXPERIMENT],
  view: 'ACTIVE_ONLY',
  filter: '',
  now: Date.now(),
  sort: [{ column: { kind: 'metric', key: HEADLINE }, descending: false }],
  tree: true,
  group: [],
  expanded: false,
  toggled: [],
  hidden: [],
  only: null,
  from: 0,
  count: 160,
  columns: [{ kind: 'metric', key: HEADLINE }],
  pinned: [],
  locate: [],
};

export async function run([folder]: string[]): Promise<void> {
  const root = largeFolder(LARGE, folder);
  console.log(`  ${os.cpus().length} cores, load ${os.loadavg()[0]!.toFixed(1)}, Node ${process.version}`);
  try {
    makeWarm(path.join(root, EXPERIMENT));
    const mlflow = await mlflowTimes(root);
    console.log(`  MLflow 3.17.2: 100 newest ${ms(mlflow.newest)}, by a metric ${ms(mlflow.sorted)}`);
    await opening(root, mlflow.newest);
    await table(root, mlflow.sorted);
    await history(root);
    await live(root);
    memory(root);
    console.log(`  load ${os.loadavg()[0]!.toFixed(1)} at the end`);
  } finally {
    removeTempFolders();
  }
}

/** Every file of an experiment once, so that the machine has them: what is measured next is the reader, not the disk. */
function makeWarm(folder: string): void {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      fs.readFileSync(path.join(entry.parentPath, entry.name));
    }
  }
}

const MLFLOW = `
import json, os, sys, time
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
from mlflow.tracking import MlflowClient
def timed(**how):
    begun = time.time()
    found = MlflowClient(sys.argv[1]).search_runs([sys.argv[2]], max_results=100, **how)
    assert len(found) == 100
    return (time.time() - begun) * 1000
print(json.dumps({"newest": timed(), "sorted": timed(order_by=["metrics.${HEADLINE} ASC"])}))
`;

async function mlflowTimes(root: string): Promise<{ newest: number; sorted: number }> {
  const { stdout } = await promisify(execFile)(mlflowPython('3.17.2'), ['-c', MLFLOW, root, EXPERIMENT]);
  return JSON.parse(stdout) as { newest: number; sorted: number };
}

async function opening(root: string, mlflow: number): Promise<void> {
  const shown = await withStore(root, {}, (store) => newest(store, EXPERIMENT));
  const files = opened(root, shown);
  const indexFolder = await indexed(root);
  const without: number[] = [];
  const bare: number[] = [];
  const again: number[] = [];
  const started: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await bareReads(files));
    without.push(await timed(() => withStore(root, {}, (store) => newest(store, EXPERIMENT))));
    again.push(await timed(() => withStore(root, { indexFolder }, (store) => newest(store, EXPERIMENT))));
    started.push(await timed(() => withStore(makeMlruns([]), {}, async () => undefined)));
  }
  const [ours, reads, index] = [without, bare, again].map(median) as [number, number, number];
  console.log(`  an empty folder opened ${ms(median(started))}: a worker's start, which is in each figure`);
  judge('100 newest of 5,000 runs, no index', ours, [
    atMost('MLflow', mlflow, 1 / 30),
    atMost(`the bare reads of ${files.length} files`, reads, 2.5),
  ]);
  judge('100 newest of 5,000 runs, with the index', index, [atMost('MLflow', mlflow, 1 / 100)]);
}

/** As the sidebar does. */
async function newest(store: TrackingStore, experiment: string): Promise<RunRow[]> {
  await store.searchExperiments({ view: 'ACTIVE_ONLY', maxResults: 50 });
  const { items } = await store.searchRuns(newestOf(experiment));
  if (items.length !== 100 || items.some(({ metrics }) => metrics.length !== 1)) {
    throw new Error('These are not the 100 newest runs with their headline.');
  }
  return items;
}

/** The files that tell the 100 newest. */
function opened(root: string, shown: readonly RunRow[]): string[] {
  const folder = path.join(root, EXPERIMENT);
  const runs = fs.readdirSync(folder).filter((entry) => entry.length === 32);
  const parents = runs.map((run) => path.join(folder, run, 'tags/mlflow.parentRunId'));
  return [
    ...runs.map((run) => path.join(folder, run, 'meta.yaml')),
    ...parents.filter((file) => fs.existsSync(file)),
    ...shown.map(({ info }) => path.join(folder, info.runId, 'metrics', HEADLINE)),
  ];
}

/** ms for nothing but the reads, in a thread whose code is as new as that of the store's worker. */
async function bareReads(files: readonly string[]): Promise<number> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { readFileSync } = require('node:fs');
    const begun = performance.now();
    let length = 0;
    for (const file of workerData) length += readFileSync(file, 'utf8').length;
    parentPort.postMessage(performance.now() - begun);`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: files });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function table(root: string, mlflow: number): Promise<void> {
  const indexFolder = await indexed(root, true);
  const first: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    first.push(await timed(() => withStore(root, {}, sorted)));
    again.push(await timed(() => withStore(root, { indexFolder }, sorted)));
  }
  judge('table of 5,000 runs by a metric, first time', median(first), [atMost('MLflow', mlflow, 1 / 20)]);
  judge('table of 5,000 runs by a metric, with the index', median(again), [{ bound: 500, what: '500 ms' }]);
}

async function sorted(store: TrackingStore): Promise<void> {
  const { rows } = await store.runTable.rows(SORTED);
  if (rows.length !== 160) {
    throw new Error('The table has no rows.');
  }
}

/** The folder of an index that knows the experiment, and its metric. */
async function indexed(root: string, withTable = false): Promise<string> {
  const indexFolder = tempFolder();
  await withStore(root, { indexFolder }, async (store) => {
    await newest(store, EXPERIMENT);
    if (withTable) {
      await sorted(store);
    }
    await store.refresh();
  });
  if (fs.readdirSync(indexFolder).length === 0) {
    throw new Error('No index was kept.');
  }
  return indexFolder;
}

async function history(root: string): Promise<void> {
  await withStore(root, {}, async (store) => {
    const { items } = await store.searchRuns({ ...newestOf(EXPERIMENT), maxResults: 1 });
    const { runId } = items[0]!.info;
    const file = path.join(root, EXPERIMENT, runId, 'metrics', LONG);
    const ours: number[] = [];
    const lines: number[] = [];
    const fields: number[] = [];
    for (let round = 0; round < 4 * ROUNDS; round++) {
      // As somebody asks who looks at one after the other, not in one burst.
      await new Promise((resolve) => setTimeout(resolve, 250));
      ours.push(await timed(() => store.getMetricHistory(runId, LONG)));
      lines.push(await timed(() => fs.readFileSync(file, 'utf8').split('\n')));
      fields.push(
        await timed(() =>
          fs
            .readFileSync(file, 'utf8')
            .split('\n')
            .map((line) => line.split(' ')),
        ),
      );
    }
    judge(`a history of ${LONG_POINTS} points`, median(ours), [
      atMost('reading it and splitting its lines into fields', median(fields), 2),
      atMost('reading it and splitting it into lines alone', median(lines), 2),
    ]);
    console.log(`    the first one asked for took ${ms(ours[0]!)}`);
  });
}

async function live(root: string): Promise<void> {
  await withStore(root, {}, async (store) => {
    await newest(store, EXPERIMENT);
    await newest(store, OTHER);
    await sorted(store);
    store.setPollInterval(1000);
    // A store that only polls keeps no process alive.
    const alive = setInterval(() => undefined, 1000);
    try {
      const noticed = await training(root, store);
      judge('a change noticed', Math.max(...noticed), [{ bound: 2000, what: '2 s' }]);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      const { user, system } = process.cpuUsage(before);
      const share = (user + system) / 200_000;
      console.log(
        `  idle polling each second: ${share.toFixed(2)} % of a core (at most 0.5) ${verdict(share <= 0.5)}`,
      );
    } finally {
      clearInterval(alive);
    }
  });
}

/** A run that begins, logs and ends beside the others; ms until each was noticed. */
async function training(root: string, store: TrackingStore): Promise<number[]> {
  const from = path.join(root, EXPERIMENT, (await newest(store, EXPERIMENT))[0]!.info.runId);
  const runId = 'f'.repeat(32);
  const to = path.join(root, EXPERIMENT, runId);
  const metric = path.join(to, 'metrics', HEADLINE);
  const times: number[] = [];
  const noticed = async (write: () => void): Promise<void> => {
    await store.searchRuns(newestOf(EXPERIMENT));
    await new Promise((resolve) => setTimeout(resolve, 137 * times.length));
    let listening: { dispose(): void } | undefined;
    const seen = new Promise<number>((resolve) => {
      listening = store.onDidChange(() => resolve(performance.now()));
      setTimeout(resolve, 60_000, Infinity);
    });
    write();
    const written = performance.now();
    times.push((await seen) - written);
    listening?.dispose();
  };
  const meta = fs
    .readFileSync(path.join(from, 'meta.yaml'), 'utf8')
    .replaceAll(path.basename(from), runId)
    .replace(/^start_time: .*$/m, `start_time: ${Date.now()}`);
  const put = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    fs.writeFileSync(path.join(to, `${file}.new`), text);
    fs.renameSync(path.join(to, `${file}.new`), path.join(to, file));
  };
  try {
    await noticed(() => put('meta.yaml', meta.replace('status: 3', 'status: 1')));
    fs.mkdirSync(path.dirname(metric));
    for (let step = 0; step < 5; step++) {
      await noticed(() => fs.appendFileSync(metric, `${Date.now()} 0.5 ${step}\n`));
    }
    await noticed(() => put('meta.yaml', meta));
  } finally {
    fs.rmSync(to, { recursive: true, force: true });
  }
  return times;
}

/** Of a process that shows all 10,000 runs, above one that shows none. */
function memory(root: string): void {
  const peak = (folder: string, work: boolean): number =>
    Number(
      execFileSync(process.execPath, ['--import', 'tsx', __filename, 'memory', folder, String(work)], {
        cwd: ROOT,
        encoding: 'utf8',
      }),
    );
  const added = peak(root, true) - peak(makeMlruns([]), false);
  console.log(
    `  memory of the worker, above an idle one: ${added.toFixed(0)} MB (at most 200) ${verdict(added <= 200)}`,
  );
}

async function memoryChild(root: string, work: boolean): Promise<void> {
  await withStore(root, { indexFolder: tempFolder() }, async (store) => {
    if (work) {
      await newest(store, EXPERIMENT);
      await newest(store, OTHER);
      await store.runTable.rows({ ...SORTED, experimentIds: [EXPERIMENT, OTHER] });
      await store.runTable.suggestColumns(SORTED);
      await store.refresh();
    }
  });
  removeTempFolders();
  process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
}

async function withStore<T>(
  root: string,
  options: { indexFolder?: string },
  use: (store: TrackingStore) => Promise<T>,
): Promise<T> {
  const store = await openFilesStore(root, { distFolder: workerBundle(), ...options });
  try {
    return await use(store);
  } finally {
    store.dispose();
  }
}

interface Bound {
  /** ms */
  bound: number;
  what: string;
}

function atMost(who: string, time: number, share: number): Bound {
  const times = share < 1 ? `1/${Math.round(1 / share)}` : `${share}x`;
  return { bound: time * share, what: `${times} of ${who}, ${ms(time)}` };
}

function judge(label: string, ours: number, bounds: readonly Bound[]): void {
  console.log(`  ${label}: ${ms(ours)}`);
  for (const { bound, what } of bounds) {
    console.log(
      `    at most ${ms(bound)} (${what}): ${verdict(ours <= bound)}, ${(ours / bound).toFixed(2)} of that`,
    );
  }
}

function verdict(isKept: boolean): string {
  return isKept ? 'OK' : 'MISSED';
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const ms = (value: number): string => `${value.toFixed(value < 20 ? 1 : 0)} ms`;

if (require.main === module && process.argv[2] === 'memory') {
  void memoryChild(process.argv[3]!, process.argv[4] === 'true');
}
