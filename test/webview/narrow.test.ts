import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { chartsPage } from '../../src/panels/charts';
import { diffPage } from '../../src/panels/diff';
import { modelPage } from '../../src/panels/model';
import { runPage } from '../../src/panels/run';
import { sweepPage } from '../../src/panels/sweep';
import type { PageName } from '../../src/protocol/pages';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders } from '../support/database';
import { fixture } from '../support/fixtures';
import { EXPERIMENT, makeHistoryStore, runIdOf, START, type HistoryPoint } from '../support/histories';
import { eventually, openPage, openStores, type OpenedPage, type OpenOptions } from '../support/pageHarness';

const XGBOOST = '18483d9d008e4db2882482aab221745b';
const LASSO = '09e91d4bba9347db9e2d0c241248202d';

/** The page in a window of 900 px beside the sidebar, and in one of 1,400 px at 200 %. */
const NARROW = { size: { width: 560, height: 850 }, zoom: 1 };
const ZOOMED = { size: { width: 450, height: 440 }, zoom: 2 };

describe('pages in a narrow panel and at 200 %', function () {
  this.timeout(120_000);
  let stores: OpenStores;
  let taxi: string;
  let big: string;
  let opened: OpenedPage | undefined;

  before(async () => {
    taxi = sqliteUri(path.join(await fixture('taxi-duration'), 'mlflow.db'));
    big = sqliteUri(bigStore());
    stores = openStores(taxi, big);
  });
  afterEach(async () => {
    const page = opened;
    opened = undefined;
    await page?.close();
  });
  after(() => {
    stores.dispose();
    removeTempFolders();
  });

  const bigRuns = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ store: big, runId: runIdOf(i + 1) }));

  async function open<Name extends PageName>(
    options: Pick<OpenOptions<Name, never>, 'definition' | 'args'>,
    how: Pick<OpenOptions<Name, never>, 'size' | 'zoom'>,
  ): Promise<OpenedPage> {
    opened = await openPage({ ...options, ...how, stores });
    return opened;
  }

  /** Controls and texts that are cut by the page's edge, or lie on one another. */
  async function faults({ page }: OpenedPage, within: string): Promise<string[]> {
    return page.evaluate((selector) => {
      const found: string[] = [];
      const shown = [...document.querySelectorAll<HTMLElement>(selector)].filter(
        (element) => element.checkVisibility() && element.getClientRects().length > 0,
      );
      const name = (element: HTMLElement): string =>
        element.getAttribute('aria-label') ?? (element.textContent ?? '').trim().slice(0, 40);
      const boxes = shown.map((element) => ({ element, box: element.getBoundingClientRect() }));
      boxes.forEach(({ element, box }, i) => {
        if (box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5) {
          found.push(`${name(element)} is cut: ${box.left} to ${box.right}`);
        }
        for (const { element: other, box: beside } of boxes.slice(i + 1)) {
          const width = Math.min(box.right, beside.right) - Math.max(box.left, beside.left);
          const height = Math.min(box.bottom, beside.bottom) - Math.max(box.top, beside.top);
          if (width > 1 && height > 1 && !element.contains(other) && !other.contains(element)) {
            found.push(`${name(element)} lies on ${name(other)}`);
          }
        }
      });
      if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
        found.push('the page scrolls sideways');
      }
      return found;
    }, within);
  }

  const CONTROLS = 'button, select, input, vscode-button, label.field';

  for (const [name, how] of [
    ['at 560 px', NARROW],
    ['at 200 %', ZOOMED],
  ] as const) {
    it(`charts ${name}: what is seldom changed folds, the keyboard reaches it, the legend scrolls`, async () => {
      const charts = await open({ definition: chartsPage, args: { runs: bigRuns(30) } }, how);
      const { page } = charts;
      await page.locator('.run-chip').first().waitFor();
      const chips = await page.locator('.run-chip').allInnerTexts();
      assert.equal(new Set(chips).size, 30, 'runs are told apart by what is seen of their names');
      assert.ok(
        chips.some((chip) => /^convnext.*…\S*-with-a-long-name-\d+$/.test(chip.trim())),
        chips.join(),
      );
      assert.equal(await page.getByLabel('log y').isVisible(), false);
      assert.deepEqual(
        await faults(charts, '.page-header button, .page-header vscode-button, .toolbar *'),
        [],
      );
      const toolbar = (await page.locator('.toolbar').boundingBox())!;
      assert.ok(toolbar.height <= 64, `the toolbar takes ${toolbar.height} px`);
      const line = page.locator('.runs-line');
      assert.ok((await line.boundingBox())!.height <= 90);
      assert.ok(await line.evaluate((element) => element.scrollHeight > element.clientHeight));
      // The last run of the legend, by the keyboard alone.
      await page.locator('.run-chip').first().focus();
      await page.keyboard.press('End');
      const last = page.locator('.run-chip').last();
      await eventually(async () => {
        const box = (await last.boundingBox())!;
        const around = (await line.boundingBox())!;
        assert.ok(box.y >= around.y && box.y + box.height <= around.y + around.height);
      });
      await page.getByRole('slider', { name: 'smoothing' }).focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.equal(
        await page.evaluate(() => document.activeElement?.closest('label')?.textContent?.trim()),
        'log x',
      );
      await page.keyboard.press('Space');
      assert.deepEqual(await faults(charts, '.toolbar *'), []);
      await charts.checkAccessibility();
      await page.getByRole('button', { name: 'More Options (1 set)' }).click();
      assert.equal(await page.getByLabel('log y').isVisible(), false);
      await charts.checkAccessibility();
    });

    it(`charts ${name}: an enlarged chart stays in sight over its legend of 30 lines`, async () => {
      const { page } = await open(
        { definition: chartsPage, args: { runs: bigRuns(30), metrics: ['val/loss'] } },
        how,
      );
      await page.getByRole('button', { name: 'Enlarge' }).click();
      const legend = page.locator('.legend-scroll');
      await page.locator('table.legend tbody tr').nth(29).waitFor();
      assert.ok((await legend.boundingBox())!.height <= Math.max(132, how.size.height * 0.4) + 1);
      assert.ok(await legend.evaluate((element) => element.scrollHeight > element.clientHeight));
      const cut = await page
        .locator('table.legend td.number:not(.at-cursor)')
        .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
      assert.equal(cut, 0, 'numbers are whole');
    });

    it(`charts ${name}: names of runs beside a picture are told apart, however long`, async () => {
      const { page } = await open(
        { definition: chartsPage, args: { runs: bigRuns(5), metrics: ['rmse'] } },
        how,
      );
      const names = await eventually(async () => {
        const labels = await page.evaluate(() => {
          type Card = Element & { dots?: { chart: { scales: { y: { ticks: { label: string }[] } } } } };
          return document
            .querySelector<Card>('chart-card')
            ?.dots?.chart.scales.y.ticks.map(({ label }) => label);
        });
        assert.equal(labels?.length, 5);
        return labels;
      });
      assert.equal(new Set(names).size, 5);
      assert.ok(names.every((label) => /^conv/.test(label)));
      assert.ok(!names.some((label) => /\(2\)$/.test(label)), 'by what differs, not by a number');
    });

    it(`sweep ${name}: nothing is cut, and what the pointer shows stays inside`, async () => {
      const sweep = await open(
        { definition: sweepPage, args: { store: big, experimentIds: [EXPERIMENT] } },
        how,
      );
      const { page } = sweep;
      await page.locator('parallel-coordinates canvas').waitFor();
      await sweep.settled();
      // Parallel coordinates scroll where there are many axes.
      assert.deepEqual(await faults(sweep, ':is(button, select, input, vscode-button):not(.axis-title)'), []);
      const plot = page.locator('sweep-plot').nth(1);
      await plot.scrollIntoViewIfNeeded();
      await sweep.settled();
      const points = await plot.evaluate((element) => {
        type Plot = Element & {
          plot: { points: { x: number; y: number }[] };
          chart: { scales: Record<'x' | 'y', { getPixelForValue(value: number): number }> };
        };
        const { plot: drawn, chart } = element as unknown as Plot;
        const box = element.getBoundingClientRect();
        return drawn.points.map(({ x, y }) => ({
          x: box.left + chart.scales.x.getPixelForValue(x),
          y: box.top + chart.scales.y.getPixelForValue(y),
        }));
      });
      const middle = how.size.width / 2;
      const central = points.toSorted((a, b) => Math.abs(a.x - middle) - Math.abs(b.x - middle))[0]!;
      await page.mouse.move(central.x, central.y);
      const tip = plot.locator('.plot-tip');
      await tip.waitFor();
      const box = (await tip.boundingBox())!;
      const around = (await plot.boundingBox())!;
      assert.ok(box.x >= around.x - 0.5 && box.x + box.width <= around.x + around.width + 0.5);
      await sweep.checkAccessibility();
    });

    it(`run page ${name}: each button is there or in the menu, numbers are whole, the menu stays inside`, async () => {
      const run = await open({ definition: runPage, args: { store: big, runId: runIdOf(1) } }, how);
      const { page } = run;
      await page.locator('tr', { hasText: 'val/loss' }).getByText('best').waitFor();
      assert.deepEqual(await faults(run, CONTROLS), []);
      const cut = await page
        .locator('table.metrics td.number')
        .evaluateAll((cells) =>
          cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
        );
      assert.deepEqual(cut, []);
      await page.getByRole('button', { name: 'More Actions…' }).click();
      const menu = (await page.locator('.menu').boundingBox())!;
      assert.ok(menu.x >= 0 && menu.x + menu.width <= how.size.width);
      assert.ok(menu.y >= 0 && menu.y + menu.height <= how.size.height);
      const inMenu = await page.getByRole('menuitem', { name: 'Diff With…' }).count();
      const asButton = await page.locator('vscode-button', { hasText: 'Diff With…' }).isVisible();
      assert.equal(inMenu === 1, !asButton);
      await page.keyboard.press('Escape');
      await run.checkAccessibility();
    });

    it(`diff ${name}: what stays in sight takes a third at most, numbers and lines of sources are whole`, async () => {
      const diff = await open({ definition: diffPage, args: { runs: bigRuns(8) } }, how);
      const { page } = diff;
      await page.locator('[data-key="val/loss"]').waitFor();
      assert.deepEqual(await faults(diff, '.page-header *, .diff-toolbar *'), []);
      const cut = await page
        .locator('.cell-value:has(.digits)')
        .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
      assert.equal(cut, 0);
      for (const transposed of [false, true]) {
        if (transposed) {
          await page.keyboard.press('t');
          await page.locator('.diff-head', { hasText: 'Run' }).waitFor();
        }
        const scroll = page.locator('.diff-scroll');
        await scroll.evaluate((element) => (element.scrollLeft = 10_000));
        const frozen = await eventually(async () => {
          const right = await scroll.evaluate((element) => {
            const around = element.getBoundingClientRect();
            return Math.max(
              ...[...element.querySelectorAll('.data-line .cell')]
                .filter((cell) => getComputedStyle(cell).position === 'sticky')
                .map((cell) => cell.getBoundingClientRect().right - around.left),
            );
          });
          assert.ok(right > 0);
          return right;
        });
        assert.ok(frozen <= how.size.width / 3 + 1, `${frozen} px of ${how.size.width} are frozen`);
      }
      await diff.checkAccessibility();
    });

    it(`model page ${name}: versions are whole, and pictures keep their text's size`, async () => {
      const model = await open({ definition: modelPage, args: { store: taxi, name: 'taxi-duration' } }, how);
      const { page } = model;
      await page.getByText('1 input → 1 output').first().waitFor();
      await assertWholeVersions(model);
      const sizes = await page.locator('.timeline, .over-versions').evaluateAll((pictures) =>
        pictures.map((picture) => {
          const { width } = picture.getBoundingClientRect();
          return (picture as SVGSVGElement).viewBox.baseVal.width / width;
        }),
      );
      assert.deepEqual(sizes, [1, 1]);
      await model.checkAccessibility();
    });
  }

  it('diff at 1,080 px: the baseline stays beside the keys, both in a third', async () => {
    const { page } = await open(
      { definition: diffPage, args: { runs: bigRuns(8) } },
      { size: { width: 1080, height: 800 } },
    );
    const pinned = page.locator('[data-key="val/loss"] .cell.pinned');
    await pinned.waitFor();
    const box = (await pinned.boundingBox())!;
    assert.ok(box.x + box.width <= 360);
    // The last column, reached by the keyboard, is not under them.
    await page.locator('[data-key="val/loss"] .cell.pinned').focus();
    for (let i = 0; i < 7; i++) {
      await page.keyboard.press('ArrowRight');
    }
    await eventually(async () => {
      const last = await page.evaluate(() => {
        const { left, right } = document.activeElement!.getBoundingClientRect();
        return [left, right] as const;
      });
      assert.ok(last[0] >= box.x + box.width - 1 && last[1] <= 1081, last.join());
    });
  });

  it('model page at 1,500 and 900 px: versions are whole', async () => {
    for (const width of [1500, 900]) {
      const model = await open(
        { definition: modelPage, args: { store: taxi, name: 'taxi-duration' } },
        { size: { width, height: 900 } },
      );
      await model.page.getByText('1 input → 1 output').first().waitFor();
      await assertWholeVersions(model);
      await model.close();
      opened = undefined;
    }
  });

  it('run page at 1,500 and 1,040 px: numbers are whole', async () => {
    for (const width of [1500, 1040]) {
      const run = await open(
        { definition: runPage, args: { store: big, runId: runIdOf(1) } },
        { size: { width, height: 900 } },
      );
      await run.page.locator('tr', { hasText: 'val/loss' }).getByText('best').waitFor();
      const numbers = run.page.locator('table.metrics td.number');
      const cut = await numbers.evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent?.trim()),
      );
      assert.deepEqual(cut, [], `${width} px`);
      await run.close();
      opened = undefined;
    }
  });

  async function assertWholeVersions({ page }: OpenedPage): Promise<void> {
    const cut = await page.locator('table.versions :is(td, .link, .badge, bdi)').evaluateAll((cells) =>
      cells
        .filter((cell) => cell.checkVisibility())
        .filter((cell) => {
          const { left, right } = cell.getBoundingClientRect();
          return (
            (cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== 'inline') ||
            left < 0 ||
            right > document.documentElement.clientWidth
          );
        })
        .map((cell) => cell.textContent?.trim().replaceAll(/\s+/g, ' ')),
    );
    assert.deepEqual(cut, []);
  }

  it('a run of the taxi store with artifacts at 560 px: nothing is cut', async () => {
    const run = await open({ definition: runPage, args: { store: taxi, runId: XGBOOST } }, NARROW);
    await run.page.locator('.artifact-tree [role=treeitem]').first().waitFor();
    assert.deepEqual(await faults(run, CONTROLS), []);
    await run.close();
    const diff = await open(
      { definition: diffPage, args: { runs: [LASSO, XGBOOST].map((runId) => ({ store: taxi, runId })) } },
      NARROW,
    );
    await diff.page.locator('[data-key="alpha"]').waitFor();
    // The whole values: no blank lines between them.
    await diff.page.locator('[data-key="alpha"] [data-cell]').first().focus();
    await diff.page.keyboard.press('Space');
    const entry = (await diff.page.locator('.detail dd').first().boundingBox())!;
    assert.ok(entry.height < 60, `${entry.height} px`);
  });
});

