/** The writer of an mlruns folder (writerServe.ts): each change of a request for itself, in its order. */
import * as fs from 'node:fs';
import { StoreError } from '../../mlflow/errors';
import { applyStepwise, stepOf } from '../../registry/stepwise';
import { serveWriter } from '../writerServe';
import { realFolder } from './disk';
import type { FilesWriterJob } from './writer';
import { importRun } from './writer/importRun';
import { filesMedium } from './writer/medium';
import { Places } from './writer/places';
import { StoreFiles } from './writer/storeFiles';

void serveWriter<FilesWriterJob>(async ({ folder, request, imported }, cancelled) => {
  const root = realFolder(folder);
  if (fs.statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new StoreError('NOT_FOUND', `${folder} no longer exists: nothing was changed.`);
  }
  const engine = `files, Node ${process.versions.node}`;
  const result = await applyStepwise(request, engine, stepOf(filesMedium(root)), cancelled);
  return imported
    ? { ...result, created: [...result.created, importRun(new Places(new StoreFiles(root)), imported)] }
    : result;
});
