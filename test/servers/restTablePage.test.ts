import * as assert from 'node:assert/strict';
import { tablePage } from '../../src/panels/table';
import type { ServerRequest } from '../../src/stores/rest/exchange';
import { OpenStores } from '../../src/stores/openStores';
import { removeTempFolders } from '../support/database';
import { EXPERIMENT, makeHistoryStore, runIdOf, START, type MadeRun } from '../support/histories';
import { openPage, type OpenedPage } from '../support/pageHarness';
import { plainExchange } from '../support/servers/exchange';
import { ExchangedStore } from '../support/servers/recorded';
import { startServer, type RunningServer } from '../support/servers/server';

/** More than a table loads without being asked. */
const RUNS = 5300;
const SIZE = { width: 1200, height: 700 };

describe('the page of the run table, of a real tracking server', function () {
  this.timeout(300_000);
  let server: RunningServer;
  let opened: OpenedPage | undefined;
  let stores: OpenStores;
  let asked: ServerRequest[];

  before(async () => {
    const runs: MadeRun[] = Array.from({ length: RUNS }, (_, i) => ({
      runId: runIdOf(i + 1),
      name: `run ${i + 1}`,
      params: { p: i < 3 ? 'old' : String(i % 7) },
      metrics: { m: [[0, START, RUNS - i]] },
    }));
    server = await startServer('3.17.2', { backend: `sqlite:///${makeHistoryStore(runs)}` });
  });
  after(async () => {
    await server?.stop();
    removeTempFolders();
  });

  beforeEach(async () => {
    const real = plainExchange(server);
    asked = [];
    const store = new ExchangedStore((request, signal) => {
      asked.push(request);
      return real(request, signal);
    });
    stores = new OpenStores({ open: async () => ({ store, writer: null }) });
    stores.add(store.uri, 'test');
    await (await stores.get(store.uri)).describe();
    asked = [];
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
    stores.dispose();
  });

  const open = async (): Promise<OpenedPage> => {
    opened = await openPage({
      definition: tablePage,
      args: { store: 'http://recorded', experimentIds: [EXPERIMENT] },
      stores,
      size: SIZE,
    });
    return opened;
  };

  it('shows rows after three requests, loads older runs, says that there are more and loads those when told to', async () => {
    const { page } = await open();
    await page
      .getByRole('gridcell', { name: `run ${RUNS}`, exact: false })
      .first()
      .waitFor();
    const visible = asked.filter(({ priority }) => priority === 'visible');
    assert.ok(visible.length <= 3, visible.map(({ path, body }) => `${path} ${body}`).join('\n'));
    await page.getByText('loading older runs').waitFor();
    await opened!.screenshots('server-table-loading');
    const rest = page.getByRole('button', { name: 'Load the Rest' });
    await rest.waitFor({ timeout: 120_000 });
    assert.match((await page.locator('.found').textContent())!, /^5,0\d\d runs loaded/);
    assert.match((await page.locator('.filter-line').textContent())!, /there are older runs/);
    await opened!.screenshots('server-table-more');
    await opened!.checkAccessibility();
    await rest.click();
    await page.getByText('5,300 runs', { exact: true }).waitFor({ timeout: 60_000 });
  });
});
