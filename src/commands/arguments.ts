import { cancelled, StoreError } from '../mlflow/errors';
import type { StoreKind } from '../mlflow/store';
import { pickOne } from '../platform/dialogs';
import type { RunKey } from '../mlflow/runKey';
import type { OpenStores, StoreEntry } from '../stores/openStores';
import { parseStoreUri, storeName } from '../stores/uri';
import { booleanOf, fieldsOf, namedStore, textOf } from './fields';

export { booleanOf, cancelled, fieldsOf, namedStore, textOf };

/** The runs that a command acts on: `{runs}`, `{store, runId}`, or the tree's selection. */
export function runsOf(args: unknown, selection?: unknown): RunKey[] {
  const listed = fieldsOf(args).runs;
  const candidates: unknown[] = Array.isArray(listed)
    ? listed
    : Array.isArray(selection) && selection.length > 0
      ? selection
      : [args];
  return candidates.flatMap((candidate) => {
    const store = namedStore(candidate);
    const runId = textOf(candidate, 'runId');
    return store !== undefined && runId !== undefined ? [{ store, runId }] : [];
  });
}

/**
 * The store that was named, the only one, or the one that the user picks.
 *
 * @param kind offered are those of this kind alone; one that was named may be any
 */
export async function storeOf(args: unknown, stores: OpenStores, kind?: StoreKind): Promise<string> {
  const named = namedStore(args);
  if (named !== undefined) {
    // One that was found without a workspace may have begun with another than default.
    return stores.entry(named)?.uri ?? named;
  }
  await stores.settled();
  const listed = stores
    .list()
    .filter(
      ({ uri, error }) => error === null && (kind === undefined || parseStoreUri(uri, '/').kind === kind),
    );
  if (listed.length === 0) {
    const what = kind === 'files' ? 'mlruns folder' : 'store';
    throw new StoreError('NOT_FOUND', `No ${what} is open: run "MLflow: Add Store…" first.`);
  }
  return onlyOrPicked(listed, 'Which store?');
}

/**
 * The only one of these, or the one that the user picks.
 *
 * @param listed at least one
 * @param about what is said beside its name; its URI if missing
 * @throws StoreError CANCELLED where the pick is closed
 */
export async function onlyOrPicked(
  listed: readonly StoreEntry[],
  placeHolder: string,
  about: (entry: StoreEntry) => string = ({ uri }) => uri,
): Promise<string> {
  if (listed.length === 1) {
    return listed[0]!.uri;
  }
  const picked = await pickOne(
    listed.map((entry) => ({ label: storeName(entry.uri), description: about(entry), uri: entry.uri })),
    { placeHolder },
  );
  if (!picked) {
    throw cancelled();
  }
  return picked.uri;
}

/** `{experimentIds}`, or the experiments that are selected in the tree. */
export function experimentIdsOf(args: unknown, selection?: unknown): string[] {
  const listed = textsOf(args, 'experimentIds');
  if (listed.length > 0) {
    return listed;
  }
  const items: unknown[] = Array.isArray(selection) && selection.length > 0 ? selection : [args];
  return items.flatMap((item) => {
    const id = textOf(item, 'experimentId');
    return id !== undefined && textOf(item, 'runId') === undefined ? [id] : [];
  });
}

export function textsOf(args: unknown, field: string): string[] {
  const value = fieldsOf(args)[field];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
