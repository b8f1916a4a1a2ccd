import type {
  Dataset,
  DatasetInput,
  Experiment,
  KeyValue,
  LifecycleStage,
  LoggedAt,
  LoggedModel,
  LoggedModelMetric,
  Metric,
  Run,
  RunInputs,
} from '../../mlflow/entities';
import { isMetricLater, type LoggedValue } from '../../mlflow/latest';
import { fieldsOf } from '../../mlflow/shape';
import { compareBytes } from '../../search/bytes';
import { TAG_RUN_NAME } from '../../search/syntax';
import { realOf, wholeOf } from './json';

/**
 * Entities out of MLflow's REST JSON (mlflow/protos/service.proto). An answer is what a stranger wrote: what does not
 * fit is left out or empty, as are the empty texts and lists that a server leaves out itself.
 */

/** The objects of a list; none of what is no list. */
export function objectsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** A text; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

const LIKE = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/**
 * Whether an entity is the one that was asked for by its id or name; a proxy may answer for another request. Databases find
 * `Model ` and `01` where `model` and `1` are.
 */
export function isAsked(answered: string, asked: string): boolean {
  return LIKE.compare(answered.trimEnd(), asked.trimEnd()) === 0;
}

/** A text; null where there is none. A server leaves NULL out, and may write an empty text. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The same, and null for an empty one. */
export function wordOrNull(value: unknown): string | null {
  return textOf(value) || null;
}

/** ms; null where there is none. */
export function timeOf(value: unknown): number | null {
  return wholeOf(value)?.value ?? null;
}

/** Tags or params, by key. */
export function pairsOf(value: unknown): KeyValue[] {
  return objectsOf(value)
    .map(({ key, value: text }) => ({ key: textOf(key), value: textOf(text) }))
    .sort(byKey);
}

export function experimentOf(json: unknown): Experiment {
  const fields = fieldsOf(json);
  return {
    experimentId: textOf(fields['experiment_id']),
    name: textOf(fields['name']),
    artifactLocation: textOf(fields['artifact_location']),
    lifecycleStage: stageOf(fields['lifecycle_stage']),
    creationTime: timeOf(fields['creation_time']),
    lastUpdateTime: timeOf(fields['last_update_time']),
    tags: pairsOf(fields['tags']),
  };
}

/** A run, and what goes with it in each answer. */
export interface ServerRun {
  run: Run;
  inputs: RunInputs;
}

export function runOf(json: unknown): ServerRun {
  const { info: runInfo, data: runData, inputs, outputs } = fieldsOf(json);
  const info = fieldsOf(runInfo);
  const data = fieldsOf(runData);
  const tags = pairsOf(data['tags']);
  return {
    run: {
      info: {
        runId: textOf(info['run_id']) || textOf(info['run_uuid']),
        experimentId: textOf(info['experiment_id']),
        runName: textOf(info['run_name']) || (tags.find(({ key }) => key === TAG_RUN_NAME)?.value ?? ''),
        userId: textOf(info['user_id']),
        status: textOf(info['status']),
        startTime: timeOf(info['start_time']),
        endTime: timeOf(info['end_time']),
        lifecycleStage: stageOf(info['lifecycle_stage']),
        artifactUri: textOf(info['artifact_uri']),
      },
      params: pairsOf(data['params']),
      metrics: latestOf(data['metrics']),
      tags,
    },
    inputs: inputsOf(inputs, outputs),
  };
}

/** What a value takes beside its text, about, bytes. */
const OF_A_VALUE = 64;

/** About how much memory a run takes, bytes. */
export function weightOf({ run, inputs }: ServerRun): number {
  const pairs = [...run.params, ...run.tags].reduce(
    (sum, { key, value }) => sum + key.length + value.length + OF_A_VALUE,
    0,
  );
  const datasets = inputs.datasetInputs.reduce(
    (sum, { dataset }) =>
      sum + dataset.source.length + (dataset.schema?.length ?? 0) + (dataset.profile?.length ?? 0),
    0,
  );
  const others = run.metrics.length + inputs.datasetInputs.length + inputs.modelOutputs.length;
  return 500 + run.info.artifactUri.length + pairs + datasets + 2 * OF_A_VALUE * others;
}

/** What a run of which only the id is known has logged: nothing. */
export const NO_INPUTS: RunInputs = { datasetInputs: [], modelInputs: [], modelOutputs: [] };

