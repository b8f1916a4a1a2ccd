import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { StoreError } from '../../../../src/mlflow/errors';
import { writerSpawn } from '../../../../src/stores/sqlite/writer';
import {
  dumpDatabase,
  dumpDifference,
  makeRegistryStore,
  removeTempFolders,
  withDatabase,
} from '../../../support/database';
import { SQLITE_VERSIONS } from '../../../support/fixtures';
import { buildWriter, nodeWithoutSqlite, NOW, testWriter } from '../../../support/writer';

const name = 'taxi regressor';
const withRegistry = SQLITE_VERSIONS.filter((version) => version !== '1.0.0');

function versions(file: string): string[] {
  return withDatabase(file, (database) =>
    database
      .prepare(
        'SELECT version, current_stage AS stage, last_updated_time AS time FROM model_versions WHERE name = ? ORDER BY version',
      )
      .all(name)
      .map(({ version, stage, time }) => `${version} ${stage}${time === NOW ? ' now' : ''}`),
  );
}

describe('SQLite writer', () => {
  let distFolder: string;
  before(() => {
    distFolder = buildWriter();
  });
  after(removeTempFolders);

  it('is started as plain Node, without a shell, even where execPath is Electron', () => {
    process.env['NODE_OPTIONS'] = '--max-old-space-size=4000';
    const { command, args, options } = writerSpawn({ distFolder: '/ext/dist', execPath: '/opt/code/code' });
    delete process.env['NODE_OPTIONS'];
    assert.equal(command, '/opt/code/code');
    assert.deepEqual(args, ['--no-warnings', path.join('/ext/dist', 'writer.js')]);
    assert.equal(options.env?.['ELECTRON_RUN_AS_NODE'], '1');
    assert.equal(options.env?.['NODE_OPTIONS'], undefined);
    assert.equal(options.shell, false);
    assert.equal(options.cwd, '/ext/dist');
  });

  for (const version of withRegistry) {
    it(`promotes and archives in a store of MLflow ${version}`, async () => {
      const file = makeRegistryStore(version);
      const before = dumpDatabase(file);
      const result = await testWriter(file, { distFolder }).change({
        type: 'transitionModelVersionStage',
        name,
        version: '4',
        stage: 'Production',
        archiveExistingVersions: true,
      });
      assert.match(result.engine, /^node:sqlite 3\.\d+/);
      assert.equal(result.now, NOW);
      assert.deepEqual(versions(file).slice(1), [
        '2 Archived now',
        '3 Archived now',
        '4 Production now',
        '5 Deleted_Internal',
      ]);
      const difference = dumpDifference(before, dumpDatabase(file));
      assert.deepEqual(Object.keys(difference).sort(), ['model_versions', 'registered_models']);
      assert.equal(difference['model_versions']?.length, 6);
      assert.equal(difference['registered_models']?.length, 2);
    });
  }

  it('does the same through python3 where Node has no sqlite, and says so', async () => {
    const direct = makeRegistryStore('3.17.2');
    const through = makeRegistryStore('3.17.2');
    const promote = {
      type: 'transitionModelVersionStage',
      name,
      version: '4',
      stage: 'Production',
      archiveExistingVersions: true,
    } as const;
    await testWriter(direct, { distFolder }).change(promote);
    const result = await testWriter(through, { distFolder, execPath: nodeWithoutSqlite() }).change(promote);
    assert.match(result.engine, /^python3 sqlite3 3\.\d+/);
    assert.deepEqual(dumpDatabase(through), dumpDatabase(direct));
  });

  it('refuses a store without a registry, and says which MLflow brings it', async () => {
    const file = makeRegistryStore('1.0.0');
    const before = dumpDatabase(file);
    await assert.rejects(
      testWriter(file, { distFolder }).change({
        type: 'transitionModelVersionStage',
        name,
        version: '1',
        stage: 'Production',
        archiveExistingVersions: false,
      }),
      (error: StoreError) => error.code === 'NOT_SUPPORTED_BY_SCHEMA' && /MLflow 1\.4/.test(error.message),
    );
    assert.deepEqual(dumpDatabase(file), before);
  });
});
