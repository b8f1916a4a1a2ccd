/** What went wrong with a store, in MLflow's words where it has them, and ours where it has none. */
export type StoreErrorCode =
  /** The file, folder or server is not there. */
  | 'NOT_FOUND'
  /** It is there, but it is not what its URI says (not SQLite, not MLflow's, a folder, empty…). */
  | 'NOT_A_STORE'
  /** A kind of store that cannot be opened here (postgresql://, databricks://…). */
  | 'UNSUPPORTED'
  /** Something other than the user named a path on another machine: not looked at before the user says so. */
  | 'ON_ANOTHER_MACHINE'
  /** Damaged, or a schema that would be a trap. */
  | 'CORRUPT'
  /** Did not come to rest, or did not answer in time. Trying again may help. */
  | 'BUSY'
  | 'CANCELLED'
  /** The entity asked for does not exist. */
  | 'RESOURCE_DOES_NOT_EXIST'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'INVALID_PARAMETER_VALUE'
  /** The rows are no longer as the user saw them: nothing was written. */
  | 'STALE'
  /** A store without transactions stopped amid a change: details are a PartlyApplied (mlflow/writer). */
  | 'PARTLY_APPLIED'
  /** The store's schema has no place for what was asked. */
  | 'NOT_SUPPORTED_BY_SCHEMA'
  | 'READ_ONLY'
  /** The server wants to know who asks, or does not accept who says so: somebody has to sign in. */
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'INTERNAL_ERROR';

/** An error whose message is one sentence for the user: what is wrong and what to do. */
export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly details?: unknown,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/**
 * By name, not by class: the extension is several bundles, and each has its own copy of the class.
 */
export function isStoreError(error: unknown): error is StoreError {
  return error instanceof Error && error.name === 'StoreError' && 'code' in error;
}

export function isCancelled(error: unknown): boolean {
  return (
    (isStoreError(error) && error.code === 'CANCELLED') ||
    (error instanceof Error && error.name === 'AbortError')
  );
}

/** Anything thrown, as a StoreError, of which it is the cause; the code survives a structured clone through `toPlainError`. */
export function toStoreError(error: unknown): StoreError {
  if (isStoreError(error)) {
    return error;
  }
  if (error instanceof Error) {
    const code = error.name === 'AbortError' ? 'CANCELLED' : 'INTERNAL_ERROR';
    return new StoreError(code, error.message, undefined, { cause: error });
  }
  return new StoreError('INTERNAL_ERROR', String(error));
}

export interface PlainError {
  code: StoreErrorCode;
  message: string;
  details?: unknown;
  /** Where it happened, for the log: see `traceOf`. */
  trace?: string;
}

export function toPlainError(error: unknown): PlainError {
  const { code, message, details } = toStoreError(error);
  return { code, message, details };
}

/** The same with its trace: from a worker or a process of ours, whose errors are logged here. */
export function toTracedError(error: unknown): PlainError {
  return { ...toPlainError(error), trace: traceOf(error) };
}

export function fromPlainError({ code, message, details, trace }: PlainError): StoreError {
  return new StoreError(code, message, details, trace === undefined ? undefined : { cause: trace });
}

const MOST_CAUSES = 5;
const LONGEST_TRACE = 10_000;

function asText(thrown: unknown): string {
  return String(thrown);
}

/** The stack of an error and of its causes, for the log. */
export function traceOf(error: unknown): string {
  const parts: string[] = [];
  for (let each = error; each !== undefined && parts.length < MOST_CAUSES;) {
    parts.push(each instanceof Error ? (each.stack ?? each.message) : asText(each));
    each = each instanceof Error ? each.cause : undefined;
  }
  return parts.join('\nCaused by: ').slice(0, LONGEST_TRACE);
}

/** Ends a command quietly: the user closed a quick pick or a dialog. */
export function cancelled(): StoreError {
  return new StoreError('CANCELLED', 'Canceled.');
}