function inputsOf(inputs: unknown, outputs: unknown): RunInputs {
  const { dataset_inputs: datasets, model_inputs: models } = fieldsOf(inputs);
  return {
    datasetInputs: objectsOf(datasets).map((each): DatasetInput => ({
      dataset: datasetOf(each['dataset']),
      tags: pairsOf(each['tags']),
    })),
    modelInputs: objectsOf(models).map(({ model_id: id }) => textOf(id)),
    modelOutputs: objectsOf(fieldsOf(outputs)['model_outputs']).map((each) => {
      const { step, stepRest } = loggedAt(each['step'], 0);
      return { modelId: textOf(each['model_id']), step, ...(stepRest === undefined ? {} : { stepRest }) };
    }),
  };
}

function datasetOf(json: unknown): Dataset {
  const fields = fieldsOf(json);
  return {
    name: textOf(fields['name']),
    digest: textOf(fields['digest']),
    sourceType: textOf(fields['source_type']),
    source: textOf(fields['source']),
    schema: textOrNull(fields['schema']),
    profile: textOrNull(fields['profile']),
  };
}

/** By key; of several values of a key, which no server should answer, MLflow's latest. */
function latestOf(value: unknown): Metric[] {
  const latest = new Map<string, Metric>();
  for (const each of objectsOf(value)) {
    const point = pointOf(each);
    const metric = point && { key: textOf(each['key']), ...point };
    const known = metric && latest.get(metric.key);
    if (metric && (!known || isMetricLater(metric, known))) {
      latest.set(metric.key, metric);
    }
  }
  return [...latest.values()].sort(byKey);
}

/** One logged value; null for what is none. */
export function pointOf(json: unknown): LoggedValue | null {
  const fields = fieldsOf(json);
  const value = realOf(fields['value']);
  return value === null ? null : { value, ...loggedAt(fields['step'], fields['timestamp']) };
}

function loggedAt(step: unknown, timestamp: unknown): LoggedAt {
  const at = wholeOf(step) ?? { value: 0, rest: 0 };
  const time = wholeOf(timestamp) ?? { value: 0, rest: 0 };
  return {
    step: at.value,
    timestamp: time.value,
    ...(at.rest === 0 ? {} : { stepRest: at.rest }),
    ...(time.rest === 0 ? {} : { timestampRest: time.rest }),
  };
}

const LOGGED_MODEL_STATUSES: Readonly<Record<string, LoggedModel['status']>> = {
  LOGGED_MODEL_PENDING: 'PENDING',
  LOGGED_MODEL_READY: 'READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'FAILED',
};

/** Deleted ones are in no answer: a server finds them by no request. */
export function loggedModelOf(json: unknown): LoggedModel {
  const { info: modelInfo, data: modelData } = fieldsOf(json);
  const info = fieldsOf(modelInfo);
  const data = fieldsOf(modelData);
  return {
    modelId: textOf(info['model_id']),
    experimentId: textOf(info['experiment_id']),
    name: textOf(info['name']),
    artifactLocation: textOf(info['artifact_uri']),
    creationTimestamp: timeOf(info['creation_timestamp_ms']),
    lastUpdatedTimestamp: timeOf(info['last_updated_timestamp_ms']),
    status: LOGGED_MODEL_STATUSES[textOf(info['status'])] ?? 'UNSPECIFIED',
    statusMessage: wordOrNull(info['status_message']),
    lifecycleStage: 'active',
    modelType: wordOrNull(info['model_type']),
    sourceRunId: wordOrNull(info['source_run_id']),
    params: pairsOf(data['params']),
    tags: pairsOf(info['tags']),
    metrics: objectsOf(data['metrics'])
      .flatMap((each): LoggedModelMetric[] => {
        const point = pointOf(each);
        return point
          ? [
              {
                key: textOf(each['key']),
                ...point,
                runId: textOf(each['run_id']),
                datasetName: wordOrNull(each['dataset_name']),
                datasetDigest: wordOrNull(each['dataset_digest']),
              },
            ]
          : [];
      })
      .sort((a, b) => byKey(a, b) || a.timestamp - b.timestamp || a.step - b.step),
  };
}

function stageOf(value: unknown): LifecycleStage {
  return value === 'deleted' ? 'deleted' : 'active';
}

function byKey(a: { key: string }, b: { key: string }): number {
  return compareBytes(a.key, b.key);
}
