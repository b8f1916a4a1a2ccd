import type { PlainError } from './errors';
import type { Importer } from './importer';

/**
 * Changes, named as MLflow's client names them. What rows each writes: reference mlflow.md, A.7 and C.
 */
export type Change =
  | {
      type: 'transitionModelVersionStage';
      name: string;
      version: string;
      stage: Stage;
      archiveExistingVersions: boolean;
    }
  | { type: 'setRegisteredModelAlias'; name: string; alias: string; version: string }
  | { type: 'deleteRegisteredModelAlias'; name: string; alias: string }
  | { type: 'createRegisteredModel'; name: string; description?: string }
  | { type: 'updateRegisteredModel'; name: string; description: string | null }
  | { type: 'renameRegisteredModel'; name: string; newName: string }
  | { type: 'deleteRegisteredModel'; name: string }
  | { type: 'setRegisteredModelTag'; name: string; key: string; value: string }
  | { type: 'deleteRegisteredModelTag'; name: string; key: string }
  | {
      type: 'createModelVersion';
      name: string;
      source: string;
      runId: string | null;
      description?: string;
      createModel?: boolean;
    }
  | { type: 'copyModelVersion'; name: string; version: string; to: string }
  | { type: 'updateModelVersion'; name: string; version: string; description: string | null }
  | { type: 'deleteModelVersion'; name: string; version: string }
  | { type: 'setModelVersionTag'; name: string; version: string; key: string; value: string }
  | { type: 'deleteModelVersionTag'; name: string; version: string; key: string }
  | { type: 'createExperiment'; name: string }
  | { type: 'renameExperiment'; experimentId: string; newName: string }
  | { type: 'deleteExperiment'; experimentId: string }
  | { type: 'restoreExperiment'; experimentId: string }
  | { type: 'setExperimentTag'; experimentId: string; key: string; value: string }
  | { type: 'deleteExperimentTag'; experimentId: string; key: string }
  | { type: 'createRun'; experimentId: string; runName: string }
  | { type: 'renameRun'; runId: string; newName: string }
  | { type: 'deleteRun'; runId: string }
  | { type: 'restoreRun'; runId: string }
  | { type: 'setTag'; runId: string; key: string; value: string }
  | { type: 'deleteTag'; runId: string; key: string };

export type Stage = 'None' | 'Staging' | 'Production' | 'Archived';
export const STAGES: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived'];

/**
 * What the user was shown before the change. The writer reads the same rows again inside its transaction and
 * refuses with code STALE (details: the facts that differ) where one is not as `seen`.
 */
export interface Fact {
  /** What it is about, e.g. "taxi-duration version 4, stage". */
  label: string;
  subject:
    | {
        kind: 'modelVersion';
        name: string;
        version: string;
        field: 'currentStage' | 'description' | 'lastUpdatedTimestamp';
      }
    /** The versions in a stage, by number, as "2,3". */
    | { kind: 'versionsInStage'; name: string; stage: Stage }
    | { kind: 'alias'; name: string; alias: string }
    | { kind: 'modelVersionTag'; name: string; version: string; key: string }
    | { kind: 'registeredModel'; name: string; field: 'description' | 'lastUpdatedTimestamp' | 'exists' }
    | { kind: 'registeredModelTag'; name: string; key: string }
    | { kind: 'run'; runId: string; field: 'name' | 'lifecycleStage' }
    | { kind: 'tag'; runId: string; key: string }
    | { kind: 'experiment'; experimentId: string; field: 'name' | 'lifecycleStage' }
    | { kind: 'experimentTag'; experimentId: string; key: string }
    /** The lifecycle stage of the experiment of that name, deleted ones included. */
    | { kind: 'experimentNamed'; name: string }
    /** Where the artifacts of a logged model are. */
    | { kind: 'loggedModel'; modelId: string };
  /** Text as stored; null for "no such row or value", also for a deleted version. */
  seen: string | null;
}

/**
 * What a fact's subject is in a store now, told as `Fact.seen` is: this, and carrying out a Change that the rules
 * (registry/rules) allow, is all that a kind of writer has to bring.
 */
export type ReadFact = (subject: Fact['subject']) => Promise<string | null>;

export interface WriteRequest {
  /** Applied in order; in one transaction, all or none, where the writer is transactional. */
  changes: Change[];
  expected: Fact[];
  /** One timestamp for all rows, ms; missing: the writer's clock. */
  now?: number;
}

export interface WriteResult {
  /** The timestamp that the rows carry, ms. */
  now: number;
  /** Ids of what was created, by the change's place in the request. */
  created: (string | null)[];
  /** What did the writing: "node:sqlite 3.50.4", "python3 sqlite3 3.40.1"… */
  engine: string;
  /** By the change's place, the timestamp of its own rows where each has one, ms; null for a change that leaves none. */
  times?: readonly (number | null)[];
  /** What is not as the changes left it, because somebody else wrote at the same time: a sentence each, with what to do. */
  meanwhile?: readonly string[];
}

/** The details of PARTLY_APPLIED: how far a writer that is not transactional came. */
export interface PartlyApplied {
  /** Changes of the request that were made, in its order: at least one, and not all. */
  applied: number;
  of: number;
  /** Why the next one was not. */
  reason: PlainError;
  /** What was made, as of a request that ends there. */
  result: WriteResult;
}

export interface Writer {
  /** false where each change of a request is made for itself, as by files and servers. */
  readonly transactional: boolean;
  /** Makes runs that were logged elsewhere; missing where that cannot be done. */
  readonly importer?: Importer;
  /**
   * Throws StoreError. After an error nothing was written, unless its code is PARTLY_APPLIED, which only a writer
   * that is not transactional throws. Aborting while it waits for a lock writes nothing.
   */
  apply(
    request: WriteRequest,
    signal?: AbortSignal,
    /** Called once, when another process holds the lock and the change waits for it. */
    onWaiting?: () => void,
  ): Promise<WriteResult>;
}

export type ChangeOf<Type extends Change['type']> = Extract<Change, { type: Type }>;

/** How a writer makes each kind of change. */
export type ChangeMakers<Context, Result> = {
  readonly [Type in Change['type']]: (context: Context, change: ChangeOf<Type>) => Result;
};

/** Makes a change by the maker of its kind. */
export function makeChange<Context, Result>(
  makers: ChangeMakers<Context, Result>,
  context: Context,
  change: Change,
): Result {
  // The maker is that of the change's own type, which the compiler cannot tell of a union.
  const make = makers[change.type] as (context: Context, change: Change) => Result;
  return make(context, change);
}
