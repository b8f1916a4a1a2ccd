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
import type {
  ColumnList,
  ColumnQuery,
  LoadRequest,
  ModelFact,
  RowsQuery,
  TableColumn,
  TableQuery,
  TableRows,
  TableScope,
  TableView,
  ValueQuery,
} from '../mlflow/runTable';
import type { SampledSeries, SampleRequest } from '../mlflow/samples';
import type {
  ExperimentQuery,
  LoggedModelQuery,
  Page,
  RegisteredModelQuery,
  RunQuery,
  RunRow,
  RunsById,
  StoreDescription,
} from '../mlflow/store';
import type { WorkspaceSummary } from '../mlflow/workspace';
import type { Proven } from '../worker/settled';
import type { RequestContext } from '../worker/wire';
import type { MaybePromise } from './steps';

/** What a store says of itself; what is to be said of the place where it lies is looked up beside it. */
export type StoreFacts = Pick<StoreDescription, 'features' | 'advice' | 'upgrade' | 'workspaces' | 'details'>;

/** What a store's worker answers (workerStore.ts): TrackingStore's reading, in one argument each. */
export interface StoreRequests {
  /** Fails where it is none of MLflow's; reads as little as that takes. What it answers is not looked at. */
  open(args: undefined): unknown;
  /**
   * Whether anybody committed since the last poll (watch.ts). Where that costs others something, a poll that nobody
   * `asked` for may look the less often the longer nothing moves.
   */
  poll(args: { asked: boolean }): boolean;
  describe(args: undefined): StoreFacts;
  /** As in the description, for who has to know before anything else. */
  workspaces(args: undefined): readonly WorkspaceSummary[];
  searchExperiments(query: ExperimentQuery): Page<Experiment>;
  getExperiment(args: { experimentId: string }): Experiment;
  countRuns(args: { experimentIds: readonly string[]; view: ViewType }): Map<string, number>;
  searchRuns(query: RunQuery): Page<RunRow>;
  getRun(args: { runId: string }): Run;
  getRuns(query: RunsById): Run[];
  getRunInputs(args: { runId: string }): RunInputs;
  getMetricSummaries(args: { runId: string; keys: readonly string[] }): MetricSummary[];
  getMetricHistory(args: { runId: string; key: string }): MetricHistory;
  sampleMetrics(request: SampleRequest): SampledSeries[];
  searchRegisteredModels(query: RegisteredModelQuery): Page<RegisteredModel>;
  getRegisteredModel(args: { name: string }): RegisteredModel;
  searchLoggedModels(query: LoggedModelQuery): Page<LoggedModel>;
  tableRows(query: TableQuery): TableRows;
  tableLoad(args: { scope: TableScope; column: TableColumn }): null;
  tableLoadRest(request: LoadRequest): null;
  tableMatching(view: TableView): string[];
  tableRunsOfRows(query: RowsQuery): string[];
  tableSuggestColumns(scope: TableScope): TableColumn[];
  tableFindColumns(query: ColumnQuery): ColumnList;
  tableFindValues(query: ValueQuery): string[];
  tableLearnModels(facts: readonly ModelFact[]): null;
  tableCellText(args: { runId: string; column: TableColumn }): string | null;
}

type Argument<Name extends keyof StoreRequests> = Parameters<StoreRequests[Name]>[0];
type Answer<Name extends keyof StoreRequests> = ReturnType<StoreRequests[Name]>;

/** What a store's worker serves: an answer to each, at once or later. */
export type StoreAnswers = {
  [Name in keyof StoreRequests]: (
    args: Argument<Name>,
    context: Pick<RequestContext, 'signal'>,
  ) => MaybePromise<Answer<Name>>;
};

/** The handlers of all but `poll`, given something of the worker's own: a reader of one state of the store. */
export type StoreHandlers<Reader> = {
  [Name in Exclude<keyof StoreRequests, 'poll'>]: (
    reader: Reader,
    args: Argument<Name>,
  ) => Answer<Name> | Proven<Answer<Name>>;
};
