import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { StoreError } from '../mlflow/errors';
import type { StoreKind } from '../mlflow/store';

export interface StoreLocation {
  kind: StoreKind;
  /** The store's identity everywhere: `sqlite:////abs/mlflow.db`, `file:///abs/mlruns`, `http://host:5000`. */
  uri: string;
  /** Absolute; null for a server. */
  path: string | null;
}

/**
 * Reads a tracking URI as MLflow does (mlflow/tracking/_tracking_service/utils.py): `sqlite:///relative.db`,
 * `sqlite:////absolute.db`, a folder, `file:…`, `http(s)://…`. A plain path to a file is taken for SQLite.
 *
 * @param base the folder that relative paths start from
 * @throws StoreError UNSUPPORTED for a kind that cannot be opened here
 */
export function parseStoreUri(text: string, base: string): StoreLocation {
  const trimmed = text.trim();
  if (trimmed === '') {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'The tracking URI is empty: give a path, sqlite:///… or http://….',
    );
  }
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(trimmed)?.[1]?.toLowerCase();
  if (trimmed.toLowerCase() === 'databricks') {
    throw new StoreError('UNSUPPORTED', unsupported(trimmed, 'databricks'));
  }
  if (scheme === undefined || /^[a-zA-Z]:[\\/]/.test(trimmed)) {
    return fromPath(trimmed, base);
  }
  if (scheme === 'sqlite') {
    const match = /^sqlite:\/\/\/(.+)$/is.exec(trimmed);
    const file = match?.[1]?.replace(/\?.*$/s, '');
    if (!file || file === ':memory:') {
      throw new StoreError(
        'UNSUPPORTED',
        `"${trimmed}" names no file: write sqlite:///relative/path.db or sqlite:////absolute/path.db.`,
      );
    }
    return sqliteLocation(path.resolve(base, expandHome(file)));
  }
  if (scheme === 'file') {
    return filesLocation(fileUriPath(trimmed));
  }
  if (scheme === 'http' || scheme === 'https') {
    return { kind: 'rest', uri: trimmed.replace(/\/+$/, ''), path: null };
  }
  throw new StoreError('UNSUPPORTED', unsupported(trimmed, scheme));
}

export function sqliteUri(file: string): string {
  return sqliteLocation(path.resolve(file)).uri;
}

/** The last part of the path, or the host: what a tree calls the store. */
export function storeName(uri: string): string {
  if (/^https?:/.test(uri)) {
    return uri.replace(/^https?:\/\//, '');
  }
  if (!/^(sqlite|file):/.test(uri) && /^[\w+.-]+:\/\//.test(uri)) {
    return uri;
  }
  return path.posix.basename(uri.replace(/\\/g, '/')) || uri;
}

function sqliteLocation(file: string): StoreLocation {
  return { kind: 'sqlite', uri: `sqlite:///${file.replace(/\\/g, '/')}`, path: file };
}

function filesLocation(folder: string): StoreLocation {
  return { kind: 'files', uri: pathToFileURL(folder).href, path: folder };
}

function fromPath(text: string, base: string): StoreLocation {
  const resolved = path.resolve(base, expandHome(text));
  return /\.(db|sqlite3?|db3)$/i.test(resolved) ? sqliteLocation(resolved) : filesLocation(resolved);
}

function fileUriPath(uri: string): string {
  try {
    return path.resolve(
      fileURLToPath(/^file:\/\/\//i.test(uri) ? uri : uri.replace(/^file:\/*/i, 'file:///')),
    );
  } catch {
    throw new StoreError('INVALID_PARAMETER_VALUE', `"${uri}" is not a file URI that this machine can read.`);
  }
}

function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(os.homedir(), file.slice(2)) : file;
}

function unsupported(uri: string, scheme: string): string {
  if (/^(postgresql|postgres|mysql|mssql|oracle)/.test(scheme)) {
    return `${scheme}:// databases are read through a tracking server: start "mlflow server --backend-store-uri ${redact(uri)}" and add its http:// address.`;
  }
  if (scheme.startsWith('databricks')) {
    return 'Databricks workspaces cannot be opened here: MLflow Lens reads SQLite files, mlruns folders and tracking servers.';
  }
  return `"${scheme}:" is not a kind of store that can be opened here: use a SQLite file, an mlruns folder or an http(s):// server.`;
}

function redact(uri: string): string {
  return uri.replace(/\/\/[^@/]*@/, '//…@');
}
