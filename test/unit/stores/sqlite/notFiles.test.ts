import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { workerBundle } from '../../../../scripts/workerBundle';
import type { StoreError } from '../../../../src/mlflow/errors';
import { openSqliteStore } from '../../../../src/stores/sqlite/open';
import { hasMlflowTables } from '../../../../src/stores/sqliteHeader';
import { makeRegistryStore, removeTempFolders } from '../../../support/database';
import { buildWriter, testWriter } from '../../../support/writer';

const KINDS: Record<string, (path: string) => void> = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a folder': (path) => fs.mkdirSync(path),
  // Never ends, and has no size.
  'a device': (path) => fs.symlinkSync('/dev/zero', path),
};

/** What SQLite would open beside a database, in the hands of somebody else. */
describe('where SQLite has a file and something else is', function () {
  this.timeout(30_000);
  let distFolder: string;
  before(function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    distFolder = buildWriter();
  });
  after(removeTempFolders);

  const sentence =
    (path: string) =>
    (error: StoreError): boolean => {
      assert.equal(error.code, 'NOT_A_STORE', error.message);
      assert.equal(
        error.message,
        `${path} is a folder, pipe or device where SQLite has a file: move it away.`,
      );
      return true;
    };

  for (const [kind, make] of Object.entries(KINDS)) {
    for (const ending of ['-journal', '-wal', '-shm']) {
      it(`${kind} named ${ending} holds neither reading nor writing`, async () => {
        const file = makeRegistryStore('3.17.2');
        make(file + ending);
        const bytes = fs.readFileSync(file);
        const reading = async (): Promise<number> => {
          const store = await openSqliteStore(file, { distFolder: workerBundle() });
          try {
            return (await store.searchExperiments({ view: 'ALL', maxResults: 100 })).items.length;
          } finally {
            store.dispose();
          }
        };
        // A journal says what is committed; an empty log and its index say nothing.
        if (ending === '-journal' || (ending === '-wal' && kind === 'a folder')) {
          await assert.rejects(reading(), sentence(file + ending));
        } else {
          assert.ok((await reading()) > 1);
        }
        await assert.rejects(
          testWriter(file, { distFolder }).change({ type: 'createExperiment', name: 'new' }),
          sentence(file + ending),
        );
        assert.deepEqual(fs.readFileSync(file), bytes);
      });
    }

    it(`${kind} in place of an open store is told in a sentence, and is none when stores are looked for`, async () => {
      const file = makeRegistryStore('3.17.2');
      const store = await openSqliteStore(file, { distFolder: workerBundle() });
      try {
        await store.searchExperiments({ view: 'ALL', maxResults: 100 });
        fs.rmSync(file);
        make(file);
        await assert.rejects(store.countRuns([], 'ALL'), (error: StoreError) => {
          assert.equal(error.code, 'NOT_A_STORE', error.message);
          assert.match(error.message, /is a folder, pipe or device where SQLite has a file: move it away\.$/);
          return true;
        });
        assert.equal(await hasMlflowTables(file), false);
      } finally {
        store.dispose();
      }
    });
  }
});
