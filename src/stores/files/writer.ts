import * as path from 'node:path';
import type { Writer, WriteRequest } from '../../mlflow/writer';
import { runWriter, type WriterHostOptions } from '../writerHost';

/** What the writer process is given, as one JSON line. */
export interface FilesWriterJob {
  /** Absolute. */
  folder: string;
  request: WriteRequest;
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
  return {
    transactional: false,
    apply: (request, signal, onWaiting) => {
      const job: FilesWriterJob = { folder, request };
      const unknownEnd = `${path.basename(folder)} holds each change whole or not at all: look how far it came before you try again.`;
      return runWriter({ script: FILES_WRITER, job, unknownEnd }, options, signal, onWaiting);
    },
  };
}
