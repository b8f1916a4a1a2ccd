import { randomUUID } from 'node:crypto';
import type { DatasetInput } from '../../../mlflow/entities';
import { StoreError } from '../../../mlflow/errors';
import { numberOf, type ImportedHistory, type ImportedRun, type Whole } from '../../../mlflow/importer';
import { isMetricLater, type LoggedValue } from '../../../mlflow/latest';
import { withoutTrailing } from '../../../mlflow/scan';
import { restOf } from '../../../mlflow/wholeNumbers';
import { TAG_RUN_NAME } from '../../../search/syntax';
import type { SqliteImport } from '../importer';
import { insert, isElsewhere, readText, type WriteContext } from './context';
import type { SqlValue } from './engine';
import type { TableName } from './schema';
import { keepsRunNames } from './trackingChanges';

/** Infinite values of metrics are stored as the largest double (reference mlflow.md, A.2). */
const INFINITE = Number.MAX_VALUE;
/** Of one statement: SQLite before 3.32 takes 999. */
const MOST_PARAMETERS = 900;

/** A run that was logged elsewhere, as MLflow's rows. Answers its id. @throws StoreError */
export async function importRun(
  context: WriteContext,
  { runId, run, histories }: SqliteImport,
): Promise<string> {
  const { experimentId } = run;
  const where = { experiment_id: experimentId };
  const stage = await readText(context, 'experiments', 'lifecycle_stage', where);
  if (stage !== 'active' || (await isElsewhere(context, experimentId))) {
    const what = stage === undefined ? 'is not there' : 'is deleted';
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      `The experiment ${experimentId} ${what}: choose another.`,
    );
  }
  if ((await readText(context, 'runs', 'status', { run_uuid: runId })) !== undefined) {
    throw new StoreError('RESOURCE_ALREADY_EXISTS', `There is already a run ${runId} in this store.`);
  }
  await insertRun(
    context,
    runId,
    run,
    (await readText(context, 'experiments', 'artifact_location', where)) ?? '',
  );
  const pairs = (of: ImportedRun['params']): SqlValue[][] => of.map(({ key, value }) => [key, value, runId]);
  await insertAll(context, 'params', ['key', 'value', 'run_uuid'], pairs(run.params));
  const named = run.tags.some(({ key }) => key === TAG_RUN_NAME);
  const tags = named ? run.tags : [...run.tags, { key: TAG_RUN_NAME, value: run.runName }];
  await insertAll(context, 'tags', ['key', 'value', 'run_uuid'], pairs(tags));
  for (const history of histories) {
    await insertHistory(context, runId, history);
  }
  if (context.schema.has('datasets') && context.schema.has('inputs')) {
    for (const input of run.datasets) {
      await insertDataset(context, runId, experimentId, input);
    }
  }
  return runId;
}

async function insertRun(
  context: WriteContext,
  runId: string,
  run: ImportedRun,
  location: string,
): Promise<void> {
  await insert(context, 'runs', {
    run_uuid: runId,
    name: keepsRunNames(context) ? run.runName : '',
    source_type: 'UNKNOWN',
    source_name: '',
    entry_point_name: '',
    user_id: run.userId,
    status: run.status,
    start_time: run.startTime,
    end_time: run.endTime,
    source_version: '',
    lifecycle_stage: 'active',
    artifact_uri: `${withoutTrailing(location, '/')}/${runId}/artifacts`,
    experiment_id: run.experimentId,
    deleted_time: null,
  });
}

async function insertHistory(
  context: WriteContext,
  runId: string,
  { key, timestamps, steps, values }: ImportedHistory,
): Promise<void> {
  const columns = ['key', 'value', 'timestamp', 'run_uuid', 'step', 'is_nan'];
  const rowOf = (at: number): SqlValue[] => {
    const value = numberOf(values[at]!);
    const stored = Number.isNaN(value) ? 0 : Math.min(Math.max(value, -INFINITE), INFINITE);
    return [key, stored, timestamps[at]!, runId, steps[at]!, Number.isNaN(value) ? 1 : 0];
  };
  // What is logged twice is one row (SqlAlchemyStore.log_batch).
  await insertAll(
    context,
    'metrics',
    columns,
    values.map((_, at) => rowOf(at)),
    ' OR IGNORE',
  );
  const latest = latestOf(timestamps, steps, values.map(numberOf));
  if (latest !== null && context.schema.has('latest_metrics')) {
    await insertAll(context, 'latest_metrics', columns, [rowOf(latest)]);
  }
}

/** The place of the latest value; null where there is none. */
function latestOf(
  timestamps: readonly Whole[],
  steps: readonly Whole[],
  values: readonly number[],
): number | null {
  const at = (place: number): LoggedValue => ({
    ...{ timestamp: Number(timestamps[place]), step: Number(steps[place]), value: values[place]! },
    ...{ timestampRest: restOf(String(timestamps[place])), stepRest: restOf(String(steps[place])) },
  });
  let latest: { place: number; value: LoggedValue } | null = null;
  for (let place = 0; place < values.length; place++) {
    const value = at(place);
    if (latest === null || isMetricLater(value, latest.value)) {
      latest = { place, value };
    }
  }
  return latest?.place ?? null;
}

/** As SqlAlchemyStore.log_inputs: a dataset of an experiment is known by its name and digest. */
async function insertDataset(
  context: WriteContext,
  runId: string,
  experimentId: string,
  { dataset, tags }: DatasetInput,
): Promise<void> {
  const { name, digest } = dataset;
  const known = { experiment_id: experimentId, name, digest };
  let datasetId = await readText(context, 'datasets', 'dataset_uuid', known);
  if (datasetId === undefined) {
    datasetId = newId();
    await insert(context, 'datasets', {
      ...known,
      dataset_uuid: datasetId,
      dataset_source_type: dataset.sourceType,
      dataset_source: dataset.source,
      dataset_schema: dataset.schema,
      dataset_profile: dataset.profile,
    });
  }
  const edge = {
    ...{ source_type: 'DATASET', source_id: datasetId },
    ...{ destination_type: 'RUN', destination_id: runId },
  };
  if ((await readText(context, 'inputs', 'input_uuid', edge)) !== undefined) {
    return;
  }
  const inputId = newId();
  await insert(context, 'inputs', { ...edge, input_uuid: inputId, step: 0 });
  const rows = tags.map(({ key, value }): SqlValue[] => [inputId, key, value]);
  await insertAll(context, 'input_tags', ['input_uuid', 'name', 'value'], rows);
}

/** Many rows a statement, of the columns that this schema has. */
async function insertAll(
  { sql, schema }: WriteContext,
  table: TableName,
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
  or = '',
): Promise<void> {
  const here = columns.flatMap((column, at) => (schema.has(table, column) ? [at] : []));
  const names = here.map((at) => `"${columns[at]!}"`).join(', ');
  const places = `(${here.map(() => '?').join(', ')})`;
  const most = Math.max(1, Math.floor(MOST_PARAMETERS / Math.max(1, here.length)));
  for (let from = 0; from < rows.length; from += most) {
    const part = rows.slice(from, from + most);
    await sql.execute(
      `INSERT${or} INTO "${table}" (${names}) VALUES ${part.map(() => places).join(', ')}`,
      part.flatMap((row) => here.map((at) => row[at]!)),
    );
  }
}

function newId(): string {
  return randomUUID().replaceAll('-', '');
}
