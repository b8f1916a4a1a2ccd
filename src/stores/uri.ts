import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { StoreError } from '../mlflow/errors';
import { shellWord } from '../mlflow/commandLine';
import { isSecretName, redactUri } from '../mlflow/redact';
import type { StoreKind } from '../mlflow/store';
import { withWorkspace, workspaceOf } from '../mlflow/workspace';

export { isServerUri } from '../mlflow/workspace';
import { sqliteFile, unquoted } from './sqliteAddress';

export interface StoreLocation {
  kind: StoreKind;
  /**
   * The store's identity everywhere: `sqlite:////abs/mlflow.db`, `file:///abs/mlruns`, `http://host:5000`, with
   * `?workspace=NAME` where it is another one than `default`. No user and no password is part of it.
   */
  uri: string;
  /** Absolute; null for a server. */
  path: string | null;
  /** The workspace that is named in it (`?workspace=NAME`); null where none is, which is `default`. */
  workspace: string | null;
  /** The text held a user, a password or a token, which are not kept. */
  hadCredentials: boolean;
}

/** Of MLflow's column (reference mlflow.md, A.3), and more: what is stored need not keep to it. */
const LONGEST_WORKSPACE = 250;

/** Longer than any path or address that works; what reads a URI may then take time that grows with its square. */
const LONGEST_URI = 4096;

/** What `redactUri` leaves of a server whose host nobody can tell: it names a row of the list and is never contacted. */
const REDACTED = /^(?:https?:[/\\]*)?…@/i;

/**
 * Reads a tracking URI as MLflow does (mlflow/tracking/_tracking_service/utils.py): `sqlite:///relative.db`,
 * `sqlite:////absolute.db`, a folder, `file:…`, `http(s)://…`. A plain path to a file is taken for SQLite. A `~` is the
 * home folder in a plain path only: in a URI it is a letter, as to MLflow.
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
  if (trimmed.length > LONGEST_URI) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `The tracking URI has ${trimmed.length} characters: at most ${LONGEST_URI} can be opened.`,
    );
  }
  if (REDACTED.test(trimmed)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `"${redactUri(trimmed)}" is what was left of a tracking URI without its password: add the store again by its address.`,
    );
  }
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(trimmed)?.[1]?.toLowerCase();
  if (trimmed.toLowerCase() === 'databricks') {
    throw new StoreError('UNSUPPORTED', unsupported(trimmed, 'databricks'));
  }
  if (scheme === undefined || /^[a-zA-Z]:[\\/]/.test(trimmed)) {
    return fromPath(trimmed, base);
  }
  if (scheme === 'sqlite' || scheme === 'sqlite+pysqlite') {
    const file = sqliteFile(trimmed, base);
    if (file === undefined) {
      throw new StoreError(
        'UNSUPPORTED',
        `"${redactUri(trimmed)}" does not name a file: write sqlite:///relative/path.db or sqlite:////absolute/path.db.`,
      );
    }
    return sqliteLocation(file, namedWorkspace(new URLSearchParams(/\?(.*)$/s.exec(trimmed)?.[1] ?? '')));
  }
  if (scheme === 'file') {
    return filesLocation(fileUriPath(trimmed, base));
  }
  if (scheme === 'http' || scheme === 'https') {
    return serverLocation(trimmed, scheme);
  }
  throw new StoreError('UNSUPPORTED', unsupported(trimmed, scheme));
}

/** The URI of a file. Throws StoreError where none can name it. */
export function sqliteUri(file: string): string {
  return sqliteLocation(path.resolve(file)).uri;
}

/** The URI of an mlruns folder, whatever it is called. */
export function folderUri(folder: string): string {
  return filesLocation(path.resolve(folder)).uri;
}

/**
 * The identity of the store that a text names, also where such a store cannot be opened: then the text itself,
 * without its secrets.
 */
export function storeIdentity(text: string, base: string): string {
  try {
    return parseStoreUri(text, base).uri;
  } catch {
    return redactUri(text.trim()).slice(0, LONGEST_URI);
  }
}

/** The last part of the path, or the host, and the workspace where one is named: what the store is called. */
export function storeName(uri: string): string {
  const workspace = /^(?:sqlite|https?):/.test(uri) ? workspaceOf(uri) : null;
  return workspace === null ? ownName(uri) : `${ownName(withWorkspace(uri, null))} · ${workspace}`;
}

function ownName(uri: string): string {
  const shown = redactUri(uri);
  if (/^https?:/.test(shown)) {
    return shown.replace(/^https?:\/\//, '');
  }
  if (!/^(sqlite|file):/.test(shown) && /^[\w+.-]+:\/\//.test(shown)) {
    return shown;
  }
  return path.posix.basename(shown.replace(/\\/g, '/')) || shown;
}

/** null where none is named. Throws StoreError for what can be none. */
function namedWorkspace(query: URLSearchParams): string | null {
  const workspace = query.get('workspace');
  if (workspace !== null && (workspace.includes('\0') || workspace.length > LONGEST_WORKSPACE)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `A workspace's name has at most ${LONGEST_WORKSPACE} characters.`,
    );
  }
  return workspace === '' ? null : workspace;
}

