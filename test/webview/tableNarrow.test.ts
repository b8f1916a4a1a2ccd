import * as assert from 'node:assert/strict';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { useTable } from './tableTools';

/** CSS pixels: a panel beside the sidebar of a window of 900, and that at 200 %. */
const SIZES = [
  { width: 560, height: 600 },
  { width: 280, height: 400 },
];

describeOnEachKind('run table, narrow', function (_, itOnce) {
  this.timeout(120_000);
  const table = useTable('sqlite');

  /** What is cut by the page's edge or lies over something else, of what can be pressed and what is said. */
  const faults = (): Promise<string[]> =>
    table.opened.page.evaluate<string[]>(`(() => {
      const all = [...document.querySelectorAll(
        '.page-header vscode-button, .page-header .icon-button, .filter-line input, .filter-line > *, .selection-bar > *, .menu, .picker, .prompt',
      )].filter((element) => element.getClientRects().length > 0 && !element.closest('lens-popup:not(:has(.menu))'));
      const name = (element) => element.tagName + '.' + element.className + ' ' + (element.textContent ?? '').trim().slice(0, 20);
      const faults = [];
      for (const element of all) {
        const box = element.getBoundingClientRect();
        if (box.left < -0.5 || box.right > innerWidth + 0.5 || box.top < -0.5 || box.bottom > innerHeight + 0.5) {
          faults.push('cut: ' + name(element) + ' ' + [box.left, box.right, box.top, box.bottom].map(Math.round));
        }
      }
      const solid = all.filter((element) => !element.matches('.menu, .picker, .prompt'));
      solid.forEach((a, index) => solid.slice(index + 1).forEach((b) => {
        if (a.contains(b) || b.contains(a)) return;
        const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        if (Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1) {
          faults.push('over each other: ' + name(a) + ' and ' + name(b));
        }
      }));
      return faults;
    })()`);

  for (const size of SIZES) {
    itOnce(`folds at ${size.width} pixels: nothing is cut, nothing overlaps, keys reach all`, async () => {
      table.closeAndUse(await table.taxi());
      await table.open(['1']);
      const { page } = table.opened;
      const wide = (await table.head('Run').boundingBox())!.width;
      await page.setViewportSize(size);
      await table.opened.settled();
      assert.deepEqual(await faults(), []);
      const frozen = (await table.head('Run').boundingBox())!;
      assert.ok(frozen.x + frozen.width <= Math.max(size.width / 3, 150) + 1, `${frozen.x + frozen.width}`);
      const names = await page
        .locator('.body .name-text')
        .evaluateAll((all: Element[]) => all.map((element) => element.clientWidth));
      assert.ok(Math.min(...names) > 15, `something of each name is seen: ${names.join()}`);
      await page.locator('.body .row').nth(2).locator('[data-column="0"]').click();
      await page.locator('.selection-bar', { hasText: '1 run selected' }).waitFor();
      assert.deepEqual(await faults(), []);
      // By keys: what has no room in the line is in its menu.
      await page.getByRole('button', { name: 'More for the Selected Runs…' }).focus();
      await table.key('Enter');
      await page.getByRole('menuitem', { name: 'Copy IDs' }).waitFor();
      assert.deepEqual(await faults(), []);
      await table.opened.checkAccessibility();
      await table.key('Escape');
      for (const name of ['Columns', 'Group', 'Charts']) {
        const button = page.locator('header').getByRole('button', { name, exact: true });
        assert.ok(await button.isVisible(), name);
      }
      await page.getByRole('button', { name: 'More Actions…' }).focus();
      await table.key('Enter');
      await page.getByRole('menuitem', { name: 'Keyboard Shortcuts' }).waitFor();
      assert.deepEqual(await faults(), []);
      await table.key('Escape');
      await page.getByRole('button', { name: 'Group', exact: true }).click();
      await page.getByRole('menu', { name: 'Group' }).waitFor();
      assert.deepEqual(await faults(), []);
      await table.key('Escape');
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.locator('.picker-entry').first().waitFor();
      assert.deepEqual(await faults(), []);
      await table.key('Escape');
      await table.grid().focus();
      await table.key('Control+Home', 'ArrowUp', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'm');
      await page.getByRole('menuitem', { name: 'Sort Ascending' }).waitFor();
      assert.deepEqual(await faults(), []);
      await page.getByRole('menuitemcheckbox', { name: 'Show Value at Step…' }).click();
      await page.locator('.prompt').waitFor();
      assert.deepEqual(await faults(), []);
      await table.key('Escape');
      await page.setViewportSize({ width: 1400, height: 800 });
      await table.eventually(async () => assert.equal((await table.head('Run').boundingBox())!.width, wide));
    });
  }

  itOnce('gives the name and pinned columns back what they had when there is room again', async () => {
    table.closeAndUse(await table.taxi());
    await table.open(['1']);
    const { page } = table.opened;
    await page.setViewportSize({ width: 1600, height: 700 });
    await table.opened.settled();
    const grip = (await table.head('Run').boundingBox())!;
    await page.mouse.move(grip.x + grip.width - 1, grip.y + 20);
    await page.mouse.down();
    await page.mouse.move(grip.x + grip.width + 119, grip.y + 20, { steps: 3 });
    await page.mouse.up();
    await table.menuOf('Start', 'Pin Column');
    await table.menuOf('Duration', 'Pin Column');
    const still = (): Promise<number> => page.locator('.head > .head-cell').count();
    await table.eventually(async () => {
      assert.equal(await still(), 3);
      assert.equal(Math.round((await table.head('Run').boundingBox())!.width), Math.round(grip.width + 120));
    });
    await page.setViewportSize({ width: 560, height: 700 });
    await table.eventually(async () => {
      const { x, width } = (await table.head('Run').boundingBox())!;
      assert.ok(x + width <= 560 / 3 + 1);
      assert.ok((await still()) < 3, 'half of the page scrolls');
    });
    await page.setViewportSize({ width: 1600, height: 700 });
    await table.eventually(async () => {
      assert.equal(await still(), 3);
      assert.equal(Math.round((await table.head('Run').boundingBox())!.width), Math.round(grip.width + 120));
    });
  });
});
