import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { runPage } from '../../src/panels/run';
import type { RunArguments } from '../../src/protocol/runList';
import type { RunList } from '../../src/protocol/runList';
import type { ViewChoice } from '../../src/protocol/table';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { unpackFixture } from '../support/fixtures';
import { describeOnEachKind, openStoresOf } from '../support/kinds/pageStores';
import { openPage, type OpenedPage } from '../support/pageHarness';

const LASSO = '09e91d4bba9347db9e2d0c241248202d';
const SWEEP = '441d7a0473d644a9857905ef29d0a5ff';

const VIEW: ViewChoice = {
  filter: '',
  sort: [],
  tree: false,
  group: [],
  expanded: false,
  toggled: [],
  deleted: 'ACTIVE_ONLY',
  starredOnly: false,
  shownOnly: false,
  withHidden: false,
};

describeOnEachKind('run page, from run to run', function (kind) {
  this.timeout(120_000);
  let uri: string;
  let stores: OpenStores;
  let opened: OpenedPage;

  before(async () => {
    uri = sqliteUri(path.join(await unpackFixture('taxi-duration'), 'mlflow.db'));
    stores = openStoresOf(kind, [uri]);
  });
  afterEach(() => opened?.close());
  after(() => stores.dispose());

  async function open(args: Omit<RunArguments, 'store'>, state?: ViewState): Promise<void> {
    opened = await openPage({ definition: runPage, args: { store: uri, ...args }, stores, state });
    await shown(args.runId);
  }

  /** Waits until the tab shows a run, and its place in the list is known. */
  async function shown(runId: string): Promise<void> {
    await opened.page.locator(`.breadcrumb [aria-current][title="${runId}"]`).waitFor();
    await opened.page.locator('.list-steps[title]').waitFor();
  }

  const step = (word: 'Previous' | 'Next') =>
    opened.page.locator('.list-steps button').nth(word === 'Previous' ? 0 : 1);

  /** Steps on by key, along these runs. */
  async function walk(ids: readonly string[]): Promise<void> {
    for (const runId of ids.slice(1)) {
      await opened.page.keyboard.press('j');
      await shown(runId);
    }
  }

  async function runIds(query: {
    filter?: string;
    orderBy?: string[];
    parent?: 'roots' | { runId: string };
  }) {
    const store = await stores.get(uri);
    const { items } = await store.searchRuns({
      experimentIds: [(await store.getRun(LASSO)).info.experimentId],
      view: 'ACTIVE_ONLY',
      maxResults: 1000,
      ...query,
    });
    return items.map(({ info }) => info.runId);
  }

  it('goes through its experiment in the same tab, and back to where it was', async () => {
    const ids = await runIds({ parent: 'roots' });
    const store = await stores.get(uri);
    const names = await Promise.all(ids.map(async (runId) => (await store.getRun(runId)).info.runName));
    const start = names.findIndex((name, index) => index > 0 && name !== names[index + 1]);
    assert.ok(start > 0 && ids.length > start + 2);
    await open({ runId: ids[start]! });
    const { page } = opened;
    assert.equal(await page.locator('.trail').count(), 0);
    const firstTitle = opened.title;
    await page.keyboard.press('/');
    await page.keyboard.type('model j');
    await page.getByRole('searchbox').blur();

    await step('Next').click();
    await shown(ids[start + 1]!);
    assert.notEqual(opened.title, firstTitle);
    assert.equal(await page.getByRole('searchbox').inputValue(), 'model j', 'the filter stays');
    await page.keyboard.press('j');
    await shown(ids[start + 2]!);
    await page.keyboard.press('[');
    await shown(ids[start + 1]!);
    await page.getByRole('button', { name: 'Back ([)' }).click();
    await shown(ids[start]!);
    assert.equal(opened.title, firstTitle);
    await page.keyboard.press(']');
    await shown(ids[start + 1]!);

    // The window is reloaded: the same document, the tab's own state.
    await opened.hideAndShow();
    await shown(ids[start + 1]!);
    await page.keyboard.press('[');
    await shown(ids[start]!);
    assert.equal(await page.getByRole('button', { name: 'Back ([)' }).getAttribute('aria-disabled'), 'true');
    await page.keyboard.press('k');
    await shown(ids[start - 1]!);
    assert.equal(
      await page.getByRole('button', { name: 'Forward (])' }).getAttribute('aria-disabled'),
      'true',
      'another way was taken',
    );
    assert.deepEqual(opened.commands, []);
    await opened.checkAccessibility();
  });

  it('keeps to the order and filter of the sidebar', async () => {
    const sidebar = { filter: 'metrics.rmse > 0', orderBy: 'metrics.`rmse` DESC' };
    const ids = await runIds({ filter: sidebar.filter, orderBy: [sidebar.orderBy] });
    assert.ok(ids.length > 2);
    const experimentId = (await (await stores.get(uri)).getRun(LASSO)).info.experimentId;
    const list: RunList = { kind: 'sidebar', store: uri, experimentId, view: 'ACTIVE_ONLY', ...sidebar };
    await open({ runId: ids[0]!, list });
    assert.equal(await opened.page.locator('.list-steps .muted').innerText(), `1 of ${ids.length}`);
    await walk(ids.slice(0, 4));
    await opened.page.keyboard.press('k');
    await shown(ids[2]!);
  });

  it('keeps to the rows of the run table, and stops where they end', async () => {
    const list: RunList = {
      kind: 'table',
      store: uri,
      experimentIds: [],
      view: {
        ...VIEW,
        filter: 'metrics.rmse < 3.2',
        sort: [{ column: { kind: 'metric', key: 'rmse' }, descending: true }],
      },
    };
    const { runTable } = await stores.get(uri);
    const table = await runTable.rows({
      ...list.view,
      view: 'ACTIVE_ONLY',
      experimentIds: [],
      now: 0,
      hidden: [],
      only: null,
      from: 0,
      count: 100,
      columns: [],
      pinned: [],
      locate: [],
    });
    const ids = table.rows.flatMap((row) => (row.type === 'run' ? [row.runId] : []));
    assert.ok(ids.length >= 3, String(ids.length));
    await open({ runId: ids.at(-3)!, list });
    assert.equal(
      await opened.page.locator('.list-steps .muted').innerText(),
      `${ids.length - 2} of ${ids.length}`,
    );
    await walk(ids.slice(-3));
    assert.equal(await step('Next').getAttribute('aria-disabled'), 'true');
    await step('Next').focus();
    await opened.page.keyboard.press('Enter');
    await opened.page.keyboard.press('k');
    await shown(ids.at(-2)!);
    assert.equal(
      await opened.page.evaluate(() => document.activeElement?.parentElement?.className),
      'list-steps',
      'the focus stays on the button',
    );
  });

  it('follows the shown runs as they change, and a command that steps on', async () => {
    const state = new ViewState({ get: () => undefined, update: async () => undefined });
    const key = (runId: string): { store: string; runId: string } => ({ store: uri, runId });
    state.setShown([key(LASSO), key(SWEEP)], true);
    await open({ runId: SWEEP, list: { kind: 'shown' } }, state);
    assert.equal(await step('Next').getAttribute('aria-disabled'), 'true');
    const [other] = (await runIds({})).filter((runId) => ![LASSO, SWEEP].includes(runId));
    state.setShown([key(other!)], true);
    await opened.page.getByText('2 of 3').waitFor();
    opened.emit('step', 'next');
    await shown(other!);
    // Hidden while it is looked at: the way on from where it was stays.
    state.setShown([key(other!)], false);
    await opened.page.getByText('3 of 3').waitFor({ state: 'detached' });
    await opened.page.keyboard.press('k');
    await shown(SWEEP);
  });

  it('opens a child in its place, and its siblings beside it', async () => {
    const children = await runIds({ parent: { runId: SWEEP } });
    await open({ runId: SWEEP });
    const { page } = opened;
    const link = page.locator('#section-children').getByRole('button').nth(1);
    await link.click();
    await shown(children[0]!);
    await page.keyboard.press('j');
    await shown(children[1]!);
    await page.getByText('child of').getByRole('button').click();
    await shown(SWEEP);
    await page.keyboard.press('[');
    await shown(children[1]!);
    await page
      .locator('.status-line')
      .getByRole('button', { name: 'sweep', exact: true })
      .click({ modifiers: ['Control'] });
    assert.deepEqual(opened.commands.pop(), {
      command: 'mlflowLens.openRun',
      args: { store: uri, runId: SWEEP },
    });
  });
});
