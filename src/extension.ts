import * as path from 'node:path';
import * as vscode from 'vscode';
import { registerChartCommands } from './commands/charts';
import { registerDiffCommands } from './commands/diff';
import { registerCopyRunsCommand } from './commands/copyRuns';
import { registerCopyStoreCommand } from './commands/copyStore';
import { registerMlflowUiCommand } from './commands/mlflowUi';
import { registerPageCommands } from './commands/pages';
import { registerModelsViewCommands } from './commands/modelsView';
import { registerRunCommands } from './commands/run';
import { registerRegistryCommands } from './commands/registry';
import { registerSidebarCommands } from './commands/sidebar';
import { registerSignInCommands } from './commands/signIn';
import { registerSourceCommands } from './commands/source';
import { registerStoreCommands } from './commands/stores';
import { registerTableCommands } from './commands/table';
import { registerRunColorCommand } from './commands/runColor';
import { registerViewStateCommands } from './commands/viewState';
import { registerWorkspaceCommand } from './commands/workspaces';
import { onFailure } from './mlflow/failures';
import type * as Pages from './panels/index';
import { PanelHost } from './panels/panelHost';
import { createRemoteParsers } from './panels/remoteParsers';
import { createCommandRegistry } from './platform/commands';
import { setContext } from './platform/contexts';
import { GitFileSystem } from './platform/gitFileSystem';
import { HistoryFiles, isRunning } from './platform/historyFiles';
import { loadBundle } from './platform/lazy';
import { disposeLog, log } from './platform/log';
import { createPageServices } from './panels/pageServices';
import { createServerAccounts } from './platform/serverAccounts';
import { readSettings } from './platform/settings';
import { registerTexts } from './platform/showChanges';
import { SourceService } from './platform/sources';
import { storageFolder } from './platform/files';
import { StoreFinder } from './platform/storeFinder';
import { createUriHandler } from './platform/uriHandler';
import { userName } from './platform/userName';
import { localFolders } from './platform/workspaceFolders';
import { RegistryHistory } from './registry/history';
import { ViewState } from './state/viewState';
import { forgetIndex } from './stores/files/indexFile';
import { createOpener } from './stores/open';
import type * as Servers from './stores/rest/openServer';
import { OpenStores } from './stores/openStores';
import { isServerUri } from './stores/uri';
import { Dimming } from './views/away';
import { ComparisonView } from './views/comparisonView';
import { ExperimentsView } from './views/experimentsView';
import { ModelsView } from './views/modelsView';
import { LitRun } from './views/litRun';
import { followVisibility } from './views/visibility';