function sqliteLocation(file: string, workspace: string | null = null): StoreLocation {
  if (/[?\0]/.test(file) || file !== file.trimEnd()) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `A tracking URI cannot name the file ${redactUri(file)}, as it ends at a "?" and at trailing spaces: rename the file.`,
    );
  }
  // Elsewhere a backslash is a letter of a name.
  const slashes = path.sep === '\\' ? file.replaceAll('\\', '/') : file;
  const uri = withWorkspace(`sqlite:///${slashes}`, workspace);
  return { kind: 'sqlite', uri, path: file, workspace: workspaceOf(uri), hadCredentials: false };
}

function filesLocation(folder: string): StoreLocation {
  return {
    kind: 'files',
    uri: pathToFileURL(folder).href,
    path: folder,
    workspace: null,
    hadCredentials: false,
  };
}

/**
 * `scheme://host[:port][/path]`, and `?workspace=NAME`, which is part of a server's store. An `@` after the host may
 * be the end of a password that holds a `/`, `?` or `#`: what the host is then nobody can tell.
 */
function serverLocation(text: string, scheme: string): StoreLocation {
  const rest = text.replace(/^https?:[/\\]*/i, '');
  const end = rest.search(/[/?#\\]/);
  if (end >= 0 && rest.includes('@', end)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `"${redactUri(text)}" holds an "@" after the host: write it as %40, and "/", "?" and "#" of a password as %2F, %3F and %23.`,
    );
  }
  let url: URL;
  try {
    url = new URL(`${scheme}://${rest}`);
  } catch {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `"${redactUri(text)}" is not the address of a tracking server: write http://host:port.`,
    );
  }
  let path = url.pathname;
  while (path.endsWith('/')) {
    path = path.slice(0, -1);
  }
  const parameters = [...url.searchParams];
  const secret = parameters.findIndex(([name]) => isSecretName(name));
  // What follows a secret may be its end.
  const safe = secret < 0 ? parameters : parameters.slice(0, secret);
  const workspace = safe.find(([name]) => name === 'workspace')?.[1] ?? null;
  return {
    kind: 'rest',
    uri: withWorkspace(`${url.protocol}//${url.host}${path}`, workspace),
    path: null,
    workspace,
    hadCredentials: url.username !== '' || url.password !== '' || secret >= 0,
  };
}

function fromPath(text: string, base: string): StoreLocation {
  const resolved = path.resolve(base, expandHome(text));
  return /\.(db|sqlite3?|db3)$/i.test(resolved) ? sqliteLocation(resolved) : filesLocation(resolved);
}

function fileUriPath(uri: string, base: string): string {
  const relative = /^file:([^/\\?#][^?#]*)/i.exec(uri)?.[1];
  if (relative !== undefined) {
    return path.resolve(base, unquoted(relative));
  }
  try {
    if (/^file:\/\/[^/]/i.test(uri) && uri.includes('@')) {
      throw new TypeError('A file has no user or password.');
    }
    const isShare = process.platform === 'win32' && /^file:\/\/[^/]/i.test(uri);
    return path.resolve(
      fileURLToPath(isShare || /^file:\/\/\//i.test(uri) ? uri : uri.replace(/^file:\/*/i, 'file:///')),
    );
  } catch {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `"${redactUri(uri)}" is not a file URI that this machine can read.`,
    );
  }
}

function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(os.homedir(), file.slice(2)) : file;
}

function unsupported(uri: string, scheme: string): string {
  if (/^(postgresql|postgres|mysql|mssql|oracle)/.test(scheme)) {
    return `${scheme}:// databases are read through a tracking server: start "mlflow server --backend-store-uri ${shellWord(redactUri(uri))}" and add its http:// address.`;
  }
  if (scheme.startsWith('databricks')) {
    return 'Databricks workspaces cannot be opened here, as they speak an API of their own: use the workspace\'s own page, or copy its experiments to an MLflow server by "mlflow-export-import".';
  }
  if (scheme === 'azureml') {
    return 'Azure Machine Learning workspaces cannot be opened here, as only a plugin of MLflow\'s Python client speaks to them: use Azure\'s studio, or copy the experiments to an MLflow server by "mlflow-export-import".';
  }
  if (/^arn$/.test(scheme)) {
    return "Tracking servers of Amazon SageMaker cannot be opened here, as each request to them is signed by a plugin of MLflow's Python client: open them from SageMaker Studio.";
  }
  if (/^(?:s3a?|gs|wasbs?|abfss?|hdfs|dbfs|mlflow-artifacts|runs|models)$/.test(scheme)) {
    return `"${scheme}:" names a place of artifacts, not a tracking store: give the address of the server, SQLite file or folder that records the runs.`;
  }
  // Without slashes the scheme may be the user of a "user:password@host".
  const named = /^[^:]+:\/\//.test(uri) ? `${scheme}:` : redactUri(uri);
  return `"${named}" is not a kind of store that can be opened here: use a SQLite file, an mlruns folder or an http(s):// server.`;
}
