import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { unpackFixture } from '../fixtures';
import { torture, type TortureOptions } from '../torture';

/** A writer that is alone may wait for nobody (timeout 0): a lock of ours would make it fail. */
const CASES: (Omit<TortureOptions, 'file' | 'seed'> & { name: string })[] = [
  { name: 'a journal that is deleted', mode: 'delete', writers: 1, reads: 200, pause: 20, timeout: 0 },
  { name: 'a journal that is truncated', mode: 'truncate', writers: 1, reads: 150, pause: 15, timeout: 0 },
  { name: 'a journal that persists', mode: 'persist', writers: 1, reads: 150, pause: 15, timeout: 0 },
  { name: 'a write-ahead log', mode: 'wal', writers: 1, reads: 250, timeout: 0 },
  {
    name: 'two writers, killed at random, with a write-ahead log',
    mode: 'wal',
    writers: 2,
    reads: 150,
    killEvery: 700,
  },
  {
    name: 'two writers, killed at random, journals of all kinds',
    mode: 'mixed',
    writers: 2,
    reads: 150,
    pause: 15,
    killEvery: 700,
  },
  {
    name: 'a writer that does not wait for its disk, killed at random',
    mode: 'mixed',
    writers: 1,
    reads: 100,
    pause: 15,
    killEvery: 500,
    syncOff: true,
  },
];

/** Reads while others write, in all ways in which they do; `share` of the reads of the full torture. */
export function readingWhileOthersWrite(share: number): void {
  CASES.forEach(({ name, reads: most, ...rest }, index) => {
    it(name, async () => {
      const options = { ...rest, reads: Math.ceil(most * share) };
      const file = path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
      const least = { leastStates: 12, leastKills: options.killEvery === undefined ? 0 : 3 };
      const report = await torture({ file, seed: 1000 * index + 1, ...least, ...options });
      assert.deepEqual(report.wrong, []);
      assert.deepEqual(report.failed, []);
      assert.ok(report.accepted >= options.reads, `only ${report.accepted} reads`);
      assert.deepEqual(report.locks, [], 'locks held by the reader');
      assert.equal(report.counts.locked, 0, 'writers that found the database locked');
      // Else nothing was tried.
      assert.ok(report.states > 10, `only ${report.states} states`);
      assert.ok(options.killEvery === undefined || report.kills > 2, `only ${report.kills} kills`);
    });
  });
}
