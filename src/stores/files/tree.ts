import type {
  Experiment,
  LoggedModel,
  ModelVersion,
  RegisteredModel,
  RunInputs,
} from '../../mlflow/entities';
import { StoreError } from '../../mlflow/errors';
import type { TableScope } from '../../mlflow/runTable';
import { notThere } from '../disk';
import type { HeldStore } from '../held/heldStore';
import type { HeldScope } from '../runTable/heldRuns';
import { untilHere } from '../runTable/loader';
import { Disk, mustBeReadable } from './disk';
import type { EntityFolder, InTurn } from './entityFolder';
import { ExperimentFolder } from './experiment';
import { Looking } from './looking';
import { Pace } from './pace';
import { Recorded } from './recorded';
import { registryIn } from './registry';
import type { FileRun } from './run';
import { SavedIndex } from './savedIndex';
import type { SavedRuns } from './savedRuns';

const NOTHING: RunInputs = { datasetInputs: [], modelInputs: [], modelOutputs: [] };
/** As MLflow makes ids: a number, of 18 digits since 2.0. */
export const EXPERIMENT_ID = /^\d{1,19}$/;

/** Experiments whose runs somebody saw, in which each look sees new runs at once. */
const MOST_SEEN = 100;
/** How often what was read is kept, ms. */
const SAVED_EACH = 60_000;

/** What an answer shows. */
export interface Shown {
  runIds?: readonly string[];
  experimentIds?: readonly string[];
  /** Names of registered models. */
  models?: readonly string[];
  loggedModels?: readonly Pick<LoggedModel, 'experimentId' | 'modelId'>[];
}

/** An mlruns folder: what was read of it so far, and whether it is still so. */
export class FilesTree {
  readonly pace = new Pace();
  readonly disk = new Disk(this.pace);
  readonly registry: EntityFolder<RegisteredModel>;
  private readonly places: Recorded<{ active: string[]; deleted: string[] }>;
  /** By their folders. */
  private readonly folders = new Map<string, ExperimentFolder>();
  private readonly looking: Looking;
  private readonly index: SavedIndex;
  /** Of an earlier window, as far as nobody took it. */
  private kept: Map<string, SavedRuns> | null = null;
  private readonly lastSaved = { files: 0, at: -Infinity };
  private state: FilesHeld | null = null;
  private changes = 0;
  private polled = 0;

  /**
   * @param root absolute, links resolved
   * @param indexFile where what was read is kept for the next window; null for nowhere
   */
  constructor(
    readonly root: string,
    indexFile: string | null = null,
  ) {
    this.index = new SavedIndex(indexFile, root);
    this.registry = registryIn(this.disk, `${root}/models`);
    this.places = new Recorded(this.disk, (recorder) => {
      const idsIn = (folder: string): string[] =>
        recorder.list(folder)?.folders.filter((name) => EXPERIMENT_ID.test(name)) ?? [];
      return { active: idsIn(root), deleted: idsIn(`${root}/.trash`) };
    });
    this.looking = new Looking(this.disk, this.pace);
  }

  /** Fails where it is no store. @throws StoreError */
  open(): void {
    this.mustBeThere();
    mustBeReadable(this.root);
    this.pace.inOneGo(() => {
      if (!this.registry.isThere && this.experiments().length === 0) {
        throw new StoreError(
          'NOT_A_STORE',
          `${this.root} has no MLflow experiments or registered models. If its runs are in a SQLite file, open that file.`,
        );
      }
    });
  }

  /** What is there now, with the runs of the scope in it. @throws StoreError */
  async read(scope: HeldScope, signal?: AbortSignal): Promise<FilesHeld> {
    await this.look(false, signal);
    if (scope && 'runIds' in scope) {
      await this.show(scope.runIds, signal);
    } else if (scope) {
      await this.load(scope, signal);
    }
    return this.held();
  }

  /** One run, which is not looked at again where it is known. @throws StoreError */
  async run(runId: string, signal?: AbortSignal): Promise<FileRun | undefined> {
    await this.look(false, signal);
    if (!this.folderOf(runId)) {
      await untilHere(() => this.find(runId), signal);
    }
    return this.held().runs.get(runId);
  }

