import type {
  Experiment,
  LoggedModel,
  MetricHistory,
  MetricSummary,
  RegisteredModel,
  Run,
  RunInputs,
  ViewType,
} from '../mlflow/entities';
import type { SampledSeries, SampleRequest } from '../mlflow/samples';
import type { RunTable } from '../mlflow/runTable';
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
  RunsById,
  StoreDescription,
  StoreKind,
  StoreState,
  TrackingStore,
} from '../mlflow/store';
import type { RequestArguments, RequestName, RequestResult } from '../worker/wire';
import type { ArtifactAccess } from './artifacts/access';
import { ArtifactReader } from './artifacts/reader';
import { recordsOf } from './artifacts/records';
import { networkDetails, readOnlyReasonOf } from './fileSystem';
import type { StoreFacts, StoreRequests } from './requests';
import { StoreWatch } from './watch';

/** Asks for what is in StoreRequests. Rejects with StoreError. */
export interface StoreAsker {
  ask<Name extends RequestName<StoreRequests>>(
    name: Name,
    args: RequestArguments<StoreRequests, Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<StoreRequests, Name>>;
  /** Whether requests are waiting or under way. */
  readonly busy: boolean;
  dispose(): void;
}

export interface StorePlace {
  kind: StoreKind;
  /** Canonical (uri.ts). */
  uri: string;
  /** The file or folder that it is, absolute, or a server's URI: for sentences. */
  place: string;
  /** The folder that relative artifact locations start from and moved ones are looked for in; empty for a server. */
  folder: string;
}

/** TrackingStore over StoreRequests, whoever answers them. */
export class AskedStore implements TrackingStore {
  readonly kind: StoreKind;
  readonly uri: string;
  readonly runTable: RunTable;
  private readonly artifacts: ArtifactAccess;
  private readonly watch: StoreWatch;
  private readonly facts: (signal?: AbortSignal) => Promise<StoreFacts>;

  /** @param artifactsOf missing: they lie on this machine, where the store says */
  constructor(
    private readonly place: StorePlace,
    private readonly asker: StoreAsker,
    artifactsOf?: (store: TrackingStore) => ArtifactAccess,
  ) {
    this.kind = place.kind;
    this.uri = place.uri;
    this.watch = new StoreWatch({
      poll: (asked) => asker.ask('poll', { asked }),
      get busy() {
        return asker.busy;
      },
    });
    this.facts = this.watch.perState(() => this.ask('describe', undefined));
    this.runTable = {
      rows: (query, signal) => this.ask('tableRows', query, signal),
      load: (scope, column, signal) => this.ask('tableLoad', { scope, column }, signal),
      loadRest: (request, signal) => this.ask('tableLoadRest', request, signal),
      matching: (view, signal) => this.ask('tableMatching', view, signal),
      runsOfRows: (query, signal) => this.ask('tableRunsOfRows', query, signal),
      suggestColumns: (scope, signal) => this.ask('tableSuggestColumns', scope, signal),
      findColumns: (query, signal) => this.ask('tableFindColumns', query, signal),
      findValues: (query, signal) => this.ask('tableFindValues', query, signal),
      learnModels: (facts, signal) => this.ask('tableLearnModels', facts, signal),
      cellText: (runId, column, signal) => this.ask('tableCellText', { runId, column }, signal),
    };
    this.artifacts = artifactsOf?.(this) ?? new ArtifactReader(recordsOf(this, place.folder));
  }

  /** Itself, once it turned out to be a store; else it is disposed of. Throws StoreError. */
  async opened(signal?: AbortSignal): Promise<this> {
    try {
      await this.ask('open', undefined, signal);
      return this;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get state(): StoreState {
    return this.watch.state;
  }

  /** Throws StoreError. */
  ask<Name extends RequestName<StoreRequests>>(
    name: Name,
    args: RequestArguments<StoreRequests, Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<StoreRequests, Name>> {
    return this.asker.ask(name, args, signal);
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
    const { kind, place } = this.place;
    const [{ details, ...facts }, network, readOnlyReason] = await Promise.all([
      this.facts(signal),
      // May change without a commit.
      kind === 'rest' ? [] : networkDetails(place),
      kind === 'rest' ? null : readOnlyReasonOf(place),
    ]);
    return { kind, ...facts, details: [...details, ...network], readOnlyReason };
  }

  searchExperiments(query: ExperimentQuery, signal?: AbortSignal): Promise<Page<Experiment>> {
    return this.ask('searchExperiments', query, signal);
  }

  getExperiment(experimentId: string, signal?: AbortSignal): Promise<Experiment> {
    return this.ask('getExperiment', { experimentId }, signal);
  }

  countRuns(
    experimentIds: readonly string[],
    view: ViewType,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    return this.ask('countRuns', { experimentIds, view }, signal);
  }

  searchRuns(query: RunQuery, signal?: AbortSignal): Promise<Page<RunRow>> {
    return this.ask('searchRuns', query, signal);
  }

  getRun(runId: string, signal?: AbortSignal): Promise<Run> {
    return this.ask('getRun', { runId }, signal);
  }

  getRuns(query: RunsById, signal?: AbortSignal): Promise<Run[]> {
    return this.ask('getRuns', query, signal);
  }

  getRunInputs(runId: string, signal?: AbortSignal): Promise<RunInputs> {
    return this.ask('getRunInputs', { runId }, signal);
  }

  getMetricHistory(runId: string, key: string, signal?: AbortSignal): Promise<MetricHistory> {
    return this.ask('getMetricHistory', { runId, key }, signal);
  }

  sampleMetrics(request: SampleRequest, signal?: AbortSignal): Promise<SampledSeries[]> {
    return this.ask('sampleMetrics', request, signal);
  }

  getMetricSummaries(runId: string, keys: readonly string[], signal?: AbortSignal): Promise<MetricSummary[]> {
    return this.ask('getMetricSummaries', { runId, keys }, signal);
  }

  searchRegisteredModels(query: RegisteredModelQuery, signal?: AbortSignal): Promise<Page<RegisteredModel>> {
    return this.ask('searchRegisteredModels', query, signal);
  }

  getRegisteredModel(name: string, signal?: AbortSignal): Promise<RegisteredModel> {
    return this.ask('getRegisteredModel', { name }, signal);
  }

  searchLoggedModels(query: LoggedModelQuery, signal?: AbortSignal): Promise<Page<LoggedModel>> {
    return this.ask('searchLoggedModels', query, signal);
  }

  listArtifacts(owner: ArtifactOwner, folder: string, signal?: AbortSignal): Promise<ArtifactListing> {
    return this.artifacts.list(owner, folder, signal);
  }

  readArtifact(
    owner: ArtifactOwner,
    file: string,
    range: { offset: number; length: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    return this.artifacts.read(owner, file, range, signal);
  }

  locateArtifact(owner: ArtifactOwner, file: string, signal?: AbortSignal): Promise<string> {
    return this.artifacts.locate(owner, file, signal);
  }

  dispose(): void {
    this.watch.dispose();
    this.asker.dispose();
  }
}
