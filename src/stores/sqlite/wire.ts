import type { PlainError } from '../../mlflow/errors';
import type { Handlers } from './handlers';
import type { Settled } from './settled';

/** The typed wire between the host and a store's worker. What can be asked is listed in handlers.ts. */
export type RequestName = keyof Handlers;
export type RequestArguments<Name extends RequestName> = Parameters<Handlers[Name]>[1];
export type RequestResult<Name extends RequestName> = Settled<ReturnType<Handlers[Name]>>;

/** What a worker is started with. */
export interface WorkerSettings {
  file: string;
  /** Path of sql.js's sql-wasm.wasm. */
  wasm: string;
  /** CONTROL of control.ts: the host cancels through it, the worker counts the pages it reads. */
  control: Int32Array;
}

/** At most one `ask` is under way at a time: the host keeps the queue, so that a worker can be replaced. */
export type ToWorker =
  | { type: 'ask'; id: number; name: RequestName; args: unknown }
  /** Has anybody committed? */
  | { type: 'poll'; id: number }
  | { type: 'close' };

export type FromWorker =
  | { type: 'ready' }
  | { type: 'answer'; id: number; result: unknown }
  | { type: 'failure'; id: number; error: PlainError };
