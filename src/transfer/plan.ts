import { valueOf, type Experiment, type KeyValue, type Run, type RunInputs } from '../mlflow/entities';
import { isStoreError, StoreError } from '../mlflow/errors';
import { TAG_PARENT } from '../mlflow/family';
import {
  TAG_COPIED_FROM,
  TAG_COPYING,
  type ArtifactsTo,
  type ImportLimits,
  type Importer,
} from '../mlflow/importer';
import { redactUri } from '../mlflow/redact';
import type { TrackingStore } from '../mlflow/store';
import { listFiles, type PlannedFile } from './files';
import { findCopies, type KnownCopy } from './known';
import { LeftOut } from './leftOut';

/** Runs of one copying. */
export const MOST_RUNS = 500;
/** Keys whose histories are counted by one request. */
const KEYS_AT_ONCE = 50;
const STATUSES: ReadonlySet<string> = new Set(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);

export interface CopyTarget {
  store: TrackingStore;
  importer: Importer;
  /** null for one that has yet to be made. */
  experiment: Experiment | null;
  /** One whose artifacts go where those of a new experiment will; null where there is none. */
  like: Experiment | null;
}

/** What of a run is copied. */
export interface PlannedRun {
  run: Run;
  /** The value of TAG_COPIED_FROM. */
  from: string;
  params: KeyValue[];
  /** Without those that the copying itself sets. */
  tags: KeyValue[];
  datasets: RunInputs['datasetInputs'];
  /** Metrics, in the order of their keys. */
  metrics: string[];
  points: number;
  files: PlannedFile[];
  /** A copy that is not whole, to be gone on with. */
  half: string | null;
}

export interface CopyPlan {
  /** Parents before their children. */
  runs: PlannedRun[];
  /** Where their artifacts go. */
  artifacts: ArtifactsTo;
  /** What is not copied, a sentence each. */
  leftOut: string[];
  /** Runs of the experiment that are whole copies already, by TAG_COPIED_FROM. */
  known: ReadonlyMap<string, string>;
}

/** Where a run is, for TAG_COPIED_FROM. */
export function copiedFrom(storeUri: string, runId: string): string {
  return `${redactUri(storeUri)}#${runId}`;
}

/**
 * Looks at what a copying would make, and makes nothing. Reads each run, how long its histories are, and its folders.
 *
 * @param onRun called with how many runs were looked at by now
 * @throws StoreError
 */
export async function planCopy(
  source: TrackingStore,
  runIds: readonly string[],
  target: CopyTarget,
  signal?: AbortSignal,
  onRun: (looked: number) => void = () => undefined,
): Promise<CopyPlan> {
  if (runIds.length > MOST_RUNS) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `Copy at most ${MOST_RUNS} runs at once.`);
  }
  const limits = await target.importer.limits(signal);
  const where = target.experiment ?? target.like;
  const artifacts: ArtifactsTo = where
    ? await target.importer.artifactsTo(where)
    : { place: 'the folder of the new experiment' };
  const leftOut = new LeftOut();
  const known = new Map<string, string>();
  const runs: PlannedRun[] = [];
  for (const [at, runId] of [...new Set(runIds)].entries()) {
    const run = await source.getRun(runId, signal);
    const from = copiedFrom(source.uri, runId);
    const copy = await copyIn(target, from, signal);
    const parent = valueOf(run.tags, TAG_PARENT);
    if (parent !== undefined && !known.has(copiedFrom(source.uri, parent))) {
      const copied = await copyIn(target, copiedFrom(source.uri, parent), signal);
      if (copied?.isWhole) {
        known.set(copiedFrom(source.uri, parent), copied.runId);
      }
    }
    if (copy?.isWhole) {
      known.set(from, copy.runId);
      leftOut.add(copy.isDeleted ? 'deletedCopy' : 'copied');
    } else if (run.info.lifecycleStage === 'deleted') {
      leftOut.add('deleted');
    } else if (!STATUSES.has(run.info.status)) {
      leftOut.add('status');
    } else {
      const planned = await planRun(source, run, { limits, artifacts, leftOut }, signal);
      if (planned.points > limits.points) {
        leftOut.add('points');
      } else {
        runs.push({ ...planned, from, half: copy?.runId ?? null });
      }
    }
    onRun(at + 1);
  }
  return { runs: parentsFirst(runs), artifacts, leftOut: leftOut.sentences(), known };
}

async function copyIn(
  { store, experiment }: CopyTarget,
  from: string,
  signal?: AbortSignal,
): Promise<KnownCopy | null> {
  return experiment === null ? null : findCopies(store, experiment.experimentId, from, signal);
}

