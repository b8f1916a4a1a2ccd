import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackFixture } from '../../../support/fixtures';
import { openSession, ownLocks, readState } from '../../../support/torture';
import { readingWhileOthersWrite } from '../../../support/tortures/reading';

async function store(): Promise<string> {
  return path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
}

describe('reading while others write: every read is a committed state, and no older than the last commit', function () {
  this.timeout(120_000);

  // test/torture reads for longer.
  readingWhileOthersWrite(0.1);

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
