import type { MetricRule, ModelFact, TableScope } from '../../mlflow/runTable';

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

/** The last row of each table of values when it was looked at: its rowid, and what it holds. Missing: it has none. */
export type TableMarks = ReadonlyMap<string, { rowid: number; holds: string }>;

/**
 * Where a run table's columns come from. Synchronous, as SQLite is in its worker; callbacks may get runs of other
 * experiments too. A value of null is missing.
 */
export interface TableLoader {
  runs(scope: TableScope, each: (run: LoadedRun) => void): void;
  metric(key: string, rule: MetricRule, step: number, each: (runId: string, value: number) => void): void;
  text(kind: 'param' | 'tag', key: string, each: (runId: string, value: string | null) => void): void;
  /** Latest values of some metrics of some runs. */
  metricsOf(
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: number) => void,
  ): void;
  /** Newest time of a logged metric, ms, of those of the runs that logged any. */
  lastLogged(runIds: readonly string[], each: (runId: string, time: number) => void): void;
  textsOf(
    kind: 'param' | 'tag',
    keys: readonly string[],
    runIds: readonly string[],
    each: (runId: string, key: string, value: string) => void,
  ): void;
  datasets(each: (runId: string, name: string, digest: string, context: string | null) => void): void;
  registered(each: (runId: string, name: string, version: string) => void): void;
  experimentNames(each: (experimentId: string, name: string) => void): void;
  /** Kinds of the models that runs logged (MLflow >= 3.0; before, tags say). */
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
  /** Where the tables of values end now. */
  marks(): TableMarks;
  /**
   * Runs that metrics, params or tags were added to since the marks were taken; null where that cannot be told:
   * rows are gone, or more than `most` runs were added to.
   */
  changedSince(marks: TableMarks, most: number): string[] | null;
  /** Values of a key until `each` answers false. */
  scan(kind: KeyKind, key: string, each: (runId: string, value: string) => boolean): void;
}
