import type { DatasetInput, Experiment, LoggedModel, RegisteredModel, Run } from '../../src/mlflow/entities';
import type { Page, TrackingStore } from '../../src/mlflow/store';
import type { HeldRuns } from '../../src/stores/runTable/heldRuns';

/** All pages of a search. */
async function allOf<T>(page: (pageToken?: string) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const answer: Page<T> = await page(pageToken);
    items.push(...answer.items);
    pageToken = answer.nextPageToken;
  } while (pageToken !== undefined);
  return items;
}

/**
 * All that a store holds, through its interface. A run that is as it was in `before` is the same object; its datasets
 * are not looked at again.
 */
export async function readHeldRuns(store: TrackingStore, before?: HeldRuns): Promise<HeldRuns> {
  const next = (pageToken?: string): { maxResults: number; pageToken?: string } => ({
    maxResults: 1000,
    ...(pageToken === undefined ? {} : { pageToken }),
  });
  const experiments: Experiment[] = await allOf((token) =>
    store.searchExperiments({ view: 'ALL', ...next(token) }),
  );
  const rows = await allOf((token) =>
    store.searchRuns({
      experimentIds: [],
      view: 'ALL',
      params: 'all',
      metrics: 'all',
      tags: 'all',
      ...next(token),
    }),
  );
  const runs = new Map(
    rows.map(({ info, params, metrics, tags }): [string, Run] => {
      const run: Run = { info, params, metrics, tags };
      const known = before?.runs.get(info.runId);
      return [info.runId, known && JSON.stringify(known) === JSON.stringify(run) ? known : run];
    }),
  );
  const { features } = await store.describe();
  const inputs = new Map<string, DatasetInput[]>();
  for (const runId of features.datasets ? runs.keys() : []) {
    const known = before !== undefined && before.runs.get(runId) === runs.get(runId);
    inputs.set(
      runId,
      known ? [...before.datasetInputs(runId)] : (await store.getRunInputs(runId)).datasetInputs,
    );
  }
  const models: RegisteredModel[] = await allOf((token) => store.searchRegisteredModels(next(token)));
  const loggedModels: LoggedModel[] = await allOf((token) => store.searchLoggedModels(next(token)));
  return {
    runs,
    datasetInputs: (runId) => inputs.get(runId) ?? [],
    experiments: () => experiments,
    versions: () => models.flatMap(({ versions }) => versions),
    loggedModels: () => loggedModels,
  };
}
