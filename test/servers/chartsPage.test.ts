import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { StoreError } from '../../src/mlflow/errors';
import { chartsPage } from '../../src/panels/charts';
import { OpenStores } from '../../src/stores/openStores';
import type { Exchange } from '../../src/stores/rest/exchange';
import { openRestStore } from '../../src/stores/rest/restStore';
import { removeTempFolders, tempFolder } from '../support/database';
import { EXPERIMENT, makeHistoryStore, runIdOf, START, type HistoryPoint } from '../support/histories';
import { openPage, type OpenedPage } from '../support/pageHarness';
import { plainExchange } from '../support/servers/exchange';
import { startServer, type RunningServer } from '../support/servers/server';

const SPIKE = 4321;

function* wave(shift: number): Iterable<HistoryPoint> {
  for (let i = 0; i < 5000; i++) {
    yield [
      i,
      START + i * 100,
      shift === 1 && i === SPIKE ? 4 : Math.exp(-i / 2000) + 0.05 * Math.sin(i / 40 + shift),
    ];
  }
}

/** Of the run with the spike, in the legend. */
const greatest = (card: Locator): Locator =>
  card.getByRole('row', { name: 'run 1' }).getByRole('cell').nth(1);

/** The page as a user sees it (`npm run build` first), on a real server whose exact histories are held back. */
describe('charts of a real tracking server’s runs', function () {
  this.timeout(300_000);
  let server: RunningServer;
  let opened: OpenedPage | undefined;
  let stores: OpenStores;
  let hold: Promise<void>;
  let release: () => void;
  let isBroken = false;

  before(async () => {
    const file = makeHistoryStore(
      Array.from({ length: 4 }, (_, i) => ({
        runId: runIdOf(i + 1),
        name: `run ${i + 1}`,
        metrics: {
          'val/loss': wave(i + 1),
          accuracy: [
            [0, START, 0.5],
            [1, START + 1, 0.75],
          ] as HistoryPoint[],
        },
      })),
    );
    server = await startServer('3.17.2', { backend: `sqlite:///${file}`, dir: tempFolder() });
  });
  beforeEach(async () => {
    hold = new Promise((resolve) => (release = resolve));
    isBroken = false;
    const real = plainExchange(server);
    const exchange: Exchange = async (request, signal) => {
      if (request.path.includes('get-history?')) {
        await hold;
        if (isBroken) {
          throw new StoreError('BUSY', 'The server did not answer within 30 seconds.');
        }
      }
      return real(request, signal);
    };
    stores = new OpenStores({
      open: async (uri) => ({
        store: await openRestStore({
          uri,
          exchange,
          slow: false,
          distFolder: path.resolve(__dirname, '../../dist'),
        }),
        writer: null,
      }),
    });
    stores.add(server.url, 'test');
    await stores.get(server.url);
    opened = await openPage({
      definition: chartsPage,
      args: { store: server.url, experimentIds: [EXPERIMENT] },
      stores,
    });
  });
  afterEach(async () => {
    release();
    await opened?.close();
    opened = undefined;
    stores.dispose();
  });
  after(async () => {
    await server?.stop();
    removeTempFolders();
  });

  it('are drawn from a sample first, which says so to eyes and ears, and then with each spike', async () => {
    const { page } = opened!;
    const card = page.locator('chart-card[data-metric="val/loss"]');
    await card.locator('.sampled-sign').waitFor();
    assert.equal(await card.locator('.sampled-sign').textContent(), 'sampled');
    assert.match((await card.locator('.plot').getAttribute('aria-label'))!, /sampled: spikes may be missing/);
    assert.match(
      (await card.locator('.said').textContent())!,
      /points so far · still reading · a sample by the server/,
    );
    assert.match((await greatest(card).textContent())!, /^1\.0/);
    assert.equal(await page.locator('chart-card[data-metric="accuracy"] .sampled-sign').count(), 0);
    await opened!.checkAccessibility();
    await opened!.screenshots('charts-server-sampled');

    release();
    await card.locator('.sampled-sign').waitFor({ state: 'detached', timeout: 120_000 });
    await greatest(card).getByText('4', { exact: true }).waitFor();
    assert.match((await card.locator('.said').textContent())!, /^20,000 points, shown as/);
    await opened!.screenshots('charts-server-exact');
  });

  it('stay where the rest cannot be read, with the reason and a way to try again', async () => {
    const { page } = opened!;
    const card = page.locator('chart-card[data-metric="val/loss"]');
    await card.locator('.sampled-sign').waitFor();
    isBroken = true;
    release();
    await card.getByRole('alert').getByText('did not answer within 30 seconds').waitFor();
    assert.equal(await card.locator('.plot-message').count(), 0);
    await opened!.screenshots('charts-server-broken');
    isBroken = false;
    await card.getByRole('button', { name: 'Try Again' }).click();
    await card.locator('.sampled-sign').waitFor({ state: 'detached', timeout: 120_000 });
    await greatest(card).getByText('4', { exact: true }).waitFor();
  });
});
