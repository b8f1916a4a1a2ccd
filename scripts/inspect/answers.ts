import * as fs from 'node:fs';
import type {
  Experiment,
  KeyValue,
  LoggedModel,
  RegisteredModel,
  Run,
  ViewType,
} from '../../src/mlflow/entities';
import { toStoreError } from '../../src/mlflow/errors';
import type { Page, PageRequest, StoreDescription, TrackingStore } from '../../src/mlflow/store';
import { wholeText } from '../../src/mlflow/wholeNumbers';

/** One entry of `searches` in an answers.json. */
export interface Search {
  experiment_ids: string[];
  filter: string;
  order_by: string[] | null;
  view: ViewType;
}

/** What MLflow's client sorts, ends or leaves out itself is done here: the store's own answers stay as they are. */
export interface Answers {
  kind: string;
  experiments: unknown[];
  runs: unknown[];
  models: unknown[];
  logged_models?: unknown[];
  searches?: (Search & { answer: { runs: string[] } | { error: string } })[];
}

/**
 * The whole store in the format of stores/README.md, for comparison with what MLflow's own client answered.
 *
 * @param kind of the store that the client was asked about: it answers numbers and aliases of a database otherwise
 */
export async function answers(
  store: TrackingStore,
  searches?: readonly Search[],
  kind: string = store.kind,
): Promise<Answers> {
  const description = await store.describe();
  const experiments = await every((page) => store.searchExperiments({ view: 'ALL', ...page }));
  const everything = { params: 'all', metrics: 'all', tags: 'all' } as const;
  const runs = await every((page) =>
    store.searchRuns({ experimentIds: [], view: 'ALL', ...everything, ...page }),
  );
  runs.sort(
    (a, b) => (a.info.startTime ?? 0) - (b.info.startTime ?? 0) || compare(a.info.runId, b.info.runId),
  );
  const models = await every((page) => store.searchRegisteredModels(page));
  const result: Answers = {
    kind,
    experiments: experiments
      .map(experimentAnswer)
      .sort((a, b) => Number(BigInt(a.experiment_id) - BigInt(b.experiment_id))),
    runs: [],
    models: models.map((model) => modelAnswer(model, kind)).sort((a, b) => compare(a.name, b.name)),
  };
  for (const run of runs) {
    result.runs.push(await runAnswer(store, description, run, kind));
  }
  if (description.features.loggedModels) {
    const logged = await every((page) => store.searchLoggedModels(page));
    result.logged_models = logged.map((model) => loggedModelAnswer(model, kind));
  }
  if (searches) {
    result.searches = [];
    for (const search of searches) {
      result.searches.push({ ...search, answer: await searchAnswer(store, search) });
    }
  }
  return result;
}

/** The searches of an answers.json, without MLflow's answers. */
export function readSearches(file: string): Search[] {
  const { searches } = JSON.parse(fs.readFileSync(file, 'utf8')) as { searches?: Search[] };
  return (searches ?? []).map(({ experiment_ids, filter, order_by, view }) => ({
    experiment_ids,
    filter,
    order_by,
    view,
  }));
}

async function searchAnswer(
  store: TrackingStore,
  search: Search,
): Promise<{ runs: string[] } | { error: string }> {
  try {
    const page = await store.searchRuns({
      experimentIds: search.experiment_ids,
      view: search.view,
      filter: search.filter,
      orderBy: search.order_by ?? [],
      // As the oracle asked.
      maxResults: 1000,
    });
    return { runs: page.items.map((run) => run.info.runId) };
  } catch (error) {
    return { error: toStoreError(error).message };
  }
}

async function every<T>(ask: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const page = await ask({ maxResults: 500, pageToken });
    items.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return items;
}

function experimentAnswer(experiment: Experiment) {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.creationTime,
    last_update_time: experiment.lastUpdateTime,
    tags: object(experiment.tags),
  };
}

function whole(value: number, rest?: number): number | bigint {
  return Number.isSafeInteger(value) || !Number.isInteger(value) ? value : BigInt(wholeText(value, rest));
}

