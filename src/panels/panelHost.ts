import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { PageServer, type PageProtocol, type RequestHandlers } from '../protocol/messages';
import type { PageArguments, PageName } from '../protocol/pages';
import { commonHandlers, type PageDefinition, type PageServices, type PageSession } from './page';
import { panelHtml } from './panelHtml';

/** Loads the code of a page's host side when the first such page opens. */
export type PageLoader = (name: PageName) => Promise<PageDefinition>;

interface OpenPanel {
  name: PageName;
  key: string;
  panel: vscode.WebviewPanel;
}

const VIEW_TYPE = 'mlflowLens.';

/**
 * Opens pages as editor tabs, one a key; brings them back after a reload of the window (serializer, from the
 * arguments that the page stored); tells them when their stores or the view state changed. Hidden pages are
 * not kept alive: they come back from their state.
 */
export class PanelHost implements vscode.Disposable {
  private readonly open = new Set<OpenPanel>();
  private readonly disposables: vscode.Disposable[] = [];
  private readonly visibility = new vscode.EventEmitter<void>();
  /** A page became visible or hidden. */
  readonly onDidChangeVisibility = this.visibility.event;

  constructor(
    private readonly extensionPath: string,
    private readonly services: PageServices,
    private readonly load: PageLoader,
    pages: readonly PageName[],
  ) {
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

  /** Shows a page, in the tab that shows it already where there is one. */
  async show<Name extends PageName>(
    name: Name,
    args: PageArguments[Name],
    options: { preserveFocus?: boolean; beside?: boolean } = {},
  ): Promise<void> {
    const definition = await this.load(name);
    const key = definition.key(args);
    const known = [...this.open].find((panel) => panel.name === name && panel.key === key);
    if (known) {
      known.panel.reveal(undefined, options.preserveFocus);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE + name,
      definition.initialTitle(args),
      {
        viewColumn: options.beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
        preserveFocus: options.preserveFocus,
      },
      this.webviewOptions(),
    );
    this.attach(definition, args, panel);
  }

  dispose(): void {
    for (const { panel } of this.open) {
      panel.dispose();
    }
    vscode.Disposable.from(...this.disposables).dispose();
    this.visibility.dispose();
  }

  private async restore(name: PageName, panel: vscode.WebviewPanel, args: unknown): Promise<void> {
    if (args === undefined || args === null) {
      panel.dispose();
      return;
    }
    const definition = await this.load(name);
    panel.webview.options = this.webviewOptions();
    this.attach(definition, args, panel);
  }

  private attach<Name extends PageName>(
    definition: PageDefinition,
    args: PageArguments[Name],
    panel: vscode.WebviewPanel,
  ): void {
    const disposables: vscode.Disposable[] = [];
    const session: PageSession = {
      setTitle: (title) => {
        panel.title = title;
      },
      emit: (event, payload) => server.emit(event, payload),
      onDispose: (callback) => disposables.push({ dispose: callback }),
    };
    const handlers: RequestHandlers<PageProtocol> = {
      ...(commonHandlers(this.services, session) as RequestHandlers<PageProtocol>),
      ...definition.handlers(args, this.services, session),
    };
    const server: PageServer<PageProtocol> = new PageServer<PageProtocol>(
      (message) => void panel.webview.postMessage(message),
      handlers,
    );
    const entry: OpenPanel = { name: definition.name, key: definition.key(args), panel };
    const stores = new Set(definition.stores(args));
    this.open.add(entry);
    disposables.push(
      panel.webview.onDidReceiveMessage((message: unknown) => void server.receive(message)),
      this.services.stores.onDidChange((uri) => {
        if (uri !== null && (stores.size === 0 || stores.has(uri))) {
          server.emit('storeChanged', null);
        }
      }),
      this.services.state.onDidChange(() => server.emit('viewStateChanged', null)),
      panel.onDidChangeViewState(() => this.visibility.fire()),
    );
    panel.onDidDispose(() => {
      this.open.delete(entry);
      server.dispose();
      for (const disposable of disposables) {
        disposable.dispose();
      }
      this.visibility.fire();
    });
    const media = (theme: string): vscode.Uri =>
      vscode.Uri.file(path.join(this.extensionPath, 'media', `${definition.icon}-${theme}.svg`));
    panel.iconPath = { light: media('light'), dark: media('dark') };
    panel.webview.html = this.html(definition.name, args, panel);
    this.visibility.fire();
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
