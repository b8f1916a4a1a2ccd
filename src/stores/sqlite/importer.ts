import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { StoreError } from '../../mlflow/errors';
import type { Importer, ImportedHistory, ImportedRun } from '../../mlflow/importer';
import { ArtifactFolder } from '../imports/artifactFolder';
import { collected } from '../imports/collected';
import { LOCAL_LIMITS } from '../imports/limits';
import { localPlace } from '../imports/localPlace';
import { copiedRunId } from '../imports/runId';

/** A run as the writer process gets it. */
export interface SqliteImport {
  runId: string;
  run: ImportedRun;
  histories: ImportedHistory[];
}

/**
 * Makes runs in a database: their artifacts first, in the folder that MLflow's client would put them in, and then all of
 * their rows in one transaction. So a run is seen whole or not at all.
 *
 * @param file absolute path of the database
 * @param write carries out one import in a process of its own (writer.ts)
 */
export function createSqliteImporter(
  file: string,
  write: (run: SqliteImport, signal?: AbortSignal) => Promise<void>,
): Importer {
  const storeFolder = path.dirname(file);
  return {
    limits: async () => LOCAL_LIMITS,
    artifactsTo: async ({ artifactLocation }) => {
      const place = localPlace(artifactLocation, storeFolder);
      return 'problem' in place ? place : { place: place.folder };
    },
    begin: async (run, { artifactLocation }) => {
      const runId = copiedRunId(file, run);
      const place = localPlace(artifactLocation, storeFolder);
      const artifacts = async (): Promise<ArtifactFolder> => {
        if ('problem' in place) {
          throw new StoreError('UNSUPPORTED', place.problem);
        }
        const folder = path.join(place.folder, runId);
        await fs.mkdir(folder, { recursive: true });
        return new ArtifactFolder(place.folder, `${runId}/artifacts`, path.join(folder, '.mlflow-lens-part'));
      };
      return {
        runId,
        holds: async (artifact) => 'folder' in place && (await artifacts()).holds(artifact),
        put: async (artifact, signal) => (await artifacts()).put(artifact, signal),
        finish: async (histories, signal, onPoints) => {
          const all = await collected(histories, LOCAL_LIMITS.points, signal, onPoints);
          await write({ runId, run, histories: all }, signal);
        },
      };
    },
  };
}
