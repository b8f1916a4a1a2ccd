import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { redactUri } from '../../mlflow/redact';
import { refusedPath } from '../networkPath';

/**
 * The folder on this machine that a recorded artifact location names, links resolved: one that is there, or whose parent
 * is, as MLflow makes it with the first artifact. A store is hostile input: `..` and other machines are refused.
 *
 * @param storeFolder absolute: what a relative location is below
 * @returns a problem as one sentence where artifacts cannot be put there
 */
export function localPlace(location: string, storeFolder: string): { folder: string } | { problem: string } {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(location)?.[1]?.toLowerCase();
  const problem = (why: string): { problem: string } => ({
    problem: `Artifacts of this experiment belong in ${redactUri(location) || 'no folder'}, ${why}.`,
  });
  if (scheme === 'mlflow-artifacts') {
    return problem('which a tracking server keeps: copy to the address of that server');
  }
  if (scheme !== undefined && scheme !== 'file') {
    return problem('which is not written to from here');
  }
  let named: string;
  try {
    named = scheme === 'file' ? fileURLToPath(location.replace(/^file:\/*/i, 'file:///')) : location;
  } catch {
    return problem('which is no folder of this machine');
  }
  const folder = path.resolve(storeFolder, named);
  const isOdd = named === '' || named.includes('\0') || named.split(/[\\/]/).includes('..');
  if (isOdd || refusedPath(folder, [storeFolder])) {
    return problem('which is no folder of this machine');
  }
  const real = realFolder(folder);
  if (real !== null) {
    return { folder: real };
  }
  const [parent, above] = [path.dirname(folder), path.dirname(path.dirname(folder))];
  const base = realFolder(parent);
  if (base !== null && !exists(folder)) {
    return { folder: path.join(base, path.basename(folder)) };
  }
  // A new store's "mlruns" is made with the first artifact as well.
  const root = realFolder(above);
  return root !== null && !exists(parent) && path.basename(parent) === 'mlruns'
    ? { folder: path.join(root, 'mlruns', path.basename(folder)) }
    : problem('which is not on this machine: was the store moved?');
}

function realFolder(folder: string): string | null {
  try {
    return fs.statSync(folder).isDirectory() ? fs.realpathSync(folder) : null;
  } catch {
    return null;
  }
}

function exists(place: string): boolean {
  return fs.lstatSync(place, { throwIfNoEntry: false }) !== undefined;
}
