import type { KeyValue, Run } from '../mlflow/entities';
import { isStoreError } from '../mlflow/errors';
import type { TrackingStore } from '../mlflow/store';
import { ENVIRONMENT_FILE, readEnvironment, type Environment } from './environment';
import { modelOwners, MOST_MODELS, readModel, readText } from './gather';
import { unreadSentence } from './unread';

/** What one model of a run, or the run itself, was made with. */
export interface RunEnvironment {
  /** The model's name; empty for files that the run logged beside its models. */
  model: string;
  /** The files that say so, in the order in which they are believed. */
  files: string[];
  python: string | null;
  /** Name and version or range, by name. */
  packages: KeyValue[];
  /** A sentence for each file that could not be read. */
  unread: string[];
}

/** requirements.txt is what was frozen; conda.yaml repeats it, and names Python where python_env.yaml is missing. */
const ORDER = ['requirements', 'python_env', 'conda', 'environment', 'pyproject'];

/** Texts that say what a model, or the run itself, needs; by file name. */
export interface EnvironmentFiles {
  /** The model's name; empty for files that the run logged beside its models. */
  model: string;
  texts: ReadonlyMap<string, string>;
}

/** Reads the environment files of a run's models, and those of the run itself. What cannot be read is left out. */
export async function environmentFiles(
  store: TrackingStore,
  run: Run,
  signal?: AbortSignal,
): Promise<EnvironmentFiles[]> {
  const owners = await modelOwners(store, run, signal);
  const models = await Promise.all(
    owners
      .slice(0, MOST_MODELS)
      .map(({ name, owner, folder }) => readModel(store, name, owner, folder, signal)),
  );
  return [
    ...models.flatMap((model) => (model ? [{ model: model.name, texts: model.environment }] : [])),
    { model: '', texts: await ownFiles(store, run, signal) },
  ];
}

/** Environment files among the run's artifacts, of the first folder only. */
async function ownFiles(
  store: TrackingStore,
  { info: { runId } }: Run,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  try {
    const { files } = await store.listArtifacts({ runId }, '', signal);
    for (const { path, isDir } of files) {
      const text =
        !isDir && ENVIRONMENT_FILE.test(path) ? await readText(store, { runId }, path, signal) : null;
      if (text !== null) {
        texts.set(path, text);
      }
    }
  } catch (error) {
    if (!isStoreError(error) || error.code === 'CANCELLED') {
      throw error;
    }
  }
  return texts;
}

/** What the files of one model say together; a file that says nothing is left out. */
export function combinedEnvironment({ model, texts }: EnvironmentFiles): RunEnvironment {
  const rank = (file: string): number => ORDER.findIndex((name) => file.toLowerCase().includes(name));
  const read: (Environment & { file: string })[] = [];
  const unread: string[] = [];
  for (const [file, text] of [...texts].sort(([a], [b]) => rank(a) - rank(b))) {
    try {
      read.push({ file, ...readEnvironment(file, text) });
    } catch (error) {
      unread.push(unreadSentence(file, error));
    }
  }
  const packages = new Map<string, string>();
  for (const [name, version] of read.flatMap((environment) => [...environment.packages])) {
    if (!packages.has(name)) {
      packages.set(name, version);
    }
  }
  return {
    model,
    files: read.map(({ file }) => file),
    python: read.find(({ python }) => python !== null)?.python ?? null,
    packages: [...packages].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1)),
    unread,
  };
}
