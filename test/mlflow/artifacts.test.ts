import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { loggedModelPage } from '../../src/panels/loggedModel';
import { runPage } from '../../src/panels/run';
import { artifactHandlers } from '../../src/panels/artifacts';
import type { ArtifactPreview } from '../../src/protocol/artifacts';
import type { PageServices } from '../../src/panels/page';
import type { TrackingStore } from '../../src/mlflow/store';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { ViewState } from '../../src/state/viewState';
import { removeTempFolders, tempFolder } from '../support/database';
import { openPage, openStores } from '../support/pageHarness';

interface Logged {
  runId: string;
  modelId: string;
  artifacts: Record<string, number | null>;
  table: { columns: string[]; data: (string | number | null)[][] };
  model: {
    flavors: string[];
    mlflowVersion: string;
    created: string;
    sizeBytes: number;
    modelId: string;
    pythonVersion: string;
    inputs: { name: string; type: string | null; required: boolean }[];
    outputs: string[];
    params: { name: string; default: unknown }[];
    example: string;
  };
  dataset: { name: string; digest: string; rows: number };
}

describe('artifacts that MLflow 3.17.2 logs', function () {
  this.timeout(900_000);
  let logged: Logged;
  let uri: string;
  let stores: OpenStores;
  let store: TrackingStore;
  let services: PageServices;

  before(async () => {
    const folder = tempFolder();
    const script = path.join(__dirname, 'log_artifacts.py');
    const done = spawnSync(mlflowPython('full-3.17.2'), [script, folder], { encoding: 'utf8', cwd: folder });
    assert.equal(done.status, 0, done.stderr);
    logged = JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Logged;
    uri = sqliteUri(path.join(folder, 'mlflow.db'));
    stores = openStores(uri);
    store = await stores.get(uri);
    services = {
      stores,
      state: new ViewState({ get: () => undefined, update: async () => undefined }),
      settings: () => ({ metricDirections: {}, headlineMetric: '' }),
      runCommand: async () => undefined,
      copyText: async () => undefined,
      showLog: () => undefined,
      log: () => undefined,
      isTrusted: () => true,
      workspaceFolders: () => [],
      now: () => Date.now(),
    };
  });

  after(() => {
    stores.dispose();
    removeTempFolders();
  });

  async function listed(folder = ''): Promise<Record<string, number | null>> {
    const found: Record<string, number | null> = {};
    for (const file of (await store.listArtifacts({ runId: logged.runId }, folder)).files) {
      found[file.path] = file.size;
      if (file.isDir) {
        Object.assign(found, await listed(file.path));
      }
    }
    return found;
  }

  function preview(name: string, modelId?: string): Promise<ArtifactPreview> {
    const owner = modelId ? { modelId } : { runId: logged.runId };
    const size = logged.artifacts[name] ?? null;
    return artifactHandlers(uri, services).previewArtifact(
      { owner, path: name, size },
      new AbortController().signal,
    );
  }

  it('are listed as its client lists them', async () => {
    assert.deepEqual(await listed(), logged.artifacts);
  });

  it('are previewed by kind', async () => {
    const kinds: Record<string, string> = {
      'plots/loss.png': 'image',
      'plots/loss.svg': 'image',
      'eval.json': 'table',
      'config.json': 'text',
      'config.yaml': 'text',
      'notes.txt': 'text',
      'report.html': 'html',
      'data/rides.csv': 'table',
    };
    for (const [name, kind] of Object.entries(kinds)) {
      assert.equal((await preview(name)).kind, kind, name);
    }
    const table = await preview('eval.json');
    assert.ok(table.kind === 'table');
    assert.deepEqual(table.columns, logged.table.columns);
    assert.deepEqual(
      table.rows,
      logged.table.data.map((row) => row.map((cell) => (cell === null ? '' : String(cell)))),
    );
  });

  it('explains the model as MLflow reads it', async () => {
    const shown = await preview('MLmodel', logged.modelId);
    assert.ok(shown.kind === 'model');
    const { model, requirements, uri: modelUri } = shown;
    assert.deepEqual(
      {
        flavors: model.flavors.map(({ name }) => name).toSorted(),
        mlflowVersion: model.mlflowVersion,
        created: model.created,
        sizeBytes: model.sizeBytes,
        modelId: model.modelId,
        pythonVersion: model.pythonVersion,
        inputs: model.signature?.inputs?.map(({ name, type, required }) => ({ name, type, required })),
        params: model.signature?.params?.map(({ name, default: value }) => ({
          name,
          default: JSON.parse(value ?? 'null') as unknown,
        })),
        example: model.inputExample?.path,
      },
      {
        flavors: logged.model.flavors,
        mlflowVersion: logged.model.mlflowVersion,
        created: logged.model.created,
        sizeBytes: logged.model.sizeBytes,
        modelId: logged.model.modelId,
        pythonVersion: logged.model.pythonVersion,
        inputs: logged.model.inputs,
        params: logged.model.params,
        example: logged.model.example,
      },
    );
    assert.match(model.signature?.outputs?.[0]?.type ?? '', /^Tensor \(float64, \(-1,\)\)$/);
    assert.equal(modelUri, `models:/${logged.modelId}`);
    assert.ok(requirements.some(({ name, version }) => name === 'scikit-learn' && version !== null));
  });

  it('are drawn on the page, logged images by step', async () => {
    const opened = await openPage({ definition: runPage, args: { store: uri, runId: logged.runId }, stores });
    const { page } = opened;
    await page.getByRole('button', { name: 'rides', exact: true }).click();
    await page.getByText(logged.dataset.digest).first().waitFor();
    await page.getByRole('treeitem', { name: 'images' }).click();
    await page.getByText('attention/map').waitFor();
    await page.getByText('step 10').waitFor();
    await page.locator('lens-image img').waitFor();
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.getByText('step 0').waitFor();
    await opened.screenshots('mlflow-images', { fullPage: true });
    for (const folder of ['plots', 'data']) {
      await page.getByRole('treeitem', { name: folder, exact: true }).click();
    }
    for (const name of ['loss.png', 'loss.svg', 'eval.json', 'config.yaml', 'rides.csv', 'report.html']) {
      await page.getByRole('treeitem', { name }).click();
      await page.locator('.artifact-preview :is(lens-image img, table.data, pre, iframe)').waitFor();
      await opened.screenshots(`mlflow-${name}`);
    }
    opened.errors.length = 0;
    await opened.close();
    const model = await openPage({
      definition: loggedModelPage,
      args: { store: uri, modelId: logged.modelId },
      stores,
    });
    await model.page.getByText('mlflow.sklearn.load_model').waitFor();
    await model.close();
  });
});
