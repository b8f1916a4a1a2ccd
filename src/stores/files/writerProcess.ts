/** The writer of an mlruns folder (writerServe.ts): each change of a request for itself, in its order. */
import * as fs from 'node:fs';
import { StoreError } from '../../mlflow/errors';
import { applyStepwise, stepOf } from '../../registry/stepwise';
import { serveWriter } from '../writerServe';
import { realFolder } from './disk';
import type { FilesWriterJob } from './writer';
import { filesMedium } from './writer/medium';

void serveWriter<FilesWriterJob>(async ({ folder, request }, cancelled) => {
  const root = realFolder(folder);
  if (fs.statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new StoreError('NOT_FOUND', `${folder} no longer exists: nothing was changed.`);
  }
  return applyStepwise(request, `files, Node ${process.versions.node}`, stepOf(filesMedium(root)), cancelled);
});
