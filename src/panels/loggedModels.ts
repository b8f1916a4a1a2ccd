import type { LoggedAt, LoggedModel, RegisteredModel } from '../mlflow/entities';
import type { TrackingStore } from '../mlflow/store';
import { compareWhole, wholeText } from '../mlflow/wholeNumbers';
import type { LatestModelMetric, LinkedVersion } from '../protocol/loggedModel';

const MODELS_A_PAGE = 200;

/** By key and dataset, the value of the greatest (step, timestamp). */
export function latestOf({ metrics }: LoggedModel): LatestModelMetric[] {
  const latest = new Map<string, LoggedModel['metrics'][number]>();
  for (const metric of metrics) {
    const id = JSON.stringify([metric.key, metric.datasetName, metric.datasetDigest]);
    const known = latest.get(id);
    if (!known || compareLogged(metric, known) >= 0) {
      latest.set(id, metric);
    }
  }
  return [...latest.values()].map(({ key, value, step, stepRest, datasetName, datasetDigest }) => ({
    key,
    value,
    step: wholeText(step, stepRest),
    dataset: datasetName,
    digest: datasetDigest,
  }));
}

/** By step, then by time. */
function compareLogged(a: LoggedAt, b: LoggedAt): number {
  return (
    compareWhole(a.step, a.stepRest ?? 0, b.step, b.stepRest ?? 0) ||
    compareWhole(a.timestamp, a.timestampRest ?? 0, b.timestamp, b.timestampRest ?? 0)
  );
}

/** Registered versions made from a run or from logged models. */
export async function versionsOf(
  store: TrackingStore,
  runId: string | null,
  modelIds: readonly string[],
  signal: AbortSignal,
): Promise<LinkedVersion[]> {
  const sources = new Set(modelIds.map((modelId) => `models:/${modelId}`));
  const found: LinkedVersion[] = [];
  for await (const model of allModels(store, signal)) {
    for (const version of model.versions) {
      if ((runId !== null && version.runId === runId) || sources.has(version.source)) {
        found.push({
          name: model.name,
          version: version.version,
          stage: version.currentStage,
          aliases: version.aliases,
        });
      }
    }
  }
  return found;
}

async function* allModels(store: TrackingStore, signal: AbortSignal): AsyncGenerator<RegisteredModel> {
  let pageToken: string | undefined;
  do {
    const page = await store.searchRegisteredModels({ maxResults: MODELS_A_PAGE, pageToken }, signal);
    yield* page.items;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}
