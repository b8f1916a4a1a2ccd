import { spawn, type ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import { serverPython, type ServerVersion } from '../../../scripts/mlflowEnvironment';

export interface ServerOptions {
  /** A SQLAlchemy URI; missing: a SQLite file of its own. `postgresql`: a cluster of its own. */
  backend?: string;
  /** Runs `mlflow db upgrade` on the backend first. */
  upgrade?: boolean;
  /** Of what it keeps; missing: a temporary folder, which goes when the server stops. */
  dir?: string;
  port?: number;
  prefix?: string;
  basicAuth?: boolean;
  tls?: boolean;
  workspaces?: boolean;
  workers?: number;
  serveArtifacts?: boolean;
  env?: Readonly<Record<string, string>>;
  /** Passed on to `mlflow server`. */
  args?: readonly string[];
}

/** A real MLflow tracking server that answers. */
export interface RunningServer {
  /** With the prefix. */
  url: string;
  version: ServerVersion;
  dir: string;
  backend: string;
  /** The folder that it keeps artifacts in. */
  artifacts: string;
  username?: string;
  password?: string;
  /** The file with the certificate of its CA. */
  ca?: string;
  stop(): Promise<void>;
}

const LONGEST_START = 360_000;

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGTERM')));

/** Starts a server (start.py), of a version that is installed if it is not there. Fails with the end of its log. */
export async function startServer(
  version: ServerVersion,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const args = [path.join(__dirname, 'start.py'), serverPython(version), version, ...argumentsOf(options)];
  const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      running.delete(child);
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    return { ...(JSON.parse(await firstLine(child)) as Omit<RunningServer, 'stop'>), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function argumentsOf(options: ServerOptions): string[] {
  const { backend, upgrade, dir, port, prefix, basicAuth, tls, workspaces, workers = 1, env = {} } = options;
  const valued = {
    '--backend': backend,
    '--dir': dir,
    '--port': port,
    '--prefix': prefix,
    '--workers': workers,
  };
  const flags = {
    '--upgrade': upgrade,
    '--basic-auth': basicAuth,
    '--tls': tls,
    '--workspaces': workspaces,
    '--no-serve-artifacts': options.serveArtifacts === false,
  };
  return [
    ...Object.entries(valued).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    ...Object.entries(flags).flatMap(([name, isOn]) => (isOn ? [name] : [])),
    ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
    ...(options.args ?? []).map((each) => `--arg=${each}`),
  ];
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    let log = '';
    const late = setTimeout(() => reject(new Error(`The server did not start: ${log}`)), LONGEST_START);
    child.stdout!.on('data', (data: Buffer) => {
      said += data.toString();
      const [line, rest] = said.split('\n', 2);
      if (rest !== undefined) {
        clearTimeout(late);
        resolve(line!);
      }
    });
    child.stderr!.on('data', (data: Buffer) => (log = (log + data.toString()).slice(-4000)));
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`The server ended (${code}): ${log}`));
    });
  });
}
