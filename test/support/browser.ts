/**
 * A Chromium to test in: one that is on the machine (Chromium, Chrome, Edge), else the one that npm brought
 * (@sparticuz/chromium). `LENS_BROWSER` names another.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

interface Executable {
  path: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Starts it headless. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const { path, args, env } = await findBrowser();
  return chromium.launch({
    executablePath: path,
    args: ['--disable-gpu', '--font-render-hinting=none', ...args],
    env: definedOnly(env),
    // Chromium refuses its sandbox to root, and containers have none to give.
    chromiumSandbox: false,
  });
}

/** The path and what it needs. Unpacks npm's browser the first time, so call it once before suites start together. */
export async function findBrowser(): Promise<Executable> {
  const named = process.env.LENS_BROWSER;
  const installed =
    named ?? COMMANDS.map(onPath).find(Boolean) ?? APPLICATIONS.find((file) => fs.existsSync(file));
  if (installed) {
    return { path: installed, args: [], env: process.env };
  }
  brought ??= fromNpm();
  return brought;
}

function onPath(command: string): string | undefined {
  try {
    const finder = process.platform === 'win32' ? 'where' : 'which';
    return execFileSync(finder, [command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split(/\r?\n/)[0]
      ?.trim();
  } catch {
    return undefined;
  }
}

/** The package says what its browser needs, fonts and all, only when it is loaded: the first time of a process. */
let brought: Promise<Executable> | undefined;

/** The package changes this process's environment; only the browser may see that, not git or python beside it. */
async function fromNpm(): Promise<Executable> {
  const before = { ...process.env };
  // Without this it leaves out libnss3 and libnspr4, which a bare machine has not.
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    const path = await packed.executablePath();
    return { path, args: ['--headless=shell'], env: { ...process.env } };
  } finally {
    process.env = before;
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
