import { valueOf, type KeyValue, type Metric, type Run } from '../../mlflow/entities';
import type { ModelFact, TableScope } from '../../mlflow/runTable';
import { compareBytes } from '../../search/bytes';
import { foldAscii } from '../../search/like';
import { UNSEARCHED_TAGS } from '../../search/syntax';
import { depthsAmong } from '../held/families';
import type { HeldRuns } from './heldRuns';
import type { TableKeeper } from './keeper';
import type { KeyKind, LoadedRun, RuleColumn, TableLoader } from './loader';
import type { RuleValues } from './ruleValues';

const CONTEXT_TAG = 'mlflow.data.context';

/** Lists longer than this are looked through once, to make a map of them. */
const LONG_LIST = 64;

/** The runs as they were when they were looked at: a run that changed since is another object. */
class RunsThen {
  constructor(readonly runs: ReadonlyMap<string, Run>) {}
}

/** A run table's columns out of runs that are held as entities. Answers as SqliteTableLoader does. */
export class RunsLoader implements TableLoader {
  readonly rulesCostByRun = true;
  readonly tracesTags = true;
  private sorted: Run[] | null = null;

  constructor(
    private readonly held: HeldRuns,
    private readonly rules: RuleValues,
    private readonly keeper: TableKeeper,
  ) {}

  learnedModel(runId: string): ModelFact | undefined {
    return this.keeper.learnedModel(runId);
  }

  runs({ experimentIds, view }: TableScope, each: (run: LoadedRun) => void): void {
    const wanted = new Set(experimentIds);
    for (const { info } of this.held.runs.values()) {
      const deleted = info.lifecycleStage === 'deleted';
      if (
        (wanted.size === 0 || wanted.has(info.experimentId)) &&
        (view === 'ALL' || deleted === (view === 'DELETED_ONLY'))
      ) {
        each({
          runId: info.runId,
          experimentId: info.experimentId,
          name: info.runName,
          status: info.status,
          userId: info.userId,
          startTime: info.startTime,
          endTime: info.endTime,
          deleted,
        });
      }
    }
  }

  metric(key: string, each: (runId: string, value: number) => void): void {
    this.held.runs.forEach((run, runId) => {
      const metric = metricIn(run, key);
      if (metric) {
        each(runId, metric.value);
      }
    });
  }

  ruled(
    columns: readonly RuleColumn[],
    runIds: readonly string[],
    each: (runId: string, column: number, value: number) => void,
  ): void {
    this.rules.each(columns, this.named(runIds), ({ info }, column, value) =>
      each(info.runId, column, value),
    );
  }

  text(kind: 'param' | 'tag', key: string, each: (runId: string, value: string | null) => void): void {
    this.held.runs.forEach((run, runId) => {
      const value = textIn(run, kind, key);
      if (value !== undefined) {
        each(runId, value);
      }
    });
  }

  hasTag(): null {
    return null;
  }

  tags(keys: readonly string[], each: (runId: string, key: string, value: string) => void): void {
    this.textsOf('tag', keys, [...this.held.runs.keys()], each);
  }

