import { StoreError } from '../mlflow/errors';
import { count } from '../mlflow/format';
import type { ActivePage } from '../panels/panelHost';
import { pickOne, type PickItem } from '../platform/dialogs';
import type { OpenStores } from '../stores/openStores';
import { cancelled, namedStore, storeOf, textOf, textsOf } from './arguments';

/** The most experiments that a quick pick offers. */
const MOST = 1000;

export interface Experiments {
  store: string;
  /** Empty for all. */
  experimentIds: string[];
}

/**
 * The experiments of the page in front, where it shows some; else those that the user picks.
 *
 * @throws StoreError `CANCELLED` when the pick is closed, `RESOURCE_DOES_NOT_EXIST` in a store without experiments.
 */
export async function experimentsInFront(
  args: unknown,
  stores: OpenStores,
  page: ActivePage | undefined,
): Promise<Experiments> {
  const named = namedStore(args);
  const store = textOf(page?.args, 'store');
  const experimentIds = textsOf(page?.args, 'experimentIds');
  if (store !== undefined && experimentIds.length > 0 && (named === undefined || named === store)) {
    return { store, experimentIds };
  }
  const chosen = await storeOf(args, stores);
  return { store: chosen, experimentIds: await pickExperiments(stores, chosen) };
}

/** One experiment, or all of them (none named). Errors as above. */
export async function pickExperiments(stores: OpenStores, store: string): Promise<string[]> {
  const items = await experimentItems(stores, store);
  const all = {
    label: 'All Experiments',
    icon: 'beaker',
    description: count(items.length, 'experiment'),
    experimentId: null,
  };
  const { experimentId } = await pick([all, ...items]);
  return experimentId === null ? [] : [experimentId];
}

/** Errors as above. */
export async function pickExperiment(stores: OpenStores, store: string): Promise<string> {
  return (await pick(await experimentItems(stores, store))).experimentId;
}

async function experimentItems(
  stores: OpenStores,
  uri: string,
): Promise<{ label: string; description: string; experimentId: string }[]> {
  const store = await stores.get(uri);
  const { items } = await store.searchExperiments({ view: 'ACTIVE_ONLY', maxResults: MOST });
  if (items.length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', 'This store has no experiments.');
  }
  return items.map(({ name, experimentId }) => ({
    label: name,
    description: experimentId,
    experimentId,
  }));
}

async function pick<T extends PickItem>(items: T[]): Promise<T> {
  const picked = await pickOne(items, { placeHolder: 'Which experiment?' });
  if (!picked) {
    throw cancelled();
  }
  return picked;
}
