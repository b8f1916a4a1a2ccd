import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { modelPage } from '../../src/panels/model';
import { RegistryHistory } from '../../src/registry/history';
import { previewTransition } from '../../src/registry/promotion';
import type { OpenStores } from '../../src/stores/openStores';
import { folderUri, sqliteUri } from '../../src/stores/uri';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { openPage, openStores, type OpenedPage } from '../support/pageHarness';
import { memoryStorage } from '../support/scriptedUi';

const name = 'taxi-duration';

describe('model page', () => {
  let file: string;
  let store: string;
  let stores: OpenStores;
  let opened: OpenedPage;
  const history = new RegistryHistory(memoryStorage());
  before(async () => {
    file = path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
    store = sqliteUri(file);
    stores = openStores(store);
    const model = await (await stores.get(store)).getRegisteredModel(name);
    history.observe(store)([model], Date.now());
    history.record(store, previewTransition(model, '4', 'Staging', false), Date.now(), 'tester');
    opened = await openPage({
      definition: modelPage,
      args: { store, name },
      stores,
      services: { history },
      size: { width: 1100, height: 1150 },
    });
    await opened.page.getByRole('heading', { name, exact: true }).waitFor();
  });
  after(async () => {
    await opened.close();
    stores.dispose();
  });

  it('shows versions newest first with stage, aliases, metrics and what changed', async () => {
    const rows = opened.page.locator('table.versions tbody tr');
    assert.equal(await rows.count(), 4);
    assert.match(await rows.nth(0).innerText(), /v4.*@challenger.*2\.867/s);
    assert.match(await rows.nth(2).innerText(), /v2.*Production.*@champion/s);
    assert.match(await rows.nth(0).innerText(), /code|param/);
    // Read from the models' files, after the first picture.
    await rows.nth(0).getByText('1 input → 1 output').waitFor();
    assert.match(
      await rows.nth(1).innerText(),
      /code, model type, .*signature, \d+ dependenc.*18 params.*175\.3 KiB/s,
    );
    assert.match(await rows.nth(2).innerText(), /2 inputs → 1 output/);
    assert.match(
      (await rows.nth(1).locator('.incompatible').getAttribute('title')) ?? '',
      /^Incompatible with v2: takes Tensor \(float64, .*, not 2 columns/,
    );
    assert.equal(await rows.nth(3).locator('.incompatible').count(), 0);
    assert.match(
      await opened.page.locator('.status-line').innerText(),
      /Production\s+v2.*@champion\s+→\s+v2/s,
    );
    await opened.screenshots('model');
  });

  it('keeps each version and what can be done with it in sight, and moves nothing when the rest is read', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const definition: typeof modelPage = {
      ...modelPage,
      handlers: (...made) => {
        const real = modelPage.handlers(...made);
        return {
          ...real,
          getDetails: async (asked, signal) => {
            await released;
            return real.getDetails(asked, signal);
          },
        };
      },
    };
    const slow = await openPage({
      definition,
      args: { store, name },
      stores,
      services: { history },
      size: { width: 900, height: 800 },
    });
    try {
      const { page } = slow;
      const places = (): Promise<unknown> =>
        page.evaluate(
          `[...document.querySelectorAll('table.versions td, h2')].map((element) => {
            const { x, y, width, height } = element.getBoundingClientRect();
            return [x, y, width, height];
          })`,
        );
      await page.locator('table.versions').getByLabel('Loading').first().waitFor();
      const before = await places();
      release();
      await page.getByText('1 input → 1 output').first().waitFor();
      assert.deepEqual(await places(), before);
      const promote = page.getByRole('button', { name: 'Promote v4…' });
      await page.evaluate(`document.querySelector('.scroll').scrollLeft = 10000`);
      const box = (await promote.boundingBox())!;
      assert.ok(box.x >= 0 && box.x + box.width < 120, JSON.stringify(box));
      await promote.click();
      assert.equal(slow.commands.at(-1)?.command, 'mlflowLens.promoteModelVersion');
    } finally {
      await slow.close();
    }
  });

  it('draws a metric over the versions', async () => {
    const chart = opened.page.getByRole('img', { name: /over the versions: v1 .*, v2 .*, v3 .*, v4 / });
    await chart.waitFor();
    assert.equal(await opened.page.locator('.over-versions .dot').count(), 4);
    assert.equal(await opened.page.locator('.over-versions .dot.in-use').count(), 3);
  });

  it('promotes, diffs and opens the run by commands with all that they need', async () => {
    await opened.page.getByRole('button', { name: 'Promote v4…' }).click();
    await opened.page.getByTitle('Open the whole diff').first().click();
    await opened.page.locator('table.versions tbody tr').nth(3).locator('.link').first().click();
    const [promote, diff, run] = opened.commands;
    assert.deepEqual(promote, {
      command: 'mlflowLens.promoteModelVersion',
      args: { store, name, version: '4' },
    });
    assert.deepEqual(diff, {
      command: 'mlflowLens.diffModelVersions',
      args: { store, name, versions: ['3', '4'] },
    });
    assert.equal(run?.command, 'mlflowLens.openRun');
    assert.deepEqual(Object.keys(run?.args as object).toSorted(), ['runId', 'store']);
    const menu = opened.page.locator('table.versions tbody tr').nth(3).locator('[data-vscode-context]');
    assert.deepEqual(JSON.parse((await menu.getAttribute('data-vscode-context')) ?? ''), {
      webviewSection: 'mlflowLens.run',
      ...(run?.args as object),
      preventDefaultContextMenuItems: true,
    });
  });

  it('tells what was done here, with the way back, and what changed elsewhere', async () => {
    const entries = opened.page.locator('ul.history li');
    assert.match(await entries.first().innerText(), /elsewhere.*v4: stage Staging → None/s);
    assert.match(await entries.nth(1).innerText(), /tester.*taxi-duration v4 is in Staging.*Undo…/s);
    await entries.nth(1).getByRole('button', { name: 'Undo…' }).click();
    assert.deepEqual(opened.commands.at(-1), {
      command: 'mlflowLens.undoRegistryChange',
      args: { store, name },
    });
  });

  it('says which version was in production when, in words, as bars and as a table', async () => {
    const { page } = opened;
    assert.match(await page.locator('p.lead').innerText(), /^v2 has been in Production since at least .*\.$/);
    assert.equal(
      await page.locator('.timeline .bar').count(),
      await page.locator('.periods tbody tr').count(),
    );
    assert.match(
      await page.locator('.periods tbody').innerText(),
      /Staging\s+v4\s+.*by tester\s.*made elsewhere, noticed here/s,
    );
  });

  it('shows a commit of another process by itself', async () => {
    withDatabase(file, (database) =>
      database.exec(
        `UPDATE model_versions SET current_stage = 'Archived' WHERE name = '${name}' AND version = 3`,
      ),
    );
    await (await stores.get(store)).refresh();
    await opened.page.locator('table.versions tbody tr').nth(1).getByText('Archived').waitFor();
  });

  it('can be used by everybody', () => opened.checkAccessibility());

  it('comes back as it was', async () => {
    await opened.page.getByRole('button', { name: /^Tags/ }).click();
    await opened.hideAndShow();
    await opened.page.getByRole('heading', { name, exact: true }).waitFor();
    assert.equal(
      await opened.page.getByRole('button', { name: /^Tags/ }).getAttribute('aria-expanded'),
      'false',
    );
  });
});

it('model page of an mlruns folder says of which version nothing can be read', async () => {
  const folder = path.join(await unpackFixture('files-3.12.0'), 'mlruns');
  fs.writeFileSync(path.join(folder, 'models/taxi regressor/version-2/meta.yaml'), 'name: [');
  const uri = folderUri(folder);
  const stores = openStores(uri);
  const opened = await openPage({
    definition: modelPage,
    args: { store: uri, name: 'taxi regressor' },
    stores,
  });
  try {
    const rows = opened.page.locator('table.versions tbody tr');
    await rows.nth(2).getByText('its meta.yaml is damaged').waitFor();
    assert.match(await rows.nth(2).innerText(), /^v2/);
    assert.match(await rows.nth(1).innerText(), /v3.*Production.*@champion/s);
    assert.equal(await opened.page.getByText('is damaged').count(), 1);
  } finally {
    await opened.close();
    stores.dispose();
  }
});
