import { toStoreError } from '../mlflow/errors';
import { keyOf, type RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from './openStores';

/** A run's colour is looked for again after so many ms: rows are asked for at each scroll and each commit. */
const AGAIN = 30_000;

const learned = new WeakMap<ViewState, Map<string, number>>();

/**
 * Reads the runs' tags for the colours that were chosen in MLflow, before a view that reads no tags asks for
 * colours. A run that is gone or whose store is away keeps the colour that it has.
 */
export async function learnRunColors(
  stores: OpenStores,
  state: ViewState,
  runs: readonly RunKey[],
  signal?: AbortSignal,
): Promise<void> {
  const known = learned.get(state) ?? new Map<string, number>();
  learned.set(state, known);
  const due = runs.filter((run) => Date.now() - (known.get(keyOf(run)) ?? 0) > AGAIN);
  await Promise.all(
    due.map(async (run) => {
      known.set(keyOf(run), Date.now());
      try {
        const store = await stores.get(run.store);
        state.learnColor(run, (await store.getRun(run.runId, signal)).tags);
      } catch (error) {
        known.delete(keyOf(run));
        if (toStoreError(error).code === 'CANCELLED') {
          throw error;
        }
      }
    }),
  );
}
