import * as assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as readline from 'node:readline';
import type { Session } from '../../../../src/stores/sqlite/session';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../../../support/database';
import { openSession } from '../../../support/torture';

const MEGABYTE = 1_000_000;
/** What each of the writer's steps rewrites. */
const STEP = 5 * MEGABYTE;
const STEPS = 6;
/** A transaction that was open for so long is told of, ms. */
const LONG = 1100;

/** Writes in one transaction, a step a line, with a cache so small that all of it goes to the files at once. */
const WRITER = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=" + sys.argv[2])
db.execute("PRAGMA cache_size=500")
db.execute("PRAGMA wal_autocheckpoint=0")
for line in sys.stdin:
    for sql in line.split(";"):
        db.execute(sql)
    print("done", flush=True)`;

/** All that this process has read from files so far, bytes. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(fs.readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

describe('while a large transaction is open', function () {
  this.timeout(60_000);
  let session: Session;
  let writer: ChildProcessWithoutNullStreams;
  let answers: AsyncIterator<string>;
  before(function () {
    if (process.platform !== 'linux') {
      // Nothing else counts what is read.
      this.skip();
    }
  });
  afterEach(async () => {
    session.close();
    writer.stdin.end();
    await once(writer, 'exit');
  });
  after(removeTempFolders);

  const start = (file: string, mode: string): void => {
    writer = spawn('python3', ['-c', WRITER, file, mode]);
    answers = readline.createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  };
  const run = async (sql: string): Promise<void> => {
    writer.stdin.write(`${sql}\n`);
    assert.equal((await answers.next()).value, 'done');
  };
  const step = (number: number): Promise<void> =>
    run(`UPDATE filler SET bytes = zeroblob(100000) WHERE step = ${number}`);
  const status = (): unknown =>
    session.run(0, (reader) => reader.first('SELECT name FROM experiments WHERE experiment_id = 0')?.[0]);

  for (const mode of ['delete', 'persist', 'wal'] as const) {
    it(`a poll reads next to nothing of it, however far it has come, and tells of it once (${mode})`, async () => {
      const file = makeRegistryStore('3.17.2');
      withDatabase(file, (database) => {
        database.exec('CREATE TABLE filler (step INTEGER, bytes BLOB)');
        database.exec(`WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < ${(STEPS * STEP) / 100_000 - 1})
          INSERT INTO filler SELECT x * 100000 / ${STEP}, randomblob(100000) FROM n`);
      });
      start(file, mode);
      session = await openSession(file);
      // A log is there from its first commit on.
      await run('UPDATE experiments SET last_update_time = 1');
      const before = status();
      session.poll();
      await run("BEGIN IMMEDIATE; UPDATE experiments SET name = 'new' WHERE experiment_id = 0");
      await step(0);
      assert.equal(session.poll(), false);
      await new Promise((resolve) => setTimeout(resolve, LONG));
      let told = 0;
      let most = 0;
      for (let number = 1; number < STEPS; number++) {
        await step(number);
        for (let poll = 0; poll < 3; poll++) {
          const started = bytesRead();
          told += session.poll() ? 1 : 0;
          most = Math.max(most, bytesRead() - started);
        }
      }
      const journal = fs.statSync(`${file}-${mode === 'wal' ? 'wal' : 'journal'}`).size;
      assert.ok(journal > 0.5 * STEPS * STEP, `${journal} bytes were written`);
      assert.ok(most < MEGABYTE / 2, `${most} bytes were read in one poll`);
      // Its last committed state may be one that was never seen; in a log, none is hidden.
      assert.equal(told, mode === 'wal' ? 0 : 1);
      assert.equal(status(), before);

      await run('COMMIT');
      assert.equal(session.poll(), true);
      assert.equal(status(), 'new');
      assert.equal(session.poll(), false);
    });
  }

  it('a log that lost its writer is read to the end, whatever its -shm says', async () => {
    const file = makeRegistryStore('3.17.2');
    withDatabase(file, (database) => database.exec('CREATE TABLE filler (step INTEGER, bytes BLOB)'));
    start(file, 'wal');
    session = await openSession(file);
    await run("UPDATE experiments SET name = 'first' WHERE experiment_id = 0");
    assert.equal(status(), 'first');
    // As a crash right after the commit's last frame leaves it: the log has the commit, the index has not.
    const index = fs.readFileSync(`${file}-shm`);
    await run(
      `BEGIN; INSERT INTO filler VALUES (0, zeroblob(${MEGABYTE})); UPDATE experiments SET name = 'second' WHERE experiment_id = 0; COMMIT`,
    );
    fs.writeFileSync(`${file}-shm`, index, { flag: 'r+' });
    assert.equal(status(), 'first');
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(`${file}-wal`, old, old);
    assert.equal(status(), 'second');
  });
});
