import type { KeyValue, Metric } from '../../../mlflow/entities';
import { isMetricLater } from '../../../mlflow/latest';
import type { KeySelection } from '../../../mlflow/store';
import { compareBytes } from '../../../search/bytes';
import type { SqlValue } from '../engine';
import type { Reader } from '../reader';
import type { TableName } from '../schema';
import { metricValue, number, stepAndTime, text } from '../values';

type PerRunTable = Extract<TableName, 'params' | 'tags' | 'latest_metrics'>;

/** No store has more names than this; a damaged index that walks in circles ends here. */
const MOST_KEYS = 1_000_000;

/** The distinct keys of a table whose primary key starts with `key`, by skipping from one to the next. */
export function distinctKeys(table: TableName): string {
  return `WITH RECURSIVE keys(key) AS (
    SELECT min(key) FROM ${table}
    UNION ALL SELECT (SELECT min(key) FROM ${table} WHERE key > keys.key) FROM keys WHERE keys.key IS NOT NULL
    LIMIT ${MOST_KEYS})`;
}

/**
 * A statement for `columns` of some runs' rows, whose parameters are a JSON list of run ids and, with
 * `named`, a JSON list of keys. It never walks the table: stores from before MLflow 1.25 have no index on
 * run_uuid, so there the keys are found by skipping and each (key, run) is looked up in the primary key.
 */
export function perRun(reader: Reader, table: PerRunTable, columns: string, named: boolean): string {
  if (named) {
    return `SELECT ${columns} FROM ${table}
      WHERE key IN (SELECT value FROM json_each(?2)) AND run_uuid IN (SELECT value FROM json_each(?1))`;
  }
  const index = reader.schema.indexOn(table, 'run_uuid');
  return index
    ? `SELECT ${columns} FROM ${table} INDEXED BY ${index} WHERE run_uuid IN (SELECT value FROM json_each(?1))`
    : `${distinctKeys(table)} SELECT ${columns} FROM keys CROSS JOIN json_each(?1) AS run
        CROSS JOIN ${table} WHERE ${table}.key = keys.key AND run_uuid = run.value`;
}

function rows(
  reader: Reader,
  table: PerRunTable,
  columns: string,
  runIds: readonly string[],
  keys: KeySelection,
): SqlValue[][] {
  if (keys === 'none' || keys.length === 0 || runIds.length === 0) {
    return [];
  }
  return keys === 'all'
    ? reader.query(perRun(reader, table, columns, false), [JSON.stringify(runIds)])
    : reader.query(perRun(reader, table, columns, true), [JSON.stringify(runIds), JSON.stringify(keys)]);
}

/** Params or tags of some runs, by run id; each list by key. */
export function pairsOf(
  reader: Reader,
  table: 'params' | 'tags',
  runIds: readonly string[],
  keys: KeySelection,
): Map<string, KeyValue[]> {
  const found = new Map<string, KeyValue[]>();
  for (const [run, key, value] of rows(
    reader,
    table,
    `run_uuid, ${table}.key, ${table}.value`,
    runIds,
    keys,
  )) {
    listOf(found, text(run)).push({ key: text(key), value: text(value) });
  }
  found.forEach((pairs) => pairs.sort(byKey));
  return found;
}

/** Latest metrics of some runs, by run id; each list by key. */
export function latestMetricsOf(
  reader: Reader,
  runIds: readonly string[],
  keys: KeySelection,
): Map<string, Metric[]> {
  if (!reader.schema.has('latest_metrics')) {
    return latestFromHistories(reader, runIds, keys);
  }
  const found = new Map<string, Metric[]>();
  const columns = 'run_uuid, latest_metrics.key, latest_metrics.value, is_nan, timestamp, step';
  for (const [run, key, value, isNan, timestamp, step] of rows(
    reader,
    'latest_metrics',
    columns,
    runIds,
    keys,
  )) {
    listOf(found, text(run)).push({
      key: text(key),
      value: metricValue(value, isNan),
      ...stepAndTime(step, timestamp),
    });
  }
  found.forEach((metrics) => metrics.sort(byKey));
  return found;
}

/** Keys of the metrics of some runs, by run id; each list in the order of their bytes. */
export function metricKeysOf(reader: Reader, runIds: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (reader.schema.has('latest_metrics')) {
    rows(reader, 'latest_metrics', 'run_uuid, latest_metrics.key', runIds, 'all').forEach(([run, key]) =>
      listOf(found, text(run)).push(text(key)),
    );
  } else {
    latestMetricsOf(reader, runIds, 'all').forEach((metrics, runId) =>
      found.set(
        runId,
        metrics.map(({ key }) => key),
      ),
    );
  }
  found.forEach((keys) => keys.sort(compareBytes));
  return found;
}

/** Newest time of a logged metric, ms, by run id; of the latest values only, without a walk through the histories. */
export function lastLoggedOf(reader: Reader, runIds: readonly string[]): Map<string, number> {
  const newest = new Map<string, number>();
  const take = (runId: string, time: number): void => {
    newest.set(runId, Math.max(newest.get(runId) ?? 0, time));
  };
  if (reader.schema.has('latest_metrics')) {
    rows(reader, 'latest_metrics', 'run_uuid, timestamp', runIds, 'all').forEach(([run, time]) =>
      take(text(run), number(time)),
    );
  } else {
    latestMetricsOf(reader, runIds, 'all').forEach((metrics, runId) =>
      metrics.forEach(({ timestamp }) => take(runId, timestamp)),
    );
  }
  return newest;
}

/**
 * Before MLflow 1.3 there is no latest_metrics: the latest is the greatest (step, timestamp, value), and for
 * want of an index on runs it is found by one walk through the metrics.
 */
function latestFromHistories(
  reader: Reader,
  runIds: readonly string[],
  keys: KeySelection,
): Map<string, Metric[]> {
  const { schema } = reader;
  const latest = new Map<string, Map<string, Metric>>();
  if (keys === 'none' || runIds.length === 0) {
    return new Map();
  }
  const wanted = keys === 'all' ? undefined : new Set(keys);
  const step = schema.has('metrics', 'step') ? 'step' : '0';
  const isNan = schema.has('metrics', 'is_nan') ? 'is_nan' : '0';
  reader.each(
    `SELECT run_uuid, key, value, ${isNan}, timestamp, ${step} FROM metrics
      WHERE run_uuid IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(runIds)],
    (row) => {
      const key = row.text(1);
      if (wanted && !wanted.has(key)) {
        return;
      }
      const metric: Metric = {
        key,
        value: metricValue(row.number(2), row.number(3)),
        ...stepAndTime(row.value(5), row.value(4)),
      };
      const run = row.text(0);
      const metrics = latest.get(run) ?? new Map<string, Metric>();
      latest.set(run, metrics);
      const known = metrics.get(key);
      if (!known || isMetricLater(metric, known)) {
        metrics.set(key, metric);
      }
    },
  );
  return new Map([...latest].map(([run, metrics]) => [run, [...metrics.values()].sort(byKey)]));
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function listOf<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
