import { StoreError } from './errors';

/** A run named across machines: the store's URI and the run's id. */
export interface RunLinkTarget {
  store: string;
  runId: string;
}

const EXTENSION_ID = 'mlflow-lens.mlflow-lens';

/** `vscode://mlflow-lens.mlflow-lens/run?store=…&runId=…`; `scheme` is that of this VS Code. */
export function runLink({ store, runId }: RunLinkTarget, scheme = 'vscode'): string {
  const query = new URLSearchParams({ store, runId });
  return `${scheme}://${EXTENSION_ID}/run?${query.toString()}`;
}

/**
 * Reads a link that `runLink` made. It comes from outside: the caller opens it only in a store that is open
 * already, else it asks.
 *
 * @throws StoreError INVALID_PARAMETER_VALUE where it names no run
 */
export function parseRunLink(link: string): RunLinkTarget {
  let url: URL;
  try {
    url = new URL(link);
  } catch {
    throw notARun();
  }
  const store = url.searchParams.get('store') ?? '';
  const runId = url.searchParams.get('runId') ?? '';
  if (!/^\/{0,2}run\/?$/.test(url.pathname) && !url.pathname.endsWith(`${EXTENSION_ID}/run`)) {
    throw notARun();
  }
  if (store === '' || !/^[\w-]{1,64}$/.test(runId)) {
    throw notARun();
  }
  return { store, runId };
}

function notARun(): StoreError {
  return new StoreError(
    'INVALID_PARAMETER_VALUE',
    'The link names no run: it needs a store and a run id, as "Copy Link to Run" writes them.',
  );
}
