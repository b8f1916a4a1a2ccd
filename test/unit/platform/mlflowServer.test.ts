import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  mlflowUiArguments,
  mlflowVersion,
  PYTHON_ENVIRONMENT,
  uiAddress,
  type UiPage,
  uiEnvironment,
  uiFolder,
  uiStoreUri,
} from '../../../src/platform/mlflowServer';
import { parseStoreUri, sqliteUri, type StoreLocation } from '../../../src/stores/uri';
import { findExecutable } from '../../../src/worker/executable';
import { emptyFolder, removeRepositories, writeFiles } from '../../support/repositories';

/** An installation of "MLflow" that says how it was called, and starts its server as MLflow does, by `-m`. */
const INSTALLED = {
  'mlflow/__init__.py': '',
  'mlflow/__main__.py': `import json, subprocess, sys
print(json.dumps(sys.argv[1:]), flush=True)
subprocess.run([sys.executable, "-m", "served"], check=True)
`,
  'served.py': 'import statistics\nprint("served", statistics.mean([1, 3]))\n',
  'mlflow-3.17.2.dist-info/METADATA': 'Metadata-Version: 2.1\nName: mlflow\nVersion: 3.17.2\n',
};

/** Modules that would be found in the folder of the store, each leaving a file behind. */
function storeThatShadows(): { folder: string; marker: string } {
  const folder = emptyFolder();
  const marker = path.join(emptyFolder(), 'imported');
  const note = `open(${JSON.stringify(marker)}, "a").write(__name__ + "\\n")\n`;
  writeFiles(folder, {
    'mlflow.db': '',
    'mlflow/__init__.py': note,
    'mlflow/__main__.py': note,
    'served.py': note,
    'statistics.py': note,
    'importlib/__init__.py': note,
    'json.py': note,
  });
  return { folder, marker };
}

/** The words that MLflow is called with. */
function told(location: StoreLocation, version: string): string[] {
  return JSON.parse(mlflowUiArguments(location, version, 1).at(-1)!) as string[];
}

