/** Runs of a SQLite store as the reader gives them, read by node:sqlite: for tests that need no worker. */
import * as path from 'node:path';
import type { KeyValue, Run } from '../../src/mlflow/entities';
import { withDatabase, type DatabaseRow } from './database';

/** All runs of the `mlflow.db` in a folder, without their metrics. */
export function readRuns(folder: string): Run[] {
  return withDatabase(path.join(folder, 'mlflow.db'), (database) => {
    const pairs = (table: string) => {
      const byRun = new Map<string, KeyValue[]>();
      for (const row of database.prepare(`SELECT run_uuid, key, value FROM ${table} ORDER BY key`).all()) {
        const list = byRun.get(String(row.run_uuid)) ?? [];
        list.push({ key: String(row.key), value: String(row.value) });
        byRun.set(String(row.run_uuid), list);
      }
      return byRun;
    };
    const params = pairs('params');
    const tags = pairs('tags');
    return database
      .prepare('SELECT * FROM runs ORDER BY start_time')
      .all()
      .map((row) => toRun(row, params, tags));
  });
}

function toRun(row: DatabaseRow, params: Map<string, KeyValue[]>, tags: Map<string, KeyValue[]>): Run {
  const runId = String(row.run_uuid);
  return {
    info: {
      runId,
      experimentId: String(row.experiment_id),
      runName: String(row.name),
      userId: String(row.user_id),
      status: String(row.status),
      startTime: row.start_time === null ? null : Number(row.start_time),
      endTime: row.end_time === null ? null : Number(row.end_time),
      lifecycleStage: row.lifecycle_stage === 'deleted' ? 'deleted' : 'active',
      artifactUri: String(row.artifact_uri),
    },
    params: params.get(runId) ?? [],
    metrics: [],
    tags: tags.get(runId) ?? [],
  };
}
