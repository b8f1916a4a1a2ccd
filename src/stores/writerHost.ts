import { spawn, type SpawnOptionsWithoutStdio } from 'node:child_process';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { fromPlainError, StoreError } from '../mlflow/errors';
import type { WriteResult } from '../mlflow/writer';
import type { WriterMessage } from './writerMessages';

export interface WriterHostOptions {
  /** The folder that holds the bundles. */
  distFolder: string;
  /** The Node or Electron to run the writer with; missing: this process's. */
  execPath?: string;
}

/** A cancelled writer that does not answer within this time is ended, ms. */
const CANCEL_GRACE = 5000;
const MAX_STDERR = 2000;

/** How a writer process is started: in a desktop VS Code execPath is Electron. @param script a bundle's file name */
export function spawnOfWriter(
  script: string,
  options: WriterHostOptions,
): {
  command: string;
  args: string[];
  options: SpawnOptionsWithoutStdio & { shell: false };
} {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  // Meant for the extension host or a debugged program, not for this process.
  delete env['NODE_OPTIONS'];
  return {
    command: options.execPath ?? process.execPath,
    args: ['--no-warnings', path.join(options.distFolder, script)],
    options: { cwd: options.distFolder, env, shell: false, windowsHide: true },
  };
}

export interface WriterRun {
  /** A bundle's file name. */
  script: string;
  /** What it is given, as one JSON line. */
  job: unknown;
  /** One sentence: what is to be thought of the store where the writer ended without a word. */
  unknownEnd: string;
}

/** Runs a writer process for one job. Rejects with StoreError. */
export function runWriter(
  { script, job, unknownEnd }: WriterRun,
  options: WriterHostOptions,
  signal?: AbortSignal,
  onWaiting?: () => void,
): Promise<WriteResult> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new StoreError('CANCELLED', 'Canceled: nothing was changed.'));
      return;
    }
    const start = spawnOfWriter(script, options);
    const child = spawn(start.command, start.args, start.options);
    let answer: Exclude<WriterMessage, { kind: 'waiting' }> | undefined;
    let stderr = '';
    let timer: NodeJS.Timeout | undefined;
    const abort = (): void => {
      child.stdin.write('cancel\n');
      timer = setTimeout(() => child.kill('SIGKILL'), CANCEL_GRACE);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      finish();
    };
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const message = parseMessage(line);
      if (message?.kind === 'waiting') {
        onWaiting?.();
      } else if (message) {
        answer = message;
      }
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(-MAX_STDERR);
    });
    // It may have ended before it read all: its exit tells why.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) =>
      settle(() =>
        reject(new StoreError('INTERNAL_ERROR', `The writer could not be started (${error.message}).`)),
      ),
    );
    child.on('close', (code, stopped) =>
      settle(() => {
        if (answer?.kind === 'result') {
          resolve(answer.result);
        } else if (answer) {
          reject(fromPlainError(answer.error));
        } else {
          const how = stopped ?? `exit code ${code}`;
          reject(
            new StoreError(
              'INTERNAL_ERROR',
              `The writer ended unexpectedly (${how}). ${unknownEnd}`,
              stderr.trim() || undefined,
            ),
          );
        }
      }),
    );
    child.stdin.write(`${JSON.stringify(job)}\n`);
  });
}

function parseMessage(line: string): WriterMessage | undefined {
  try {
    return JSON.parse(line) as WriterMessage;
  } catch {
    return undefined;
  }
}
