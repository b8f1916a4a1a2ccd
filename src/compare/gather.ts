import { isStoreError } from '../mlflow/errors';
import { valueOf, type ModelVersion, type Run } from '../mlflow/entities';
import { loggedModelHistory } from '../mlflow/loggedModelHistory';
import { asItRan } from '../mlflow/optunaTrial';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';
import { nameOfRun } from '../mlflow/tellApart';
import { inputExampleFile, type ModelFacts } from './model';
import type { SideFacts } from './types';

/** Reads what a run itself holds: enough for the first picture of a diff. */
export async function readSide(
  store: TrackingStore,
  runId: string,
  version: ModelVersion | null,
  signal?: AbortSignal,
): Promise<SideFacts> {
  const run = await store.getRun(runId, signal);
  const experiment = await store.getExperiment(run.info.experimentId, signal).catch((error: unknown) => {
    if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      return null;
    }
    throw error;
  });
  const ran = asItRan(run);
  const name = nameOfRun(run.info);
  return {
    side: {
      store: store.uri,
      runId,
      label: version ? `v${version.version} ${name}` : name,
      experiment: experiment?.name ?? run.info.experimentId,
      experimentId: run.info.experimentId,
      version: version?.version ?? null,
      startTime: ran.startTime,
      status: ran.status,
      commit: valueOf(run.tags, 'mlflow.source.git.commit') ?? null,
      workingTree: false,
    },
    run,
    experimentTags: experiment?.tags ?? [],
    inputs: null,
    models: null,
    environment: null,
    source: null,
    sources: null,
  };
}

/** Reads what the run of a model version holds, or what is known without it where that is gone. */
export async function readVersion(
  store: TrackingStore,
  version: ModelVersion,
  signal?: AbortSignal,
): Promise<SideFacts> {
  if (!version.runId) {
    return sideOfVersion(store, version);
  }
  return readSide(store, version.runId, version, signal).catch((error: unknown) => {
    if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      return sideOfVersion(store, version);
    }
    throw error;
  });
}

/** A model version whose run is gone, or was never recorded: its model and its tags are all that is known. */
export function sideOfVersion(store: TrackingStore, version: ModelVersion): SideFacts {
  const run: Run = {
    info: {
      runId: version.runId ?? '',
      experimentId: '',
      runName: '',
      userId: version.userId ?? '',
      status: '',
      startTime: null,
      endTime: null,
      lifecycleStage: 'active',
      artifactUri: '',
    },
    params: [],
    metrics: [],
    tags: version.tags,
  };
  return {
    side: {
      store: store.uri,
      runId: version.runId ?? '',
      label: `v${version.version} (no run)`,
      experiment: '',
      experimentId: '',
      version: version.version,
      startTime: version.creationTimestamp,
      status: version.status,
      commit: null,
      workingTree: false,
    },
    run,
    runUnknown: true,
    experimentTags: [],
    inputs: { datasetInputs: [], modelInputs: [], modelOutputs: [] },
    models: null,
    environment: new Map(),
    source: null,
    sources: new Map(),
  };
}

const MOST_BYTES = 1 << 20;
const MOST_EXAMPLE = 20_000;
export const MOST_MODELS = 8;
const MOST_FOLDERS = 50;
const MODEL_FILES = ['MLmodel', 'requirements.txt', 'python_env.yaml', 'conda.yaml'];

/** Datasets and models of a run; the version's own model where a version is compared. */
export async function readDetails(
  store: TrackingStore,
  facts: SideFacts,
  version: ModelVersion | null,
  signal?: AbortSignal,
): Promise<SideFacts> {
  const { runId } = facts.side;
  const inputs = facts.inputs ?? (await store.getRunInputs(runId, signal));
  const owners = version
    ? [
        {
          name: version.name,
          owner: { name: version.name, version: version.version } as ArtifactOwner,
          folder: '',
        },
      ]
    : await modelOwners(store, facts.run, signal);
  const models = await Promise.all(
    owners
      .slice(0, MOST_MODELS)
      .map(({ name, owner, folder }) => readModel(store, name, owner, folder, signal)),
  );
  return { ...facts, inputs, models: models.filter((model) => model !== null) };
}

