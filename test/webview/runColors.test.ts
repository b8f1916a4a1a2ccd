import * as assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { diffPage } from '../../src/panels/diff';
import { runPage } from '../../src/panels/run';
import { PALETTES } from '../../src/state/colors';
import { keyOf, type RunKey } from '../../src/mlflow/runKey';
import { sqliteUri } from '../../src/stores/uri';
import { runIdOf } from '../support/histories';
import { eventually, openPage, type OpenedPage } from '../support/pageHarness';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { make, series, useCharts } from './chartsHarness';

/** The look of a run's dot: its color and how it is cut. */
function dotsIn(scope: Page | Locator, selector: string): Promise<string[]> {
  return scope.locator(selector).evaluateAll((dots: HTMLElement[]) =>
    dots.map(({ style: { backgroundColor, clipPath } }) => {
      return `${backgroundColor} ${clipPath}`;
    }),
  );
}

/** Color and dash of each run's line on the canvas of a chart. */
function linesOf(page: Page, metric: string): Promise<string[]> {
  interface Card extends Element {
    view?: { chart: { data: { datasets: { borderColor: string; borderDash?: number[] }[] } } };
  }
  return page.evaluate((key) => {
    const card = document.querySelector<Card>(`chart-card[data-metric="${key}"]`);
    return (card?.view?.chart.data.datasets ?? []).map(
      ({ borderColor, borderDash }) => `${borderColor} ${(borderDash ?? []).join()}`,
    );
  }, metric);
}

/** So many runs with a curve each. */
function runsOf(count: number): string {
  return make(
    Array.from({ length: count }, (_, run) => ({
      name: `run ${run + 1}`,
      params: { rate: String(run) },
      metrics: { loss: series(Array.from({ length: 20 }, (_each, step) => run + Math.cos(step / 4 + run))) },
    })),
  );
}

describeOnEachKind('the colors of runs', function (kind, itOnce) {
  this.timeout(120_000);
  const charts = useCharts(kind);
  const more: OpenedPage[] = [];
  afterEach(async () => {
    for (const opened of more.splice(0)) {
      await opened.close();
    }
  });

  const keysIn = (file: string, count: number): RunKey[] =>
    Array.from({ length: count }, (_, run) => ({ store: sqliteUri(file), runId: runIdOf(run + 1) }));

  itOnce('are unlike for each of 32 runs: line, chip and legend alike, in four themes', async () => {
    const file = runsOf(32);
    const { page } = await charts.open(file, {}, { width: 1200, height: 1100 });
    await eventually(async () => assert.equal((await linesOf(page, 'loss')).length, 32));
    await page.getByRole('button', { name: '2 more runs' }).click();
    await page.getByRole('button', { name: 'Enlarge' }).click();
    await eventually(async () => assert.equal((await dotsIn(page, 'table.legend .dot')).length, 32));
    for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] as const) {
      await charts.opened!.setTheme(theme);
      await eventually(async () => assert.ok((await linesOf(page, 'loss'))[0]!.startsWith('#')));
      const chips = await dotsIn(page, '.run-chip .dot');
      assert.equal(new Set(chips).size, 32, `chips in ${theme}`);
      assert.deepEqual(new Set(await dotsIn(page, 'table.legend .dot')), new Set(chips));
      const lines = await linesOf(page, 'loss');
      assert.equal(new Set(lines).size, 32, `lines in ${theme}`);
      assert.deepEqual(
        new Set(lines.map((line) => line.split(' ')[0]!.toUpperCase())),
        new Set(PALETTES[theme]),
      );
    }
    await charts.opened!.screenshots('charts-32');
  });

  itOnce('that met their like before are made unlike when they are drawn together', async () => {
    const file = runsOf(3);
    const keys = keysIn(file, 3);
    const opened = await charts.open(file, { runs: [] });
    // Each was alone in a picture of its own, and another had been hidden meanwhile.
    for (const key of [...keys, ...keys]) {
      charts.state.setShown([key], true);
      charts.state.setShown([key], false);
    }
    charts.state.setShown(keys, true);
    await eventually(async () => assert.equal((await dotsIn(opened.page, '.run-chip .dot')).length, 3));
    assert.equal(new Set(await dotsIn(opened.page, '.run-chip .dot')).size, 3);
  });

  it('that the user chooses show at once in the charts, on the run page and in the diff', async () => {
    const file = runsOf(3);
    const keys = keysIn(file, 3);
    const { page } = await charts.open(file, { runs: keys });
    await eventually(async () => assert.equal((await linesOf(page, 'loss')).length, 3));
    const shared = { stores: charts.stores, state: charts.state };
    const run = await openPage({ definition: runPage, args: keys[0]!, ...shared });
    more.push(run);
    const diff = await openPage({ definition: diffPage, args: { runs: keys.slice(0, 2) }, ...shared });
    more.push(diff);
    await diff.page.locator('.dot').first().waitFor();
    const brown = 'rgb(158, 99, 62)';
    charts.state.chooseColor([keys[0]!], 7);
    const shows = async (where: Page, selector: string): Promise<void> =>
      eventually(async () => {
        const dots = await dotsIn(where, selector);
        assert.equal(dots.filter((dot) => dot.startsWith(brown)).length, 1, dots.join('\n'));
      });
    await shows(page, '.run-chip .dot');
    await shows(page, 'table.legend .dot');
    await eventually(async () => assert.ok((await linesOf(page, 'loss')).includes('#9E633E ')));
    await shows(run.page, '.title .dot');
    await shows(diff.page, '.dot');
    charts.state.chooseColor([keys[1]!], 7);
    await eventually(async () => assert.ok((await linesOf(page, 'loss')).includes('#9E633E 6,3')));
  });

  itOnce('can be set from the legend and from a chip', async () => {
    const file = runsOf(2);
    const keys = keysIn(file, 2);
    const opened = await charts.open(file, { runs: keys });
    await opened.page.locator('table.legend .set-color').first().click();
    await opened.page.locator('.run-chip', { hasText: 'run 2' }).focus();
    await opened.page.keyboard.press('c');
    await eventually(async () => assert.equal(opened.commands.length, 2));
    assert.deepEqual(
      opened.commands.map(({ command, args }) => [command, (args as { runs: RunKey[] }).runs.map(keyOf)]),
      [
        ['mlflowLens.setRunColor', [keyOf(keys[0]!)]],
        ['mlflowLens.setRunColor', [keyOf(keys[1]!)]],
      ],
    );
  });
});