async function runAnswer(store: TrackingStore, { features }: StoreDescription, run: Run, kind: string) {
  const { info } = run;
  const inputs = await store.getRunInputs(info.runId);
  const history: [string, unknown[]][] = [];
  for (const { key } of run.metrics) {
    const { steps, timestamps, values, stepRests, timestampRests, added } = await store.getMetricHistory(
      info.runId,
      key,
    );
    const points = Array.from(steps, (step, i) => [
      whole(step, stepRests?.[i]),
      whole(timestamps[i]!, timestampRests?.[i]),
      numberAnswer(values[i]!, kind),
    ]);
    // Of a folder MLflow's client gives the lines as they stand there.
    history.push([
      key,
      kind === 'files' && added ? points.map((_, place) => points[added.indexOf(place)]!) : points,
    ]);
  }
  return {
    run_id: info.runId,
    experiment_id: info.experimentId,
    run_name: info.runName || null,
    user_id: info.userId,
    status: info.status,
    start_time: info.startTime,
    end_time: info.endTime,
    lifecycle_stage: info.lifecycleStage,
    artifact_uri: info.artifactUri,
    params: object(run.params),
    tags: object(run.tags),
    metrics: Object.fromEntries(run.metrics.map(({ key, value }) => [key, numberAnswer(value, kind)])),
    history: Object.fromEntries(history),
    artifacts: await artifactsAnswer(store, info.runId),
    ...(features.datasets && {
      dataset_inputs: inputs.datasetInputs.map(({ dataset, tags }) => ({
        name: dataset.name,
        digest: dataset.digest,
        source_type: dataset.sourceType,
        source: dataset.source,
        schema: dataset.schema,
        profile: dataset.profile,
        tags: object(tags),
      })),
    }),
    ...(features.loggedModels && {
      model_outputs: inputs.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
    }),
  };
}

async function artifactsAnswer(store: TrackingStore, runId: string): Promise<Record<string, number | null>> {
  const found: [string, number | null][] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const { files } = await store.listArtifacts({ runId }, folder);
    for (const file of files) {
      found.push([file.path, file.size]);
      if (file.isDir) {
        folders.push(file.path);
      }
    }
  }
  return Object.fromEntries(found.sort(([a], [b]) => compare(a, b)));
}

function modelAnswer(model: RegisteredModel, kind: string) {
  return {
    name: model.name,
    description: model.description,
    creation_timestamp: model.creationTimestamp,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    tags: object(model.tags),
    // MLflow's client gives the versions as numbers from a database and as text from a folder or a server; and from a
    // database or a server it leaves the aliases out of the versions that it finds by a search.
    aliases: Object.fromEntries(
      model.aliases.map(({ alias, version }) => [alias, kind === 'sqlite' ? Number(version) : version]),
    ),
    versions: [...model.versions]
      .sort((a, b) => Number(a.version) - Number(b.version))
      .map((version) => ({
        version: version.version,
        current_stage: version.currentStage,
        description: version.description,
        source: version.source,
        run_id: version.runId,
        status: version.status,
        tags: object(version.tags),
        aliases: kind === 'files' ? [...version.aliases].sort() : [],
        creation_timestamp: version.creationTimestamp,
        last_updated_timestamp: version.lastUpdatedTimestamp,
      })),
  };
}

function loggedModelAnswer(model: LoggedModel, kind: string) {
  return {
    model_id: model.modelId,
    experiment_id: model.experimentId,
    name: model.name,
    status: model.status,
    source_run_id: model.sourceRunId,
    model_type: model.modelType,
    artifact_location: model.artifactLocation,
    tags: object(model.tags),
    params: object(model.params),
    metrics: model.metrics.map(({ key, value, runId }) => ({
      key,
      value: numberAnswer(value, kind),
      run_id: runId,
    })),
  };
}

/** JSON has no NaN and no infinities. From a database or a server MLflow gives the greatest doubles, as they are stored. */
function numberAnswer(value: number, kind: string): number | string {
  if (Number.isFinite(value)) {
    return value;
  }
  return kind !== 'files' && !Number.isNaN(value) ? Math.sign(value) * Number.MAX_VALUE : String(value);
}

function object(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
