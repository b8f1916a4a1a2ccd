import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { openSqliteStore } from '../../../../src/stores/sqlite/open';
import { removeTempFolders, tempFolder } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';

const RUN = '18483d9d008e4db2882482aab221745b';

/** Commits into the write-ahead log and holds the connection open, so that nothing is checkpointed. */
const WRITER = `import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.execute("PRAGMA journal_mode = wal")
c.execute("UPDATE runs SET status = 'KILLED' WHERE run_uuid = '${RUN}'")
c.commit()
print("committed", flush=True)
sys.stdin.read()`;

describe('a store with a write-ahead log', () => {
  after(removeTempFolders);

  for (const shm of [true, false]) {
    it(`${shm ? 'with' : 'without'} its -shm file: what is only in the log is read`, async function () {
      this.timeout(30_000);
      const file = path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
      const writer = spawn('python3', ['-c', WRITER, file], { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(writer.stdout, 'data');
      const copy = path.join(tempFolder(), 'mlflow.db');
      for (const ending of shm ? ['', '-wal', '-shm'] : ['', '-wal']) {
        fs.copyFileSync(file + ending, copy + ending);
      }
      writer.stdin.end();
      await once(writer, 'exit');
      const store = await openSqliteStore(copy, { distFolder: path.resolve(__dirname, '../../../../dist') });
      try {
        assert.equal((await store.getRun(RUN)).info.status, 'KILLED');
        const { details } = await store.describe();
        assert.deepEqual(
          details.filter(({ label }) => label === 'Journal mode'),
          [{ label: 'Journal mode', value: 'wal' }],
        );
        assert.equal(fs.existsSync(`${copy}-shm`), shm, 'reading makes no -shm');
      } finally {
        store.dispose();
      }
      fs.rmSync(`${copy}-wal`);
      const without = await openSqliteStore(copy, {
        distFolder: path.resolve(__dirname, '../../../../dist'),
      });
      // Else the log was never needed and the test above proves nothing.
      assert.equal((await without.getRun(RUN)).info.status, 'FINISHED');
      without.dispose();
    });
  }
});
