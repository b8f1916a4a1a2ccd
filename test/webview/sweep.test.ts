import * as assert from 'node:assert/strict';
import { sweepPage } from '../../src/panels/sweep';
import type { SweepArguments } from '../../src/protocol/pages';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders, withDatabase } from '../support/database';
import { fixture } from '../support/fixtures';
import {
  EXPERIMENT,
  makeHistoryStore,
  pythonExecute,
  runIdOf,
  START,
  type MadeRun,
} from '../support/histories';
import { describeOnEachKind, openStoresOf } from '../support/kinds/pageStores';
import { eventually, openPage, type OpenedPage } from '../support/pageHarness';
import { countPixels } from './chartTools';

describeOnEachKind('sweep page', function (kind, itOnce) {
  this.timeout(120_000);
  let stores: OpenStores;
  let state: ViewState;
  let opened: OpenedPage | undefined;

  afterEach(async () => {
    const page = opened;
    opened = undefined;
    await page?.close();
    stores?.dispose();
    removeTempFolders();
  });

  async function open(file: string, args: Partial<SweepArguments>): Promise<OpenedPage> {
    const uri = sqliteUri(file);
    stores = openStoresOf(kind, [uri]);
    await stores.get(uri);
    stores.setPollInterval(200);
    state = new ViewState({ get: () => undefined, update: async () => undefined });
    opened = await openPage({
      definition: sweepPage,
      args: { store: uri, ...args },
      stores,
      state,
      size: { width: 1100, height: 1500 },
    });
    return opened;
  }

  function make(runs: Partial<MadeRun>[]): string {
    return makeHistoryStore(runs.map((run, i) => ({ runId: runIdOf(i + 1), ...run })));
  }

  const trial = (i: number, params: Record<string, string> = {}): Partial<MadeRun> => ({
    name: `trial ${i}`,
    params: {
      lr: String(10 ** (-4 + (i % 7) / 2)),
      depth: String(2 + (i % 5)),
      model: i % 2 ? 'tree' : 'linear',
      ...params,
    },
    metrics: { rmse: [[0, START, Math.abs((i % 7) - 3) + 0.1 * (i % 5)]] },
  });

  it('takes an objective that most runs have, and axes on which they differ', async () => {
    const { page } = await open(`${await fixture('taxi-duration')}/mlflow.db`, { experimentIds: ['1', '2'] });
    const objective = page.getByLabel('Objective', { exact: true });
    await objective.waitFor();
    assert.equal(await objective.inputValue(), 'metric:rmse');
    const titles = await page.locator('.axis-titles [role=listitem]').allInnerTexts();
    assert.ok(
      titles.some((title) => title.includes('learning_rate')),
      titles.join(),
    );
    assert.ok(!titles.some((title) => title.includes('early_stopping')), titles.join());
  });

  it('draws the taxi sweep, and the best by rmse, size and time is the one that the data says', async () => {
    const file = `${await fixture('taxi-duration')}/mlflow.db`;
    const parent = withDatabase(file, (database) =>
      String(database.prepare("SELECT run_uuid FROM runs WHERE name = 'sweep'").get()?.run_uuid),
    );
    const { page } = await open(file, { parentRunId: parent });
    await page.locator('parallel-coordinates canvas').waitFor();
    assert.equal(opened!.title, 'Sweep · sweep');
    await page.getByLabel('Objective', { exact: true }).selectOption('metric:rmse');

    // The front by a plain definition, from the rows themselves.
    const rows = withDatabase(file, (database) =>
      database
        .prepare(
          `SELECT r.run_uuid AS id, (r.end_time - r.start_time) / 1000.0 AS time,
             (SELECT value FROM latest_metrics m WHERE m.run_uuid = r.run_uuid AND m.key = 'rmse') AS rmse,
             (SELECT value FROM latest_metrics m WHERE m.run_uuid = r.run_uuid AND m.key = 'model_bytes') AS size
           FROM runs r JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'mlflow.parentRunId' AND t.value = '${parent}'`,
        )
        .all()
        .map(({ id, time, rmse, size }) => ({
          id: String(id),
          of: [Number(rmse), Number(size), Number(time)],
        })),
    );
    assert.equal(rows.length, 18);
    const front = rows.filter(
      (a) =>
        !rows.some(
          (b) => b.of.every((value, i) => value <= a.of[i]!) && b.of.some((value, i) => value < a.of[i]!),
        ),
    );
    const starred = await eventually(async () => {
      const found = await page
        .locator('tr.on-front')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-run')));
      assert.deepEqual(found.toSorted(), front.map(({ id }) => id).toSorted());
      return found;
    });
    const best = front.toSorted((a, b) => a.of[0]! - b.of[0]!)[0]!;
    assert.equal(starred[0], best.id);
    assert.match(
      (await page.locator('tr.on-front .words').nth(1).textContent()) ?? '',
      /worse rmse.*(smaller|faster)/,
    );
    const menu = await page.locator('tr.on-front').first().getAttribute('data-vscode-context');
    assert.deepEqual(JSON.parse(menu ?? ''), {
      webviewSection: 'mlflowLens.run',
      store: sqliteUri(file),
      runId: best.id,
      preventDefaultContextMenuItems: true,
    });
    // 129,664 bytes.
    assert.match((await page.locator('tr.on-front').first().textContent()) ?? '', /126\.6 KiB/);

    for (const name of ['History', 'Scatter', 'Contour', 'Importance']) {
      await page.getByRole('button', { name, exact: true }).waitFor();
    }
    const background = await page.evaluate(() => {
      const canvas = [...document.querySelectorAll<HTMLCanvasElement>('sweep-plot canvas')].at(-1)!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let drawn = 0;
      for (let i = 3; i < data.length; i += 4) {
        drawn += data[i]! > 100 ? 1 : 0;
      }
      return drawn / (data.length / 4);
    });
    assert.ok(background > 0.2, 'the contour covers a part of its picture');
    await opened!.checkAccessibility();
    await opened!.screenshots('sweep');
  });

  itOnce(
    'brushes an axis: all pictures and the other views follow, and the run table opens with them',
    async () => {
      const { page } = await open(make(Array.from({ length: 30 }, (_, i) => trial(i))), {
        experimentIds: [EXPERIMENT],
      });
      await page.locator('parallel-coordinates canvas').waitFor();
      await opened!.settled();
      const titles = page.locator('.axis-title');
      const last = (await titles.last().boundingBox())!;
      const plot = (await page.locator('.parallel-plot').boundingBox())!;
      const x = last.x + last.width / 2;
      // The lower half of the objective's axis.
      await page.mouse.move(x, plot.y + 278);
      await page.mouse.down();
      await page.mouse.move(x, plot.y + 200, { steps: 5 });
      await page.mouse.up();
      await page.waitForFunction(() =>
        /of 30 runs/.test(document.querySelector('.brush-line')?.textContent ?? ''),
      );
      const inside = Number(/(\d+) of 30/.exec((await page.locator('.brush-line').textContent()) ?? '')?.[1]);
      assert.ok(inside > 0 && inside < 20, `${inside} runs are inside`);
      await eventually(() => assert.equal(state.brushed?.length, inside));
      assert.ok((await page.locator('table.best-model tbody tr').count()) <= inside);
      await page.getByText('Selected in Table').click();
      const command = opened!.commands.at(-1)!;
      assert.equal(command.command, 'mlflowLens.openRunTable');
      const { filter } = command.args as { filter: string };
      assert.equal(filter.match(/'[0-9a-f]{32}'/g)?.length, inside);
      // Bounds are typed, too; and the brush is still there after the page was hidden.
      await page.getByLabel('rmse to').fill('0.05');
      await page.getByLabel('rmse to').press('Enter');
      await page.waitForFunction(
        () => !/^\s*30 runs/.test(document.querySelector('.brush-line')?.textContent ?? ''),
      );
      const narrowed = await page.locator('.brush-line').textContent();
      await opened!.hideAndShow();
      await page.locator('parallel-coordinates canvas').waitFor();
      assert.equal(await page.locator('.brush-line').textContent(), narrowed);
      await eventually(() =>
        assert.ok((state.brushed?.length ?? 30) < inside, 'the other views follow it again'),
      );
      // Another view, e.g. the run table, may end it.
      state.setBrushed(null);
      await page.getByText('30 runs. Drag along an axis').waitFor();
    },
  );

  itOnce('moves axes by the keyboard and lights a run up in every view', async () => {
    const { page } = await open(make(Array.from({ length: 12 }, (_, i) => trial(i))), {
      experimentIds: [EXPERIMENT],
    });
    await page.locator('parallel-coordinates canvas').waitFor();
    const names = (): Promise<string[]> => page.locator('.axis-title bdi').allTextContents();
    const before = await names();
    await page.locator('.axis-title').first().focus();
    await page.keyboard.press('Alt+ArrowRight');
    await page.waitForFunction(
      (first) => document.querySelector('.axis-title bdi')?.textContent !== first,
      before[0],
    );
    assert.deepEqual((await names()).slice(0, 2), [before[1], before[0]]);
    await page.locator('table.best-model tbody tr').first().hover();
    const { store } = await eventually(() => {
      assert.ok(state.hovered);
      return state.hovered;
    });
    state.setHovered({ store, runId: runIdOf(5) });
    await page.getByText(/^trial 4 ·/).waitFor();
  });

  it('says why there is no importance, no contour, nothing to draw', async () => {
    const { page } = await open(make(Array.from({ length: 6 }, (_, i) => trial(i, { model: 'tree' }))), {
      experimentIds: [EXPERIMENT],
    });
    await page.getByText('Importance needs at least 10 runs with a finite objective; there are 6.').waitFor();
    await page.getByText('A contour needs 8 different places; there are 6, drawn as points.').waitFor();
    await opened!.close();
    const alone = await open(make([{ name: 'lonely' }]), { parentRunId: runIdOf(1) });
    await alone.page.getByText('“lonely” has no child runs').waitFor();
  });

  itOnce(
    'draws categories as tiles, lists and long texts as categories, missing values at their own tick',
    async () => {
      const long = 'x'.repeat(5000);
      const runs = Array.from({ length: 20 }, (_, i) => ({
        ...trial(i, { layers: i % 2 ? '[64, 64]' : '[128]', note: `${long}${i % 3}` }),
        ...(i === 3 ? { metrics: { rmse: [[0, START, NaN]] as [number, number, number][] } } : {}),
      }));
      delete (runs[5]!.params as Record<string, string>)['depth'];
      const { page } = await open(make(runs), { experimentIds: [EXPERIMENT] });
      await page.locator('parallel-coordinates canvas').waitFor();
      assert.ok((await page.locator('.axis-title').allTextContents()).some((text) => /note/.test(text)));
      await page.getByText('over 19 runs, 1 without rmse left out').waitFor();
      await page.getByLabel('Contour: x').selectOption('param:layers');
      await page.getByText(/Tiles show the median rmse/).waitFor();
      await page.waitForFunction(() => {
        type Plot = Element & { chart?: { scales: { x: { ticks: { label: string }[] } } } };
        const ticks = [...document.querySelectorAll<Plot>('sweep-plot')].at(-1)?.chart?.scales.x.ticks;
        return ticks?.map(({ label }) => label).join() === '[64, 64],[128]';
      });
      await page.getByLabel('Scatter: x').selectOption('param:note');
      // Texts that begin alike are told apart at the axis.
      await page.waitForFunction(() => {
        type Plot = Element & { chart?: { scales: { x: { ticks: { label: string }[] } } } };
        const ticks = document.querySelectorAll<Plot>('sweep-plot')[1]?.chart?.scales.x.ticks ?? [];
        return ticks.length === 3 && new Set(ticks.map(({ label }) => label)).size === 3;
      });
      const scatter = '.picture:nth-child(3) sweep-plot canvas';
      assert.ok((await countPixels(page, scatter, '#fde725')) > 5, 'the best point is bright');
    },
  );

  /** The datasets of the nth picture (history, scatter, contour), read back from chart.js. */
  async function readPlot(
    place: number,
  ): Promise<{ label: string; points: [number, number][]; radius: number[]; colors: string[] }[]> {
    const text = await opened!.page.evaluate((at) => {
      type Plot = Element & {
        chart: {
          data: {
            datasets: {
              label: string;
              data: { x: number; y: number }[];
              pointRadius: number[];
              pointBackgroundColor: string[];
            }[];
          };
        };
      };
      const plot = document.querySelectorAll<Plot>('sweep-plot')[at]!;
      return JSON.stringify(
        plot.chart.data.datasets.map(({ label, data, pointRadius, pointBackgroundColor }) => ({
          label,
          points: data.map(({ x, y }) => [x, y]),
          radius: pointRadius,
          colors: pointBackgroundColor,
        })),
      );
    }, place);
    return JSON.parse(text) as Awaited<ReturnType<typeof readPlot>>;
  }

  itOnce(
    'draws the best so far, the Pareto front, colour and size by others, each as the data says',
    async () => {
      const runs = Array.from({ length: 16 }, (_, i) => ({
        ...trial(i),
        startTime: START + i * 1000,
        metrics: {
          rmse: [[0, START, Math.abs((i % 7) - 3) + 0.1 * (i % 5)]] as [number, number, number][],
          bytes: [[0, START, 1000 + 300 * ((i * 5) % 16)]] as [number, number, number][],
        },
      }));
      const { page } = await open(make(runs), { experimentIds: [EXPERIMENT] });
      await page.locator('parallel-coordinates canvas').waitFor();
      await page.getByLabel('Objective', { exact: true }).selectOption('metric:rmse');
      const rmse = runs.map((run) => run.metrics.rmse[0]![2]);
      await eventually(async () =>
        assert.deepEqual(
          (await readPlot(0))
            .find(({ label }) => label === 'best so far')
            ?.points.slice(0, 16)
            .map(([, y]) => y),
          rmse.map((_, i) => Math.min(...rmse.slice(0, i + 1))),
        ),
      );
      await page.getByText('Best so far: 0, trial 11 (trial 10).').waitFor();
      const box = (await page.locator('sweep-plot').first().boundingBox())!;
      const place = await page.evaluate(() => {
        type Plot = Element & {
          chart: { scales: Record<string, { getPixelForValue(value: number): number }> };
        };
        const { scales } = document.querySelector<Plot>('sweep-plot')!.chart;
        return { x: scales.x!.getPixelForValue(11), y: scales.y!.getPixelForValue(0) };
      });
      await page.mouse.move(box.x + place.x + 1, box.y + place.y + 1);
      assert.equal(
        await page.locator('.plot-tip').first().textContent(),
        ['trial 10', 'trial: 11', 'rmse: 0'].join('\n'),
      );

      await page.getByLabel('Scatter: x').selectOption('metric:bytes');
      await page.getByLabel('Scatter: y').selectOption('metric:rmse');
      await page.getByLabel('Scatter: color').selectOption('param:depth');
      await page.getByLabel('Scatter: size').selectOption('param:lr');
      const places = runs.map((run, i) => [run.metrics.bytes[0]![2], rmse[i]!] as const);
      const front = places
        .filter(
          (a) => !places.some((b) => b !== a && b[0] <= a[0] && b[1] <= a[1] && (b[0] < a[0] || b[1] < a[1])),
        )
        .toSorted((a, b) => a[0] - b[0]);
      await eventually(async () => {
        const scatter = await readPlot(1);
        assert.deepEqual(scatter.find(({ label }) => label === 'Pareto front')?.points, front);
        const points = scatter[0]!;
        const at = (run: number): number => points.points.findIndex(([x]) => x === places[run]![0]);
        // lr rises from 1e-4 (i = 0) to 1e-1 (i = 6); depth is 2 for i = 0, 5, 10, 15.
        assert.ok(points.radius[at(6)]! > points.radius[at(0)]!);
        assert.equal(points.colors[at(0)], points.colors[at(10)]);
        assert.notEqual(points.colors[at(0)], points.colors[at(1)]);
      });
      await page.getByText(`Dashed: the Pareto front, ${front.length} runs`).waitFor();
    },
  );

  const kinds = Array.from({ length: 10 }, (_, i) => `${'ABCDEFGHIJ'[i]}BoostingRegressor`);
  const ofKinds = (): Partial<MadeRun>[] =>
    Array.from({ length: 30 }, (_, i) =>
      trial(i, { a_name_of_a_param: kinds[i % 10]!, preprocessing_pipeline: kinds[(i * 3) % 10]! }),
    );

  itOnce('shows the labels and the title of the first and the last parallel axis whole', async () => {
    const { page } = await open(make(ofKinds()), { experimentIds: [EXPERIMENT] });
    await page.locator('parallel-coordinates canvas').waitFor();
    await page.evaluate(() => {
      const drawn: [text: string, from: number, to: number][] = [];
      Object.assign(window, { drawn });
      const { prototype } = CanvasRenderingContext2D;
      const fillText = Object.getOwnPropertyDescriptor(prototype, 'fillText')!.value as (
        this: CanvasRenderingContext2D,
        text: string,
        x: number,
        y: number,
      ) => void;
      prototype.fillText = function (text: string, x: number, y: number) {
        if (this.canvas.closest('parallel-coordinates')) {
          const { width } = this.measureText(text);
          const from = this.textAlign === 'right' ? x - width : x;
          drawn.push([text, from, from + width]);
        }
        fillText.call(this, text, x, y);
      };
    });
    const order = async (title: string, by: 'ArrowLeft' | 'ArrowRight'): Promise<void> => {
      const axes = page.locator('.axis-title');
      const at = async (): Promise<number> =>
        (await axes.allInnerTexts()).findIndex((text) => text.includes(title));
      const last = (await axes.count()) - 1;
      while ((await at()) !== (by === 'ArrowLeft' ? 0 : last)) {
        const before = await at();
        await axes.nth(before).focus();
        await page.keyboard.press(`Alt+${by}`);
        await eventually(async () => assert.notEqual(await at(), before));
      }
    };
    await order('a_name_of_a_param', 'ArrowLeft');
    await order('preprocessing', 'ArrowRight');
    await opened!.settled();
    const { drawn, width, titles } = await page.evaluate(() => {
      const plot = document.querySelector('.parallel-plot')!.getBoundingClientRect();
      return {
        drawn: (window as Window & { drawn?: [string, number, number][] }).drawn!,
        width: plot.width,
        titles: [...document.querySelectorAll('.axis-title')].map((title) => {
          const { left, right } = title.getBoundingClientRect();
          const text = title.querySelector('.cut')!;
          return {
            left: left - plot.left,
            right: right - plot.left,
            cut: text.scrollWidth > text.clientWidth,
          };
        }),
      };
    });
    assert.ok(drawn.some(([text]) => text.startsWith('ABoosting')));
    assert.deepEqual(
      drawn.filter(([, from, to]) => from < 0 || to > width),
      [],
      `within ${width}`,
    );
    for (const title of [titles[0]!, titles.at(-1)!]) {
      assert.ok(!title.cut && title.left >= 0 && title.right <= width, JSON.stringify(title));
    }
    await opened!.screenshots('sweep-categories');
  });

  itOnce('names each category in scatter and contour', async () => {
    const { page } = await open(make(ofKinds()), { experimentIds: [EXPERIMENT] });
    await page.locator('parallel-coordinates canvas').waitFor();
    for (const picture of ['Scatter', 'Contour']) {
      await page.getByLabel(`${picture}: x`).selectOption('param:a_name_of_a_param');
      await page.getByLabel(`${picture}: y`).selectOption('param:preprocessing_pipeline');
    }
    const named = (): Promise<{ x: string[]; y: string[] }[]> =>
      page.evaluate(() => {
        type Ticks = { ticks: { label: string }[] };
        type Plot = Element & { chart: { scales: Record<'x' | 'y', Ticks> } };
        return [...document.querySelectorAll<Plot>('sweep-plot')].map(({ chart: { scales } }) => ({
          x: scales.x.ticks.map(({ label }) => label),
          y: scales.y.ticks.map(({ label }) => label),
        }));
      });
    await eventually(async () => {
      const whole = (await named()).filter(({ x, y }) => x.length === 10 && y.length === 10);
      assert.equal(whole.length, 2, JSON.stringify(await named()));
      assert.ok(whole.every(({ x }) => x.every((label) => /^[A-J]Boosting/.test(label))));
    });
    await opened!.screenshots('sweep-named', { fullPage: true });
  });

  itOnce(
    'brushes by a rectangle in the scatter: the lines, the list and the other views follow',
    async () => {
      const { page } = await open(make(Array.from({ length: 30 }, (_, i) => trial(i))), {
        experimentIds: [EXPERIMENT],
      });
      await page.locator('parallel-coordinates canvas').waitFor();
      const plot = page.locator('sweep-plot').nth(1);
      await plot.scrollIntoViewIfNeeded();
      await opened!.settled();
      const box = (await plot.boundingBox())!;
      // The lower half of the picture: the better runs.
      await page.mouse.move(box.x + 44, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width - 4, box.y + box.height - 30, { steps: 5 });
      await page.mouse.up();
      const line = page.locator('.brush-line');
      await line.getByText(/of 30 runs/).waitFor();
      const inside = Number(/(\d+) of 30/.exec((await line.textContent()) ?? '')?.[1]);
      assert.ok(inside > 0 && inside < 30, `${inside} runs`);
      await eventually(() => assert.equal(state.brushed?.length, inside));
      // One more brush, on an axis that is begun, typed and chosen by the keyboard.
      await page.locator('.axis-title', { hasText: 'model' }).focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('model to').selectOption('linear');
      const linear = await eventually(() => {
        const runs = (state.brushed ?? []).map(({ runId }) => Number.parseInt(runId.slice(1), 16) - 1);
        assert.ok(runs.length > 0 && runs.length < inside);
        return runs;
      });
      assert.ok(
        linear.every((run) => run % 2 === 0),
        'the second brush holds, too',
      );
      assert.equal(await page.locator('table.best-model tbody tr').count(), Math.min(10, linear.length));
      await page.locator('.axis-title', { hasText: 'model' }).focus();
      await page.keyboard.press('Delete');
      await line.getByText(`${inside} of 30 runs`).waitFor();
    },
  );

  itOnce('moves an axis by dragging its title, and turns one logarithmic or linear', async () => {
    const { page } = await open(make(Array.from({ length: 12 }, (_, i) => trial(i))), {
      experimentIds: [EXPERIMENT],
    });
    const titles = page.locator('.axis-title');
    await titles.first().waitFor();
    await opened!.settled();
    const names = async (): Promise<string[]> => page.locator('.axis-title bdi').allTextContents();
    const before = await names();
    await titles.first().dragTo(titles.nth(2));
    await page.waitForFunction(
      (first) => document.querySelector('.axis-title bdi')?.textContent !== first,
      before[0],
    );
    assert.deepEqual(await names(), [before[1], before[2], before[0], ...before.slice(3)]);
    const lr = page.locator('.axis-title', { hasText: 'lr' });
    assert.match((await lr.textContent()) ?? '', /log/);
    await lr.focus();
    await page.keyboard.press('l');
    await page.waitForFunction(() => !/log/.test(document.querySelector('.axis-titles')?.textContent ?? ''));
    await page.getByLabel('Choose Axes').click();
    await page.getByLabel('lr on a logarithmic axis').check();
    await page.waitForFunction(() =>
      /lr\s*\(log\)/.test(document.querySelector('.axis-titles')?.textContent ?? ''),
    );
  });

  itOnce('diffs, opens and registers from the list with one click', async () => {
    const { page } = await open(make(Array.from({ length: 12 }, (_, i) => trial(i))), {
      experimentIds: [EXPERIMENT],
    });
    const rows = page.locator('table.best-model tbody tr');
    await rows.nth(1).waitFor();
    const [first, second] = await rows.evaluateAll((found) =>
      found.slice(0, 2).map((row) => row.getAttribute('data-run')),
    );
    await rows
      .nth(1)
      .getByRole('button', { name: /^Diff .* with the first$/ })
      .click();
    await rows
      .nth(1)
      .getByRole('button', { name: /^Register the model of/ })
      .click();
    await rows.nth(1).locator('button.link').click();
    const store = stores.list()[0]!.uri;
    const run = (runId: string | null | undefined) => ({ store, runId });
    assert.deepEqual(opened!.commands.slice(-3), [
      { command: 'mlflowLens.diffRuns', args: { runs: [run(first), run(second)] } },
      { command: 'mlflowLens.registerModel', args: run(second) },
      { command: 'mlflowLens.openRun', args: run(second) },
    ]);
  });

  it('says that runs of a selection were deleted while they are shown, and draws the others', async () => {
    const file = make(Array.from({ length: 12 }, (_, i) => trial(i)));
    const { page } = await open(file, { runIds: Array.from({ length: 12 }, (_, i) => runIdOf(i + 1)) });
    await page.getByText('12 runs. Drag along an axis').waitFor();
    pythonExecute(
      file,
      ['metrics', 'latest_metrics', 'params', 'tags', 'runs']
        .map((table) => `DELETE FROM ${table} WHERE run_uuid = '${runIdOf(2)}';`)
        .join('\n'),
    );
    await page.getByText('1 run of this page is no longer in the store.').waitFor();
    await page.getByText('11 runs. Drag along an axis').waitFor();
  });
});
