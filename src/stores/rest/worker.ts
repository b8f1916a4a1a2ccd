/** The worker thread of one tracking server: it reads what the server answers; the requests leave from the host. */
import { toTracedError } from '../../mlflow/errors';
import { serve } from '../../worker/serve';
import type { StoreRequests } from '../requests';
import { restAnswers } from './answers';
import { exchangeOver } from './exchangePort';
import type { RestStart } from './restStore';

serve<RestStart, StoreRequests>(
  async (start, _control, port) => restAnswers(exchangeOver(port!), start) as unknown as StoreRequests,
  toTracedError,
);
