import * as assert from 'node:assert/strict';
import { diffPage, modelDiffPage } from '../../src/panels/diff';
import type { ShownChanges } from '../../src/platform/showChanges';
import { createSourceFinder } from '../../src/provenance/finder';
import { sqliteUri } from '../../src/stores/uri';
import { fixture } from '../support/fixtures';
import { describeOnEachKind, openStoresOf, type PageStores } from '../support/kinds/pageStores';
import { eventually, openPage, type OpenedPage } from '../support/pageHarness';
import { until } from '../support/workbench';

/** The taxi store and its repository, with the real handlers. */
async function taxi(kind: PageStores) {
  const folder = await fixture('taxi-duration');
  const store = sqliteUri(`${folder}/mlflow.db`);
  const changes: ShownChanges[] = [];
  const finder = createSourceFinder({ folders: () => [folder], gitPath: () => 'git', isTrusted: () => true });
  const services = {
    code: {
      finder: () => finder,
      openChanges: async (request: ShownChanges) => {
        changes.push(request);
      },
      openTexts: async () => undefined,
      choose: async () => null,
    },
  };
  return { store, services, changes, stores: openStoresOf(kind, [store]) };
}

const FIRST = '09e91d4bba9347db9e2d0c241248202d';
const SECOND = 'b4eddb7a40394efea63113c3ea129604';
const GIVEN = '18483d9d008e4db2882482aab221745b';
const DIRTY = '5f6a1626046c4779bb4057987a7ef8db';

function row(opened: OpenedPage, key: string) {
  return opened.page.locator(`[data-key="${key}"]`);
}

