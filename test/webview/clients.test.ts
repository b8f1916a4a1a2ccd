import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { TrackingStore } from '../../src/mlflow/store';
import { chartsPage } from '../../src/panels/charts';
import { diffPage } from '../../src/panels/diff';
import { runPage } from '../../src/panels/run';
import { tablePage } from '../../src/panels/table';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { unpackFixture } from '../support/fixtures';
import { openPage, openStores, type OpenedPage } from '../support/pageHarness';

/** The store of test/fixtures/clients/make.py. */
describe('pages of what is easily forgotten: equal names, digests, projects, other clients', function () {
  this.timeout(120_000);
  let uri: string;
  let stores: OpenStores;
  let store: TrackingStore;
  let opened: OpenedPage[] = [];

  before(async () => {
    uri = sqliteUri(path.join(await unpackFixture('clients'), 'mlflow.db'));
    stores = openStores(uri);
    store = await stores.get(uri);
  });
  afterEach(async () => {
    await Promise.all(opened.map((page) => page.close()));
    opened = [];
  });
  after(() => stores.dispose());

  const kept = async (page: Promise<OpenedPage>): Promise<OpenedPage> => {
    opened.push(await page);
    return opened.at(-1)!;
  };
  const experimentId = async (name: string): Promise<string> =>
    (await store.searchExperiments({ view: 'ALL', maxResults: 9, nameContains: name })).items[0]!
      .experimentId;
  /** Oldest first. */
  const runsOf = async (experiment: string, filter = ''): Promise<string[]> => {
    const { items } = await store.searchRuns({
      experimentIds: [await experimentId(experiment)],
      view: 'ALL',
      filter,
      orderBy: ['attributes.start_time ASC'],
      maxResults: 20,
    });
    return items.map(({ info }) => info.runId);
  };

  it('the run table says beside equal names what differs, also when the name is pointed at', async () => {
    const args = { store: uri, experimentIds: [await experimentId('seeded')] };
    const { page } = await kept(openPage({ definition: tablePage, args, stores }));
    const apart = page.locator('.body .row .apart');
    await page.getByText('· depth 9, lr 0.01', { exact: true }).waitFor();
    assert.equal(await apart.count(), 6);
    assert.equal(new Set(await apart.allTextContents()).size, 6);
    const name = page.locator('.body .row .cell.name', { hasText: 'depth 9, lr 0.01' });
    assert.match(
      (await name.getAttribute('title')) ?? '',
      /^luxuriant-yak-154 · depth 9, lr 0\.01 · [0-9a-f]{8}$/,
    );
    await page.getByRole('button', { name: 'Star luxuriant-yak-154 · depth 9, lr 0.01' }).waitFor();
    await opened[0]!.screenshots('clients-table');
  });

  it('charts call equal names by what differs', async () => {
    const experimentIds = [await experimentId('seeded')];
    const args = { store: uri, experimentIds };
    const charts = await kept(openPage({ definition: chartsPage, args, stores }));
    await charts.page.locator('.run-chip bdi', { hasText: 'depth 9, lr 0.01' }).waitFor();
    const chips = await charts.page.locator('.run-chip bdi').allTextContents();
    assert.equal(chips.length, 7);
    assert.equal(new Set(chips).size, 7, chips.join());
    await charts.page.locator('.run-chip[title^="luxuriant-yak-154 · depth 3, lr 0.1, rmse 3.6"]').waitFor();
    await charts.screenshots('clients-charts');
  });

  it('tabs of runs of one name are told apart while both are open', async () => {
    const state = new ViewState({ get: () => undefined, update: async () => undefined });
    const [, second, third] = await runsOf('seeded');
    const open = async (runId: string): Promise<OpenedPage> => {
      const page = await kept(openPage({ definition: runPage, args: { store: uri, runId }, stores, state }));
      await page.page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    };
    const one = await open(second!);
    assert.equal(one.title, 'luxuriant-yak-154 · seeded');
    const other = await open(third!);
    assert.match(one.title, /^luxuriant-yak-154 · (depth 9, lr 0\.1|depth 9) · seeded$/);
    assert.match(other.title, /^luxuriant-yak-154 · (depth 3, lr 0\.01|depth 3) · seeded$/);
    await other.close();
    opened.pop();
    assert.equal(one.title, 'luxuriant-yak-154 · seeded');
  });

  it('the head of a diff tells equal names apart, and equal digests of Polars data prove nothing', async () => {
    const runs = [
      ...(await runsOf('data', "run_name = 'polars'")),
      ...(await runsOf('data', "run_name = 'polars, rows reversed'")),
      ...(await runsOf('data', "run_name = 'polars, a value changed'")),
    ];
    const args = { runs: runs.map((runId) => ({ store: uri, runId })) };
    const two = await kept(openPage({ definition: diffPage, args: { runs: args.runs.slice(0, 2) }, stores }));
    await two.page
      .getByText(/The data may differ though its digests are equal/)
      .first()
      .waitFor();
    await two.screenshots('clients-digests');
    const three = await kept(openPage({ definition: diffPage, args, stores }));
    const digest = three.page.locator('[data-key="training › digest"]');
    await digest.getByText('59038418…').first().waitFor();
    await digest.getByTitle('14744236685319260451').waitFor();
    const seeded = (await runsOf('seeded')).slice(0, 2);
    const named = await kept(
      openPage({
        definition: diffPage,
        args: { runs: seeded.map((runId) => ({ store: uri, runId })) },
        stores,
      }),
    );
    await named.page.getByRole('columnheader', { name: 'luxuriant-yak-154 · depth 3' }).waitFor();
    assert.equal(named.title, 'luxuriant-yak-154 · depth 3 ↔ luxuriant-yak-154 · depth 9');
    await named.screenshots('clients-diff');
  });

  it('a run page says what a digest covers', async () => {
    const [runId] = await runsOf('data', "run_name = 'polars'");
    const { page } = await kept(
      openPage({ definition: runPage, args: { store: uri, runId: runId! }, stores }),
    );
    await page.getByRole('button', { name: 'rides', exact: true }).click();
    await page
      .getByText(/MLflow adds up the hashes of the rows of Polars data/)
      .first()
      .waitFor();
    await page.getByText('5903841808316979319').first().waitFor();
    await opened[0]!.screenshots('clients-dataset');
  });

  it('a run page names a project by its folder, and its command by the path', async () => {
    const [runId] = await runsOf('project', "run_name = 'folder'");
    const { page } = await kept(
      openPage({ definition: runPage, args: { store: uri, runId: runId! }, stores }),
    );
    const source = page.getByRole('button', { name: 'repo/jobs/night ride' });
    await source.waitFor();
    assert.equal(
      await source.getAttribute('title'),
      'Open the source of this run: the MLflow project /tmp/lens-clients/clients/repo/jobs/night ride, entry point main',
    );
    await page.getByText("mlflow run '/tmp/lens-clients/clients/repo/jobs/night ride' -e main").waitFor();
    await opened[0]!.screenshots('clients-project');
  });

  it('a run of the Java client says that its source is not recorded, and nothing that is none', async () => {
    for (const runId of await runsOf('java')) {
      const { page } = await kept(openPage({ definition: runPage, args: { store: uri, runId }, stores }));
      await page.getByText('source not recorded').waitFor();
      const line = await page.locator('.status-line').first().innerText();
      assert.doesNotMatch(line, /null|undefined|1970|\b\d{3,}d\b/);
      await opened.at(-1)!.screenshots(`clients-java-${opened.length}`);
    }
  });
});
