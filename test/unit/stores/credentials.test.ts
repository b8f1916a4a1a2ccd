import * as assert from 'node:assert/strict';
import * as os from 'node:os';
import fc from 'fast-check';
import { workerBundle } from '../../../scripts/workerBundle';
import { namedStore } from '../../../src/commands/fields';
import { toStoreError } from '../../../src/mlflow/errors';
import { redact } from '../../../src/mlflow/redact';
import { createOpener } from '../../../src/stores/open';
import { locate, locateStores } from '../../../src/stores/locate';
import { OpenStores } from '../../../src/stores/openStores';
import { problemReport } from '../../../src/stores/problemReport';
import { parseStoreUri, sqliteUri, storeIdentity, storeName } from '../../../src/stores/uri';

import { makeRegistryStore, removeTempFolders, withDatabase } from '../../support/database';

const CANARY = 'canary7';
const SCHEMES = [
  'http',
  'https',
  'HTTP',
  'postgresql',
  'postgresql+psycopg2',
  'mysql+pymysql',
  'mssql',
  'databricks',
  's3',
  'file',
  'sqlite',
];

const around = fc.string({ unit: fc.constantFrom(...'ab1/@:?#&%=\\+;.,!~"\'([{ '), maxLength: 6 });
const password = fc.tuple(around, around).map(([before, after]) => `${before}${CANARY}${after}`);
const host = fc.constantFrom('host', 'host:5000', 'db.example.org', '[::1]:80', '10.0.0.1');
const tail = fc.constantFrom('', '/', '/mlflow', '/db?sslmode=require', '?workspace=team', '/a%40b');