interface Rules {
  limits: ImportLimits;
  artifacts: ArtifactsTo;
  leftOut: LeftOut;
}

async function planRun(
  source: TrackingStore,
  run: Run,
  { limits, artifacts, leftOut }: Rules,
  signal?: AbortSignal,
): Promise<Omit<PlannedRun, 'from' | 'half'>> {
  const { runId } = run.info;
  const taken = <T extends { key: string; value?: unknown }>(
    kind: 'param' | 'tag' | 'metric',
    pairs: readonly T[],
  ): T[] => {
    const longest = kind === 'param' ? limits.param : kind === 'tag' ? limits.tag : Infinity;
    const folders = new Set(limits.nestedKeys ? [] : pairs.flatMap(({ key }) => foldersOf(key)));
    return pairs.filter(({ key, value }) => {
      const isLong = typeof value === 'string' && value.length > longest;
      const problem =
        limits.keyProblem(key) ??
        (isLong ? `longer than ${longest.toLocaleString('en-US')} characters` : null) ??
        (folders.has(key)
          ? 'in an mlruns folder it would be a file, and another name makes it a folder'
          : null);
      if (problem !== null) {
        leftOut.addNamed(kind, key, problem);
      }
      return problem === null;
    });
  };
  const inputs = await source.getRunInputs(runId, signal);
  if (inputs.datasetInputs.length > 0 && !limits.datasets) {
    leftOut.add('datasets', inputs.datasetInputs.length);
  }
  const models = new Set([...inputs.modelInputs, ...inputs.modelOutputs.map(({ modelId }) => modelId)]);
  if (models.size > 0) {
    leftOut.add('loggedModels', models.size);
  }
  if (run.info.status === 'RUNNING') {
    leftOut.add('running');
  }
  const metrics = taken('metric', run.metrics).map(({ key }) => key);
  const ours = new Set([TAG_COPIED_FROM, TAG_COPYING]);
  return {
    run,
    params: taken('param', run.params),
    tags: taken(
      'tag',
      run.tags.filter((tag) => !ours.has(tag.key)),
    ),
    datasets: limits.datasets ? inputs.datasetInputs : [],
    metrics,
    points: await pointsOf(source, runId, metrics, signal),
    files: await filesOf(source, run, { limits, artifacts, leftOut }, signal),
  };
}

/** The folders that a key lies in: `a` and `a/b` for `a/b/c`. */
function foldersOf(key: string): string[] {
  const parts = key.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}

async function pointsOf(
  source: TrackingStore,
  runId: string,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  let points = 0;
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    const summaries = await source.getMetricSummaries(runId, keys.slice(from, from + KEYS_AT_ONCE), signal);
    points += summaries.reduce((sum, { count }) => sum + count, 0);
  }
  return points;
}

async function filesOf(
  source: TrackingStore,
  { info }: Run,
  { limits, artifacts, leftOut }: Rules,
  signal?: AbortSignal,
): Promise<PlannedFile[]> {
  let listed: Awaited<ReturnType<typeof listFiles>>;
  try {
    listed = await listFiles(source, { runId: info.runId }, signal);
  } catch (error) {
    if (!isStoreError(error) || error.code === 'CANCELLED') {
      throw error;
    }
    listed = { files: [], problem: error.message };
  }
  if (listed.problem !== null) {
    leftOut.add('unreadable', 1, listed.problem);
  }
  if ('problem' in artifacts) {
    if (listed.files.length > 0) {
      leftOut.add('artifacts', listed.files.length, artifacts.problem);
    }
    return [];
  }
  return listed.files.filter(({ path }) => {
    const problem = limits.pathProblem(path);
    if (problem !== null) {
      leftOut.addNamed('artifact', path, problem);
    }
    return problem === null;
  });
}

function parentsFirst(runs: readonly PlannedRun[]): PlannedRun[] {
  const byId = new Map(runs.map((planned) => [planned.run.info.runId, planned]));
  const ordered = new Set<PlannedRun>();
  const place = (planned: PlannedRun, above: ReadonlySet<PlannedRun>): void => {
    const parent = byId.get(valueOf(planned.run.tags, TAG_PARENT) ?? '');
    // Parents may form a circle.
    if (parent && !above.has(parent) && !ordered.has(parent)) {
      place(parent, new Set([...above, planned]));
    }
    ordered.add(planned);
  };
  const start = ({ run }: PlannedRun): number => run.info.startTime ?? 0;
  [...runs].sort((a, b) => start(a) - start(b)).forEach((planned) => place(planned, new Set([planned])));
  return [...ordered];
}