describe('mlflow ui', () => {
  const python = findExecutable('python3')!;
  const before = process.env.PYTHONPATH;
  let site: string;
  beforeEach(() => {
    site = emptyFolder();
    writeFiles(site, INSTALLED);
    process.env.PYTHONPATH = site;
  });
  afterEach(() => {
    delete process.env.PYTHONPATH;
    if (before !== undefined) {
      process.env.PYTHONPATH = before;
    }
  });
  after(removeRepositories);

  const start = (cwd: string, args: string[]): string =>
    spawnSync(python, args, { cwd, encoding: 'utf8', env: { ...process.env, ...PYTHON_ENVIRONMENT } }).stdout;

  it('runs no file of the folder that holds the store', async () => {
    const { folder, marker } = storeThatShadows();
    const ours = emptyFolder();
    const location = parseStoreUri(path.join(folder, 'mlflow.db'), '/');
    assert.equal(await mlflowVersion(python, ours), '3.17.2');
    const printed = start(ours, mlflowUiArguments(location, '3.17.2', 5001));
    const [args, served] = printed.trim().split('\n');
    assert.deepEqual(JSON.parse(args!), [
      'ui',
      ...['--backend-store-uri', sqliteUri(path.join(folder, 'mlflow.db'))],
      ...['--default-artifact-root', path.join(folder, 'mlruns')],
      ...['--artifacts-destination', path.join(folder, 'mlartifacts'), '--workers', '1'],
      ...['--host', '127.0.0.1', '--port', '5001'],
    ]);
    assert.equal(served, 'served 2');
    assert.equal(fs.existsSync(marker), false, 'a file of the store was imported');
    // In the store's own folder, by a Python that knows no safe path, they are imported: the test can fail.
    spawnSync(python, ['-m', 'mlflow'], { cwd: folder, env: process.env });
    assert.equal(fs.existsSync(marker), true);
  });

  it('is told where the artifacts of an older MLflow and of an mlruns folder are, in words that they know', () => {
    const old = told(parseStoreUri('sqlite:////data/x.db', '/'), '1.30.1');
    assert.deepEqual(old.slice(3, 5), ['--default-artifact-root', '/data/mlruns']);
    assert.ok(!old.includes('--artifacts-destination'));
    assert.ok(!told(parseStoreUri('/data/x.db', '/'), 'unknown').includes('--artifacts-destination'));
    const files = told(parseStoreUri('/data/mlruns', '/'), '3.17.2');
    assert.deepEqual(files.slice(1, 5), [
      ...['--backend-store-uri', 'file:///data/mlruns'],
      ...['--default-artifact-root', 'file:///data/mlruns'],
    ]);
  });

  it('opens an mlruns folder, also where MLflow refuses to without being told', () => {
    const environment = uiEnvironment(parseStoreUri('/data/mlruns', '/'));
    assert.deepEqual(environment, { ...PYTHON_ENVIRONMENT, MLFLOW_ALLOW_FILE_STORE: 'true' });
    assert.deepEqual(uiEnvironment(parseStoreUri('/data/x.db', '/')), PYTHON_ENVIRONMENT);
  });

  it('is given a name that VS Code would read a variable in as it is', () => {
    const location = parseStoreUri('/data/${env:HOME}/$x.db', '/');
    const given = mlflowUiArguments(location, '3.17.2', 1);
    assert.ok(!given.join(' ').includes('$'), given.join(' '));
    assert.ok(told(location, '3.17.2').includes('sqlite:////data/${env:HOME}/$x.db'));
  });

  it('serves all workspaces of a store that has several, and shows the one that is shown here', async () => {
    const location = parseStoreUri('sqlite:////data/x.db?workspace=team-a', '/');
    const bare = parseStoreUri('sqlite:////data/x.db', '/');
    const words = told(location, '3.17.2');
    assert.ok(words.includes('--enable-workspaces'));
    assert.equal(words[words.indexOf('--backend-store-uri') + 1], 'sqlite:////data/x.db');
    assert.ok(!told(bare, '3.17.2').includes('--enable-workspaces'));
    const base = emptyFolder();
    assert.equal(await uiFolder(base, location), await uiFolder(base, bare));
    assert.equal(await uiStoreUri(base, location), bare.uri);
  });

  it('is opened at the experiment or the run that is asked for, in its workspace', () => {
    const server = 'https://host:8443/team';
    const addressOf = (page: Partial<UiPage>): string => uiAddress(server, { workspace: null, ...page });
    assert.equal(addressOf({}), `${server}/`);
    assert.equal(addressOf({ workspace: 'our own' }), `${server}/#/experiments?workspace=our+own`);
    assert.equal(addressOf({ experimentId: '1' }), `${server}/#/experiments/1`);
    assert.equal(
      addressOf({ experimentId: '1', runId: 'ab', workspace: 'team-a' }),
      `${server}/#/experiments/1/runs/ab?workspace=team-a`,
    );
  });

  it('is given a link to a file whose name is another one for newer versions of SQLAlchemy', async () => {
    const folder = emptyFolder();
    writeFiles(folder, { 'a%41.db': 'its bytes', 'a%.db': '' });
    const location = parseStoreUri(path.join(folder, 'a%41.db'), '/');
    const ours = await uiFolder(emptyFolder(), location);
    for (let time = 0; time < 2; time++) {
      const uri = await uiStoreUri(ours, location);
      assert.match(uri, /^sqlite:\/{4}[^%]+$/);
      assert.equal(fs.readFileSync(parseStoreUri(uri, '/').path!, 'utf8'), 'its bytes');
    }
    const alike = parseStoreUri(path.join(folder, 'a%.db'), '/');
    assert.equal(await uiStoreUri(ours, alike), alike.uri, 'no letter of it is a code');
  });

  it('finds relative artifacts, as MLflow 1.x recorded them, from a folder that holds nothing else of the store', async () => {
    const { folder } = storeThatShadows();
    const base = emptyFolder();
    const location = parseStoreUri(path.join(folder, 'mlflow.db'), '/');
    const ours = await uiFolder(base, location);
    assert.deepEqual(fs.readdirSync(ours), [], 'there are no artifacts yet');
    writeFiles(folder, { 'mlruns/0/1/artifacts/a.txt': 'one', artifacts: 'no folder' });
    assert.equal(await uiFolder(base, location), ours);
    assert.deepEqual(fs.readdirSync(ours), ['mlruns']);
    assert.equal(fs.readFileSync(path.join(ours, './mlruns/0/1/artifacts/a.txt'), 'utf8'), 'one');
    const other = await uiFolder(base, parseStoreUri(path.join(emptyFolder(), 'mlflow.db'), '/'));
    assert.notEqual(other, ours);
    assert.deepEqual(fs.readdirSync(other), []);
    fs.renameSync(path.join(folder, 'mlruns'), path.join(folder, 'moved'));
    await uiFolder(base, location);
    assert.deepEqual(fs.readdirSync(ours), [], 'a link that leads nowhere goes');
  });

  it('knows the version of MLflow, also of mlflow-skinny', async () => {
    assert.equal(await mlflowVersion(python, emptyFolder()), '3.17.2');
    fs.renameSync(
      path.join(site, 'mlflow-3.17.2.dist-info'),
      path.join(site, 'mlflow_skinny-3.12.0.dist-info'),
    );
    const named = { 'mlflow_skinny-3.12.0.dist-info/METADATA': 'Name: mlflow-skinny\nVersion: 3.12.0\n' };
    writeFiles(site, named);
    assert.equal(await mlflowVersion(python, emptyFolder()), '3.12.0');
    fs.rmSync(path.join(site, 'mlflow_skinny-3.12.0.dist-info'), { recursive: true });
    assert.equal(await mlflowVersion(python, emptyFolder()), 'unknown');
  });

  it('is not started where there is no MLflow', async () => {
    process.env.PYTHONPATH = emptyFolder();
    const { folder } = storeThatShadows();
    assert.equal(await mlflowVersion(python, emptyFolder()), null);
    assert.equal(await mlflowVersion(path.join(folder, 'no-python'), emptyFolder()), null);
  });
});
