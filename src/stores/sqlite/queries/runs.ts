import type { DatasetInput, Run, RunInfo, RunInputs, ViewType } from '../../../mlflow/entities';
import { valueOf } from '../../../mlflow/entities';
import { nestedCount, TAG_PARENT, type Family } from '../../../mlflow/family';
import { inOtherWorkspace, noRun } from '../../../mlflow/missing';
import type { KeySelection, Page, RunQuery, RunRow } from '../../../mlflow/store';
import { parseOrder } from '../../../search/order';
import { parseFilter } from '../../../search/parse';
import { parsed } from '../../../search/refusal';
import type { Sql, SqlSchema } from '../../../search/sql';
import { filterToSql, orderToSql } from '../../../search/sql';
import { KEY_ENTITIES, TAG_RUN_NAME, type KeyLookup } from '../../../search/syntax';
import { decodePageToken, encodePageToken, startOfPage, type PageEnd } from '../../pageToken';
import type { SqlValue } from '../engine';
import type { Reader } from '../reader';
import { lifecycle, number, numberOrNull, stepAndTime, text, textOrNull } from '../values';
import { latestMetricsOf, metricKeysOf, pairsOf } from './attributes';
import { readFamily, runsWhere } from './family';
import { inWorkspace, otherWorkspaceOf } from './scope';

const INFO_COLUMNS = `run_uuid, CAST(experiment_id AS TEXT), name, user_id, status, start_time, end_time,
  lifecycle_stage, artifact_uri`;

/** Runs newest first, or in the order asked for; MLflow's default is start time downwards, then run id. */
export function searchRuns(reader: Reader, query: RunQuery): Page<RunRow> {
  const { where, params } = runsWhere(reader, query.experimentIds, query.view);
  const family = readFamily(reader, where, params);
  const conditions = [{ sql: where, params }, parentCondition(query, family), filterCondition(reader, query)];
  const found = query.orderBy?.length
    ? inOrder(reader, query, conditions)
    : newestFirst(reader, query, conditions);
  const keys = query.metricKeys ? metricKeysOf(reader, found.runIds) : null;
  return {
    items: readRuns(reader, found.runIds, query).map((run) => ({
      ...run,
      childCount: family.childrenOf.get(run.info.runId)?.length ?? 0,
      ...(keys ? { metricKeys: keys.get(run.info.runId) ?? [] } : {}),
    })),
    ...(found.token && {
      nextPageToken: found.token,
      ...remainingOf(reader, query, family, found.runIds.length),
    }),
  };
}

/** How many runs follow the first page, where counts that are kept anyway say so. */
function remainingOf(
  reader: Reader,
  { experimentIds, view, filter, parent, pageToken }: RunQuery,
  family: Family,
  shown: number,
): { remaining?: number } {
  if (pageToken !== undefined || filter) {
    return {};
  }
  if (typeof parent === 'object') {
    return { remaining: (family.childrenOf.get(parent.runId)?.length ?? shown) - shown };
  }
  const all = sum(countRuns(reader, { experimentIds, view }).values());
  const nested = parent === 'roots' ? nestedCount(family) : 0;
  return { remaining: all - nested - shown };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) {
    total += number;
  }
  return total;
}

interface Found {
  runIds: string[];
  /** Where the next page starts; undefined on the last. */
  token: string | undefined;
}

function newestFirst(reader: Reader, query: RunQuery, conditions: Sql[]): Found {
  const after = query.pageToken === undefined ? [] : [startedAfter(decodePageToken(query.pageToken))];
  const scope = join([...conditions, ...after]);
  const rows = reader.query(
    `SELECT run_uuid, start_time FROM runs r WHERE ${scope.sql} ORDER BY start_time DESC, run_uuid LIMIT ?`,
    [...scope.params, query.maxResults + 1],
  );
  const shown = rows.slice(0, query.maxResults);
  const last = shown.at(-1);
  return {
    runIds: shown.map(([run]) => text(run)),
    token:
      last && rows.length > shown.length
        ? encodePageToken({ id: text(last[0]), at: numberOrNull(last[1]) })
        : undefined,
  };
}

/** The runs that come after the one of a token, newest first. */
function startedAfter({ id, at }: PageEnd): Sql {
  return at === null
    ? { sql: 'start_time IS NULL AND run_uuid > ?', params: [id] }
    : {
        sql: '(start_time < ? OR (start_time = ? AND run_uuid > ?) OR start_time IS NULL)',
        params: [at, at, id],
      };
}

