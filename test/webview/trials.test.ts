import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { runPage } from '../../src/panels/run';
import { tablePage } from '../../src/panels/table';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { unpackFixture } from '../support/fixtures';
import { openPage, openStores, type OpenedPage } from '../support/pageHarness';
import { readRuns } from '../support/runs';

/** The store that Optuna 5.0's MLflowCallback wrote (test/fixtures/optuna-trials/make.py). */
describe("Optuna's trials on the pages", function () {
  this.timeout(120_000);
  let folder: string;
  let store: string;
  let stores: OpenStores;
  let opened: OpenedPage | undefined;

  before(async () => {
    folder = await unpackFixture('optuna-trials');
    store = sqliteUri(path.join(folder, 'mlflow.db'));
  });
  beforeEach(() => (stores = openStores(store)));
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
    stores.dispose();
  });

  it('the run page says how the trial ended, how long it took, and whose word that is', async () => {
    const pruned = readRuns(folder).find(({ info }) => info.experimentId === '1' && info.runName === '1')!;
    opened = await openPage({ definition: runPage, args: { store, runId: pruned.info.runId }, stores });
    const line = opened.page.locator('.status-line').first();
    await line.getByText('pruned', { exact: true }).waitFor();
    assert.match(
      (await line.innerText()).replace(/\s+/g, ' '),
      /404ms Optuna's trial 1; MLflow recorded the run afterwards, FINISHED in 182ms/,
    );
    await opened.checkAccessibility();
    await opened.screenshots('run-trial');
  });

  it('the run page goes on to the trial that began before, though it was recorded later', async () => {
    const run = readRuns(folder).find(({ info }) => info.experimentId === '4' && info.runName === '1')!;
    opened = await openPage({ definition: runPage, args: { store, runId: run.info.runId }, stores });
    const { page } = opened;
    await page.getByRole('button', { name: /^Next Run: 0\b/ }).waitFor();
    await page.getByRole('button', { name: /^Previous Run: 2\b/ }).waitFor();
  });

  it('the run table tells pruned from failed from finished, and filters by it', async () => {
    opened = await openPage({ definition: tablePage, args: { store, experimentIds: ['1'] }, stores });
    const { page } = opened;
    const conditions = page.locator('.body .row .status .codicon');
    await conditions.nth(5).waitFor();
    const told = (): Promise<(string | null)[]> =>
      conditions.evaluateAll((signs) => signs.map((sign) => sign.getAttribute('aria-label')));
    assert.deepEqual(await told(), ['failed', 'pruned', 'finished', 'failed', 'pruned', 'finished']);
    assert.match(
      (await page.locator('.body .row [role="rowheader"]').nth(1).getAttribute('title')) ?? '',
      /Optuna's trial 4, pruned: .* MLflow recorded the run afterwards/,
    );
    await opened.screenshots('table-trials');
    const field = page.locator('[data-filter]');
    await field.fill('pru');
    await page.getByRole('option', { name: /PRUNED/ }).click();
    await page.getByText('2 of 6 runs').waitFor();
    assert.equal((await field.inputValue()).trim(), "tags.state = 'PRUNED'");
    assert.deepEqual(await told(), ['pruned', 'pruned']);
  });
});

/** The store that transformers 5.24's Trainer wrote (test/fixtures/transformers-evaluate/make.py). */
describe('a run that transformers evaluated in after training', function () {
  this.timeout(120_000);

  it('says where its params are, and leads there', async () => {
    const folder = await unpackFixture('transformers-evaluate');
    const store = sqliteUri(path.join(folder, 'mlflow.db'));
    const [trained, evaluated] = readRuns(folder).filter(({ info }) => info.experimentId === '1');
    const stores = openStores(store);
    const opened = await openPage({
      definition: runPage,
      args: { store, runId: evaluated!.info.runId },
      stores,
    });
    try {
      const { page } = opened;
      const beside = page.locator('.status-line', { hasText: `evaluates ${trained!.info.runName}` });
      await beside.waitFor();
      const instead = page.locator('.state-message', { hasText: 'in a run of its own without params' });
      assert.match(
        await instead.innerText(),
        new RegExp(`The params are those of ${trained!.info.runName}\\.`),
      );
      await opened.checkAccessibility();
      await opened.screenshots('run-evaluation');
      await instead.getByRole('button', { name: trained!.info.runName }).click();
      await page.getByRole('heading', { name: trained!.info.runName }).waitFor();
      assert.equal(await page.locator('.status-line', { hasText: 'evaluates' }).count(), 0);
    } finally {
      await opened.close();
      stores.dispose();
    }
  });
});
