import type { DatasetInput, Experiment, LoggedModel, ModelVersion, Run } from '../../mlflow/entities';
import type { LoadedPart, TableScope } from '../../mlflow/runTable';
import { NotHere } from './loader';

/**
 * What a store that keeps its runs as entities holds at one moment. Nothing of it is ever changed: later there is
 * another one, in which a run of which nothing changed, its histories included, is the same object. What is a
 * function may throw NotHere (`later`).
 */
export interface HeldRuns {
  /** By id, of all experiments that were asked for and maybe others, deleted ones too, with all that they logged. */
  readonly runs: ReadonlyMap<string, Run>;
  /** Missing: all runs that were asked for are here. */
  readonly part?: RunsPart;
  /** Whether any run of the store has the key, where `runs` may be only some of them. */
  hasKey?(kind: 'param' | 'metric' | 'tag', key: string): boolean;
  /** Those keys, in the order of their bytes. */
  keys?(kind: 'param' | 'metric' | 'tag'): string[];
  /** In the order in which they were logged. */
  datasetInputs(runId: string): readonly DatasetInput[];
  experiments(): readonly Pick<Experiment, 'experimentId' | 'name'>[];
  /** Versions of registered models, in any order. */
  versions(): readonly Pick<ModelVersion, 'name' | 'version' | 'runId'>[];
  /** In any order, deleted ones too. */
  loggedModels(): readonly Pick<
    LoggedModel,
    'modelId' | 'name' | 'modelType' | 'sourceRunId' | 'creationTimestamp' | 'lifecycleStage'
  >[];
}

/** What is held is the first part of what there is. */
export interface RunsPart {
  state(): LoadedPart;
  /** @param on false: no more than what is here */
  loadRest(on: boolean): void;
  /** Waits for it. @throws StoreError */
  whole(signal?: AbortSignal): Promise<void>;
}

/** Which runs are wanted: those of experiments, certain ones, or none in particular. What holds all has them anyway. */
export type HeldScope = WantedRuns | { readonly runIds: readonly string[] } | null;

/** Runs of a scope, of which only those for which the filter holds are shown. */
export interface WantedRuns extends TableScope {
  /** Missing or empty: all. */
  filter?: string | undefined;
  /** What "7d ago" counts from, ms; missing: now. */
  now?: number;
}

/** A part that is fetched when it is asked for, and from then on is there. */
export function later<T>(fetch: (signal?: AbortSignal) => Promise<T>): () => T {
  let held: { value: T } | null = null;
  return () => {
    if (held) {
      return held.value;
    }
    throw new NotHere(async (signal) => {
      held ??= { value: await fetch(signal) };
    });
  };
}
