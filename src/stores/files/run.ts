import { isDeepStrictEqual } from 'node:util';
import { pathToFileURL } from 'node:url';
import type { KeyValue, Metric, Run, RunInfo, RunInputs, RunLookup } from '../../mlflow/entities';
import { TAG_RUN_NAME } from '../../search/syntax';
import { Stamp, type Disk, type SavedStamp } from './disk';
import { readInputs, type DatasetsOf } from './inputs';
import { KeyFolder, readLatest, readText, type SavedKey } from './keyFolder';
import { metaNumber, metaText, MOST_META, readMeta, stageOf, type Meta } from './meta';
import { Recorded } from './recorded';

/** RunStatus of MLflow's protocol, which the file holds as a number. */
const STATUSES = ['', 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

/** A run as its `meta.yaml` says it, or why nothing can be told of it. */
interface ReadMeta {
  info: RunInfo;
  problem: string | null;
}

/** When a run was looked at that was restored. */
export const NEVER = -Infinity;

/** Where a run lies. */
export interface RunPlace {
  runId: string;
  experimentId: string;
  folder: string;
  datasets: DatasetsOf;
}

/** What was read of a run, as it is kept (savedIndex.ts). */
export interface SavedRun {
  meta: ReadMeta;
  stamp: SavedStamp;
  tags: SavedKey<string>[];
  params?: SavedKey<string>[];
  metrics?: SavedKey<SavedMetric>[];
}

/** JSON has no NaN, no infinities and no sign of a zero: its value is a text. */
type SavedMetric = Omit<Metric, 'value'> & { value: string };

/** The parts of a run's folder, of which each is read when it is asked for. */
interface Parts {
  meta: ReadMeta;
  stamp: Stamp;
  tags: KeyFolder<string>;
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

  private constructor(
    private readonly disk: Disk,
    readonly place: RunPlace,
    private readonly parts: Parts,
  ) {
    const { info, problem } = parts.meta;
    // MLflow <= 1.29 has the name in the tag only.
    const name = info.runName || (parts.tags.get(TAG_RUN_NAME) ?? '');
    this.info =
      problem === null && name === info.runName ? info : { ...info, runName: nameOf(name, problem) };
  }

  /** null where there is no run: MLflow, too, passes over a folder without `meta.yaml`. May throw NotHere. */
  static read(disk: Disk, place: RunPlace): FileRun | null {
    const { folder } = place;
    const stamp = disk.look(metaOf(place));
    if (stamp?.isFolder !== false) {
      return null;
    }
    return new FileRun(disk, place, {
      meta: readRunMeta(disk, place, stamp),
      stamp,
      tags: new KeyFolder(disk, `${folder}/tags`, readText),
    });
  }

  /** As it was when it was kept; its files have not been looked at. */
  static restored(disk: Disk, place: RunPlace, saved: SavedRun): FileRun {
    const { folder } = place;
    const { meta, stamp, tags, params, metrics } = saved;
    const run = new FileRun(disk, place, {
      meta,
      stamp: Stamp.restored(stamp),
      tags: new KeyFolder(disk, `${folder}/tags`, readText).restore(tags),
    });
    run.lookedAt = NEVER;
    if (params) {
      run.paramFolder.restore(params);
    }
    if (metrics) {
      run.metricFolder.restore(
        metrics.map(([key, seen, metric, at]) => [
          key,
          seen,
          metric && { ...metric, value: Number(metric.value) },
          at,
        ]),
      );
    }
    return run;
  }

  get saved(): SavedRun {
    const { meta, stamp, tags, params, metrics } = this.parts;
    return {
      meta,
      stamp: stamp.saved,
      tags: tags.saved(),
      ...(params ? { params: params.saved() } : {}),
      ...(metrics
        ? {
            metrics: metrics
              .saved()
              .map(([key, seen, metric, at]) => [
                key,
                seen,
                metric && { ...metric, value: exact(metric.value) },
                at,
              ]),
          }
        : {}),
    };
  }

  get params(): KeyValue[] {
    return this.paramFolder.all();
  }

  get tags(): KeyValue[] {
    return this.parts.tags.all();
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
    return this.parts.tags.get(key);
  }

  metric(key: string): Metric | undefined {
    return this.metricFolder.get(key);
  }

  /** All keys of a kind, without their values. May throw NotHere. */
  keys(kind: 'param' | 'tag' | 'metric'): readonly string[] {
    const folder = { param: this.paramFolder, metric: this.metricFolder, tag: this.parts.tags }[kind];
    return folder.keys();
  }

  /** May throw NotHere. */
  get inputs(): RunInputs {
    const { disk, place } = this;
    this.parts.inputs ??= new Recorded(disk, (recorder) =>
      readInputs(recorder, place.folder, place.datasets),
    );
    return this.parts.inputs.value;
  }

  /** The metric's file; from now on its changes are the run's. */
  watchHistory(key: string): string | null {
    this.metricFolder.watch(key);
    return this.metricFolder.has(key) ? `${this.place.folder}/metrics/${key}` : null;
  }

  /** Itself, where all that was read of it is as it was; else what it is now; null where it is gone. May throw NotHere. */
  looked(): FileRun | null {
    const { parts } = this;
    const stamp = this.disk.look(metaOf(this.place));
    if (stamp?.isFolder !== false) {
      return null;
    }
    const tags = parts.tags.looked();
    const params = parts.params?.looked();
    const metrics = parts.metrics?.looked();
    const isChanged = parts.inputs?.look() === true;
    const meta = this.metaNow(stamp);
    if (
      tags === parts.tags &&
      params === parts.params &&
      metrics === parts.metrics &&
      meta === parts.meta &&
      !isChanged
    ) {
      parts.stamp = stamp;
      this.lookedAt = performance.now();
      return this;
    }
    return new FileRun(this.disk, this.place, { ...parts, meta, stamp, tags, params, metrics });
  }

  private get paramFolder(): KeyFolder<string> {
    return (this.parts.params ??= new KeyFolder(this.disk, `${this.place.folder}/params`, readText));
  }

  private get metricFolder(): KeyFolder<Metric> {
    return (this.parts.metrics ??= new KeyFolder(this.disk, `${this.place.folder}/metrics`, readLatest));
  }

  private metaNow(stamp: Stamp): ReadMeta {
    const { meta } = this.parts;
    if (stamp.equals(this.parts.stamp) && !this.parts.stamp.isFresh) {
      return meta;
    }
    const now = readRunMeta(this.disk, this.place, stamp);
    // It may be half written: MLflow before 1.27 wrote it in place.
    const isHalf = now.problem !== null && meta.problem === null && stamp.isFresh;
    return isHalf || isDeepStrictEqual(now, meta) ? meta : now;
  }
}

function exact(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function metaOf({ folder }: RunPlace): string {
  return `${folder}/meta.yaml`;
}

function nameOf(name: string, problem: string | null): string {
  return problem === null ? name : `${name}${name === '' ? '' : ' '}(${problem})`;
}

function readRunMeta(disk: Disk, place: RunPlace, stamp: Stamp): ReadMeta {
  const file = metaOf(place);
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
  return { info: infoOf(meta ?? new Map(), place, isRun), problem };
}

function infoOf(meta: Meta, { runId, experimentId, folder }: RunPlace, isRun: boolean): RunInfo {
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
    artifactUri: metaText(meta, 'artifact_uri') ?? pathToFileURL(`${folder}/artifacts`).href,
  };
}
