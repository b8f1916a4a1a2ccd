/** The worker thread of one mlruns folder: reading it is synchronous, so the extension host only waits for messages. */
import { toTracedError } from '../../mlflow/errors';
import { serve } from '../../worker/serve';
import type { StoreRequests } from '../requests';
import { filesAnswers } from './answers';
import { realFolder } from './disk';
import type { FilesStart } from './filesStore';
import { FilesTree } from './tree';

serve<FilesStart, StoreRequests>(
  async ({ folder, index }) =>
    filesAnswers(new FilesTree(realFolder(folder), index)) as unknown as StoreRequests,
  toTracedError,
);
