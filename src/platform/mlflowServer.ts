import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import * as path from 'node:path';
import { reportFailure } from '../mlflow/failures';
import { isReadTwoWays } from '../stores/sqliteAddress';
import { withWorkspace } from '../mlflow/workspace';
import { sqliteUri, type StoreLocation } from '../stores/uri';

/** Said to every Python that is started: what is imported lies in its installation, never in the working folder. */
export const PYTHON_ENVIRONMENT: Readonly<Record<string, string>> = { PYTHONSAFEPATH: '1' };

const LOOK = `
import importlib.util, sys
if importlib.util.find_spec("mlflow") is None:
    sys.exit(1)
for name in ("mlflow", "mlflow-skinny"):
    try:
        from importlib.metadata import version
        print(version(name))
        break
    except Exception:
        pass
else:
    print("unknown")
`;
const LOOK_WITHIN = 10_000;

/**
 * Which MLflow a Python would import, told without importing it: "3.17.2", "unknown", or null where it has none.
 *
 * @param python absolute path
 * @param folder where Python is started: `python -c` and `-m` look for modules there first, and Pythons before 3.11
 *   know no other way, so it is a folder of ours, never the store's
 */
export function mlflowVersion(python: string, folder: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(python, ['-c', LOOK], {
      cwd: folder,
      env: { ...process.env, ...PYTHON_ENVIRONMENT },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LOOK_WITHIN,
      windowsHide: true,
    });
    let printed = '';
    child.stdout.on('data', (data: Buffer) => (printed = (printed + data.toString()).slice(0, 100)));
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code === 0 ? printed.trim() : null));
  });
}

/** A TCP port of 127.0.0.1 that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 5000));
    });
  });
}

/**
 * Names under which MLflow keeps artifacts beside a store. They are linked into a folder in which Python is started, so
 * they are none that anything imports.
 */
const ARTIFACT_FOLDERS = ['mlruns', 'mlartifacts', 'artifacts'];

/**
 * The folder to start `mlflow ui` in, made where it is not there: one of ours for each store, with nothing in it but links to
 * the folders of artifacts beside the store. Stores of MLflow 1.x record artifacts as `./mlruns/0/…`, relative to the
 * folder that MLflow runs in. That cannot be the store's: gunicorn and uvicorn, by which MLflow serves, look for modules and
 * settings (`gunicorn.conf.py`) in their working folder even where Python itself is told not to.
 *
 * @param base absolute, a folder of ours which is there
 */
export async function uiFolder(base: string, location: StoreLocation): Promise<string> {
  const folder = path.join(
    base,
    createHash('sha256').update(withWorkspace(location.uri, null)).digest('hex').slice(0, 16),
  );
  await fs.mkdir(folder, { recursive: true });
  for (const name of ARTIFACT_FOLDERS) {
    const target = path.join(path.dirname(location.path ?? '/'), name);
    try {
      await linkTo(target, path.join(folder, name));
    } catch (error) {
      // Without it relative artifacts are not shown; all else is.
      reportFailure(error);
    }
  }
  return folder;
}

/**
 * The URI by which MLflow finds a store. A name with a `%41` in it is another one for SQLAlchemy from 2.1 on, and one with
 * `%2541` for those before: such a file is named by a link, which SQLite follows to the file and its journals.
 *
 * @param folder that `uiFolder` made
 */
export async function uiStoreUri(folder: string, { kind, path: file, uri }: StoreLocation): Promise<string> {
  const own = withWorkspace(uri, null);
  if (kind !== 'sqlite' || file === null || !isReadTwoWays(file)) {
    return own;
  }
  const link = path.join(folder, 'store.db');
  try {
    await unlinked(link);
    await fs.symlink(file, link, 'file');
    return sqliteUri(link);
  } catch (error) {
    // Windows makes such links for few users: MLflow with an older SQLAlchemy finds it all the same.
    reportFailure(error);
    return own;
  }
}

