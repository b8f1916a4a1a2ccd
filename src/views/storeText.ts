import * as path from 'node:path';
import { contextValue } from './contextValue';
import { plainText } from '../mlflow/format';
import type { StoreDescription } from '../mlflow/store';
import { DEFAULT_WORKSPACE, withWorkspace, workspaceOf } from '../mlflow/workspace';
import type { OpenStores } from '../stores/openStores';
import { parseStoreUri, storeName } from '../stores/uri';

/** What the row of a store is called; the workspace is said beside it, and only where there are several. */
export function storeLabel(uri: string): string {
  return plainText(storeName(withWorkspace(uri, null)));
}

/**
 * What tells a store from others of its name: the nearest folders above it, no more of them than are needed. Folders of
 * runs are all called mlruns.
 *
 * @returns null where no other that is listed has its name
 */
export function placeText(stores: OpenStores, uri: string): string | null {
  const others = stores
    .list()
    .filter((other) => storeLabel(other.uri) === storeLabel(uri))
    .map((other) => storeFolder(other.uri))
    .filter((folder) => folder !== storeFolder(uri));
  const parts = partsOf(storeFolder(uri));
  const isShared = (count: number): boolean =>
    others.some((folder) => partsOf(folder).slice(-count).join('/') === parts.slice(-count).join('/'));
  if (others.length === 0 || parts.length === 0) {
    return null;
  }
  let count = 1;
  while (count < parts.length && isShared(count)) {
    count++;
  }
  return plainText(parts.slice(-count).join('/'));
}

/** The folder that a store of this machine lies in; '' for any other. */
export function storeFolder(uri: string): string {
  try {
    const place = parseStoreUri(uri, '/').path;
    return place === null ? '' : path.dirname(place);
  } catch {
    // Listed with the reason why it cannot be opened.
    return '';
  }
}

function partsOf(folder: string): string[] {
  return folder.split(/[\\/]/).filter(Boolean);
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

/**
 * What menus ask of the row of a store that is open: "store", "store.workspaces" or "store.files".
 *
 * @param workspace as `workspaceText` tells it
 */
export function storeContext(uri: string, workspace: string | null): string {
  return contextValue('store', {
    workspaces: workspace !== null,
    files: parseStoreUri(uri, '/').kind === 'files',
  });
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
