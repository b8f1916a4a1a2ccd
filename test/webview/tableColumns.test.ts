import * as assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { describeOnEachKind } from '../support/kinds/pageStores';
import {
  EXPERIMENT,
  makeHistoryStore,
  runIdOf,
  START,
  type HistoryPoint,
  type MadeRun,
} from '../support/histories';
import { useTable } from './tableTools';

const logged = (values: Record<string, number>): Record<string, HistoryPoint[]> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [[0, START, value] as const]]));

/** The bytes of models, of which some are whole KiB. */
const SIZES = [129_664, 812, 1024, 3_355_443];

function runs(): MadeRun[] {
  return Array.from({ length: 40 }, (_, index) => ({
    runId: runIdOf(index),
    name: `run ${index}`,
    startTime: START - index,
    endTime: START + 5000,
    params: {
      rate: index % 3 === 0 ? '0.5' : String(Math.sqrt(index + 1) / 7),
      seed: String(2020 + index),
      ...(index < 20 ? { kernel: `rbf-${index % 4}` } : { depth: String(index % 6) }),
    },
    tags: {
      stage: index % 2 === 0 ? 'data preparation' : 'WWWWWWWWWWWWWWWWWWWWWW',
    },
    metrics: logged({
      rmse: index % 4 === 0 ? 2.5 : 2 + Math.sin(index) / 3,
      rows: 1_078_928 + index * 17,
      model_bytes: SIZES[index % SIZES.length]!,
      'system/cpu_utilization_percentage': 20 + Math.sqrt(index),
      ...(index < 20 ? { support: index } : {}),
    }),
  }));
}

