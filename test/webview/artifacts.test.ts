import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Page } from 'playwright-core';
import { StoreError } from '../../src/mlflow/errors';
import type { FileServices } from '../../src/panels/page';
import { runPage } from '../../src/panels/run';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { withDatabase } from '../support/database';
import { unpackFixture } from '../support/fixtures';
import { openPage, openStores, type OpenedPage } from '../support/pageHarness';
import { until } from '../support/workbench';

const RUN = '09e91d4bba9347db9e2d0c241248202d';
/** A PNG of 3 × 2 pixels. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8DAAMFwFgA72AX73hA3ZQAAAABJRU5ErkJggg==';
const SECONDS = 1_700_000_000;

/** One plain, well-formed file of each kind. */
const FILES: Record<string, string | Buffer> = {
  'README.md': '# Title\n\nThe **second** try.',
  'analysis.ipynb': JSON.stringify({
    nbformat: 4,
    cells: [
      { cell_type: 'markdown', source: ['# Analysis\n', 'of rides'] },
      {
        cell_type: 'code',
        source: 'plot(rides)',
        outputs: [
          { output_type: 'stream', name: 'stdout', text: ['4 rides\n'] },
          { output_type: 'display_data', data: { 'image/png': PNG, 'text/plain': 'figure' } },
        ],
      },
      {
        cell_type: 'code',
        source: '1 / 0',
        outputs: [{ output_type: 'error', traceback: ['ZeroDivisionError: division by zero'] }],
      },
    ],
  }),
  'rides.parquet': Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(2040), Buffer.from('PAR1')]),
  'rides.csv': 'zone,distance\n"Midtown, East",1.5\nSoho,22\n',
  'rides.tsv': 'zone\tdistance\nSoho\t22\n',
  'table.json': JSON.stringify({ columns: ['prompt', 'score'], data: [['say "x"', 0.5]] }),
  'config.json': '{"lr":0.1,"layers":[64,32],"seed":12345678901234567890}',
  'config.yaml': 'lr: 0.1\nschedule:\n  kind: cosine # warm\n',
  'train.log': 'epoch 1\n\tloss 0.5\n',
  'plot.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="teal"/></svg>',
  'report.html': '<html><body><h1>Report</h1><table><tr><td>all well</td></tr></table></body></html>',
  // As plotting libraries write figures into a report.
  'figures.html': `<html><head><style>#quoted { background-image: url("data:image/png;base64,${PNG}") }</style></head><body>
    <ol start="3"><li>third</li></ol>
    <table width="300"><tr><td id="wide" colspan="2" rowspan="1">both</td></tr><tr><td>a</td><td>b</td></tr></table>
    <img id="embedded" width="30" height="20" src="data:image/png;base64,${PNG}">
    <div id="quoted">quoted</div>
    <svg id="figure" viewBox="0 0 40 20" width="400" height="200" xmlns:xlink="http://www.w3.org/1999/xlink">
      <defs>
        <linearGradient id="shade"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient>
        <clipPath id="frame"><rect width="40" height="20"/></clipPath>
        <g id="letter"><path d="M0 0h3v5h-3z"/></g>
        <g id="many"><use href="#letter"/><use href="#letter"/></g>
      </defs>
      <path id="line" d="M2 18 L20 2 L38 18" fill="none" stroke="#008080" stroke-width="0.5" clip-path="url(#frame)"/>
      <rect id="area" x="2" y="2" width="5" height="5" fill="url(#shade)"/>
      <rect id="styled" x="9" y="2" width="5" height="5" style="fill: url(#shade); opacity: 0.5"/>
      <use id="repeated" xlink:href="#letter" x="20" y="10" transform="scale(1.5)"/>
      <use id="repeating" href="#many"/>
      <image id="raster" width="3" height="2" href="data:image/png;base64,${PNG}"/>
    </svg></body></html>`,
  'small.png': Buffer.from(PNG, 'base64'),
  [`images/loss~map+step+0+timestamp+${SECONDS}000+0a0a0a0a.png`]: Buffer.from(PNG, 'base64'),
  [`images/loss~map+step+7+timestamp+${SECONDS}001+0b0b0b0b.png`]: Buffer.from(PNG, 'base64'),
  'model/MLmodel': [
    'flavors:',
    '  python_function: {loader_module: mlflow.sklearn, python_version: 3.12.1}',
    '  sklearn: {sklearn_version: 1.9.1}',
    'mlflow_version: 3.17.2',
    'model_size_bytes: 98045',
    `signature: {inputs: '[{"type": "double", "name": "distance", "required": true}]', outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'}`,
    'saved_input_example_info: {artifact_path: input_example.json, type: dataframe}',
  ].join('\n'),
  'model/input_example.json': JSON.stringify({ columns: ['distance'], data: [[1.5], [22]] }),
  'model/requirements.txt': 'mlflow==3.17.2\nscikit-learn==1.9.1\n',
};