  metricsOf(
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: number) => void,
  ): void {
    for (const run of this.named(runIds)) {
      for (const key of keys) {
        const metric = metricIn(run, key);
        if (metric) {
          each(run.info.runId, key, metric.value);
        }
      }
    }
  }

  lastLogged(runIds: readonly string[], each: (runId: string, time: number) => void): void {
    for (const { info, metrics } of this.named(runIds)) {
      if (metrics.length > 0) {
        each(
          info.runId,
          metrics.reduce((newest, { timestamp }) => Math.max(newest, timestamp), 0),
        );
      }
    }
  }

  textsOf(
    kind: 'param' | 'tag',
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: string) => void,
  ): void {
    for (const run of this.named(runIds)) {
      for (const key of keys) {
        const value = textIn(run, kind, key);
        if (value !== undefined) {
          each(run.info.runId, key, value);
        }
      }
    }
  }

  datasets(each: (runId: string, name: string, digest: string, context: string | null) => void): void {
    for (const runId of this.held.runs.keys()) {
      for (const { dataset, tags } of this.held.datasetInputs(runId)) {
        each(runId, dataset.name, dataset.digest, valueOf(tags, CONTEXT_TAG) ?? null);
      }
    }
  }

  registered(each: (runId: string, name: string, version: string) => void): void {
    const versions = this.held
      .versions()
      .toSorted((a, b) => compareBytes(a.name, b.name) || Number(a.version) - Number(b.version));
    for (const { runId, name, version } of versions) {
      if (runId !== null) {
        each(runId, name, version);
      }
    }
  }

  experimentNames(each: (experimentId: string, name: string) => void): void {
    this.held.experiments().forEach(({ experimentId, name }) => each(experimentId, name));
  }

  modelTypes(each: (runId: string, modelType: string) => void): void {
    const models = this.held
      .loggedModels()
      .toSorted(
        (a, b) =>
          (a.creationTimestamp ?? 0) - (b.creationTimestamp ?? 0) || compareBytes(b.modelId, a.modelId),
      );
    for (const { sourceRunId, modelType, name, lifecycleStage } of models) {
      if (sourceRunId !== null && lifecycleStage !== 'deleted') {
        each(sourceRunId, modelType || name);
      }
    }
  }

  depths(each: (runId: string, depth: number) => void): void {
    depthsAmong(this.held.runs).forEach((depth, runId) => each(runId, depth));
  }

  artifactUris(each: (runId: string, uri: string) => void): void {
    this.held.runs.forEach(({ info }, runId) => each(runId, info.artifactUri));
  }

  term(folded: string, each: (runId: string) => void): void {
    const has = ({ value }: KeyValue): boolean => foldAscii(value).includes(folded);
    this.held.runs.forEach(({ params, tags }, runId) => {
      if (params.some(has) || tags.some((tag) => !UNSEARCHED_TAGS.includes(tag.key) && has(tag))) {
        each(runId);
      }
    });
  }

  keys(kind: KeyKind): string[] {
    if (this.held.keys) {
      return this.held.keys(kind);
    }
    const keys = new Set<string>();
    for (const run of this.held.runs.values()) {
      if (run.lookup) {
        run.lookup.keys(kind).forEach((key) => keys.add(key));
        continue;
      }
      for (const { key } of kind === 'metric' ? run.metrics : pairsOf(run, kind)) {
        keys.add(key);
      }
    }
    return [...keys].sort(compareBytes);
  }

  everything(runIds: readonly string[], each: (kind: KeyKind, key: string, value: string) => void): void {
    for (const { params, metrics } of this.named(runIds)) {
      params.forEach(({ key, value }) => each('param', key, value));
      metrics.forEach(({ key, value }) => each('metric', key, String(value)));
    }
  }

  marks(): RunsThen {
    return new RunsThen(this.held.runs);
  }

  changedSince(marks: unknown, most: number): string[] | null {
    if (!(marks instanceof RunsThen)) {
      return null;
    }
    const changed: string[] = [];
    for (const [runId, run] of this.held.runs) {
      if (marks.runs.get(runId) !== run && changed.push(runId) > most) {
        return null;
      }
    }
    return changed;
  }

  scan(kind: KeyKind, key: string, each: (runId: string, value: string) => boolean): void {
    this.sorted ??= [...this.held.runs.values()].sort((a, b) => compareBytes(a.info.runId, b.info.runId));
    for (const run of this.sorted) {
      const found = kind === 'metric' ? metricIn(run, key)?.value : textIn(run, kind, key);
      if (found !== undefined && !each(run.info.runId, String(found))) {
        return;
      }
    }
  }

  private named(runIds: readonly string[]): Run[] {
    return runIds.flatMap((runId) => this.held.runs.get(runId) ?? []);
  }
}

function pairsOf(run: Run, kind: 'param' | 'tag'): readonly KeyValue[] {
  return kind === 'param' ? run.params : run.tags;
}

function metricIn(run: Run, key: string): Metric | undefined {
  return run.lookup ? run.lookup.metric(key) : inList(run.metrics, key);
}

function textIn(run: Run, kind: 'param' | 'tag', key: string): string | undefined {
  return run.lookup ? run.lookup[kind](key) : inList(pairsOf(run, kind), key)?.value;
}

const maps = new WeakMap<readonly (KeyValue | Metric)[], ReadonlyMap<string, KeyValue | Metric>>();

/** The pair or metric of a key: a run may have thousands, and a table asks for one column after the other. */
function inList<T extends KeyValue | Metric>(list: readonly T[], key: string): T | undefined {
  if (list.length <= LONG_LIST) {
    return list.find((item) => item.key === key);
  }
  let map = maps.get(list) as ReadonlyMap<string, T> | undefined;
  if (!map) {
    map = new Map(list.map((item) => [item.key, item]));
    maps.set(list, map);
  }
  return map.get(key);
}
