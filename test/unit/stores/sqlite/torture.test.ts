import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackFixture } from '../../../support/fixtures';
import { openSession, ownLocks, readState, torture, type TortureOptions } from '../../../support/torture';

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

async function store(): Promise<string> {
  return path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
}

describe('reading while others write: every read is a committed state, and no older than the last commit', function () {
  this.timeout(120_000);

  CASES.forEach(({ name, ...options }, index) => {
    it(name, async () => {
      const least = { leastStates: 12, leastKills: options.killEvery === undefined ? 0 : 3 };
      const report = await torture({ file: await store(), seed: 1000 * index + 1, ...least, ...options });
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

  it('takes no lock: an exclusive transaction is had at once while reads go on, and is read around', async () => {
    const file = await store();
    const session = await openSession(file);
    const before = session.run(0, readState);
    const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
db.execute("BEGIN EXCLUSIVE")
db.execute("UPDATE experiments SET last_update_time = 42 WHERE experiment_id = 0")
db.execute(sys.argv[2])`;
    for (let i = 0; i < 5; i++) {
      const attempt = spawnSync('python3', ['-c', script, file, 'ROLLBACK'], { encoding: 'utf8' });
      assert.equal(attempt.stderr, '');
      assert.deepEqual(session.run(0, readState), before);
      assert.deepEqual(ownLocks(), []);
    }
    assert.equal(spawnSync('python3', ['-c', script, file, 'COMMIT']).status, 0);
    assert.equal(session.run(0, readState).n, 42);
    session.close();
  });

  it('notices a store that was replaced, vacuumed, truncated, removed and put back', async () => {
    const file = await store();
    const session = await openSession(file);
    const python = (script: string): void => {
      const run = spawnSync('python3', ['-c', `import sqlite3\n${script}`, file], { encoding: 'utf8' });
      assert.equal(run.stderr, '');
    };
    const connect = `import sys; db = sqlite3.connect(sys.argv[1], isolation_level=None)`;
    const before = session.run(0, readState);
    python(`${connect}; db.execute("VACUUM")`);
    assert.deepEqual(session.run(0, readState), before);
    assert.equal(session.poll(), true);
    fs.copyFileSync(file, `${file}.new`);
    python(
      `${connect.replace('sys.argv[1]', 'sys.argv[1] + ".new"')}; db.execute("UPDATE experiments SET last_update_time = 7 WHERE experiment_id = 0")`,
    );
    assert.equal(session.poll(), false);
    fs.renameSync(`${file}.new`, file);
    assert.equal(session.poll(), true);
    assert.equal(session.run(0, readState).n, 7);
    const bytes = fs.readFileSync(file);
    fs.truncateSync(file, 8192);
    assert.throws(() => session.run(0, readState), { code: 'CORRUPT' });
    fs.truncateSync(file, 0);
    assert.throws(() => session.run(0, readState), { code: 'NOT_A_STORE', message: /empty/ });
    fs.rmSync(file);
    assert.throws(() => session.poll(), { code: 'NOT_FOUND' });
    fs.writeFileSync(file, bytes);
    assert.equal(session.run(0, readState).n, 7);
    session.close();
  });
});
