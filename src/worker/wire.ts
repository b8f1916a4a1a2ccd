import type { MessagePort } from 'node:worker_threads';
import type { Settled } from './settled';

/** What a handler can ask about the request that it answers. */
export interface RequestContext {
  /** The request's number, which the host writes into the shared words (control.ts) when it is not wanted any more. */
  readonly id: number;
  /** Whether nobody waits any more: to be asked where work takes long and never awaits. */
  isCancelled(): boolean;
  /** The same for work that awaits. */
  readonly signal: AbortSignal;
  /** A sign of life: without one for 10 seconds the worker is taken to hang. */
  progress(): void;
}

/**
 * What a worker answers, by name: functions of one argument, which may be asynchronous. Argument and result cross a
 * thread: plain data, Maps and typed arrays. A result may be wrapped as settled.ts says.
 */
export type Requests<Table> = { [Name in keyof Table]: (args: never, context: RequestContext) => unknown };

export type RequestName<Table> = keyof Table & string;
export type RequestArguments<Table extends Requests<Table>, Name extends keyof Table> = Parameters<
  Table[Name]
>[0];
export type RequestResult<Table extends Requests<Table>, Name extends keyof Table> = Settled<
  Awaited<ReturnType<Table[Name]>>
>;

/** Codes of what can go wrong with a worker itself. */
export type WorkerFailureCode = 'CANCELLED' | 'BUSY' | 'INTERNAL_ERROR';

/** An error as it crosses the thread. `message` is one sentence for the user. */
export interface PlainFailure<Code extends string> {
  code: Code;
  message: string;
  details?: unknown;
  /** Where it happened, for a log. */
  trace?: string;
}

/** What a worker thread is started with. */
export interface WorkerData {
  /** What the worker's handlers are made of; none of the wire's business. */
  start: unknown;
  /** CONTROL of control.ts. */
  control: Int32Array;
  /** The worker's end of a channel to what the host offers; missing where it offers nothing. */
  port?: MessagePort;
}

/** No more than `parallel` are under way at a time: the host keeps the queue, so that a worker can be replaced. */
export type ToWorker =
  | { type: 'ask'; id: number; name: string; args: unknown }
  /** For a handler that awaits; one that never does sees the shared words. */
  | { type: 'cancel'; id: number };

export type FromWorker<Code extends string> =
  | { type: 'ready' }
  | { type: 'answer'; id: number; result: unknown }
  | { type: 'failure'; id: number; error: PlainFailure<Code> };
