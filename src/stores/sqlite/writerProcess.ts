/**
 * The writer of a database (writerServe.ts). Only here are SQLite's own locks taken (reference sqlite.md, section 3).
 * When it is cancelled before it holds the lock, it gives up.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { StoreError } from '../../mlflow/errors';
import { isFileThere } from '../disk';
import { serveWriter } from '../writerServe';
import type { SqlEngine } from './writer/engine';
import { openWithNode } from './writer/nodeEngine';
import type { WriterJob } from './writer/messages';
import { openWithPython } from './writer/pythonEngine';
import { applyRequest, inWords } from './writer/transaction';

/** Throws StoreError, one sentence each. */
function mustBeWritableFile(file: string): void {
  const name = path.basename(file);
  let stats: fs.Stats;
  try {
    stats = fs.statSync(file);
  } catch {
    throw new StoreError('NOT_FOUND', `${file} no longer exists: nothing was changed.`);
  }
  if (!stats.isFile()) {
    throw new StoreError('NOT_A_STORE', `${file} is not a file.`);
  }
  if (stats.size === 0) {
    throw new StoreError('NOT_A_STORE', `${name} is empty: it is not an MLflow store.`);
  }
  // SQLite would open these and wait for ever.
  for (const ending of ['-journal', '-wal', '-shm']) {
    isFileThere(fs.realpathSync(file) + ending);
  }
  for (const [place, what] of [
    [file, name],
    [path.dirname(file), `the folder of ${name} (SQLite keeps its journal there)`],
  ] as const) {
    try {
      fs.accessSync(place, fs.constants.W_OK);
    } catch {
      throw new StoreError('READ_ONLY', `You may not write to ${what}: nothing was changed.`);
    }
  }
}

async function open(job: WriterJob, cancelled: AbortSignal): Promise<SqlEngine> {
  mustBeWritableFile(job.file);
  try {
    const engine = openWithNode(job.file) ?? (await openWithPython(job.file, job.interpreters, cancelled));
    if (engine) {
      return engine;
    }
  } catch (error) {
    throw inWords(error, job.file);
  }
  throw new StoreError(
    'UNSUPPORTED',
    `Changes need node:sqlite (VS Code 1.101 or newer) or a Python 3, and neither is here (looked for ${job.interpreters.join(', ')}). ` +
      'Set "mlflowLens.pythonPath" to a Python 3.',
  );
}

void serveWriter<WriterJob>(async (job, cancelled, onWaiting) => {
  const engine = await open(job, cancelled);
  try {
    return await applyRequest(engine, job, { isCancelled: () => cancelled.aborted, onWaiting });
  } finally {
    engine.close();
  }
});
