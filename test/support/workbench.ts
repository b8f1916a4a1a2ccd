/**
 * A real VS Code with our extension in it, driven as a user would: by keyboard and mouse, through playwright.
 *
 *     const workbench = await openWorkbench();                 // the demo project, the version of LENS_VSCODE
 *     await workbench.openView('Experiments');
 *     await workbench.row('taxi-duration').click();
 *     await workbench.runCommand('MLflow: Refresh');           // F1, as typed
 *     await workbench.pick('fancy-run');                       // in the open quick pick
 *     await workbench.clickDialog('Promote');                  // in the open modal dialog
 *     await workbench.webview('Params').getByText('…').click();
 *     await workbench.inHost((vscode) => vscode.commands.executeCommand('mlflowLens.openRun', { … }));
 *     await workbench.screenshots('run-page');                 // test/host/screenshots, every theme kind; where LENS_SCREENSHOTS is set
 *     await workbench.close();
 */
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type * as vscodeApi from 'vscode';
import { VERSIONS, type ServerVersion } from '../../scripts/vscodeServer';
import { closeBrowser, openBrowserWindow } from './browserWindow';
import { unpackFixture } from './fixtures';
import { callHost, watchHost } from './hostBridge';

const ROOT = path.resolve(__dirname, '../..');
const BRIDGE = path.join(ROOT, 'test/host/bridge');
const SCREENSHOTS = path.join(ROOT, 'test/host/screenshots');

const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  highContrast: 'Default High Contrast',
  highContrastLight: 'Default High Contrast Light',
};

/** A calm window: nothing that opens by itself, nothing from the network. */
const SETTINGS = {
  'workbench.colorTheme': THEMES.dark,
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.experimentalOnboarding': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'window.dialogStyle': 'custom',
  'window.menuStyle': 'custom',
  'window.titleBarStyle': 'custom',
};

export interface WorkbenchOptions {
  version?: ServerVersion | 'desktop';
  /** Folder to open; missing: a new copy of the demo project. */
  workspace?: string;
  settings?: Record<string, unknown>;
  /** Ask whether the folder is trusted: the window starts in Restricted Mode. */
  workspaceTrust?: boolean;
  env?: NodeJS.ProcessEnv;
  /** More extensions, each an unpacked folder. */
  extensions?: string[];
  size?: { width: number; height: number };
  /** A server and caches of its own, also where one could be shared: for benchmarks. */
  fresh?: boolean;
}

/** The version that this run of the suite is for: `LENS_VSCODE`, else the newest. */
export function testedVersion(): ServerVersion | 'desktop' {
  const named = process.env.LENS_VSCODE;
  if (named === 'desktop') {
    return named;
  }
  const known = VERSIONS.find(({ version }) => version === named);
  if (named !== undefined && !known) {
    throw new Error(
      `LENS_VSCODE is ${named}; known are ${VERSIONS.map(({ version }) => version).join(', ')}.`,
    );
  }
  return known?.version ?? VERSIONS[VERSIONS.length - 1]!.version;
}

const open = new Set<Workbench>();

export class Workbench {
  constructor(
    readonly version: string,
    readonly workspace: string,
    readonly page: Page,
    private readonly bridge: string,
    private readonly ends: End[],
  ) {}

  /** Runs a command as a user does, by its full title. */
  async runCommand(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input');
    for (let attempt = 1; ; attempt++) {
      try {
        // A page that is still loading swallows the key, or takes the focus and closes the list, as it would a user's.
        await this.page.keyboard.press('F1');
        await input.waitFor({ timeout: 3000 });
        await input.fill(`>${title}`, { timeout: 3000 });
        return await this.quickPickRow(title).click({ timeout: 5000 });
      } catch (error) {
        if (attempt === 6) {
          throw error;
        }
      }
    }
  }

  /** Takes an entry of the open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.quickPickRow(label).click();
  }

  quickPickRow(label: string | RegExp): Locator {
    return this.page
      .locator('.quick-input-widget:visible .monaco-list-row')
      .filter({ hasText: label })
      .first();
  }

  /** Answers the open input box. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input');
    await input.fill(text);
    await input.press('Enter');
  }

  /** Shows our view container and unfolds one of its views. */
  async openView(name: string): Promise<void> {
    const header = this.page.locator('.pane-header').filter({ hasText: new RegExp(`^${name}`, 'i') });
    if (!(await header.first().isVisible())) {
      await this.page.locator('.activitybar .action-label[aria-label^="MLflow"]').click();
    }
    if ((await header.first().getAttribute('aria-expanded')) === 'false') {
      await header.first().click();
    }
  }

