import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreError, fromPlainError } from '../../mlflow/errors';
import { CONTROL } from './control';
import type {
  FromWorker,
  RequestArguments,
  RequestName,
  RequestResult,
  ToWorker,
  WorkerSettings,
} from './wire';

/** A worker that has read nothing for this long while it was asked something is taken to hang, ms. */
const SILENCE = 10_000;
/** No request may take longer than this, however much it reads, ms. */
const LONGEST = 60_000;

interface Pending {
  id: number;
  message: (id: number) => ToWorker;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  signal: AbortSignal | undefined;
  onAbort: () => void;
}

/**
 * Asks one worker, one request at a time, in order. A request that was aborted leaves the queue, or is
 * stopped at its next page. A worker that hangs or crashes is ended and replaced: the request it was at
 * fails, the others are asked again.
 */
export class WorkerHost {
  private readonly queue: Pending[] = [];
  private running: Pending | undefined;
  private worker: Worker | undefined;
  private ready = false;
  private control = newControl();
  private watchdog: NodeJS.Timeout | undefined;
  private nextId = 1;
  private disposed = false;

  constructor(
    private readonly file: string,
    private readonly distFolder: string,
  ) {}

  ask<Name extends RequestName>(
    name: Name,
    args: RequestArguments<Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<Name>> {
    return this.enqueue((id) => ({ type: 'ask', id, name, args }), signal) as Promise<RequestResult<Name>>;
  }

  /** Whether anybody committed since the last poll. */
  poll(): Promise<boolean> {
    return this.enqueue((id) => ({ type: 'poll', id }), undefined) as Promise<boolean>;
  }

  /** Whether a request is waiting or under way. */
  get busy(): boolean {
    return this.running !== undefined || this.queue.length > 0;
  }

  dispose(): void {
    this.disposed = true;
    const gone = new StoreError('CANCELLED', 'The store was closed.');
    [...(this.running ? [this.running] : []), ...this.queue.splice(0)].forEach((pending) =>
      this.settle(pending, () => pending.reject(gone)),
    );
    this.running = undefined;
    this.endWorker();
  }

  private enqueue(message: (id: number) => ToWorker, signal: AbortSignal | undefined): Promise<unknown> {
    if (this.disposed) {
      return Promise.reject(new StoreError('CANCELLED', 'The store was closed.'));
    }
    if (signal?.aborted) {
      return Promise.reject(new StoreError('CANCELLED', 'Cancelled.'));
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        id: this.nextId++,
        message,
        resolve,
        reject,
        signal,
        onAbort: () => this.abort(pending),
      };
      signal?.addEventListener('abort', pending.onAbort, { once: true });
      this.queue.push(pending);
      this.next();
    });
  }

  private next(): void {
    if (this.running || this.queue.length === 0) {
      return;
    }
    const worker = this.worker ?? this.startWorker();
    if (!this.ready) {
      return;
    }
    const pending = this.queue.shift()!;
    this.running = pending;
    worker.postMessage(pending.message(pending.id));
    this.watch(Date.now(), Date.now(), Atomics.load(this.control, CONTROL.pagesRead));
  }

  private abort(pending: Pending): void {
    if (pending === this.running) {
      Atomics.store(this.control, CONTROL.cancelledRequest, pending.id);
      return;
    }
    const at = this.queue.indexOf(pending);
    if (at >= 0) {
      this.queue.splice(at, 1);
      pending.reject(new StoreError('CANCELLED', 'Cancelled.'));
    }
  }

  private startWorker(): Worker {
    this.control = newControl();
    const settings: WorkerSettings = {
      file: this.file,
      wasm: path.join(this.distFolder, 'sql-wasm.wasm'),
      control: this.control,
    };
    const worker = new Worker(path.join(this.distFolder, 'storeWorker.js'), {
      workerData: settings,
      name: 'mlflow-lens-store',
      execArgv: [],
    });
    this.worker = worker;
    this.ready = false;
    worker.on('message', (message: FromWorker) => {
      if (worker === this.worker) {
        this.receive(message);
      }
    });
    worker.on('error', (error) => this.crashed(worker, error.message));
    worker.on('exit', () => this.crashed(worker, 'it ended by itself'));
    // An idle store keeps no process alive.
    worker.unref();
    this.watch(Date.now(), Date.now(), 0);
    return worker;
  }

  private receive(message: FromWorker): void {
    clearTimeout(this.watchdog);
    if (message.type === 'ready') {
      this.ready = true;
      this.next();
      return;
    }
    const pending = this.running;
    if (pending?.id === message.id) {
      this.running = undefined;
      this.settle(pending, () =>
        message.type === 'answer'
          ? pending.resolve(message.result)
          : pending.reject(fromPlainError(message.error)),
      );
    }
    this.next();
  }

  private settle(pending: Pending, done: () => void): void {
    pending.signal?.removeEventListener('abort', pending.onAbort);
    done();
  }

  private watch(started: number, heard: number, pages: number): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      const now = Date.now();
      const read = Atomics.load(this.control, CONTROL.pagesRead);
      const alive = read !== pages;
      if ((!alive && now - heard >= SILENCE) || now - started >= LONGEST) {
        this.replaceHanging();
      } else {
        this.watch(started, alive ? now : heard, read);
      }
    }, SILENCE / 20);
  }

  private replaceHanging(): void {
    this.fail(
      new StoreError('BUSY', `${this.file} did not answer within 10 seconds, so the request was given up.`),
    );
  }

  private crashed(worker: Worker, reason: string): void {
    if (worker === this.worker) {
      this.fail(new StoreError('INTERNAL_ERROR', `Reading ${this.file} failed: ${reason}.`));
    }
  }

  /** Ends the worker and fails what it was at; before it was ready, all that waits. */
  private fail(error: StoreError): void {
    const lost = this.ready ? (this.running ? [this.running] : []) : this.queue.splice(0);
    this.running = undefined;
    this.endWorker();
    lost.forEach((pending) => this.settle(pending, () => pending.reject(error)));
    if (!this.disposed) {
      this.next();
    }
  }

  private endWorker(): void {
    clearTimeout(this.watchdog);
    const { worker } = this;
    this.worker = undefined;
    this.ready = false;
    if (worker) {
      void worker.terminate();
    }
  }
}

function newControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
}
