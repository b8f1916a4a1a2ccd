import { valueOf, type Experiment, type KeyValue } from '../mlflow/entities';
import type { StoreError } from '../mlflow/errors';
import { cancelled, toStoreError } from '../mlflow/errors';
import { TAG_PARENT } from '../mlflow/family';
import {
  loggedOf,
  TAG_COPIED_FROM,
  TAG_PARENT_ELSEWHERE,
  type ImportedHistory,
  type ImportedRun,
  type Importer,
  type Whole,
} from '../mlflow/importer';
import type { TrackingStore } from '../mlflow/store';
import { wholeText } from '../mlflow/wholeNumbers';
import { fileToCopy } from './files';
import { copiedFrom, type CopyPlan, type PlannedRun } from './plan';

/** How far a copying is. */
export interface CopyProgress {
  /** Runs that are whole by now. */
  runs: number;
  /** Of the run that is being made. */
  files: number;
  bytes: number;
  points: number;
}

export interface CopyResult {
  /** What was made, in its order. */
  copies: { from: string; to: string }[];
  /** Why it ended before the last run; null where it did not. */
  stopped: StoreError | null;
}

/**
 * Carries out a plan, a run after the other. What it was stopped at is gone on with by the next plan of the same runs.
 *
 * @param experiment where the runs are made
 */
export async function copyRuns(
  source: TrackingStore,
  plan: CopyPlan,
  { importer, experiment }: { importer: Importer; experiment: Experiment },
  signal?: AbortSignal,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<CopyResult> {
  const copies: CopyResult['copies'] = [];
  const there = new Map(plan.known);
  try {
    for (const planned of plan.runs) {
      const progress: CopyProgress = { runs: copies.length, files: 0, bytes: 0, points: 0 };
      const step = (change: Partial<CopyProgress>): void => {
        onProgress(Object.assign(progress, change));
      };
      step({});
      const to = await copyRun(source, planned, there, { importer, experiment, step }, signal);
      there.set(planned.from, to);
      copies.push({ from: planned.run.info.runId, to });
    }
    return { copies, stopped: null };
  } catch (error) {
    return { copies, stopped: signal?.aborted ? cancelled() : toStoreError(error) };
  }
}

interface Making {
  importer: Importer;
  experiment: Experiment;
  step(this: void, change: Partial<CopyProgress>): void;
}

async function copyRun(
  source: TrackingStore,
  planned: PlannedRun,
  there: ReadonlyMap<string, string>,
  { importer, experiment, step }: Making,
  signal?: AbortSignal,
): Promise<string> {
  const { runId } = planned.run.info;
  const run = importedRun(source, planned, there, experiment.experimentId);
  if (signal?.aborted) {
    throw cancelled();
  }
  const making = await importer.begin(run, experiment, planned.half, signal);
  let [files, bytes] = [0, 0];
  for (const file of planned.files) {
    if (signal?.aborted) {
      throw cancelled();
    }
    if (!(await making.holds(file, signal))) {
      const before = bytes;
      const read = fileToCopy(source, { runId }, file, signal, (done) => step({ bytes: before + done }));
      await making.put(read, signal);
    }
    files++;
    bytes += file.size;
    step({ files, bytes });
  }
  await making.finish(historiesOf(source, planned, signal), signal, (points) => step({ points }));
  return making.runId;
}

function importedRun(
  source: TrackingStore,
  { run, from, params, tags, datasets }: PlannedRun,
  there: ReadonlyMap<string, string>,
  experimentId: string,
): ImportedRun {
  const { info } = run;
  const parent = valueOf(tags, TAG_PARENT);
  const parentCopy = parent === undefined ? undefined : there.get(copiedFrom(source.uri, parent));
  const parentTags: KeyValue[] =
    parent === undefined
      ? []
      : parentCopy === undefined
        ? [{ key: TAG_PARENT_ELSEWHERE, value: parent }]
        : [{ key: TAG_PARENT, value: parentCopy }];
  return {
    ...{ experimentId, runName: info.runName, userId: info.userId, status: info.status },
    ...{ startTime: info.startTime, endTime: info.endTime, params, datasets },
    tags: [
      { key: TAG_COPIED_FROM, value: from },
      ...tags.filter(({ key }) => key !== TAG_PARENT && key !== TAG_PARENT_ELSEWHERE),
      ...parentTags,
    ],
  };
}

async function* historiesOf(
  source: TrackingStore,
  { run, metrics }: PlannedRun,
  signal?: AbortSignal,
): AsyncGenerator<ImportedHistory> {
  for (const key of metrics) {
    const history = await source.getMetricHistory(run.info.runId, key, signal);
    const { steps, stepRests, timestamps, timestampRests, values, added } = history;
    const order = Array.from(values, (_, at) => at);
    if (added) {
      order.sort((a, b) => added[a]! - added[b]!);
    }
    yield {
      key,
      timestamps: order.map((at) => wholeOf(timestamps[at]!, timestampRests?.[at])),
      steps: order.map((at) => wholeOf(steps[at]!, stepRests?.[at])),
      values: order.map((at) => loggedOf(values[at]!)),
    };
  }
}

function wholeOf(value: number, rest = 0): Whole {
  return Number.isSafeInteger(value) ? value : wholeText(value, rest);
}
