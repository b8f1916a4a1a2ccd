import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { openSqliteStore } from '../../../../src/stores/sqlite/open';
import type { TrackingStore } from '../../../../src/mlflow/store';
import { withDatabase } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';

async function changed(...statements: string[]): Promise<string> {
  const file = path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
  withDatabase(file, (database) => statements.forEach((sql) => database.exec(sql)));
  return file;
}

const open = (file: string): Promise<TrackingStore> => openSqliteStore(file, { distFolder: workerBundle() });

async function everything(store: TrackingStore): Promise<void> {
  const all = { params: 'all', metrics: 'all', tags: 'all' } as const;
  const runs = await store.searchRuns({ experimentIds: [], view: 'ALL', maxResults: 50, ...all });
  await store.searchExperiments({ view: 'ALL', maxResults: 50 });
  await store.searchRegisteredModels({ maxResults: 50 });
  await store.searchLoggedModels({ maxResults: 50 });
  await store.describe();
  for (const { info, metrics } of runs.items.slice(0, 5)) {
    await store.getRun(info.runId);
    await store.getRunInputs(info.runId);
    for (const { key } of metrics) {
      await store.getMetricHistory(info.runId, key);
    }
  }
}

const ENDLESS = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS run_uuid FROM n';

describe('hostile stores: refused in a sentence, or harmless', function () {
  this.timeout(60_000);

  const refused: [string, string[], RegExp][] = [
    [
      'a table that is a view which never ends',
      ['DROP TABLE experiment_tags', `CREATE VIEW experiment_tags AS ${ENDLESS}`],
      /"experiment_tags" is not a table/,
    ],
    [
      'runs that are a view',
      ['ALTER TABLE runs RENAME TO real_runs', 'CREATE VIEW runs AS SELECT * FROM real_runs'],
      /"runs" is not a table/,
    ],
    [
      'a virtual table',
      ['DROP TABLE tags', 'CREATE VIRTUAL TABLE tags USING fts4(key, value, run_uuid)'],
      /"tags" is not a table/,
    ],
    [
      'a computed column',
      [
        'DROP TABLE params',
        "CREATE TABLE params (key TEXT, run_uuid TEXT, value TEXT AS (printf('%.*c', 100000000, 'x')))",
      ],
      /computed column/,
    ],
    ['no runs', ['ALTER TABLE runs RENAME TO other'], /not MLflow's/],
    ['runs without their columns', ['DROP TABLE params', 'CREATE TABLE params (a)'], /no column "key"/],
  ];
  for (const [name, statements, message] of refused) {
    it(`refuses ${name}`, async () => {
      const file = await changed('PRAGMA foreign_keys=OFF', ...statements);
      await assert.rejects(open(file), { name: 'StoreError', message });
    });
  }

  it('refuses a schema of 200,000 tables at once', async () => {
    const file = await changed();
    const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA writable_schema=ON")
db.executemany("INSERT INTO sqlite_master VALUES ('table', ?1, ?1, 2, 'CREATE TABLE ' || ?1 || ' (a, b, c, d)')", (("t%d" % i,) for i in range(200000)))
db.commit()`;
    execFileSync('python3', ['-c', script, file]);
    // The sentence comes from the bound on the bytes that a schema may take: the rest is not read.
    await assert.rejects(open(file), { code: 'CORRUPT', message: /schema far larger/ });
  });

  it('reads columns of absurd types, quotes in names, blobs for texts and NULLs for everything', async () => {
    const file = await changed(
      'PRAGMA foreign_keys=OFF',
      'PRAGMA ignore_check_constraints=ON',
      `CREATE TABLE "we""ird ' table" ("a""b" TEXT)`,
      `CREATE INDEX "index "" on runs" ON params (run_uuid)`,
      'DROP INDEX index_params_run_uuid',
      'CREATE TABLE p2 AS SELECT * FROM params',
      'DROP TABLE params',
      'CREATE TABLE params ("key" BLINT NOT NULL, value "no such, type"(1,2), run_uuid ANY, PRIMARY KEY (key, run_uuid))',
      'INSERT INTO params SELECT key, value, run_uuid FROM p2',
      "UPDATE params SET value = x'00ff41' WHERE rowid % 3 = 0",
      'UPDATE params SET value = NULL WHERE rowid % 3 = 1',
      "UPDATE runs SET start_time = 'yesterday', end_time = x'01', status = 7, name = NULL WHERE rowid = 1",
      "UPDATE experiments SET creation_time = 'a', name = x'41' WHERE experiment_id = 1",
      "UPDATE latest_metrics SET timestamp = 'x', step = 1e300 WHERE rowid = 1",
    );
    const store = await open(file);
    await everything(store);
    store.dispose();
  });

  it('reads keys and values with NULs and prototypes’ names as plain text', async () => {
    const file = await changed(
      `INSERT INTO params (key, value, run_uuid) SELECT '__proto__', 'a' || char(0) || 'b', run_uuid FROM runs LIMIT 1`,
    );
    const store = await open(file);
    const { items } = await store.searchRuns({
      experimentIds: [],
      view: 'ALL',
      maxResults: 100,
      params: ['__proto__'],
    });
    assert.deepEqual(
      items.flatMap(({ params }) => params),
      [{ key: '__proto__', value: 'a\0b' }],
    );
    store.dispose();
  });

  it('a value that is larger than memory allows is one clear error, and the store goes on', async () => {
    const file = await changed(`UPDATE tags SET value = zeroblob(300000000) WHERE rowid = 1`);
    const store = await open(file);
    const all = store.searchRuns({ experimentIds: [], view: 'ALL', maxResults: 100, tags: 'all' });
    await assert.rejects(all, { code: 'CORRUPT', message: /too large/ });
    assert.equal((await store.searchExperiments({ view: 'ALL', maxResults: 9 })).items.length, 5);
    store.dispose();
    fs.rmSync(file);
  });

  it('never asks for `secrets`', () => {
    const folder = path.resolve(__dirname, '../../../../src/stores/sqlite');
    const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const asking = files
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /(FROM|JOIN|INTO|UPDATE)\s+"?secrets/i.test(fs.readFileSync(path.join(folder, file), 'utf8')),
      );
    assert.deepEqual(asking, []);
  });
});

describe('the worker of a store', function () {
  this.timeout(60_000);

  it('is replaced when it hangs or dies, and the other requests are answered', async () => {
    const dist = fs.mkdtempSync(path.join(workerBundle(), '../hang-'));
    fs.cpSync(workerBundle(), dist, { recursive: true });
    // The second request of the first worker never ends, as a query without an end would.
    const mark = JSON.stringify(path.join(dist, 'hung'));
    const source = fs.readFileSync(path.join(dist, 'storeWorker.js'), 'utf8');
    fs.writeFileSync(
      path.join(dist, 'storeWorker.js'),
      `require('node:worker_threads').parentPort.on('message', (message) => {
        if (message.name === 'countRuns' && !require('node:fs').existsSync(${mark})) {
          require('node:fs').writeFileSync(${mark}, '');
          for (;;);
        }
      });
      ${source}`,
    );
    const store = new SqliteStore(path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db'), dist);
    const hanging = store.countRuns([], 'ALL');
    const other = store.searchExperiments({ view: 'ALL', maxResults: 10 });
    await assert.rejects(hanging, { code: 'BUSY', message: /within 10 seconds/ });
    assert.equal((await other).items.length, 5);
    assert.ok((await store.countRuns([], 'ALL')).size > 0);
    store.dispose();
    fs.rmSync(dist, { recursive: true });
  });

  it('stops a request that is no longer wanted, before and while it runs', async () => {
    const store = await open(
      await changed(
        'PRAGMA foreign_keys=OFF',
        `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 150000)
       INSERT INTO tags SELECT 'k' || x, 'v', 'r' || (x % 1000) FROM n`,
      ),
    );
    const query = {
      experimentIds: [],
      view: 'ALL',
      maxResults: 100,
      filter: '"nowhere to be found"',
    } as const;
    const whole = Date.now();
    await store.searchRuns(query);
    const needed = Date.now() - whole;
    const controller = new AbortController();
    const running = store.searchRuns({ ...query, filter: '"nor this one"' }, controller.signal);
    const queued = store.searchRuns(query, controller.signal);
    setTimeout(() => controller.abort(), Math.min(20, needed / 4));
    const started = Date.now();
    await assert.rejects(queued, { code: 'CANCELLED' });
    await assert.rejects(running, { code: 'CANCELLED' });
    assert.ok(Date.now() - started < Math.max(needed, 100), 'it did not run to its end');
    assert.equal((await store.searchExperiments({ view: 'ALL', maxResults: 9 })).items.length, 5);
    store.dispose();
  });
});
