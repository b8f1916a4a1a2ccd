import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import { openSqliteStore } from '../../../src/stores/sqlite/open';
import { createSqliteWriter } from '../../../src/stores/sqlite/writer';
import { withDatabase } from '../database';
import { unpackFixture } from '../fixtures';
import { addPoints, addRuns, makeHistoryStore } from '../histories';
import { readAnswers } from '../oracle';
import type { OtherClient, StoreKindUnderTest, StoreUnderTest } from './storeKind';

/** The archive of the newest MLflow among the fixtures. */
export const ERA_FIXTURE = 'sqlite-3.17.2';

export const sqliteKind: StoreKindUnderTest = {
  name: 'sqlite',
  era: async () => {
    const folder = await unpackFixture(ERA_FIXTURE);
    return {
      ...(await open(path.join(folder, 'mlflow.db'))),
      oracle: readAnswers(path.join(folder, 'answers.json')),
    };
  },
  make: async (runs) => open(makeHistoryStore(runs)),
};

async function open(file: string): Promise<StoreUnderTest> {
  const distFolder = workerBundle();
  const store = await openSqliteStore(file, { distFolder });
  return {
    store,
    writer: createSqliteWriter(file, { distFolder }),
    others: otherConnection(file),
    hide: async () => fs.renameSync(file, `${file}.hidden`),
    show: async () => fs.renameSync(`${file}.hidden`, file),
    close: async () => store.dispose(),
  };
}

/** Writes the rows that MLflow's client writes, over a connection of its own. */
export function otherConnection(file: string): OtherClient {
  const execute = async (sql: string, ...parameters: (string | number)[]): Promise<void> =>
    withDatabase(file, (database) => void database.prepare(sql).run(...parameters));
  return {
    logRuns: async (runs) => addRuns(file, runs),
    logMetric: async (runId, key, points) => addPoints(file, runId, key, points),
    logParam: (runId, key, value) =>
      execute('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)', key, value, runId),
    setTag: (runId, key, value) =>
      execute('INSERT OR REPLACE INTO tags (key, value, run_uuid) VALUES (?, ?, ?)', key, value, runId),
    endRun: (runId, status, endTime) =>
      execute('UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?', status, endTime, runId),
    deleteRun: (runId) => execute("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", runId),
    purgeRun: async (runId) =>
      withDatabase(file, (database) => {
        database.exec('BEGIN');
        for (const table of ['metrics', 'latest_metrics', 'params', 'tags', 'runs']) {
          database.prepare(`DELETE FROM ${table} WHERE run_uuid = ?`).run(runId);
        }
        database.exec('COMMIT');
      }),
    setModelTag: (name, key, value) =>
      execute(
        'INSERT OR REPLACE INTO registered_model_tags (name, key, value) VALUES (?, ?, ?)',
        name,
        key,
        value,
      ),
  };
}
