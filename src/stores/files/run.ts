import { isDeepStrictEqual } from 'node:util';
import { pathToFileURL } from 'node:url';
import type { KeyValue, Metric, Run, RunInfo, RunInputs, RunLookup } from '../../mlflow/entities';
import { TAG_PARENT } from '../../mlflow/family';
import { TAG_RUN_NAME } from '../../search/syntax';
import { Stamp, type Disk, type SavedStamp } from './disk';
import { readInputs, type DatasetsOf } from './inputs';
import { KeyFolder, readLatest, readText, type ReadValue, type SavedKey } from './keyFolder';
import { metaNumber, metaText, MOST_META, readMeta, stageOf, type Meta } from './meta';
import { Recorded } from './recorded';

/** RunStatus of MLflow's protocol, which the file holds as a number. */
const STATUSES = ['', 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

/** A run as its `meta.yaml` says it, or why nothing can be told of it. */
export interface ReadMeta {
  info: RunInfo;
  problem: string | null;
}

/** When a run was looked at that was restored. */
export const NEVER = -Infinity;

/** Where the runs of an experiment lie. */
export interface RunsPlace {
  experimentId: string;
  folder: string;
  datasets: DatasetsOf;
}

/** What was read of a run's files, as it is kept (savedIndex.ts). */
interface SavedParts {
  stamp: SavedStamp;
  tags?: SavedKey<string>[];
  params?: SavedKey<string>[];
  metrics?: SavedKey<SavedMetric>[];
}

/** A run as it is kept: what a list of all runs needs, and the rest, a JSON text that is read when that is needed. */
export interface SavedRun {
  meta: ReadMeta;
  /** Of the tag, where `meta` has none. */
  name: string;
  /** What the parent's tag says, null where it is not there; missing where nobody asked. */
  parent?: string | null;
  rest: string;
}

/** JSON has no NaN, no infinities and no sign of a zero: its value is a text. */
type SavedMetric = Omit<Metric, 'value'> & { value: string };

/** The parts of a run's folder, of which each is read when it is asked for. */
interface Parts {
  stamp: Stamp;
  tags?: KeyFolder<string>;
  params?: KeyFolder<string>;
  metrics?: KeyFolder<Metric>;
  inputs?: Recorded<RunInputs>;
}

/**
 * A run in its folder. Only `meta.yaml` is read at once. What is read later stays as it was: when a file is another,
 * `looked` makes another run, which has all that did not change. Its lists and lookups may throw NotHere.
 */
export class FileRun implements Run, RunLookup {
  readonly info: RunInfo;
  /** When its files were looked at last, by performance.now(). */
  lookedAt = performance.now();
  private made: Parts | null;

  private constructor(
    private readonly disk: Disk,
    private readonly place: RunsPlace,
    private readonly meta: ReadMeta,
    /** As it was kept: its parts are made of it when they are needed. */
    private kept: SavedRun | null,
    parts: Parts | null,
  ) {
    this.made = parts;
    const { info, problem } = meta;
    // MLflow <= 1.29 has the name in the tag only.
    const name = info.runName || (kept ? kept.name : (this.tagFolder.get(TAG_RUN_NAME) ?? ''));
    this.info =
      problem === null && name === info.runName ? info : { ...info, runName: nameOf(name, problem) };
  }

  /** null where there is no run: MLflow, too, passes over a folder without `meta.yaml`. May throw NotHere. */
  static read(disk: Disk, place: RunsPlace, runId: string): FileRun | null {
    const stamp = disk.look(metaOf(place, runId));
    return stamp?.isFolder === false
      ? new FileRun(disk, place, readRunMeta(disk, place, runId, stamp), null, { stamp })
      : null;
  }

  /** As it was when it was kept; its files have not been looked at. */
  static restored(disk: Disk, place: RunsPlace, saved: SavedRun): FileRun {
    const run = new FileRun(disk, place, saved.meta, saved, null);
    run.lookedAt = NEVER;
    return run;
  }

  get saved(): SavedRun {
    if (this.kept) {
      return this.kept;
    }
    const { stamp, tags, params, metrics } = this.parts;
    const parent = tags?.known(TAG_PARENT);
    const parts: SavedParts = {
      stamp: stamp.saved,
      ...(tags ? { tags: tags.saved() } : {}),
      ...(params ? { params: params.saved() } : {}),
      ...(metrics ? { metrics: metrics.saved().map(savedMetric) } : {}),
    };
    return {
      meta: this.meta,
      name: this.meta.info.runName || (this.tagFolder.get(TAG_RUN_NAME) ?? ''),
      ...(parent === undefined ? {} : { parent }),
      rest: JSON.stringify(parts),
    };
  }

  get params(): KeyValue[] {
    return this.paramFolder.all();
  }

  get tags(): KeyValue[] {
    return this.tagFolder.all();
  }

  get metrics(): Metric[] {
    return this.metricFolder.all().map(({ value }) => value);
  }

  get lookup(): RunLookup {
    return this;
  }

  param(key: string): string | undefined {
    return this.paramFolder.get(key);
  }

  tag(key: string): string | undefined {
    const parent = key === TAG_PARENT ? this.kept?.parent : undefined;
    return parent === undefined ? this.tagFolder.get(key) : (parent ?? undefined);
  }

  metric(key: string): Metric | undefined {
    return this.metricFolder.get(key);
  }

  /** All keys of a kind, without their values. May throw NotHere. */
  keys(kind: 'param' | 'tag' | 'metric'): readonly string[] {
    const folder = { param: this.paramFolder, metric: this.metricFolder, tag: this.tagFolder }[kind];
    return folder.keys();
  }

  /** May throw NotHere. */
  get inputs(): RunInputs {
    const { disk, place, folder } = this;
    this.parts.inputs ??= new Recorded(disk, (recorder) => readInputs(recorder, folder, place.datasets));
    return this.parts.inputs.value;
  }

  /** The metric's file; from now on its changes are the run's. */
  watchHistory(key: string): string | null {
    this.metricFolder.watch(key);
    return this.metricFolder.has(key) ? `${this.folder}/metrics/${key}` : null;
  }

  /** Itself, where all that was read of it is as it was; else what it is now; null where it is gone. May throw NotHere. */
  looked(): FileRun | null {
    const { parts } = this;
    const stamp = this.disk.look(metaOf(this.place, this.info.runId));
    if (stamp?.isFolder !== false) {
      return null;
    }
    const tags = parts.tags?.looked();
    const params = parts.params?.looked();
    const metrics = parts.metrics?.looked();
    const isChanged = parts.inputs?.look() === true;
    const meta = this.metaNow(stamp);
    if (
      tags === parts.tags &&
      params === parts.params &&
      metrics === parts.metrics &&
      meta === this.meta &&
      !isChanged
    ) {
      parts.stamp = stamp;
      this.lookedAt = performance.now();
      return this;
    }
    return new FileRun(this.disk, this.place, meta, null, { ...parts, stamp, tags, params, metrics });
  }

  private get folder(): string {
    return `${this.place.folder}/${this.meta.info.runId}`;
  }

  private get parts(): Parts {
    if (!this.made) {
      this.made = this.restoredParts(JSON.parse(this.kept!.rest) as SavedParts);
      this.kept = null;
    }
    return this.made;
  }

  private restoredParts({ stamp, tags, params, metrics }: SavedParts): Parts {
    return {
      stamp: Stamp.restored(stamp),
      ...(tags ? { tags: this.keyFolder('tags', readText).restore(tags) } : {}),
      ...(params ? { params: this.keyFolder('params', readText).restore(params) } : {}),
      ...(metrics
        ? { metrics: this.keyFolder('metrics', readLatest).restore(metrics.map(restoredMetric)) }
        : {}),
    };
  }

  private get tagFolder(): KeyFolder<string> {
    return (this.parts.tags ??= this.keyFolder('tags', readText));
  }

  private get paramFolder(): KeyFolder<string> {
    return (this.parts.params ??= this.keyFolder('params', readText));
  }

  private get metricFolder(): KeyFolder<Metric> {
    return (this.parts.metrics ??= this.keyFolder('metrics', readLatest));
  }

  private keyFolder<T>(name: 'params' | 'tags' | 'metrics', readValue: ReadValue<T>): KeyFolder<T> {
    return new KeyFolder(this.disk, `${this.folder}/${name}`, readValue);
  }

  private metaNow(stamp: Stamp): ReadMeta {
    const { meta } = this;
    if (stamp.equals(this.parts.stamp) && !this.parts.stamp.isFresh) {
      return meta;
    }
    const now = readRunMeta(this.disk, this.place, meta.info.runId, stamp);
    // It may be half written: MLflow before 1.27 wrote it in place.
    const isHalf = now.problem !== null && meta.problem === null && stamp.isFresh;
    return isHalf || isDeepStrictEqual(now, meta) ? meta : now;
  }
}

function exact(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function savedMetric([key, seen, metric, at]: SavedKey<Metric>): SavedKey<SavedMetric> {
  const saved = metric && { ...metric, value: exact(metric.value) };
  return at ? [key, seen, saved, at] : [key, seen, saved];
}

function restoredMetric([key, seen, metric, at]: SavedKey<SavedMetric>): SavedKey<Metric> {
  const restored = metric && { ...metric, value: Number(metric.value) };
  return at ? [key, seen, restored, at] : [key, seen, restored];
}

function metaOf({ folder }: RunsPlace, runId: string): string {
  return `${folder}/${runId}/meta.yaml`;
}

function nameOf(name: string, problem: string | null): string {
  return problem === null ? name : `${name}${name === '' ? '' : ' '}(${problem})`;
}

function readRunMeta(disk: Disk, place: RunsPlace, runId: string, stamp: Stamp): ReadMeta {
  const file = metaOf(place, runId);
  const text = disk.text(file, stamp, MOST_META) ?? '';
  let meta: Meta | null = null;
  try {
    meta = text === '' ? null : readMeta(text);
  } catch {
    // Told of below.
  }
  const isRun = meta !== null && (metaText(meta, 'run_id') ?? metaText(meta, 'run_uuid')) !== null;
  const problem = isRun ? null : `its meta.yaml is ${text === '' ? 'empty' : 'damaged'}`;
  disk.tell(file, problem === null ? '' : `This ${problem.slice('its '.length)}.`);
  return { info: infoOf(meta ?? new Map(), place, runId, isRun), problem };
}

function infoOf(meta: Meta, { experimentId, folder }: RunsPlace, runId: string, isRun: boolean): RunInfo {
  const status = metaText(meta, 'status');
  return {
    // Where it lies says who it is: MLflow finds it by that.
    runId,
    experimentId,
    runName: metaText(meta, 'run_name') ?? '',
    userId: metaText(meta, 'user_id') ?? '',
    status: !isRun ? 'UNKNOWN' : status === null ? 'RUNNING' : (STATUSES[Number(status)] ?? status),
    startTime: metaNumber(meta, 'start_time'),
    endTime: metaNumber(meta, 'end_time'),
    lifecycleStage: stageOf(meta),
    artifactUri: metaText(meta, 'artifact_uri') ?? pathToFileURL(`${folder}/${runId}/artifacts`).href,
  };
}
