import { toPlainError } from '../../../../src/mlflow/errors';
import { exchangeOver } from '../../../../src/stores/rest/exchangePort';
import type { ServerRequest } from '../../../../src/stores/rest/exchange';
import { serve } from '../../../../src/worker/serve';
import type { RequestContext } from '../../../../src/worker/wire';

/** A worker that has a server asked by its host. */
async function make(_start: unknown, port: Parameters<typeof exchangeOver>[0] | undefined) {
  const exchange = exchangeOver(port!);
  return {
    fetch: (request: ServerRequest, { signal }: RequestContext) => exchange(request, signal),
    end: () => process.exit(3),
  };
}

export type AskingRequests = Awaited<ReturnType<typeof make>>;

serve((start, _control, port) => make(start, port), toPlainError);
