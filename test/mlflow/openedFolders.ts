import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { mlflowPython, type MlflowVersion } from '../../scripts/mlflowEnvironment';

/** What MLflow's client reads of an mlruns folder (open_folders.py), or why it cannot. */
export interface OpenedFolder {
  error?: string;
  /** Lifecycle stage by id. */
  experiments: Record<string, string>;
  runs: Record<string, { stage: string; params: number; metrics: string[]; tags: string[] }>;
  models: Record<
    string,
    {
      aliases: Record<string, string>;
      tags: Record<string, string>;
      versions: Record<
        string,
        {
          stage: string;
          source: string;
          uri: string;
          run: string | null;
          tags: Record<string, string>;
        }
      >;
    }
  >;
}

/** All of them are opened by one process of that MLflow, in their order. */
export function openedByMlflow(version: MlflowVersion, folders: readonly string[]): OpenedFolder[] {
  const done = spawnSync(mlflowPython(version), [path.join(__dirname, 'open_folders.py')], {
    input: JSON.stringify(folders),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: {
      ...process.env,
      MLFLOW_ALLOW_FILE_STORE: 'true',
      PYTHONWARNINGS: 'ignore',
      GIT_PYTHON_REFRESH: 'quiet',
    },
  });
  const line = /^ANSWERS (.*)$/m.exec(done.stdout)?.[1];
  assert.ok(line, done.stderr.slice(-3000));
  return JSON.parse(line) as OpenedFolder[];
}
