import * as assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from '../support/pageHarness';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { make, series, useCharts, wave } from './chartsHarness';
import { chartWhere, plotOf, readChart } from './chartTools';

interface CardElement extends Element {
  view?: { toX(pixel: number): number; toPixel(x: number, y: number): { x: number; y: number } };
}

/** Where the crosshair and its first marker stand on a chart, CSS pixels; null where it shows none. */
function crosshair(page: Page, metric: string): Promise<{ line: number; dot: number } | null> {
  return page.evaluate((key) => {
    const layer = document.querySelector<HTMLElement>(`chart-card[data-metric="${key}"] .cursor-layer`)!;
    const at = (selector: string): number =>
      new DOMMatrix(layer.querySelector<HTMLElement>(selector)!.style.transform).e;
    return layer.hidden || layer.children.length === 0
      ? null
      : { line: at('.cursor-line'), dot: at('.cursor-dot') };
  }, metric);
}

/** The x that lies under a pixel of one chart, as the pixel of another. */
function samePlace(page: Page, from: string, pixel: number, to: string): Promise<number> {
  return page.evaluate(
    ({ a, b, at }) => {
      const view = (key: string): NonNullable<CardElement['view']> =>
        document.querySelector<CardElement>(`chart-card[data-metric="${key}"]`)!.view!;
      return view(b).toPixel(view(a).toX(at), 0).x;
    },
    { a: from, b: to, at: pixel },
  );
}

describeOnEachKind('the crosshair of charts', function (kind, itOnce) {
  this.timeout(120_000);
  const charts = useCharts(kind);

  itOnce(
    'stays under the pointer, and at the same x in the other charts, over a zoom and its reset',
    async () => {
      const { page } = await charts.open(
        make([{ metrics: { a: series(wave(400)), b: series(wave(400, 2)) } }]),
      );
      const whole = await readChart(page, 'a');
      await readChart(page, 'b');
      const box = (await page.locator(plotOf('a')).boundingBox())!;
      const pointer = Math.round(box.width * 0.7);
      await page.mouse.move(box.x + pointer, box.y + 60);
      const stands = async (): Promise<void> =>
        eventually(async () => {
          const [here, there] = [await crosshair(page, 'a'), await crosshair(page, 'b')];
          assert.ok(here && there);
          const wanted = await samePlace(page, 'a', pointer, 'b');
          assert.ok(
            Math.abs(here.line - pointer) < 1.5,
            `the line at ${here.line}, the pointer at ${pointer}`,
          );
          assert.ok(Math.abs(there.line - wanted) < 1.5, `the other at ${there.line}, not at ${wanted}`);
          const under = await page.evaluate(
            (at) => document.querySelector<CardElement>('chart-card')!.view!.toX(at),
            pointer,
          );
          const said = (await page.locator('[data-cursor]').first().textContent()) ?? '';
          const step = Number(/@ (\d+)$/.exec(said)?.[1]);
          assert.ok(Math.abs(step - under) <= 0.5, `says ${said} at ${under}`);
          assert.ok(
            Math.abs(here.dot - here.line) < 8,
            `the marker at ${here.dot}, the line at ${here.line}`,
          );
        });
      await stands();
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -400);
      await page.keyboard.up('Control');
      const zoomed = await chartWhere(page, 'b', ({ x }) => x.max < whole.x.max || x.min > whole.x.min);
      await chartWhere(page, 'a', ({ x }) => x.max === zoomed.x.max);
      await stands();
      const reset = async (): Promise<void> => {
        // By the keyboard, while the pointer rests.
        await page.locator(plotOf('a')).focus();
        await page.keyboard.press('0');
        await chartWhere(page, 'b', ({ x }) => x.max === whole.x.max && x.min === whole.x.min);
        await stands();
      };
      await reset();
      // A rectangle is dragged to where the pointer is.
      await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + pointer, box.y + 60, { steps: 4 });
      await page.mouse.up();
      await chartWhere(page, 'b', ({ x }) => x.max < whole.x.max && x.min > whole.x.min);
      await stands();
      await reset();
      await page.mouse.move(5, 5);
      await eventually(async () =>
        assert.deepEqual([await crosshair(page, 'a'), await crosshair(page, 'b')], [null, null]),
      );
    },
  );

  itOnce(
    'that the keyboard set goes with its point over a zoom, and goes where its point is out of sight',
    async () => {
      const { page } = await charts.open(make([{ metrics: { a: series(wave(101)) } }]));
      const whole = await readChart(page, 'a');
      await page.locator(plotOf('a')).focus();
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press('ArrowLeft');
      }
      const before = (await crosshair(page, 'a'))!;
      await page.keyboard.press('+');
      await chartWhere(page, 'a', ({ x }) => x.max < whole.x.max);
      await eventually(async () => {
        const now = await crosshair(page, 'a');
        assert.ok(now && Math.abs(now.line - before.line) > 5, 'the point lies elsewhere now');
        assert.ok(Math.abs(now.line - now.dot) < 1);
      });
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press('Shift+ArrowRight');
      }
      await eventually(async () => assert.equal(await crosshair(page, 'a'), null));
    },
  );
});