/** How many runs may have come in front of a page since the page before it was read. */
const SLACK = 100;

function inOrder(reader: Reader, query: RunQuery, conditions: Sql[]): Found {
  const { joins, orderBy } = orderToSql(
    parsed(() => parseOrder(query.orderBy ?? [])),
    searchSchema(reader),
  );
  const scope = join(conditions);
  const offset = startOfPage([], query.pageToken);
  const ids = reader
    .query(`SELECT r.run_uuid FROM runs r${joins.sql} WHERE ${scope.sql} ORDER BY ${orderBy} LIMIT ?`, [
      ...joins.params,
      ...scope.params,
      offset + query.maxResults + 1 + SLACK,
    ])
    .map(([run]) => text(run));
  const start = startOfPage(ids, query.pageToken);
  const runIds = ids.slice(start, start + query.maxResults);
  const last = runIds.at(-1);
  const end = start + runIds.length;
  return {
    runIds,
    token: last !== undefined && end < ids.length ? encodePageToken({ id: last, at: end - 1 }) : undefined,
  };
}

function join(conditions: readonly Sql[]): Sql {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    params: conditions.flatMap(({ params }) => params),
  };
}

function filterCondition(reader: Reader, query: RunQuery): Sql {
  const filter = parsed(() => parseFilter(query.filter ?? '', Date.now(), keysOf(reader)));
  return filter ? filterToSql(filter, searchSchema(reader)) : EVERY;
}

/** By all runs of the store, as completion offers the keys of all: one look into the index of each table. */
function keysOf(reader: Reader): KeyLookup {
  const tables = {
    metric: reader.schema.has('latest_metrics') ? 'latest_metrics' : 'metrics',
    param: 'params',
    tag: 'tags',
  };
  return (key) =>
    KEY_ENTITIES.filter(
      (entity) => reader.query(`SELECT 1 FROM ${tables[entity]} WHERE key = ? LIMIT 1`, [key]).length > 0,
    );
}

/** What the search language has to know of the schema. */
export function searchSchema(reader: Reader): SqlSchema {
  const { schema } = reader;
  return {
    latestMetrics: schema.has('latest_metrics'),
    isNan: schema.has('metrics', 'is_nan'),
    step: schema.has('metrics', 'step'),
    datasets: schema.has('datasets') && schema.has('inputs') && schema.has('input_tags'),
    modelVersions: schema.has('model_versions'),
    inWorkspace: schema.has('model_versions') ? inWorkspace(reader, 'model_versions') : '',
  };
}

const EVERY: Sql = { sql: '1', params: [] };

function parentCondition(query: RunQuery, { rootsWithParent, childrenOf }: Family): Sql {
  if (query.parent === undefined) {
    return EVERY;
  }
  if (query.parent !== 'roots') {
    return {
      sql: 'r.run_uuid IN (SELECT value FROM json_each(?))',
      params: [JSON.stringify(childrenOf.get(query.parent.runId) ?? [])],
    };
  }
  return childrenOf.size === 0
    ? EVERY
    : {
        sql: `(r.run_uuid NOT IN (SELECT run_uuid FROM tags WHERE key = '${TAG_PARENT}' AND value IS NOT NULL)
          OR r.run_uuid IN (SELECT value FROM json_each(?)))`,
        params: [JSON.stringify(rootsWithParent)],
      };
}

