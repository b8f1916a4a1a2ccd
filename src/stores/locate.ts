import type { Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parseDotenv } from '../mlflow/dotenv';
import { StoreError, toStoreError } from '../mlflow/errors';
import { hasMlflowTables } from './sqliteHeader';
import { refusedPath } from './networkPath';
import { folderUri, isServerUri, parseStoreUri, storeIdentity } from './uri';

export interface LocatedStore {
  uri: string;
  /** For the tooltip: where it was found. */
  origin: string;
  /** Why it cannot be opened, where that is known from its URI already. */
  error: StoreError | null;
}

export interface LocateOptions {
  /** Absolute paths. */
  folders: readonly string[];
  /** How many folders deep to look; 0 is the workspace folder itself. */
  depth: number;
  env: Readonly<Record<string, string | undefined>>;
  /** The other machine that a path leads to; that of Windows' rules if missing. */
  hostOf?: (file: string) => string | null;
  signal?: AbortSignal;
}

const SKIPPED = new Set([
  'node_modules',
  'site-packages',
  '__pycache__',
  'venv',
  'env',
  'envs',
  'virtualenv',
  'mlartifacts',
  'wandb',
  'dist',
  'build',
]);
const MAX_ENTRIES = 20_000;
/** Entries of a folder that are looked at in one turn. */
const AT_ONCE = 500;
const MAX_SOURCES = 1_000;
const MAX_SOURCE_BYTES = 1 << 20;
/** Of a `.env`, bytes: it is read as a whole, between two looks at the folder. */
const MAX_ENV_BYTES = 1 << 18;
/** Of one file of code. */
const MAX_URIS = 20;

/**
 * The stores of a workspace, as design.md section 1 lists them: the environment, `.env`, SQLite files and
 * mlruns folders by their content, and literal `set_tracking_uri("sqlite:///…")`. Bounded in depth and number;
 * what cannot be read is passed over.
 */
export async function locateStores(options: LocateOptions): Promise<LocatedStore[]> {
  const found = new Map<string, LocatedStore>();
  const named = (text: string, base: string, origin: string): LocatedStore =>
    heldBack(locate(text, base, origin), options.folders, options.hostOf);
  /** Of a file of the workspace. */
  const written = (text: string, base: string, origin: string): LocatedStore =>
    notContacted(named(text, base, origin));
  const keep = (located: LocatedStore): void => {
    if (!found.has(located.uri)) {
      found.set(located.uri, located);
    }
  };
  const add = (text: string, base: string, origin: string): void => keep(written(text, base, origin));
  const addExisting = async (text: string, base: string, origin: string): Promise<void> => {
    const located = written(text, base, origin);
    const held = located.error?.code === 'ON_ANOTHER_MACHINE';
    if (held || (located.error === null && (await exists(parseStoreUri(located.uri, '/').path)))) {
      keep(located);
    }
  };
  const base = options.folders[0] ?? process.cwd();
  for (const name of URI_VARIABLES) {
    const value = options.env[name];
    if (value) {
      keep(named(asMlflowReads(value), base, `from ${name}`));
    }
  }
  const budget = { entries: MAX_ENTRIES, sources: MAX_SOURCES };
  for (const folder of options.folders) {
    await walk(folder, folder, options.depth, budget, { add, addExisting }, options.signal);
  }
  return [...found.values()];
}

/** Reads a URI; one of a kind that cannot be opened is listed with its reason. */
export function locate(text: string, base: string, origin: string): LocatedStore {
  try {
    const { uri, hadCredentials } = parseStoreUri(text, base);
    return {
      uri,
      origin: hadCredentials ? `${origin}, without the user and password that it holds` : origin,
      error: null,
    };
  } catch (error) {
    return { uri: storeIdentity(text, base), origin, error: toStoreError(error) };
  }
}

/** The same store, not to be opened where it lies on another machine that the user has not opened anything of. */
export function heldBack(
  located: LocatedStore,
  opened: readonly string[],
  hostOf?: (file: string) => string | null,
): LocatedStore {
  const file = located.error === null ? parseStoreUri(located.uri, '/').path : null;
  return file === null ? located : { ...located, error: refusedPath(file, opened, hostOf) };
}

/**
 * The same, not to be contacted where it is a server: a file of the workspace names it, which may come from anybody. It
 * is listed, and asked nothing before the user connects to it.
 */
export function notContacted(located: LocatedStore): LocatedStore {
  return located.error === null && isServerUri(located.uri)
    ? {
        ...located,
        error: new StoreError(
          'ON_ANOTHER_MACHINE',
          `A file of this workspace names the server ${located.uri}, so it is not asked anything before you connect to it.`,
        ),
      }
    : located;
}

