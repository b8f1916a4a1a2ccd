import * as path from 'node:path';
import { DEFAULT_WORKSPACE } from '../../mlflow/workspace';
import type { Writer, WriteResult } from '../../mlflow/writer';
import { runWriter, spawnOfWriter, type WriterHostOptions } from '../writerHost';
import { createSqliteImporter } from './importer';
import type { WriterJob } from './writer/messages';

export interface SqliteWriterOptions extends WriterHostOptions {
  /** A Python 3, for where Node has no sqlite; tried before `python3` and `python`. Asked at each change. */
  pythonPath?: () => string;
}

const SCRIPT = 'writer.js';

/** How the writer process is started. Exported for its tests. */
export function writerSpawn(options: SqliteWriterOptions): ReturnType<typeof spawnOfWriter> {
  return spawnOfWriter(SCRIPT, options);
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
  const run = (
    what: Pick<WriterJob, 'request' | 'imported'>,
    signal?: AbortSignal,
    onWaiting?: () => void,
  ): Promise<WriteResult> => {
    const interpreters = [options.pythonPath?.() ?? '', 'python3', 'python'].filter((name) => name !== '');
    const job: WriterJob = { file, workspace, ...what, interpreters };
    // Its last words are lost, so whether it had committed is not known: the store itself tells.
    const unknownEnd = `${path.basename(file)} is either unchanged or fully changed: check before you try again.`;
    return runWriter({ script: SCRIPT, job, unknownEnd }, options, signal, onWaiting);
  };
  return {
    transactional: true,
    importer: createSqliteImporter(file, async (imported, signal) => {
      await run({ request: { changes: [], expected: [] }, imported }, signal);
    }),
    apply: (request, signal, onWaiting) => run({ request }, signal, onWaiting),
  };
}
