import { spawn } from 'node:child_process';
import * as path from 'node:path';
import type { StoreLocation } from '../stores/uri';

/** Said to every Python that is started: what is imported lies in its installation, never in the working folder. */
export const PYTHON_ENVIRONMENT: Readonly<Record<string, string>> = { PYTHONSAFEPATH: '1' };

const LOOK = `
import importlib.util, sys
if importlib.util.find_spec("mlflow") is None:
    sys.exit(1)
try:
    from importlib.metadata import version
    print(version("mlflow"))
except Exception:
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

/**
 * What `python` is given to serve a store that lies on this machine. MLflow would keep artifacts in its working folder,
 * which is not the store's: so it is told where they are.
 */
export function mlflowUiArguments(location: StoreLocation, version: string, port: number): string[] {
  const folder = path.dirname(location.path ?? '/');
  const artifacts = location.kind === 'files' ? location.uri : path.join(folder, 'mlruns');
  // From 2.0 on it also hands out the artifacts of a server that ran beside the store (reference mlflow.md, B.1).
  const served =
    Number.parseInt(version, 10) >= 2 ? ['--artifacts-destination', path.join(folder, 'mlartifacts')] : [];
  return [
    ...['-m', 'mlflow', 'ui'],
    ...['--backend-store-uri', location.uri],
    ...['--default-artifact-root', artifacts],
    ...served,
    ...['--host', '127.0.0.1', '--port', String(port)],
  ];
}
