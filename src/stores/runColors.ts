import { toStoreError } from '../mlflow/errors';
import type { RunKey, ViewState } from '../state/viewState';
import type { OpenStores } from './openStores';

/**
 * Reads the runs' tags for the colours that were chosen in MLflow, before a view asks for colours. A run that is
 * gone or whose store is away keeps the colour that it has.
 */
export async function learnRunColors(
  stores: OpenStores,
  state: ViewState,
  runs: readonly RunKey[],
  signal?: AbortSignal,
): Promise<void> {
  await Promise.all(
    runs.map(async (run) => {
      try {
        const store = await stores.get(run.store);
        state.learnColor(run, (await store.getRun(run.runId, signal)).tags);
      } catch (error) {
        if (toStoreError(error).code === 'CANCELLED') {
          throw error;
        }
      }
    }),
  );
}