  /** The part of the side bar below a view's header. */
  view(name: string): Locator {
    return this.page.locator('.sidebar .pane').filter({
      has: this.page.locator('.pane-header').filter({ hasText: new RegExp(`^${name}`, 'i') }),
    });
  }

  /** A row of a view's tree that is drawn now, by part of its text. */
  row(text: string | RegExp, view = 'Experiments'): Locator {
    return this.view(view).locator('.monaco-list-row').filter({ hasText: text }).first();
  }

  /** Scrolls a view's tree by keyboard (it draws only what is in sight) until the row is there. */
  async reveal(text: string | RegExp, view = 'Experiments', timeout = 30_000): Promise<Locator> {
    const row = this.row(text, view);
    const list = this.view(view).locator('.monaco-list');
    await list.locator('.monaco-list-row').first().waitFor();
    const end = Date.now() + timeout;
    for (let key = 'Home'; !(await row.isVisible()); key = 'PageDown') {
      const before = await list.getAttribute('aria-activedescendant');
      await list.press(key);
      await this.page.waitForTimeout(50);
      if (Date.now() > end) {
        throw new Error(`No row "${String(text)}" in ${view}: ${(await list.innerText()).slice(0, 2000)}`);
      }
      if (key === 'PageDown' && (await list.getAttribute('aria-activedescendant')) === before) {
        await list.press('Home');
      }
    }
    return row;
  }

  /** Unfolds a row of a tree. */
  async expand(text: string | RegExp, view = 'Experiments'): Promise<void> {
    const row = await this.reveal(text, view);
    if ((await row.getAttribute('aria-expanded')) !== 'true') {
      await row.locator('.monaco-tl-twistie').click();
    }
  }

  /** Takes an entry of a row's context menu. */
  async contextMenu(row: Locator, entry: string): Promise<void> {
    const item = this.page.getByRole('menuitem', { name: entry, exact: true });
    // A window that has just opened does not know yet that its folder is trusted: its menus lack what asks for that.
    await until(async () => {
      await row.click({ button: 'right' });
      try {
        await item.waitFor({ timeout: 3_000 });
        return true;
      } catch {
        await this.page.keyboard.press('Escape');
        return false;
      }
    });
    // A menu ignores clicks of its first moment, so that the right click that opens it takes nothing.
    for (let attempt = 0; attempt < 5; attempt++) {
      await item.click();
      if (await hidden(item, 1000)) {
        return;
      }
    }
    throw new Error(`The menu stays open on "${entry}".`);
  }

  /** The open modal dialog. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  async clickDialog(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** Texts of the notifications that are shown now. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notification-list-item-message').allTextContents();
  }

  /** Waits for a notification and returns its text. VS Code shows no toasts to a test's driver, and closes the list of them. */
  async notification(text: string | RegExp, timeout = 30_000): Promise<string> {
    const message = this.page.locator('.notification-list-item-message').filter({ hasText: text }).first();
    await until(
      async () => {
        await this.executeCommand('notifications.showList');
        return message.isVisible();
      },
      timeout,
      () => `No notification says ${String(text)}.`,
    );
    return (await message.textContent()) ?? '';
  }

  /** The document of the webview in the active editor. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  }

  tab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: title }).first();
  }

  /**
   * Calls a function inside the extension host. It is sent as text: it sees its arguments and nothing else of the
   * test's file. Result and arguments are JSON.
   */
  async inHost<T, Args extends unknown[]>(
    callback: (vscode: typeof vscodeApi, ...args: Args) => T | PromiseLike<T>,
    ...args: Args
  ): Promise<T> {
    return callHost(this.bridge, callback, args);
  }

  /** Runs a command with arguments, as a keybinding or another extension would. */
  executeCommand(command: string, ...args: unknown[]): Promise<unknown> {
    return this.inHost(
      (vscode, id: string, rest: unknown[]) => vscode.commands.executeCommand(id, ...rest),
      command,
      args,
    );
  }

