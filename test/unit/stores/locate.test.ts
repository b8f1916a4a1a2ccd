import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { locateStores, trackingUris } from '../../../src/stores/locate';
import { longestTurn } from '../../support/turns';
import { hasMlflowTables } from '../../../src/stores/sqliteHeader';

const TABLES = ['experiments', 'runs', 'metrics', 'params', 'tags'];

function makeDatabase(file: string, tables: string[], extra = 0): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const statements = [
    ...Array.from({ length: extra }, (_, i) => `CREATE TABLE other_${i} (a TEXT, b TEXT, c TEXT, d TEXT)`),
    ...tables.map((table) => `CREATE TABLE "${table}" (x)`),
  ];
  execFileSync('python3', [
    '-c',
    'import sqlite3,sys\nc=sqlite3.connect(sys.argv[1])\nc.executescript("BEGIN;"+sys.argv[2]+";COMMIT")',
    file,
    statements.join(';\n'),
  ]);
}

describe('locating stores', () => {
  let folder: string;
  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };
  const found = async (depth = 4, env = {}): Promise<string[]> =>
    (await locateStores({ folders: [folder], depth, env })).map(({ uri }) => uri.replace(folder, ''));

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-locate-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('finds SQLite files by their tables, whatever their name', async () => {
    makeDatabase(path.join(folder, 'mlflow.db'), TABLES);
    makeDatabase(path.join(folder, 'course/backend.db'), TABLES);
    makeDatabase(path.join(folder, 'app.sqlite3'), ['users']);
    write('broken.db', 'not a database');
    write('empty.db', '');
    assert.deepEqual(await found(), ['sqlite:////mlflow.db', 'sqlite:////course/backend.db']);
  });

  it('reads a schema of many pages', async () => {
    const file = path.join(folder, 'big.db');
    makeDatabase(file, TABLES, 600);
    assert.equal(await hasMlflowTables(file), true);
  });

  it('looks at a folder of 100,000 files in many short turns', async function () {
    this.timeout(60_000);
    for (let i = 0; i < 100_000; i++) {
      fs.closeSync(fs.openSync(path.join(folder, `${(i * 7919) % 1_000_003}.txt`), 'w'));
    }
    const longest = await longestTurn(() => locateStores({ folders: [folder], depth: 4, env: {} }));
    assert.ok(longest < 50, `${longest} ms in one turn`);
  });

  it('tells a file store from the artifact folder of a SQLite store', async () => {
    write('mlruns/0/meta.yaml', 'experiment_id: "0"\n');
    write('other/mlruns/1/abc/artifacts/x.txt', '');
    assert.deepEqual(await found(), ['file:///mlruns']);
  });

  it('reads the environment and .env, and lists what cannot be opened with the reason', async () => {
    write('.env', 'export MLFLOW_TRACKING_URI="sqlite:///training/x.db"\n');
    const stores = await locateStores({
      folders: [folder],
      depth: 1,
      env: { MLFLOW_TRACKING_URI: 'postgresql://a:secret@b/c' },
    });
    assert.equal(stores[0]?.error?.code, 'UNSUPPORTED');
    assert.ok(!stores[0]?.uri.includes('secret'));
    assert.equal(stores[1]?.uri, `sqlite:///${folder}/training/x.db`);
    assert.equal(stores[1]?.origin, 'from .env');
  });

  it('reads addresses of the environment and of .env as MLflow does, which expands no home folder', async () => {
    write('.env', 'MLFLOW_TRACKING_URI=sqlite+pysqlite:///x.db?timeout=30\n');
    assert.deepEqual(
      await found(4, { MLFLOW_TRACKING_URI: '~/mlflow.db', MLFLOW_REGISTRY_URI: 'file:mlruns' }),
      ['sqlite:////~/mlflow.db', 'file:///mlruns', 'sqlite:////x.db'],
    );
  });

  it('finds literal set_tracking_uri in scripts and notebooks, where the file exists', async () => {
    makeDatabase(path.join(folder, 'a/very/far/away/from/here/x.store'), TABLES);
    write('train.py', 'mlflow.set_tracking_uri("sqlite:///a/very/far/away/from/here/x.store")\n');
    write('gone.py', "mlflow.set_tracking_uri('sqlite:///gone.db')\n");
    assert.deepEqual(await found(1), ['sqlite:////a/very/far/away/from/here/x.store']);
    assert.deepEqual(trackingUris('{"source": ["mlflow.set_tracking_uri(\\"sqlite:///n.db\\")\\n"]}'), [
      'sqlite:///n.db',
    ]);
    assert.deepEqual(trackingUris('set_tracking_uri(f"sqlite:///{name}.db")'), []);
  });

  it('lists a server that a file names, which is not asked anything before the user connects to it', async () => {
    write(
      '.env',
      'MLFLOW_TRACKING_URI=http://ada:secret@team:5000/\nMLFLOW_REGISTRY_URI=https://registry/mlflow\n',
    );
    write('train.py', 'mlflow.set_tracking_uri("http://localhost:5000")\n');
    write('n.ipynb', '{"source": ["mlflow.set_tracking_uri(\\"https://other:8443/x\\")\\n"]}');
    write('f.py', 'mlflow.set_tracking_uri(f"http://{host}:5000")\n');
    const stores = await locateStores({ folders: [folder], depth: 1, env: {} });
    assert.deepEqual(
      stores.map(({ uri, error }) => [uri, error?.code]),
      [
        ['http://team:5000', 'ON_ANOTHER_MACHINE'],
        ['https://registry/mlflow', 'ON_ANOTHER_MACHINE'],
        ['https://other:8443/x', 'ON_ANOTHER_MACHINE'],
        ['http://localhost:5000', 'ON_ANOTHER_MACHINE'],
      ],
    );
    assert.match(
      stores[0]!.error!.message,
      /^A file of this workspace names the server http:\/\/team:5000, so it is not asked anything before you connect to it\.$/,
    );
    assert.ok(!JSON.stringify(stores).includes('secret'));
  });

  it('opens a server that the environment names, also where a file names it too', async () => {
    write('.env', 'MLFLOW_TRACKING_URI=http://team:5000\n');
    const stores = await locateStores({
      folders: [folder],
      depth: 1,
      env: { MLFLOW_TRACKING_URI: 'http://team:5000', MLFLOW_REGISTRY_URI: 'http://registry:5000' },
    });
    assert.deepEqual(
      stores.map(({ uri, error, origin }) => [uri, error, origin]),
      [
        ['http://team:5000', null, 'from MLFLOW_TRACKING_URI'],
        ['http://registry:5000', null, 'from MLFLOW_REGISTRY_URI'],
      ],
    );
  });

  it('stays out of environments and node_modules, and within the depth', async () => {
    makeDatabase(path.join(folder, 'node_modules/x/mlflow.db'), TABLES);
    makeDatabase(path.join(folder, 'myenv/mlflow.db'), TABLES);
    write('myenv/pyvenv.cfg', '');
    makeDatabase(path.join(folder, '1/2/3/mlflow.db'), TABLES);
    assert.deepEqual(await found(2), []);
    assert.equal((await found(3)).length, 1);
  });
});
