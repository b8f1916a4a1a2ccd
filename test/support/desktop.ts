/**
 * The same host suites in a desktop VS Code (`npm run test:desktop`): @vscode/test-electron downloads and starts
 * it, playwright connects to its window. `LENS_DESKTOP` names an executable to take instead of a download.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { chromium, type Browser, type Page } from 'playwright-core';
import { freePort } from '../../src/platform/mlflowServer';

export interface DesktopOptions {
  extension: string;
  /** Module whose run() keeps VS Code open until the bridge is told to end. */
  testModule: string;
  workspace: string;
  settings: Record<string, unknown>;
  env: NodeJS.ProcessEnv;
}

export interface DesktopWindow {
  page: Page;
  /** Resolves when VS Code has ended. */
  ended: Promise<unknown>;
  stop: () => Promise<void>;
}

export async function startDesktop(options: DesktopOptions): Promise<DesktopWindow> {
  const user = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-desktop-'));
  fs.mkdirSync(path.join(user, 'User'));
  fs.writeFileSync(path.join(user, 'User/settings.json'), JSON.stringify(options.settings));
  const port = await freePort();
  const executable = process.env.LENS_DESKTOP;
  const ended = runTests({
    ...(executable ? { vscodeExecutablePath: executable } : {}),
    extensionDevelopmentPath: options.extension,
    extensionTestsPath: options.testModule,
    extensionTestsEnv: options.env,
    // The smoke test driver keeps dialogs on the screen, which a test run suppresses otherwise.
    launchArgs: [
      options.workspace,
      `--user-data-dir=${user}`,
      `--extensions-dir=${path.join(user, 'extensions')}`,
      `--remote-debugging-port=${port}`,
      '--enable-smoke-test-driver',
      '--disable-telemetry',
    ],
  });
  let over = false;
  const isOver = (): boolean => over;
  const gone = ended
    .finally(() => (over = true))
    .then(
      (code) => Promise.reject(new Error(`VS Code ended with code ${code} before its window was there.`)),
      (error: Error) => Promise.reject(new Error(`VS Code did not start: ${error.message}`)),
    );
  let browser: Browser | undefined;
  const stop = async (): Promise<void> => {
    await ended.catch(() => undefined);
    await browser?.close().catch(() => undefined);
    fs.rmSync(user, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    browser = await Promise.race([connect(port, isOver), gone]);
    return { page: await Promise.race([workbenchPage(browser, isOver), gone]), ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The download may take minutes, so it asks until VS Code answers or has ended. */
async function connect(port: number, isOver: () => boolean): Promise<Browser> {
  while (!isOver()) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  throw new Error('VS Code ended.');
}

async function workbenchPage(browser: Browser, isOver: () => boolean): Promise<Page> {
  while (!isOver()) {
    const pages = browser.contexts().flatMap((context) => context.pages());
    const page = pages.find((found) => /workbench/.test(found.url()));
    if (page) {
      return page;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('VS Code ended.');
}
