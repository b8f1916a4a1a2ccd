import type {
  Experiment,
  LoggedModel,
  MetricHistory,
  RegisteredModel,
  RunInputs,
} from '../../mlflow/entities';
import type { HistorySource } from '../historySource';
import type { HeldRuns, HeldScope } from '../runTable/heldRuns';

/** What a store that keeps its entities in memory holds at one moment (HeldRuns says what that means). */
export interface HeldStore extends HeldRuns {
  inputs(runId: string): RunInputs;
  experiments(): readonly Experiment[];
  /** Without prompts, their versions without deleted ones, each list in its order. */
  models(): readonly RegisteredModel[];
  loggedModels(): readonly LoggedModel[];
}

/** What a kind of store brings whose entities are held: reading them, and histories from a mark on. */
export interface HeldSource<Mark, Held extends HeldStore = HeldStore> {
  /** What is there now, with what is wanted in it: the same object as long as nothing changed. @throws StoreError */
  read(scope: HeldScope, signal?: AbortSignal): Promise<Held>;
  /** Of what is held. */
  histories(held: Held): HistorySource<Mark>;
  /** A whole history, in MLflow's order. @throws StoreError */
  history(runId: string, key: string, signal?: AbortSignal): Promise<MetricHistory>;
}
