import { valueOf } from '../mlflow/entities';
import { TAG_COPIED_FROM, TAG_COPYING } from '../mlflow/importer';
import type { TrackingStore } from '../mlflow/store';
import { equalsText } from '../search/text';

/** A copy that is there already. */
export interface KnownCopy {
  runId: string;
  /** Else it can be gone on with. */
  isWhole: boolean;
  isDeleted: boolean;
}

/** More copies of one run in one experiment are none of ours. */
const MOST = 50;

/** The copy of a run in an experiment, the whole one first; null where there is none. */
export async function findCopies(
  store: TrackingStore,
  experimentId: string,
  from: string,
  signal?: AbortSignal,
): Promise<KnownCopy | null> {
  const { items } = await store.searchRuns(
    {
      experimentIds: [experimentId],
      view: 'ALL',
      filter: equalsText({ entity: 'tag', key: TAG_COPIED_FROM }, from),
      maxResults: MOST,
      tags: [TAG_COPIED_FROM, TAG_COPYING],
    },
    signal,
  );
  const copies = items
    // The search may find more, where the text has quotes.
    .filter(({ tags }) => valueOf(tags, TAG_COPIED_FROM) === from)
    .map(({ info, tags }) => ({
      runId: info.runId,
      isWhole: valueOf(tags, TAG_COPYING) === undefined,
      isDeleted: info.lifecycleStage === 'deleted',
    }));
  return (
    copies.find(({ isWhole, isDeleted }) => isWhole && !isDeleted) ??
    copies.find(({ isWhole }) => isWhole) ??
    copies.find(({ isDeleted }) => !isDeleted) ??
    null
  );
}
