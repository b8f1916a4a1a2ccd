/**
 * The messages between the extension host and a page. A page's protocol names its requests (page to host,
 * always answered, also with an error) and its events (host to page, no answer). Data is JSON-like, plus typed
 * arrays and every number, NaN and the infinities included: both sides post what `codec` makes of it.
 */
import { decode, encode, type Encoded } from './codec';
import { fromPlainError, isCancelled, toPlainError, type PlainError } from '../mlflow/errors';
import { Listeners } from '../mlflow/listeners';

export interface PageProtocol {
  requests: Record<string, { params: unknown; result: unknown }>;
  events: Record<string, unknown>;
}

type Requests<P extends PageProtocol> = P['requests'];
type Events<P extends PageProtocol> = P['events'];

/** One handler a request: a missing one is a compile error. The signal aborts when the page no longer waits. */
export type RequestHandlers<P extends PageProtocol> = {
  [Name in keyof Requests<P>]: (
    params: Requests<P>[Name]['params'],
    signal: AbortSignal,
  ) => Promise<Requests<P>[Name]['result']>;
};

export type PageMessage =
  { kind: 'request'; id: number; name: string; params: unknown } | { kind: 'cancel'; id: number };

export type HostMessage =
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'error'; id: number; error: PlainError }
  | { kind: 'event'; name: string; payload: unknown };

/** Host side: answers every request of one page until disposed. */
export class PageServer<P extends PageProtocol> {
  private readonly running = new Map<number, AbortController>();
  private disposed = false;

  constructor(
    private readonly post: (message: Encoded) => void,
    private handlers: RequestHandlers<P>,
    /** Hears of each error that a request is answered with: the page is told its message only. */
    private readonly failed: (error: unknown, request: string) => void = () => undefined,
  ) {}

  /** From now on these answer; what the others were still asked is aborted. */
  replaceHandlers(handlers: RequestHandlers<P>): void {
    this.handlers = handlers;
    this.abortAll();
  }

  /** Give it each message that comes from the page. What is not a message of ours is ignored. */
  async receive(encoded: unknown): Promise<void> {
    const data = decoded(encoded);
    if (!isPageMessage(data) || this.disposed) {
      return;
    }
    if (data.kind === 'cancel') {
      this.running.get(data.id)?.abort();
      return;
    }
    const controller = new AbortController();
    this.running.set(data.id, controller);
    try {
      const handler = Object.hasOwn(this.handlers, data.name) ? this.handlers[data.name] : undefined;
      if (!handler) {
        throw new Error(`The page asked for "${data.name}", which this version does not know.`);
      }
      const result = await handler(data.params, controller.signal);
      this.send({ kind: 'result', id: data.id, result });
    } catch (error) {
      if (!isCancelled(error) && !controller.signal.aborted) {
        this.failed(error, data.name);
      }
      this.send({ kind: 'error', id: data.id, error: toPlainError(error) });
    } finally {
      this.running.delete(data.id);
    }
  }

  emit<Name extends keyof Events<P> & string>(name: Name, payload: Events<P>[Name]): void {
    this.send({ kind: 'event', name, payload });
  }

  dispose(): void {
    this.disposed = true;
    this.abortAll();
  }

  private abortAll(): void {
    for (const controller of this.running.values()) {
      controller.abort();
    }
    this.running.clear();
  }

  private send(message: HostMessage): void {
    if (!this.disposed) {
      this.post(encode(message));
    }
  }
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** Page side: asks the host. A request ends with its answer, its error, or when its signal aborts. */
export class PageClient<P extends PageProtocol> {
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Map<string, Listeners<[payload: unknown]>>();

  constructor(private readonly post: (message: Encoded) => void) {}

  request<Name extends keyof Requests<P> & string>(
    name: Name,
    params: Requests<P>[Name]['params'],
    signal?: AbortSignal,
  ): Promise<Requests<P>[Name]['result']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(fromPlainError({ code: 'CANCELLED', message: 'Canceled.' }));
        return;
      }
      const message = encode({ kind: 'request', id, name, params } satisfies PageMessage);
      this.waiting.set(id, { resolve: resolve, reject });
      signal?.addEventListener(
        'abort',
        () => {
          if (this.waiting.delete(id)) {
            this.post(encode({ kind: 'cancel', id } satisfies PageMessage));
            reject(fromPlainError({ code: 'CANCELLED', message: 'Canceled.' }));
          }
        },
        { once: true },
      );
      this.post(message);
    });
  }

  on<Name extends keyof Events<P> & string>(
    name: Name,
    listener: (payload: Events<P>[Name]) => void,
  ): () => void {
    const listeners = this.listeners.get(name) ?? new Listeners();
    this.listeners.set(name, listeners);
    const added = listeners.add(listener as (payload: unknown) => void);
    return () => added.dispose();
  }

  /** Give it each message that comes to the page. What is not a message of ours is ignored. */
  receive(encoded: unknown): void {
    const message = decoded(encoded);
    if (!isHostMessage(message)) {
      return;
    }
    if (message.kind === 'event') {
      this.listeners.get(message.name)?.tell(message.payload);
      return;
    }
    const waiting = this.waiting.get(message.id);
    if (!waiting) {
      return;
    }
    this.waiting.delete(message.id);
    if (message.kind === 'result') {
      waiting.resolve(message.result);
    } else {
      waiting.reject(fromPlainError(message.error));
    }
  }
}

/** Undefined for what is not a message of ours. */
function decoded(encoded: unknown): unknown {
  try {
    return decode(encoded);
  } catch {
    return undefined;
  }
}

function isPageMessage(data: unknown): data is PageMessage {
  if (typeof data !== 'object' || data === null) {
    return false;
  }
  const message = data as Partial<PageMessage>;
  return (
    typeof message.id === 'number' &&
    (message.kind === 'cancel' || (message.kind === 'request' && typeof message.name === 'string'))
  );
}

function isHostMessage(data: unknown): data is HostMessage {
  const kind = typeof data === 'object' && data !== null ? (data as Partial<HostMessage>).kind : undefined;
  return kind === 'result' || kind === 'error' || kind === 'event';
}
