import * as assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import type { Session } from '../../../../src/stores/sqlite/session';
import { removeTempFolders } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';
import { openSession, readState } from '../../../support/torture';

/** A connection that does what its input says, a line each: "commit N AMOUNT" writes so many params, "read" tells. */
const WRITER = `import hashlib, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
db.execute("PRAGMA journal_mode = wal")
db.execute("PRAGMA wal_autocheckpoint = 0")
def state():
    n = db.execute("SELECT last_update_time FROM experiments WHERE experiment_id = 0").fetchone()[0]
    digest = hashlib.md5(("%d\\n" % n).encode())
    for row in db.execute("SELECT run_uuid, key, value FROM params ORDER BY run_uuid, key"):
        digest.update(("%s|%s|%s\\n" % row).encode())
    return "%d %s" % (n, digest.hexdigest())
for line in sys.stdin:
    what, *rest = line.split()
    if what == "commit":
        n, amount = map(int, rest)
        db.execute("BEGIN IMMEDIATE")
        for i in range(amount):
            db.execute("INSERT OR REPLACE INTO params (run_uuid, key, value) VALUES (?, ?, ?)", ("run-%d" % i, "key", sys.argv[2] * (300 + n)))
        db.execute("UPDATE experiments SET last_update_time = ? WHERE experiment_id = 0", (n,))
        db.execute("COMMIT")
    print(state(), flush=True)`;

/** What a commit changes of a wal-index: both copies of its header (sqlite.org/walformat.html, 2.1). */
const SHM_HEADERS = 96;

class Connection {
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(file: string, letter: string) {
    this.process = spawn('python3', ['-c', WRITER, file, letter], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  /** The state that SQLite shows to this connection afterwards. */
  async does(line: string): Promise<string> {
    this.process.stdin!.write(`${line}\n`);
    return (await this.lines.next()).value as string;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

describe('a writer that was killed between the last frame of its commit and the wal-index', () => {
  let file: string;
  let session: Session;
  let survivor: Connection;
  after(removeTempFolders);
  beforeEach(async () => {
    file = path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
    survivor = new Connection(file, 'a');
    await survivor.does('commit 1 20');
    session = await openSession(file);
  });
  afterEach(async () => {
    session.close();
    await survivor.kill();
  });

  const read = (): string => {
    const { n, digest } = session.run(0, readState);
    return `${n} ${digest}`;
  };

  /** Its frames are in the log; the wal-index is as it was, as if it had come no further. */
  async function killedAmid(amount: number): Promise<string> {
    const shm = fs.openSync(`${file}-shm`, 'r+');
    const before = Buffer.alloc(SHM_HEADERS);
    fs.readSync(shm, before, 0, SHM_HEADERS, 0);
    const victim = new Connection(file, 'b');
    const lost = await victim.does(`commit 2 ${amount}`);
    await victim.kill();
    fs.writeSync(shm, before, 0, SHM_HEADERS, 0);
    fs.closeSync(shm);
    return lost;
  }

  for (const [amount, survives] of [
    [20, 20],
    [60, 3],
    [3, 60],
  ] as const) {
    it(`committed nothing while another writer lives, which goes on from before it: ${amount} rows, then ${survives}`, async () => {
      await killedAmid(amount);
      assert.equal(read(), await survivor.does('read'));
      const next = await survivor.does(`commit 2 ${survives}`);
      assert.equal(read(), next);
      const later = await survivor.does(`commit 3 ${survives}`);
      assert.equal(read(), later);
    });
  }

  it('is found out of where it was believed: the survivor wrote over what was read', async () => {
    const lost = await killedAmid(20);
    // At rest a commit that no wal-index knows may be the last word of a writer that is gone.
    const past = new Date(Date.now() - 60_000);
    fs.utimesSync(`${file}-wal`, past, past);
    assert.equal(read(), lost);
    for (const [n, amount] of [
      [2, 20],
      [3, 60],
    ] as const) {
      const state = await survivor.does(`commit ${n} ${amount}`);
      assert.equal(read(), state);
    }
  });

  it('is taken in where nobody else lives, as SQLite does', async () => {
    const lost = await killedAmid(20);
    await survivor.kill();
    const past = new Date(Date.now() - 60_000);
    fs.utimesSync(`${file}-wal`, past, past);
    assert.equal(read(), lost);
    survivor = new Connection(file, 'c');
    assert.equal(await survivor.does('read'), lost);
    assert.equal(read(), lost);
  });
});
