import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { StoreError, StoreErrorCode } from '../../../../src/mlflow/errors';
import type { Change, Stage } from '../../../../src/mlflow/writer';
import {
  dumpDatabase,
  makeRegistryStore,
  removeTempFolders,
  tempFolder,
  withDatabase,
} from '../../../support/database';
import { buildWriter, nodeWithoutSqlite, testWriter } from '../../../support/writer';

const name = 'taxi regressor';
const REGISTRY = [
  'registered_models',
  'registered_model_tags',
  'registered_model_aliases',
  'model_versions',
  'runs',
  'tags',
  'experiments',
];
const promote: Change = {
  type: 'transitionModelVersionStage',
  name,
  version: '4',
  stage: 'Production',
  archiveExistingVersions: true,
};

/** A Node that is started by a line of shell, e.g. with a limit. */
function nodeAfter(shell: string): string {
  const file = path.join(tempFolder(), 'node');
  fs.writeFileSync(file, `#!/bin/sh\n${shell} "${process.execPath}" "$@"\n`, { mode: 0o755 });
  return file;
}

describe('SQLite writer refuses', () => {
  let distFolder: string;
  let store: string;
  before(() => {
    distFolder = buildWriter();
    store = makeRegistryStore('3.17.2');
  });
  after(removeTempFolders);

  async function refuses(
    file: string,
    change: Change,
    code: StoreErrorCode,
    message: RegExp,
    execPath?: string,
  ): Promise<void> {
    await assert.rejects(testWriter(file, { distFolder, execPath }).change(change), (error: StoreError) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }

  const create = (text: string): Change => ({ type: 'createRegisteredModel', name: text });
  const alias = (text: string): Change => ({
    type: 'setRegisteredModelAlias',
    name,
    alias: text,
    version: '4',
  });
  const BAD: [string, Change, StoreErrorCode, RegExp][] = [
    ['a name with /', create('a/b'), 'INVALID_PARAMETER_VALUE', /not allow "\/" or ":"/],
    ['a name with :', create('a:b'), 'INVALID_PARAMETER_VALUE', /not allow "\/" or ":"/],
    ['a name with %', create('50%'), 'INVALID_PARAMETER_VALUE', /"%"/],
    ['a name with a newline', create('a\nb'), 'INVALID_PARAMETER_VALUE', /line break/],
    ['an empty name', create(' '), 'INVALID_PARAMETER_VALUE', /needs a name/],
    ['the name ..', create('..'), 'INVALID_PARAMETER_VALUE', /as a path/],
    ['a name that is taken', create(name), 'RESOURCE_ALREADY_EXISTS', /already/],
    [
      'a name that is too long',
      create('x'.repeat(257)),
      'INVALID_PARAMETER_VALUE',
      /256 characters; this has 257/,
    ],
    [
      'a description that is too long',
      { type: 'updateModelVersion', name, version: '4', description: 'ü'.repeat(5001) },
      'INVALID_PARAMETER_VALUE',
      /5,000 characters; this has 5,001/,
    ],
    ['a version that is gone', { ...promote, version: '5' }, 'RESOURCE_DOES_NOT_EXIST', /no version 5/],
    ['a version that never was', { ...promote, version: '99' }, 'RESOURCE_DOES_NOT_EXIST', /no version 99/],
    [
      'a version that is no number',
      { ...promote, version: '4 OR 1=1' },
      'INVALID_PARAMETER_VALUE',
      /not the number/,
    ],
    ['a model that is not there', { ...promote, name: 'nope' }, 'RESOURCE_DOES_NOT_EXIST', /nope/],
    ['the alias v3', alias('v3'), 'INVALID_PARAMETER_VALUE', /reserved/],
    ['the alias Latest', alias('Latest'), 'INVALID_PARAMETER_VALUE', /reserved/],
    ['an alias with a space', alias('a b'), 'INVALID_PARAMETER_VALUE', /letters, digits/],
    ['an empty alias', alias(''), 'INVALID_PARAMETER_VALUE', /empty/],
    ['an alias that is too long', alias('a'.repeat(256)), 'INVALID_PARAMETER_VALUE', /255/],
    [
      'a stage that does not exist',
      { ...promote, stage: 'Canary' as Stage },
      'INVALID_PARAMETER_VALUE',
      /None, Staging, Production, Archived/,
    ],
    [
      'archiving while archiving',
      { ...promote, stage: 'Archived' },
      'INVALID_PARAMETER_VALUE',
      /Staging or Production/,
    ],
    [
      'a tag without a key',
      { type: 'setModelVersionTag', name, version: '4', key: '', value: '' },
      'INVALID_PARAMETER_VALUE',
      /needs a key/,
    ],
    [
      'a tag key with ..',
      { type: 'setModelVersionTag', name, version: '4', key: 'a/../b', value: '' },
      'INVALID_PARAMETER_VALUE',
      /as a path/,
    ],
    [
      'a tag of a run that is gone',
      { type: 'setTag', runId: 'nope', key: 'k', value: '' },
      'RESOURCE_DOES_NOT_EXIST',
      /nope/,
    ],
    [
      'an experiment that is gone',
      { type: 'deleteExperiment', experimentId: '4711' },
      'RESOURCE_DOES_NOT_EXIST',
      /4711/,
    ],
    [
      'a logged model that is gone',
      { type: 'createModelVersion', name, source: 'models:/m-1', runId: null },
      'RESOURCE_DOES_NOT_EXIST',
      /m-1/,
    ],
  ];
  for (const [what, change, code, message] of BAD) {
    it(`${what}, in one sentence, and writes nothing`, async () => {
      const before = dumpDatabase(store, REGISTRY);
      await refuses(store, change, code, message);
      assert.deepEqual(dumpDatabase(store, REGISTRY), before);
    });
  }

  it('all of a request whose last change is refused', async () => {
    const before = dumpDatabase(store, REGISTRY);
    await assert.rejects(testWriter(store, { distFolder }).change(promote, create('a/b')));
    assert.deepEqual(dumpDatabase(store, REGISTRY), before);
  });

  for (const engine of ['node:sqlite', 'python3'] as const) {
    const execPath = (): string | undefined => (engine === 'python3' ? nodeWithoutSqlite() : undefined);

    it(`files that are no store (${engine})`, async () => {
      const folder = tempFolder();
      const file = path.join(folder, 'x.db');
      await refuses(file, promote, 'NOT_FOUND', /no longer exists/, execPath());
      await refuses(folder, promote, 'NOT_A_STORE', /not a file/, execPath());
      fs.writeFileSync(file, '');
      await refuses(file, promote, 'NOT_A_STORE', /empty/, execPath());
      fs.writeFileSync(file, 'this is text, not a database, and rather long '.repeat(50));
      await refuses(file, promote, 'NOT_A_STORE', /not a SQLite database/, execPath());
      fs.rmSync(file);
      withDatabase(file, (database) => database.exec('CREATE TABLE other (x)'));
      await refuses(file, promote, 'NOT_A_STORE', /not an MLflow store/, execPath());
    });

    it(`a damaged file (${engine})`, async () => {
      const file = makeRegistryStore('3.17.2');
      const bytes = fs.readFileSync(file);
      // Beyond the first page: the header stays good, the schema and the tables are rubbish.
      bytes.fill(0xa5, 4096, 400_000);
      fs.writeFileSync(file, bytes);
      await refuses(file, promote, 'CORRUPT', /damaged/, execPath());
      assert.deepEqual(fs.readFileSync(file), bytes);
    });
  }

  it('a full disk: nothing is changed', async () => {
    const file = makeRegistryStore('3.17.2');
    const before = dumpDatabase(file, REGISTRY);
    await refuses(file, promote, 'INTERNAL_ERROR', /disk/, nodeAfter('ulimit -f 100; exec'));
    assert.deepEqual(dumpDatabase(file, REGISTRY), before);
  });

  it('a file or a folder that may not be written', async () => {
    const file = makeRegistryStore('3.17.2');
    // Root may write anything, unless it gives that up.
    const isRoot = process.getuid?.() === 0;
    const plain = isRoot
      ? nodeAfter('exec setpriv --bounding-set=-dac_override,-dac_read_search')
      : undefined;
    fs.chmodSync(file, 0o444);
    await refuses(file, promote, 'READ_ONLY', /may not write to mlflow\.db/, plain);
    fs.chmodSync(file, 0o644);
    fs.chmodSync(path.dirname(file), 0o555);
    await refuses(file, promote, 'READ_ONLY', /folder of mlflow\.db/, plain);
    fs.chmodSync(path.dirname(file), 0o755);
  });

  it('a store that is a trap: a view for a table, a trigger, a trigger behind a foreign key', async () => {
    const trap = (sql: string): string => {
      const file = makeRegistryStore('2.14.3');
      withDatabase(file, (database) => database.exec(sql));
      return file;
    };
    await refuses(
      trap('ALTER TABLE model_versions RENAME TO real; CREATE VIEW model_versions AS SELECT * FROM real'),
      promote,
      'CORRUPT',
      /not an ordinary table/,
    );
    await refuses(
      trap('CREATE TRIGGER sly AFTER UPDATE ON model_versions BEGIN DELETE FROM runs; END'),
      promote,
      'CORRUPT',
      /trigger "sly"/,
    );
    await refuses(
      trap(
        'CREATE TABLE bait (name TEXT REFERENCES registered_models(name) ON UPDATE CASCADE);' +
          'CREATE TRIGGER hidden AFTER UPDATE ON bait BEGIN DELETE FROM runs; END',
      ),
      { type: 'renameRegisteredModel', name, newName: 'other' },
      'CORRUPT',
      /trigger "hidden"/,
    );
  });

  it('any trigger that a change can fire through a chain of foreign keys, and none that it cannot', async () => {
    /** A table whose row goes with one of `parent`, as `action` says. */
    const child = (name: string, parent: string, action: string): string =>
      `CREATE TABLE ${name} (k TEXT PRIMARY KEY, p TEXT DEFAULT 'x' REFERENCES ${parent} ${action});`;
    const trigger = (event: string, table: string): string =>
      `CREATE TRIGGER hidden AFTER ${event} ON ${table} BEGIN DELETE FROM params; END`;
    const runs = 'runs(run_uuid)';
    const chains: [string, boolean][] = [
      [
        child('a', runs, 'ON DELETE CASCADE') +
          child('b', 'a(k)', 'ON DELETE CASCADE') +
          trigger('DELETE', 'b'),
        true,
      ],
      [
        child('a', runs, 'ON DELETE CASCADE') +
          child('b', 'A(K)', 'ON DELETE SET NULL') +
          trigger('UPDATE', 'B'),
        true,
      ],
      [
        child('a', runs, 'ON DELETE CASCADE') +
          child('b', 'a(k)', 'ON DELETE SET DEFAULT') +
          trigger('UPDATE OF p', 'b'),
        true,
      ],
      [
        child('a', runs, 'ON UPDATE CASCADE') +
          'CREATE UNIQUE INDEX a_p ON a(p);' +
          child('b', 'a(p)', 'ON UPDATE CASCADE') +
          'CREATE UNIQUE INDEX b_p ON b(p);' +
          child('c', 'b(p)', 'ON UPDATE SET NULL') +
          trigger('UPDATE', 'c'),
        true,
      ],
      // Rows of a and b are never touched: what refers to a run's row that goes stops it, or nothing does.
      [
        child('a', runs, 'ON DELETE RESTRICT') +
          child('b', 'a(k)', 'ON DELETE CASCADE') +
          trigger('DELETE', 'b'),
        false,
      ],
      [child('a', runs, '') + trigger('DELETE', 'a'), false],
      [child('a', runs, 'ON DELETE CASCADE') + trigger('INSERT', 'a'), false],
      [`CREATE TABLE a (k TEXT);${trigger('DELETE', 'a')}`, false],
    ];
    for (const [sql, isRefused] of chains) {
      const file = makeRegistryStore('3.17.2');
      withDatabase(file, (database) => database.exec(sql));
      for (const execPath of [undefined, nodeWithoutSqlite()]) {
        if (isRefused) {
          await refuses(
            file,
            promote,
            'CORRUPT',
            /^mlflow\.db has a trigger "hidden" that MLflow does/,
            execPath,
          );
        } else {
          await testWriter(file, { distFolder, execPath }).change(promote);
        }
      }
    }
  });

  it("but not MLflow's own trigger, on its secrets", async () => {
    const file = makeRegistryStore('3.10.1');
    assert.ok(
      withDatabase(file, (database) =>
        database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'trigger'").get(),
      ),
    );
    await testWriter(file, { distFolder }).change(promote);
  });

  it('aliases where the schema has none, and says which MLflow brings them', async () => {
    await refuses(
      makeRegistryStore('1.30.1'),
      alias('champion'),
      'NOT_SUPPORTED_BY_SCHEMA',
      /aliases.*MLflow 2\.3/,
    );
  });

  it('where there is neither node:sqlite nor a Python', async () => {
    const node = path.join(tempFolder(), 'node');
    fs.writeFileSync(
      node,
      `#!/bin/sh\nPATH=/nowhere exec "${process.execPath}" --no-experimental-sqlite "$@"\n`,
      { mode: 0o755 },
    );
    await refuses(store, promote, 'UNSUPPORTED', /Set "mlflowLens\.pythonPath"/, node);
  });
});
