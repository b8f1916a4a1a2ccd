import * as assert from 'node:assert/strict';
import { tablePage } from '../../src/panels/table';
import type { RowsRequest } from '../../src/protocol/table';
import { describeOnEveryKind } from '../support/kinds/pageStores';
import { EXPERIMENTS, useTable } from './tableTools';

describeOnEveryKind('run table: its filter', function (kind) {
  this.timeout(120_000);
  const table = useTable(kind);

  /** The real page, which answers for these rows only when it is let. */
  function heldBack(holds: (request: RowsRequest) => boolean): {
    definition: typeof tablePage;
    asked: RowsRequest[];
    cancelled: RowsRequest[];
    release(): void;
  } {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const asked: RowsRequest[] = [];
    const cancelled: RowsRequest[] = [];
    const definition: typeof tablePage = {
      ...tablePage,
      handlers: (...made) => {
        const real = tablePage.handlers(...made);
        return {
          ...real,
          rows: async (request, signal) => {
            asked.push(request);
            if (holds(request)) {
              signal.addEventListener('abort', () => cancelled.push(request));
              await released;
            }
            return real.rows(request, signal);
          },
        };
      },
    };
    return { definition, asked, cancelled, release };
  }

  it('offers what begins with the letters first, and keeps the rows while a key is typed', async () => {
    await table.open(EXPERIMENTS);
    const { page } = table.opened;
    assert.match(
      (await table.filterField().getAttribute('placeholder'))!,
      /^Filter runs: metrics\.\S+ [<>] 0\.5/,
    );
    const before = await table.names();
    await table.key('/');
    await page.keyboard.type('me');
    await page.getByText('press Enter to search for the word').waitFor();
    assert.match((await page.getByRole('option').first().innerText()).trim(), /^metrics\./);
    assert.deepEqual(await table.names(), before);
    await table.found('23 runs');
    // A word that begins no key is looked for.
    await table.filterField().fill('sweep');
    await table.found(/\d of 23 runs/);
  });

  it('asks with a comparison when it is finished, and never shows fewer rows before', async () => {
    await table.open(EXPERIMENTS);
    const { page } = table.opened;
    const before = await table.names();
    await table.key('/');
    for (const text of ['metrics.rmse', 'metrics.rmse <', "metrics.rmse < 7 and params.model = 'xg"]) {
      await table.filterField().fill(text);
      await page.getByText(/the filter is incomplete|press Enter to search for the word/).waitFor();
      assert.deepEqual(await table.names(), before, text);
      assert.equal(await table.filterField().getAttribute('aria-invalid'), 'false', text);
    }
    await table.key('Escape', 'Enter');
    await page.getByText("The closing ' is missing.").waitFor();
    await page.getByText('the filter is not applied').waitFor();
    assert.deepEqual(await table.names(), before);
    await table.filterField().fill('metrics.rmse < 7');
    await table.found('9 of 23 runs');
  });

  it('shows what has the word in its name first, says what it is at, and stops when told to', async () => {
    const held = heldBack(({ filter, glance }) => filter === 'sweep' && !glance);
    await table.open(EXPERIMENTS, undefined, {}, held.definition);
    const { page } = table.opened;
    await table.filterField().fill('sweep');
    await page.getByText('in names, searching params and tags').waitFor();
    const glanced = await table.names();
    assert.ok(glanced.length > 0 && glanced.every((name) => name.includes('sweep')), glanced.join());
    assert.ok((await page.locator('.table-page').getAttribute('class'))!.includes('busy'));
    await page.getByRole('button', { name: 'Stop Searching' }).click();
    await page.getByText('in names and IDs only').waitFor();
    await table.eventually(() => assert.equal(held.cancelled.length, 1));
    assert.deepEqual(await table.names(), glanced);
    assert.ok(!(await page.locator('.table-page').getAttribute('class'))!.includes('busy'));
    held.release();
    await table.filterField().press('Enter');
    await table.eventually(async () =>
      assert.equal(await page.getByText('in names and IDs only').count(), 0),
    );
  });

  it('goes back to what the rows were asked with when a long question is stopped', async () => {
    const held = heldBack(({ filter }) => filter === 'metrics.rmse < 7');
    await table.open(EXPERIMENTS, undefined, {}, held.definition);
    const { page } = table.opened;
    const before = await table.names();
    await table.filterField().fill('metrics.rmse < 7');
    await page.getByRole('button', { name: 'Stop Searching' }).click();
    await table.eventually(async () => assert.equal(await table.filterField().inputValue(), ''));
    await table.eventually(() => assert.equal(held.cancelled.length, 1));
    assert.deepEqual(await table.names(), before);
    await table.found('23 runs');
    held.release();
  });
});
