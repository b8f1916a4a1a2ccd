import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import type { PageServices } from '../../src/panels/page';
import { tablePage } from '../../src/panels/table';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { makeRegistryStore, removeTempFolders } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { openStoresOf, type PageStores } from '../support/kinds/pageStores';
import { eventually, openPage, type OpenedPage } from '../support/pageHarness';

/** The experiments of the archives with runs. */
export const EXPERIMENTS = ['1', '2', '4'];

/** The run table's page on a store of its own for each test, closed after it. */
export function useTable(kind: PageStores): TableTester {
  const table = new TableTester(kind);
  beforeEach(() => table.use(makeRegistryStore('3.17.2')));
  afterEach(async () => {
    await table.opened.close();
    table.stores.dispose();
    removeTempFolders();
  });
  return table;
}

export class TableTester {
  file!: string;
  uri!: string;
  stores!: OpenStores;
  state!: ViewState;
  opened!: OpenedPage;

  constructor(private readonly kind: PageStores) {}

  use(database: string): void {
    this.file = database;
    this.uri = sqliteUri(database);
    this.stores = openStoresOf(this.kind, [this.uri]);
    this.state = new ViewState({ get: () => undefined, update: async () => undefined });
  }

  closeAndUse(database: string): void {
    this.stores.dispose();
    this.use(database);
  }

  async open(
    experimentIds: string[],
    filter?: string,
    services: Partial<PageServices> = {},
    definition = tablePage,
  ): Promise<void> {
    this.opened = await openPage({
      definition,
      args: { store: this.uri, experimentIds, ...(filter === undefined ? {} : { filter }) },
      stores: this.stores,
      state: this.state,
      services,
    });
    await this.opened.page.locator('.body .row').first().waitFor();
    await this.opened.settled();
  }

  grid(): Locator {
    return this.opened.page.locator('.grid');
  }

  names(): Promise<string[]> {
    return this.opened.page.locator('.body .name-text').allInnerTexts();
  }

  found(text: string | RegExp): Promise<void> {
    return this.opened.page.locator('.found', { hasText: text }).waitFor();
  }

  head(title: string): Locator {
    return this.opened.page.locator('.head-cell', {
      has: this.opened.page.getByText(title, { exact: true }),
    });
  }

  async cells(title: string): Promise<string[]> {
    const column = await this.head(title).getAttribute('data-column');
    return this.opened.page.locator(`.body .row [data-column="${column}"]`).allInnerTexts();
  }

  filterField(): Locator {
    return this.opened.page.locator('[data-filter]');
  }

  async key(...keys: string[]): Promise<void> {
    for (const pressed of keys) {
      await this.opened.page.keyboard.press(pressed);
    }
  }

  readonly eventually = eventually;

  async addColumn(name: string): Promise<void> {
    const { page } = this.opened;
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByLabel('Search columns').fill(name);
    const entry = page.locator('.picker-entry', { has: page.getByText(name, { exact: true }) }).first();
    await entry.waitFor();
    if (!(await entry.locator('input').isChecked())) {
      await entry.locator('input').check();
    }
    await this.key('Escape');
    await this.eventually(async () => assert.equal(await page.locator('.picker').count(), 0));
    // Columns before it may yet become wider, by values that come later.
    await this.eventually(async () => {
      await this.toLastColumn();
      assert.equal(await this.head(name).count(), 1);
    });
    await this.opened.settled();
  }

  toLastColumn(): Promise<void> {
    return this.opened.page.evaluate(`document.querySelector('.grid').scrollLeft = 100000`);
  }

  async menuOf(name: string, item: string): Promise<void> {
    await this.head(name).click({ button: 'right' });
    await this.opened.page.getByRole('menuitem', { name: item }).click();
  }

  async taxi(): Promise<string> {
    return path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
  }
}
