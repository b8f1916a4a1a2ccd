import * as assert from 'node:assert/strict';
import { tablePage } from '../../src/panels/table';
import { settingsKey } from '../../src/panels/tableView';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../support/database';
import { describeOnEachKind, openStoresOf } from '../support/kinds/pageStores';
import { openPage, type OpenedPage } from '../support/pageHarness';
import { NEW_SETTINGS } from '../../src/protocol/tableChoices';

const RUNS = 3000;
const PARAMS = 400;
const EXPERIMENT = '99';
/** What the browser may spend on a frame is bounded by what is touched, and that can be counted on any machine. */
interface Touched {
  rows: number;
  cells: number;
  elements: number;
}

describeOnEachKind('run table, scrolled', function (kind, itOnce) {
  this.timeout(120_000);
  let stores: OpenStores;
  let opened: OpenedPage;

  before(async () => {
    const file = makeRegistryStore('3.17.2');
    withDatabase(file, (database) => {
      database.exec('BEGIN IMMEDIATE');
      database.exec(
        `INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (${EXPERIMENT}, 'many', 'active')`,
      );
      const run = database.prepare(
        `INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id)
         VALUES (?, ?, 'FINISHED', ?, ?, 'active', '', ${EXPERIMENT})`,
      );
      const param = database.prepare('INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)');
      for (let i = 0; i < RUNS; i++) {
        const id = i.toString(16).padStart(32, '0');
        run.run(id, `run ${i}`, 1_700_000_000_000 - i, 1_700_000_000_500);
        if (i < 80) {
          for (let p = 0; p < PARAMS; p++) {
            param.run(`p${String(p).padStart(3, '0')}`, `${i}.${p}`, id);
          }
        }
      }
      database.exec('COMMIT');
    });
    const uri = sqliteUri(file);
    const args = { store: uri, experimentIds: [EXPERIMENT] };
    const state = new ViewState({ get: () => undefined, update: async () => undefined });
    state.setSetting(settingsKey(args), {
      ...NEW_SETTINGS,
      columns: Array.from({ length: PARAMS }, (_, p) => ({
        kind: 'param',
        key: `p${String(p).padStart(3, '0')}`,
      })),
    });
    stores = openStoresOf(kind, [uri]);
    opened = await openPage({ definition: tablePage, args, stores, state });
    await opened.page.locator('.body .row').first().waitFor();
    await opened.settled();
  });

  after(async () => {
    await opened.close();
    stores.dispose();
    removeTempFolders();
  });

  /** Scrolls by some px, and counts what was touched by the next frame but one. */
  const scroll = (down: number, right: number): Promise<Touched> =>
    opened.page.evaluate(
      async ({ top, left }) => {
        const grid = document.querySelector('.grid')!;
        const rows = new Set<Element>();
        const cells = new Set<Element>();
        let elements = 0;
        const take = (records: MutationRecord[]): void => {
          for (const { target, addedNodes } of records) {
            elements += [...addedNodes].filter((node) => node instanceof Element).length;
            const element = target instanceof Element ? target : target.parentElement;
            const row = element?.closest('.body .row');
            const cell = element?.closest('.body .cell');
            if (row) {
              rows.add(row);
            }
            if (cell) {
              cells.add(cell);
            }
          }
        };
        const observer = new MutationObserver(take);
        observer.observe(grid, { subtree: true, childList: true, attributes: true, characterData: true });
        grid.scrollTop += top;
        grid.scrollLeft += left;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        take(observer.takeRecords());
        observer.disconnect();
        return { rows: rows.size, cells: cells.size, elements };
      },
      { top: down, left: right },
    );
  const drawnRows = (): Promise<number[]> =>
    opened.page.evaluate(() =>
      [...document.querySelectorAll('.body .row')].map((row) => Number(row.getAttribute('aria-rowindex'))),
    );
  const texts = (): Promise<string[]> => opened.page.locator('.body .name-text').allInnerTexts();

  itOnce('draws again only the rows that are scrolled to, in the elements of those that went', async () => {
    const rows = (await drawnRows()).length;
    assert.ok(rows > 20);
    // Away from the top, where less is drawn, as long as it takes for every element to be there.
    await scroll(22 * 12, 0);
    await scroll(22 * 5, 0);
    const touched = await scroll(22 * 5, 0);
    assert.ok(touched.rows >= 4 && touched.rows <= 6, `${touched.rows} of ${rows} rows`);
    assert.equal(touched.elements, 0);
  });

  itOnce('draws again only the columns that are scrolled to', async () => {
    const rows = (await drawnRows()).length;
    await scroll(0, 900);
    await scroll(0, 150);
    const touched = await scroll(0, 100);
    assert.ok(touched.cells > 0 && touched.cells <= rows * 2, `${touched.cells} cells of ${rows} rows`);
    assert.equal(touched.elements, 0);
  });

  it('shows every row once, with its own values, wherever it was scrolled to', async () => {
    await scroll(22 * 10, 400);
    const shown = await opened.page.evaluate(() => {
      const window = document.querySelector('.body-window')!.getBoundingClientRect();
      return [...document.querySelectorAll('.body .row')]
        .map((row) => ({
          top: Math.round(row.getBoundingClientRect().top - window.top),
          name: row.querySelector('.name-text')?.textContent.trim() ?? '',
          cells: [...row.querySelectorAll<HTMLElement>('.moving > .cell')].map((cell) => ({
            left: Math.round(cell.getBoundingClientRect().left),
            place: Number(cell.dataset.column),
            text: cell.textContent.trim(),
          })),
        }))
        .sort((a, b) => a.top - b.top);
    });
    shown.forEach(({ name, top, cells }, index) => {
      const run = Number(name.slice(4));
      assert.equal(run, Number(shown[0]!.name.slice(4)) + index);
      assert.equal(top, shown[0]!.top + 22 * index);
      cells.sort((a, b) => a.left - b.left);
      cells.forEach(({ place, text }, at) => {
        assert.equal(place, cells[0]!.place + at);
        assert.equal(text, `${run}.${place}`);
      });
    });
  });

  itOnce('puts the elements in the order of their rows once it rests, for who reads the page', async () => {
    await scroll(22 * 7, 250);
    await opened.page.waitForFunction(() => {
      const ascending = (values: number[]): boolean =>
        values.every((value, i) => i === 0 || value > values[i - 1]!);
      const first = [...document.querySelectorAll<HTMLElement>('.body .row')];
      return (
        ascending(first.map((row) => Number(row.getAttribute('aria-rowindex')))) &&
        ascending(
          [...first[0]!.querySelectorAll<HTMLElement>('.moving > .cell')].map((cell) =>
            Number(cell.dataset.column),
          ),
        )
      );
    });
    assert.equal(new Set(await texts()).size, (await texts()).length);
  });

  it('jumps to the end and has its rows', async () => {
    await opened.page.locator('.grid').evaluate((grid) => (grid.scrollTop = grid.scrollHeight));
    await opened.page.locator('.body .name-text', { hasText: `run ${RUNS - 1}` }).waitFor();
    const rows = await drawnRows();
    assert.equal(Math.max(...rows), RUNS + 1);
  });
});