  /** Changes user settings, as the settings editor does. */
  async changeSettings(settings: Record<string, unknown>): Promise<void> {
    await this.inHost(async (vscode, entries: [string, unknown][]) => {
      for (const [key, value] of entries) {
        await vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global);
      }
    }, Object.entries(settings));
  }

  /**
   * Writes a picture of the window in each theme, then goes back to the first; only where `LENS_SCREENSHOTS` asks for
   * it: pictures are for eyes, and VS Code takes seconds to change its theme.
   */
  async screenshots(name: string): Promise<void> {
    if (!process.env['LENS_SCREENSHOTS']) {
      return;
    }
    // No tooltip, no hovered row.
    await this.page.mouse.move(300, 18);
    for (const [kind, theme] of [...Object.entries(THEMES), ['', THEMES.dark] as const]) {
      await this.changeSettings({ 'workbench.colorTheme': theme });
      await this.page.locator(`.monaco-workbench.${CLASSES[theme]}`).waitFor();
      if (kind) {
        // The webviews and the canvases in them follow a frame or two later.
        await this.page.waitForTimeout(300);
        await this.page.screenshot({ path: screenshotFile(this.version, `${name}-${kind}`) });
      }
    }
  }

  async close(): Promise<void> {
    open.delete(this);
    for (const end of this.ends) {
      await end();
    }
  }
}

const CLASSES: Record<string, string> = {
  [THEMES.dark]: 'vs-dark',
  [THEMES.light]: 'vs',
  [THEMES.highContrast]: 'hc-black',
  [THEMES.highContrastLight]: 'hc-light',
};

function screenshotFile(version: string, name: string): string {
  const folder = path.join(SCREENSHOTS, version);
  fs.mkdirSync(folder, { recursive: true });
  return path.join(folder, `${name.replace(/[^\w.-]+/g, '-')}.png`);
}

if (typeof after === 'function') {
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      for (const workbench of open) {
        const file = screenshotFile(workbench.version, `failed-${this.currentTest.fullTitle()}`);
        await workbench.page.screenshot({ path: file }).catch(() => undefined);
      }
    }
  });
  after(async () => {
    for (const workbench of open) {
      await workbench.close();
    }
    await closeBrowser();
  });
}

export { closeBrowser };

/** Starts VS Code and opens a window on a folder; resolves when it is drawn and the extension host runs. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const workspace = options.workspace ?? (await unpackFixture('taxi-duration'));
  const bridge = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lens-bridge-')), 'socket');
  const ends: End[] = [() => fs.rmSync(path.dirname(bridge), { recursive: true, force: true })];
  const start: Start = { options, workspace, bridge, ends };
  const version = options.version ?? testedVersion();
  try {
    const page = await (version === 'desktop' ? openDesktop(start) : openInBrowser(start, version));
    const workbench = new Workbench(version, workspace, page, bridge, ends);
    open.add(workbench);
    await page.locator('.monaco-workbench .part.editor').waitFor();
    await until(
      () => fs.existsSync(bridge),
      90_000,
      () => 'The extension host did not start.',
    );
    return workbench;
  } catch (error) {
    for (const end of ends) {
      await end();
    }
    throw error;
  }
}

type End = () => Promise<void> | void;
interface Start {
  options: WorkbenchOptions;
  workspace: string;
  bridge: string;
  /** What to call at the end, in order. */
  ends: End[];
}

async function openInBrowser(
  { options, workspace, bridge, ends }: Start,
  version: ServerVersion,
): Promise<Page> {
  const { extensions, env, workspaceTrust, size, fresh } = options;
  const { page, close } = await openBrowserWindow({
    version,
    extension: ROOT,
    workspace,
    settings: { ...SETTINGS, ...options.settings, 'lensTest.bridge': bridge },
    extensions: [BRIDGE, ...(extensions ?? [])],
    workspaceTrust: workspaceTrust ?? false,
    env,
    size: size ?? { width: 1400, height: 900 },
    shared: !fresh && !extensions && !env && !workspaceTrust,
  });
  ends.unshift(async () => {
    const hostEnds = await watchHost(bridge);
    await close();
    await hostEnds();
  });
  return page;
}

async function openDesktop({ options, workspace, bridge, ends }: Start): Promise<Page> {
  const { startDesktop } = await import('./desktop');
  const window = await startDesktop({
    extension: ROOT,
    testModule: path.join(BRIDGE, 'bridge.js'),
    workspace,
    settings: { ...SETTINGS, ...options.settings },
    env: { ...options.env, LENS_TEST_BRIDGE: bridge },
  });
  ends.unshift(async () => {
    const socket = net.connect(bridge).on('error', () => undefined);
    socket.end('{"end":true}\n');
    await window.stop();
  });
  return window.page;
}

function hidden(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ state: 'hidden', timeout }).then(
    () => true,
    () => false,
  );
}

/** Waits for a condition outside the page. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeout = 30_000,
  message: () => string = () => 'It did not happen in time.',
): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(message());
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
