import * as assert from 'node:assert/strict';
import { chartsPage } from '../../../src/panels/charts';
import type { PageServices } from '../../../src/panels/page';
import { runPage } from '../../../src/panels/run';
import { sweepPage } from '../../../src/panels/sweep';
import { tablePage } from '../../../src/panels/table';
import type { OpenStores } from '../../../src/stores/openStores';
import { sqliteUri } from '../../../src/stores/uri';
import { HeadlineMetrics } from '../../../src/views/headline';
import { sectionsOf } from '../../../webview/charts/sections';
import { removeTempFolders } from '../../support/database';
import { EXPERIMENT, makeHistoryStore, runIdOf, START } from '../../support/histories';
import { openStores, plainServices } from '../../support/pageHarness';

const SESSION = {
  setTitle: () => undefined,
  replace: () => undefined,
  emit: () => undefined,
  hover: () => undefined,
  onDispose: () => undefined,
};
const { signal } = new AbortController();

describe('the metric that comes first', () => {
  const opened: OpenStores[] = [];
  after(() => {
    opened.forEach((stores) => stores.dispose());
    removeTempFolders();
  });

  interface Shop {
    uri: string;
    services: PageServices;
    sidebar: () => Promise<string | undefined>;
  }

  /** Runs of one experiment with these metrics, each of them of its own value. */
  function shop(metrics: readonly string[], tags: Record<string, string> = {}): Shop {
    const file = makeHistoryStore(
      [1, 2, 3].map((number) => ({
        runId: runIdOf(number),
        params: { x: String(number) },
        tags,
        metrics: Object.fromEntries(metrics.map((key) => [key, [[0, START, number] as const]])),
      })),
    );
    const uri = sqliteUri(file);
    const stores = openStores(uri);
    opened.push(stores);
    const services = plainServices(stores);
    const sidebar = async (): Promise<string | undefined> => {
      const experiment = await (await stores.get(uri)).getExperiment(EXPERIMENT);
      return new HeadlineMetrics(stores, services.state, () => '').of(uri, EXPERIMENT, experiment);
    };
    return { uri, services, sidebar };
  }

  async function firsts({ uri, services, sidebar }: Shop): Promise<Record<string, string | undefined>> {
    const args = { store: uri, experimentIds: [EXPERIMENT] };
    const table = await tablePage.handlers(args, services, SESSION).open(null, signal);
    const charts = await chartsPage.handlers(args, services, SESSION).load(null, signal);
    const sweep = await sweepPage.handlers(args, services, SESSION).load(null, signal);
    return {
      sidebar: await sidebar(),
      table: table.suggested.find(({ kind }) => kind === 'metric')?.key,
      charts: sectionsOf(charts.metrics, [], charts.headline)[0]?.metrics[0]?.key,
      sweep: sweep.objective?.replace('metric:', ''),
    };
  }

  const everywhere = (key: string): Record<string, string> => ({
    sidebar: key,
    table: key,
    charts: key,
    sweep: key,
  });

  it('is the reward of reinforcement learning in sidebar, table, charts and sweep', async () => {
    const made = shop([
      'rollout/ep_len_mean',
      'rollout/ep_rew_mean',
      'system/cpu_utilization_percentage',
      'time/fps',
      'train/entropy_loss',
      'train/loss',
    ]);
    assert.deepEqual(await firsts(made), everywhere('rollout/ep_rew_mean'));
  });

  it("is the detector's own measure, before losses of its parts", async () => {
    const made = shop(['lr/pg0', 'metrics/mAP50B', 'metrics/mAP50-95B', 'train/box_loss', 'val/box_loss']);
    assert.deepEqual(await firsts(made), everywhere('metrics/mAP50-95B'));
  });

  it("is the user's choice for the experiment, by-product or not", async () => {
    const made = shop(['best_iteration', 'rmse', 'train_rmse']);
    assert.deepEqual(await firsts(made), everywhere('rmse'));
    made.services.state.setHeadlineMetric(made.uri, EXPERIMENT, 'best_iteration');
    assert.deepEqual(await firsts(made), everywhere('best_iteration'));
  });

  it("reads which way Optuna's objective is better from the runs, on each page", async () => {
    const made = shop(['duration_s', 'value'], { direction: 'MAXIMIZE' });
    assert.deepEqual(await firsts(made), everywhere('value'));
    const args = { store: made.uri, experimentIds: [EXPERIMENT] };
    const sweep = await sweepPage.handlers(args, made.services, SESSION).load(null, signal);
    assert.equal(sweep.columns.find(({ name }) => name === 'value')?.direction, 'higher');
    const run = await runPage
      .handlers({ store: made.uri, runId: runIdOf(1) }, made.services, SESSION)
      .getRun(null, signal);
    assert.deepEqual(new Map(run.directions).get('value'), 'higher');
  });
});

describe('sections of charts', () => {
  const metrics = ['a/x', 'b/best', 'b/any', 'loss', 'system/cpu'].map((key) => ({ key, runs: [0] }));
  const keys = (order: string[], headline: string | null): string[] =>
    sectionsOf(metrics, order, headline).flatMap((part) => part.metrics.map(({ key }) => key));

  it('begin with the one of the headline, and it with the headline', () => {
    assert.deepEqual(keys([], 'b/best'), ['b/best', 'b/any', 'loss', 'a/x', 'system/cpu']);
    assert.deepEqual(keys([], null), ['loss', 'a/x', 'b/any', 'b/best', 'system/cpu']);
    assert.deepEqual(keys([], 'gone'), keys([], null));
  });

  it('keep an order that the user gave them', () => {
    assert.deepEqual(keys(['b/any', 'b/best'], 'b/best').slice(0, 2), ['b/any', 'b/best']);
  });
});
