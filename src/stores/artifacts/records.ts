import { noLoggedModel, noModelVersion, there } from '../../mlflow/missing';
import type { TrackingStore } from '../../mlflow/store';

/** What a store has recorded about its artifacts. Each rejects with StoreError where there is no such entity. */
export interface ArtifactRecords {
  /** The folder that holds the store. */
  storeFolder: string;
  runArtifactUri(runId: string, signal?: AbortSignal): Promise<string>;
  modelArtifactLocation(modelId: string, signal?: AbortSignal): Promise<string>;
  versionSource(
    name: string,
    version: string,
    signal?: AbortSignal,
  ): Promise<{ source: string; storageLocation: string | null }>;
}

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
    versionSource: async (name, version, signal) => {
      const { versions } = await store.getRegisteredModel(name, signal);
      const found = versions.find((candidate) => candidate.version === version);
      return there(found, () => noModelVersion(name, version));
    },
  };
}
