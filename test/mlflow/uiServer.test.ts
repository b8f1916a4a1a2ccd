import * as assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { serverPython } from '../../scripts/mlflowEnvironment';
import { freePort, mlflowUiArguments, uiEnvironment, uiFolder } from '../../src/platform/mlflowServer';
import { parseStoreUri, type StoreLocation } from '../../src/stores/uri';
import { unpackFixture } from '../support/fixtures';
import { emptyFolder, removeRepositories, writeFiles } from '../support/repositories';
import { until } from '../support/workbench';

/** A run with an artifact, whose place is then recorded relative to MLflow's folder, as MLflow 1.x did. */
const LOG = `
import mlflow, os, sqlite3, sys
os.chdir(sys.argv[1])
mlflow.set_tracking_uri("sqlite:///mlflow.db")
experiment = mlflow.create_experiment("relative", artifact_location="./mlruns/1")
with mlflow.start_run(experiment_id=experiment) as run:
    mlflow.log_text("found by its relative path", "a.txt")
database = sqlite3.connect("mlflow.db")
database.execute("UPDATE runs SET artifact_uri = './mlruns/1/' || run_uuid || '/artifacts'")
database.commit()
print(run.info.run_id)
`;

/** MLflow's own server, started as "Open MLflow UI" starts it. */
describe('mlflow ui of MLflow 3.17.2', function () {
  this.timeout(300_000);
  let python: string;
  let server: ChildProcess | undefined;
  before(() => {
    python = serverPython('3.17.2');
  });
  afterEach(() => {
    if (server?.pid !== undefined && server.exitCode === null) {
      process.kill(-server.pid, 'SIGKILL');
    }
  });
  after(removeRepositories);

  /** Resolves when it answers, with what asks it. */
  async function serve(location: StoreLocation): Promise<(place: string) => Promise<Response>> {
    const port = await freePort();
    server = spawn(python, mlflowUiArguments(location, '3.17.2', port), {
      cwd: await uiFolder(emptyFolder(), location),
      env: { ...process.env, ...uiEnvironment(location) },
      detached: true,
      stdio: 'ignore',
    });
    const get = (place: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${place}`);
    await until(
      () =>
        get('/health').then(
          ({ ok }) => ok,
          () => false,
        ),
      240_000,
    );
    return get;
  }

  it('opens an mlruns folder, which it refuses by itself', async () => {
    const folder = path.join(await unpackFixture('files-3.12.0'), 'mlruns');
    const get = await serve(parseStoreUri(folder, '/'));
    const listed = await (await get('/api/2.0/mlflow/experiments/search?max_results=10')).text();
    assert.match(listed, /"name": "taxi duration"/);
  });

  it('shows relative artifacts, and runs no file of the store, whose folder holds names of its modules', async () => {
    const folder = emptyFolder();
    const run = execFileSync(python, ['-c', LOG, folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .slice(-32);
    const marker = path.join(emptyFolder(), 'run');
    const note = `open(${JSON.stringify(marker)}, "a").write(__name__)\n`;
    const names = ['uvicorn', 'gunicorn', 'gunicorn.conf', 'flask', 'statistics', 'mlruns/json'];
    writeFiles(folder, Object.fromEntries(names.map((name) => [`${name}.py`, note])));

    const get = await serve(parseStoreUri(path.join(folder, 'mlflow.db'), '/'));
    const listed = await (await get(`/ajax-api/2.0/mlflow/artifacts/list?run_id=${run}`)).text();
    assert.match(listed, /"root_uri": "\.\/mlruns\/1\/[^]*"path": "a\.txt"/);
    const artifact = await get(`/get-artifact?path=a.txt&run_uuid=${run}`);
    assert.equal(await artifact.text(), 'found by its relative path');
    assert.equal(fs.existsSync(marker), false, 'a file of the store was run');
  });
});
