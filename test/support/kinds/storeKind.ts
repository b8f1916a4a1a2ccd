import type { TrackingStore } from '../../../src/mlflow/store';
import type { Writer } from '../../../src/mlflow/writer';
import type { HistoryPoint, MadeRun } from '../histories';
import type { Answers } from '../oracle';

/**
 * A kind of store as the contract suite (test/support/contract) sees it. A new kind describes itself so in a file of
 * this folder, lists that in index.ts, and the suite runs on it.
 */
export interface StoreKindUnderTest {
  /** Making thousands of runs takes minutes: so many are enough. */
  readonly thousands?: number;
  /** false: of a history that was read to its end, points that come before its last step are not seen. */
  readonly seesLatePoints?: boolean;
  /** It has no cheap way to count runs or children, and says that it does not know. */
  readonly countsNothing?: boolean;
  /** For the titles of the tests. */
  readonly name: string;
  /** The store writes its own times, whatever a change asks for. */
  readonly ownClock?: boolean;
  /** The store that `make_era.py` made with MLflow, in a copy of its own, and what MLflow's client answered of it. */
  era(): Promise<StoreUnderTest & { oracle: Answers }>;
  /**
   * A store in whose experiment EXPERIMENT (test/support/histories) these runs are, and no others. What else it holds
   * is of no matter.
   */
  make(runs: readonly MadeRun[]): Promise<StoreUnderTest>;
}

export interface StoreUnderTest {
  readonly store: TrackingStore;
  readonly writer: Writer;
  readonly others: OtherClient;
  /** Takes the store away, as if its folder were moved or its server stopped. */
  readonly hide: () => Promise<void>;
  /** Brings it back as it was. */
  readonly show: () => Promise<void>;
  readonly close: () => Promise<void>;
  /**
   * A kind that looks at old runs in turn only, where there are thousands, looks at these now, as when somebody opens
   * them. Missing: it sees every change at once.
   */
  readonly lookAt?: (runIds: readonly string[]) => Promise<void>;
}

/** What another MLflow client does to the store meanwhile: our writer has no part in it. Each call is one commit. */
export interface OtherClient {
  logRuns(runs: readonly MadeRun[]): Promise<void>;
  logMetric(runId: string, key: string, points: readonly HistoryPoint[]): Promise<void>;
  logParam(runId: string, key: string, value: string): Promise<void>;
  setTag(runId: string, key: string, value: string): Promise<void>;
  endRun(runId: string, status: string, endTime: number): Promise<void>;
  deleteRun(runId: string): Promise<void>;
  /** `mlflow gc` of one run: nothing of it is left. */
  purgeRun(runId: string): Promise<void>;
  /** As `MlflowClient.set_registered_model_tag`. */
  setModelTag(name: string, key: string, value: string): Promise<void>;
}
