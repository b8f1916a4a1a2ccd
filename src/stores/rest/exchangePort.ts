import type { MessagePort } from 'node:worker_threads';
import { cancelled, fromPlainError, toTracedError, type PlainError } from '../../mlflow/errors';
import type { Exchange, ServerAnswer, ServerRequest } from './exchange';

type ToHost = { type: 'ask'; id: number; request: ServerRequest } | { type: 'cancel'; id: number };
type ToWorker =
  { type: 'answer'; id: number; answer: ServerAnswer } | { type: 'failure'; id: number; error: PlainError };

/**
 * The host's end: carries out what comes through the port. Bodies are moved, not copied. What is under way when the port
 * closes is given up.
 */
export function serveExchange(port: MessagePort, exchange: Exchange): void {
  const running = new Map<number, AbortController>();

  async function carryOut(id: number, request: ServerRequest): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const answer = await exchange(request, controller.signal);
      port.postMessage({ type: 'answer', id, answer } satisfies ToWorker, [answer.body.buffer]);
    } catch (error) {
      port.postMessage({ type: 'failure', id, error: toTracedError(error) } satisfies ToWorker);
    } finally {
      running.delete(id);
    }
  }

  port.on('message', (message: ToHost) => {
    if (message.type === 'ask') {
      void carryOut(message.id, message.request);
    } else {
      running.get(message.id)?.abort();
    }
  });
  port.on('close', () => running.forEach((controller) => controller.abort()));
}

/** The worker's end: an exchange that is carried out by the host. What is given up rejects at once. */
export function exchangeOver(port: MessagePort): Exchange {
  const waiting = new Map<number, (message: ToWorker) => void>();
  let nextId = 1;
  port.on('message', (message: ToWorker) => waiting.get(message.id)?.(message));
  return (request, signal) => {
    if (signal?.aborted) {
      return Promise.reject(cancelled());
    }
    return new Promise((resolve, reject) => {
      const id = nextId++;
      const done = (): void => {
        waiting.delete(id);
        signal?.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => {
        done();
        port.postMessage({ type: 'cancel', id } satisfies ToHost);
        reject(cancelled());
      };
      waiting.set(id, (message) => {
        done();
        if (message.type === 'answer') {
          resolve(message.answer);
        } else {
          reject(fromPlainError(message.error));
        }
      });
      signal?.addEventListener('abort', giveUp, { once: true });
      port.postMessage({ type: 'ask', id, request } satisfies ToHost);
    });
  };
}
