import * as path from 'node:path';
import { contextValue } from './contextValue';
import { toStoreError } from '../mlflow/errors';
import { plainText } from '../mlflow/format';
import type { StoreDescription, StoreKind } from '../mlflow/store';
import { DEFAULT_WORKSPACE, withWorkspace, workspaceOf } from '../mlflow/workspace';
import type { OpenStores } from '../stores/openStores';
import { isServerUri, parseStoreUri, storeName } from '../stores/uri';
import type { MessageNode } from './nodes';

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
 * What menus ask of the row of a store: "store", then "held" (a server that waits for the user's word) or "error", then
 * "workspaces" where there is a choice of them, then its kind where that is "files" or "server".
 *
 * @param workspace as `workspaceText` tells it
 */
export function storeContext(
  uri: string,
  { workspace, held = false, error = false }: { workspace: string | null; held?: boolean; error?: boolean },
): string {
  return contextValue('store', {
    held,
    error: error && !held,
    workspaces: workspace !== null,
    files: uri.startsWith('file:'),
    server: isServerUri(uri),
  });
}

/** What kind of store it is, for people. */
export function kindText(kind: StoreKind): string {
  return kind === 'rest' ? 'server' : kind;
}

/** The workspace that a store of this URI shows. */
export function shownWorkspace(uri: string): string {
  return workspaceOf(uri) ?? DEFAULT_WORKSPACE;
}

export function hasChoice({ workspaces }: StoreDescription): boolean {
  return workspaces.length > 1;
}

/** What stands in the place of a store's children where they cannot be had, with the way out that a click takes. */
export function failureText(error: unknown, uri: string): Pick<MessageNode, 'text' | 'error' | 'action'> {
  const { code, message } = toStoreError(error);
  const action = !isServerUri(uri)
    ? undefined
    : code === 'UNAUTHENTICATED'
      ? ('signIn' as const)
      : code === 'ON_ANOTHER_MACHINE'
        ? ('connectStore' as const)
        : undefined;
  return { text: message, error: true, ...(action && { action }) };
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