/** `scheme://user:password@host`, also the password alone, or without slashes or scheme. */
const withUser = fc
  .tuple(
    fc.constantFrom(...SCHEMES),
    fc.constantFrom('me:', 'me%40x:', ':', ''),
    password,
    host,
    tail,
    fc.constantFrom('://', ':'),
  )
  .map(
    ([scheme, user, secret, place, end, separator]) => `${scheme}${separator}${user}${secret}@${place}${end}`,
  )
  // Of an object store the text before the "@" is a place unless it has two parts.
  .map((uri) => uri.replace(/^s3:\/\//, 's3://key:'))
  // Without slashes these are paths, in which an "@" is part of a name.
  .filter((uri) => !/^(?:sqlite|file):(?!\/\/[^/])/i.test(uri));
const bare = fc
  .tuple(password, host)
  .map(([secret, place]) => `someone:${secret.replaceAll('/', '')}@${place}`);
const withParameter = fc
  .tuple(
    fc.constantFrom('http', 'https', 'postgresql', 'sqlite'),
    host,
    fc.constantFrom(
      'password',
      'sslpassword',
      'token',
      'access_token',
      'api_key',
      'AWSAccessKeyId',
      'X-Amz-Signature',
      'sig',
      'p%61ssword',
    ),
    fc.constantFrom('?', '?user=me&', '?workspace=team&'),
    password,
  )
  .map(([scheme, place, name, start, secret]) =>
    scheme === 'sqlite'
      ? `sqlite:///x.db${start}${name}=${secret}`
      : `${scheme}://${place}/${start}${name}=${secret}`,
  );
const uris = fc.oneof(withUser, bare, withParameter);

/** What a call gave or threw, as the user may come to see it. */
function outcome(call: () => unknown): string {
  try {
    return JSON.stringify(call());
  } catch (error) {
    const { code, message, details } = toStoreError(error);
    return `${code} ${message} ${JSON.stringify(details ?? null)}`;
  }
}

describe('credentials in tracking URIs', () => {
  it('are nowhere in what reading, naming, listing and refusing a URI gives', () => {
    fc.assert(
      fc.property(uris, (uri) => {
        const outputs = [
          outcome(() => parseStoreUri(uri, '/work')),
          outcome(() => locate(uri, '/work', 'from MLFLOW_TRACKING_URI')),
          storeIdentity(uri, '/'),
          storeName(uri),
          outcome(() => namedStore({ store: uri })),
        ];
        outputs.forEach((output) => assert.ok(!output.includes(CANARY), output));
        // What names a row of the list names the same row when it is read again, and opens nothing.
        const identity = storeIdentity(uri, '/work');
        assert.equal(storeIdentity(identity, '/work'), identity);
        assert.equal(storeIdentity(identity, '/'), identity);
      }),
      { numRuns: 5000 },
    );
  });

  it('that are left out of a URI leave nothing that could be opened or contacted', () => {
    for (const uri of ['http://me:1/2@host', 'me:secret@host', 'me:1/2@host']) {
      const identity = storeIdentity(uri, '/');
      assert.match(identity, /…@host$/);
      assert.throws(() => parseStoreUri(identity, '/'), /without its password/);
    }
  });

  it('are in no list, error or report of the open stores', async () => {
    const opener = createOpener({ distFolder: '/nowhere', pythonPath: () => '', readOnlyReason: () => null });
    await fc.assert(
      fc.asyncProperty(uris, async (uri) => {
        const stores = new OpenStores(opener);
        const located = await locateStores({ folders: [], depth: 0, env: { MLFLOW_TRACKING_URI: uri } });
        located.forEach(({ uri: found, origin, error }) => stores.add(found, origin, error));
        const errors = await Promise.all(
          [uri, ...located.map((found) => found.uri)].map((asked) =>
            stores.get(asked).then(String, (error: unknown) => toStoreError(error).message),
          ),
        );
        const report = await problemReport(
          { version: '1', vscode: '1', node: '20', platform: 'linux' },
          stores.list(),
        );
        const listed = stores.list().map(({ uri: shown, origin, error }) => [shown, origin, error?.message]);
        const output = JSON.stringify([errors, report, listed]);
        assert.ok(!output.includes(CANARY), output);
      }),
      { numRuns: 300 },
    );
  });

  it('are hidden in longer texts, such as messages of other programs and the log', () => {
    const inOneWord = uris.filter((uri) => !/\s/.test(uri) && /^[a-z+0-9]+:\/\//i.test(uri));
    fc.assert(
      fc.property(inOneWord, fc.constantFrom('', '"', '(', 'at '), (uri, before) => {
        const output = redact(`connecting: ${before}${uri} failed, ask me`);
        assert.ok(!output.includes(CANARY), output);
        assert.ok(output.startsWith('connecting: ') && output.endsWith(' failed, ask me'), output);
      }),
      { numRuns: 5000 },
    );
  });

  it('leave the address of the server as its identity', () => {
    for (const [text, uri] of [
      ['http://me:secret@Host:5000/mlflow/', 'http://host:5000/mlflow'],
      ['https://me:p%40ss%2Fword@host', 'https://host'],
      ['https://token@host/?workspace=team', 'https://host?workspace=team'],
      ['http://host?workspace=team&token=abc', 'http://host?workspace=team'],
      ['http://host:80/#/experiments', 'http://host'],
    ] as const) {
      const location = parseStoreUri(text, '/');
      assert.equal(location.uri, uri);
      assert.equal(location.hadCredentials, !text.endsWith('experiments'));
      assert.equal(parseStoreUri(uri, '/').uri, uri);
      assert.equal(parseStoreUri(uri, '/').hadCredentials, false);
    }
    assert.match(locate('http://me:secret@host', '/', 'from .env').origin, /without the user and password/);
  });

  it('that hold a "/" or "@" that nobody encoded make the host unknown: refused, with what to write', () => {
    for (const uri of ['http://me:1/2@host', 'http://me:1?2@host', 'http://me:1#2@host']) {
      assert.throws(() => parseStoreUri(uri, '/'), /write it as %40/);
    }
    assert.equal(parseStoreUri('http://me:a@b@host', '/').uri, 'http://host');
  });

  it('have no place in a report, nor has anything else that a user chose', async () => {
    const file = makeRegistryStore('3.17.2');
    withDatabase(file, (database) => database.exec(`UPDATE alembic_version SET version_num = '${CANARY}'`));
    const opener = createOpener({
      distFolder: workerBundle(),
      pythonPath: () => '',
      readOnlyReason: () => null,
    });
    const stores = new OpenStores(opener);
    for (const uri of [sqliteUri(file), 'http://host', `sqlite:////${CANARY}.db`]) {
      stores.add(uri, 'added by you');
      await stores.get(uri).catch(() => undefined);
    }
    stores.add('sqlite:////later.db', 'added by you');
    const report = await problemReport(
      { version: '1', vscode: '1.139.1', node: 'v20', platform: 'linux' },
      stores.list(),
    );
    stores.dispose();
    assert.match(report, /no names, paths, addresses or values/);
    assert.match(
      report,
      /^store 1: sqlite, Size: [\d.]+ [kM]iB, Schema: \(text\), Journal mode: rollback, .*has registry/m,
    );
    assert.match(
      report,
      /^store 2: not open \(UNSUPPORTED\)\nstore 3: not open \(NOT_FOUND\)\nstore 4: not open yet$/m,
    );
    assert.ok(!report.includes(CANARY) && !report.includes(os.tmpdir()), report);
    removeTempFolders();
  });

  it('are not looked for in texts without end', () => {
    assert.throws(() => parseStoreUri(`http://host/${'/'.repeat(1_000_000)}a`, '/'), /at most 4096/);
    assert.ok(storeIdentity(`http://host/${'/'.repeat(1_000_000)}a`, '/').length <= 4096);
  });
});
