import type { SampledSeries, SampleRequest } from './samples';
import type {
  ArtifactFile,
  Experiment,
  KeyValue,
  LoggedModel,
  MetricHistory,
  MetricSummary,
  RegisteredModel,
  Run,
  RunInputs,
  ViewType,
} from './entities';
import type { RunTable } from './runTable';
import type { WorkspaceSummary } from './workspace';

export interface Disposable {
  dispose(): void;
}

export interface Page<T> {
  items: T[];
  /** Opaque; absent on the last page. */
  nextPageToken?: string;
  /** How many more there are, where that is known without looking at them. */
  remaining?: number;
}

export interface PageRequest {
  maxResults: number;
  pageToken?: string;
}

export interface ExperimentQuery extends PageRequest {
  view: ViewType;
  /** Part of a name, any case; empty for all. */
  nameContains?: string;
}

/** Which of a run's keys an answer carries: none, all, or those named. */
export type KeySelection = 'none' | 'all' | readonly string[];

export interface RunQuery extends PageRequest {
  /** Empty for all experiments. */
  experimentIds: readonly string[];
  view: ViewType;
  /** In the search language (src/search); empty for all. */
  filter?: string;
  /** As MLflow's order_by; missing: start time, newest first. */
  orderBy?: readonly string[];
  /**
   * 'roots': runs without a parent, orphans and members of a circle of parents included;
   * a run id: its children; missing: runs of any depth.
   */
  parent?: 'roots' | { runId: string };
  params?: KeySelection;
  metrics?: KeySelection;
  tags?: KeySelection;
  /** Rows say the keys of their metrics too: a kind that has each in a file opens none of them for that. */
  metricKeys?: boolean;
}

/** Certain runs. */
export interface RunsById {
  runIds: readonly string[];
  params?: KeySelection;
  metrics?: KeySelection;
  tags?: KeySelection;
}

/** A run as a list shows it. */
export interface RunRow extends Run {
  /** Direct children, of the query's view; null where nobody counted them: a server has no cheap way. */
  childCount: number | null;
  /** Of all its metrics, in the order of their bytes; missing where they were not asked for. */
  metricKeys?: readonly string[];
}

export interface RegisteredModelQuery extends PageRequest {
  filter?: ModelFilter;
  /** Only models that have a version of this run. */
  runId?: string;
  /** Missing: by name. `lastUpdated`: newest first. */
  orderBy?: 'name' | 'lastUpdated';
}

/** Which registered models, and which of their versions; registry/modelFilter decides. */
export interface ModelFilter {
  /** Words, any case: each must stand in the name, a stage, an `@alias` or a tag's `key=value`. */
  text?: string;
  versions?: VersionFilter;
}

/** Versions in production, versions that an alias names, or those that carry a mark and wait for a decision. */
export type VersionFilter = 'inProduction' | 'hasAlias' | { tag: KeyValue; alias: string | null };

export interface LoggedModelQuery extends PageRequest {
  experimentIds?: readonly string[];
  sourceRunId?: string;
  modelIds?: readonly string[];
}

export interface StoreFeatures {
  registry: boolean;
  aliases: boolean;
  modelTags: boolean;
  datasets: boolean;
  loggedModels: boolean;
  workspaces: boolean;
}

/** Something that a kind of store tells of itself, for people: shown as it is, never decided upon. */
export interface StoreDetail {
  /** With a capital: "Schema". */
  label: string;
  value: string;
}

export interface StoreDescription {
  kind: StoreKind;
  features: StoreFeatures;
  /** For each feature that is missing one sentence: that it is, and how to have it. */
  advice: Partial<Record<keyof StoreFeatures, string>>;
  /** What to run where a newer MLflow finds the store too old ("mlflow db upgrade"); null where it never does. */
  upgrade: string | null;
  /** Why changes are refused ("The file is read-only."); null where they are possible. */
  readOnlyReason: string | null;
  /** By name, the one that is shown among them; empty where there is no choice. */
  workspaces: readonly WorkspaceSummary[];
  details: readonly StoreDetail[];
}

