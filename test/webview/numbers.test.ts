import * as assert from 'node:assert/strict';
import { diffPage } from '../../src/panels/diff';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders } from '../support/database';
import { makeHistoryStore, runIdOf, START, type HistoryPoint } from '../support/histories';
import { openStoresOf } from '../support/kinds/pageStores';
import { openPage, type OpenedPage } from '../support/pageHarness';

const value = (number: number): HistoryPoint[] => [[0, START, number]];

describe('numbers on the pages', function () {
  this.timeout(120_000);
  let opened: OpenedPage | undefined;

  afterEach(async () => {
    await opened?.close();
    removeTempFolders();
  });

  it('are exact in the diff, or look rounded and have the exact one in their tooltip', async () => {
    const store = sqliteUri(
      makeHistoryStore([
        {
          runId: runIdOf(1),
          params: { tokens: '21072', rate: '0.4' },
          metrics: { rows: value(21072), share: value(0.4), loss: value(0.25) },
        },
        {
          runId: runIdOf(2),
          params: { tokens: '1100000', rate: '0.5' },
          metrics: { rows: value(1100000), share: value(0.5), loss: value(0.25 + 1 / 3) },
        },
      ]),
    );
    const stores = openStoresOf('sqlite', [store]);
    opened = await openPage({
      definition: diffPage,
      args: { runs: [1, 2].map((run) => ({ store, runId: runIdOf(run) })) },
      stores,
    });
    const { page } = opened;
    const change = (key: string) => page.locator(`[data-key="${key}"] .change`);
    await change('tokens').waitFor();
    assert.match(await change('tokens').innerText(), /\+1,078,928/);
    assert.match(await change('rows').innerText(), /\+1,078,928/);
    assert.match(await change('rate').innerText(), /\+0\.1 \(\+25%\)/);
    assert.match(await change('share').innerText(), /\+0\.1 \(\+25%\)/);
    assert.match(await change('loss').innerText(), /\+0\.333 \(\+133\.3%\)/);
    assert.match((await change('loss').getAttribute('title')) ?? '', /\+0\.3333333333333/);
    stores.dispose();
  });
});
