/** Stores with metric histories and sweeps of one's choice, in the schema that a version of MLflow made. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { makeRegistryStore, withDatabase, type Database } from './database';
import type { SQLITE_VERSIONS } from './fixtures';

/** [step, timestamp, value]; NaN and the infinities are stored as MLflow stores them. */
export type HistoryPoint = readonly [step: number | bigint, timestamp: number, value: number];

export interface MadeRun {
  runId: string;
  name?: string;
  status?: string;
  startTime?: number;
  endTime?: number | null;
  parentRunId?: string;
  lifecycleStage?: 'active' | 'deleted';
  params?: Record<string, string>;
  tags?: Record<string, string>;
  metrics?: Record<string, Iterable<HistoryPoint>>;
}

export const EXPERIMENT = '7';
export const START = 1_700_000_000_000;

/** A run id of 32 hex digits. */
export function runIdOf(number: number): string {
  return `f${number.toString(16).padStart(31, '0')}`;
}

/** Makes the store; returns its file, in a folder that `removeTempFolders` removes. */
export function makeHistoryStore(
  runs: readonly MadeRun[],
  version: (typeof SQLITE_VERSIONS)[number] = '3.17.2',
): string {
  const file = makeRegistryStore(version);
  withDatabase(file, (database) => {
    database
      .prepare(
        `INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage) VALUES (?, ?, ?, 'active')`,
      )
      .run(EXPERIMENT, 'histories', '/nowhere');
  });
  addRuns(file, runs);
  return file;
}

/** Logs more runs to a store of `makeHistoryStore`, in one transaction. */
export function addRuns(file: string, runs: readonly MadeRun[]): void {
  withDatabase(file, (database) => {
    database.exec('PRAGMA synchronous = OFF; BEGIN');
    runs.forEach((run, index) => insertRun(database, run, index));
    database.exec('COMMIT');
  });
}

/** Logs more points of a metric, in one transaction. */
export function addPoints(file: string, runId: string, key: string, points: Iterable<HistoryPoint>): void {
  addHistories(file, [{ runId, metrics: { [key]: points } }]);
}

/** Logs more points of several metrics, in one transaction. */
export function addHistories(
  file: string,
  runs: readonly { runId: string; metrics: Record<string, Iterable<HistoryPoint>> }[],
): void {
  withDatabase(file, (database) => {
    database.exec('PRAGMA synchronous = OFF; BEGIN');
    for (const { runId, metrics } of runs) {
      Object.entries(metrics).forEach(([key, points]) => insertMetric(database, runId, key, points));
    }
    database.exec('COMMIT');
  });
}

function insertRun(database: Database, run: MadeRun, index: number): void {
  const startTime = run.startTime ?? START + index * 1000;
  database
    .prepare(
      `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
         end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
       VALUES (?, ?, 'UNKNOWN', '', '', 'trainer', ?, ?, ?, '', ?, '/nowhere', ?)`,
    )
    .run(
      run.runId,
      run.name ?? `run ${index}`,
      run.status ?? 'FINISHED',
      startTime,
      run.endTime === undefined ? startTime + 60_000 : run.endTime,
      run.lifecycleStage ?? 'active',
      EXPERIMENT,
    );
  for (const [key, value] of Object.entries(run.params ?? {})) {
    database.prepare('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)').run(key, value, run.runId);
  }
  const tags = { ...run.tags, ...(run.parentRunId ? { 'mlflow.parentRunId': run.parentRunId } : {}) };
  for (const [key, value] of Object.entries(tags)) {
    database.prepare('INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)').run(key, value, run.runId);
  }
  for (const [key, points] of Object.entries(run.metrics ?? {})) {
    insertMetric(database, run.runId, key, points);
  }
}

function insertMetric(database: Database, runId: string, key: string, points: Iterable<HistoryPoint>): void {
  const columns = database
    .prepare('PRAGMA table_info(metrics)')
    .all()
    .map(({ name }) => String(name));
  const nan = columns.includes('is_nan');
  const insert = database.prepare(
    nan
      ? 'INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)'
      : 'INSERT INTO metrics (key, value, timestamp, run_uuid, step) VALUES (?, ?, ?, ?, ?)',
  );
  const known = latestOf(database, runId, key);
  let latest = known;
  for (const point of points) {
    const [step, timestamp, value] = point;
    insert.run(key, stored(value), timestamp, runId, step, ...(nan ? [Number.isNaN(value) ? 1 : 0] : []));
    if (!latest || step > latest[0] || (step === latest[0] && timestamp >= latest[1])) {
      latest = point;
    }
  }
  if (latest && latest !== known && hasLatestMetrics(database)) {
    database
      .prepare(
        'INSERT OR REPLACE INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(key, stored(latest[2]), latest[1], latest[0], Number.isNaN(latest[2]) ? 1 : 0, runId);
  }
}

function hasLatestMetrics(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'latest_metrics'").get() !== undefined;
}

function latestOf(database: Database, runId: string, key: string): HistoryPoint | undefined {
  const row = hasLatestMetrics(database)
    ? database
        .prepare('SELECT step, timestamp, value FROM latest_metrics WHERE run_uuid = ? AND key = ?')
        .get(runId, key)
    : undefined;
  return row && [Number(row['step']), Number(row['timestamp']), Number(row['value'])];
}

function stored(value: number): number {
  if (Number.isNaN(value)) {
    return 0;
  }
  return Number.isFinite(value) ? value : Math.sign(value) * Number.MAX_VALUE;
}

/** A training process: python3's sqlite3 logs one point each `interval` seconds, each in a transaction of its own. */
export function startWriter(
  file: string,
  {
    runId,
    key,
    first,
    count,
    interval,
  }: { runId: string; key: string; first: number; count: number; interval: number },
): ChildProcess {
  const script = `
import sqlite3, sys, time
file, run, key, first, count, interval = sys.argv[1:]
db = sqlite3.connect(file, timeout=20, isolation_level=None)
for step in range(int(first), int(first) + int(count)):
    db.execute('BEGIN IMMEDIATE')
    db.execute('INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)',
               (key, step * 0.5, ${START} + step * 1000, run, step))
    db.execute('INSERT OR REPLACE INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)',
               (key, step * 0.5, ${START} + step * 1000, step, run))
    db.execute('COMMIT')
    time.sleep(float(interval))
`;
  return spawn('python3', ['-c', script, file, runId, key, String(first), String(count), String(interval)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Runs a statement through python3's sqlite3, as another process would. */
export function pythonExecute(file: string, sql: string): void {
  execFileSync('python3', [
    '-c',
    'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); db.executescript(sys.argv[2]); db.close()',
    file,
    sql,
  ]);
}
