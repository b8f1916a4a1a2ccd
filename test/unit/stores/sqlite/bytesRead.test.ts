import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CONTROL } from '../../../../src/worker/control';
import { handlers } from '../../../../src/stores/sqlite/handlers';
import { withDatabase } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';
import { openSession } from '../../../support/torture';

/** Runs with what MLflow logs, and so many other bytes that the file has 200 MB. */
function grow(file: string): void {
  withDatabase(file, (database) => {
    const numbers = (amount: number): string =>
      `WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < ${amount - 1})`;
    database.exec('PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; BEGIN');
    database.exec(`${numbers(1000)} INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, experiment_id)
      SELECT printf('%032x', x), 'run ' || x, 'FINISHED', 1800000000000 + x, 'active', 1 FROM n`);
    database.exec(`${numbers(20_000)} INSERT INTO params (run_uuid, key, value)
      SELECT printf('%032x', x % 1000), 'param ' || (x / 1000), x FROM n`);
    database.exec(`${numbers(8000)} INSERT INTO tags (run_uuid, key, value)
      SELECT printf('%032x', x % 1000), 'tag ' || (x / 1000), printf('%200d', x) FROM n`);
    database.exec(`${numbers(10_000)} INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan)
      SELECT printf('%032x', x % 1000), 'metric ' || (x / 1000), x, x, 9, 0 FROM n`);
    database.exec(`${numbers(100_000)} INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan)
      SELECT printf('%032x', x % 1000), 'metric ' || (x / 10000), x, x, x / 1000, 0 FROM n`);
    database.exec('CREATE TABLE filler (bytes BLOB)');
    database.exec(`${numbers(160)} INSERT INTO filler SELECT zeroblob(1000000) FROM n`);
    database.exec('COMMIT');
  });
}

describe('what is read of a store of 200 MB', function () {
  this.timeout(60_000);

  it('to open it and list its newest 100 runs with all they logged: some MB, never the file', async () => {
    const file = path.join(await unpackFixture('sqlite-3.17.2'), 'mlflow.db');
    grow(file);
    assert.ok(fs.statSync(file).size > 190e6);
    const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
    const session = await openSession(file, control);
    const read = (): number => Atomics.load(control, CONTROL.progress) * 4096;
    const query = {
      experimentIds: [],
      view: 'ACTIVE_ONLY',
      maxResults: 100,
      params: 'all',
      metrics: 'all',
      tags: 'all',
    } as const;
    session.run(0, (reader) => handlers.open(reader));
    const opening = read();
    assert.ok(opening > 0 && opening < 1e6, `${opening} bytes to open`);
    const { items } = session.run(0, (reader) => handlers.searchRuns(reader, query));
    assert.equal(items.length, 100);
    assert.equal(items[0]?.params.length, 20);
    assert.ok(read() < 8e6, `${read()} bytes for the newest 100 runs`);
    const before = read();
    session.run(0, (reader) => handlers.searchRuns(reader, query));
    assert.equal(read(), before, 'what did not change is not read again');
    session.run(0, (reader) =>
      handlers.getMetricHistory(reader, { runId: items[0]!.info.runId, key: 'metric 3' }),
    );
    assert.ok(read() - before < 1e6, `${read() - before} bytes for a history`);
    session.close();
  });
});
