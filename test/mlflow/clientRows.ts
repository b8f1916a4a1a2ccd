import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { Change } from '../../src/mlflow/writer';
import { dumpDatabase, withDatabase } from '../support/database';
import type { Ids } from './operations';

export interface ClientJob {
  file: string;
  changes: Change[];
  /** The server before that file, what the file is to hold first, and where it is copied to at the end. */
  server?: string;
  base?: string;
  result?: string;
}

/** The changes of each job, done by that Python's own MLflow client on the job's file. */
export function doneByMlflow(
  python: string,
  jobs: readonly ClientJob[],
  env: NodeJS.ProcessEnv = {},
): { error?: string; created?: string | null }[] {
  const done = spawnSync(python, [path.join(__dirname, 'operations.py')], {
    input: JSON.stringify(jobs),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PYTHONWARNINGS: 'ignore', GIT_PYTHON_REFRESH: 'quiet', ...env },
  });
  const line = /^ANSWERS (.*)$/m.exec(done.stdout)?.[1];
  assert.ok(line, done.stderr.slice(-3000));
  return JSON.parse(line) as { error?: string; created?: string | null }[];
}

/** All rows, with times of this test, folders and created ids made equal. */
export function comparable(file: string, since: number, created: string | null): Record<string, string[]> {
  const folder = path.dirname(file);
  const dump = dumpDatabase(file);
  return Object.fromEntries(
    Object.entries(dump).map(([table, rows]) => [
      table,
      rows
        .map((row) => {
          const plain = row
            .replaceAll(folder, 'FOLDER')
            // MLflow 1.x records its default root relative to its working directory; we say which folder it is.
            .replaceAll('"./mlruns/', '"FOLDER/mlruns/')
            .replace(/\b1[5-9]\d{11}\b/g, (time) => (Number(time) >= since ? 'TIME' : time));
          return created && created.length === 32 ? plain.replaceAll(created, 'CREATED') : plain;
        })
        .toSorted(),
    ]),
  );
}

/** Of the fixture: an active run of an experiment with others, and a logged model where there are any. */
export function idsOf(file: string): Ids {
  return withDatabase(file, (database) => {
    const run = database
      .prepare(
        "SELECT run_uuid, CAST(experiment_id AS TEXT) AS e FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time, run_uuid LIMIT 1",
      )
      .get();
    const hasModels = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'logged_models'").get();
    const logged =
      hasModels &&
      database.prepare("SELECT model_id FROM logged_models WHERE lifecycle_stage = 'active' LIMIT 1").get();
    return {
      runId: String(run?.['run_uuid']),
      experimentId: String(run?.['e']),
      modelId: logged ? String(logged['model_id']) : undefined,
    };
  });
}
