/** The worker thread in which code is parsed and git's answers are read: neither's size is known beforehand. */
import { toTracedError } from '../mlflow/errors';
import { serve } from '../worker/serve';
import { GitError } from './git';
import { provenanceRequests, type ProvenanceRequests } from './requests';

serve<null, ProvenanceRequests>(
  () => Promise.resolve(provenanceRequests()),
  (error) => (error instanceof GitError ? { code: 'GIT', message: error.message } : toTracedError(error)),
);