/** 30 runs whose names, metrics and params are as long as people's. */
function bigStore(): string {
  const curve = (i: number, from: number, to: number): HistoryPoint[] =>
    Array.from({ length: 40 }, (_, step) => [
      step,
      START + step * 1000,
      to + (from - to) * Math.exp(-step / 12) + i / 5000,
    ]);
  return makeHistoryStore(
    Array.from({ length: 30 }, (_, i) => ({
      runId: runIdOf(i + 1),
      name: i % 4 === 0 ? `convnext-large-imagenet-finetune-with-a-long-name-${i}` : `convnext-${i}`,
      params: {
        lr: String(10 ** (-5 + (i % 5))),
        optimizer: ['adam', 'adamw', 'sgd'][i % 3]!,
        scheduler: ['cosine_with_warmup_restarts', 'linear_decay'][i % 2]!,
        dropout: (i / 60).toFixed(3),
        a_param_with_a_name_that_is_long_enough: String(i),
      },
      metrics: {
        'val/loss': curve(i, 2.3, 0.3),
        'val/accuracy': curve(i, 0.1, 0.9),
        'train/loss': curve(i, 2.5, 0.0002),
        'system/gpu_0_memory_usage_megabytes': curve(i, 9000, 12_000),
        rmse: [[0, START, 1 + ((i * 7) % 30) / 10]],
      },
    })),
  );
}
