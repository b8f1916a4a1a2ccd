import { spawn, type SpawnOptionsWithoutStdio } from 'node:child_process';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { fromPlainError, StoreError } from '../../mlflow/errors';
import { DEFAULT_WORKSPACE } from '../../mlflow/workspace';
import type { Writer, WriteResult } from '../../mlflow/writer';
import type { WriterJob, WriterMessage } from './writer/messages';

export interface SqliteWriterOptions {
  /** The folder that holds writer.js. */
  distFolder: string;
  /** A Python 3, for where Node has no sqlite; tried before `python3` and `python`. Asked at each change. */
  pythonPath?: () => string;
  /** The Node or Electron to run the writer with; missing: this process's. */
  execPath?: string;
}

/** A cancelled writer that does not answer within this time is ended, ms: SQLite undoes what it had begun. */
const CANCEL_GRACE = 5000;
const MAX_STDERR = 2000;

/** How the writer process is started. Exported for its test: in a desktop VS Code execPath is Electron. */
export function writerSpawn(options: SqliteWriterOptions): {
  command: string;
  args: string[];
  options: SpawnOptionsWithoutStdio & { shell: false };
} {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  // Meant for the extension host or a debugged program, not for this process.
  delete env['NODE_OPTIONS'];
  return {
    command: options.execPath ?? process.execPath,
    args: ['--no-warnings', path.join(options.distFolder, 'writer.js')],
    options: { cwd: options.distFolder, env, shell: false, windowsHide: true },
  };
}

/**
 * Writes to a SQLite store through a process of its own for each request: nothing in this process opens the
 * database (reference sqlite.md, section 3).
 *
 * @param file absolute path of the database
 * @param workspace whose rows it changes, and which new ones are of
 */
export function createSqliteWriter(
  file: string,
  options: SqliteWriterOptions,
  workspace = DEFAULT_WORKSPACE,
): Writer {
  return {
    transactional: true,
    apply: (request, signal, onWaiting) =>
      runWriter({ file, workspace, request }, options, signal, onWaiting),
  };
}

function runWriter(
  what: Omit<WriterJob, 'interpreters'>,
  options: SqliteWriterOptions,
  signal?: AbortSignal,
  onWaiting?: () => void,
): Promise<WriteResult> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new StoreError('CANCELLED', 'Canceled: nothing was changed.'));
      return;
    }
    const start = writerSpawn(options);
    const child = spawn(start.command, start.args, start.options);
    const interpreters = [options.pythonPath?.() ?? '', 'python3', 'python'].filter((name) => name !== '');
    const job: WriterJob = { ...what, interpreters };
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
          reject(unexpectedEnd(path.basename(what.file), stopped ?? `exit code ${code}`, stderr));
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

/** Its last words are lost, so whether it had committed is not known: the store itself tells. */
function unexpectedEnd(file: string, how: string, stderr: string): StoreError {
  return new StoreError(
    'INTERNAL_ERROR',
    `The writer ended unexpectedly (${how}). ${file} is either unchanged or fully changed: check before you try again.`,
    stderr.trim() || undefined,
  );
}
