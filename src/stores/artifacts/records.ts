import { noLoggedModel, noModelVersion, there } from '../../mlflow/missing';
import type { TrackingStore } from '../../mlflow/store';

/** What a store has recorded about its artifacts. Each rejects with StoreError where there is no such entity. */
export interface ArtifactRecords {
  /** The folder that holds the store. */
  storeFolder: string;
  runArtifactUri(runId: string, signal?: AbortSignal): Promise<string>;
  modelArtifactLocation(modelId: string, signal?: AbortSignal): Promise<string>;
  /** The newest logged model of that name that the run has made; null where it made none, as before MLflow 3. */
  loggedModelOfRun(runId: string, name: string, signal?: AbortSignal): Promise<string | null>;
  versionSource(
    name: string,
    version: string,
    signal?: AbortSignal,
  ): Promise<{ source: string; storageLocation: string | null }>;
}

/** Logged models of one run that are looked through for a name: a run with checkpoints has many. */
const MOST_MODELS = 1000;
const MODELS_A_PAGE = 100;

/**
 * The records of any store, by its own reading.
 *
 * @param storeFolder the folder on this machine that holds the store
 */
export function recordsOf(
  store: Pick<TrackingStore, 'getRun' | 'searchLoggedModels' | 'getRegisteredModel'>,
  storeFolder: string,
): ArtifactRecords {
  return {
    storeFolder,
    runArtifactUri: async (runId, signal) => (await store.getRun(runId, signal)).info.artifactUri,
    modelArtifactLocation: async (modelId, signal) => {
      const { items } = await store.searchLoggedModels({ modelIds: [modelId], maxResults: 1 }, signal);
      return there(items[0], () => noLoggedModel(modelId)).artifactLocation;
    },
    loggedModelOfRun: async (sourceRunId, name, signal) => {
      let pageToken: string | undefined;
      for (let seen = 0; seen < MOST_MODELS; seen += MODELS_A_PAGE) {
        const page = await store.searchLoggedModels(
          { sourceRunId, maxResults: MODELS_A_PAGE, ...(pageToken === undefined ? {} : { pageToken }) },
          signal,
        );
        const found = page.items.find((model) => model.name === name);
        pageToken = page.nextPageToken;
        if (found || pageToken === undefined) {
          return found?.modelId ?? null;
        }
      }
      return null;
    },
    versionSource: async (name, version, signal) => {
      const { versions } = await store.getRegisteredModel(name, signal);
      const found = versions.find((candidate) => candidate.version === version);
      return there(found, () => noModelVersion(name, version));
    },
  };
}