export interface ModelOwner {
  name: string;
  owner: ArtifactOwner;
  folder: string;
}

/** Logged models of MLflow 3, else the folders that the run's history of log_model names (mlflow.md, F.2). */
export async function modelOwners(
  store: TrackingStore,
  run: Run,
  signal?: AbortSignal,
): Promise<ModelOwner[]> {
  const logged = await store
    .searchLoggedModels({ sourceRunId: run.info.runId, maxResults: MOST_MODELS }, signal)
    .catch((error: unknown) => noneWhereUnsupported(error));
  if (logged.items.length > 0) {
    return logged.items.map(({ name, modelId }) => ({ name, owner: { modelId }, folder: '' }));
  }
  const paths = new Set(loggedModelHistory(run.tags).map(({ path }) => path));
  return [...paths].map((path) => ({
    name: path,
    owner: { runId: run.info.runId },
    folder: path,
  }));
}

function noneWhereUnsupported(error: unknown): { items: never[] } {
  if (isStoreError(error) && error.code !== 'CANCELLED') {
    return { items: [] };
  }
  throw error;
}

/** A model by its files; null where there is no MLmodel to be read. */
export async function readModel(
  store: TrackingStore,
  name: string,
  owner: ArtifactOwner,
  folder: string,
  signal?: AbortSignal,
): Promise<ModelFacts | null> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const read = (file: string): Promise<string | null> => readText(store, owner, prefix + file, signal);
  const [mlmodel, ...environment] = await Promise.all(MODEL_FILES.map(read));
  if (mlmodel === null || mlmodel === undefined) {
    return null;
  }
  const example = inputExampleFile(mlmodel);
  const inputExample = example === null ? null : await read(example);
  return {
    name,
    mlmodel,
    owner,
    ...(inputExample === null ? {} : { inputExample: inputExample.slice(0, MOST_EXAMPLE) }),
    size: sizeOf(mlmodel) ?? (await folderSize(store, owner, folder, signal)),
    environment: new Map(
      MODEL_FILES.slice(1).flatMap((file, index) => {
        const text = environment[index];
        return text === null || text === undefined ? [] : [[file, text] as const];
      }),
    ),
  };
}

/** A small text file among artifacts; null where it is not there or cannot be read. */
export async function readText(
  store: TrackingStore,
  owner: ArtifactOwner,
  path: string,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    const bytes = await store.readArtifact(owner, path, { offset: 0, length: MOST_BYTES }, signal);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (isStoreError(error) && error.code !== 'CANCELLED') {
      return null;
    }
    throw error;
  }
}

function sizeOf(mlmodel: string): number | null {
  const size = /^model_size_bytes:\s*(\d+)\s*$/m.exec(mlmodel)?.[1];
  return size === undefined ? null : Number(size);
}

/**
 * Bytes of all files below a folder; null where there are none or they cannot be told, also where there are more folders
 * than a model has: links of folders to each other make paths without end.
 */
export async function folderSize(
  store: TrackingStore,
  owner: ArtifactOwner,
  folder: string,
  signal?: AbortSignal,
): Promise<number | null> {
  let size: number | null = null;
  const folders = [folder];
  try {
    for (let i = 0; i < folders.length; i++) {
      if (i === MOST_FOLDERS) {
        return null;
      }
      const { files } = await store.listArtifacts(owner, folders[i]!, signal);
      size = files.reduce<number | null>((sum, file) => (sum ?? 0) + (file.size ?? 0), size);
      folders.push(...files.filter(({ isDir }) => isDir).map(({ path }) => path));
    }
    return size;
  } catch (error) {
    if (isStoreError(error) && error.code !== 'CANCELLED') {
      return null;
    }
    throw error;
  }
}
