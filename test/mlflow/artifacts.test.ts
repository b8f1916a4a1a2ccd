import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { serverPython } from '../../scripts/mlflowEnvironment';
import type { ArtifactOwner, TrackingStore } from '../../src/mlflow/store';
import { artifactHandlers } from '../../src/panels/artifacts';
import type { ArtifactPreview } from '../../src/protocol/artifacts';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders, tempFolder } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { openStores, plainServices } from '../support/pageHarness';
import { openWorkbench, type Workbench } from '../support/workbench';
import { assertExplained, type ModelFacts } from './modelFacts';

interface Logged {
  runId: string;
  modelId: string;
  artifacts: Record<string, number | null>;
  table: { columns: string[]; data: (string | number | null)[][] };
  model: ModelFacts;
  dataset: { name: string; digest: string; rows: number };
}

/** Runs a script of this folder under MLflow 3.17.2; what it prints last is JSON. */
function runPython<T>(script: string, args: string[], cwd: string): T {
  const file = path.join(__dirname, script);
  const done = spawnSync(serverPython('3.17.2'), [file, ...args], { encoding: 'utf8', cwd });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as T;
}

function previewOf(
  stores: OpenStores,
  uri: string,
  owner: ArtifactOwner,
  name: string,
  size: number | null = null,
): Promise<ArtifactPreview> {
  return artifactHandlers(uri, plainServices(stores)).previewArtifact(
    { owner, path: name, size },
    new AbortController().signal,
  );
}

