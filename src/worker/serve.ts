import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { CONTROL } from './control';
import { buffersToMove, settled } from './settled';
import type { FromWorker, PlainFailure, RequestContext, Requests, ToWorker, WorkerData } from './wire';

/** ms */
const HEARTBEAT = 1000;

/**
 * The worker's side: answers the requests of a WorkerHost. To be called once, by the worker's script.
 *
 * @param make the handlers, from the host's start message and its port (`connect`), if it has one; rejecting fails whatever waits for the worker
 * @param toPlain what a handler threw, as it is sent to the host
 */
export function serve<Start, Table extends Requests<Table>>(
  make: (start: Start, control: Int32Array, port: MessagePort | undefined) => Promise<Table>,
  toPlain: (error: unknown) => PlainFailure<string>,
): void {
  const port = parentPort;
  if (!port) {
    throw new Error('This script runs as a worker thread only.');
  }
  const { start, control, port: offered } = workerData as WorkerData;
  const post = (message: FromWorker<string>, moved: ArrayBuffer[] = []): void =>
    port.postMessage(message, moved);
  const running = new Map<number, Context>();

  async function answer(table: Table, { id, name, args }: Extract<ToWorker, { type: 'ask' }>): Promise<void> {
    const context = new Context(id, control);
    running.set(id, context);
    // A handler that awaits something outside shows by this that the thread itself is not stuck.
    const heartbeat = setInterval(() => context.progress(), HEARTBEAT);
    try {
      // The host's `ask` types each name with its argument.
      const result = settled(await table[name as keyof Table](args as never, context));
      post({ type: 'answer', id, result }, buffersToMove(result));
    } catch (error) {
      post({ type: 'failure', id, error: toPlain(error) });
    } finally {
      clearInterval(heartbeat);
      running.delete(id);
    }
  }

  // A rejection is the thread's end, of which the host is told.
  void make(start as Start, control, offered).then((table) => {
    port.on('message', (message: ToWorker) => {
      if (message.type === 'ask') {
        void answer(table, message);
      } else {
        running.get(message.id)?.abort();
      }
    });
    post({ type: 'ready' });
  });
}

class Context implements RequestContext {
  private readonly controller = new AbortController();

  constructor(
    readonly id: number,
    private readonly control: Int32Array,
  ) {}

  get signal(): AbortSignal {
    if (this.isCancelled()) {
      this.controller.abort();
    }
    return this.controller.signal;
  }

  isCancelled(): boolean {
    // The cell holds the newest cancellation only; of older ones the message has come by now, or will.
    return this.controller.signal.aborted || Atomics.load(this.control, CONTROL.cancelledRequest) === this.id;
  }

  progress(): void {
    Atomics.add(this.control, CONTROL.progress, 1);
  }

  abort(): void {
    this.controller.abort();
  }
}
