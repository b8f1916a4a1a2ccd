import { folderSize } from '../compare/gather';
import type { LoggedModel, Run } from '../mlflow/entities';
import { isCancelled } from '../mlflow/errors';
import { loggedModelHistory } from '../mlflow/loggedModelHistory';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';

/** What is read of an MLmodel file at most, bytes. */
export const MLMODEL_BYTES = 256 * 1024;
const PARALLEL = 8;
const PAGE = 1000;
/** Models that are looked through for those of the runs: more than runs that are drawn at once. */
const MOST_MODELS = 20_000;
/** Models of one run whose files are looked at. */
const MOST_A_RUN = 8;

/**
 * The size of the model that each run logged, bytes; NaN where there is none or it cannot be told. From MLmodel's
 * model_size_bytes, else the sum of the model's files. Of several models of a run the largest counts, among
 * the newest of them.
 *
 * @param runs with the tag `mlflow.log-model.history`
 */
export async function modelSizes(
  store: TrackingStore,
  runs: readonly Run[],
  experimentIds: readonly string[],
  signal: AbortSignal,
): Promise<Float64Array> {
  const models = await loggedModels(store, experimentIds, signal);
  const sizes = new Float64Array(runs.length).fill(NaN);
  for (let at = 0; at < runs.length; at += PARALLEL) {
    await Promise.all(
      runs.slice(at, at + PARALLEL).map(async (run, i) => {
        sizes[at + i] = await sizeOf(store, run, models.get(run.info.runId) ?? [], signal);
      }),
    );
  }
  return sizes;
}

/** The newest of each run. */
async function loggedModels(
  store: TrackingStore,
  experimentIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, LoggedModel[]>> {
  const byRun = new Map<string, LoggedModel[]>();
  let pageToken: string | undefined;
  let left = MOST_MODELS;
  do {
    const page = await store.searchLoggedModels(
      { experimentIds, maxResults: Math.min(left, PAGE), ...(pageToken ? { pageToken } : {}) },
      signal,
    );
    for (const model of page.items) {
      const known = byRun.get(model.sourceRunId ?? '') ?? [];
      if (model.sourceRunId !== null && known.length < MOST_A_RUN) {
        known.push(model);
        byRun.set(model.sourceRunId, known);
      }
    }
    left -= page.items.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && left > 0);
  return byRun;
}

async function sizeOf(
  store: TrackingStore,
  run: Run,
  models: readonly LoggedModel[],
  signal: AbortSignal,
): Promise<number> {
  const history = loggedModelHistory(run.tags);
  const known = largest([
    ...history.map(({ size }) => size),
    ...(await Promise.all(models.map(({ modelId }) => sizeOfModel(store, { modelId }, '', signal)))),
  ]);
  if (!Number.isNaN(known)) {
    return known;
  }
  const owner = { runId: run.info.runId };
  const folders = [...new Set(history.map(({ path }) => path))].slice(-MOST_A_RUN);
  return largest(await Promise.all(folders.map((path) => sizeOfModel(store, owner, path, signal))));
}

/** NaN where no size is known. */
function largest(sizes: readonly number[]): number {
  return sizes
    .filter(Number.isFinite)
    .reduce((most, size) => (Number.isNaN(most) || size > most ? size : most), NaN);
}

/** Bytes of the model in a folder of the owner's artifacts; NaN where it cannot be told. Throws only CANCELLED. */
export async function sizeOfModel(
  store: TrackingStore,
  owner: ArtifactOwner,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  try {
    const file = folder === '' ? 'MLmodel' : `${folder}/MLmodel`;
    const bytes = await store.readArtifact(owner, file, { offset: 0, length: MLMODEL_BYTES }, signal);
    const stated = /^model_size_bytes:\s*(\d+)\s*$/m.exec(new TextDecoder().decode(bytes));
    if (stated) {
      return Number(stated[1]);
    }
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
  }
  return (await folderSize(store, owner, folder, signal)) ?? NaN;
}
