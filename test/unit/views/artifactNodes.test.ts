import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { TrackingStore } from '../../../src/mlflow/store';
import { openSqliteStore } from '../../../src/stores/sqlite/open';
import { artifactChildren, artifactDescription, artifactRoot } from '../../../src/views/artifactNodes';
import { withDatabase } from '../../support/database';
import { unpackFixture } from '../../support/fixtures';

const LASSO = '09e91d4bba9347db9e2d0c241248202d';
const FAILED = '00000000000000000000000000000000';

describe('artifacts in the sidebar', function () {
  this.timeout(30_000);
  let folder: string;
  let store: TrackingStore;

  before(async () => {
    folder = await unpackFixture('taxi-duration');
    store = await openSqliteStore(path.join(folder, 'mlflow.db'), {
      distFolder: path.resolve(__dirname, '../../../dist'),
    });
  });

  after(() => store.dispose());

  it('are the files of the run and the models that it logged', async () => {
    const { nodes, note } = await artifactChildren(store, artifactRoot(store.uri, LASSO));
    assert.deepEqual(
      nodes.map((node) => [node.label, node.isDir, artifactDescription(node)]),
      [
        ['about', true, ''],
        ['model', true, 'logged model'],
      ],
    );
    assert.equal(note, null);
    const model = await artifactChildren(store, nodes[1]!);
    assert.deepEqual(
      model.nodes.map(({ label }) => label),
      ['MLmodel', 'conda.yaml', 'model.skops', 'python_env.yaml', 'requirements.txt'],
    );
    const about = await artifactChildren(store, nodes[0]!);
    assert.equal(about.nodes[0]?.path, 'about/data.json');
    const file = await store.locateArtifact?.(about.nodes[0].owner, about.nodes[0].path);
    assert.ok(file?.startsWith(fs.realpathSync(folder)) && fs.existsSync(file));
  });

  it('are cut where a folder is endless, with what to do', async () => {
    const [first] = fs.readdirSync(path.join(folder, 'mlruns/1', LASSO, 'artifacts'));
    assert.ok(first);
    const many = path.join(folder, 'mlruns/1', LASSO, 'artifacts', 'many');
    fs.mkdirSync(many);
    for (let i = 0; i < 700; i++) {
      fs.writeFileSync(path.join(many, `${i}.txt`), '');
    }
    const root = artifactRoot(store.uri, LASSO);
    const { nodes, note } = await artifactChildren(store, { ...root, path: 'many' });
    assert.equal(nodes.length, 500);
    assert.match(note ?? '', /200 more files/);
  });

  it('name a remote place with what to do, also where a model was logged beside it', async () => {
    const file = path.join(folder, 'mlflow.db');
    const recorded = (await store.getRun(LASSO)).info.artifactUri;
    const move = (uri: string): void =>
      withDatabase(file, (database) => {
        database.prepare('UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?').run(uri, LASSO);
      });
    move('s3://bucket/1/artifacts');
    try {
      const { nodes, note } = await artifactChildren(store, artifactRoot(store.uri, LASSO));
      assert.deepEqual(
        nodes.map(({ label }) => label),
        ['model'],
      );
      assert.match(note ?? '', /Amazon S3 .*"mlflow artifacts download --run-id 09e91d4bba93/);
    } finally {
      move(recorded);
    }
  });

  it('are an error for a run that is not there', async () => {
    await assert.rejects(artifactChildren(store, artifactRoot(store.uri, FAILED)), {
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
  });
});
