import type { KeyValue, Run } from '../mlflow/entities';
import type { TrackingStore } from '../mlflow/store';
import { sharedMetrics } from '../state/metrics';

const RUNS_LOOKED_AT = 5;

/** What the newest runs of experiments log: enough to tell a headline from, in one small question. */
export interface NewestRuns {
  /** Keys that most of them have. */
  metrics: string[];
  /** The tag by which a search says whether it minimizes, where all of them have the same. */
  tags: KeyValue[];
}

/** Throws StoreError. */
export async function newestRuns(
  store: TrackingStore,
  experimentIds: readonly string[],
  signal?: AbortSignal,
): Promise<NewestRuns> {
  const newest = await store.searchRuns(
    {
      experimentIds: [...experimentIds],
      view: 'ALL',
      maxResults: RUNS_LOOKED_AT,
      params: 'none',
      metrics: 'all',
      tags: ['direction'],
    },
    signal,
  );
  return { metrics: sharedMetrics(newest.items), tags: agreedTags(newest.items) };
}

/** The tag `direction` of runs that all have the same; none where they differ. */
export function agreedTags(runs: readonly Pick<Run, 'tags'>[]): KeyValue[] {
  const said = new Set(runs.map(({ tags }) => tags.find(({ key }) => key === 'direction')?.value));
  const [value] = said;
  return said.size === 1 && value !== undefined ? [{ key: 'direction', value }] : [];
}