export type StoreKind = 'sqlite' | 'files' | 'rest';

export type StoreState = { status: 'ok' } | { status: 'gone'; since: number; message: string };

export type ArtifactOwner = { runId: string } | { modelId: string } | { name: string; version: string };

export interface ArtifactRoot {
  /** As recorded in the store. */
  uri: string;
  /** The folder on this machine that is read; null for a remote or a missing root. */
  localPath: string | null;
  /** The recorded place is not here; `localPath` was found beside the store. */
  moved: boolean;
  /** Why nothing can be read, as a sentence with what to do; null where it can. */
  problem: string | null;
}

export interface ArtifactListing {
  root: ArtifactRoot;
  files: ArtifactFile[];
  /** How many more the folder holds beyond those listed. */
  truncated: number;
}

/**
 * Read access to a tracking store and its registry. All methods are async, may be called at once, and throw
 * StoreError. An aborted signal ends the work at its next page and rejects with code CANCELLED. Each answer
 * equals some committed state of the store.
 */
export interface TrackingStore extends Disposable {
  /** Canonical, as `canonicalUri` of stores/uri makes it. */
  readonly uri: string;
  readonly kind: StoreKind;
  /** Whether the store is there now. */
  readonly state: StoreState;

  /** After a commit by anybody, or when `state` changes. Views ask again for what they show. */
  onDidChange(listener: () => void): Disposable;
  /** Look for changes now, rather than at the next poll. */
  refresh(): Promise<void>;
  /** How often to look for changes, ms; 0 while no view is visible. */
  setPollInterval(milliseconds: number): void;

  describe(signal?: AbortSignal): Promise<StoreDescription>;
  /** Newest first. */
  searchExperiments(query: ExperimentQuery, signal?: AbortSignal): Promise<Page<Experiment>>;
  getExperiment(experimentId: string, signal?: AbortSignal): Promise<Experiment>;
  /**
   * Runs of each experiment and view, for the description beside an experiment. One is missing where nobody counted
   * them: a server has no cheap way.
   */
  countRuns(
    experimentIds: readonly string[],
    view: ViewType,
    signal?: AbortSignal,
  ): Promise<Map<string, number>>;
  searchRuns(query: RunQuery, signal?: AbortSignal): Promise<Page<RunRow>>;
  getRun(runId: string, signal?: AbortSignal): Promise<Run>;
  /** In the order of their ids; those that are not there are left out. */
  getRuns(query: RunsById, signal?: AbortSignal): Promise<Run[]>;
  getRunInputs(runId: string, signal?: AbortSignal): Promise<RunInputs>;
  /** Histories in small, in the order of the keys. */
  getMetricSummaries(runId: string, keys: readonly string[], signal?: AbortSignal): Promise<MetricSummary[]>;
  getMetricHistory(runId: string, key: string, signal?: AbortSignal): Promise<MetricHistory>;
  /** Histories made ready to draw, in the request's order. */
  sampleMetrics(request: SampleRequest, signal?: AbortSignal): Promise<SampledSeries[]>;
  /** Prompts are not models; versions in 'Deleted_Internal' are not versions. */
  searchRegisteredModels(query: RegisteredModelQuery, signal?: AbortSignal): Promise<Page<RegisteredModel>>;
  getRegisteredModel(name: string, signal?: AbortSignal): Promise<RegisteredModel>;
  searchLoggedModels(query: LoggedModelQuery, signal?: AbortSignal): Promise<Page<LoggedModel>>;

  /** Windows of rows and columns for the run table. */
  readonly runTable: RunTable;

  /** One folder, not its subfolders; `path` '' is the root. */
  listArtifacts(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<ArtifactListing>;
  /** At most `length` bytes from `offset`; never outside the artifact root. */
  readArtifact(
    owner: ArtifactOwner,
    path: string,
    range: { offset: number; length: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array>;
  /**
   * The artifact's file or folder on this machine, for the editor to open; missing where a store has none.
   * Never outside the artifact root.
   */
  locateArtifact?(owner: ArtifactOwner, path: string, signal?: AbortSignal): Promise<string>;
}