/** What the extension offers to its own benchmark and to other extensions: how long activation took. */
export interface ExtensionApi {
  /** ms from the call of activate() to its return. */
  activationTime: number;
  /** ms from the call of activate() to the first run handed to VS Code. */
  firstRun: Promise<number>;
}

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const started = performance.now();
  onFailure((error) => log().error(error));
  const distFolder = vscode.Uri.joinPath(context.extensionUri, 'dist').fsPath;
  const indexFolder = vscode.Uri.joinPath(context.globalStorageUri, 'mlruns').fsPath;
  const commands = createCommandRegistry(context.subscriptions);
  const headline = (): string => readSettings().headlineMetric;

  const version = String((context.extension.packageJSON as { version?: unknown }).version);

  const state = new ViewState(context.workspaceState);
  const accounts = createServerAccounts(context, () => {
    stores.renew(isServerUri).catch((error: unknown) => log().error(error));
  });
  const stores: OpenStores = new OpenStores(
    createOpener({
      distFolder,
      indexFolder,
      openServer: (uri, signal) => {
        const { openServer } = loadBundle<typeof Servers>(context.extensionPath, 'server');
        const options = {
          distFolder,
          accessOf: (server: string) => accounts.accessOf(server),
          userAgent: `mlflow-lens/${version}`,
          openedFolders: localFolders,
          downloadFolder: vscode.Uri.joinPath(context.globalStorageUri, 'artifacts').fsPath,
          historyFolder: vscode.Uri.joinPath(context.globalStorageUri, 'server-histories').fsPath,
        };
        return openServer(uri, options, signal);
      },
      pythonPath: () => readSettings().pythonPath,
      readOnlyReason: () =>
        vscode.workspace.isTrusted
          ? null
          : 'In Restricted Mode stores are read-only: trust this workspace to change the registry.',
    }),
  );
  const history = new RegistryHistory(
    new HistoryFiles(vscode.Uri.joinPath(context.globalStorageUri, 'history').fsPath),
    { id: process.pid, isRunning },
  );
  const finder = new StoreFinder(stores, context.workspaceState);

  const experiments = new ExperimentsView(stores, state, headline);
  const models = new ModelsView(stores, state, history, readSettings);
  const comparison = new ComparisonView(stores, state, headline);

  const sources = new SourceService(context.extensionPath);
  const parsers = createRemoteParsers(path.join(distFolder, 'parserWorker.js'));
  const services = createPageServices(stores, state, sources, history, parsers);
  const pages = (): typeof Pages => loadBundle(context.extensionPath, 'pages');
  const panels = new PanelHost(
    context.extensionPath,
    services,
    async (name) => pages().pageDefinition(name),
    ['run', 'charts', 'diff', 'table', 'sweep', 'model', 'loggedModel', 'modelDiff'],
    context.workspaceState,
  );

  registerStoreCommands({
    commands,
    stores,
    remember: (uri) => finder.remember(uri),
    forget: async (uri) => {
      await finder.forget(uri);
      await forgetIndex(indexFolder, uri);
    },
    locate: () => finder.locate(),
    refreshViews: () => {
      experiments.refresh();
      models.refresh();
    },
    version,
  });
  registerWorkspaceCommand({
    commands,
    stores,
    remember: (named, workspace) => finder.rememberWorkspace(named, workspace),
  });
  registerSignInCommands({ commands, stores, accounts });
  registerSidebarCommands({ commands, stores, state, experiments, models });
  registerModelsViewCommands({ commands, models });
  registerViewStateCommands({ commands, stores, state, uriScheme: vscode.env.uriScheme });
  registerRunColorCommand({ commands, stores, state, panels });
  const registry = registerRegistryCommands({
    commands,
    stores,
    history,
    userName: userName(),
    runInFront: () => panels.runInFront,
    settings: readSettings,
    compare: (store, model, versions) =>
      pages().compareVersions(store, model, versions, readSettings(), parsers),
    setCanUndo: (canUndo) => setContext('mlflowLens.canUndo', canUndo),
  });
  registerRunCommands({ commands, stores, panels, services });
  registerPageCommands({ commands, stores, panels, revealRun: (run) => experiments.reveal(run) });
  registerChartCommands({ commands, stores, state, panels });
  registerDiffCommands({ commands, stores, state, panels });
  registerCopyRunsCommand({ commands, stores });
  registerTableCommands({ commands, stores, panels });
  registerSourceCommands({ commands, stores, sources });
  const mlflow = {
    commands,
    stores,
    pythonPath: () => readSettings().pythonPath,
    folder: () => storageFolder(context.globalStorageUri, 'mlflow-ui'),
  };
  registerMlflowUiCommand(mlflow);
  const copying = registerCopyStoreCommand(mlflow);

  context.subscriptions.push(
    stores,
    finder,
    experiments,
    models,
    comparison,
    new LitRun(state),
    new Dimming(),
    panels,
    sources,
    parsers,
    new GitFileSystem(sources),
    registerTexts(),
    registry,
    copying,
    followVisibility(stores, [experiments.tree, models.tree, comparison.tree], panels),
    vscode.window.registerUriHandler(createUriHandler(stores)),
    { dispose: disposeLog },
  );
  setContext('mlflowLens.storeCount', -1);
  stores.expect(finder.locate().catch((error: unknown) => log().error(error)));

  return {
    activationTime: performance.now() - started,
    firstRun: experiments.whenFirstRun().then(() => performance.now() - started),
  };
}

export function deactivate(): void {
  // Everything is disposed through the context's subscriptions.
}
