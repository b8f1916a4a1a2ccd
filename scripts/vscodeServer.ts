/**
 * A real VS Code from npm, for tests and for `npm start` where no desktop VS Code is installed: the server
 * inside code-server, run directly. It lives in a cache folder of its own, never in devDependencies.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** code-server's version is VS Code's with a 4 in front; each wants its own Node. */
export const VERSIONS = [
  // With the smoke test driver this one shows no dialogs; the newer ones need it to load an extension under development.
  { version: '4.100.3', node: 20, flags: [] },
  { version: '4.139.1', node: 24, flags: ['--enable-smoke-test-driver'] },
] as const;

export type ServerVersion = (typeof VERSIONS)[number]['version'];

export interface ServerOptions {
  version: ServerVersion;
  /** Folder of the extension under development. */
  extension: string;
  /** Folder to open. */
  workspace: string;
  /** The user's settings.json. */
  settings?: Record<string, unknown>;
  /** Extensions to install, each an unpacked folder. */
  extensions?: string[];
  /** File whose `run()` is called inside the extension host. */
  extensionTestsPath?: string;
  /** Secret in the URL; missing: none, which gives every local user a shell, so in tests only. */
  token?: string;
  /** Ask whether the folder is trusted, as a desktop does. */
  workspaceTrust?: boolean;
  port?: number;
  env?: NodeJS.ProcessEnv;
}

export interface VsCodeServer {
  url: string;
  /** The address of a window on another folder. */
  urlOf(workspace: string): string;
  /** What the server and its extension host printed. */
  log(): string;
  process: ChildProcess;
  /** Settings, state and logs; gone after `stop`. */
  dataFolder: string;
  stop: () => Promise<void>;
}

/** `MLFLOW_LENS_CACHE`, else a folder of the user's cache. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  return process.env.MLFLOW_LENS_CACHE ?? path.join(base, 'mlflow-lens');
}

/** Installs what is not there yet. Prints what takes time. Returns the server's script and its Node. */
export function installServer(version: ServerVersion): { script: string; node: string } {
  const known = VERSIONS.find((entry) => entry.version === version)!;
  const folder = installed(`code-server-${version}`, (target) => {
    npmInstall(target, ['--ignore-scripts', `code-server@${version}`]);
    npmInstall(path.join(target, 'node_modules/code-server/lib/vscode'), ['--omit=dev', '--ignore-scripts']);
  });
  return {
    script: path.join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
    node: nodeOf(known.node),
  };
}

/** Starts VS Code on a folder and resolves when it listens. */
export async function startServer(options: ServerOptions): Promise<VsCodeServer> {
  const { script, node } = installServer(options.version);
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-vscode-'));
  const user = path.join(data, 'user');
  const extensions = path.join(data, 'extensions');
  fs.mkdirSync(path.join(user, 'User'), { recursive: true });
  fs.writeFileSync(path.join(user, 'User/settings.json'), JSON.stringify(options.settings ?? {}, null, 2));
  fs.mkdirSync(extensions);
  for (const folder of options.extensions ?? []) {
    fs.cpSync(folder, path.join(extensions, path.basename(folder)), { recursive: true });
  }
  const args = [
    ...[script, '--host', '127.0.0.1', '--port', String(options.port ?? 0)],
    ...(options.token ? ['--connection-token', options.token] : ['--without-connection-token']),
    ...['--accept-server-license-terms', '--disable-telemetry'],
    ...VERSIONS.find(({ version }) => version === options.version)!.flags,
    ...['--server-data-dir', data, '--user-data-dir', user, '--extensions-dir', extensions],
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
  ];
  // A process group of its own: its extension hosts and terminals end with it.
  const child = spawn(node, args, {
    env: { ...process.env, ...options.env, VSCODE_IPC_HOOK_CLI: '', NODE_OPTIONS: '' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const stop = async (): Promise<void> => {
    await endGroup(child);
    fs.rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const port = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`VS Code did not listen within 60 s.\n${log}`)),
        60_000,
      );
      const hear = (chunk: Buffer): void => {
        log += chunk.toString();
        const match = /Extension host agent listening on (\d+)/.exec(log);
        if (match) {
          clearTimeout(timer);
          resolve(match[1]!);
        }
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`VS Code ended with code ${code}.\n${log}`)));
    });
    const urlOf = (workspace: string): string => pageUrl(port, { ...options, workspace });
    return {
      url: urlOf(options.workspace),
      urlOf,
      log: () => log,
      process: child,
      dataFolder: data,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function pageUrl(port: string, options: ServerOptions): string {
  const remote = (file: string): string => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  const payload = [
    ['extensionDevelopmentPath', remote(options.extension)],
    ...(options.extensionTestsPath ? [['extensionTestsPath', remote(options.extensionTestsPath)]] : []),
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({
    folder: path.resolve(options.workspace),
    payload: JSON.stringify(payload),
    ...(options.token ? { tkn: options.token } : {}),
  });
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) {
    return;
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const alive = child.exitCode === null && child.signalCode === null;
  killGroup(child.pid, 'SIGTERM');
  if (alive) {
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3000))]);
  }
  killGroup(child.pid, 'SIGKILL');
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** A folder of the cache, made by `make` once; a half-made one is never taken for whole. */
export function installed(name: string, make: (target: string) => void): string {
  const folder = path.join(cacheFolder(), name);
  if (!fs.existsSync(folder)) {
    console.error(`Installing ${name} into ${cacheFolder()}…`);
    fs.mkdirSync(cacheFolder(), { recursive: true });
    const target = fs.mkdtempSync(`${folder}.part-`);
    make(target);
    try {
      fs.renameSync(target, folder);
    } catch (error) {
      // Another process was faster: its copy is as good.
      fs.rmSync(target, { recursive: true, force: true });
      if (!fs.existsSync(folder)) {
        throw error;
      }
    }
  }
  return folder;
}

function npmInstall(folder: string, args: string[]): void {
  if (!fs.existsSync(path.join(folder, 'package.json'))) {
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  }
  // npm hands its own settings down as npm_…; this install must not take them for its own.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_(package|lifecycle|command|execpath)/.test(key)),
  );
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/** This process's Node if it is of that version, else one from npm. */
function nodeOf(major: number): string {
  if (process.versions.node.startsWith(`${major}.`)) {
    return process.execPath;
  }
  const folder = installed(`node-${major}`, (target) => npmInstall(target, [`node@${major}`]));
  return path.join(folder, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
}
