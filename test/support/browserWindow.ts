/**
 * Windows of a VS Code server in Chromium, for the host tests. Windows of a process share one server and one browser
 * profile, one after the other: only the first pays for the start and fills the browser's caches. Before the next one
 * opens, all that a window left is removed: its extension host, what VS Code keeps in the browser, its settings and
 * what extensions stored on the server.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startServer, type ServerOptions, type VsCodeServer } from '../../scripts/vscodeServer';
import { launchBrowser } from './browser';

export interface WindowOptions extends ServerOptions {
  size: { width: number; height: number };
  /** Whether the server may be one that other windows use before and after. */
  shared: boolean;
}

export interface BrowserWindow {
  page: Page;
  close: () => Promise<void>;
}

interface Shared {
  server: VsCodeServer;
  context: BrowserContext;
}

let browser: Promise<Browser> | undefined;
let shared: Promise<Shared> | undefined;
let taken = false;

/** Opens a window on `workspace`; a shared one while no other shared one is open. */
export async function openBrowserWindow(options: WindowOptions): Promise<BrowserWindow> {
  return options.shared && !taken ? openShared(options) : openAlone(options);
}

/** Ends the browser and the server that was shared. */
export async function closeBrowser(): Promise<void> {
  await (await shared)?.server.stop();
  shared = undefined;
  await (await browser)?.close();
  browser = undefined;
}

async function openAlone(options: WindowOptions): Promise<BrowserWindow> {
  const { server, context } = await startWindow(options);
  const close = async (): Promise<void> => {
    await context.close();
    await server.stop();
  };
  try {
    const page = await context.newPage();
    await page.setViewportSize(options.size);
    await page.goto(server.url);
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openShared(options: WindowOptions): Promise<BrowserWindow> {
  taken = true;
  try {
    shared ??= startWindow(options);
    const { server, context } = await shared.catch((error: unknown) => {
      shared = undefined;
      throw error;
    });
    const page = await context.newPage();
    await page.setViewportSize(options.size);
    const url = server.urlOf(options.workspace);
    await forget(page, new URL(url).origin);
    const user = path.join(server.dataFolder, 'user/User');
    fs.rmSync(user, { recursive: true, force: true });
    fs.mkdirSync(user);
    fs.writeFileSync(path.join(user, 'settings.json'), JSON.stringify(options.settings));
    await page.goto(url);
    return {
      page,
      close: async () => {
        // Leaving the page tells the server that the window is gone; a closed tab may as well be asleep.
        await page.goto('about:blank');
        // Others are what the window opened outside of VS Code.
        await Promise.all(context.pages().map((opened) => opened.close()));
        taken = false;
      },
    };
  } catch (error) {
    taken = false;
    throw error;
  }
}

async function startWindow(options: WindowOptions): Promise<Shared> {
  const server = await startServer(options);
  try {
    return { server, context: await newContext() };
  } catch (error) {
    // A browser that does not start leaves no server behind.
    await server.stop();
    throw error;
  }
}

async function newContext(): Promise<BrowserContext> {
  browser ??= launchBrowser();
  const context = await (await browser).newContext();
  // Two cores run VS Code, its extension host and the browser.
  context.setDefaultTimeout(60_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}

/** Removes what VS Code keeps in the browser; its scripts stay in the cache. */
async function forget(page: Page, origin: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', {
    origin,
    storageTypes: 'cookies,local_storage,indexeddb,file_systems',
  });
  await session.detach();
}
