/**
 * Opens a page of ours (dist/webview, so `npm run build` first) in Chromium as the panel does in VS Code: the same
 * document and CSP, the real host-side handlers in this process, VS Code's own theme variables.
 *
 *     const stores = openStores(sqliteUri(file));
 *     const opened = await openPage({ definition: runPage, args: { store, runId }, stores });
 *     await opened.page.getByRole('heading', { name: 'Params' }).waitFor();   // playwright's Page
 *     assert.deepEqual(opened.commands, [{ command: 'mlflowLens.openCharts', args: … }]); // what the page ran
 *     await opened.hideAndShow();               // the document is destroyed and made again, getState kept
 *     await opened.checkAccessibility();        // axe; throws with what it found
 *     await opened.screenshots('run');          // test/webview/screenshots/run-{dark,light,…}.png
 *     await opened.close();                     // throws if the page logged an error or broke its CSP
 *
 * What a page does does not hang on the kind of its store: `describeOnEachKind` and `openStoresOf` (kinds/pageStores)
 * run its tests also on a store that is held in memory and on an mlruns folder.
 *
 * A commit in a store or a change of `state` reaches the page as it does in the extension. Messages travel as
 * webviewChannel.ts says; one that VS Code would lose or change is an error, and so is such a state of the page.
 */
import * as assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { workerBundle } from '../../scripts/workerBundle';
import type { Parsers } from '../../src/panels/parsers';
import { createRemoteParsers } from '../../src/panels/remoteParsers';
import { panelHtml } from '../../src/panels/panelHtml';
import {
  commonHandlers,
  failureLog,
  tabTitle,
  type PageDefinition,
  type PageServices,
} from '../../src/panels/page';
import { PageServer, type PageProtocol, type RequestHandlers } from '../../src/protocol/messages';
import type { PageArguments, PageName, WithCommon } from '../../src/protocol/pages';
import type { RunKey } from '../../src/mlflow/runKey';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { launchBrowser } from './browser';
import { openStoresOf } from './kinds/pageStores';
import { arrive, carry } from './webviewChannel';
import themes from './themes.json';

export type Theme = keyof typeof themes;
export const THEMES = Object.keys(themes) as Theme[];

const ROOT = path.resolve(__dirname, '../..');
const DIST = path.join(ROOT, 'dist/webview');
const ORIGIN = 'https://lens.test';
const SCREENSHOTS = path.join(ROOT, 'test/webview/screenshots');

export interface OpenOptions<Name extends PageName, P extends PageProtocol> {
  definition: PageDefinition<Name, P>;
  args: PageArguments[Name];
  stores: OpenStores;
  state?: ViewState;
  /** What differs from a trusted workspace without folders. */
  services?: Partial<PageServices>;
  theme?: Theme;
  size?: { width: number; height: number };
  /** Device pixels of a CSS pixel; 2 is a window at 200 %, whose `size` is half of what it was. */
  zoom?: number;
  /** The document without its Content-Security-Policy: whatever can run or load there does. */
  withoutPolicy?: boolean;
}

/** A page in Chromium with its host. */
export class OpenedPage {
  /** Commands that the page ran, in order. */
  readonly commands: { command: string; args: unknown }[] = [];
  readonly copied: string[] = [];
  /** Errors of the page's console, CSP violations included. Take out what a test expects. */
  readonly errors: string[] = [];
  /** The tab's title. */
  title = '';
  /** Sends an event to the page, as a command does. */
  emit: (name: string, payload: unknown) => void = () => undefined;
  readonly disposables: (() => void)[] = [];

  constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  async setTheme(theme: Theme): Promise<void> {
    await this.page.evaluate(`__lens.applyTheme(${JSON.stringify(themes[theme])})`);
    await this.settled();
  }

  /** What happens when the tab goes to the background and comes back. */
  async hideAndShow(): Promise<void> {
    await this.page.reload();
  }

