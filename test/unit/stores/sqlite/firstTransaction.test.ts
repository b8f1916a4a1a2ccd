import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import type { StoreError } from '../../../../src/mlflow/errors';
import { openSqliteStore } from '../../../../src/stores/sqlite/open';
import { emptyFolder, removeRepositories } from '../../../support/repositories';

/**
 * Ends in the middle of a database's first transaction, as a process that is killed. With a small cache its pages lie in the
 * file already, and its journal beside it.
 */
const KILLED = `import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size=" + sys.argv[2])
db.execute("BEGIN")
db.execute("CREATE TABLE experiments (experiment_id INTEGER, name TEXT)")
db.execute("CREATE TABLE runs (run_uuid TEXT, name TEXT)")
for number in range(200):
    db.execute("INSERT INTO runs VALUES (?, zeroblob(3000))", (str(number),))
sys.stdout.flush()
os._exit(0)`;

describe('a database whose first transaction has not ended', function () {
  this.timeout(30_000);
  after(removeRepositories);

  for (const pages of [5, 2000]) {
    it(`has nothing of MLflow's yet, and is not called another program's (${pages} pages of cache)`, async () => {
      const file = path.join(emptyFolder(), 'mlflow.db');
      execFileSync('python3', ['-c', KILLED, file, String(pages)]);
      assert.equal(fs.statSync(file).size > 0, pages === 5);
      assert.equal(fs.existsSync(`${file}-journal`), true);
      await assert.rejects(
        openSqliteStore(file, { distFolder: workerBundle() }),
        ({ code, message }: StoreError) => {
          assert.equal(code, 'NOT_A_STORE');
          assert.equal(message, `${file} is empty: MLflow has written nothing into it yet.`);
          return true;
        },
      );
    });
  }
});