describe('previews of artifacts', function () {
  this.timeout(120_000);
  let folder: string;
  let artifacts: string;
  let uri: string;
  let stores: OpenStores;
  let opened: OpenedPage;
  let page: Page;
  /** What the rendering of Markdown waits for. */
  let slow: Promise<void> | undefined;
  const acted: string[] = [];
  const files: FileServices = {
    open: async (file) => {
      if (file.endsWith('table.json')) {
        throw new StoreError('UNSUPPORTED', 'No editor of this window opens it.');
      }
      acted.push(`open ${path.basename(file)}`);
    },
    save: async (file, name) => void acted.push(`save ${path.basename(file)} as ${name}`),
    reveal: async (file) => void acted.push(`reveal ${path.basename(file)}`),
  };

  before(async () => {
    folder = await unpackFixture('taxi-duration');
    artifacts = path.join(folder, 'mlruns/1', RUN, 'artifacts');
    for (const [name, content] of Object.entries(FILES)) {
      fs.mkdirSync(path.dirname(path.join(artifacts, name)), { recursive: true });
      fs.writeFileSync(path.join(artifacts, name), content);
    }
    uri = sqliteUri(path.join(folder, 'mlflow.db'));
    stores = openStores(uri);
    stores.setPollInterval(100);
    opened = await openPage({
      definition: runPage,
      args: { store: uri, runId: RUN },
      stores,
      services: {
        files,
        renderMarkdown: async (text) => {
          await slow;
          return `<h1>${text.split('\n')[0]!.slice(2)}</h1><p>The <strong>second</strong> try of <code>rides</code>.</p>
            <ol start="3" class="odd"><li>third</li></ol><table><tr><td colspan="2" width="40" onclick="void 0">both</td></tr><tfoot><tr><th>sum</th></tr></tfoot></table>
            <details><summary>How</summary><dl><dt>lr</dt><dd>the rate</dd></dl></details>`;
        },
      },
    });
    page = opened.page;
  });

  after(async () => {
    // Style attributes of reports are refused where they are parsed, as often as one is drawn; the preview makes rules of them.
    opened.errors.splice(
      0,
      Infinity,
      ...opened.errors.filter((error) => !/inline style|style-src-/.test(error)),
    );
    await opened.close();
    stores.dispose();
  });

  /** Chooses a file, and waits for what its preview shows. */
  async function choose(name: string, shows: string, text?: string | RegExp): Promise<string> {
    const item = page.getByRole('treeitem', { name }).first();
    // Where sections above are still coming, a click can meet the row beside it, as anybody's can.
    await until(async () => {
      await item.click();
      return (await item.getAttribute('aria-selected')) === 'true';
    });
    const shown = page.locator(`.artifact-preview ${shows}`);
    await (text === undefined ? shown : shown.filter({ hasText: text })).first().waitFor();
    return page.locator('.artifact-preview').innerText();
  }

  const table = async (): Promise<string> => page.locator('.artifact-preview table.data').innerText();

  it('render Markdown and notebooks with their outputs', async () => {
    await choose('README.md', '.markdown h1', 'Title');
    assert.equal(await page.locator('.artifact-preview .markdown strong').innerText(), 'second');
    const attributes = page
      .locator('.artifact-preview .markdown')
      .evaluate((element) =>
        [...element.querySelectorAll('ol, td')]
          .map((each) => each.cloneNode() as Element)
          .map((each) => each.outerHTML),
      );
    assert.deepEqual(await attributes, ['<ol start="3"></ol>', '<td colspan="2" width="40"></td>']);
    // Folded, as a model card is written.
    const details = page.locator('.artifact-preview .markdown details');
    assert.equal(await details.locator('dd').isVisible(), false);
    await details.locator('summary').click();
    assert.equal(await details.locator('dd').innerText(), 'the rate');
    assert.equal(await page.locator('.artifact-preview .markdown tfoot th').innerText(), 'sum');
    await opened.checkAccessibility();
    const notebook = await choose('analysis.ipynb', '.cell');
    assert.match(notebook, /Analysis[\s\S]*plot\(rides\)[\s\S]*4 rides[\s\S]*1 \/ 0[\s\S]*ZeroDivisionError/);
    const width = await page.locator('.cell img').evaluate((image: HTMLImageElement) => image.naturalWidth);
    assert.equal(width, 3);
    await opened.screenshots('artifact-notebook');
  });

  it('name a parquet file and its size, and say that it is not drawn', async () => {
    assert.match(
      await choose('rides.parquet', '.state-message'),
      /rides\.parquet\s+2(\.\d)? KiB[\s\S]*Parquet file[\s\S]*not shown/,
    );
  });

  it('draw csv, tsv and logged tables as tables', async () => {
    await choose('rides.csv', 'table.data');
    assert.equal(await table(), 'zone\tdistance\nMidtown, East\t1.5\nSoho\t22');
    assert.equal(await page.locator('table.data th.number').innerText(), 'distance');
    await choose('rides.tsv', 'table.data', 'zone');
    assert.equal(await table(), 'zone\tdistance\nSoho\t22');
    await choose('table.json', 'table.data', 'prompt');
    assert.equal(await table(), 'prompt\tscore\nsay "x"\t0.5');
  });

  it('indent JSON, and show YAML and logs as they are', async () => {
    await choose('config.json', 'pre', 'layers');
    assert.equal(
      (await page.locator('pre.text-preview').innerText()).trim(),
      '{\n  "lr": 0.1,\n  "layers": [\n    64,\n    32\n  ],\n  "seed": 12345678901234567890\n}',
    );
    await choose('config.yaml', 'pre', 'schedule');
    assert.equal(
      (await page.locator('pre.text-preview').textContent())?.trim(),
      'lr: 0.1\nschedule:\n  kind: cosine # warm',
    );
    await opened.screenshots('artifact-yaml');
    await choose('train.log', 'pre', 'epoch');
    assert.equal((await page.locator('pre.text-preview').textContent())?.trim(), 'epoch 1\n\tloss 0.5');
  });

  it('draw images and SVG from their bytes, small ones larger', async () => {
    const image = page.locator('.artifact-preview lens-image img');
    await choose('small.png', 'lens-image div', '3 × 2');
    assert.match((await image.getAttribute('src')) ?? '', /^blob:/);
    assert.equal((await image.boundingBox())?.width, 128);
    await choose('plot.svg', 'lens-image div', '40 × 20');
    assert.match((await image.getAttribute('src')) ?? '', /^blob:/);
  });

  it('draw an HTML report in a frame without scripts', async () => {
    await choose('report.html', 'iframe');
    await page.frameLocator('iframe.html-preview').getByText('all well').waitFor();
    assert.equal(await page.locator('iframe.html-preview').getAttribute('sandbox'), '');
  });

  it('draw the figures of an HTML report', async () => {
    await choose('figures.html', 'iframe');
    const frame = page.frameLocator('iframe.html-preview');
    const rectangles = frame
      .locator('table, #embedded, #figure, #repeated, #repeating, #raster')
      .evaluateAll((elements) =>
        elements.map((element) => {
          const { width, height } = element.getBoundingClientRect();
          return [element.id, Math.round(width), element.localName === 'table' ? 0 : Math.round(height)];
        }),
      );
    assert.deepEqual(await rectangles, [
      ['', 300, 0],
      ['embedded', 30, 20],
      ['figure', 400, 200],
      // `repeating` is not there: it repeats what repeats, and such a tree can grow without end.
      ['repeated', 45, 75],
      ['raster', 30, 20],
    ]);
    const drawn = await frame.locator('body').evaluate((body) => ({
      start: body.querySelector('ol')!.start,
      columns: body.querySelector<HTMLTableCellElement>('#wide')!.colSpan,
      embedded: body.querySelector<HTMLImageElement>('#embedded')!.naturalWidth,
      quoted: getComputedStyle(body.querySelector('#quoted')!).backgroundImage.slice(0, 25),
      line: Math.round(body.querySelector<SVGPathElement>('#line')!.getTotalLength()),
      stroke: getComputedStyle(body.querySelector('#line')!).stroke,
      clip: getComputedStyle(body.querySelector('#line')!).clipPath,
      area: getComputedStyle(body.querySelector('#area')!).fill,
      styled: getComputedStyle(body.querySelector('#styled')!).fill,
    }));
    assert.deepEqual(drawn, {
      start: 3,
      columns: 2,
      embedded: 3,
      quoted: 'url("data:image/png;base6',
      line: 48,
      stroke: 'rgb(0, 128, 128)',
      clip: 'url("#frame")',
      area: 'url("#shade")',
      styled: 'url("#shade")',
    });
    await opened.screenshots('artifact-figures');
  });

  it('move through the steps of logged images', async () => {
    await choose('images', 'lens-image-steps', 'step 7');
    await page.locator('lens-image img[alt="loss/map at step 7"]').waitFor();
    await page.getByRole('slider').press('ArrowLeft');
    await page.locator('lens-image img[alt="loss/map at step 0"]').waitFor();
    assert.equal(await page.getByRole('slider').getAttribute('aria-valuetext'), 'step 0');
  });

  it('explain a model: flavours, signature, example, size, versions, how to load it', async () => {
    await page.getByRole('treeitem', { name: 'model', exact: true }).first().click();
    const said = await choose('MLmodel', '.model-preview');
    for (const part of [
      /^Model URI\s+runs:\/09e91d4bba9347db9e2d0c241248202d\/model$/m,
      /^Size\s+95\.7 KiB$/m,
      /^Python\s+3\.12\.1$/m,
      /^MLflow\s+3\.17\.2$/m,
      /^distance\s+double\s*$/m,
      /^unnamed\s+Tensor \(float64, \(-1,\)\)\s*$/m,
      /mlflow\.pyfunc\.load_model\("runs:\/09e91d4bba9347db9e2d0c241248202d\/model"\)/,
      /mlflow\.sklearn\.load_model/,
      /^sklearn_version\s+1\.9\.1$/m,
      /^scikit-learn\s+1\.9\.1$/m,
    ]) {
      assert.match(said, part);
    }
    assert.equal(await table(), 'distance\n1.5\n22');
    await opened.checkAccessibility();
    await opened.screenshots('artifact-model', { fullPage: true });
  });

  it('open, save, reveal and copy what is shown', async () => {
    await choose('rides.csv', 'table.data');
    for (const name of ['Open in Editor', 'Save As…', 'Reveal', 'Copy Path', 'Copy Artifact URI']) {
      await page.locator('.preview-head').getByRole('button', { name }).click();
    }
    await until(() => acted.length === 3 && opened.copied.length === 2);
    assert.deepEqual(acted.toSorted(), ['open rides.csv', 'reveal rides.csv', 'save rides.csv as rides.csv']);
    assert.deepEqual(
      opened.copied.toSorted(),
      [fs.realpathSync(path.join(artifacts, 'rides.csv')), `runs:/${RUN}/rides.csv`].toSorted(),
    );
  });

  it('say what went wrong with a file beside it, and no more once another is chosen', async () => {
    await choose('table.json', 'table.data', 'prompt');
    await page.locator('.preview-head').getByRole('button', { name: 'Open in Editor' }).click();
    await page.locator('.artifact-preview .state-error', { hasText: 'No editor of this window' }).waitFor();
    await choose('rides.csv', 'table.data', 'Midtown');
    assert.equal(await page.getByText('No editor of this window').count(), 0);
  });

  it('leave the page where it is scrolled to when a shorter file is chosen', async () => {
    if ((await page.getByRole('treeitem', { name: 'MLmodel' }).count()) === 0) {
      await page.getByRole('treeitem', { name: 'model', exact: true }).click();
    }
    await choose('MLmodel', '.model-preview');
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const row = page.getByRole('treeitem', { name: 'table.json' });
    const top = (): Promise<number> => row.evaluate((element) => element.getBoundingClientRect().top);
    const before = await top();
    assert.ok(before < 700, 'in sight, so that a click scrolls nothing');
    await choose('table.json', 'table.data', 'prompt');
    await opened.settled();
    assert.equal(await top(), before);
  });

  it('stay over a reload, with the folders that were open', async () => {
    await page.getByRole('treeitem', { name: 'input_example.json' }).click();
    await page.locator('.artifact-preview table.data').waitFor();
    await opened.hideAndShow();
    await page.locator('.artifact-preview table.data').waitFor();
    assert.equal(await table(), 'distance\n1.5\n22');
    assert.equal(
      await page.getByRole('treeitem', { name: 'input_example.json' }).getAttribute('aria-selected'),
      'true',
    );
  });

  it('are of the same file when the tab goes on to another run, where that has it', async () => {
    for (const run of fs.readdirSync(path.join(folder, 'mlruns/1'))) {
      const other = path.join(folder, 'mlruns/1', run, 'artifacts');
      if (run !== RUN && /^[0-9a-f]{32}$/.test(run)) {
        fs.mkdirSync(other, { recursive: true });
        fs.writeFileSync(path.join(other, 'config.yaml'), 'of: another run\n');
      }
    }
    await choose('config.yaml', 'pre', 'schedule');
    await page.keyboard.press('k');
    await page.locator('pre.text-preview', { hasText: 'of: another run' }).waitFor();
    await page.keyboard.press('[');
    await page.locator('pre.text-preview', { hasText: 'schedule' }).waitFor();
    await opened.settled();
    await choose('README.md', '.markdown h1', 'Title');
    await page.keyboard.press('k');
    await page.getByText('Choose a file to see it here.').waitFor();
    await page.keyboard.press('[');
    await page.getByRole('treeitem', { name: 'README.md' }).waitFor();
  });

  it('are of the file that was chosen last, also where one before it answers later', async () => {
    let answer = (): void => undefined;
    slow = new Promise((resolve) => (answer = resolve));
    await page.getByRole('treeitem', { name: 'README.md' }).click();
    await choose('config.yaml', 'pre', 'schedule');
    answer();
    slow = undefined;
    await opened.settled();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await page.locator('pre.text-preview', { hasText: 'schedule' }).waitFor();
    assert.equal(await page.locator('.artifact-preview .markdown').count(), 0);
  });

  it('follow a run that is still writing: new files come, the one that is shown grows', async function () {
    const set = (status: string, end: number | null): void =>
      withDatabase(path.join(folder, 'mlflow.db'), (database) => {
        const change = database.prepare(
          'UPDATE runs SET status = ?, start_time = ?, end_time = ? WHERE run_uuid = ?',
        );
        change.run(status, Date.now() - 1000, end, RUN);
      });
    set('RUNNING', null);
    await page.locator('.status-running').waitFor();
    await choose('train.log', 'pre', 'epoch 1');
    fs.appendFileSync(path.join(artifacts, 'train.log'), 'epoch 2\n');
    fs.writeFileSync(path.join(artifacts, 'checkpoint.pt'), 'x');
    await page.locator('pre.text-preview', { hasText: 'epoch 2' }).waitFor({ timeout: 30_000 });
    await page.getByRole('treeitem', { name: 'checkpoint.pt' }).waitFor();

    await choose('images', 'lens-image-steps', 'step 7');
    const slider = page.getByRole('slider');
    await slider.press('ArrowLeft');
    await page.locator('lens-image img[alt="loss/map at step 0"]').waitFor();
    const images = path.join(artifacts, 'images');
    const last = fs.readdirSync(images).find((name) => /step.7.*png$/.test(name))!;
    const logAt = (step: number): void =>
      fs.copyFileSync(path.join(images, last), path.join(images, last.replace(/(step.)7/, `$1${step}`)));
    logAt(8);
    await page.locator('lens-image-steps input[max="2"]').waitFor({ state: 'attached' });
    assert.equal(await slider.getAttribute('aria-valuetext'), 'step 0', 'the step that was chosen stays');
    await slider.press('End');
    await page.locator('lens-image img[alt="loss/map at step 8"]').waitFor();
    logAt(9);
    await page.locator('lens-image img[alt="loss/map at step 9"]').waitFor();

    fs.writeFileSync(path.join(artifacts, 'final.pt'), 'x');
    set('FINISHED', Date.now());
    await page.getByRole('treeitem', { name: 'final.pt' }).waitFor();
  });
});
