import type { KeyValue, Run } from '../mlflow/entities';
import type { KeySelection, RunRow, TrackingStore } from '../mlflow/store';
import { sharedKeys } from '../state/metrics';

type Searched = Pick<TrackingStore, 'searchRuns'>;

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
  store: Searched,
  experimentIds: readonly string[],
  signal?: AbortSignal,
): Promise<NewestRuns> {
  const newest = await read(store, experimentIds, ['direction'], signal);
  return { metrics: keysOf(newest), tags: agreedTags(newest) };
}

/** Their metrics alone, for which a store of files opens none of them. Throws StoreError. */
export async function newestMetrics(store: Searched, experimentIds: readonly string[]): Promise<string[]> {
  return keysOf(await read(store, experimentIds, 'none'));
}

async function read(
  store: Searched,
  experimentIds: readonly string[],
  tags: KeySelection,
  signal?: AbortSignal,
): Promise<readonly RunRow[]> {
  const { items } = await store.searchRuns(
    {
      experimentIds: [...experimentIds],
      view: 'ALL',
      maxResults: RUNS_LOOKED_AT,
      params: 'none',
      metrics: 'none',
      tags,
      metricKeys: true,
    },
    signal,
  );
  return items;
}

function keysOf(runs: readonly RunRow[]): string[] {
  return sharedKeys(runs.map(({ metricKeys = [] }) => metricKeys));
}

/** The tag `direction` of runs that all have the same; none where they differ. */
export function agreedTags(runs: readonly Pick<Run, 'tags'>[]): KeyValue[] {
  const said = new Set(runs.map(({ tags }) => tags.find(({ key }) => key === 'direction')?.value));
  const [value] = said;
  return said.size === 1 && value !== undefined ? [{ key: 'direction', value }] : [];
}