/** What a page of MLflow's UI is of; nothing of it: its first page. */
export interface UiPage {
  experimentId?: string;
  /** Only with its experiment. */
  runId?: string;
  /** MLflow's UI keeps one in its address, and asks for one where there is none; null where there are none. */
  workspace: string | null;
}

/**
 * The address of a page of MLflow's UI: what it shows stands behind the `#`, whatever it is served below
 * (mlflow/server/js/src/experiment-tracking/routes.ts).
 *
 * @param server where it is served, with its prefix, without a slash at the end
 */
export function uiAddress(server: string, { experimentId, runId, workspace }: UiPage): string {
  const experiment = experimentId === undefined ? '' : `/${encodeURIComponent(experimentId)}`;
  const run = runId === undefined ? '' : `/runs/${encodeURIComponent(runId)}`;
  const query = workspace === null ? '' : `?${new URLSearchParams({ workspace }).toString()}`;
  const isFirst = experiment + query === '';
  return `${server}/${isFirst ? '' : `#/experiments${experiment}${run}${query}`}`;
}

/** Takes a link away, where there is one. */
async function unlinked(link: string): Promise<void> {
  const isThere = await fs.lstat(link).then(
    () => true,
    () => false,
  );
  if (isThere) {
    await fs.rm(link);
  }
}

/** Makes the link where its target is a folder, else takes it away. */
async function linkTo(target: string, link: string): Promise<void> {
  const there = await fs.readlink(link).catch(() => null);
  const isFolder = await fs.stat(target).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
  if (isFolder && there !== null && path.resolve(there) === target) {
    return;
  }
  await unlinked(link);
  if (isFolder) {
    // On Windows a link to a folder that needs no rights.
    await fs.symlink(target, link, 'junction');
  }
}

/**
 * What MLflow's server is told by its environment. MLflow 3.13 and later opens an mlruns folder only where this says so
 * (FileStore.__init__ of mlflow/store/tracking/file_store.py; reference mlflow.md, B.1).
 */
export function uiEnvironment({ kind }: StoreLocation): Readonly<Record<string, string>> {
  return kind === 'files' ? { ...PYTHON_ENVIRONMENT, MLFLOW_ALLOW_FILE_STORE: 'true' } : PYTHON_ENVIRONMENT;
}

/** Does what `python -m mlflow` does, with arguments that come as JSON. */
const START =
  'import json, runpy, sys; sys.argv[1:] = json.loads(sys.argv[1]); runpy.run_module("mlflow", run_name="__main__", alter_sys=True)';

/**
 * What `python` is given to serve a store that lies on this machine. MLflow would keep artifacts in its working folder,
 * which is not the store's: so it is told where they are. No `$` is in it: in arguments of a terminal VS Code puts
 * variables in the place of `${env:…}` and its like, which a folder may be called.
 *
 * @param workspaces the store has several: MLflow does not start on one without being told (mlflow.md, A.1 rule 9)
 */
export function mlflowUiArguments(
  location: StoreLocation,
  version: string,
  port: number,
  uri: string = withWorkspace(location.uri, null),
  workspaces = location.workspace !== null,
): string[] {
  const folder = path.dirname(location.path ?? '/');
  const artifacts = location.kind === 'files' ? location.uri : path.join(folder, 'mlruns');
  // From 2.0 on it also hands out the artifacts of a server that ran beside the store (reference mlflow.md, B.1), and has
  // several processes to answer: for one user one starts several times sooner, and on a busy machine uvicorn gives up
  // those of several that start late.
  const since2 =
    Number.parseInt(version, 10) >= 2
      ? ['--artifacts-destination', path.join(folder, 'mlartifacts'), '--workers', '1']
      : [];
  const words = [
    'ui',
    ...['--backend-store-uri', uri],
    ...['--default-artifact-root', artifacts],
    ...since2,
    ...(workspaces ? ['--enable-workspaces'] : []),
    ...['--host', '127.0.0.1', '--port', String(port)],
  ];
  return ['-c', START, JSON.stringify(words).replaceAll('$', '\\u0024')];
}
