import * as assert from 'node:assert/strict';
import type { Page, Request } from 'playwright-core';
import { chartsPage } from '../../src/panels/charts';
import { diffPage, modelDiffPage } from '../../src/panels/diff';
import { loggedModelPage } from '../../src/panels/loggedModel';
import { modelPage } from '../../src/panels/model';
import type { PageDefinition, PageServices } from '../../src/panels/page';
import { runPage } from '../../src/panels/run';
import { tablePage } from '../../src/panels/table';
import type { PageProtocol } from '../../src/protocol/messages';
import type { PageArguments, PageName } from '../../src/protocol/pages';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { RegistryHistory } from '../../src/registry/history';
import { makeHostileStore, type HostileStore } from '../support/hostileStore';
import { openPage, openStores, type OpenedPage } from '../support/pageHarness';
import { memoryStorage } from '../support/scriptedUi';

/** As VS Code's renderer: Markdown's own marks apart, HTML goes through as it is. */
const services: Partial<PageServices> = {
  renderMarkdown: async (text) =>
    `<h1 id="app" class="codicon" style="position:fixed">${text.replace(/!?\[(\w+)\]\(([^)]*)\)/g, '<a href="$2">$1</a><img src="$2">')}</h1>`,
};

/** Of the run, at the top of its artifacts. */
const FILES = 9;

