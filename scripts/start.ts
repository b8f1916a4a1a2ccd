/**
 * `npm start`: VS Code with the extension on a copy of the demo project. The desktop's VS Code where there is one,
 * else one from npm in a browser. Ctrl+C ends everything and removes the copy.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackDemo } from './demo';
import { startServer } from './vscodeServer';

const ROOT = path.resolve(__dirname, '..');
const SETTINGS = { 'workbench.startupEditor': 'none', 'security.workspace.trust.enabled': false };

/** Starts it; the promise settles when its window was closed (a server ends only by `stop`). */
type Running = { ended: Promise<void>; stop: () => Promise<void> };

function startDesktop(folder: string): Running {
  const user = path.join(path.dirname(folder), 'user');
  fs.mkdirSync(path.join(user, 'User'), { recursive: true });
  fs.writeFileSync(path.join(user, 'User/settings.json'), JSON.stringify(SETTINGS));
  const args = [
    '--new-window',
    '--wait',
    '--extensionDevelopmentPath',
    ROOT,
    '--user-data-dir',
    user,
    folder,
  ];
  const child = spawn('code', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  return {
    ended: new Promise((resolve, reject) => child.on('exit', () => resolve()).on('error', reject)),
    stop: async () => {
      child.kill();
      endWindow(path.join(user, 'code.lock'));
    },
  };
}

/** `code` leaves its window behind when it is killed; VS Code writes the window's process id into its profile. */
function endWindow(lock: string): void {
  try {
    process.kill(Number(fs.readFileSync(lock, 'utf8')));
  } catch {
    // It was closed already.
  }
}

async function startInBrowser(folder: string): Promise<Running> {
  const server = await startServer({
    version: '4.139.1',
    extension: ROOT,
    workspace: folder,
    settings: SETTINGS,
    token: randomBytes(16).toString('hex'),
  });
  console.log(
    `\nMLflow Lens runs on the demo project. Open this address in a browser (Ctrl+C ends it):\n\n  ${server.url}\n`,
  );
  return {
    ended: new Promise((resolve) => server.process.on('exit', () => resolve())),
    stop: server.stop,
  };
}

function hasDesktop(): boolean {
  try {
    execFileSync(process.platform === 'win32' ? 'where' : 'which', ['code'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function main(): Promise<void> {
  const demo = unpackDemo();
  let running: Running | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (!stopping) {
      stopping = true;
      await running?.stop();
      demo.remove();
      process.exit();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop());
  }
  try {
    running = hasDesktop() ? startDesktop(demo.folder) : await startInBrowser(demo.folder);
    await running.ended;
  } finally {
    await stop();
  }
}

void main();
