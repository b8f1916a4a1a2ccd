import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { mlflowPython, type MlflowVersion } from '../../scripts/mlflowEnvironment';
import { uiFolder, uiStoreUri } from '../../src/platform/mlflowServer';
import { parseStoreUri } from '../../src/stores/uri';
import { removeTempFolders, tempFolder } from '../support/database';

/** Opens each address from its folder, with an experiment made in it where that is named; prints the names that it has. */
const OPEN = `
import json, os, sys
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
import mlflow
answers = []
for folder, uri, name in json.loads(sys.argv[1]):
    os.chdir(folder)
    client = mlflow.MlflowClient(uri)
    if name:
        client.create_experiment(name)
    answers.append([each.name for each in client.search_experiments()])
print(json.dumps(answers))
`;

/** The same by SQLAlchemy alone: an older MLflow opens no newer store. */
const NAMES = `
import sqlalchemy, sys
for uri in sys.argv[1:]:
    print(sqlalchemy.create_engine(uri).connect().exec_driver_sql("SELECT name FROM experiments").fetchall())
`;

/** SQLAlchemy 2.0 and 2.1, which read a name differently. */
const VERSIONS: readonly MlflowVersion[] = ['2.14.3', '3.17.2'];
const ADDRESSES = [
  'sqlite:///my%20dir/x.db',
  'sqlite+pysqlite:///y.db',
  'sqlite:///z.db?timeout=30',
  'sqlite:///file:w.db?mode=rwc&uri=true',
  'sqlite:///~/x.db',
  'file:mlruns',
  'file:./other%20runs',
];

describe('addresses of stores', function () {
  this.timeout(600_000);
  after(removeTempFolders);

  const open = (version: MlflowVersion, asked: [folder: string, uri: string, name?: string][]): string[][] =>
    JSON.parse(
      execFileSync(
        mlflowPython(version),
        ['-c', OPEN, JSON.stringify(asked.map(([folder, uri, name]) => [folder, uri, name ?? null]))],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      )
        .trim()
        .split('\n')
        .at(-1)!,
    ) as string[][];

  for (const version of VERSIONS) {
    it(`lead where MLflow ${version} makes the store`, () => {
      const folder = tempFolder();
      for (const name of ['my dir', 'my%20dir', '~']) {
        fs.mkdirSync(path.join(folder, name));
      }
      open(
        version,
        ADDRESSES.map((address) => [folder, address, 'made']),
      );
      for (const address of ADDRESSES) {
        const place = parseStoreUri(address, folder).path!;
        assert.ok(place.startsWith(folder) && fs.existsSync(place), `${address}: ${place}`);
      }
      const answers = open(
        version,
        ADDRESSES.map((address) => [tempFolder(), parseStoreUri(address, folder).uri]),
      );
      answers.forEach((names, index) => assert.ok(names.includes('made'), ADDRESSES[index]));
    });
  }

  it('that are written are found by each SQLAlchemy, whatever the file is called', async () => {
    const folder = tempFolder();
    const base = tempFolder();
    const names = ['a b.db', 'a%41.db', 'a%.db', 'a#b.db', 'ä+&=;.db'];
    open(
      '3.17.2',
      names.map((name, index) => [folder, `sqlite:///${index}.db`, name]),
    );
    const uris: string[] = [];
    for (const [index, name] of names.entries()) {
      const file = path.join(folder, name);
      fs.renameSync(path.join(folder, `${index}.db`), file);
      const location = parseStoreUri(file, '/');
      uris.push(await uiStoreUri(await uiFolder(base, location), location));
    }
    const answers = open(
      '3.17.2',
      uris.map((uri) => [tempFolder(), uri]),
    );
    const older = execFileSync(mlflowPython('2.14.3'), ['-c', NAMES, ...uris], { encoding: 'utf8' }).split(
      '\n',
    );
    names.forEach((name, index) => {
      assert.ok(answers[index]?.includes(name), uris[index]);
      assert.ok(older[index]?.includes(name), uris[index]);
    });
  });
});
