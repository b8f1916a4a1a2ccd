import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { CONTROL, newControl } from './control';
import type {
  FromWorker,
  PlainFailure,
  RequestArguments,
  RequestName,
  RequestResult,
  Requests,
  ToWorker,
  WorkerData,
  WorkerFailureCode,
} from './wire';

/** A worker that has shown no sign of life for this long while it was asked something is taken to hang, ms. */
const SILENCE = 10_000;
/** No request may take longer than this where nobody says otherwise, however much is done for it, ms. */
const LONGEST = 60_000;
/** Typed arrays and what WebAssembly allocates do not count: who makes those bounds them. */
const HEAP_MEGABYTES = 1024;

export interface WorkerOptions<Code extends string> {
  /** Absolute path of the worker's bundle, whose code calls `serve`. */
  script: string;
  /** The thread's name in profilers. */
  name: string;
  /** What `serve` makes the handlers of; a structured clone reaches the worker. */
  start: unknown;
  /** What the worker does, as sentences about its failures begin: "Reading /home/ada/mlflow.db". */
  label: string;
  /** What the worker's JavaScript objects may take, MB; 1024 if missing. */
  heapMegabytes?: number;
  /** How many requests may be under way at once, where handlers wait for something outside; 1 if missing. */
  parallel?: number;
  /** How long one request may take, ms; 60,000 if missing. More only where handlers wait for something outside. */
  longest?: number;
  /**
   * For a worker that asks something of this side: gets this end of a channel, whose other end `serve` has, at each start
   * of the worker, also when it is replaced. The port closes with the worker and keeps no process alive.
   */
  connect?(this: void, port: MessagePort): void;
  /** The error that a request rejects with. */
  toError(failure: PlainFailure<Code | WorkerFailureCode>): Error;
}

interface Pending {
  id: number;
  name: string;
  args: unknown;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  signal: AbortSignal | undefined;
  onAbort: () => void;
  /** When it was sent, ms since the epoch. */
  started: number;
  /** It was under way with others when the worker failed: asked again alone, to find out which it was. */
  suspect: boolean;
}

/**
 * Asks one worker, in order; one request at a time unless `parallel` says more. The worker is started by the first
 * request. A request that was aborted leaves the queue, or is told so through shared memory while it runs. A worker
 * that hangs, crashes or runs out of memory is ended and replaced: the request it was at fails, the others are asked
 * again; of several that it was at, each is asked again alone.
 */
export class WorkerHost<Table extends Requests<Table>, Code extends string = WorkerFailureCode> {
  private readonly queue: Pending[] = [];
  private readonly running = new Map<number, Pending>();
  private worker: Worker | undefined;
  private port: MessagePort | undefined;
  private ready = false;
  /** When the worker was started, ms since the epoch. */
  private started = 0;
  private control = newControl();
  private watchdog: NodeJS.Timeout | undefined;
  private nextId = 1;
  private disposed = false;

  constructor(private readonly options: WorkerOptions<Code>) {}