  /** Whether anything changed since the last poll. @throws StoreError */
  async poll(): Promise<boolean> {
    await this.look(true);
    const isChanged = this.changes !== this.polled;
    this.polled = this.changes;
    this.saveSometimes();
    return isChanged;
  }

  /**
   * These runs are what somebody sees now: they are looked at.
   *
   * @param since those that were looked at since then are known, by performance.now()
   * @returns whether any changed. @throws StoreError
   */
  async show(runIds: readonly string[], signal?: AbortSignal, since = Infinity): Promise<boolean> {
    const before = this.changes;
    for (const runId of runIds) {
      if (this.pace.isTired) {
        await this.pace.pause(signal);
      }
      const known = this.folderOf(runId);
      if (known && known.runs.get(runId)!.lookedAt < since) {
        this.noteChange(this.pace.inOneGo(() => known.lookAt(runId)));
      } else if (!known) {
        await untilHere(() => this.find(runId), signal);
      }
    }
    this.looking.shown(runIds.filter((runId) => this.held().runs.has(runId)));
    return this.changes !== before;
  }

  /** The same for what is no run. */
  async showNamed(
    { experimentIds = [], models = [], loggedModels = [] }: Omit<Shown, 'runIds'>,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const before = this.changes;
    const folders = new Map([...this.folders.values()].map((folder) => [folder.experimentId, folder]));
    const looks = [
      ...experimentIds.map((id) => () => folders.get(id)?.head.look()),
      ...models.map((name) => () => this.registry.lookAtNamed(name)),
      ...loggedModels.map(
        ({ experimentId, modelId }) =>
          () =>
            folders.get(experimentId)?.loggedModels.lookAtNamed(modelId),
      ),
    ];
    for (const look of looks) {
      if (this.pace.isTired) {
        await this.pace.pause(signal);
      }
      this.noteChange(this.pace.inOneGo(() => look() ?? false));
    }
    return this.changes !== before;
  }

  held(): FilesHeld {
    this.state ??= new FilesHeld(this);
    return this.state;
  }

  /** Those that are there, read. May throw NotHere. */
  experimentFolders(): ExperimentFolder[] {
    const { active, deleted } = this.places.value;
    const wanted = [
      ...active.map((id) => [id, `${this.root}/${id}`, false] as const),
      ...deleted.map((id) => [id, `${this.root}/.trash/${id}`, true] as const),
    ];
    const now = new Set<string>(wanted.map(([, folder]) => folder));
    [...this.folders.keys()]
      .filter((folder) => !now.has(folder))
      .forEach((gone) => this.folders.delete(gone));
    return wanted.flatMap(([id, folder, isTrash]) => {
      const known = this.folders.get(folder) ?? this.newFolder(id, folder, isTrash);
      this.folders.set(folder, known);
      return known.head.value ? [known] : [];
    });
  }

  /** May throw NotHere. */
  experiments(): Experiment[] {
    return this.experimentFolders().flatMap(({ head }) => head.value ?? []);
  }

  /** Whether any run of the store has a key: a look for each. May throw NotHere. */
  hasKey(kind: 'param' | 'tag' | 'metric', key: string): boolean {
    const isSafe = key !== '' && !key.includes('\0') && !key.split(/[\\/]/).includes('..');
    return (
      isSafe &&
      this.experimentFolders().some((experiment) =>
        experiment.runFolders().some((name) => {
          const file = `${experiment.folder}/${name}/${kind}s/${key}`;
          return this.disk.look(file)?.isFolder === false;
        }),
      )
    );
  }

  private newFolder(id: string, folder: string, isTrash: boolean): ExperimentFolder {
    if (!this.kept) {
      this.kept = this.index.load();
      this.lastSaved.at = this.kept.size === 0 ? -Infinity : performance.now();
    }
    const kept = this.kept.get(folder);
    this.kept.delete(folder);
    return new ExperimentFolder(this.disk, id, folder, isTrash, kept);
  }