describe('artifacts that MLflow 3.17.2 logs', function () {
  this.timeout(900_000);
  let logged: Logged;
  let folder: string;
  let uri: string;
  let stores: OpenStores;
  let store: TrackingStore;

  before(async () => {
    folder = tempFolder();
    logged = runPython<Logged>('log_artifacts.py', [folder], folder);
    uri = sqliteUri(path.join(folder, 'mlflow.db'));
    stores = openStores(uri);
    store = await stores.get(uri);
  });

  after(() => {
    stores.dispose();
    removeTempFolders();
  });

  async function listed(inFolder = ''): Promise<Record<string, number | null>> {
    const found: Record<string, number | null> = {};
    for (const file of (await store.listArtifacts({ runId: logged.runId }, inFolder)).files) {
      found[file.path] = file.size;
      if (file.isDir) {
        Object.assign(found, await listed(file.path));
      }
    }
    return found;
  }

  function preview(name: string): Promise<ArtifactPreview> {
    return previewOf(stores, uri, { runId: logged.runId }, name, logged.artifacts[name]);
  }

  const cells = (row: (string | number | null)[]): string[] =>
    row.map((cell) => (cell === null ? '' : String(cell)));

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
    assert.deepEqual(table.rows, logged.table.data.map(cells));
  });

  it('explains the model as MLflow reads it', async () => {
    const shown = await previewOf(stores, uri, { modelId: logged.modelId }, 'MLmodel');
    assertExplained(shown, logged.model);
    assert.ok(shown.kind === 'model');
    assert.equal(shown.uri, `models:/${logged.modelId}`);
    assert.ok(shown.requirements.some(({ name, version }) => name === 'scikit-learn' && version !== null));
    assert.deepEqual(shown.example, {
      kind: 'table',
      columns: ['distance', 'zone'],
      rows: [
        ['1', '1'],
        ['2', '2'],
      ],
      more: false,
    });
  });

  it('explains the models of the taxi project as MLflow reads them', async () => {
    const project = await unpackFixture('taxi-duration');
    const taxiUri = sqliteUri(path.join(project, 'mlflow.db'));
    const taxi = openStores(taxiUri);
    try {
      const opened = await taxi.get(taxiUri);
      const { items } = await opened.searchLoggedModels({ maxResults: 100 });
      const folders = await Promise.all(items.map(({ modelId }) => opened.locateArtifact!({ modelId }, '')));
      const facts = runPython<ModelFacts[]>('model_facts.py', folders, project);
      assert.equal(facts.length, 5);
      for (const [index, { modelId }] of items.entries()) {
        assertExplained(await previewOf(taxi, taxiUri, { modelId }, 'MLmodel'), facts[index]!);
      }
    } finally {
      taxi.dispose();
    }
  });

  describe('are previewed in the real VS Code:', () => {
    let workbench: Workbench;
    let page: FrameLocator;

    before(async () => {
      workbench = await openWorkbench({ workspace: folder });
      await workbench.openView('Experiments');
      await workbench.row(/^Default/).waitFor();
      await workbench.executeCommand('mlflowLens.openRun', { store: uri, runId: logged.runId });
      page = workbench.webview();
      await page.getByRole('treeitem', { name: 'README.md' }).waitFor();
      await workbench.page.keyboard.press('ControlOrMeta+b');
    });

    after(() => workbench?.close());

    async function choose(name: string, exact = false): Promise<void> {
      await page.getByRole('treeitem', { name, exact }).first().click();
    }

    /** The picture with this name for screen readers: its own width and height, as the browser read them. */
    async function sizeOf(label: string): Promise<string> {
      const image = page.locator('lens-image').filter({ has: page.locator(`img[alt="${label}"]`) });
      await image.locator('div', { hasText: '×' }).waitFor();
      return image.locator('div').innerText();
    }

    it('figures, as PNG and SVG', async () => {
      await choose('plots');
      await choose('loss.png');
      assert.equal(await sizeOf('plots/loss.png'), '640 × 480');
      await workbench.screenshots('artifact-figure');
      await choose('loss.svg');
      assert.match(await sizeOf('plots/loss.svg'), /^\d{3} × \d{3}$/);
    });

    it('images, by step', async () => {
      await choose('images');
      await page.getByText('attention/map').waitFor();
      assert.equal(await sizeOf('attention/map at step 10'), '48 × 32');
      await workbench.screenshots('artifact-images');
      const last = await page.locator('lens-image img').screenshot();
      await page.getByRole('slider').press('Home');
      assert.equal(await sizeOf('attention/map at step 0'), '48 × 32');
      await page.getByText('step 0').waitFor();
      const first = await page.locator('lens-image img').screenshot();
      assert.notDeepEqual(first, last, 'another step is another picture');
      await page.getByRole('slider').press('ArrowRight');
      await page.getByText('step 5').waitFor();
      assert.equal(await sizeOf('attention/map at step 5'), '48 × 32');
    });

    it('tables: logged ones and csv', async () => {
      const table = page.locator('table.data');
      await choose('eval.json');
      await page.getByRole('columnheader', { name: 'prompt' }).waitFor();
      assert.equal(
        await table.innerText(),
        [logged.table.columns, ...logged.table.data.map(cells)].map((row) => row.join('\t')).join('\n'),
      );
      await workbench.screenshots('artifact-table');
      await choose('data');
      await choose('rides.csv');
      await page.getByRole('columnheader', { name: 'zone' }).waitFor();
      assert.equal(await table.innerText(), 'distance\tzone\n1.0\t1\n2.0\t2\n3.0\t3\n4.0\t4');
    });

    it('dicts, texts, Markdown and HTML', async () => {
      const text = page.locator('pre.text-preview');
      await choose('config.json');
      await text.filter({ hasText: '"layers": [' }).waitFor();
      await workbench.screenshots('artifact-json');
      await choose('config.yaml');
      await text.filter({ hasText: 'kind: cosine' }).waitFor();
      await choose('notes.txt');
      await text.filter({ hasText: 'line 2 ü' }).waitFor();
      await choose('README.md');
      await page.locator('.artifact-preview .markdown h1', { hasText: 'Title' }).waitFor();
      assert.equal(
        await page.locator('.markdown a', { hasText: 'link' }).getAttribute('href'),
        'https://example.com',
      );
      await workbench.screenshots('artifact-markdown');
      await choose('report.html');
      await page.frameLocator('iframe.html-preview').getByText('all well').waitFor();
      await workbench.screenshots('artifact-html');
    });

    it('the dataset, and the model with flavours, signature and input example', async () => {
      await page.getByRole('button', { name: 'rides', exact: true }).click();
      await page.getByText(logged.dataset.digest).first().waitFor();
      await workbench.executeCommand('mlflowLens.openLoggedModel', { store: uri, modelId: logged.modelId });
      page = workbench.webview();
      const model = page.locator('.model-preview');
      await model.waitFor();
      const said = await model.innerText();
      for (const part of [
        /^distance\s+double\s*$/m,
        /^zone\s+long\s*$/m,
        /^unnamed\s+Tensor \(float64, \(-1,\)\)\s*$/m,
        /^temperature\s+(double|float)\s+default 0\.5$/m,
        /mlflow\.sklearn\.load_model/,
        /mlflow\.pyfunc\.load_model/,
        new RegExp(`^Python\\s+${logged.model.pythonVersion}$`, 'm'),
        /^MLflow\s+3\.17\.2$/m,
        /^scikit-learn\s+\d/m,
        /^loader_module\s+mlflow\.sklearn$/m,
      ]) {
        assert.match(said, part);
      }
      assert.deepEqual(await model.locator('table.data').innerText(), 'distance\tzone\n1\t1\n2\t2');
      await workbench.screenshots('artifact-model');
    });
  });
});
