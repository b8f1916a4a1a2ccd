import type { DatasetInput, Experiment, KeyValue, RunInfo } from './entities';

/** Where a copied run came from: `<tracking URI without credentials>#<run id>`. */
export const TAG_COPIED_FROM = 'mlflowLens.copiedFrom';
/** On a copy that is not whole yet; what is there can be gone on with. */
export const TAG_COPYING = 'mlflowLens.copying';
/** The parent that a run had where it came from, where that was not copied. */
export const TAG_PARENT_ELSEWHERE = 'mlflowLens.parentRunId';

/** A whole number that JSON carries: decimal text beyond 2^53. */
export type Whole = number | string;
/** A value that JSON carries: NaN, the infinities and the negative zero as text. */
export type Logged = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

/** One metric's history as columns, in the order in which it was logged as far as that is known. */
export interface ImportedHistory {
  key: string;
  timestamps: Whole[];
  steps: Whole[];
  values: Logged[];
}

/** A run as it is to be, without its metrics and artifacts: nothing of it is made up, as a run that is logged has. */
export interface ImportedRun extends Pick<
  RunInfo,
  'experimentId' | 'runName' | 'userId' | 'startTime' | 'endTime'
> {
  /** One of MLflow's five words. */
  status: string;
  params: readonly KeyValue[];
  /** TAG_COPIED_FROM among them. */
  tags: readonly KeyValue[];
  datasets: readonly DatasetInput[];
}

/** The bytes of one artifact. */
export interface ImportedFile {
  /** Relative to the run's artifacts, checked. */
  path: string;
  size: number;
  /** Of that many bytes, or it rejects. */
  read(this: void): AsyncIterable<Uint8Array>;
}

/** What a kind of store, of its version, takes. */
export interface ImportLimits {
  /** Of a param's value, characters. */
  param: number;
  /** Of a run's tag, characters. */
  tag: number;
  /** NaN and infinite values of metrics. */
  notNumbers: boolean;
  datasets: boolean;
  /** `a` and `a/b` can both be keys. */
  nestedKeys: boolean;
  /** Points of one run that are taken at once. */
  points: number;
  /** Why a key cannot be, as the end of a sentence; null where it can. */
  keyProblem(this: void, key: string): string | null;
  /** The same of the path of an artifact. */
  pathProblem(this: void, path: string): string | null;
}

/** Where artifacts of new runs of an experiment go, for people; or why they cannot be put there, as a sentence. */
export type ArtifactsTo = { place: string } | { problem: string };

/** A run that is being made. Rejects with StoreError; what was done by then can be gone on with by another `begin`. */
export interface RunInTheMaking {
  readonly runId: string;
  /** Whether a file of that size is there already. */
  holds(file: Pick<ImportedFile, 'path' | 'size'>, signal?: AbortSignal): Promise<boolean>;
  put(file: ImportedFile, signal?: AbortSignal): Promise<void>;
  /**
   * Writes all but the artifacts, and last that the run is whole.
   *
   * @param histories one metric after the other
   * @param onPoints called with how many points were written by now
   */
  finish(
    histories: AsyncIterable<ImportedHistory>,
    signal?: AbortSignal,
    onPoints?: (points: number) => void,
  ): Promise<void>;
}

/** Makes runs that were logged elsewhere, as MLflow's client would leave them had they been logged here. */
export interface Importer {
  limits(signal?: AbortSignal): Promise<ImportLimits>;
  artifactsTo(experiment: Pick<Experiment, 'experimentId' | 'artifactLocation'>): Promise<ArtifactsTo>;
  /**
   * Begins a run, or goes on with one.
   *
   * @param half the run that was begun and is not whole, where there is one that others see already
   * @throws StoreError
   */
  begin(
    run: ImportedRun,
    experiment: Pick<Experiment, 'experimentId' | 'artifactLocation'>,
    half: string | null,
    signal?: AbortSignal,
  ): Promise<RunInTheMaking>;
}

/** A value as JSON carries it. */
export function loggedOf(value: number): Logged {
  if (Object.is(value, -0)) {
    return '-0';
  }
  return Number.isFinite(value) ? value : (String(value) as Logged);
}

/** The number again. */
export function numberOf(logged: Logged): number {
  return typeof logged === 'number' ? logged : Number(logged);
}