describeOnEachKind('run table: columns', function (kind, itOnce) {
  this.timeout(120_000);
  const table = useTable(kind);

  const open = async (filter?: string): Promise<void> => {
    table.closeAndUse(makeHistoryStore(runs()));
    await table.open([EXPERIMENT], filter);
    await table.opened.page.setViewportSize({ width: 2000, height: 800 });
    await table.opened.settled();
  };
  const cells = async (title: string): Promise<Locator> => {
    const column = await table.head(title).getAttribute('data-column');
    return table.opened.page.locator(`.body .row [data-column="${column}"]`);
  };
  /** px from the left of the page to the point of each number, or to where it would stand. */
  const points = async (title: string): Promise<number[]> =>
    (await cells(title)).evaluateAll((all: Element[]) =>
      all.flatMap((cell) => {
        const text = [...(cell.querySelector('.cut')?.childNodes ?? [])].find(
          (child) => child.nodeType === 3 && /\d/.test(child.textContent ?? ''),
        );
        if (!text) {
          return [];
        }
        const content = text.textContent ?? '';
        const start = content.search(/\S/);
        const end = content.trimEnd().length;
        const dot = content.indexOf('.', start);
        const range = document.createRange();
        range.setStart(text, start);
        range.setEnd(text, dot === -1 ? end : dot);
        return [Math.round(range.getBoundingClientRect().right)];
      }),
    );

  it('have one number of decimals, grouped digits and units, and points that stand under each other', async () => {
    await open();
    const rmse = await table.cells('rmse');
    const decimals = new Set(rmse.map((text) => /\.(\d+)/.exec(text)?.[1]?.length));
    assert.deepEqual([...decimals].toSorted(), [1, 3], 'exact ones keep their own');
    assert.ok(
      rmse.every((text) => /^\d\.(5|\d{3})( best)?$/.test(text.replace(/\s+/g, ' ').trim())),
      rmse.join(),
    );
    for (const title of ['rmse', 'rate', 'model_bytes']) {
      const at = await points(title);
      assert.equal(at.length, (await table.cells(title)).length, title);
      assert.ok(Math.max(...at) - Math.min(...at) <= 2, `${title}: ${[...new Set(at)].join()}`);
    }
    assert.equal((await table.cells('rows'))[0], '1,078,928');
    assert.deepEqual(
      (await table.cells('model_bytes')).slice(0, 4).map((text) => text.trim()),
      ['126.6 KiB', '812 B', '1 KiB', '3.2 MiB'],
    );
    const percent = (await table.cells('system/cpu_utilization_percentage'))[3]!;
    assert.match(percent.trim(), /^21\.\d+%$/);
    // A seed or a year is no amount.
    assert.equal((await table.cells('seed'))[0], '2020');
    const whole = (await cells('rmse')).nth(1);
    assert.equal(await whole.getAttribute('title'), String(2 + Math.sin(1) / 3));
    await whole.click();
    await table.key('Control+c');
    await table.eventually(async () => assert.deepEqual(table.opened.copied, [String(2 + Math.sin(1) / 3)]));
    assert.match((await table.head('model_bytes').getAttribute('title')) ?? '', /812 B to 3\.2 MiB/);
  });

  it('show means with units and the decimals of their runs', async () => {
    await open();
    await table.grid().focus();
    await table.key('g');
    await table.opened.page.getByRole('menuitemcheckbox', { name: 'kernel' }).click();
    await table.opened.page.locator('.body .row.group').first().waitFor();
    const first = async (title: string): Promise<string> =>
      (await table.cells(title))[0]!.replace(/\s+/g, ' ').trim();
    assert.match(await first('rmse'), /^\d\.\d{3} ± \d\.\d{3}$/);
    assert.match(await first('rows'), /^1,0\d\d,\d{3}(\.\d)? ± \d+\.\d$/);
    assert.match(await first('model_bytes'), /^[\d.,]+ \w+ ± [\d.]+ \w+$/);
    assert.match(await first('system/cpu_utilization_percentage'), /^\d\d\.\d+ ± \d\.\d+%$/);
  });

  it('without a value in any row are left out, and come back; the picker says so, and what is picked stays', async () => {
    await open();
    const { page } = table.opened;
    const shown = (): Promise<string[]> => page.locator('.head-title > .cut').allInnerTexts();
    assert.ok((await shown()).includes('kernel') && (await shown()).includes('support'));
    await table.filterField().fill('params.depth IS NOT NULL');
    await table.found('20 of 40 runs');
    await table.eventually(async () => {
      const titles = await shown();
      assert.ok(
        !titles.includes('kernel') && !titles.includes('support') && titles.includes('depth'),
        titles.join(),
      );
    });
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    const entry = (name: string): Locator =>
      page.locator('.picker-entry', { has: page.getByText(name, { exact: true }) }).first();
    await entry('kernel').getByText('no value in these rows').waitFor();
    assert.equal(await entry('kernel').locator('input').isChecked(), false);
    await entry('kernel').locator('input').click();
    await table.head('kernel').waitFor();
    await table.key('Escape');
    // Another column that the user takes away does not bring those back that are empty.
    await table.menuOf('Duration', 'Hide Column');
    await table.eventually(async () => assert.equal(await table.head('Duration').count(), 0));
    assert.ok(!(await shown()).includes('support'));
    await table.filterField().fill('');
    await table.filterField().press('Enter');
    await table.found(/^40 runs/);
    await table.eventually(async () => assert.ok((await shown()).includes('support')));
    await table.filterField().fill('params.depth IS NOT NULL');
    await table.found('20 of 40 runs');
    await table.eventually(async () => assert.ok(!(await shown()).includes('support')));
    assert.ok((await shown()).includes('kernel'), 'what the user picked stays');
  });

  itOnce('are as wide as their values and the names of groups, whatever is grouped by', async () => {
    await open();
    const { page } = table.opened;
    const cut = (): Promise<(string | null)[]> =>
      page
        .locator('.body .cell .cut')
        .evaluateAll((all: Element[]) =>
          all.flatMap((element) => (element.scrollWidth > element.clientWidth ? [element.textContent] : [])),
        );
    assert.deepEqual(await cut(), []);
    const toggle = async (name: string): Promise<void> => {
      await table.grid().focus();
      await table.key('g');
      await page.getByRole('menuitemcheckbox', { name, exact: true }).click();
      await table.opened.settled();
    };
    for (const name of [
      'rate',
      'kernel',
      'depth',
      'User',
      'Status',
      'Experiment',
      'Commit',
      'Source',
      'Dataset',
    ]) {
      await toggle(name);
      await page.locator('.body .row.group').first().waitFor();
      await table.eventually(async () => assert.deepEqual(await cut(), [], name));
      await toggle(name);
    }
    await table.addColumn('stage');
    await page.evaluate(`document.querySelector('.grid').scrollLeft = 0`);
    await toggle('stage');
    await toggle('kernel');
    await page.locator('.body .row.group', { hasText: 'WWWW' }).first().waitFor();
    await table.eventually(async () => assert.deepEqual(await cut(), []));
  });
});
