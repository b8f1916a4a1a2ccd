import { pathToFileURL } from 'node:url';
import type { Dataset, Experiment, LoggedModel } from '../../mlflow/entities';
import { sameStamp, type Disk, type Stamp } from './disk';
import type { EntityFolder } from './entityFolder';
import { datasetOf, recordedMeta } from './inputs';
import { loggedModelsIn } from './loggedModels';
import { metaNumber, metaText } from './meta';
import { Recorded, type Recorder } from './recorded';
import { FileRun, type RunsPlace } from './run';
import { SavedRuns } from './savedRuns';

/** Folders of an experiment that are no runs (reference mlflow.md, B.2). */
export const RESERVED = new Set(['tags', 'datasets', 'traces', 'models']);
/** As MLflow lets run ids be (utils/validation.py). */
export const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/;
/** Folders without a `meta.yaml` that are looked at each time: a run that is being made is one for a moment. */
const MOST_WAITING = 50;

/** An experiment's folder. What is read of it is kept, and looked at again by `look`. */
export class ExperimentFolder {
  readonly head: Recorded<Experiment | null>;
  readonly loggedModels: EntityFolder<LoggedModel>;
  /** Those that were asked for; all of them once it is loaded. */
  readonly runs = new Map<string, FileRun>();
  isLoaded = false;
  /** By performance.now(). */
  loadedAt = 0;
  private readonly datasets = new Map<string, Dataset>();
  private readonly place: RunsPlace;
  private stamp: Stamp | null = null;
  /** Names of folders that still have to be read. */
  private unread: string[] | null = null;
  private readonly waiting = new Set<string>();

  constructor(
    private readonly disk: Disk,
    readonly experimentId: string,
    readonly folder: string,
    private readonly isTrash: boolean,
    /** Of an earlier window. */
    private kept: SavedRuns | undefined,
  ) {
    this.head = new Recorded(disk, (recorder) => this.readHead(recorder));
    this.loggedModels = loggedModelsIn(disk, folder, experimentId);
    this.place = { experimentId, folder, datasets: (recorder, hash) => this.datasetOf(recorder, hash) };
  }

  /** Reads all runs. May throw NotHere: what was read meanwhile is kept. */
  load(): void {
    if (this.isLoaded) {
      return;
    }
    if (!this.unread) {
      const stamp = this.disk.look(this.folder);
      this.unread = this.names();
      this.stamp = stamp;
    }
    const known = this.kept?.byId;
    for (let name = this.unread.at(-1); name !== undefined; name = this.unread.at(-1)) {
      const kept = known?.get(name);
      if (kept && !this.runs.has(name)) {
        this.runs.set(name, FileRun.restored(this.disk, this.place, kept));
      } else if (!kept) {
        this.take(name);
      }
      this.unread.pop();
    }
    this.unread = null;
    this.kept = undefined;
    this.isLoaded = true;
    this.loadedAt = performance.now();
  }

  /** What is known of its runs, for the next window. */
  get saved(): SavedRuns | undefined {
    return this.isLoaded
      ? SavedRuns.of(
          this.experimentId,
          [...this.runs.values()].map(({ saved }) => saved),
        )
      : this.kept;
  }

  /** One run, without the others. May throw NotHere. */
  find(runId: string): FileRun | null {
    if (!this.isLoaded && !this.runs.has(runId) && RUN_ID.test(runId) && !RESERVED.has(runId)) {
      if (this.disk.look(`${this.folder}/${runId}`)?.isFolder === true) {
        this.take(runId);
      }
    }
    return this.runs.get(runId) ?? null;
  }

  /** Looks whether runs came or went, at a cost of a few looks unless one did. Whether one did. */
  lookForRuns(): boolean {
    const stamp = this.disk.look(this.folder);
    let isChanged = false;
    if (!this.isLoaded) {
      // Nobody saw its runs; how many there are somebody may have.
      isChanged = this.stamp !== null && !sameStamp(stamp, this.stamp);
      this.stamp = stamp;
    } else if (this.stamp?.isFresh !== false || !sameStamp(stamp, this.stamp)) {
      this.stamp = stamp;
      const names = new Set(this.names());
      for (const runId of [...this.runs.keys()].filter((known) => !names.has(known))) {
        this.runs.delete(runId);
        isChanged = true;
      }
      for (const name of names) {
        isChanged = (!this.runs.has(name) && !this.waiting.has(name) && this.take(name)) || isChanged;
      }
    }
    for (const name of [...this.waiting].slice(-MOST_WAITING)) {
      isChanged = this.take(name) || isChanged;
    }
    return isChanged;
  }

  /** Looks at one run again. Whether it changed. */
  lookAt(runId: string): boolean {
    const before = this.runs.get(runId);
    const now = before?.looked();
    if (before === undefined || now === before) {
      return false;
    }
    if (now) {
      this.runs.set(runId, now);
    } else {
      this.runs.delete(runId);
      this.waiting.add(runId);
    }
    return true;
  }

  /** Names of the folders that may be runs. */
  runFolders(): string[] {
    return this.isLoaded ? [...this.runs.keys()] : this.names();
  }

  private take(runId: string): boolean {
    const run = FileRun.read(this.disk, this.place, runId);
    if (run) {
      this.runs.set(runId, run);
      this.waiting.delete(runId);
    } else {
      this.waiting.add(runId);
    }
    return run !== null;
  }

  private names(): string[] {
    const folders = this.disk.list(this.folder)?.folders ?? [];
    return folders.filter((name) => RUN_ID.test(name) && !RESERVED.has(name));
  }

  /** Its name is a hash of what it says: once read it stays. */
  private datasetOf(recorder: Recorder, hash: string): Dataset | null {
    const known = this.datasets.get(hash);
    if (known || !/^[\w-]{1,255}$/.test(hash)) {
      return known ?? null;
    }
    const meta = recordedMeta(recorder, `${this.folder}/datasets/${hash}/meta.yaml`);
    const dataset = meta && datasetOf(meta);
    if (dataset) {
      this.datasets.set(hash, dataset);
    }
    return dataset;
  }

  /** null where it is none: `mlruns/1` without `meta.yaml` is an artifact folder of a SQLite store (reference mlflow.md, B.1). */
  private readHead(recorder: Recorder): Experiment | null {
    const file = `${this.folder}/meta.yaml`;
    if (recorder.look(file)?.isFolder !== false) {
      return null;
    }
    const meta = recordedMeta(recorder, file);
    const name = meta && metaText(meta, 'name');
    return {
      experimentId: this.experimentId,
      name: name ?? `${this.experimentId} (its meta.yaml is damaged)`,
      artifactLocation: (meta && metaText(meta, 'artifact_location')) ?? pathToFileURL(this.folder).href,
      // MLflow goes by where it lies, too (FileStore._get_experiment).
      lifecycleStage: this.isTrash ? 'deleted' : 'active',
      creationTime: meta && metaNumber(meta, 'creation_time'),
      lastUpdateTime: meta && metaNumber(meta, 'last_update_time'),
      tags: recorder.textsIn(`${this.folder}/tags`),
    };
  }
}