interface Found {
  add(this: void, text: string, base: string, origin: string): void;
  /** Only where its file is there, or may not be looked for. */
  addExisting(this: void, text: string, base: string, origin: string): Promise<void>;
}

async function walk(
  root: string,
  folder: string,
  depth: number,
  budget: { entries: number; sources: number },
  found: Found,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted || budget.entries <= 0) {
    return;
  }
  const entries = await readFolder(folder, budget.entries);
  budget.entries -= entries.length;
  if (await isFileStore(folder, entries)) {
    found.add(folderUri(folder), folder, 'found in the workspace');
    return;
  }
  const folders: string[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % AT_ONCE === 0 && index > 0) {
      // Most files are none of ours, and looking at their names waits for nothing: others have their turn between.
      await turn();
      if (signal?.aborted) {
        return;
      }
    }
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name) && !entry.name.startsWith('.')) {
        folders.push(full);
      }
    } else if (entry.isFile()) {
      await look(root, full, entry.name, budget, found);
    }
  }
  if (depth > 0) {
    for (const next of folders) {
      if (!(await isEnvironment(next))) {
        await walk(root, next, depth - 1, budget, found, signal);
      }
    }
  }
}

async function look(
  root: string,
  file: string,
  name: string,
  budget: { sources: number },
  { add, addExisting }: Found,
): Promise<void> {
  if (/\.(db|db3|sqlite|sqlite3)$/i.test(name)) {
    if (await hasMlflowTables(file)) {
      // By its path: a URI would end at a "?" in its name.
      add(file, root, 'found in the workspace');
    }
  } else if (name === '.env') {
    const entries = parseDotenv(await readText(file, MAX_ENV_BYTES));
    for (const name of URI_VARIABLES) {
      const value = entries.findLast(({ key }) => key === name)?.value;
      if (value) {
        add(asMlflowReads(value), path.dirname(file), `from ${path.relative(root, file)}`);
      }
    }
  } else if (/\.(py|ipynb)$/i.test(name) && budget.sources-- > 0) {
    for (const uri of trackingUris(await readText(file, MAX_SOURCE_BYTES)).slice(0, MAX_URIS)) {
      await addExisting(uri, path.dirname(file), `from set_tracking_uri in ${path.relative(root, file)}`);
    }
  }
}

/** A `~` that no shell has expanded is the name of a folder to MLflow; of a path that a user typed here it is not. */
function asMlflowReads(uri: string): string {
  return /^\s*~/.test(uri) ? `./${uri.trim()}` : uri;
}

const CALL = 'set_tracking_uri(';
/** Of the environment and of `.env` files. */
const URI_VARIABLES = ['MLFLOW_TRACKING_URI', 'MLFLOW_REGISTRY_URI'];

/** Literal URIs of SQLite files and servers that Python text hands to set_tracking_uri; in a notebook's JSON the quotes are escaped. */
export function trackingUris(text: string): string[] {
  const found: string[] = [];
  const argument =
    /\s*(?:uri\s*=\s*)?\\?["']((?:sqlite(?:\+pysqlite)?:\/\/\/|https?:\/\/)[^"'\\\n{}]+)\\?["']/y;
  for (let at = text.indexOf(CALL); at >= 0; at = text.indexOf(CALL, at + CALL.length)) {
    argument.lastIndex = at + CALL.length;
    found.push(...(argument.exec(text)?.slice(1) ?? []));
  }
  return found;
}

/**
 * A file store holds `<digits>/meta.yaml`; `mlruns/1/` without it is the artifact folder of a SQLite store
 * (reference mlflow.md, B.1).
 */
async function isFileStore(folder: string, entries: readonly Dirent[]): Promise<boolean> {
  for (const entry of entries) {
    if (entry.isDirectory() && /^\d+$/.test(entry.name)) {
      if (await exists(path.join(folder, entry.name, 'meta.yaml'))) {
        return true;
      }
    }
  }
  return false;
}

async function isEnvironment(folder: string): Promise<boolean> {
  return (await exists(path.join(folder, 'pyvenv.cfg'))) || (await exists(path.join(folder, 'conda-meta')));
}

/** At most so many entries, by name; those that were read before it failed. */
async function readFolder(folder: string, most: number): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await fs.opendir(folder, { bufferSize: 256 })) {
      if (entries.push(entry) >= most) {
        break;
      }
    }
  } catch {
    // What cannot be read is passed over.
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readText(file: string, most: number): Promise<string> {
  try {
    const stat = await fs.stat(file);
    return stat.size > most ? '' : await fs.readFile(file, 'utf8');
  } catch {
    return '';
  }
}

async function exists(file: string | null): Promise<boolean> {
  if (file === null) {
    return false;
  }
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