  /** Writes a picture of each theme and goes back to the first. */
  async screenshots(name: string, options: { fullPage?: boolean } = {}): Promise<void> {
    fs.mkdirSync(SCREENSHOTS, { recursive: true });
    for (const theme of THEMES) {
      await this.setTheme(theme);
      await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${theme}.png`), ...options });
    }
    await this.setTheme(THEMES[0]!);
  }

  /** Fails with every violation of WCAG 2.1 AA that axe finds, in all themes. */
  async checkAccessibility(): Promise<void> {
    const source = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
    await this.page.evaluate(`${source}; undefined`);
    const found: string[] = [];
    for (const theme of THEMES) {
      await this.setTheme(theme);
      const violations = await this.page.evaluate<AxeViolation[]>(
        `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] })
          .then(({ violations }) => violations.map(({ id, help, nodes }) => (
            { id, help, nodes: nodes.map(({ target, failureSummary }) => target.join(' ') + ': ' + failureSummary) })))`,
      );
      found.push(
        ...violations.map(
          ({ id, help, nodes }) => `${theme}: ${id}: ${help}\n  ${nodes.slice(0, 5).join('\n  ')}`,
        ),
      );
    }
    await this.setTheme(THEMES[0]!);
    assert.ok(found.length === 0, found.join('\n'));
  }

  /** Resolves after the page has drawn what it knows, fonts included. */
  async settled(): Promise<void> {
    await this.page.evaluate(
      'document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))',
    );
  }

  async close(): Promise<void> {
    this.disposables.forEach((dispose) => dispose());
    await this.context.close();
    assert.deepEqual(this.errors, [], 'the page logged errors');
  }
}

/** Real stores, listed by URI and opened when first asked. The caller disposes. */
export function openStores(...uris: string[]): OpenStores {
  return openStoresOf('sqlite', uris);
}

interface AxeViolation {
  id: string;
  help: string;
  nodes: string[];
}

let browser: Promise<Browser> | undefined;

if (typeof after === 'function') {
  after(closeBrowser);
}

/** Ends the browser that pages were opened in; mocha does it by itself. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** Opens a page; see the head of this file. The caller closes it. */
export async function openPage<Name extends PageName, P extends PageProtocol>(
  options: OpenOptions<Name, P>,
): Promise<OpenedPage> {
  const { definition, stores } = options;
  let { args } = options;
  const bundle = path.join(DIST, `${definition.name}.js`);
  assert.ok(fs.existsSync(bundle), `${bundle} is missing: npm run build`);
  browser ??= launchBrowser();
  const context = await (
    await browser
  ).newContext({
    viewport: options.size ?? { width: 1100, height: 800 },
    deviceScaleFactor: options.zoom ?? 1,
  });
  const page = await context.newPage();
  // Two of them share two cores with all that they wait for.
  page.setDefaultTimeout(60_000);
  const opened = new OpenedPage(page, context);
  opened.title = tabTitle(definition.initialTitle(args));
  opened.emit = (name, payload) => emit(name, payload);

  const state = options.state ?? new ViewState({ get: () => undefined, update: async () => undefined });
  const services = pageServices(options, opened, state);
  let server: PageServer<WithCommon<P>> | undefined;
  let dispose: (() => void)[] = [];
  const emit = (name: string, payload: unknown): void =>
    server?.emit(name, payload as WithCommon<P>['events'][string]);
  const handlersFor = (): RequestHandlers<WithCommon<P>> => {
    dispose.forEach((callback) => callback());
    dispose = [];
    const session = {
      setTitle: (title: string) => void (opened.title = tabTitle(title)),
      replace: (next: PageArguments[PageName]) => {
        args = next as PageArguments[Name];
        server?.replaceHandlers(handlersFor());
        emit('argumentsChanged', { args });
      },
      emit,
      hover: (run: RunKey | null) => state.setHovered(run, page),
      onDispose: (callback: () => void) => void dispose.push(callback),
    };
    return {
      ...commonHandlers(services, session),
      ...definition.handlers(args, services, session),
    };
  };
  const restart = (): void => {
    server?.dispose();
    server = new PageServer<WithCommon<P>>(
      (message) => {
        const text = carriedText(message, opened.errors);
        // A page that is being closed or made again hears nothing, as in VS Code.
        page.evaluate(`__lens.receive(${JSON.stringify(text)})`).catch(() => undefined);
      },
      handlersFor(),
      failureLog(services),
    );
  };
  const subscriptions = [
    stores.onDidChange((uri) => {
      const watched = definition.stores(args);
      if (uri !== null && (watched.length === 0 || watched.includes(uri))) {
        emit('storeChanged', null);
      }
    }),
    state.onDidChange(() => emit('viewStateChanged', null)),
  ];
  opened.disposables.push(() => {
    subscriptions.forEach((subscription) => subscription.dispose());
    server?.dispose();
    dispose.forEach((callback) => callback());
  });

  let stored: string | null = null;
  await page.exposeBinding('__lensPost', (_source, text: string) => void server?.receive(arrived(text)));
  await page.exposeBinding('__lensState', (_source, text: string) => void (stored = text));
  await page.route(`${ORIGIN}/**`, (route) =>
    serve(route, () => {
      restart();
      return pageDocument(options, stored);
    }),
  );
  page.on('console', (message) => {
    if (message.type() === 'error') {
      opened.errors.push(message.text());
    }
  });
  page.on('pageerror', (error) => opened.errors.push(error.stack ?? error.message));
  await page.goto(`${ORIGIN}/`);
  return opened;
}

function pageServices<Name extends PageName, P extends PageProtocol>(
  options: OpenOptions<Name, P>,
  opened: OpenedPage,
  state: ViewState,
): PageServices {
  return {
    ...plainServices(options.stores),
    state,
    runCommand: async (command, args) => void opened.commands.push({ command, args }),
    copyText: async (text) => void opened.copied.push(text),
    showLog: () => void opened.commands.push({ command: 'mlflowLens.showLog', args: undefined }),
    ...options.services,
  };
}

let pageParsers: Parsers | undefined;

/** One worker for all pages, as in a window; idle it keeps no process alive. */
function parsersOfPages(): Parsers {
  pageParsers ??= createRemoteParsers(path.join(workerBundle(), 'parserWorker.js'));
  return pageParsers;
}

