import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isStoreError } from '../../../src/mlflow/errors';
import type { TrackingStore } from '../../../src/mlflow/store';
import { openFilesStore } from '../../../src/stores/files/filesStore';
import { workerBundle } from '../../../scripts/workerBundle';
import { tempFolder } from '../database';
import { copyFixture } from '../fixtures';

/** The most that one question about a folder of some hundred files may take, ms. */
const LONGEST = 20_000;

/** Asks all of copies of an mlruns folder in which some files and folders are cut, swapped, linked or grown. */
export function damagedFolders(first: number, count: number): void {
  it(`${count} damaged copies of an mlruns folder: no crash, no hang, one sentence for what cannot be read`, async () => {
    const original = path.join(tempFolder(), 'mlruns');
    copyFixture('files-3.12.0', original, 'mlruns');
    let answered = 0;
    for (let seed = first; seed < first + count; seed++) {
      const folder = path.join(tempFolder(), 'mlruns');
      fs.cpSync(original, folder, { recursive: true });
      const done = damage(folder, seed);
      try {
        answered += await askAll(folder);
      } catch (error) {
        throw new Error(`copy ${seed}: ${done.join('; ')}`, { cause: error });
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    }
    assert.ok(answered > count * 50, `only ${answered} answers: nothing was read`);
  });
}

/** How many questions were answered. Fails for an error that is none of a store's, or more than a sentence. */
async function askAll(folder: string): Promise<number> {
  let answered = 0;
  const ask = async <T>(question: () => Promise<T>): Promise<T | null> => {
    const started = performance.now();
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
  const store: TrackingStore | null = await ask(() => openFilesStore(folder, { distFolder: workerBundle() }));
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
function damage(root: string, seed: number): string[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const names = fs.readdirSync(root, { recursive: true }).map(String).sort();
  const done: string[] = [];
  for (let count = 1 + Math.floor(next() * 40); count > 0; count--) {
    const name = pick(names);
    const file = path.join(root, name);
    const [what, change] = pick(CHANGES);
    const share = next();
    if (fs.existsSync(file)) {
      try {
        change(file, share, fs.statSync(file).isDirectory());
        done.push(`${what} ${name}`);
      } catch (error) {
        // A name is too long, or what was to be changed is a link or pipe by now.
        assert.ok(error instanceof Error && 'code' in error, String(error));
      }
    }
  }
  return done;
}

type Change = (file: string, share: number, isFolder: boolean) => void;

const CHANGES: readonly (readonly [string, Change])[] = [
  ['cut', (file, share, isFolder) => isFolder || fs.truncateSync(file, share * fs.statSync(file).size)],
  ['emptied', (file, _, isFolder) => isFolder || fs.truncateSync(file, 0)],
  ['made a folder', (file) => (remove(file), fs.mkdirSync(file))],
  ['linked out', (file, share) => (remove(file), fs.symlinkSync(share < 0.5 ? '/etc' : '/dev/zero', file))],
  ['linked to itself', (file) => (remove(file), fs.symlinkSync(file, file))],
  ['made a pipe', (file) => (remove(file), execFileSync('mkfifo', [file]))],
  ['removed', (file) => remove(file)],
  ['scrambled', (file, share, isFolder) => isFolder || fs.writeFileSync(file, scrambled(file, share))],
  [
    'a long name in',
    (file, _, isFolder) => isFolder && fs.writeFileSync(path.join(file, 'x'.repeat(255)), '1 1 1\n'),
  ],
  [
    'a line without end in',
    (file, share, isFolder) => isFolder || fs.writeFileSync(file, Buffer.alloc(share < 0.1 ? 1e8 : 1e5, '1')),
  ],
  [
    'aliases in',
    (file, _, isFolder) => isFolder || fs.writeFileSync(file, 'a: &a [*a, *a]\nb: &b {c: *a}\n'),
  ],
  [
    'deep folders in',
    (file, _, isFolder) =>
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
