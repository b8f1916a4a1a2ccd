import type {
  DatasetInput,
  Experiment,
  LoggedModel,
  MetricHistory,
  ModelVersion,
  RegisteredModel,
  Run,
  RunInputs,
} from '../../../src/mlflow/entities';
import type { TrackingStore } from '../../../src/mlflow/store';
import { HistoryPoints } from '../../../src/series/historyPoints';
import type { HeldStore } from '../../../src/stores/held/heldStore';
import { allPages } from '../pages';

/** A point of a history, with rests where numbers do not hold its step and its time (mlflow/wholeNumbers.ts). */
export type Point = readonly [
  step: number,
  timestamp: number,
  value: number,
  stepRest?: number,
  timestampRest?: number,
];

/** In the order in which they were logged. The list is only ever added to: a content holds its first `count`. */
export interface HeldHistory {
  points: Point[];
  count: number;
}

interface Parts {
  runs: ReadonlyMap<string, Run>;
  inputs: ReadonlyMap<string, RunInputs>;
  /** By run, then by key. */
  histories: ReadonlyMap<string, ReadonlyMap<string, HeldHistory>>;
  experiments: ReadonlyMap<string, Experiment>;
  models: ReadonlyMap<string, RegisteredModel>;
  /** The greatest number that a model's versions ever had. */
  versionNumbers: ReadonlyMap<string, number>;
  loggedModels: ReadonlyMap<string, LoggedModel>;
}

const NOTHING: RunInputs = { datasetInputs: [], modelInputs: [], modelOutputs: [] };

/** All that a store holds at one moment, as entities. Never changed: `with` makes another. */
export class MemoryContent implements HeldStore {
  readonly runs: ReadonlyMap<string, Run>;

  constructor(readonly parts: Parts) {
    this.runs = parts.runs;
  }

  with(changed: Partial<Parts>): MemoryContent {
    return new MemoryContent({ ...this.parts, ...changed });
  }

  inputs(runId: string): RunInputs {
    return this.parts.inputs.get(runId) ?? NOTHING;
  }

  datasetInputs(runId: string): readonly DatasetInput[] {
    return this.inputs(runId).datasetInputs;
  }

  experiments(): readonly Experiment[] {
    return [...this.parts.experiments.values()];
  }

  models(): readonly RegisteredModel[] {
    return [...this.parts.models.values()];
  }

  versions(): readonly ModelVersion[] {
    return this.models().flatMap(({ versions }) => versions);
  }

  loggedModels(): readonly LoggedModel[] {
    return [...this.parts.loggedModels.values()];
  }

  history(runId: string, key: string): HeldHistory | undefined {
    return this.parts.histories.get(runId)?.get(key);
  }
}

/** In MLflow's order, as getMetricHistory answers it. */
export function historyOf(runId: string, key: string, held: HeldHistory | undefined): MetricHistory {
  const points = held?.points.slice(0, held.count) ?? [];
  const columns = new HistoryPoints();
  points.forEach((point) => columns.add(...point));
  return { runId, key, ...columns.inOrder() };
}

/** A copy of a map with one value in another, or with one more. */
export function withValue<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> {
  return new Map(map).set(key, value);
}

/**
 * All that a store holds, read through its interface.
 *
 * @param before what was read earlier: a run of which nothing changed is the same object, a history goes on
 */
export async function readContent(store: TrackingStore, before?: MemoryContent): Promise<MemoryContent> {
  const everything = { params: 'all', metrics: 'all', tags: 'all' } as const;
  const rows = await allPages((page) =>
    store.searchRuns({ experimentIds: [], view: 'ALL', ...everything, ...page }),
  );
  const runs = new Map<string, Run>();
  const inputs = new Map<string, RunInputs>();
  const histories = new Map<string, ReadonlyMap<string, HeldHistory>>();
  for (const { info, params, metrics, tags } of rows) {
    const run: Run = { info, params, metrics, tags };
    const ofRun = before?.parts.histories.get(info.runId);
    const read = await readHistories(store, run, ofRun);
    histories.set(info.runId, read);
    const known = before?.runs.get(info.runId);
    const isSame =
      JSON.stringify(known) === JSON.stringify(run) &&
      [...read].every(([key, { count }]) => ofRun?.get(key)?.count === count);
    runs.set(info.runId, isSame ? known! : run);
    inputs.set(info.runId, await store.getRunInputs(info.runId));
  }
  const experiments = await allPages((page) => store.searchExperiments({ view: 'ALL', ...page }));
  const models = await allPages((page) => store.searchRegisteredModels(page));
  const loggedModels = await allPages((page) => store.searchLoggedModels(page));
  return new MemoryContent({
    runs,
    inputs,
    histories,
    experiments: new Map(experiments.map((experiment) => [experiment.experimentId, experiment])),
    models: new Map(models.map((model) => [model.name, model])),
    versionNumbers: new Map(
      models.map(({ name, versions }) => [
        name,
        Math.max(0, ...versions.map(({ version }) => Number(version))),
      ]),
    ),
    loggedModels: new Map(loggedModels.map((model) => [model.modelId, model])),
  });
}

async function readHistories(
  store: TrackingStore,
  { info, metrics }: Run,
  before: ReadonlyMap<string, HeldHistory> | undefined,
): Promise<Map<string, HeldHistory>> {
  const histories = new Map<string, HeldHistory>();
  for (const { key } of metrics) {
    const { steps, timestamps, values, stepRests, timestampRests } = await store.getMetricHistory(
      info.runId,
      key,
    );
    const points = Array.from(steps, (step, at): Point => {
      const point = [step, timestamps[at]!, values[at]!] as const;
      return stepRests || timestampRests
        ? [...point, stepRests?.[at] ?? 0, timestampRests?.[at] ?? 0]
        : point;
    });
    histories.set(key, continued(before?.get(key), points));
  }
  return histories;
}

/** What was there before stays in its place, where all of it is there still. */
function continued(before: HeldHistory | undefined, points: Point[]): HeldHistory {
  const added = new Map<string, Point[]>();
  for (const point of points) {
    const id = String(point);
    added.set(id, [...(added.get(id) ?? []), point]);
  }
  const isThere = before?.points.slice(0, before.count).every((point) => added.get(String(point))?.pop());
  if (!before || !isThere) {
    return { points, count: points.length };
  }
  before.points.push(...[...added.values()].flat());
  return { points: before.points, count: before.points.length };
}