/** What the host side of a page gets in a trusted window without a folder; commands and copies lead nowhere. */
export function plainServices(stores: OpenStores): PageServices {
  return {
    stores,
    state: new ViewState({ get: () => undefined, update: async () => undefined }),
    settings: () => ({ metricDirections: {}, headlineMetric: '' }),
    runCommand: async () => undefined,
    copyText: async () => undefined,
    showLog: () => undefined,
    logError: () => undefined,
    parsers: parsersOfPages(),
    isTrusted: () => true,
    workspaceFolders: () => [],
    now: () => Date.now(),
  };
}

/** What VS Code's own style sheet for webviews sets and theirs may collide with. */
const DEFAULT_STYLES = `@layer vscode-default {
  code { color: var(--vscode-textPreformat-foreground); background-color: var(--vscode-textPreformat-background) }
  blockquote { background: var(--vscode-textBlockQuote-background) }
  a { color: var(--vscode-textLink-foreground) }
}`;

/** The panel's document, with the script and the styles in front that VS Code puts there. */
function pageDocument<Name extends PageName, P extends PageProtocol>(
  { definition, args, theme, withoutPolicy = false }: OpenOptions<Name, P>,
  state: string | null,
): string {
  const nonce = randomBytes(16).toString('base64');
  const html = panelHtml({
    bootstrap: { page: definition.name, args },
    title: definition.initialTitle(args),
    nonce,
    cspSource: ORIGIN,
    resource: (file) => `${ORIGIN}/${file}`,
    hasOwnStyles: fs.existsSync(path.join(DIST, `${definition.name}.css`)),
  });
  const setup = JSON.stringify({ theme: themes[theme ?? 'dark'], state }).replace(/</g, '\\u003c');
  const api = fs
    .readFileSync(path.join(__dirname, 'vscodeApi.js'), 'utf8')
    .replace('/* webviewChannel.ts */', () => [carry, arrive].map(String).join('\n'));
  const policed = withoutPolicy ? html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '') : html;
  return policed.replace(
    '<meta name="viewport"',
    () =>
      `<style nonce="${nonce}">${DEFAULT_STYLES}</style><script nonce="${nonce}">window.__lensSetup = ${setup};\n${api}</script>\n<meta name="viewport"`,
  );
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

async function serve(route: Route, makeDocument: () => string): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname === '/') {
    await route.fulfill({ contentType: 'text/html', body: makeDocument() });
    return;
  }
  const file = path.join(DIST, pathname);
  if (fs.existsSync(file)) {
    await route.fulfill({
      contentType: TYPES[path.extname(file)] ?? 'text/plain',
      body: fs.readFileSync(file),
    });
  } else {
    await route.fulfill({ status: pathname === '/favicon.ico' ? 204 : 404 });
  }
}

/** The buffers as base64. Throws, and notes as an error of the page, what VS Code would lose. */
function carriedText(message: unknown, errors: string[]): string {
  try {
    const { json, buffers } = carry(message);
    return JSON.stringify({ json, buffers: buffers.map((bytes) => Buffer.from(bytes).toString('base64')) });
  } catch (error) {
    errors.push(String(error));
    throw error;
  }
}

function arrived(text: string): unknown {
  const { json, buffers } = JSON.parse(text) as { json: string; buffers: string[] };
  return arrive({ json, buffers: buffers.map((base64) => new Uint8Array(Buffer.from(base64, 'base64'))) });
}

/** Waits until an assertion holds: for what a page does a moment after an event of ours. Throws its last error. */
export async function eventually<T>(check: () => T | Promise<T>, timeout = 30_000): Promise<T> {
  for (const end = Date.now() + timeout; ;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
