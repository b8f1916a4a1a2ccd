import * as assert from 'node:assert/strict';
import { diffPage } from '../../src/panels/diff';
import { chartsPage } from '../../src/panels/charts';
import type { PageDefinition } from '../../src/panels/page';
import { runPage } from '../../src/panels/run';
import { tablePage } from '../../src/panels/table';
import type { PageProtocol } from '../../src/protocol/messages';
import type { PageArguments, PageName } from '../../src/protocol/pages';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders } from '../support/database';
import { EXPERIMENT, runIdOf } from '../support/histories';
import { openPage, openStores, type OpenedPage } from '../support/pageHarness';
import { until } from '../support/workbench';
import { make, series } from './chartsHarness';

describe('numbers that JSON has not', function () {
  this.timeout(120_000);
  let stores: OpenStores;
  let store: string;
  let opened: OpenedPage;

  before(() => {
    const file = make([
      { metrics: { loss: series([1, NaN]), accuracy: series([0.5]), gap: series([-Infinity]) } },
      { metrics: { loss: series([1, 2]), accuracy: series([Infinity]), gap: series([0]) } },
    ]);
    store = sqliteUri(file);
    stores = openStores(store);
  });

  afterEach(() => opened.close());

  after(() => {
    stores.dispose();
    removeTempFolders();
  });

  async function open<Name extends PageName, P extends PageProtocol>(
    definition: PageDefinition<Name, P>,
    args: PageArguments[Name],
  ): Promise<OpenedPage> {
    opened = await openPage({ definition, args, stores });
    return opened;
  }

  it('stand on the run page', async () => {
    const { page } = await open(runPage, { store, runId: runIdOf(1) });
    await page.locator('table.metrics [data-key="loss"]', { hasText: 'NaN' }).waitFor();
    await page.locator('table.metrics [data-key="gap"]', { hasText: '−∞' }).waitFor();
  });

  it('stand in the diff, and in its JSON as texts', async () => {
    const { page } = await open(diffPage, { runs: [1, 2].map((run) => ({ store, runId: runIdOf(run) })) });
    await page.locator('[data-key="loss"]', { hasText: /NaN\s+2/ }).waitFor();
    await page.locator('[data-key="accuracy"]', { hasText: /0\.5\s+∞/ }).waitFor();
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByText('Copy as JSON').click();
    await until(() => opened.copied.length === 1);
    const { sections } = JSON.parse(opened.copied[0]!) as {
      sections: { name: string; rows: { key: string; values: unknown[] }[] }[];
    };
    const rows = sections.find(({ name }) => name === 'metrics')!.rows;
    assert.deepEqual(Object.fromEntries(rows.map(({ key, values }) => [key, values])), {
      loss: ['NaN', 2],
      accuracy: [0.5, 'Infinity'],
      gap: ['-Infinity', 0],
    });
  });

  it('can be the best of a column', async () => {
    const { page } = await open(tablePage, { store, experimentIds: [EXPERIMENT] });
    await page.locator('.best', { hasText: '∞' }).waitFor();
  });

  it('stand as last value in the legend of a chart', async () => {
    const { page } = await open(chartsPage, { store, experimentIds: [EXPERIMENT], metrics: ['loss'] });
    await page.locator('chart-card[data-metric="loss"] td.number', { hasText: 'NaN' }).waitFor();
  });
});
