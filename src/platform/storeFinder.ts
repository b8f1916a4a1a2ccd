import * as vscode from 'vscode';
import { heldBack, locate, locateStores, notContacted, type LocatedStore } from '../stores/locate';
import type { OpenStores } from '../stores/openStores';
import { storeIdentity } from '../stores/uri';
import { setContext } from './contexts';
import { log } from './log';
import { onDidChangeSettings, readSettings } from './settings';
import { localFolders } from './workspaceFolders';

const ADDED = 'mlflowLens.addedStores';
const REMOVED = 'mlflowLens.removedStores';
/** The workspace that the user chose, by the URI that the store was found or added under. */
const WORKSPACES = 'mlflowLens.workspaces';
const SETTLE = 500;

/**
 * Keeps the list of stores: the setting, what the user added, and what is found in the workspace, less what
 * the user removed. Looks again when a file that may be a store appears or goes.
 */
export class StoreFinder implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: AbortController | undefined;

  constructor(
    private readonly stores: OpenStores,
    private readonly memento: vscode.Memento,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(
      '**/{*.db,*.db3,*.sqlite,*.sqlite3,.env,mlruns/*/meta.yaml}',
      false,
      true,
      false,
    );
    const soon = (): void => this.locateSoon();
    this.disposables.push(
      watcher,
      watcher.onDidCreate(soon),
      watcher.onDidDelete(soon),
      vscode.workspace.onDidChangeWorkspaceFolders(soon),
      onDidChangeSettings(soon),
    );
  }

  async locate(): Promise<void> {
    this.looking?.abort();
    const controller = new AbortController();
    this.looking = controller;
    await this.forgetPasswords();
    const settings = readSettings();
    const folders = localFolders();
    const base = folders[0] ?? process.cwd();
    const found = [
      ...this.list(ADDED).map((uri) => locate(uri, base, 'added by you')),
      ...settings.stores.map((uri) => {
        const located = locate(uri, base, 'from the setting mlflowLens.stores');
        // The settings of a workspace may come with a repository.
        return settings.ownStores.includes(uri) ? located : notContacted(heldBack(located, folders));
      }),
      ...(await locateStores({
        folders,
        depth: settings.searchDepth,
        env: process.env,
        signal: controller.signal,
      })),
    ];
    if (controller.signal.aborted) {
      return;
    }
    const removed = new Set(this.list(REMOVED));
    // What the user or the environment names, too, is not held back because a file names it.
    for (const { uri, origin, error } of found.toSorted((a, b) => isHeld(a) - isHeld(b))) {
      if (
        !removed.has(uri) &&
        !this.stores.list().some((entry) => entry.named === uri || entry.uri === uri)
      ) {
        log().info(`store ${uri} ${origin}`);
        this.stores.add(uri, origin, error, this.workspaces()[uri]);
      }
    }
    // One that failed is tried again whenever something moved; one that went away is told by its own poll.
    const failed = this.stores.list().filter(({ store, error }) => !store && error);
    await Promise.all(failed.map(({ uri }) => this.stores.reopen(uri)));
    setContext('mlflowLens.storeCount', this.stores.list().length);
  }

  /** The workspace that a store shows from now on, in later sessions too. */
  async rememberWorkspace(named: string, workspace: string): Promise<void> {
    await this.keep(WORKSPACES, { ...this.workspaces(), [named]: workspace });
  }

  async remember(uri: string): Promise<void> {
    await this.forgetWorkspace(uri);
    await this.keep(ADDED, [...new Set([...this.list(ADDED), uri])]);
    await this.keep(
      REMOVED,
      this.list(REMOVED).filter((other) => other !== uri),
    );
    setContext('mlflowLens.storeCount', this.stores.list().length);
  }

  async forget(uri: string): Promise<void> {
    await this.forgetWorkspace(uri);
    await this.keep(
      ADDED,
      this.list(ADDED).filter((other) => other !== uri),
    );
    await this.keep(REMOVED, [...new Set([...this.list(REMOVED), uri])]);
    setContext('mlflowLens.storeCount', this.stores.list().length);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.looking?.abort();
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private locateSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.locate().catch((error: unknown) => log().error(error));
    }, SETTLE);
  }

  /** Identities: an earlier version kept URIs as they were typed, with their passwords. */
  private list(key: string): string[] {
    const value: unknown = this.memento.get(key);
    const texts = Array.isArray(value) ? value.filter((uri): uri is string => typeof uri === 'string') : [];
    return [...new Set(texts.map((text) => storeIdentity(text, '/')))];
  }

  private workspaces(): Record<string, string> {
    const kept: unknown = this.memento.get(WORKSPACES);
    return Object.fromEntries(
      Object.entries(kept ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }

  private async forgetWorkspace(named: string): Promise<void> {
    const { [named]: chosen, ...others } = this.workspaces();
    if (chosen !== undefined) {
      await this.keep(WORKSPACES, others);
    }
  }

  /** Best effort: a list that cannot be kept for the next session stops nothing in this one. */
  private async keep(key: string, value: unknown): Promise<void> {
    try {
      await this.memento.update(key, value);
    } catch (error) {
      log().error(error);
    }
  }

  /** Writes the lists again where they hold more than identities. */
  private async forgetPasswords(): Promise<void> {
    for (const key of [ADDED, REMOVED]) {
      const kept = this.list(key);
      if (kept.length > 0 && JSON.stringify(kept) !== JSON.stringify(this.memento.get(key))) {
        await this.keep(key, kept);
      }
    }
  }
}

function isHeld({ error }: LocatedStore): number {
  return error?.code === 'ON_ANOTHER_MACHINE' ? 1 : 0;
}
