import * as fs from 'node:fs';
import * as readline from 'node:readline';
import { toTracedError } from '../mlflow/errors';
import type { WriteResult } from '../mlflow/writer';
import type { WriterMessage } from './writerMessages';

/**
 * What a writer process is: a short-lived one that carries out one job and ends. Reads the job as one line on its
 * standard input, then perhaps the line "cancel"; answers lines of WriterMessage. Where its input ends, it is cancelled.
 */
export async function serveWriter<Job>(
  carryOut: (job: Job, cancelled: AbortSignal, onWaiting: () => void) => Promise<WriteResult>,
): Promise<void> {
  // A file size limit then is an error of write(2), and no sudden death.
  if (process.platform !== 'win32') {
    process.on('SIGXFSZ', () => undefined);
  }
  const input = readline.createInterface({ input: process.stdin });
  const cancelled = new AbortController();
  const job = await new Promise<Job | null>((resolve) => {
    input.once('line', (line) => {
      input.on('line', () => cancelled.abort());
      resolve(JSON.parse(line) as Job);
    });
    input.once('close', () => {
      cancelled.abort();
      resolve(null);
    });
  });
  if (!job) {
    return;
  }
  try {
    const result = await carryOut(job, cancelled.signal, () => say({ kind: 'waiting' }));
    say({ kind: 'result', result });
  } catch (error) {
    say({ kind: 'error', error: toTracedError(error) });
  }
  input.close();
  process.stdin.destroy();
}

function say(message: WriterMessage): void {
  fs.writeSync(1, `${JSON.stringify(message)}\n`);
}
