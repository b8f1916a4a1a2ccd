/**
 * The worker thread of one SQLite store. sql.js is synchronous, and looking at the files is too: so both are
 * here, and the extension host only ever waits for messages.
 */
import * as fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { toPlainError } from '../../mlflow/errors';
import { LiveDatabase } from './database';
import { Engine } from './engine';
import { handlers } from './handlers';
import type { Reader } from './reader';
import { Session } from './session';
import { buffersToMove, settled } from './settled';
import type { FromWorker, ToWorker, WorkerSettings } from './wire';

const port = parentPort;
if (!port) {
  throw new Error('storeWorker.js runs as a worker thread only.');
}
const { file, wasm, control } = workerData as WorkerSettings;

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function main(): Promise<void> {
  const engine = await Engine.load(new Uint8Array(await fs.promises.readFile(wasm)));
  const session = new Session(engine, new LiveDatabase(file), control);
  port?.on('message', (message: ToWorker) => {
    if (message.type === 'close') {
      session.close();
      port?.close();
      return;
    }
    try {
      const result =
        message.type === 'poll'
          ? session.poll()
          : settled(session.run(message.id, (reader) => answer(reader, message)));
      post({ type: 'answer', id: message.id, result }, buffersToMove(result));
    } catch (error) {
      post({ type: 'failure', id: message.id, error: toPlainError(error) });
    }
  });
  post({ type: 'ready' });
}

function answer(reader: Reader, { name, args }: Extract<ToWorker, { type: 'ask' }>): unknown {
  // The table of handlers types each name with its arguments; the host's `ask` is checked against it.
  const handler = handlers[name] as (reader: Reader, args: unknown) => unknown;
  void reader.schema;
  return handler(reader, args);
}

void main();
