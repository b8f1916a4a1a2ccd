import { plainText } from '../mlflow/format';
import type { StoreDescription } from '../mlflow/store';
import { DEFAULT_WORKSPACE, withWorkspace, workspaceOf } from '../mlflow/workspace';
import type { OpenStores } from '../stores/openStores';
import { storeName } from '../stores/uri';

/** What the row of a store is called; the workspace is said beside it, and only where there are several. */
export function storeLabel(uri: string): string {
  return plainText(storeName(withWorkspace(uri, null)));
}

/** "team-a, 1 of 3 workspaces"; null where the store has no choice of them, or cannot say it. */
export async function workspaceText(stores: OpenStores, uri: string): Promise<string | null> {
  const about = await stores
    .get(uri)
    .then((store) => store.describe())
    .catch(() => null);
  return about && hasChoice(about)
    ? `${plainText(shownWorkspace(uri))}, 1 of ${about.workspaces.length} workspaces`
    : null;
}

/** The workspace that a store of this URI shows. */
export function shownWorkspace(uri: string): string {
  return workspaceOf(uri) ?? DEFAULT_WORKSPACE;
}

export function hasChoice({ workspaces }: StoreDescription): boolean {
  return workspaces.length > 1;
}

/** Whether nothing can be changed in it, as far as can be told: menus then offer no change. */
export async function isReadOnly(stores: OpenStores, uri: string): Promise<boolean> {
  return stores
    .get(uri)
    .then((store) => store.describe())
    .then(
      ({ readOnlyReason }) => readOnlyReason !== null,
      () => false,
    );
}
