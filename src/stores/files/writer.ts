import * as path from 'node:path';
import type { Writer, WriteRequest, WriteResult } from '../../mlflow/writer';
import { runWriter, type WriterHostOptions } from '../writerHost';
import { createFilesImporter, type FilesImport } from './importer';

/** What the writer process is given, as one JSON line. */
export interface FilesWriterJob {
  /** Absolute. */
  folder: string;
  request: WriteRequest;
  /** A run to be made after the changes. */
  imported?: FilesImport;
}

/** The bundle's file name. */
export const FILES_WRITER = 'filesWriter.js';

/**
 * Writes to an mlruns folder as MLflow's file store does, through a process of its own for each request. There are no
 * transactions: each change of a request is made for itself.
 *
 * @param folder absolute path
 */
export function createFilesWriter(folder: string, options: WriterHostOptions): Writer {
  const run = (
    what: Pick<FilesWriterJob, 'request' | 'imported'>,
    signal?: AbortSignal,
    onWaiting?: () => void,
  ): Promise<WriteResult> => {
    const job: FilesWriterJob = { folder, ...what };
    const unknownEnd = `${path.basename(folder)} holds each change whole or not at all: look how far it came before you try again.`;
    return runWriter({ script: FILES_WRITER, job, unknownEnd }, options, signal, onWaiting);
  };
  return {
    transactional: false,
    importer: createFilesImporter(folder, async (imported, signal) => {
      await run({ request: { changes: [], expected: [] }, imported }, signal);
    }),
    apply: (request, signal, onWaiting) => run({ request }, signal, onWaiting),
  };
}
