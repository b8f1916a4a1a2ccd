import type { LoggedModel, Run } from '../mlflow/entities';
import { valueOf } from '../mlflow/entities';
import { isCancelled } from '../mlflow/errors';
import { parseJson } from '../mlflow/json';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';

/** What is read of an MLmodel file at most, bytes. */
export const MLMODEL_BYTES = 256 * 1024;
const PARALLEL = 8;

/**
 * The size of the model that each run logged, bytes; NaN where there is none or it cannot be told. From MLmodel's
 * model_size_bytes, else the sum of the model's files. Of several models of a run the largest counts.
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

async function loggedModels(
  store: TrackingStore,
  experimentIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, LoggedModel[]>> {
  const byRun = new Map<string, LoggedModel[]>();
  let pageToken: string | undefined;
  do {
    const page = await store.searchLoggedModels(
      { experimentIds, maxResults: 1000, ...(pageToken ? { pageToken } : {}) },
      signal,
    );
    for (const model of page.items) {
      if (model.sourceRunId !== null) {
        byRun.set(model.sourceRunId, [...(byRun.get(model.sourceRunId) ?? []), model]);
      }
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return byRun;
}

async function sizeOf(
  store: TrackingStore,
  run: Run,
  models: readonly LoggedModel[],
  signal: AbortSignal,
): Promise<number> {
  const history = readHistory(valueOf(run.tags, 'mlflow.log-model.history'));
  const sizes = [
    ...history.map(({ size }) => size),
    ...(await Promise.all(models.map(({ modelId }) => sizeOfModel(store, { modelId }, '', signal)))),
  ].filter(Number.isFinite);
  if (sizes.length === 0) {
    const owner = { runId: run.info.runId };
    sizes.push(
      ...(await Promise.all(history.map(({ path }) => sizeOfModel(store, owner, path, signal)))).filter(
        Number.isFinite,
      ),
    );
  }
  return sizes.length === 0 ? NaN : Math.max(...sizes);
}

interface HistoryEntry {
  artifact_path?: unknown;
  model_size_bytes?: unknown;
}

/** MLflow's tag before 3.0: a JSON list of what each log_model wrote into MLmodel. */
function readHistory(tag: string | undefined): { path: string; size: number }[] {
  try {
    const entries = parseJson(tag ?? '[]');
    return (Array.isArray(entries) ? (entries as HistoryEntry[]) : []).flatMap((entry) =>
      typeof entry?.artifact_path === 'string'
        ? [
            {
              path: entry.artifact_path,
              size: typeof entry.model_size_bytes === 'number' ? entry.model_size_bytes : NaN,
            },
          ]
        : [],
    );
  } catch {
    return [];
  }
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
  return folderSize(store, owner, folder, signal);
}

async function folderSize(
  store: TrackingStore,
  owner: ArtifactOwner,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  try {
    const { files } = await store.listArtifacts(owner, folder, signal);
    let sum = files.length === 0 ? NaN : 0;
    for (const file of files) {
      sum += file.isDir ? await folderSize(store, owner, file.path, signal) : (file.size ?? 0);
    }
    return sum;
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
    return NaN;
  }
}
