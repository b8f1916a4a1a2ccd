import { asItRan, optunaTrial, TRIAL_TAGS } from '../mlflow/optunaTrial';
import type { KeySelection, Page, RunQuery, RunRow, TrackingStore } from '../mlflow/store';
import { compareBytes } from '../search/bytes';

/** Runs that are read at once behind a list of trials, and at most. */
const READ_ON = 200;
const READ_AT_MOST = 5000;

/** The order of the search language that lists treat as that of when runs ran, too. */
export const OLDEST_FIRST = 'attributes.start_time ASC';

export interface ListedRuns {
  items: RunRow[];
  more: boolean;
  /** How many more, where that is known without looking at them. */
  remaining: number | null;
}

/**
 * The first runs of a list: in the query's order, else the newest by when they ran. Of trials that ran side by side,
 * Optuna records first what ended first. None is recorded before it began, so what MLflow puts behind a run cannot have
 * begun after that run was recorded: it is read on until no other can belong before the last that is shown. Oldest
 * first there is no such end: a trial may have been the first to begin and the last to end. Then READ_ON more are read.
 * Throws StoreError.
 *
 * @param query the tags that tell trials come with the rows
 */
export async function listRuns(
  store: TrackingStore,
  query: Omit<RunQuery, 'pageToken'>,
  signal?: AbortSignal,
): Promise<ListedRuns> {
  const asked = { ...query, tags: withTrialTags(query.tags) };
  const { items, nextPageToken, remaining } = await store.searchRuns(asked, signal);
  const [order = '', ...others] = query.orderBy ?? [];
  const byStart = others.length === 0 && (order === '' || order === OLDEST_FIRST);
  return {
    items: byStart ? await asTheyRan(store, asked, { items, nextPageToken }, signal) : items,
    more: nextPageToken !== undefined,
    remaining: remaining ?? null,
  };
}

function withTrialTags(tags: KeySelection = 'none'): KeySelection {
  return tags === 'all' ? tags : [...new Set([...TRIAL_TAGS, ...(tags === 'none' ? [] : tags)])];
}

async function asTheyRan(
  store: TrackingStore,
  query: RunQuery,
  { items, nextPageToken }: Page<RunRow>,
  signal: AbortSignal | undefined,
): Promise<RunRow[]> {
  if (!items.some((row) => optunaTrial(row.info, row.tags))) {
    return items;
  }
  const newest = query.orderBy === undefined || query.orderBy.length === 0;
  const inOrder = newest ? newestFirst : oldestFirst;
  const rows = [...items];
  let shown = inOrder(rows);
  let pageToken = nextPageToken;
  while (pageToken !== undefined && rows.length < query.maxResults + READ_AT_MOST) {
    const recorded = rows.at(-1)!.info.startTime;
    const last = shown[query.maxResults - 1]!;
    const isWhole =
      recorded === null ||
      (newest ? (startOf(last) ?? -Infinity) >= recorded : rows.length > query.maxResults);
    if (isWhole) {
      break;
    }
    const page = await store.searchRuns({ ...query, maxResults: READ_ON, pageToken }, signal);
    rows.push(...page.items);
    shown = inOrder(rows);
    pageToken = page.nextPageToken;
  }
  return shown.slice(0, query.maxResults);
}

/** By when they ran, those of unknown start last; then by id, as MLflow does. */
export function newestFirst<T extends Pick<RunRow, 'info' | 'tags'>>(rows: readonly T[]): T[] {
  return byStart(rows, (start) => -start);
}

function oldestFirst<T extends Pick<RunRow, 'info' | 'tags'>>(rows: readonly T[]): T[] {
  return byStart(rows, (start) => start);
}

function byStart<T extends Pick<RunRow, 'info' | 'tags'>>(
  rows: readonly T[],
  placeOf: (start: number) => number,
): T[] {
  const placed = rows.map((row) => {
    const start = startOf(row);
    return { row, place: start === null ? Infinity : placeOf(start) };
  });
  placed.sort((a, b) =>
    a.place === b.place ? compareBytes(a.row.info.runId, b.row.info.runId) : a.place < b.place ? -1 : 1,
  );
  return placed.map(({ row }) => row);
}

/** No later than the run was recorded: where clocks differ, the end of a list would be nowhere else. */
function startOf(row: Pick<RunRow, 'info' | 'tags'>): number | null {
  const { startTime } = asItRan(row);
  return startTime === null || row.info.startTime === null
    ? startTime
    : Math.min(startTime, row.info.startTime);
}
