import type { KeyValue, Metric, Run } from '../../../src/mlflow/entities';
import { isMetricLater } from '../../../src/mlflow/latest';
import { restOf } from '../../../src/mlflow/wholeNumbers';
import { EXPERIMENT, START, type HistoryPoint, type MadeRun } from '../histories';
import type { OtherClient } from '../kinds/storeKind';
import { withValue, type HeldHistory, type MemoryContent, type Point } from './content';
import type { InMemoryStore } from '../inMemoryStore';

/** Another client of a store in memory: each call is one commit. */
export function otherClientOf(store: InMemoryStore): OtherClient {
  const commit = (change: (content: MemoryContent) => MemoryContent): Promise<void> => {
    store.replace(change(store.current));
    return Promise.resolve();
  };
  const changeRun = (runId: string, change: (run: Run) => Run): Promise<void> =>
    commit((content) => {
      const run = content.runs.get(runId);
      return run ? content.with({ runs: withValue(content.runs, runId, change(run)) }) : content;
    });
  return {
    logRuns: (runs) => commit((content) => withRuns(content, runs)),
    logMetric: (runId, key, points) => commit((content) => withPoints(content, runId, key, points)),
    logParam: (runId, key, value) =>
      changeRun(runId, (run) => ({ ...run, params: withPair(run.params, key, value) })),
    setTag: (runId, key, value) =>
      changeRun(runId, (run) => ({ ...run, tags: withPair(run.tags, key, value) })),
    endRun: (runId, status, endTime) =>
      changeRun(runId, (run) => ({ ...run, info: { ...run.info, status, endTime } })),
    deleteRun: (runId) =>
      changeRun(runId, (run) => ({ ...run, info: { ...run.info, lifecycleStage: 'deleted' } })),
    purgeRun: (runId) =>
      commit((content) => {
        const runs = new Map(content.runs);
        const histories = new Map(content.parts.histories);
        runs.delete(runId);
        histories.delete(runId);
        return content.with({ runs, histories });
      }),
    setModelTag: (name, key, value) =>
      commit((content) => {
        const { models } = content.parts;
        const model = models.get(name)!;
        const changed = { ...model, tags: withPair(model.tags, key, value) };
        return content.with({ models: withValue(models, name, changed) });
      }),
  };
}

/** The runs in the experiment EXPERIMENT, as `addRuns` of test/support/histories logs them. */
export function withRuns(content: MemoryContent, made: readonly MadeRun[]): MemoryContent {
  const runs = new Map(content.runs);
  const histories = new Map(content.parts.histories);
  made.forEach((run, index) => {
    const metrics = Object.entries(run.metrics ?? {}).map(
      ([key, points]) => [key, heldHistory([...points].map(pointOf))] as const,
    );
    histories.set(run.runId, new Map(metrics));
    runs.set(run.runId, {
      ...runOf(run, index),
      metrics: metrics.map(([key, { points }]) => latestOf(key, points)).sort(byKey),
    });
  });
  return content.with({ runs, histories });
}

function heldHistory(points: Point[]): HeldHistory {
  return { points, count: points.length };
}

function latestOf(key: string, points: readonly Point[]): Metric {
  const values = points.map(([step, timestamp, value, stepRest = 0, timestampRest = 0]): Metric => ({
    ...{ key, value, timestamp, step },
    ...(stepRest === 0 ? {} : { stepRest }),
    ...(timestampRest === 0 ? {} : { timestampRest }),
  }));
  return values.reduce((latest, metric) => (isMetricLater(metric, latest) ? metric : latest));
}

function runOf(made: MadeRun, index: number): Run {
  const startTime = made.startTime ?? START + index * 1000;
  const tags = {
    ...made.tags,
    ...(made.parentRunId === undefined ? {} : { 'mlflow.parentRunId': made.parentRunId }),
  };
  const pairs = (values: Record<string, string>): KeyValue[] =>
    Object.entries(values).reduce<KeyValue[]>((list, [key, value]) => withPair(list, key, value), []);
  return {
    info: {
      runId: made.runId,
      experimentId: EXPERIMENT,
      runName: made.name ?? `run ${index}`,
      userId: 'trainer',
      status: made.status ?? 'FINISHED',
      startTime,
      endTime: made.endTime === undefined ? startTime + 60_000 : made.endTime,
      lifecycleStage: made.lifecycleStage ?? 'active',
      artifactUri: '/nowhere',
    },
    params: pairs(made.params ?? {}),
    metrics: [],
    tags: pairs(tags),
  };
}

function withPoints(
  content: MemoryContent,
  runId: string,
  key: string,
  added: readonly HistoryPoint[],
): MemoryContent {
  const run = content.runs.get(runId)!;
  const points = added.map(pointOf);
  const before = content.history(runId, key);
  // Never into a list that was taken on by another commit already.
  const list =
    before?.points.length === before?.count ? (before?.points ?? []) : before!.points.slice(0, before!.count);
  list.push(...points);
  const { histories } = content.parts;
  const metrics = [...run.metrics.filter((metric) => metric.key !== key), latestOf(key, list)].sort(byKey);
  const ofRun = withValue(histories.get(runId) ?? new Map(), key, heldHistory(list));
  return content.with({
    runs: withValue(content.runs, runId, { ...run, metrics }),
    histories: withValue(histories, runId, ofRun),
  });
}

function pointOf([step, timestamp, value]: HistoryPoint): Point {
  return Number.isSafeInteger(Number(step))
    ? [Number(step), timestamp, value]
    : [Number(step), timestamp, value, restOf(String(step))];
}

function withPair(pairs: readonly KeyValue[], key: string, value: string): KeyValue[] {
  return [...pairs.filter((pair) => pair.key !== key), { key, value }].sort(byKey);
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : 1;
}
