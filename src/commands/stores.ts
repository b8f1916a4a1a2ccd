import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import { runCommand, type CommandRegistry } from '../platform/commands';
import { askText, notify, pickOne, withNotification } from '../platform/dialogs';
import { log } from '../platform/log';
import { localFolders } from '../platform/workspaceFolders';
import { locate } from '../stores/locate';
import type { OpenStores } from '../stores/openStores';
import { problemReport } from '../stores/problemReport';
import { folderUri, isServerUri, sqliteUri, storeName } from '../stores/uri';
import { cancelled, namedStore, onlyOrPicked, storeOf, textOf } from './arguments';

export interface StoreCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  /** Remembers a store that the user added, for the next session. */
  remember(uri: string): Promise<void>;
  /** Remembers that the user removed a store, also one that would be found again. */
  forget(uri: string): Promise<void>;
  /** Looks for stores again. */
  locate(): Promise<void>;
  refreshViews(): void;
  version: string;
}

/** A wait that is shorter needs no word, ms. */
const QUICK = 1000;

export function registerStoreCommands(deps: StoreCommandDeps): void {
  const { commands, stores } = deps;

  async function add(text: string, base: string): Promise<void> {
    const { uri, origin, error } = locate(text, base, 'added by you');
    if (error) {
      throw error;
    }
    stores.remove(uri);
    stores.add(uri, origin);
    await deps.remember(uri);
    // Opening now says at once whether it is a store; it stays listed with its reason if not.
    await opened(stores, uri);
    await vscode.commands.executeCommand('mlflowLens.experiments.focus');
  }

  commands.register('addStore', async (args) => {
    const base = localFolders()[0] ?? process.cwd();
    await add(textOf(args, 'store') ?? (await askForStore()), base);
  });

  // A server that a file of the workspace names: by this the user says that it may be asked.
  commands.register('connectStore', async (args) => {
    const uri = namedStore(args) ?? (await pickHeld(stores));
    await add(uri, '/');
  });

  commands.register('openAsStore', async (resource) => {
    if (!(resource instanceof vscode.Uri) || resource.scheme !== 'file') {
      throw new StoreError(
        'INVALID_PARAMETER_VALUE',
        'Choose a SQLite file or an mlruns folder on this machine.',
      );
    }
    const stat = await vscode.workspace.fs.stat(resource);
    const folder = (stat.type & vscode.FileType.Directory) !== 0;
    await add(folder ? folderUri(resource.fsPath) : sqliteUri(resource.fsPath), '/');
  });

  commands.register('removeStore', async (args) => {
    const uri = await storeOf(args, stores);
    const { named } = stores.entry(uri) ?? { named: uri };
    stores.remove(uri);
    await deps.forget(named);
  });

  commands.register('refresh', async () => {
    await deps.locate();
    await Promise.all(
      stores.list().map(async ({ uri, store }) => {
        await (store ? store.refresh() : stores.reopen(uri));
      }),
    );
    deps.refreshViews();
  });

  commands.register('showLog', () => log().show());

  commands.register('explainError', async (node) => {
    const text = textOf(node, 'text') ?? '';
    const store = textOf(node, 'store');
    const code = store === undefined ? undefined : stores.entry(store)?.error?.code;
    const again =
      code === 'ON_ANOTHER_MACHINE' ? 'Open Store' : code === 'UNAUTHENTICATED' ? 'Sign In' : 'Try Again';
    const choice = await notify('error', text, again, 'Show Log', 'Remove Store');
    if (choice === 'Open Store') {
      await runCommand('addStore', { store });
    } else if (choice === 'Sign In') {
      await runCommand('signIn', { store });
    } else if (choice === 'Try Again') {
      await runCommand('refresh');
    } else if (choice === 'Show Log') {
      log().show();
    } else if (choice === 'Remove Store' && store) {
      await runCommand('removeStore', { store });
    }
  });

  commands.register('reportProblem', async (args) => {
    const named = namedStore(args);
    const content = await problemReport(
      {
        version: deps.version,
        vscode: vscode.version,
        node: process.version,
        platform: process.platform,
      },
      stores.list().filter(({ uri }) => named === undefined || named === uri),
    );
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
    await vscode.window.showTextDocument(document);
  });
}

/** Waits until it is open, a server's longer with a button that ends the wait. Throws StoreError. */
export async function opened(stores: OpenStores, uri: string): Promise<void> {
  const opening = stores.get(uri);
  const isQuick = await Promise.race([
    opening.then(
      () => true,
      () => true,
    ),
    delay(QUICK, false),
  ]);
  if (!isQuick && isServerUri(uri)) {
    await withNotification(`Connecting to ${storeName(uri)}`, async (_report, token) => {
      const giving = token.onCancellationRequested(() => stores.giveUp(uri));
      try {
        await opening;
      } catch (error) {
        throw token.isCancellationRequested ? cancelled() : error;
      } finally {
        giving.dispose();
      }
    });
  }
  await opening;
}

/** The one server that waits to be connected to, or the one that the user picks. */
async function pickHeld(stores: OpenStores): Promise<string> {
  await stores.settled();
  const held = stores
    .list()
    .filter(({ uri, error }) => isServerUri(uri) && error?.code === 'ON_ANOTHER_MACHINE');
  if (held.length === 0) {
    throw new StoreError(
      'NOT_FOUND',
      'No server waits to be connected to: "MLflow: Add Store…" adds one by its address.',
    );
  }
  return onlyOrPicked(held, 'Connect to which server?', ({ origin }) => origin);
}

async function askForStore(): Promise<string> {
  const file = { label: 'SQLite File…', icon: 'database', detail: 'mlflow.db, backend.db, …', id: 'file' };
  const folder = { label: 'mlruns Folder…', icon: 'folder', detail: "MLflow's file store", id: 'folder' };
  const server = { label: 'Tracking Server…', icon: 'globe', detail: 'http://… or https://…', id: 'server' };
  const uri = { label: 'Tracking URI…', icon: 'link', detail: 'sqlite:///…, file://…, http://…', id: 'uri' };
  const picked = await pickOne([file, folder, server, uri], {
    placeHolder: 'What kind of store?',
  });
  if (!picked) {
    throw cancelled();
  }
  if (picked.id === 'uri' || picked.id === 'server') {
    const text = await askText({
      prompt:
        picked.id === 'server'
          ? 'Address of the tracking server, without a password: "Sign In" asks for it'
          : 'Tracking URI, as mlflow.set_tracking_uri takes it',
      placeHolder: picked.id === 'server' ? 'https://mlflow.example.com' : 'sqlite:///mlflow.db',
      ignoreFocusOut: true,
    });
    if (!text) {
      throw cancelled();
    }
    return text;
  }
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: picked.id === 'file',
    canSelectFolders: picked.id === 'folder',
    canSelectMany: false,
    openLabel: 'Open as MLflow Store',
    filters:
      picked.id === 'file'
        ? { 'SQLite database': ['db', 'sqlite', 'sqlite3', 'db3'], 'All files': ['*'] }
        : undefined,
  });
  if (!chosen?.[0]) {
    throw cancelled();
  }
  return picked.id === 'file' ? sqliteUri(chosen[0].fsPath) : folderUri(chosen[0].fsPath);
}
