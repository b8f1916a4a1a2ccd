import * as assert from 'node:assert/strict';
import { sweepPage } from '../../src/panels/sweep';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders } from '../support/database';
import { EXPERIMENT, makeHistoryStore, runIdOf, START, type MadeRun } from '../support/histories';
import { eventually, openPage, openStores, type OpenedPage } from '../support/pageHarness';
import { recordTexts, type DrawnText } from './chartTools';

describe('axes and importance of a sweep', function () {
  this.timeout(120_000);
  let stores: OpenStores;
  let opened: OpenedPage | undefined;

  afterEach(async () => {
    const page = opened;
    opened = undefined;
    await page?.close();
    stores.dispose();
    removeTempFolders();
  });

  async function open(
    runs: Partial<MadeRun>[],
    size = { width: 1100, height: 1500 },
    zoom = 1,
  ): Promise<OpenedPage> {
    const uri = sqliteUri(makeHistoryStore(runs.map((run, i) => ({ runId: runIdOf(i + 1), ...run }))));
    stores = openStores(uri);
    opened = await openPage({
      definition: sweepPage,
      args: { store: uri, experimentIds: [EXPERIMENT] },
      stores,
      size,
      zoom,
    });
    await opened.page.locator('parallel-coordinates canvas').waitFor();
    return opened;
  }

  const trial = (i: number, params: Record<string, string> = {}): Partial<MadeRun> => ({
    name: `trial ${i}`,
    params: {
      lr: String(1.17 * 10 ** (-5 + (3.9 * ((i * 7) % 24)) / 23)),
      dropout: String(0.04 + 0.0201 * ((i * 5) % 24)),
      optimizer: ['sgd', 'adamw', 'rmsprop'][i % 3]!,
      hidden: ['[128]', '[64]', '[1024]'][i % 3]!,
      ...params,
    },
    metrics: { rmse: [[0, START, 1 + (((i * 11) % 24) / 24) * 3]] },
  });
  const trials = (count: number, params?: (i: number) => Record<string, string>): Partial<MadeRun>[] =>
    Array.from({ length: count }, (_, i) => trial(i, params?.(i)));

  /** The labels at each axis, by its title. */
  async function axes({ page }: OpenedPage): Promise<Map<string, DrawnText[]>> {
    const read = await recordTexts(page, 'parallel-coordinates');
    // A brush draws the picture once more.
    await page.locator('.axis-title').first().focus();
    await page.keyboard.press('Enter');
    const texts = await eventually(async () => {
      const drawn = await read();
      assert.ok(drawn.length > 0);
      return drawn;
    });
    const titles = await page.locator('.axis-title').evaluateAll((found) => {
      const plot = document.querySelector('.parallel-plot')!.getBoundingClientRect();
      return found.map((title) => {
        const { left, width } = title.getBoundingClientRect();
        return { name: title.textContent?.trim() ?? '', x: left + width / 2 - plot.left };
      });
    });
    const byAxis = new Map<string, DrawnText[]>();
    for (const text of texts) {
      const nearest = titles.toSorted(
        (a, b) =>
          Math.min(Math.abs(a.x - text.to), Math.abs(a.x - text.from)) -
          Math.min(Math.abs(b.x - text.to), Math.abs(b.x - text.from)),
      )[0]!;
      byAxis.set(nearest.name, [...(byAxis.get(nearest.name) ?? []), text]);
    }
    return byAxis;
  }

  const labels = (texts: DrawnText[] | undefined): string[] => [...new Set(texts?.map(({ text }) => text))];

  it('has round values at its axes, powers of ten where a param spans decades, categories in order', async () => {
    const found = await axes(await open(trials(24)));
    const named = (part: string): string[] => labels([...found].find(([name]) => name.includes(part))?.[1]);
    assert.deepEqual(named('lr'), ['1e-5', '0.0001', '0.001', '0.01', '0.1']);
    assert.ok([...found.keys()].some((name) => /lr\s*\(log\)/.test(name)));
    assert.deepEqual(named('dropout'), ['0', '0.1', '0.2', '0.3', '0.4', '0.5']);
    assert.deepEqual(named('hidden'), ['[64]', '[128]', '[1024]']);
    assert.deepEqual(named('optimizer'), ['adamw', 'rmsprop', 'sgd']);
    assert.deepEqual(named('rmse'), ['1.0', '1.5', '2.0', '2.5', '3.0', '3.5', '4.0']);
  });

  it('writes each label beside its own axis, away from the one before it, also at 560 px and at 200 %', async () => {
    const kinds = (i: number): Record<string, string> => ({
      scheduler: ['cosine_with_warmup_restarts', 'linear_decay_after_warmup'][i % 2]!,
      architecture: ['WWWWWWWWWWWWWW', 'MMMMMMMMMMMMMM'][i % 2]!,
    });
    for (const [size, zoom] of [
      [{ width: 560, height: 850 }, 1],
      [{ width: 450, height: 440 }, 2],
    ] as const) {
      const page = await open(trials(24, kinds), size, zoom);
      const found = await axes(page);
      const places = await page.page.locator('.axis-title').evaluateAll((titles) => {
        const plot = document.querySelector('.parallel-plot')!.getBoundingClientRect();
        return titles.map((title) => {
          const { left, width } = title.getBoundingClientRect();
          return left + width / 2 - plot.left;
        });
      });
      const texts = [...found.values()].flat();
      assert.ok(texts.length > 20);
      for (const { text, from, to } of texts) {
        const crossed = places.filter((x) => x > from - 2 && x < to + 2);
        assert.deepEqual(crossed, [], `"${text}" lies on an axis`);
      }
      await page.close();
      opened = undefined;
    }
  });

  it('says first how little the importance of few runs says', async () => {
    const { page } = await open(trials(18));
    const part = page.locator('#section-importance');
    const said = part.getByText(
      'With 18 runs this is no more than a hint: a param can come first by chance.',
    );
    await said.waitFor();
    const above = (await said.boundingBox())!.y;
    assert.ok(above < (await part.locator('table').boundingBox())!.y);
    assert.ok(above < (await part.getByText('PED-ANOVA').boundingBox())!.y);
    await opened!.checkAccessibility();
  });

  it('names the categories that there is room for, and says where a name is left out', async () => {
    const many = await open(
      trials(60, (i) => ({ dataset: `part-${i}` })),
      { width: 560, height: 850 },
    );
    const { page } = many;
    await page.getByLabel('Scatter: x').selectOption('param:dataset');
    const scatter = page.locator('.picture:nth-child(3) sweep-plot');
    await scatter
      .getByRole('img', {
        name: /^There is room for \d+ of 60 names of dataset: point at a run for its own\.$/,
      })
      .waitFor({ state: 'attached' });
    assert.match(
      (await page.locator('.axis-title', { hasText: 'dataset' }).getAttribute('title')) ?? '',
      /There is room for \d+ of 60 names/,
    );
    await page.getByLabel('Scatter: x').selectOption('param:optimizer');
    await scatter.locator('.unnamed').waitFor({ state: 'detached' });
  });
});
