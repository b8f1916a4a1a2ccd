import type {
  Experiment,
  LoggedModel,
  MetricHistory,
  MetricSummary,
  RegisteredModel,
  Run,
  RunInputs,
  ViewType,
} from '../../../src/mlflow/entities';
import { cancelled, StoreError } from '../../../src/mlflow/errors';
import { noExperiment, noRegisteredModel, noRun } from '../../../src/mlflow/missing';
import type { RunTable } from '../../../src/mlflow/runTable';
import type { SampledSeries, SampleRequest } from '../../../src/mlflow/samples';
import type {
  ArtifactListing,
  ArtifactOwner,
  Disposable,
  ExperimentQuery,
  LoggedModelQuery,
  Page,
  RegisteredModelQuery,
  RunQuery,
  RunRow,
  StoreDescription,
  StoreKind,
  StoreState,
  TrackingStore,
} from '../../../src/mlflow/store';
import { ArtifactReader } from '../../../src/stores/artifacts/reader';
import { recordsOf } from '../../../src/stores/artifacts/records';
import { searchExperiments } from '../../../src/stores/held/searchExperiments';
import { searchLoggedModels, searchRegisteredModels } from '../../../src/stores/held/searchModels';
import { countRuns, searchRuns } from '../../../src/stores/held/searchRuns';
import { Histories } from '../../../src/stores/histories';
import type { HistorySource } from '../../../src/stores/historySource';
import { RunsTable } from '../../../src/stores/runTable/runsTable';
import { StoreWatch } from '../../../src/stores/watch';
import { historyOf, type MemoryContent, type Point } from './content';

/** How far a history is read: a list that is only ever added to. */
interface Mark {
  points: readonly Point[];
  at: number;
}

export interface InMemoryOptions {
  uri: string;
  /** Where artifacts lie. */
  folder: string;
  /** Brings `content` up to date before changes are looked for; missing: it is changed by `replace` alone. */
  update?: () => Promise<void>;
  onDispose?: () => void;
}

/**
 * A store that is held in memory: the second kind, which shows that nothing above stores/ needs SQLite. It brings a
 * content to read, what was added to a history since a mark, and a word when the content is another; the rest is
 * what src/stores has for every kind.
 */
export class InMemoryStore implements TrackingStore {
  readonly kind: StoreKind = 'files';
  readonly uri: string;
  readonly runTable: RunTable;
  /** As if its folder were away. */
  isHidden = false;
  private readonly artifacts: ArtifactReader;
  private readonly histories = new Histories<Mark>();
  private readonly watch: StoreWatch;
  private changed = false;
  private disposed = false;

  constructor(
    private held: MemoryContent,
    private readonly options: InMemoryOptions,
  ) {
    const { uri, folder, update } = options;
    this.uri = uri;
    this.artifacts = new ArtifactReader(recordsOf(this, folder));
    this.runTable = new RunsTable(
      (_, signal) => this.content(signal),
      (runId, key, signal) => this.getMetricHistory(runId, key, signal),
    );
    this.watch = new StoreWatch({
      busy: false,
      poll: async () => {
        await update?.();
        await this.content();
        const { changed } = this;
        this.changed = false;
        return changed;
      },
    });
  }

  /** What it holds now, for a writer and for others. */
  get current(): MemoryContent {
    return this.held;
  }

  /** A commit. */
  replace(content: MemoryContent): void {
    this.held = content;
    this.changed = true;
  }

  get state(): StoreState {
    return this.watch.state;
  }

  onDidChange(listener: () => void): Disposable {
    return this.watch.onDidChange(listener);
  }

  refresh(): Promise<void> {
    return this.watch.refresh();
  }

  setPollInterval(milliseconds: number): void {
    this.watch.setPollInterval(milliseconds);
  }

  async describe(signal?: AbortSignal): Promise<StoreDescription> {
    const content = await this.content(signal);
    return {
      kind: this.kind,
      features: {
        registry: true,
        aliases: true,
        modelTags: true,
        datasets: true,
        loggedModels: true,
        workspaces: false,
      },
      advice: { workspaces: 'This store has no workspaces: it is held in memory.' },
      upgrade: null,
      readOnlyReason: null,
      details: [{ label: 'Runs', value: String(content.runs.size) }],
    };
  }

  async searchExperiments(query: ExperimentQuery, signal?: AbortSignal): Promise<Page<Experiment>> {
    return searchExperiments((await this.content(signal)).experiments(), query);
  }

