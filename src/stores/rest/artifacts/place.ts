import { isStoreError } from '../../../mlflow/errors';
import { noModelVersion } from '../../../mlflow/missing';
import type { ArtifactOwner } from '../../../mlflow/store';
import type { ArtifactRecords } from '../../artifacts/records';
import { call, type ServerApi } from '../api';
import type { Exchange } from '../exchange';

/** Where somebody's artifacts begin: in a run, in a logged model, or at a version that lies in neither. */
export type Place = (
  { runId: string } | { modelId: string } | { name: string; version: string; uri: string }
) & {
  /** Of it; empty for all. */
  folder: string;
};

export interface PlaceFinder {
  exchange: Exchange;
  api: ServerApi;
  records: ArtifactRecords;
}

/** Copies of copies of model versions that are followed. */
const MAX_HOPS = 8;
/** What MLflow makes of an experiment's artifact location: the run's or the logged model's id, and what lies in it. */
const IN_RUN = /\/([0-9a-f]{32})\/artifacts(?:\/([^]*))?$/;
const IN_MODEL = /\/models\/(m-[0-9a-f]{32})\/artifacts(?:\/([^]*))?$/;

/** Throws StoreError, RESOURCE_DOES_NOT_EXIST where there is no such version. */
export async function placeOf(
  finder: PlaceFinder,
  owner: ArtifactOwner,
  signal?: AbortSignal,
): Promise<Place> {
  return 'name' in owner ? placeOfVersion(finder, owner, signal, 0) : { ...owner, folder: '' };
}

/** By its source, as reference mlflow.md, A.3 and C.5 list its kinds. */
async function placeOfVersion(
  finder: PlaceFinder,
  { name, version }: { name: string; version: string },
  signal: AbortSignal | undefined,
  hops: number,
): Promise<Place> {
  const uri = await downloadUri(finder, name, version, signal);
  const run = /^runs:\/+([0-9a-f]{32})(?:\/([^]*))?$/.exec(uri);
  if (run) {
    return placeInRun(finder, run[1]!, trimmed(run[2]), signal);
  }
  const model = /^models:\/+(m-[0-9a-f]{32})\/?$/.exec(uri) ?? IN_MODEL.exec(uri);
  if (model) {
    return { modelId: model[1]!, folder: trimmed(model[2]) };
  }
  const copied = /^models:\/+([^/][^]*)\/(\d+)$/.exec(uri);
  if (copied && hops < MAX_HOPS) {
    return placeOfVersion(finder, { name: copied[1]!, version: copied[2]! }, signal, hops + 1);
  }
  const made = IN_RUN.exec(uri);
  if (made && (await isOfRun(finder, made[1]!, uri, signal))) {
    return { runId: made[1]!, folder: trimmed(made[2]) };
  }
  return { name, version, uri, folder: '' };
}

/**
 * Since MLflow 3 the run's logged model of that name comes before a folder of the run, as in MLflow's
 * store/artifact/runs_artifact_repo.py.
 */
async function placeInRun(
  { records }: PlaceFinder,
  runId: string,
  folder: string,
  signal?: AbortSignal,
): Promise<Place> {
  const [name, ...rest] = folder.split('/');
  const modelId = name ? await records.loggedModelOfRun(runId, name, signal) : null;
  return modelId === null ? { runId, folder } : { modelId, folder: rest.join('/') };
}

/** A run that is gone, or has its artifacts elsewhere, says nothing of a folder with its id. */
async function isOfRun(
  { records }: PlaceFinder,
  runId: string,
  uri: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    return uri.startsWith(await records.runArtifactUri(runId, signal));
  } catch (error) {
    if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      return false;
    }
    throw error;
  }
}

async function downloadUri(
  { exchange, api }: PlaceFinder,
  name: string,
  version: string,
  signal?: AbortSignal,
): Promise<string> {
  const endpoint = 'model-versions/get-download-uri';
  const answer = await call(exchange, api, { method: 'GET', endpoint, args: { name, version } }, signal);
  const uri = answer['artifact_uri'];
  if (typeof uri !== 'string') {
    throw noModelVersion(name, version);
  }
  return uri;
}

function trimmed(path = ''): string {
  return path.split('/').filter(Boolean).join('/');
}