/** Runs in the order of their ids; those that are not there are left out. */
export function readRuns(
  reader: Reader,
  runIds: readonly string[],
  selection: { params?: KeySelection; metrics?: KeySelection; tags?: KeySelection },
): Run[] {
  const rows = new Map<string, SqlValue[]>();
  for (const row of reader.query(
    `SELECT ${INFO_COLUMNS} FROM runs WHERE run_uuid IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(runIds)],
  )) {
    rows.set(text(row[0]), row);
  }
  const tags = pairsOf(reader, 'tags', runIds, selection.tags ?? 'none');
  const nameless = [...rows].filter(([, row]) => text(row[2]) === '').map(([run]) => run);
  const names = pairsOf(reader, 'tags', nameless, [TAG_RUN_NAME]);
  const params = pairsOf(reader, 'params', runIds, selection.params ?? 'none');
  const metrics = latestMetricsOf(reader, runIds, selection.metrics ?? 'none');
  return runIds.flatMap((runId) => {
    const row = rows.get(runId);
    return row
      ? [
          {
            info: infoOf(row, valueOf(names.get(runId) ?? [], TAG_RUN_NAME)),
            params: params.get(runId) ?? [],
            metrics: metrics.get(runId) ?? [],
            tags: tags.get(runId) ?? [],
          },
        ]
      : [];
  });
}

function infoOf(row: SqlValue[], taggedName: string | undefined): RunInfo {
  const [runId, experimentId, name, userId, status, startTime, endTime, stage, artifactUri] = row;
  return {
    runId: text(runId),
    experimentId: text(experimentId),
    // MLflow up to 1.29 kept the name in the tag only.
    runName: text(name) || (taggedName ?? ''),
    userId: text(userId),
    status: text(status),
    startTime: numberOrNull(startTime),
    endTime: numberOrNull(endTime),
    lifecycleStage: lifecycle(stage),
    artifactUri: text(artifactUri),
  };
}

export function getRun(reader: Reader, { runId }: { runId: string }): Run {
  const all = { params: 'all', metrics: 'all', tags: 'all' } as const;
  const run = readRuns(reader, [runId], all)[0];
  if (!run) {
    throw noRun(runId);
  }
  const other = otherWorkspaceOf(reader, run.info.experimentId);
  if (other !== null) {
    throw inOtherWorkspace(`Run ${runId}`, other);
  }
  return run;
}

/** Runs per experiment; experiments without runs count 0. */
export function countRuns(
  reader: Reader,
  { experimentIds, view }: { experimentIds: readonly string[]; view: ViewType },
): Map<string, number> {
  const counts = reader.memo(`counts ${view}`, () => {
    const { where, params } = runsWhere(reader, [], view);
    return new Map(
      reader
        .query(
          `SELECT CAST(experiment_id AS TEXT), count(*) FROM runs r WHERE ${where} GROUP BY experiment_id`,
          params,
        )
        .map(([experiment, amount]) => [text(experiment), number(amount)]),
    );
  });
  const ids = experimentIds.length > 0 ? experimentIds : [...counts.keys()];
  return new Map(ids.map((id) => [id, counts.get(id) ?? 0]));
}

/** The datasets and logged models that a run used and made. */
export function getRunInputs(reader: Reader, { runId }: { runId: string }): RunInputs {
  const { schema } = reader;
  if (!schema.has('inputs')) {
    return { datasetInputs: [], modelInputs: [], modelOutputs: [] };
  }
  const modelInputs = reader.query(
    `SELECT destination_id FROM inputs
      WHERE source_type = 'RUN_INPUT' AND source_id = ? AND destination_type = 'MODEL_INPUT'`,
    [runId],
  );
  const modelOutputs = reader.query(
    `SELECT destination_id, ${schema.has('inputs', 'step') ? 'step' : '0'} FROM inputs
      WHERE source_type = 'RUN_OUTPUT' AND source_id = ? AND destination_type = 'MODEL_OUTPUT'`,
    [runId],
  );
  return {
    datasetInputs: schema.has('datasets') ? datasetInputs(reader, runId) : [],
    modelInputs: modelInputs.map(([model]) => text(model)),
    modelOutputs: modelOutputs.map(([model, stored]) => {
      const { timestamp: _none, ...step } = stepAndTime(stored, 0);
      return { modelId: text(model), ...step };
    }),
  };
}

function datasetInputs(reader: Reader, runId: string): DatasetInput[] {
  const rows = reader.query(
    `SELECT inputs.input_uuid, name, digest, dataset_source_type, dataset_source, dataset_schema, dataset_profile
      FROM inputs JOIN datasets ON datasets.dataset_uuid = inputs.source_id
      WHERE inputs.destination_type = 'RUN' AND inputs.destination_id = ? AND inputs.source_type = 'DATASET'
      ORDER BY inputs.rowid`,
    [runId],
  );
  return rows.map(([input, name, digest, sourceType, source, schema, profile]) => ({
    dataset: {
      name: text(name),
      digest: text(digest),
      sourceType: text(sourceType),
      source: text(source),
      schema: textOrNull(schema),
      profile: textOrNull(profile),
    },
    tags: reader.schema.has('input_tags')
      ? reader
          .query('SELECT name, value FROM input_tags WHERE input_uuid = ? ORDER BY name', [text(input)])
          .map(([key, value]) => ({ key: text(key), value: text(value) }))
      : [],
  }));
}
