import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { onDidChangeSettings } from '../platform/settings';
import { PageServer, type PageProtocol, type RequestHandlers } from '../protocol/messages';
import { readArguments } from '../protocol/arguments';
import type { PageArguments, PageName } from '../protocol/pages';
import type { RunKey } from '../mlflow/runKey';
import type { Persistence } from '../state/viewState';
import {
  commonHandlers,
  failureLog,
  tabTitle,
  type PageDefinition,
  type PageServices,
  type PageSession,
} from './page';
import { panelHtml } from './panelHtml';
import { TabMemory } from './tabMemory';

/** Loads the code of a page's host side when the first such page opens. */
export type PageLoader = (name: PageName) => Promise<PageDefinition>;

interface OpenPanel {
  definition: PageDefinition;
  args: PageArguments[PageName];
  panel: vscode.WebviewPanel;
  server: PageServer<PageProtocol>;
  /** Shows something else in the tab. */
  replace(args: PageArguments[PageName]): void;
}

/** The page that the user looks at. */
export interface ActivePage {
  name: PageName;
  args: PageArguments[PageName];
  /** Sends an event of the page's own protocol. */
  emit(name: string, payload: unknown): void;
}

const VIEW_TYPE = 'mlflowLens.';

/**
 * Opens pages as editor tabs, one a key; brings them back after a reload of the window (serializer, from the
 * arguments that the page stored, or those kept here where it had not come that far); tells them when their stores or the view state changed. Hidden pages are
 * not kept alive: they come back from their state.
 */
export class PanelHost implements vscode.Disposable {
  private readonly open = new Set<OpenPanel>();
  private readonly disposables: vscode.Disposable[] = [];
  private readonly visibility = new vscode.EventEmitter<void>();
  /** A page became visible or hidden. */
  readonly onDidChangeVisibility = this.visibility.event;
  private readonly active = new vscode.EventEmitter<void>();
  private readonly tabs: TabMemory;
  /** Another page is the active editor, or it shows something else. */
  readonly onDidChangeActive = this.active.event;

  constructor(
    private readonly extensionPath: string,
    private readonly services: PageServices,
    private readonly load: PageLoader,
    pages: readonly PageName[],
    kept: Persistence,
  ) {
    this.tabs = new TabMemory(kept);
    for (const name of pages) {
      this.disposables.push(
        vscode.window.registerWebviewPanelSerializer(VIEW_TYPE + name, {
          deserializeWebviewPanel: async (panel, state: { args?: unknown } | undefined) => {
            await this.restore(name, panel, state?.args);
          },
        }),
      );
    }
  }

  get anyVisible(): boolean {
    return [...this.open].some(({ panel }) => panel.visible);
  }

  get activePage(): ActivePage | undefined {
    const found = [...this.open].find(({ panel }) => panel.active);
    return (
      found && {
        name: found.definition.name,
        args: found.args,
        emit: (name, payload) => found.server.emit(name, payload),
      }
    );
  }

  /** The run whose page the user looks at. */
  get runInFront(): RunKey | undefined {
    const page = this.activePage;
    if (page?.name !== 'run') {
      return undefined;
    }
    const { store, runId } = page.args as PageArguments['run'];
    return { store, runId };
  }

  /** Shows a page, in the tab that shows it already where there is one. */
  async show<Name extends PageName>(
    name: Name,
    args: PageArguments[Name],
    options: { preserveFocus?: boolean; beside?: boolean } = {},
  ): Promise<void> {
    const definition = await this.load(name);
    const key = definition.key(args);
    const known = [...this.open].find(
      (open) => open.definition.name === name && open.definition.key(open.args) === key,
    );
    if (known) {
      const next = definition.reopened?.(known.args, args);
      if (next) {
        known.replace(next);
      }
      known.panel.reveal(undefined, options.preserveFocus);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE + name,
      tabTitle(definition.initialTitle(args)),
      {
        viewColumn: options.beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
        preserveFocus: options.preserveFocus,
      },
      this.webviewOptions(),
    );
    this.attach(definition, args, panel);
  }

  dispose(): void {
    // The tabs of a window that ends come back with it.
    this.tabs.end();
    for (const { panel } of this.open) {
      panel.dispose();
    }
    vscode.Disposable.from(...this.disposables).dispose();
    this.visibility.dispose();
    this.active.dispose();
  }

