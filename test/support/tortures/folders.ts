import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { isStoreError } from '../../../src/mlflow/errors';
import type { TrackingStore } from '../../../src/mlflow/store';
import { AskedStore, type StoreAsker } from '../../../src/stores/askedStore';
import { filesAnswers } from '../../../src/stores/files/answers';
import { FilesTree } from '../../../src/stores/files/tree';
import { folderUri } from '../../../src/stores/uri';
import { openFilesStore } from '../../../src/stores/files/filesStore';
import { workerBundle } from '../../../scripts/workerBundle';
import { memoryFolder } from '../database';
import { copyFixture } from '../fixtures';

/** The most that one question about a folder of some hundred files may take, ms. */
const LONGEST = 20_000;

/** One in so many copies is read by the product's worker; a worker takes longer to start than a copy to be read. */
const IN_WORKER = 20;

/** Asks all of copies of an mlruns folder in which some files and folders are cut, swapped, linked or grown. */
export function damagedFolders(first: number, count: number): void {
  it(`${count} damaged copies of an mlruns folder: no crash, no hang, one sentence for what cannot be read`, async () => {
    const place = memoryFolder();
    const original = path.join(place, 'mlruns');
    makeSmall(original);
    const pipe = path.join(place, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const watchdog = watchThis();
    let answered = 0;
    for (let seed = first; seed < first + count; seed++) {
      const folder = path.join(place, `copy ${seed}`, 'mlruns');
      fs.cpSync(original, folder, { recursive: true });
      const done = damage(folder, seed, pipe);
      try {
        const open = seed % IN_WORKER === 0 ? openInWorker : openHere;
        answered += await askAll(
          () => open(folder),
          () => watchdog.sign(seed),
        );
      } catch (error) {
        throw new Error(`copy ${seed}: ${done.join('; ')}`, { cause: error });
      } finally {
        fs.rmSync(path.dirname(folder), { recursive: true });
      }
    }
    await watchdog.end();
    assert.ok(answered > count * 10, `only ${answered} answers: nothing was read`);
  });
}

/** Ends this process where it gives no sign for too long: whoever waits for a pipe cannot say so. */
function watchThis(): { sign(seed: number): void; end(): Promise<unknown> } {
  const signs = new Int32Array(new SharedArrayBuffer(8));
  const code = `const { workerData: { signs, longest } } = require('node:worker_threads');
    let seen = -1;
    setInterval(() => {
      const count = Atomics.load(signs, 0);
      if (count === seen) {
        require('node:fs').writeSync(2, 'Reading hangs at copy ' + Atomics.load(signs, 1) + '.\\n');
        process.kill(process.pid, 'SIGKILL');
      }
      seen = count;
    }, longest);`;
  const worker = new Worker(code, { eval: true, workerData: { signs, longest: 3 * LONGEST } });
  worker.unref();
  return {
    sign: (seed) => {
      Atomics.store(signs, 1, seed);
      Atomics.add(signs, 0, 1);
    },
    end: () => worker.terminate(),
  };
}

const openInWorker = (folder: string): Promise<TrackingStore> =>
  openFilesStore(folder, { distFolder: workerBundle() });

/** The store without its worker. */
async function openHere(folder: string): Promise<TrackingStore> {
  const answers = filesAnswers(new FilesTree(folder));
  const { signal } = new AbortController();
  const asker: StoreAsker = {
    busy: false,
    ask: async (name, args) =>
      (await (answers[name] as (...each: unknown[]) => unknown)(args, { signal })) as never,
    dispose: () => undefined,
  };
  return new AskedStore({ kind: 'files', uri: folderUri(folder), place: folder, folder }, asker).opened();
}

/** Of the newest MLflow's: each kind of thing that there is, and few of the runs. */
function makeSmall(folder: string): void {
  copyFixture('files-3.12.0', folder, 'mlruns');
  for (const experimentId of fs.readdirSync(folder).filter((name) => /^\d{2,}$/.test(name))) {
    const runs = fs
      .readdirSync(path.join(folder, experimentId))
      .filter((name) => /^[0-9a-f]{32}$/.test(name));
    const sizes = runs.map((name) => {
      const run = path.join(folder, experimentId, name);
      return { run, size: fs.readdirSync(run, { recursive: true }).length };
    });
    const kept = sizes.sort((a, b) => b.size - a.size).filter(({ size }) => size < 100);
    sizes.filter((each) => !kept.slice(0, 3).includes(each)).forEach(({ run }) => remove(run));
  }
}

/** How many questions were answered. Fails for an error that is none of a store's, or more than a sentence. */
async function askAll(open: () => Promise<TrackingStore>, sign: () => void): Promise<number> {
  let answered = 0;
  const ask = async <T>(question: () => Promise<T>): Promise<T | null> => {
    const started = performance.now();
    sign();
    try {
      const answer = await question();
      answered++;
      return answer;
    } catch (error) {
      assert.ok(isStoreError(error) && !['INTERNAL_ERROR', 'BUSY'].includes(error.code), String(error));
      assert.doesNotMatch(error.message, /\n/);
      return null;
    } finally {
      assert.ok(performance.now() - started < LONGEST);
    }
  };
  const store = await ask(open);
  if (store) {
    const all = { params: 'all', metrics: 'all', tags: 'all' } as const;
    const scope = { experimentIds: [], view: 'ALL', maxResults: 100 } as const;
    await ask(() => store.searchExperiments({ view: 'ALL', maxResults: 100 }));
    const page = await ask(() => store.searchRuns({ ...scope, ...all }));
    for (const { info, metrics } of page?.items ?? []) {
      const keys = metrics.slice(0, 3).map(({ key }) => key);
      await ask(() => store.getRunInputs(info.runId));
      await ask(() => store.getMetricSummaries(info.runId, keys));
      await ask(() => store.getMetricHistory(info.runId, keys[0] ?? 'none'));
      await ask(() => store.listArtifacts({ runId: info.runId }, ''));
    }
    await ask(() => store.searchRegisteredModels({ maxResults: 100 }));
    await ask(() => store.searchLoggedModels({ maxResults: 100 }));
    await ask(() => store.searchRuns({ ...scope, filter: "datasets.name = 'green_tripdata' or sweep" }));
    await ask(() => store.describe());
    await store.refresh();
    store.dispose();
  }
  return answered;
}

/** What was done to which file. The same seed does the same. */
function damage(root: string, seed: number, pipe: string): string[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const names = fs.readdirSync(root, { recursive: true }).map(String).sort();
  const done: string[] = [];
  for (let count = 1 + Math.floor(next() * 40); count > 0; count--) {
    const name = pick(names);
    const file = path.join(root, name);
    const [what, change] = pick(CHANGES);
    const share = next();
    const stats = lookAt(root, name);
    if (stats?.isFile() || stats?.isDirectory()) {
      try {
        change(file, { share, isFolder: stats.isDirectory(), pipe });
        done.push(`${what} ${name}`);
      } catch (error) {
        // A name is too long.
        assert.ok(error instanceof Error && 'code' in error, String(error));
      }
    }
  }
  return done;
}

/** What lies there itself, be it a link; nothing where a link is on the way: nothing outside is changed. */
function lookAt(root: string, name: string): fs.Stats | undefined {
  const parts = name.split(path.sep);
  const isReached = parts.every((_, at) =>
    fs.lstatSync(path.join(root, ...parts.slice(0, at)), { throwIfNoEntry: false })?.isDirectory(),
  );
  return isReached ? fs.lstatSync(path.join(root, name), { throwIfNoEntry: false }) : undefined;
}

interface About {
  /** From 0 up to 1. */
  share: number;
  isFolder: boolean;
  /** A pipe that nobody writes to. */
  pipe: string;
}

type Change = (file: string, about: About) => void;

const CHANGES: readonly (readonly [string, Change])[] = [
  ['cut', (file, { share, isFolder }) => isFolder || fs.truncateSync(file, share * fs.statSync(file).size)],
  ['emptied', (file, { isFolder }) => isFolder || fs.truncateSync(file, 0)],
  ['made a folder', (file) => (remove(file), fs.mkdirSync(file))],
  [
    'linked out',
    (file, { share }) => (remove(file), fs.symlinkSync(share < 0.5 ? '/etc' : '/dev/zero', file)),
  ],
  ['linked to itself', (file) => (remove(file), fs.symlinkSync(file, file))],
  ['made a pipe', (file, { pipe }) => (remove(file), fs.linkSync(pipe, file))],
  ['removed', (file) => remove(file)],
  ['scrambled', (file, { share, isFolder }) => isFolder || fs.writeFileSync(file, scrambled(file, share))],
  [
    'a long name in',
    (file, { isFolder }) => isFolder && fs.writeFileSync(path.join(file, 'x'.repeat(255)), '1 1 1\n'),
  ],
  [
    'a line without end in',
    (file, { share, isFolder }) =>
      isFolder || fs.writeFileSync(file, Buffer.alloc(share < 0.01 ? 1e8 : 1e5, '1')),
  ],
  // Blocks that nobody wrote are zeros that take no room on the disk.
  [
    '100 MB of zeros in',
    (file, { share, isFolder }) => isFolder || share > 0.01 || fs.truncateSync(file, 1e8),
  ],
  [
    'aliases in',
    (file, { isFolder }) => isFolder || fs.writeFileSync(file, 'a: &a [*a, *a]\nb: &b {c: *a}\n'),
  ],
  [
    'deep folders in',
    (file, { isFolder }) =>
      isFolder && fs.mkdirSync(path.join(file, ...Array<string>(60).fill('d')), { recursive: true }),
  ],
];

function remove(file: string): void {
  fs.rmSync(file, { recursive: true });
}

function scrambled(file: string, share: number): Buffer {
  const bytes = fs.readFileSync(file);
  for (let i = 0; i < 5 && bytes.length > 0; i++) {
    bytes[Math.floor(share * bytes.length * (i + 1)) % bytes.length] =
      Math.floor(share * 251 * (i + 3)) % 256;
  }
  return bytes;
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}