  /** At first as soon as there is something, then from time to time where more was read. */
  private saveSometimes(): void {
    const { files } = this.disk.counts;
    const now = performance.now();
    const folders = [...this.folders].filter(([, { isLoaded }]) => isLoaded);
    if (folders.length > 0 && files !== this.lastSaved.files && now - this.lastSaved.at > SAVED_EACH) {
      Object.assign(this.lastSaved, { files, at: now });
      this.index.save(
        new Map([...this.folders].flatMap(([folder, { saved }]) => (saved ? [[folder, saved]] : []))),
      );
    }
  }

  private mustBeThere(): void {
    if (this.disk.look(this.root)?.isFolder !== true) {
      throw notThere(this.root);
    }
  }

  private async load({ experimentIds }: TableScope, signal?: AbortSignal): Promise<void> {
    const folders = await untilHere(() => this.experimentFolders(), signal);
    for (const folder of folders) {
      const isWanted = experimentIds.length === 0 || experimentIds.includes(folder.experimentId);
      if (isWanted && !folder.isLoaded) {
        await untilHere(() => folder.load(), signal);
        this.state = null;
      }
    }
  }

  /** A run that nobody asked for before. May throw NotHere. */
  private find(runId: string): void {
    if (this.experimentFolders().some((experiment) => experiment.find(runId) !== null)) {
      this.state = null;
    }
  }

  private folderOf(runId: string): ExperimentFolder | undefined {
    for (const folder of this.folders.values()) {
      if (folder.runs.has(runId)) {
        return folder;
      }
    }
    return undefined;
  }

  private noteChange(isChanged: boolean): void {
    if (isChanged) {
      this.changes++;
      this.state = null;
    }
  }

  /** Looks for changes: at little each time, whatever the size of the store (looking.ts). */
  private async look(isAsked: boolean, signal?: AbortSignal): Promise<void> {
    this.mustBeThere();
    const folders = await untilHere(() => {
      // Experiments are made, renamed, deleted and restored.
      this.noteChange(this.pace.inOneGo(() => this.places.look()));
      return this.experimentFolders();
    }, signal);
    // The last that was asked for first.
    const seen = folders.filter(({ isLoaded }) => isLoaded).sort((a, b) => b.loadedAt - a.loadedAt);
    this.noteChange(
      await this.looking.look(
        {
          always: [
            () => this.registry.look(),
            ...seen.slice(0, MOST_SEEN).map((folder) => () => folder.lookForRuns()),
          ],
          inTurn: [
            ...[...this.folders.values()].map(({ head }) => once(() => head.look())),
            ...folders.map((folder) => once(() => folder.lookForRuns() || folder.loggedModels.look())),
            ...folders.map(({ loggedModels }) => loggedModels),
            this.registry,
          ],
          runs: this.held().runs,
          lookAt: (runId) => this.folderOf(runId)?.lookAt(runId) ?? false,
        },
        isAsked,
        signal,
      ),
    );
  }
}

function once(look: () => boolean): InTurn {
  return { length: 1, lookAt: look };
}

/** What an mlruns folder holds, as far as it was asked for. Later there is another one; runs of which nothing changed stay the same objects. */
export class FilesHeld implements HeldStore {
  readonly runs: ReadonlyMap<string, FileRun>;

  constructor(private readonly tree: FilesTree) {
    const runs = new Map<string, FileRun>();
    for (const folder of tree.pace.inOneGo(() => tree.experimentFolders())) {
      folder.runs.forEach((run, runId) => runs.set(runId, run));
    }
    this.runs = runs;
  }

  hasKey(kind: 'param' | 'tag' | 'metric', key: string): boolean {
    return this.tree.hasKey(kind, key);
  }

  inputs(runId: string): RunInputs {
    return this.runs.get(runId)?.inputs ?? NOTHING;
  }

  datasetInputs(runId: string): RunInputs['datasetInputs'] {
    return this.inputs(runId).datasetInputs;
  }

  experiments(): readonly Experiment[] {
    return this.tree.experiments();
  }

  models(): readonly RegisteredModel[] {
    return this.tree.registry.all();
  }

  versions(): readonly ModelVersion[] {
    return this.models().flatMap(({ versions }) => versions);
  }

  loggedModels(): readonly LoggedModel[] {
    return this.tree.experimentFolders().flatMap(({ loggedModels }) => loggedModels.all());
  }
}