  private async restore(name: PageName, panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const args = readArguments(name, this.tabs.take(name, panel.title, kept));
    if (args === null) {
      // What was kept is another version's: the tab cannot say anything, so it goes.
      panel.dispose();
      return;
    }
    const definition = await this.load(name);
    panel.webview.options = this.webviewOptions();
    this.attach(definition, args, panel);
  }

  private keepTabs(): void {
    this.tabs.keep(
      [...this.open].map(({ definition, args, panel }) => ({
        name: definition.name,
        title: panel.title,
        args,
      })),
    );
  }

  private attach(
    definition: PageDefinition,
    first: PageArguments[PageName],
    panel: vscode.WebviewPanel,
  ): void {
    const disposables: vscode.Disposable[] = [];
    let ofHandlers: vscode.Disposable[] = [];
    const handlersFor = (args: PageArguments[PageName]): RequestHandlers<PageProtocol> => {
      const own: vscode.Disposable[] = [];
      vscode.Disposable.from(...ofHandlers).dispose();
      ofHandlers = own;
      const session: PageSession = {
        setTitle: (title) => {
          if (ofHandlers === own) {
            panel.title = tabTitle(title);
            this.keepTabs();
          }
        },
        replace: (next) => entry.replace(next),
        emit: (event, payload) => entry.server.emit(event, payload),
        hover: (run) => this.services.state.setHovered(run, panel),
        onDispose: (callback) => own.push({ dispose: callback }),
      };
      return {
        ...(commonHandlers(this.services, session) as RequestHandlers<PageProtocol>),
        ...definition.handlers(args, this.services, session),
      };
    };
    const entry: OpenPanel = {
      definition,
      args: first,
      panel,
      server: new PageServer<PageProtocol>(
        (message) => void panel.webview.postMessage(message),
        handlersFor(first),
        failureLog(this.services),
      ),
      replace: (args) => {
        entry.args = args;
        this.keepTabs();
        entry.server.replaceHandlers(handlersFor(args));
        entry.server.emit('argumentsChanged', { args });
        this.active.fire();
      },
    };
    const { server } = entry;
    this.open.add(entry);
    this.keepTabs();
    disposables.push(
      panel.webview.onDidReceiveMessage((message: unknown) => void server.receive(message)),
      this.services.stores.onDidChange((uri) => {
        const stores = definition.stores(entry.args);
        if (uri !== null && (stores.length === 0 || stores.includes(uri))) {
          server.emit('storeChanged', null);
        }
      }),
      this.services.state.onDidChange(() => server.emit('viewStateChanged', null)),
      // Directions and the headline metric are part of what pages are answered.
      onDidChangeSettings(() => server.emit('storeChanged', null)),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) {
          this.services.state.endHover(panel);
        }
        this.visibility.fire();
        this.active.fire();
      }),
    );
    panel.onDidDispose(() => {
      this.open.delete(entry);
      this.services.state.endHover(panel);
      this.keepTabs();
      server.dispose();
      vscode.Disposable.from(...disposables, ...ofHandlers).dispose();
      this.visibility.fire();
      this.active.fire();
    });
    const media = (theme: string): vscode.Uri =>
      vscode.Uri.file(path.join(this.extensionPath, 'media', `${definition.icon}-${theme}.svg`));
    panel.iconPath = { light: media('light'), dark: media('dark') };
    panel.webview.html = this.html(definition.name, first, panel);
    this.visibility.fire();
    this.active.fire();
  }

  private html<Name extends PageName>(
    page: Name,
    args: PageArguments[Name],
    panel: vscode.WebviewPanel,
  ): string {
    const folder = path.join(this.extensionPath, 'dist', 'webview');
    return panelHtml({
      bootstrap: { page, args },
      title: panel.title,
      nonce: randomBytes(16).toString('base64'),
      cspSource: panel.webview.cspSource,
      resource: (file) => panel.webview.asWebviewUri(vscode.Uri.file(path.join(folder, file))).toString(),
      hasOwnStyles: fs.existsSync(path.join(folder, `${page}.css`)),
    });
  }

  private webviewOptions(): vscode.WebviewOptions {
    return {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.file(path.join(this.extensionPath, 'dist', 'webview'))],
    };
  }
}
