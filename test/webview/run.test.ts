import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { loggedModelPage } from '../../src/panels/loggedModel';
import { runSources } from '../../src/panels/runSources';
import { createSourceFinder } from '../../src/provenance/finder';
import { runPage } from '../../src/panels/run';
import type { PageServices } from '../../src/panels/page';
import { traceOf } from '../../src/mlflow/errors';
import { runLink } from '../../src/mlflow/runLink';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { describeOnEveryKind, openStoresOf } from '../support/kinds/pageStores';
import { openPage, type OpenedPage } from '../support/pageHarness';
import { until } from '../support/workbench';

/** Of a notebook: three runs of one cell. */
const RIDGE = '2811e11c16b74e8d8158df63b9f728ac';
const XGBOOST = '18483d9d008e4db2882482aab221745b';
const LASSO = '09e91d4bba9347db9e2d0c241248202d';
const SWEEP = '441d7a0473d644a9857905ef29d0a5ff';

describeOnEveryKind('run page', function (kind, itOnce) {
  this.timeout(120_000);
  let folder: string;
  let uri: string;
  let stores: OpenStores;
  let opened: OpenedPage | undefined;

  beforeEach(async () => {
    folder = await unpackFixture('taxi-duration');
    uri = sqliteUri(path.join(folder, 'mlflow.db'));
    stores = openStoresOf(kind, [uri]);
    stores.setPollInterval(100);
  });

  afterEach(async () => {
    await opened?.close();
    opened = undefined;
    stores.dispose();
  });

  async function open(runId: string, services: Partial<PageServices> = {}): Promise<OpenedPage> {
    opened = await openPage({ definition: runPage, args: { store: uri, runId }, stores, services });
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return opened;
  }

  function write(sql: string, ...parameters: (string | number)[]): void {
    withDatabase(path.join(folder, 'mlflow.db'), (database) => database.prepare(sql).run(...parameters));
  }

  it('shows what the run is, in rows that open charts and sources', async () => {
    const { page, commands } = await open(XGBOOST, {
      runSources: async () => ({
        commit: { id: '4b64c149', subject: 'Sweep xgboost' },
        problem: null,
        givenToMlflowRun: ['max_depth'],
        params: [
          {
            key: 'max_depth',
            status: 'given',
            file: 'MLproject',
            line: 14,
            commit: '4b64c149',
            why: 'mlflow run -P',
          },
          { key: 'seed', status: 'unknown', file: null, line: null, commit: null, why: 'Nothing sets it.' },
        ],
      }),
    });
    await page.getByText('Sweep xgboost').waitFor();
    assert.match(await page.locator('.status-line').first().innerText(), /finished[\s\S]*37s[\s\S]*trainer/);
    assert.match(await page.locator('.status-line').first().innerText(), /Sweep xgboost/);
    await page.getByRole('button', { name: 'validation-rmse', exact: true }).click();
    await page.getByRole('button', { name: 'MLproject:14' }).click();
    assert.deepEqual(commands, [
      {
        command: 'mlflowLens.openCharts',
        args: { runs: [{ store: uri, runId: XGBOOST }], metrics: ['validation-rmse'] },
      },
      { command: 'mlflowLens.openSource', args: { store: uri, runId: XGBOOST, param: 'max_depth' } },
    ]);
    const row = page.locator('tr', { hasText: 'validation-rmse' });
    await row.locator('polyline').waitFor();
    assert.match(await row.innerText(), /2\.902\s+best 2\.902\s+11\.47/);
    assert.equal(await page.locator('tr', { hasText: 'seed' }).locator('td').nth(2).innerText(), 'unknown');
  });

  itOnce('names the cell of a notebook in which a line stands', async () => {
    const finder = createSourceFinder({
      folders: () => [folder],
      gitPath: () => 'git',
      isTrusted: () => true,
    });
    const { page } = await open(RIDGE, {
      runSources: async ({ store, runId }) =>
        runSources(await (await stores.get(store)).getRun(runId), finder),
    });
    const row = page.locator('tr', { hasText: 'strength' });
    await row.getByRole('button', { name: 'notebooks/explore.ipynb cell 3:1', exact: true }).waitFor();
  });

  itOnce('says how it was started and in which environment', async () => {
    const { page, copied } = await open(XGBOOST, {
      runSources: async () => ({
        commit: { id: '4b64c149', subject: null },
        problem: 'Commit 4b64c14 is not in this repository.',
        givenToMlflowRun: ['max_depth'],
        params: [],
      }),
    });
    await page.getByText('Commit 4b64c14 is not in this repository.').waitFor();
    await page.getByRole('button', { name: 'Copy Command Line' }).click();
    await page.getByRole('button', { name: 'Environment' }).click();
    const section = page.locator('#section-environment');
    await section.getByText(/Python 3\.\d+\.\d+, \d+ packages/).waitFor();
    await section.getByRole('button', { name: 'Copy xgboost' }).click();
    assert.equal(copied[0], 'mlflow run /home/trainer/taxi-duration -e best -P max_depth=9');
    assert.match(copied[1] ?? '', /^xgboost==\d/);
    assert.deepEqual(opened?.commands, []);
    await opened.checkAccessibility();
    await opened?.close();
    const lasso = await open(LASSO);
    await lasso.page.locator('#section-models').waitFor();
    assert.equal(await lasso.page.locator('.command-line').count(), 0, 'its arguments were not recorded');
  });

  itOnce('says which file of an environment is not read, and why', async () => {
    const artifacts = path.join(folder, 'mlruns/1', LASSO, 'artifacts');
    fs.mkdirSync(artifacts, { recursive: true });
    fs.writeFileSync(
      path.join(artifacts, 'conda.yaml'),
      `dependencies: ${'['.repeat(200)}${']'.repeat(200)}\n`,
    );
    const { page } = await open(LASSO);
    await page.getByRole('button', { name: 'Environment' }).click();
    const section = page.locator('#section-environment');
    await section
      .getByText('conda.yaml is not read: The YAML text is nested deeper than 100 levels.')
      .waitFor();
    await section.getByText(/\d+ packages, from/).waitFor();
    await opened?.checkAccessibility();
  });

  it('ties it to its data, models, versions, children and neighbours', async () => {
    const { page, commands } = await open(LASSO);
    await page.getByRole('button', { name: 'Datasets' }).waitFor();
    await page.getByRole('button', { name: 'dataset', exact: true }).click();
    await page.getByText('PULocationID').waitFor();
    await page.locator('#section-models').getByRole('button', { name: 'v1 of taxi-duration' }).click();
    await page.getByRole('button', { name: 'model', exact: true }).click();
    assert.deepEqual(commands.splice(0), [
      { command: 'mlflowLens.openModel', args: { store: uri, name: 'taxi-duration' } },
      {
        command: 'mlflowLens.openLoggedModel',
        args: { store: uri, modelId: 'm-448ceafa626b4d91914f6ebed608a9dc' },
      },
    ]);
    await opened?.close();
    const sweep = await open(SWEEP);
    await sweep.page.getByRole('button', { name: 'Child runs' }).waitFor();
    const children = sweep.page.locator('#section-children tbody tr');
    assert.equal(await children.count(), 18);
    const menu = (await children.first().getAttribute('data-vscode-context')) ?? '';
    assert.match(menu, /"webviewSection":"mlflowLens\.run".*"runId":"[0-9a-f]{32}"/);
    assert.equal((JSON.parse(menu) as { store?: unknown }).store, uri);
  });

  itOnce('is worked by the keyboard alone', async () => {
    const { page, commands, copied } = await open(XGBOOST);
    await page.locator('#section-models').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('rmse');
    await page.getByText('of 25 rows').or(page.getByText('2 of')).first().waitFor();
    assert.equal(await page.locator('table.metrics tbody tr').count(), 2);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('table.metrics tbody tr').count(), 4);
    await page.getByRole('button', { name: 'best_iteration', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.deepEqual((commands.pop()?.args as { metrics: string[] }).metrics, ['stopped_iteration']);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.deepEqual(copied, ['59']);
    assert.equal(await page.locator('table.metrics tbody [tabindex="0"]').count(), 1);

    await page.getByRole('button', { name: 'More Actions…' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Star' }).waitFor();
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    await page.keyboard.press('End');
    for (let up = 0; up < 10 && !/Copy Link/.test(await focused()); up++) {
      await page.keyboard.press('ArrowUp');
    }
    await page.keyboard.press('Enter');
    assert.equal(copied[1], runLink({ store: uri, runId: XGBOOST }));
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      'More Actions…',
    );

    await page.getByRole('treeitem', { name: 'feature_importance_weight.json' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('lens-image img').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('treeitem', { name: 'MLmodel' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.model-preview').waitFor();
  });

  itOnce('changes what can be changed, through the commands that ask', async () => {
    write(`INSERT INTO tags (key, value, run_uuid) VALUES ('owner', 'me', ?)`, LASSO);
    const { page, commands, copied } = await open(LASSO);
    await page.locator('#section-models').getByRole('button', { name: 'v1 of taxi-duration' }).waitFor();
    const target = { store: uri, runId: LASSO };
    const choose = async (entry: string): Promise<unknown> => {
      await page.getByRole('button', { name: 'More Actions…' }).click();
      await page.getByRole('menuitem', { name: entry, exact: true }).click();
      const { command, args } = commands.pop()!;
      return [command.replace('mlflowLens.', ''), args];
    };
    assert.deepEqual(await choose('Rename…'), ['renameRun', target]);
    assert.deepEqual(await choose('Edit Note…'), ['editDescription', target]);
    assert.deepEqual(await choose('Register Model…'), ['registerModel', target]);
    assert.deepEqual(await choose('Promote v1 of taxi-duration…'), [
      'promoteModelVersion',
      { store: uri, name: 'taxi-duration', version: '1' },
    ]);
    assert.deepEqual(await choose('Reveal in Sidebar'), ['revealRun', target]);
    assert.deepEqual(await choose('Delete Run…'), ['deleteRuns', { store: uri, runIds: [LASSO] }]);
    await page.getByRole('button', { name: 'Add a note' }).click();
    await page.getByRole('button', { name: 'Add Tag…' }).click();
    await page.getByRole('button', { name: 'Edit owner' }).click();
    await page.getByRole('button', { name: 'Delete owner' }).click();
    await page.keyboard.press('d');
    assert.deepEqual(
      commands.splice(0).map(({ command, args }) => [command.replace('mlflowLens.', ''), args]),
      [
        ['editDescription', target],
        ['setTag', target],
        ['setTag', { ...target, key: 'owner' }],
        ['deleteTag', { ...target, key: 'owner' }],
        ['diffRuns', { runs: [target] }],
      ],
    );
    await page.getByRole('button', { name: LASSO.slice(0, 8) }).click();
    await page.getByRole('button', { name: 'Copy model URI of model' }).click();
    assert.deepEqual(copied, [LASSO, 'models:/m-448ceafa626b4d91914f6ebed608a9dc']);
    await page.keyboard.press('?');
    await page.getByText('the next and the previous run').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('the next and the previous run').waitFor({ state: 'detached' });
  });

  it('follows a run while it runs, ends, is deleted and is removed', async () => {
    write(
      `UPDATE runs SET status = 'RUNNING', end_time = NULL, start_time = ? WHERE run_uuid = ?`,
      Date.now() - 5000,
      XGBOOST,
    );
    const { page, commands } = await open(XGBOOST);
    await page.getByText('so far').waitFor();
    const now = Date.now();
    write(
      `INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('fresh', 0, ?, ?, 1, 1)`,
      now,
      XGBOOST,
    );
    write(
      `INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('fresh', 0, ?, ?, 1, 1)`,
      now,
      XGBOOST,
    );
    const row = page.locator('table.metrics tr', { hasText: 'fresh' });
    await row.waitFor();
    assert.match(await row.innerText(), /NaN/);
    await page.locator('.live', { hasText: 'fresh' }).waitFor();
    write(`UPDATE runs SET status = 'FAILED', end_time = ? WHERE run_uuid = ?`, now, XGBOOST);
    await page.locator('.status-failed').waitFor();
    assert.equal(await page.locator('.live').count(), 0);
    write(`UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?`, XGBOOST);
    await page.getByText('This run is deleted').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    assert.deepEqual(commands.pop(), {
      command: 'mlflowLens.restoreRuns',
      args: { store: uri, runIds: [XGBOOST] },
    });
    for (const table of ['params', 'tags', 'metrics', 'latest_metrics', 'runs']) {
      write(`DELETE FROM ${table} WHERE run_uuid = ?`, XGBOOST);
    }
    await page.getByText('was removed from the store').waitFor();
    assert.equal(await page.locator('table.metrics tbody tr').count(), 5);
  });

  it('says when the store is gone, keeps what was there, and takes it up again', async () => {
    const file = path.join(folder, 'mlflow.db');
    const { page } = await open(LASSO);
    await page.locator('#section-models').waitFor();
    fs.renameSync(file, `${file}.away`);
    await page.locator('.banner').first().waitFor();
    assert.equal(await page.locator('table.metrics tbody tr').count(), 1);
    fs.renameSync(`${file}.away`, file);
    await page.locator('.banner').first().waitFor({ state: 'detached' });
  });

  it('says so where there is no such run', async () => {
    opened = await openPage({ definition: runPage, args: { store: uri, runId: 'f'.repeat(32) }, stores });
    await opened.page.getByText('This run is not in the store').waitFor();
    await opened.checkAccessibility();
  });

  itOnce('sends its errors to the log, with their stack: those of its host and its own', async () => {
    const logged: string[] = [];
    const services = { logError: (error: unknown) => void logged.push(traceOf(error)) };
    opened = await openPage({
      definition: runPage,
      args: { store: uri, runId: 'f'.repeat(32) },
      stores,
      services,
    });
    await opened.page.getByText('This run is not in the store').waitFor();
    assert.match(logged[0] ?? '', /StoreError: There is no run [^]*\n +at [^]*getRun/);
    // Only what is read in a worker has a second stack.
    assert.equal((logged[0] ?? '').includes('Caused by: '), kind !== 'memory');
    logged.length = 0;
    await opened.page.evaluate(() => {
      setTimeout(() => {
        throw new TypeError('cannot draw');
      });
      void Promise.reject(new RangeError('cannot wait'));
    });
    await until(() => logged.length >= 2);
    assert.match(logged.toSorted().join(), /RangeError: cannot wait\n +at [^]*TypeError: cannot draw\n +at /);
    opened.errors.length = 0;
  });

  itOnce('stays small with thousands of params and metrics', async () => {
    withDatabase(path.join(folder, 'mlflow.db'), (database) => {
      database.exec('BEGIN');
      const param = database.prepare(`INSERT INTO params (key, value, run_uuid) VALUES (?, ?, '${LASSO}')`);
      const metric = database.prepare(
        `INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, 1, 1, '${LASSO}', 0, 0)`,
      );
      for (let i = 0; i < 3000; i++) {
        param.run(`p${i}`, `{'a': {'b': ${i}}}`);
        metric.run(`m${i}`);
      }
      database.exec('COMMIT');
    });
    const { page } = await open(LASSO);
    assert.equal(await page.locator('table.metrics tbody tr').count(), 200);
    await page
      .locator('#section-metrics')
      .getByRole('button', { name: /Show 1000 more of/ })
      .click();
    await page.keyboard.press('/');
    await page.keyboard.type('p2999');
    await page.getByText('1 of 6').waitFor();
    await page.getByRole('button', { name: "{'a': {'b': 2999}}" }).click();
    await page.getByText('a.b').waitFor();
  });

  itOnce('comes back as it was left', async () => {
    const { page } = await open(XGBOOST);
    await page.keyboard.press('/');
    await page.keyboard.type('depth');
    await page.locator('button.fold', { hasText: 'Metrics' }).click();
    await opened!.hideAndShow();
    await page.getByText('max_depth').waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), 'depth');
    assert.equal(await page.locator('table.metrics').count(), 0);
  });

  itOnce('is accessible in every theme, and drawn in each', async () => {
    const { page } = await open(XGBOOST, {
      renderMarkdown: async () => '<h2>Candidate</h2><p>Beats the <strong>lasso</strong>.</p>',
    });
    await page.getByRole('treeitem', { name: 'feature_importance_weight.png' }).click();
    await page.locator('lens-image img').waitFor();
    await page.locator('#section-models').waitFor();
    await opened!.checkAccessibility();
    await opened!.screenshots('run', { fullPage: true });
  });

  describe('of a logged model', () => {
    it('shows where it came from, its metrics, files and versions', async () => {
      opened = await openPage({
        definition: loggedModelPage,
        args: { store: uri, modelId: 'm-448ceafa626b4d91914f6ebed608a9dc' },
        stores,
      });
      const { page, commands, copied } = opened;
      await page.locator('.model-preview').waitFor();
      await page.getByRole('button', { name: 'lasso' }).click();
      await page.getByRole('button', { name: 'v1 of taxi-duration' }).click();
      assert.deepEqual(commands, [
        { command: 'mlflowLens.openRun', args: { store: uri, runId: LASSO } },
        { command: 'mlflowLens.openModel', args: { store: uri, name: 'taxi-duration' } },
      ]);
      assert.match(await page.locator('#section-metrics').innerText(), /rmse[\s\S]*2\.958/);
      await page.getByRole('button', { name: 'Copy code for sklearn' }).click();
      assert.match(copied[0] ?? '', /mlflow\.sklearn\.load_model\("models:\/m-448/);
      await opened.checkAccessibility();
      await opened.screenshots('loggedModel', { fullPage: true });
    });
  });
});
