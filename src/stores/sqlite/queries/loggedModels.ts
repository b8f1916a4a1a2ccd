import type { LoggedModel } from '../../../mlflow/entities';
import type { LoggedModelQuery, Page } from '../../../mlflow/store';
import { decodePageToken, encodePageToken } from '../../pageToken';
import type { Reader } from '../reader';
import { lifecycle, metricValue, number, numberOrNull, stepAndTime, text, textOrNull } from '../values';
import { ofExperiments } from './scope';

/** LoggedModelStatus of MLflow's protos, by number. */
const STATUSES = ['UNSPECIFIED', 'PENDING', 'READY', 'FAILED'] as const;

/** Newest first; deleted ones only when asked for by id. */
export function searchLoggedModels(reader: Reader, query: LoggedModelQuery): Page<LoggedModel> {
  if (!reader.schema.has('logged_models')) {
    return { items: [] };
  }
  const conditions: string[] = [];
  const params: (string | number)[] = [];
  if (query.modelIds) {
    conditions.push('model_id IN (SELECT value FROM json_each(?))');
    params.push(JSON.stringify(query.modelIds));
  } else {
    conditions.push("lifecycle_stage IS NOT 'deleted'");
  }
  if (query.experimentIds?.length) {
    conditions.push('experiment_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))');
    params.push(JSON.stringify(query.experimentIds));
  }
  const scope = ofExperiments(reader, 'experiment_id');
  if (scope !== null) {
    conditions.push(scope);
  }
  if (query.sourceRunId !== undefined) {
    conditions.push('source_run_id = ?');
    params.push(query.sourceRunId);
  }
  if (query.pageToken !== undefined) {
    const { id, at } = decodePageToken(query.pageToken);
    conditions.push('(creation_timestamp_ms < ? OR (creation_timestamp_ms = ? AND model_id > ?))');
    params.push(at ?? 0, at ?? 0, id);
  }
  const rows = reader.query(
    `SELECT model_id, CAST(experiment_id AS TEXT), name, artifact_location, creation_timestamp_ms,
      last_updated_timestamp_ms, status, status_message, lifecycle_stage, model_type, source_run_id
      FROM logged_models WHERE ${conditions.join(' AND ')}
      ORDER BY creation_timestamp_ms DESC, model_id LIMIT ?`,
    [...params, query.maxResults + 1],
  );
  const models = rows.slice(0, query.maxResults).map((row): LoggedModel => ({
    modelId: text(row[0]),
    experimentId: text(row[1]),
    name: text(row[2]),
    artifactLocation: text(row[3]),
    creationTimestamp: numberOrNull(row[4]),
    lastUpdatedTimestamp: numberOrNull(row[5]),
    status: STATUSES[number(row[6])] ?? 'UNSPECIFIED',
    statusMessage: textOrNull(row[7]),
    lifecycleStage: lifecycle(row[8]),
    modelType: textOrNull(row[9]),
    sourceRunId: textOrNull(row[10]),
    params: [],
    tags: [],
    metrics: [],
  }));
  fill(reader, models);
  const last = models.at(-1);
  return {
    items: models,
    ...(last && rows.length > models.length
      ? { nextPageToken: encodePageToken({ id: last.modelId, at: last.creationTimestamp }) }
      : {}),
  };
}

function fill(reader: Reader, models: LoggedModel[]): void {
  const byId = new Map(models.map((model) => [model.modelId, model]));
  const ids = JSON.stringify([...byId.keys()]);
  const wanted = 'WHERE model_id IN (SELECT value FROM json_each(?))';
  for (const kind of ['param', 'tag'] as const) {
    const table = `logged_model_${kind}s` as const;
    if (reader.schema.has(table)) {
      for (const [id, key, value] of reader.query(
        `SELECT model_id, ${kind}_key, ${kind}_value FROM ${table} ${wanted} ORDER BY ${kind}_key`,
        [ids],
      )) {
        byId.get(text(id))?.[`${kind}s`].push({ key: text(key), value: text(value) });
      }
    }
  }
  if (!reader.schema.has('logged_model_metrics')) {
    return;
  }
  for (const row of reader.query(
    `SELECT model_id, metric_name, metric_value, metric_timestamp_ms, metric_step, run_id, dataset_name,
      dataset_digest FROM logged_model_metrics ${wanted} ORDER BY metric_name, metric_timestamp_ms, metric_step`,
    [ids],
  )) {
    byId.get(text(row[0]))?.metrics.push({
      key: text(row[1]),
      // Unlike a run's metric it has no flag: NaN is stored as NULL.
      value: row[2] === null ? NaN : metricValue(row[2], 0),
      ...stepAndTime(row[4], row[3]),
      runId: text(row[5]),
      datasetName: textOrNull(row[6]),
      datasetDigest: textOrNull(row[7]),
    });
  }
}
