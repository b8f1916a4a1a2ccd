import { isStoreError } from '../mlflow/errors';
import { valueOf, type KeyValue, type ModelVersion, type Run } from '../mlflow/entities';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';
import type { SourceFinder } from '../provenance/finder';
import type { GitRepository } from '../provenance/git';
import { ENVIRONMENT_FILE } from './environment';
import type { ModelFacts } from './model';
import type { CommitRange, SideFacts } from './types';

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
  const name = run.info.runName || runId.slice(0, 8);
  return {
    side: {
      store: store.uri,
      runId,
      label: version ? `v${version.version} ${name}` : name,
      experiment: experiment?.name ?? run.info.experimentId,
      experimentId: run.info.experimentId,
      version: version?.version ?? null,
      startTime: run.info.startTime,
      status: run.info.status,
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
    experimentTags: [],
    inputs: { datasetInputs: [], modelInputs: [], modelOutputs: [] },
    models: null,
    environment: new Map(),
    source: null,
    sources: new Map(),
  };
}

const MOST_BYTES = 1 << 20;
const MOST_MODELS = 8;
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

interface ModelOwner {
  name: string;
  owner: ArtifactOwner;
  folder: string;
}

/** Logged models of MLflow 3, else the folders that the run's history of log_model names (mlflow.md, F.2). */
async function modelOwners(store: TrackingStore, run: Run, signal?: AbortSignal): Promise<ModelOwner[]> {
  const logged = await store
    .searchLoggedModels({ sourceRunId: run.info.runId, maxResults: MOST_MODELS }, signal)
    .catch((error: unknown) => noneWhereUnsupported(error));
  if (logged.items.length > 0) {
    return logged.items.map(({ name, modelId }) => ({ name, owner: { modelId }, folder: '' }));
  }
  return historyPaths(run.tags).map((path) => ({
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

function historyPaths(tags: readonly KeyValue[]): string[] {
  try {
    const history: unknown = JSON.parse(valueOf(tags, 'mlflow.log-model.history') ?? '[]');
    const paths = (Array.isArray(history) ? (history as unknown[]) : []).map((entry) =>
      typeof entry === 'object' && entry !== null && 'artifact_path' in entry ? entry.artifact_path : null,
    );
    return [...new Set(paths.filter((path): path is string => typeof path === 'string'))];
  } catch {
    return [];
  }
}

async function readModel(
  store: TrackingStore,
  name: string,
  owner: ArtifactOwner,
  folder: string,
  signal?: AbortSignal,
): Promise<ModelFacts | null> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const read = async (file: string): Promise<string | null> => {
    try {
      const bytes = await store.readArtifact(owner, prefix + file, { offset: 0, length: MOST_BYTES }, signal);
      return new TextDecoder().decode(bytes);
    } catch (error) {
      if (isStoreError(error) && error.code !== 'CANCELLED') {
        return null;
      }
      throw error;
    }
  };
  const [mlmodel, ...environment] = await Promise.all(MODEL_FILES.map(read));
  if (mlmodel === null || mlmodel === undefined) {
    return null;
  }
  return {
    name,
    mlmodel,
    size: sizeOf(mlmodel) ?? (await folderSize(store, owner, folder, signal)),
    environment: new Map(
      MODEL_FILES.slice(1).flatMap((file, index) => {
        const text = environment[index];
        return text === null || text === undefined ? [] : [[file, text] as const];
      }),
    ),
  };
}

function sizeOf(mlmodel: string): number | null {
  const size = /^model_size_bytes:\s*(\d+)\s*$/m.exec(mlmodel)?.[1];
  return size === undefined ? null : Number(size);
}

async function folderSize(
  store: TrackingStore,
  owner: ArtifactOwner,
  folder: string,
  signal?: AbortSignal,
): Promise<number | null> {
  try {
    const { files } = await store.listArtifacts(owner, folder, signal);
    return files.reduce((sum, { size }) => sum + (size ?? 0), 0);
  } catch (error) {
    if (isStoreError(error) && error.code !== 'CANCELLED') {
      return null;
    }
    throw error;
  }
}

/**
 * The working copy as a side: what its code would set for a run like the given one, its environment files, and what
 * changed since that run's commit. Null where the run's program is not in the working copy.
 */
export async function readWorkingCopy(like: SideFacts, finder: SourceFinder): Promise<SideFacts | null> {
  const working = await finder.workingCopy(like.run);
  if (!working) {
    return null;
  }
  const tree = working.head ? await working.repository.tree(working.head) : [];
  const folders = foldersAbove(working.file);
  const environment = new Map(
    tree
      .filter(
        ({ path }) => ENVIRONMENT_FILE.test(path) && folders.has(dirname(path)) && working.files.exists(path),
      )
      .map(({ path }) => [path, working.files.read(path)] as const),
  );
  const name = 'Working copy';
  return {
    side: {
      store: like.side.store,
      runId: '',
      label: name,
      experiment: like.side.experiment,
      experimentId: like.side.experimentId,
      version: null,
      startTime: null,
      status: '',
      commit: null,
      workingTree: true,
    },
    run: {
      info: { ...like.run.info, runId: '', runName: name, startTime: null, endTime: null },
      params: [...working.params].map(([key, { value }]) => ({ key, value })),
      metrics: [],
      tags: [],
    },
    experimentTags: like.experimentTags,
    inputs: { datasetInputs: [], modelInputs: [], modelOutputs: [] },
    models: [],
    environment,
    source: {
      repository: working.repository.root,
      commit: working.head,
      exact: false,
      file: working.file,
      usedFiles: [working.file],
      problem: null,
    },
    sources: working.params,
    changed: working.changed,
  };
}

/** Where the code of a side lies: its repository, and the commit that its files are of. */
interface Place {
  repository: GitRepository;
  commit: string;
}

/** Sources of the params, environment files at the commits, and what lies between the commits. */
export async function readCode(
  sides: readonly SideFacts[],
  baseline: number,
  finder: SourceFinder,
): Promise<{ sides: SideFacts[]; commits: CommitRange[] }> {
  const repositories = await finder.repositories();
  const read = await Promise.all(
    sides.map(async (facts): Promise<{ facts: SideFacts; place: Place | null }> => {
      if (facts.side.workingTree) {
        const own = repositories.find(({ root }) => root === facts.source?.repository);
        return {
          facts,
          place: own && facts.source?.commit ? { repository: own, commit: facts.source.commit } : null,
        };
      }
      const { run: source, params } = await finder.findSources(facts.run);
      const repository = repositories.find(({ root }) => root === source.repository);
      const place = repository && source.commit ? { repository, commit: source.commit } : null;
      const environment = place ? await environmentFiles(place, source.file) : new Map<string, string>();
      return {
        facts: {
          ...facts,
          side: { ...facts.side, commit: facts.side.commit ?? source.commit },
          source,
          sources: params,
          environment,
        },
        place,
      };
    }),
  );
  const facts = read.map((each) => each.facts);
  const commits: CommitRange[] = [];
  for (const [index, { place, facts: side }] of read.entries()) {
    if (index !== baseline) {
      commits.push(await rangeBetween(read[baseline]!, { place, facts: side }, index));
    }
  }
  return { sides: facts, commits };
}

const MOST_COMMITS = 200;

async function rangeBetween(
  base: { facts: SideFacts; place: Place | null },
  other: { facts: SideFacts; place: Place | null },
  side: number,
): Promise<CommitRange> {
  const range: CommitRange = { side, commits: [], behind: [], files: [], used: 0, problem: null };
  if (!base.place || !other.place) {
    const lacking = base.place ? other.facts : base.facts;
    range.problem = lacking.source?.problem ?? `${lacking.side.label} has no commit that is known here.`;
    return range;
  }
  if (base.place.repository.root !== other.place.repository.root) {
    range.problem = 'The two runs come from different repositories.';
    return range;
  }
  const { repository } = base.place;
  const working = base.facts.changed ?? other.facts.changed;
  if (base.place.commit === other.place.commit && !working) {
    return range;
  }
  const [commits, behind, files] = await Promise.all([
    repository.commitsBetween(base.place.commit, other.place.commit, MOST_COMMITS),
    repository.commitsBetween(other.place.commit, base.place.commit, MOST_COMMITS),
    working ?? repository.changedFiles(base.place.commit, other.place.commit),
  ]);
  const used = new Set([...(base.facts.source?.usedFiles ?? []), ...(other.facts.source?.usedFiles ?? [])]);
  const isUsed = (file: { path: string; oldPath: string | null }) =>
    used.has(file.path) || (file.oldPath !== null && used.has(file.oldPath));
  range.commits = commits;
  range.behind = behind;
  range.files = [...files.filter(isUsed), ...files.filter((file) => !isUsed(file))];
  range.used = files.filter(isUsed).length;
  return range;
}

/** Environment files of the repository's root and of the folders above the script. */
async function environmentFiles(
  { repository, commit }: Place,
  script: string | null,
): Promise<Map<string, string>> {
  const tree = await repository.tree(commit);
  const folders = foldersAbove(script ?? '');
  const files = tree.filter(({ path }) => ENVIRONMENT_FILE.test(path) && folders.has(dirname(path)));
  const contents = await repository.readObjects(files.map(({ id }) => id));
  return new Map(
    files.flatMap(({ path, id }) => {
      const content = contents.get(id);
      return content ? [[path, new TextDecoder().decode(content)] as const] : [];
    }),
  );
}

function foldersAbove(file: string): Set<string> {
  const folders = new Set(['']);
  for (let folder = dirname(file); folder !== ''; folder = dirname(folder)) {
    folders.add(folder);
  }
  return folders;
}

function dirname(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