describe('a hostile store', function () {
  this.timeout(120_000);
  let store: HostileStore;
  let stores: OpenStores;
  let uri: string;

  before(async () => {
    store = await makeHostileStore();
    uri = sqliteUri(store.file);
    stores = openStores(uri);
  });

  after(() => stores.dispose());

  /** Fails if anything of the corpus became more than text, or left the page. */
  async function checkHarmless(opened: OpenedPage, requests: readonly Request[]): Promise<void> {
    const found = await opened.page.evaluate(() => {
      const odd =
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
      const problems: string[] = [];
      if ((window as unknown as { __hit?: unknown }).__hit !== undefined) {
        problems.push('code ran');
      }
      for (const element of document.querySelectorAll('*')) {
        const { name, value } = [...element.attributes].find(
          (attribute) =>
            attribute.name.startsWith('on') ||
            (/^(href|src|action|xlink:href)$/.test(attribute.name) &&
              !/^(https:\/\/lens\.test|https:\/\/evil\.example|blob:|data:image)/.test(attribute.value)) ||
            (!/^data-|^srcdoc$|^value$/.test(attribute.name) && odd.test(attribute.value)),
        ) ?? { name: '', value: '' };
        if (name !== '') {
          problems.push(`<${element.localName} ${name}="${value.slice(0, 60)}">`);
        }
      }
      const inApp = (selector: string): number => document.querySelectorAll(`#app ${selector}`).length;
      for (const selector of [
        'script',
        'style',
        'form',
        'object',
        'embed',
        'b:not(.markdown b)',
        'svg:not(.sparkline svg, .histories svg, svg.over-versions, svg.timeline)',
        'img:not(lens-image img)',
        'iframe:not(.html-preview)',
        '#app',
        '.markdown [class]',
        '.markdown [style]',
      ]) {
        if (inApp(selector) > 0) {
          problems.push(`${inApp(selector)} of ${selector}`);
        }
      }
      if (odd.test(document.body.innerText)) {
        problems.push('control characters in the text');
      }
      return problems;
    });
    assert.deepEqual(found, []);
    const sent = requests.filter(
      (request) =>
        !/^(https:\/\/lens\.test|blob:|data:|about:)/.test(request.url()) &&
        request.failure()?.errorText !== 'csp',
    );
    assert.deepEqual(
      sent.map((request) => request.url()),
      [],
    );
    assert.doesNotMatch(opened.title, /[\u0007\u202a-\u202e\u2066-\u2069]/);
  }

  /**
   * Closes a page whose browser may have said that it refused inline styles or handlers: it says so already where
   * Markdown is parsed to be cleaned, of handlers too since a version between Chromium 154 and 156. Nothing
   * of it ran: `checkHarmless`, and the same page without a policy that could refuse.
   */
  async function closeRefused(opened: OpenedPage): Promise<void> {
    const refused = /inline style|inline event handler|(style|script)-src-attr/;
    opened.errors.splice(0, Infinity, ...opened.errors.filter((error) => !refused.test(error)));
    await opened.close();
  }

  function watchRequests(page: Page): Request[] {
    const requests: Request[] = [];
    page.on('request', (request) => requests.push(request));
    return requests;
  }

  it('is text on the run page, in every field and every preview', async () => {
    const opened = await openPage({
      definition: runPage,
      args: { store: uri, runId: store.runId },
      stores,
      services,
    });
    const requests = watchRequests(opened.page);
    const { page } = opened;
    await page.locator('.note').waitFor();
    await page.getByRole('button', { name: 'MLflow’s tags' }).click();
    const folded = page.locator('[aria-expanded="false"]:not(.tree-row):not([aria-haspopup])');
    while ((await folded.count()) > 0) {
      await folded.first().click({ position: { x: 5, y: 5 } });
    }
    await page.getByText('param <script>window.__hit=1</script>').first().waitFor();
    await checkHarmless(opened, requests);
    const files = page.locator('[role=treeitem]:not([aria-expanded])');
    const count = await files.count();
    assert.equal(count, FILES);
    for (let i = 0; i < count; i++) {
      await files.nth(i).click();
      await page
        .locator('.artifact-preview :is(pre, .markdown, table.data, lens-image img, iframe)')
        .first()
        .waitFor();
      await checkHarmless(opened, requests);
    }
    for (const folder of ['logged model', 'folder "']) {
      await page.getByRole('treeitem', { name: folder }).click();
      await page.getByRole('treeitem', { name: 'MLmodel' }).first().click();
      await page.locator('.model-preview').waitFor();
      await checkHarmless(opened, requests);
    }
    opened.errors.length = 0;
    await opened.close();
  });

  it('draws an HTML report with its own styles, without scripts, links and network', async () => {
    const opened = await openPage({
      definition: runPage,
      args: { store: uri, runId: store.runId },
      stores,
      services,
    });
    const requests = watchRequests(opened.page);
    await opened.page.getByRole('treeitem', { name: 'report.html' }).click();
    const frame = opened.page.frameLocator('iframe.html-preview');
    await frame.locator('#p').waitFor();
    const color = (selector: string): Promise<string> =>
      frame.locator(selector).evaluate((element) => getComputedStyle(element).color);
    assert.equal(await color('#p'), 'rgb(1, 2, 3)');
    assert.equal(await color('#q'), 'rgb(4, 5, 6)');
    assert.equal(
      await frame.locator('script, iframe, link, meta, base, form, button, [href], [onload]').count(),
      0,
    );
    assert.equal(await opened.page.locator('iframe.html-preview').getAttribute('sandbox'), '');
    await checkHarmless(opened, requests);
    opened.errors.length = 0;
    await opened.close();
  });

  /**
   * Opens a page, with its policy and without, and waits until it shows the corpus behind each of the words, folded
   * parts opened.
   */
  async function showsAsText<Name extends PageName, P extends PageProtocol>(
    definition: PageDefinition<Name, P>,
    args: PageArguments[Name],
    words: string[],
    prepare: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const history = new RegistryHistory(memoryStorage());
    for (const withoutPolicy of [false, true]) {
      const opened = await openPage({
        definition,
        args,
        stores,
        services: { ...services, history },
        withoutPolicy,
      });
      const requests = watchRequests(opened.page);
      await prepare(opened.page);
      for (const word of words) {
        await opened.page.getByText(`${word} <script>`).first().waitFor({ state: 'attached' });
      }
      await checkHarmless(opened, requests);
      await closeRefused(opened);
    }
  }

  it('is text on the page of its logged model', () =>
    showsAsText(
      loggedModelPage,
      { store: uri, modelId: store.modelId },
      ['model', 'model type', 'metric', 'param', 'value', 'tag', 'dataset', 'stage', 'alias 1'],
      (page) => page.locator('.model-preview').waitFor(),
    ));

  it('is text on the page of its registered model', () =>
    showsAsText(
      modelPage,
      { store: uri, name: store.modelName },
      ['registered', 'tag', 'value', 'stage', 'alias 1', 'alias 2', 'run', 'metric'],
      (page) => page.locator('table.versions tbody tr').first().waitFor(),
    ));

  it('is text in the table of its runs', () =>
    showsAsText(
      tablePage,
      { store: uri, experimentIds: [store.experimentId] },
      ['run', 'metric', 'param', 'value', 'experiment'],
      (page) => page.locator('.body .row').first().waitFor(),
    ));

  it('is text in the diff of its runs and of its versions', async () => {
    const runs = [store.runId, store.otherRunId].map((runId) => ({ store: uri, runId }));
    await showsAsText(diffPage, { runs }, ['run', 'param', 'value', 'tag']);
    await showsAsText(modelDiffPage, { store: uri, name: store.modelName, versions: ['1', '2'] }, [
      'registered',
      'param',
      'value',
    ]);
  });

  it('is text in the charts of its runs', () =>
    showsAsText(chartsPage, { store: uri, experimentIds: [store.experimentId] }, ['run', 'metric'], (page) =>
      page.locator('canvas').first().waitFor(),
    ));
});
