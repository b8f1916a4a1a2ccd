import * as assert from 'node:assert/strict';
import * as os from 'node:os';
import * as path from 'node:path';
import type { StoreError } from '../../../src/mlflow/errors';
import { folderUri, parseStoreUri, sqliteUri, storeName } from '../../../src/stores/uri';
import { emptyFolder, removeRepositories, writeFiles } from '../../support/repositories';

describe('tracking URIs', () => {
  const cases: [string, string, string][] = [
    ['sqlite:///mlflow.db', 'sqlite', 'sqlite:////work/mlflow.db'],
    ['sqlite:////abs/backend.db', 'sqlite', 'sqlite:////abs/backend.db'],
    ['sqlite:///../up.db', 'sqlite', 'sqlite:////up.db'],
    ['mlruns', 'files', 'file:///work/mlruns'],
    ['./mlruns', 'files', 'file:///work/mlruns'],
    ['file:///abs/ml runs', 'files', 'file:///abs/ml%20runs'],
    ['file:/abs/mlruns', 'files', 'file:///abs/mlruns'],
    ['file:mlruns', 'files', 'file:///work/mlruns'],
    ['file:./mlruns', 'files', 'file:///work/mlruns'],
    ['file:../ml%20runs', 'files', 'file:///ml%20runs'],
    ['sqlite:///~/mlflow.db', 'sqlite', 'sqlite:////work/~/mlflow.db'],
    ['sqlite+pysqlite:///x.db', 'sqlite', 'sqlite:////work/x.db'],
    ['sqlite+pysqlite:////abs/x.db?timeout=30', 'sqlite', 'sqlite:////abs/x.db'],
    ['sqlite:///x.db?timeout=30', 'sqlite', 'sqlite:////work/x.db'],
    ['sqlite:///file:x.db?mode=ro&uri=true', 'sqlite', 'sqlite:////work/x.db'],
    ['sqlite:///file:/abs/my%20dir/x.db?uri=true', 'sqlite', 'sqlite:////abs/my dir/x.db'],
    ['sqlite:///file:///abs/x.db?immutable=1&uri=1', 'sqlite', 'sqlite:////abs/x.db'],
    ['sqlite:///file://localhost/abs/x.db?uri=yes', 'sqlite', 'sqlite:////abs/x.db'],
    // Without uri=true SQLite reads no URI: it is the file's name.
    ['sqlite:///file:x.db?mode=ro', 'sqlite', 'sqlite:////work/file:x.db'],
    ['sqlite:///a%20b.db', 'sqlite', 'sqlite:////work/a%20b.db'],
    ['/abs/store.sqlite3', 'sqlite', 'sqlite:////abs/store.sqlite3'],
    ['http://localhost:5000/', 'rest', 'http://localhost:5000'],
    ['  https://host/mlflow  ', 'rest', 'https://host/mlflow'],
  ];
  for (const [text, kind, uri] of cases) {
    it(`reads ${text}`, () => {
      const location = parseStoreUri(text, '/work');
      assert.equal(location.kind, kind);
      assert.equal(location.uri, uri);
      // The canonical form reads as itself, whatever the base.
      assert.equal(parseStoreUri(uri, '/elsewhere').uri, uri);
    });
  }

  it('expands the home folder', () => {
    assert.equal(parseStoreUri('~/mlflow.db', '/work').path, path.join(os.homedir(), 'mlflow.db'));
    assert.equal(parseStoreUri('file:~/mlruns', '/work').path, '/work/~/mlruns', 'but in no URI');
  });

  const refused: [string, RegExp][] = [
    ['postgresql://me:secret@host/db', /tracking server/],
    ['mysql+pymysql://host/db', /tracking server/],
    ['databricks://profile', /Databricks/],
    ['databricks', /Databricks/],
    ['sqlite://', /does not name a file/],
    ['sqlite:///:memory:', /does not name a file/],
    ['sqlite+pysqlite://', /does not name a file/],
    ['sqlite:///file:x?mode=memory&uri=true', /does not name a file/],
    ['sqlite+pysqlcipher:///x.db', /not a kind of store/],
    ['s3://bucket/mlruns', /a place of artifacts/],
    ['', /empty/],
  ];
  for (const [text, reason] of refused) {
    it(`says of "${text}" what is wrong and what to do`, () => {
      assert.throws(() => parseStoreUri(text, '/work'), reason);
    });
  }

  it('says what is meant by addresses that only plugins of MLflow know, and what to do', () => {
    for (const [text, sentence] of [
      ['databricks', /^Databricks workspaces cannot be opened here, .*"mlflow-export-import"\.$/],
      ['databricks://profile', /^Databricks workspaces/],
      [
        'azureml://eastus.api.azureml.ms/mlflow/v1.0/x',
        /^Azure Machine Learning workspaces .* use Azure's studio/,
      ],
      [
        'arn:aws:sagemaker:us-east-1:1:mlflow-tracking-server/a',
        /Amazon SageMaker .* from SageMaker Studio\.$/,
      ],
      [
        'postgresql://u:secret@db/mlflow',
        /^postgresql:\/\/ databases are read through a tracking server: start/,
      ],
      ['s3://bucket/mlflow', /^"s3:" names a place of artifacts, not a tracking store: give the address/],
      ['models:/taxi/1', /^"models:" names a place of artifacts/],
      ['other://x', /^"other:" is not a kind of store that can be opened here/],
    ] as const) {
      assert.throws(
        () => parseStoreUri(text, '/'),
        ({ code, message }: StoreError) =>
          code === 'UNSUPPORTED' && sentence.test(message) && !message.includes('secret'),
        text,
      );
    }
  });

  it('names each file by a URI that is read as that file, or says that there is none', () => {
    for (const file of ['/a/b\\c.db', '/a/ü%41#&=.db', '/a/b c.db', '/a/~x/${y}.db']) {
      assert.equal(parseStoreUri(sqliteUri(file), '/').path, file);
    }
    for (const file of ['/a/what?x.db', '/a/x.db ']) {
      assert.throws(() => sqliteUri(file), /rename the file/);
    }
    for (const folder of ['/a/what?x', '/a/runs.db', '/a/x ', '/a/b\\c']) {
      assert.equal(parseStoreUri(folderUri(folder), '/').path, folder);
    }
  });

  describe('a URI whose "%20" is a blank for one SQLAlchemy and three letters for another', () => {
    after(removeRepositories);
    const read = (folder: string, uri: string): string | null =>
      path.relative(folder, parseStoreUri(uri, folder).path ?? '');

    it('is the file that is there', () => {
      const folder = emptyFolder();
      writeFiles(folder, { 'my dir/x.db': '', 'my%20dir/y.db': '', 'my%20dir/z.db': '', 'my dir/z.db': '' });
      assert.equal(read(folder, 'sqlite:///my%20dir/x.db'), 'my dir/x.db');
      assert.equal(read(folder, `sqlite:///${folder}/my%20dir/x.db`), 'my dir/x.db');
      assert.equal(read(folder, 'sqlite:///my%20dir/y.db'), 'my%20dir/y.db');
      assert.equal(read(folder, 'sqlite:///my%20dir/z.db'), 'my%20dir/z.db');
      assert.equal(read(folder, 'sqlite:///my dir/z.db'), 'my dir/z.db');
      assert.equal(read(folder, 'sqlite:///file:my%2520dir/y.db?uri=true'), 'my%20dir/y.db');
    });
  });

  it('puts what others wrote into a command as one word of it', () => {
    assert.throws(
      () => parseStoreUri('postgresql://host/db; touch x', '/'),
      /--backend-store-uri 'postgresql:\/\/host\/db; touch x'"/,
    );
  });

  it('never shows a password', () => {
    assert.throws(
      () => parseStoreUri('postgresql://me:secret@host/db', '/work'),
      (error: Error) => !error.message.includes('secret'),
    );
  });

  it('names a store by its file or host', () => {
    assert.equal(storeName('sqlite:////a/b/backend.db'), 'backend.db');
    assert.equal(storeName('http://localhost:5000'), 'localhost:5000');
    assert.equal(storeName('postgresql://host/db'), 'postgresql://host/db');
  });

  it('names a workspace of a store, and none where it is that of all', () => {
    for (const [text, uri, workspace, name] of [
      ['sqlite:////a/x.db?workspace=team-a', 'sqlite:////a/x.db?workspace=team-a', 'team-a', 'x.db · team-a'],
      ['sqlite+pysqlite:////a/x.db?timeout=3&workspace=b', 'sqlite:////a/x.db?workspace=b', 'b', 'x.db · b'],
      [
        'sqlite:////a/x.db?workspace=our own',
        'sqlite:////a/x.db?workspace=our+own',
        'our own',
        'x.db · our own',
      ],
      ['sqlite:////a/x.db?workspace=default', 'sqlite:////a/x.db', null, 'x.db'],
      ['sqlite:////a/x.db?workspace=', 'sqlite:////a/x.db', null, 'x.db'],
      [
        'http://host:5000/?workspace=team-a',
        'http://host:5000?workspace=team-a',
        'team-a',
        'host:5000 · team-a',
      ],
    ] as const) {
      const location = parseStoreUri(text, '/');
      assert.equal(location.uri, uri);
      assert.equal(location.workspace, workspace);
      assert.equal(storeName(location.uri), name);
      assert.equal(parseStoreUri(location.uri, '/').uri, uri, 'read again');
    }
    assert.throws(() => parseStoreUri('sqlite:////a/x.db?workspace=a%00b', '/'), /workspace's name/);
    assert.throws(() => parseStoreUri(`sqlite:////a/x.db?workspace=${'a'.repeat(300)}`, '/'), /at most 250/);
  });
});