describeOnEachKind('diff page', (kind, itOnce) => {
  it('shows what differs of two runs, each param with its line, and opens it', async () => {
    const { store, services, stores, changes } = await taxi(kind);
    const opened = await openPage({
      definition: diffPage,
      args: {
        runs: [
          { store, runId: FIRST },
          { store, runId: SECOND },
        ],
      },
      stores,
      services,
    });
    const alpha = row(opened, 'alpha');
    await alpha.getByRole('button', { name: 'src/train.py:12' }).first().waitFor();
    assert.match(await alpha.innerText(), /0\.1[\s\S]*src\/train\.py:12[\s\S]*0\.01/);
    assert.equal(await row(opened, 'min_minutes').count(), 0, 'equal rows are hidden');
    await opened.page.getByText('1 of 5, 4 equal rows hidden').waitFor();
    await alpha.getByRole('button', { name: 'src/train.py:12' }).nth(1).click();
    assert.deepEqual(opened.commands.at(-1), {
      command: 'mlflowLens.openSource',
      args: { store, runId: SECOND, param: 'alpha' },
    });
    assert.match(
      await opened.page.locator('.summary').innerText(),
      /^Between lasso · alpha 0.1 and lasso · alpha 0.01: other preprocessing \(src\/preprocess\.py\)/,
    );
    await opened.page.getByText('Open Changes').click();
    while (changes.length === 0) {
      await opened.settled();
    }
    assert.equal(changes[0]?.to, '06484e2c068e57d560e972bf70c6d88aaecae423');
    assert.deepEqual(
      changes[0]?.files.map(({ path }) => path),
      ['src/preprocess.py', 'src/train.py'],
    );
    await alpha.locator('[data-cell]').first().focus();
    await opened.page.keyboard.press('Space');
    await opened.page.getByRole('button', { name: 'Show the change' }).click();
    await until(() => changes.length === 2);
    assert.deepEqual([changes[1]?.file, changes[1]?.line], ['src/train.py', 12]);
    await opened.page.keyboard.press('Escape');
    await opened.page
      .getByRole('navigation')
      .getByRole('button', { name: 'taxi-duration', exact: true })
      .last()
      .click();
    await until(() => opened.commands.at(-1)?.command === 'mlflowLens.openRunTable');
    assert.deepEqual(opened.commands.at(-1)?.args, { store, experimentIds: ['1'] });
    await opened.page.getByLabel(/Only what differs/).uncheck();
    await row(opened, 'min_minutes').waitFor();
    await opened.screenshots('diff-two');
    await opened.checkAccessibility();
    await opened.close();
    stores.dispose();
  });

  itOnce('says where a value was given, and that a commit cannot have set it', async () => {
    const { store, services, stores } = await taxi(kind);
    const opened = await openPage({
      definition: diffPage,
      args: {
        runs: [
          { store, runId: GIVEN },
          { store, runId: DIRTY },
        ],
      },
      stores,
      services,
    });
    const rate = row(opened, 'learning_rate');
    await rate.getByText('differs').waitFor();
    assert.match(await rate.innerText(), /given[\s\S]*MLproject:11[\s\S]*differs[\s\S]*src\/best\.py:12/);
    assert.match(await row(opened, 'max_depth').innerText(), /mlflow run -P max_depth=9/);
    await opened.close();
    stores.dispose();
  });

  it('compares versions of a model, with the summary for a review', async () => {
    const { store, services, stores } = await taxi(kind);
    const opened = await openPage({
      definition: modelDiffPage,
      args: { store, name: 'taxi-duration', versions: ['2', '4'] },
      stores,
      services,
    });
    await opened.page
      .locator('.summary', { hasText: /Between v2 and v4: .*rmse 2\.971 to 2\.867 \(better\)/ })
      .waitFor();
    await opened.page.getByPlaceholder('Filter rows').fill('xgboost');
    await row(opened, 'model › xgboost').waitFor();
    await opened.page.getByPlaceholder('Filter rows').fill('');
    await opened.page.getByText('Copy Markdown').click();
    await eventually(() =>
      assert.match(opened.copied[0] ?? '', /\| rmse \| 2\.971 \| 2\.867 \(−3\.50%, better\) \|/),
    );
    await opened.screenshots('diff-versions');
    await opened.close();
    stores.dispose();
  });

  itOnce('moves with the keyboard, opens with Enter, transposes, and comes back as it was', async () => {
    const { store, services, stores } = await taxi(kind);
    const opened = await openPage({
      definition: diffPage,
      args: { runs: [FIRST, SECOND, GIVEN, DIRTY].map((runId) => ({ store, runId })) },
      stores,
      services,
    });
    const { page } = opened;
    await row(opened, 'alpha').getByText('train.py:12').first().waitFor();
    await row(opened, 'alpha').locator('[data-cell]').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.deepEqual(opened.commands.at(-1)?.args, { store, runId: FIRST, param: 'alpha' });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('b');
    await page.keyboard.press('t');
    await page.getByRole('columnheader', { name: 'Run' }).waitFor();
    await page.locator('[data-cell="0:0"]').focus();
    await page.keyboard.press('ArrowDown');
    for (let column = 0; column < 9; column++) {
      await page.keyboard.press('ArrowRight');
    }
    assert.ok(
      await page.locator('[data-cell="1:9"]').evaluate((cell) => {
        const { left, right } = cell.getBoundingClientRect();
        return document.activeElement === cell && left >= 0 && right <= innerWidth;
      }),
    );
    await page.keyboard.press('Space');
    await page.getByRole('region', { name: /^Full values of / }).waitFor();
    await page.keyboard.press('Escape');
    await opened.screenshots('diff-transposed');
    await opened.hideAndShow();
    await page.getByRole('columnheader', { name: 'Run' }).waitFor();
    await page.keyboard.press('t');
    await opened.screenshots('diff-many');
    await opened.close();
    stores.dispose();
  });

  itOnce(
    'lists for each run of many what lies between its commit and the baseline, and asks whose changes to open',
    async () => {
      const { store, services, stores, changes } = await taxi(kind);
      const asked: string[][] = [];
      const opened = await openPage({
        definition: diffPage,
        args: { runs: [FIRST, SECOND, GIVEN, DIRTY].map((runId) => ({ store, runId })) },
        stores,
        services: {
          code: {
            ...services.code,
            choose: async (_title, choices) => {
              asked.push(choices.map(({ label, description }) => `${label}: ${description}`));
              return choices[1] ?? null;
            },
          },
        },
      });
      const { page } = opened;
      await page.getByRole('button', { name: 'lasso · alpha 0.01 1 commit, 2 files changed' }).waitFor();
      const fold = page.getByRole('button', {
        name: 'xgboost · learning_rate 0.2, xgboost · learning_rate 0.35 2 commits, 7 files changed',
      });
      await page.getByText('Sweep xgboost with hyperopt; an MLproject').first().waitFor();
      assert.match(
        await page.locator('.diff-lines').innerText(),
        /trainer, 2025-07-31[\s\S]*src\/best\.py\s+\+33/,
      );
      await page
        .getByText(/learning_rate 0\.35: Its commit does not set learning_rate to what the run had/)
        .waitFor();
      await page.getByText('Open Changes', { exact: true }).click();
      await until(() => changes.length === 1);
      assert.deepEqual(asked, [
        [
          'lasso · alpha 0.1 ↔ lasso · alpha 0.01: 1 commit, 2 files',
          'lasso · alpha 0.1 ↔ xgboost · learning_rate 0.2, xgboost · learning_rate 0.35: 2 commits, 7 files',
        ],
      ]);
      assert.match(changes[0]?.to ?? '', /^4b64c14/);
      await page.getByRole('button', { name: '06484e2' }).first().click();
      await until(() => changes.length === 2);
      assert.deepEqual(
        [changes[1]?.from.slice(0, 7), changes[1]?.to?.slice(0, 7), changes[1]?.files.length],
        ['94f5e64', '06484e2', 2],
      );
      await fold.click();
      await page.getByRole('button', { name: 'src/best.py' }).waitFor({ state: 'detached' });
      await opened.close();
      stores.dispose();
    },
  );

  itOnce('takes the working copy for a side: what changed since the run', async () => {
    const { store, services, stores, changes } = await taxi(kind);
    const opened = await openPage({
      definition: diffPage,
      args: { runs: [{ store, runId: FIRST }], baseline: 'workingTree' },
      stores,
      services,
    });
    const alpha = row(opened, 'alpha');
    await alpha.getByText('0.001').waitFor();
    assert.match(await alpha.innerText(), /0\.001[\s\S]*src\/train\.py:12[\s\S]*0\.1/);
    // The working copy's lines are there before its commits are.
    await opened.page.locator('vscode-button:not([disabled])', { hasText: 'Open Changes' }).click();
    await until(() => changes.length === 1);
    assert.equal(changes[0]?.from, '94f5e640ac4ec82184079a8748cf92f0a765717a');
    assert.equal(changes[0]?.to, null);
    await opened.screenshots('diff-working');
    await opened.close();
    stores.dispose();
  });
});