  /** Rejects with what `toError` makes of the handler's error, or of CANCELLED, BUSY or INTERNAL_ERROR. */
  ask<Name extends RequestName<Table>>(
    name: Name,
    args: RequestArguments<Table, Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<Table, Name>> {
    return this.enqueue(name, args, signal) as Promise<RequestResult<Table, Name>>;
  }

  /** Whether a request is waiting or under way. */
  get busy(): boolean {
    return this.running.size > 0 || this.queue.length > 0;
  }

  dispose(): void {
    this.disposed = true;
    const gone = this.closed();
    const lost = [...this.running.values(), ...this.queue.splice(0)];
    this.running.clear();
    this.endWorker();
    lost.forEach((pending) => this.settle(pending, () => pending.reject(gone)));
  }

  private enqueue(name: string, args: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (this.disposed) {
      return Promise.reject(this.closed());
    }
    if (signal?.aborted) {
      return Promise.reject(this.cancelled());
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        id: this.nextId++,
        name,
        args,
        resolve,
        reject,
        signal,
        onAbort: () => this.abort(pending),
        started: 0,
        suspect: false,
      };
      signal?.addEventListener('abort', pending.onAbort, { once: true });
      this.queue.push(pending);
      this.next();
    });
  }

  private next(): void {
    if (this.queue.length === 0) {
      return;
    }
    const worker = this.worker ?? this.startWorker();
    if (!this.ready) {
      return;
    }
    while (this.queue.length > 0 && this.mayBegin(this.queue[0]!)) {
      const pending = this.queue.shift()!;
      const { id, name, args } = pending;
      try {
        worker.postMessage({ type: 'ask', id, name, args } satisfies ToWorker);
      } catch (error) {
        // An argument that cannot cross a thread is its caller's fault, and no reason to keep the others waiting.
        this.settle(pending, () => pending.reject(error as Error));
        continue;
      }
      pending.started = Date.now();
      this.running.set(id, pending);
      this.watch(Date.now(), Atomics.load(this.control, CONTROL.progress));
    }
  }

  private mayBegin({ suspect }: Pending): boolean {
    const alone = suspect || [...this.running.values()].some((pending) => pending.suspect);
    return this.running.size < (alone ? 1 : (this.options.parallel ?? 1));
  }

  private abort(pending: Pending): void {
    if (this.running.has(pending.id)) {
      Atomics.store(this.control, CONTROL.cancelledRequest, pending.id);
      this.worker?.postMessage({ type: 'cancel', id: pending.id } satisfies ToWorker);
      return;
    }
    const at = this.queue.indexOf(pending);
    if (at >= 0) {
      this.queue.splice(at, 1);
      pending.reject(this.cancelled());
    }
  }

  private startWorker(): Worker {
    this.control = newControl();
    const other = this.openPort();
    const worker = new Worker(this.options.script, {
      workerData: { start: this.options.start, control: this.control, port: other } satisfies WorkerData,
      transferList: other ? [other] : [],
      name: this.options.name,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.heapMegabytes },
    });
    this.worker = worker;
    this.ready = false;
    worker.on('message', (message: FromWorker<Code>) => {
      if (worker === this.worker) {
        this.receive(message);
      }
    });
    worker.on('error', (error: NodeJS.ErrnoException) => this.crashed(worker, error));
    worker.on('exit', () => this.crashed(worker, new Error('it ended by itself')));
    // An idle worker keeps no process alive; while one is asked, the watchdog's timer does.
    worker.unref();
    this.started = Date.now();
    this.watch(this.started, 0);
    return worker;
  }

  /** The worker's end of a new channel; undefined where it has none. */
  private openPort(): MessagePort | undefined {
    const { connect } = this.options;
    if (!connect) {
      return undefined;
    }
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    connect(port1);
    // After whoever listens, for listening makes a port keep the process alive.
    port1.unref();
    return port2;
  }

  private receive(message: FromWorker<Code>): void {
    clearTimeout(this.watchdog);
    if (message.type === 'ready') {
      this.ready = true;
      this.next();
      return;
    }
    const pending = this.running.get(message.id);
    if (pending) {
      this.running.delete(message.id);
      this.settle(pending, () =>
        message.type === 'answer'
          ? pending.resolve(message.result)
          : pending.reject(this.options.toError(message.error)),
      );
    }
    if (this.running.size > 0) {
      this.watch(Date.now(), Atomics.load(this.control, CONTROL.progress));
    }
    this.next();
  }

  private settle(pending: Pending, done: () => void): void {
    pending.signal?.removeEventListener('abort', pending.onAbort);
    done();
  }

  private watch(heard: number, progress: number): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      const now = Date.now();
      const done = Atomics.load(this.control, CONTROL.progress);
      const alive = done !== progress;
      const started = Math.min(...[...this.running.values()].map((pending) => pending.started), now);
      if (!alive && now - heard >= SILENCE) {
        this.fail('BUSY', `did not answer within ${SILENCE / 1000} seconds, so the request was given up`);
      } else if (now - (this.ready ? started : this.started) >= this.longest) {
        this.fail('BUSY', `took longer than ${this.longest / 1000} seconds, so the request was given up`);
      } else {
        this.watch(alive ? now : heard, done);
      }
    }, SILENCE / 20);
  }

  private crashed(worker: Worker, error: NodeJS.ErrnoException): void {
    if (worker !== this.worker) {
      return;
    }
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      this.fail(
        'INTERNAL_ERROR',
        `needs more than the ${this.heapMegabytes} MB of memory that it may take, so it was given up`,
      );
    } else {
      this.fail('INTERNAL_ERROR', `failed: ${error.message}`);
    }
  }

  /** Ends the worker and fails what it was at; before it was ready, all that waits. */
  private fail(code: WorkerFailureCode, what: string): void {
    const under = [...this.running.values()];
    this.running.clear();
    const lost = this.ready ? (under.length > 1 ? [] : under) : this.queue.splice(0);
    if (under.length > 1) {
      this.queue.unshift(
        ...under
          .filter(({ signal }) => !signal?.aborted)
          .map((pending) => Object.assign(pending, { suspect: true })),
      );
      lost.push(...under.filter(({ signal }) => signal?.aborted));
    }
    this.endWorker();
    const error = this.error(code, what);
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
    this.port?.close();
    this.port = undefined;
    if (worker) {
      void worker.terminate();
    }
  }

  private get heapMegabytes(): number {
    return this.options.heapMegabytes ?? HEAP_MEGABYTES;
  }

  private get longest(): number {
    return this.options.longest ?? LONGEST;
  }

  private closed(): Error {
    return this.error('CANCELLED', 'was ended');
  }

  private cancelled(): Error {
    return this.options.toError({ code: 'CANCELLED', message: 'Canceled.' });
  }

  private error(code: WorkerFailureCode, what: string): Error {
    return this.options.toError({ code, message: `${this.options.label} ${what}.` });
  }
}
