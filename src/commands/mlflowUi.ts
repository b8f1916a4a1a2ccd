import * as http from 'node:http';
import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import type { CommandRegistry } from '../platform/commands';
import { createTerminal, withStatus } from '../platform/dialogs';
import {
  freePort,
  mlflowUiArguments,
  uiAddress,
  uiEnvironment,
  uiFolder,
  uiStoreUri,
  type UiPage,
} from '../platform/mlflowServer';
import type { OpenStores } from '../stores/openStores';
import { DEFAULT_WORKSPACE, withWorkspace, workspaceOf } from '../mlflow/workspace';
import { parseStoreUri, storeName } from '../stores/uri';
import { namedStore, runsOf, storeOf, textOf } from './arguments';
import { explainInstall, pythonWithMlflow, requireTrust } from './mlflowPython';

export interface MlflowUiDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  pythonPath: () => string;
  /** A folder of ours, which is there: Python is started in it. */
  folder(this: void): Promise<string>;
}

const ANSWER_WITHIN = 120_000;

/**
 * "Open MLflow UI": MLflow's own server on the store, in a terminal, on a free port; a tracking server's own pages. Opens
 * the page of the run or the experiment that it is asked for.
 */
export function registerMlflowUiCommand({ commands, stores, pythonPath, folder }: MlflowUiDeps): void {
  commands.register('openMlflowUi', async (args) => {
    await stores.settled();
    const isNew = stores.list().length === 0 && namedStore(args) === undefined;
    const uri = isNew ? newStore() : await storeOf(args, stores);
    const location = parseStoreUri(uri, '/');
    const workspace = await workspaceIn(stores, uri);
    const page = { ...(await shownBy(args, stores)), workspace };
    if (location.kind === 'rest') {
      await vscode.env.openExternal(vscode.Uri.parse(uiAddress(withWorkspace(location.uri, null), page)));
      return;
    }
    requireTrust('run "mlflow ui"');
    const found = await pythonWithMlflow(pythonPath(), await folder());
    if (!found) {
      await explainInstall('MLflow is not installed in any Python found here', 'pip install mlflow');
      return;
    }
    const port = await freePort();
    const cwd = await uiFolder(await folder(), location);
    const served = await uiStoreUri(cwd, location);
    const terminal = createTerminal({
      name: `mlflow ui ${storeName(uri)}`,
      // Not the store's folder: its files would stand for modules of Python.
      cwd,
      env: uiEnvironment(location),
      shellPath: found.python,
      shellArgs: mlflowUiArguments(location, found.version, port, served, workspace !== null),
      iconPath: new vscode.ThemeIcon('beaker'),
      isTransient: true,
    });
    terminal.show(true);
    await waitForAnswer(terminal, port, () => upgradeOf(stores, uri));
    const address = await vscode.env.asExternalUri(
      vscode.Uri.parse(uiAddress(`http://127.0.0.1:${port}`, page)),
    );
    await vscode.env.openExternal(address);
  });
}

/** The experiment, and the run, that the page is to be of. Throws StoreError where there is no such run. */
async function shownBy(args: unknown, stores: OpenStores): Promise<Pick<UiPage, 'experimentId' | 'runId'>> {
  const [run] = runsOf(args);
  if (run) {
    const { info } = await (await stores.get(run.store)).getRun(run.runId);
    return { experimentId: info.experimentId, runId: run.runId };
  }
  const experimentId = textOf(args, 'experimentId');
  return experimentId === undefined ? {} : { experimentId };
}

/** The workspace that is shown of a store that has several; null for any other. */
async function workspaceIn(stores: OpenStores, uri: string): Promise<string | null> {
  try {
    const store = await stores.get(uri);
    const { workspaces } = await store.describe();
    const named = workspaceOf(store.uri);
    return workspaces.length > 1 ? (named ?? DEFAULT_WORKSPACE) : named;
  } catch {
    // MLflow says itself what it thinks of the store.
    return workspaceOf(uri);
  }
}

/** Where there is no store yet, MLflow's own default, in the workspace: `mlflow ui` makes it. */
function newStore(): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder?.scheme !== 'file') {
    throw new StoreError('NOT_FOUND', 'Open a folder first: "mlflow ui" creates its store in it.');
  }
  return parseStoreUri('sqlite:///mlflow.db', folder.fsPath).uri;
}

/** What helps where MLflow calls the store too old; null for a store that is new or cannot be read. */
async function upgradeOf(stores: OpenStores, uri: string): Promise<string | null> {
  try {
    return (await (await stores.get(uri)).describe()).upgrade;
  } catch {
    return null;
  }
}

async function waitForAnswer(
  terminal: vscode.Terminal,
  port: number,
  findUpgrade: () => Promise<string | null>,
): Promise<void> {
  await withStatus('Starting mlflow ui', async () => {
    const end = Date.now() + ANSWER_WITHIN;
    while (Date.now() < end) {
      if (terminal.exitStatus !== undefined || !vscode.window.terminals.includes(terminal)) {
        const upgrade = await findUpgrade();
        const help = upgrade ? ` ("${upgrade}" helps where the schema is older than your MLflow)` : '';
        throw new StoreError(
          'INTERNAL_ERROR',
          `mlflow ui ended before it answered: its terminal says why${help}.`,
        );
      }
      if (await answers(port)) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    throw new StoreError('BUSY', 'mlflow ui did not answer within two minutes: see its terminal.');
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/health', timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy());
  });
}
