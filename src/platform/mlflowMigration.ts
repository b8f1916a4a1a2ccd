import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { StoreError } from '../mlflow/errors';
import { count } from '../mlflow/format';
import { isReadTwoWays } from '../stores/sqliteAddress';
import { sqliteUri } from '../stores/uri';
import { PYTHON_ENVIRONMENT } from './mlflowServer';

/** "pip install" of an MLflow that can copy a folder, as each shell reads it. */
export const INSTALL_MIGRATION = 'pip install "mlflow>=3.10"';

/**
 * What `mlflow migrate-filestore` is started with. MLflow writes the files of a folder in UTF-8, and reads them here in the
 * encoding of the locale (`read_text()` in mlflow/store/fs2db/_utils.py), which on Windows is another one.
 */
export const MIGRATION_ENVIRONMENT: Readonly<Record<string, string>> = {
  ...PYTHON_ENVIRONMENT,
  PYTHONUTF8: '1',
  PYTHONUNBUFFERED: '1',
};

const MOST_NAMES = 1000;
/** Bytes. */
const LARGEST_META = 65_536;
/** What SQLite keeps beside a database: it would take one of another for this one's. */
const BESIDE = ['', '-wal', '-journal', '-shm'];

/**
 * Whether an MLflow has `migrate-filestore`: 3.10.0 was the first (mlflow/store/fs2db). One that does not say its version is
 * asked: it knows.
 *
 * @param version as `mlflowVersion` tells it
 */
export function canMigrate(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 10);
}

/**
 * The file that a folder is copied to: `mlflow.db` beside it, or `mlflow-2.db` and so on. MLflow would ask whether to
 * overwrite one that is there, and would follow a link.
 *
 * @param folder absolute, of the store
 * @throws StoreError where MLflow could not be told of the file, or would copy another folder
 */
export async function migrationTarget(folder: string): Promise<string> {
  if (await isThere(path.join(folder, 'mlruns'))) {
    // mlflow/store/fs2db: _resolve_mlruns
    throw new StoreError(
      'UNSUPPORTED',
      `In ${folder} lies another folder "mlruns", and MLflow would copy that one: move it elsewhere first.`,
    );
  }
  const parent = path.dirname(folder);
  if (isReadTwoWays(parent)) {
    // The name is followed through links before it is used, so no link helps (mlflow/store/fs2db/cli.py).
    throw new StoreError(
      'UNSUPPORTED',
      `MLflow would read the "%" of ${parent} as another name, depending on its SQLAlchemy: rename the folder first.`,
    );
  }
  for (let number = 1; number <= MOST_NAMES; number++) {
    const file = path.join(parent, number === 1 ? 'mlflow.db' : `mlflow-${number}.db`);
    const taken = await Promise.all(BESIDE.map((end) => isThere(file + end)));
    if (!taken.includes(true)) {
      return file;
    }
  }
  throw new StoreError(
    'RESOURCE_ALREADY_EXISTS',
    `${MOST_NAMES} files from mlflow.db on lie in ${parent}: move some elsewhere first.`,
  );
}

/**
 * How many experiments that are deleted in a folder are active in its copy. Those that are deleted lie in `.trash`; MLflow 1.x
 * left their `meta.yaml` as it was, and the copy goes by that file alone (`_migrate_one_experiment` of
 * mlflow/store/fs2db/_tracking.py).
 */
export async function experimentsComingBack(folder: string): Promise<number> {
  const trash = path.join(folder, '.trash');
  const names = await fs.readdir(trash).catch(() => []);
  let coming = 0;
  for (const name of names.filter((each) => /^\d+$/.test(each))) {
    const file = path.join(trash, name, 'meta.yaml');
    const stat = await fs.lstat(file).catch(() => null);
    if (stat?.isFile() && stat.size <= LARGEST_META) {
      const text = await fs.readFile(file, 'utf8').catch(() => null);
      coming += text === null || /^lifecycle_stage:\s*['"]?deleted\b/m.test(text) ? 0 : 1;
    }
  }
  return coming;
}

/**
 * The words after `python -m mlflow` that copy a folder to a new file. MLflow takes what stands behind `sqlite:///` as a path,
 * letter by letter.
 *
 * @throws StoreError for a file that no such URI can name
 */
export function migrationArguments(folder: string, file: string): string[] {
  return ['migrate-filestore', '--source', folder, '--target', sqliteUri(file)];
}

const COUNTED = [
  ['experiments', 'experiment'],
  ['runs', 'run'],
  ['traces', 'trace'],
  ['logged_models', 'logged model'],
  ['registered_models', 'registered model'],
  ['model_versions', 'model version'],
] as const;

/**
 * What was copied, out of the table that MLflow prints at the end (`MigrationStats.summary` of mlflow/store/fs2db/_utils.py): "2
 * experiments, 48 runs, and 1 registered model"; null where there is no such table, or nothing was copied.
 */
export function copiedText(lines: readonly string[]): string | null {
  const rows = lines.slice(lines.lastIndexOf('Migration summary:') + 1);
  const amounts = new Map(
    rows.flatMap((line) => {
      const [, name, amount] = /^ {2}(\w+) +(\d+)(?: +\d+)?$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(amount)] as const];
    }),
  );
  const parts = COUNTED.flatMap(([name, noun]) => {
    const amount = amounts.get(name);
    return amount === undefined ? [] : [count(amount, noun)];
  });
  return parts.length === 0 ? null : new Intl.ListFormat('en-US').format(parts);
}

/** Also a link that leads nowhere. */
function isThere(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}
