import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Importer, ImportedHistory, ImportedRun } from '../../mlflow/importer';
import { ArtifactFolder } from '../imports/artifactFolder';
import { collected } from '../imports/collected';
import { LOCAL_LIMITS } from '../imports/limits';
import { localPlace } from '../imports/localPlace';
import { copiedRunId } from '../imports/runId';
import { isKey } from './keyFolder';

/** A run as the writer process gets it. */
export interface FilesImport {
  runId: string;
  run: ImportedRun;
  histories: ImportedHistory[];
}

/**
 * Where a run is put together, from the store's folder on: in one of `.trash`, as all that has to appear whole (StoreFiles),
 * but one that is found again. `run` is what is moved into its place.
 */
export function stageOfRun(runId: string): { folder: string; run: string } {
  const folder = `.trash/mlflow-lens-copy-${runId}`;
  return { folder, run: `${folder}/run` };
}

/**
 * Makes runs in an mlruns folder: artifacts and files are put together where nobody looks, and then the run appears whole.
 *
 * @param folder absolute path of the store
 * @param write carries out one import in a process of its own (writer.ts)
 */
export function createFilesImporter(
  folder: string,
  write: (run: FilesImport, signal?: AbortSignal) => Promise<void>,
): Importer {
  return {
    limits: async () => ({
      ...LOCAL_LIMITS,
      nestedKeys: false,
      keyProblem: (key) =>
        LOCAL_LIMITS.keyProblem(key) ?? (isKey(key) ? null : 'its name cannot be that of a file'),
    }),
    artifactsTo: async ({ experimentId, artifactLocation }) => {
      const place = await artifactPlace(folder, experimentId, artifactLocation);
      return 'problem' in place ? place : { place: place.folder ?? path.join(folder, experimentId) };
    },
    begin: async (run, { experimentId, artifactLocation }) => {
      const runId = copiedRunId(folder, run);
      const place = await artifactPlace(folder, experimentId, artifactLocation);
      const stage = stageOfRun(runId);
      const root = await fs.realpath(folder);
      const part = path.join(root, stage.folder, 'part');
      const elsewhere = 'folder' in place ? place.folder : null;
      const artifacts =
        elsewhere === null
          ? new ArtifactFolder(root, `${stage.run}/artifacts`, part)
          : new ArtifactFolder(
              elsewhere,
              `${runId}/artifacts`,
              path.join(elsewhere, runId, '.mlflow-lens-part'),
            );
      return {
        runId,
        holds: (artifact) => artifacts.holds(artifact),
        put: (artifact, signal) => artifacts.put(artifact, signal),
        finish: async (histories, signal, onPoints) => {
          const all = await collected(histories, LOCAL_LIMITS.points, signal, onPoints);
          await write({ runId, run, histories: all }, signal);
        },
      };
    },
  };
}

/**
 * `folder: null` for the run's own folder: that is where MLflow's own locations lead, and those of a store that was moved.
 * Another folder is one that somebody chose for the experiment.
 */
async function artifactPlace(
  store: string,
  experimentId: string,
  location: string,
): Promise<{ folder: string | null } | { problem: string }> {
  const place = localPlace(location, store);
  const own = path.join(await fs.realpath(store), experimentId);
  if ('problem' in place) {
    const wasMoved =
      /^(?:file:|\/|[a-zA-Z]:\\)/.test(location) && location.split(/[\\/]/).at(-1) === experimentId;
    return wasMoved ? { folder: null } : place;
  }
  return { folder: place.folder === own ? null : place.folder };
}
