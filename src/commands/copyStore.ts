import * as path from 'node:path';
import type * as vscode from 'vscode';
import { shellWord } from '../mlflow/commandLine';
import { StoreError } from '../mlflow/errors';
import { count } from '../mlflow/format';
import { copyText } from '../platform/clipboard';
import { runCommand, type CommandRegistry } from '../platform/commands';
import { askModal, notify, withStatus } from '../platform/dialogs';
import {
  canMigrate,
  copiedText,
  experimentsComingBack,
  INSTALL_MIGRATION,
  migrationArguments,
  MIGRATION_ENVIRONMENT,
  migrationTarget,
} from '../platform/mlflowMigration';
import { runInTerminal, type ProgramTerminal } from '../platform/programTerminal';
import type { OpenStores } from '../stores/openStores';
import { parseStoreUri, sqliteUri, storeName } from '../stores/uri';
import { cancelled, storeOf } from './arguments';
import { explainInstall, pythonWithMlflow, requireTrust, type FoundMlflow } from './mlflowPython';

export interface CopyStoreDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  pythonPath: () => string;
  /** A folder of ours, which is there: Python is started in it. */
  folder(this: void): Promise<string>;
}

interface Copying {
  /** The mlruns folder, absolute. */
  folder: string;
  /** The file that is made of it. */
  file: string;
}

/**
 * "Copy Store to SQLite": MLflow's own `migrate-filestore` on an mlruns folder, for those whom MLflow 3.13 no longer opens
 * one. Disposed, it stops what is under way.
 */
export function registerCopyStoreCommand({
  commands,
  stores,
  pythonPath,
  folder: ownFolder,
}: CopyStoreDeps): vscode.Disposable {
  const underWay = new Map<string, ProgramTerminal>();

  commands.register('copyStoreToSqlite', async (args) => {
    requireTrust('run "mlflow migrate-filestore"');
    const folder = folderOf(await storeOf(args, stores, 'files'));
    const name = path.basename(folder);
    if (underWay.has(folder)) {
      underWay.get(folder)!.show();
      throw new StoreError('BUSY', `${name} is being copied already: its terminal says how far it is.`);
    }
    const file = await migrationTarget(folder);
    const cwd = await ownFolder();
    const found = await pythonWithMlflow(pythonPath(), cwd, canMigrate);
    if (!found || !canMigrate(found.version)) {
      await explainInstall(
        found
          ? `MLflow ${found.version} of ${found.python} has no "migrate-filestore", which came with 3.10`
          : 'MLflow is not installed in any Python found here',
        INSTALL_MIGRATION,
      );
      return;
    }
    await confirmCopy({ folder, file }, found);
    const words = migrationArguments(folder, file);
    const terminal = runInTerminal({
      name: `mlflow migrate-filestore ${name}`,
      icon: 'database',
      shown: ['mlflow', ...words].map(shellWord).join(' '),
      command: found.python,
      args: ['-m', 'mlflow', ...words],
      // Not the store's folder: its files would stand for modules of Python.
      cwd,
      env: MIGRATION_ENVIRONMENT,
    });
    underWay.set(folder, terminal);
    terminal.show();
    const { code, lines } = await withStatus(
      `Copying ${name} to ${path.basename(file)}`,
      () => terminal.ended,
    ).finally(() => underWay.delete(folder));
    if (code !== 0) {
      throw new StoreError('INTERNAL_ERROR', unfinishedText({ folder, file }, code));
    }
    await openCopy({ folder, file }, lines);
  });

  return { dispose: () => underWay.forEach((terminal) => terminal.stop()) };
}

function folderOf(uri: string): string {
  const { kind, path: folder } = parseStoreUri(uri, '/');
  if (kind !== 'files' || folder === null) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `${storeName(uri)} is no mlruns folder: only such a store is copied to SQLite.`,
    );
  }
  return folder;
}

/** Says what will be done; throws where the user does not want it, or the file was made meanwhile. */
async function confirmCopy({ folder, file }: Copying, { python, version }: FoundMlflow): Promise<void> {
  const back = await experimentsComingBack(folder);
  const choice = await askModal(
    'information',
    {
      message: `Copy ${path.basename(folder)} to the new SQLite file ${path.basename(file)}?`,
      detail: [
        `From: ${folder}`,
        `To: ${file}`,
        `By: "mlflow migrate-filestore" of MLflow${version === 'unknown' ? '' : ` ${version}`} (${python})`,
        '',
        'Experiments, runs, traces, logged models and registered models are copied. Nothing in the folder is changed or deleted.',
        '',
        ...(back > 0
          ? [`${count(back, 'experiment')} that an older MLflow deleted will be active in the new store.`, '']
          : []),
        'Artifacts are not copied: they stay where they are, and the new store points there. So keep the folder if they lie in it.',
        '',
        'What is logged to the folder afterwards is not in the new store: end what is training first, and set your tracking URI to the new store then.',
      ].join('\n'),
    },
    'Copy',
  );
  if (choice === undefined) {
    throw cancelled();
  }
  if ((await migrationTarget(folder)) !== file) {
    throw new StoreError(
      'RESOURCE_ALREADY_EXISTS',
      `${file} was made by somebody else meanwhile: run the command again.`,
    );
  }
}

function unfinishedText({ folder, file }: Copying, code: number | null): string {
  const name = path.basename(folder);
  const what =
    code === null
      ? `Copying ${name} was stopped`
      : `${name} was not copied: the terminal of "mlflow migrate-filestore" says why`;
  return `${what}. ${name} is as it was; ${path.basename(file)}, if it is there, is unfinished and can be deleted.`;
}

/** Opens the new store, then says what it holds. */
async function openCopy({ folder, file }: Copying, printed: readonly string[]): Promise<void> {
  const uri = sqliteUri(file);
  await runCommand('addStore', { store: uri });
  const what = copiedText(printed) ?? path.basename(folder);
  const choice = await notify(
    'information',
    `Copied ${what} to ${path.basename(file)}. To log there, set your tracking URI to it.`,
    'Copy Tracking URI',
  );
  if (choice) {
    await copyText(uri, 'tracking URI');
  }
}
