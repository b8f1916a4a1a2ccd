import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isStoreError } from '../../../src/mlflow/errors';
import {
  canMigrate,
  copiedText,
  experimentsComingBack,
  migrationArguments,
  MIGRATION_ENVIRONMENT,
  migrationTarget,
} from '../../../src/platform/mlflowMigration';
import { copyFixture } from '../../support/fixtures';
import { emptyFolder, removeRepositories, writeFiles } from '../../support/repositories';

/** An mlruns folder with these files beside it. */
function folderWith(...beside: string[]): string {
  const parent = emptyFolder();
  writeFiles(parent, {
    'mlruns/0/meta.yaml': '',
    ...Object.fromEntries(beside.map((name) => [name, ''])),
  });
  return path.join(parent, 'mlruns');
}

async function nameBeside(folder: string): Promise<string> {
  const file = await migrationTarget(folder);
  assert.equal(path.dirname(file), path.dirname(folder));
  return path.basename(file);
}

describe('copying an mlruns folder to SQLite', () => {
  after(removeRepositories);

  it('makes mlflow.db beside the folder, and takes the place of no file that is there', async () => {
    assert.equal(await nameBeside(folderWith()), 'mlflow.db');
    assert.equal(await nameBeside(folderWith('mlflow.db')), 'mlflow-2.db');
    assert.equal(await nameBeside(folderWith('mlflow.db', 'mlflow-2.db')), 'mlflow-3.db');
    // SQLite would take these for the new database's.
    assert.equal(await nameBeside(folderWith('mlflow.db-wal', 'mlflow-2.db-journal')), 'mlflow-3.db');
    const folder = folderWith();
    fs.symlinkSync('/nowhere/at/all', path.join(path.dirname(folder), 'mlflow.db'));
    assert.equal(await nameBeside(folder), 'mlflow-2.db', 'MLflow would write where the link leads');
  });

  it('copies no other folder than the one that was named, and to no other file', async () => {
    const nested = folderWith('mlruns/mlruns/0/meta.yaml');
    await assert.rejects(migrationTarget(nested), /lies another folder "mlruns", and MLflow would copy that/);
    const coded = path.join(emptyFolder(), 'a%41', 'mlruns');
    await assert.rejects(migrationTarget(coded), /MLflow would read the "%" of .*a%41 as another name/);
    assert.throws(
      () => migrationArguments('/data/mlruns', '/data/what?/mlflow.db'),
      (error) => isStoreError(error) && /cannot name the file/.test(error.message),
    );
    // A % that begins no code is one.
    assert.equal(await migrationTarget('/data/50 %/mlruns'), '/data/50 %/mlflow.db');
  });

  it('knows which deleted experiments will be active: their own files do not say that they are deleted', async () => {
    const parent = emptyFolder();
    for (const [version, coming] of [
      ['1.30.1', 1],
      ['3.12.0', 0],
    ] as const) {
      const folder = path.join(parent, version, 'mlruns');
      copyFixture(`files-${version}`, folder, 'mlruns');
      assert.equal(await experimentsComingBack(folder), coming, version);
    }
    assert.equal(await experimentsComingBack(path.join(parent, 'no such folder')), 0);
  });

  it('tells MLflow the folder and the file letter by letter', () => {
    assert.deepEqual(migrationArguments('/data/my runs/mlruns', '/data/my runs/mlflow.db'), [
      'migrate-filestore',
      ...['--source', '/data/my runs/mlruns'],
      ...['--target', 'sqlite:////data/my runs/mlflow.db'],
    ]);
    assert.equal(MIGRATION_ENVIRONMENT['PYTHONSAFEPATH'], '1');
    assert.equal(MIGRATION_ENVIRONMENT['PYTHONUTF8'], '1');
  });

  it('asks only an MLflow that can: 3.10 and newer', () => {
    const versions = [
      '1.30.1',
      '2.22.0',
      '3.9.0',
      '3.10.0',
      '3.12.0',
      '3.13.0rc0',
      '3.17.2',
      '4.0',
      'unknown',
    ];
    assert.deepEqual(versions.filter(canMigrate), [
      ...['3.10.0', '3.12.0', '3.13.0rc0', '3.17.2', '4.0', 'unknown'],
    ]);
  });

  it('says what MLflow says that it copied, and nothing where it says nothing', () => {
    const printed = [
      '[1/1] Migrating model   runs   99...',
      '  runs                              99         99',
      'Migration completed successfully!',
      '',
      '='.repeat(50),
      'Migration summary:',
      '='.repeat(50),
      '  entity                      migrated      in DB',
      `  ${'-'.repeat(25)} ${'-'.repeat(10)} ${'-'.repeat(10)}`,
      '  experiments                        2          2',
      '  runs                            1234       1234',
      '  params                          9999       9999',
      '  registered_models                  1          1',
      '='.repeat(50),
      '  source: /data/mlruns',
    ];
    assert.equal(copiedText(printed), '2 experiments, 1,234 runs, and 1 registered model');
    assert.equal(copiedText([]), null);
    assert.equal(copiedText(['Aborted!']), null);
  });
});
