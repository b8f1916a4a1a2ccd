import { latestOf, versionsOf } from './loggedModels';
import { summarizeDataset } from '../mlflow/datasets';
import type { LoggedModel, Run, RunInputs } from '../mlflow/entities';
import { metricOf, valueOf } from '../mlflow/entities';
import { isStoreError } from '../mlflow/errors';
import {
  evaluationOf,
  PROCESS_TAGS,
  REPORT_PARAM,
  trainedIn,
  TRAINING_METRICS,
} from '../mlflow/evaluatedAfter';
import { asItRan } from '../mlflow/optunaTrial';
import { lastLogged } from '../mlflow/runCondition';
import type { RunRow, TrackingStore } from '../mlflow/store';
import { wholeText } from '../mlflow/wholeNumbers';
import type { RelatedData, RelatedModel } from '../protocol/run';
import { sharedMetrics } from '../state/metrics';
import { listRuns } from '../stores/listRuns';
import { readApart } from '../stores/readApart';
import { pageHeadline } from './headline';
import type { PageServices } from './page';

const CHILDREN = 100;
/** Trainings before a run that are looked at. */
const TRAININGS = 20;
const MODELS_A_PAGE = 200;

/** What a run is tied to; each part is left empty where the store's schema has no place for it. */
export async function relatedData(
  storeUri: string,
  store: TrackingStore,
  run: Run,
  services: PageServices,
  signal: AbortSignal,
): Promise<RelatedData> {
  const { runId } = run.info;
  const [parent, children, inputs] = await Promise.all([
    parentOf(store, run, signal),
    listRuns(
      store,
      {
        experimentIds: [],
        view: 'ALL',
        parent: { runId },
        maxResults: CHILDREN,
        params: 'none',
        metrics: 'all',
      },
      signal,
    ),
    store.getRunInputs(runId, signal),
  ]);
  const models = await modelsOf(store, runId, inputs, signal);
  const apart = await readApart(
    store,
    children.items.map(({ info }) => info),
    signal,
  );
  const experiment = await store.getExperiment(run.info.experimentId, signal).catch(() => null);
  const key = pageHeadline(sharedMetrics(children.items), storeUri, experiment, services);
  return {
    parent,
    trainedIn: await trainingOf(store, run, signal),
    children: children.items.map((row) => ({
      info: asItRan(row),
      apart: apart.get(row.info.runId) ?? null,
      lastLogged: lastLogged(row),
      headline: headlineOf(row, key),
    })),
    moreChildren: children.more,
    datasets: inputs.datasetInputs.map(summarizeDataset),
    models,
    versions: await versionsOf(
      store,
      runId,
      models.filter(({ role }) => role === 'output').map(({ model }) => model.modelId),
      signal,
    ),
  };
}

async function parentOf(store: TrackingStore, run: Run, signal: AbortSignal): Promise<RelatedData['parent']> {
  const runId = valueOf(run.tags, 'mlflow.parentRunId');
  if (!runId) {
    return null;
  }
  try {
    return { runId, info: (await store.getRun(runId, signal)).info };
  } catch (error) {
    if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      return { runId, info: null };
    }
    throw error;
  }
}

/** Of a run that holds an evaluation alone, asked of the trainings before it. */
async function trainingOf(
  store: TrackingStore,
  run: Run,
  signal: AbortSignal,
): Promise<RelatedData['trainedIn']> {
  if (!evaluationOf(run)) {
    return null;
  }
  const { items } = await store.searchRuns(
    {
      experimentIds: [run.info.experimentId],
      view: 'ACTIVE_ONLY',
      filter: `metrics.train_runtime >= 0 and attributes.start_time <= ${run.info.startTime}`,
      orderBy: ['attributes.start_time DESC'],
      maxResults: TRAININGS,
      params: [REPORT_PARAM],
      metrics: [...TRAINING_METRICS, 'epoch'],
      tags: PROCESS_TAGS,
    },
    signal,
  );
  const found = trainedIn(run, items);
  return found && { info: found.training?.info ?? null, sure: found.training !== null && found.sure };
}

function headlineOf(row: RunRow, key: string | undefined): RelatedData['children'][number]['headline'] {
  const metric = key === undefined ? undefined : metricOf(row, key);
  return metric ? { key: metric.key, value: metric.value } : null;
}

async function modelsOf(
  store: TrackingStore,
  runId: string,
  inputs: Pick<RunInputs, 'modelInputs' | 'modelOutputs'>,
  signal: AbortSignal,
): Promise<RelatedModel[]> {
  const outputs = new Map(
    inputs.modelOutputs.map(({ modelId, step, stepRest }) => [modelId, wholeText(step, stepRest)]),
  );
  const used = inputs.modelInputs.filter((modelId) => !outputs.has(modelId));
  const [made, others] = await Promise.all([
    store.searchLoggedModels({ sourceRunId: runId, maxResults: MODELS_A_PAGE }, signal),
    outputs.size + used.length > 0
      ? store.searchLoggedModels(
          { modelIds: [...outputs.keys(), ...used], maxResults: MODELS_A_PAGE },
          signal,
        )
      : { items: [] },
  ]);
  const all = new Map([...made.items, ...others.items].map((model) => [model.modelId, model]));
  return [...all.values()].map((model) => ({
    model: withoutMetrics(model),
    role: used.includes(model.modelId) ? 'input' : 'output',
    step: outputs.get(model.modelId) ?? null,
    metrics: latestOf(model),
  }));
}

function withoutMetrics({ metrics: _metrics, ...rest }: LoggedModel): RelatedModel['model'] {
  return rest;
}
