import { valueOf } from '../mlflow/entities';
import { familyOf, TAG_PARENT } from '../mlflow/family';
import { TRIAL_TAGS } from '../mlflow/optunaTrial';
import type { RunQuery, RunRow, TrackingStore } from '../mlflow/store';
import { valueText } from '../search/text';

/** How many parents are looked up above a run. */
const DEEPEST = 20;

/** A run that a filter found, or that is there for those below it. */
export interface FoundRun {
  row: RunRow;
  /** The filter does not hold for it. */
  context: boolean;
  below: FoundRun[];
}

/**
 * What a filter found, under its parents: a child of a sweep says little without it. A parent stands where the first of
 * what is below it would.
 *
 * @param found with their parents' tag
 * @param rowsOf rows of runs by their ids, with the same tag; those that are gone are left out
 */
export async function foundTree(
  found: readonly RunRow[],
  rowsOf: (runIds: readonly string[]) => Promise<readonly RunRow[]>,
): Promise<FoundRun[]> {
  const all = new Map<string, FoundRun>();
  const add = (rows: readonly RunRow[], context: boolean): void =>
    rows.forEach((row) => all.set(row.info.runId, { row, context, below: [] }));
  add(found, false);
  let above = found;
  for (let level = 0; level < DEEPEST && above.length > 0; level++) {
    const missing = new Set(above.flatMap((row) => parentOf(row) ?? []).filter((id) => !all.has(id)));
    above = missing.size > 0 ? await rowsOf([...missing]) : [];
    add(above, true);
  }
  const links = [...all.values()].flatMap(({ row }) => {
    const parent = parentOf(row);
    return parent === null ? [] : [{ child: row.info.runId, parent }];
  });
  const { childrenOf } = familyOf(links, (runId) => all.has(runId));
  const parents = new Map([...childrenOf].flatMap(([parent, ids]) => ids.map((id) => [id, parent] as const)));
  const roots: FoundRun[] = [];
  const placed = new Set<string>();
  for (const { info } of found) {
    for (let id: string | undefined = info.runId; id !== undefined && !placed.has(id); id = parents.get(id)) {
      placed.add(id);
      const parent = parents.get(id);
      (parent === undefined ? roots : all.get(parent)!.below).push(all.get(id)!);
    }
  }
  return roots;
}

/** The rows of some runs of a store, whatever their experiment. Throws StoreError. */
export async function rowsById(
  store: TrackingStore,
  runIds: readonly string[],
  { view, metrics }: Pick<RunQuery, 'view' | 'metrics'>,
): Promise<RunRow[]> {
  const ids = runIds.flatMap((id) => valueText(id) ?? []);
  if (ids.length === 0) {
    return [];
  }
  const { items } = await store.searchRuns({
    experimentIds: [],
    view,
    filter: `attributes.run_id IN (${ids.join(', ')})`,
    maxResults: ids.length,
    params: 'none',
    metrics,
    tags: [TAG_PARENT, ...TRIAL_TAGS],
  });
  return items;
}

function parentOf({ tags }: RunRow): string | null {
  return valueOf(tags, TAG_PARENT) ?? null;
}