  async getExperiment(experimentId: string, signal?: AbortSignal): Promise<Experiment> {
    const { experiments } = (await this.content(signal)).parts;
    return there(experiments.get(experimentId), () => noExperiment(experimentId));
  }

  async countRuns(
    experimentIds: readonly string[],
    view: ViewType,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    return countRuns((await this.content(signal)).runs, experimentIds, view);
  }

  async searchRuns(query: RunQuery, signal?: AbortSignal): Promise<Page<RunRow>> {
    return searchRuns(await this.content(signal), query, Date.now());
  }

  async getRun(runId: string, signal?: AbortSignal): Promise<Run> {
    const { runs } = await this.content(signal);
    return there(runs.get(runId), () => noRun(runId));
  }

  async getRunInputs(runId: string, signal?: AbortSignal): Promise<RunInputs> {
    return (await this.content(signal)).inputsOf(runId);
  }

  async getMetricHistory(runId: string, key: string, signal?: AbortSignal): Promise<MetricHistory> {
    return historyOf(runId, key, (await this.content(signal)).history(runId, key));
  }

  async sampleMetrics(request: SampleRequest, signal?: AbortSignal): Promise<SampledSeries[]> {
    return this.histories.sample(sourceOf(await this.content(signal)), request, signal);
  }

  async getMetricSummaries(
    runId: string,
    keys: readonly string[],
    signal?: AbortSignal,
  ): Promise<MetricSummary[]> {
    return this.histories.summaries(sourceOf(await this.content(signal)), runId, keys, signal);
  }

  async searchRegisteredModels(
    query: RegisteredModelQuery,
    signal?: AbortSignal,
  ): Promise<Page<RegisteredModel>> {
    return searchRegisteredModels((await this.content(signal)).models(), query);
  }

  async getRegisteredModel(name: string, signal?: AbortSignal): Promise<RegisteredModel> {
    const { models } = (await this.content(signal)).parts;
    return there(models.get(name), () => noRegisteredModel(name));
  }

  async searchLoggedModels(query: LoggedModelQuery, signal?: AbortSignal): Promise<Page<LoggedModel>> {
    return searchLoggedModels((await this.content(signal)).loggedModels(), query);
  }

  listArtifacts(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<ArtifactListing> {
    return this.artifacts.list(owner, path, signal);
  }

  readArtifact(
    owner: ArtifactOwner,
    path: string,
    range: { offset: number; length: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    return this.artifacts.read(owner, path, range, signal);
  }

  locateArtifact(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<string> {
    return this.artifacts.locate(owner, path, signal);
  }

  dispose(): void {
    this.disposed = true;
    this.watch.dispose();
    this.options.onDispose?.();
  }

  /** Later, as from a disk or a server. */
  private async content(signal?: AbortSignal): Promise<MemoryContent> {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted || this.disposed) {
      throw cancelled();
    }
    if (this.isHidden) {
      throw new StoreError('NOT_FOUND', `${this.uri} is not there: it was taken away.`);
    }
    return this.held;
  }
}

/** Answers later; the mark is the list itself, and how much of it was read. */
function sourceOf(content: MemoryContent): HistorySource<Mark> {
  return {
    state: content,
    parallel: 4,
    start: async ({ runId, key }, known) => {
      const points = content.history(runId, key)?.points ?? [];
      return known?.points === points ? known : { points, at: 0 };
    },
    read: async ({ runId, key }, { points, at }, rows) => {
      const count = content.history(runId, key)?.count ?? 0;
      const part = points.slice(at, Math.min(at + rows, count));
      return {
        rows: {
          steps: part.map(([step]) => step),
          timestamps: part.map(([, timestamp]) => timestamp),
          values: part.map(([, , value]) => value),
        },
        mark: { points, at: at + part.length },
        complete: at + part.length >= count,
      };
    },
    ends: async ({ runId, key }, column, above) => {
      const held = content.history(runId, key);
      const values = held?.points
        .slice(0, held.count)
        .map((point) => point[column === 'steps' ? 0 : 1])
        .filter((value) => value > above);
      return values && values.length > 0 ? [values[0]!, values.at(-1)!] : null;
    },
  };
}

function there<T>(entity: T | undefined, otherwise: () => StoreError): T {
  if (entity === undefined) {
    throw otherwise();
  }
  return entity;
}
