import type { ModelFact, TableColumn, TableScope } from '../../mlflow/runTable';

export interface LoadedRun {
  runId: string;
  experimentId: string;
  name: string;
  status: string;
  userId: string;
  startTime: number | null;
  endTime: number | null;
  deleted: boolean;
}

export type KeyKind = 'metric' | 'param' | 'tag';

/** A metric's column that shows another value than the latest. */
export interface RuleColumn extends TableColumn {
  kind: 'metric';
  rule: 'min' | 'max' | 'step';
}

export function isRuleColumn(column: TableColumn): column is RuleColumn {
  return column.kind === 'metric' && column.rule !== undefined && column.rule !== 'last';
}

/**
 * Thrown by a loader whose answer has to be fetched first. Whoever asked awaits `fetch` and asks again, as a
 * handler of SQLite's worker runs again until its reading is proven: so the table itself stays synchronous.
 */
export class NotHere extends Error {
  /** @param fetch brings what is missing, or as much of it as one goes for at once; rejects with StoreError */
  constructor(readonly fetch: (signal?: AbortSignal) => Promise<unknown>) {
    super('What was asked for is not here yet.');
    this.name = 'NotHere';
  }
}

/** Asks what may throw NotHere, and fetches what is not here until there is an answer. */
export async function untilHere<T>(question: () => T, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return question();
    } catch (error) {
      if (!(error instanceof NotHere)) {
        throw error;
      }
      await error.fetch(signal);
    }
  }
}

/**
 * Where a run table's columns come from. Synchronous, as SQLite is in its worker; any method may throw NotHere.
 * Callbacks may get runs of other experiments too. A value of null is missing.
 */
export interface TableLoader {
  /** Whether a rule's values cost something for each run: then a window asks for those of its own runs alone. */
  readonly rulesCostByRun: boolean;
  /** Whether `changedSince` knows of tags that were written over too. */
  readonly tracesTags: boolean;
  runs(scope: TableScope, each: (run: LoadedRun) => void): void;
  /** Latest values of a metric of all runs. */
  metric(key: string, each: (runId: string, value: number) => void): void;
  /** Values that rules find in the histories, of these runs at least; `column` is an index into the columns. */
  ruled(
    columns: readonly RuleColumn[],
    runIds: readonly string[],
    each: (runId: string, column: number, value: number) => void,
  ): void;
  text(kind: 'param' | 'tag', key: string, each: (runId: string, value: string | null) => void): void;
  /** Latest values of some metrics of some runs. */
  metricsOf(
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: number) => void,
  ): void;
  /** Newest time of a logged metric, ms, of those of the runs that logged any. */
  lastLogged(runIds: readonly string[], each: (runId: string, time: number) => void): void;
  /** Whether any run of the store has the tag; null where that costs what its column does. */
  hasTag(key: string): boolean | null;
  /** Several tags of all runs, in one walk through them. */
  tags(keys: readonly string[], each: (runId: string, key: string, value: string | null) => void): void;
  textsOf(
    kind: 'param' | 'tag',
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: string) => void,
  ): void;
  /** A run's in the order in which they were logged. */
  datasets(each: (runId: string, name: string, digest: string, context: string | null) => void): void;
  /** By name, then by number. */
  registered(each: (runId: string, name: string, version: string) => void): void;
  experimentNames(each: (experimentId: string, name: string) => void): void;
  /** Kinds of the models that runs logged (MLflow >= 3.0; before, tags say), the newest of a run last. */
  modelTypes(each: (runId: string, modelType: string) => void): void;
  /** What the files of the run's newest model say, where they were looked at (MLflow >= 3.0). */
  learnedModel(runId: string): ModelFact | undefined;
  /** Runs below others, with how many parents stand above them in the whole store (mlflow/family). */
  depths(each: (runId: string, depth: number) => void): void;
  artifactUris(each: (runId: string, uri: string) => void): void;
  /** Runs with the text, folded, in the value of a param or a searched tag. */
  term(folded: string, each: (runId: string) => void): void;
  /** All keys of the store, in the order of their bytes. */
  keys(kind: KeyKind): string[];
  /** Every metric and param of some runs. */
  everything(runIds: readonly string[], each: (kind: KeyKind, key: string, value: string) => void): void;
  /** What tells this state of the store from a later one; only a loader of the same kind reads it. */
  marks(): unknown;
  /**
   * Runs that metrics, params or tags were added to since the marks were taken; null where that cannot be told,
   * or more than `most` runs were added to.
   */
  changedSince(marks: unknown, most: number): string[] | null;
  /** Values of a key in the order of the run ids, until `each` answers false. */
  scan(kind: KeyKind, key: string, each: (runId: string, value: string) => boolean): void;
}
