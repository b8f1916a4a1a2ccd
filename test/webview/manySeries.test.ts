import * as assert from 'node:assert/strict';
import { runIdOf } from '../support/histories';
import {
  faultsOf,
  growAll,
  makeManySeries,
  metricName,
  whenShown,
  type ManySeries,
} from '../support/manySeries';
import { sqliteUri } from '../../src/stores/uri';
import { describeOnEachKind } from '../support/kinds/pageStores';
import { useCharts } from './chartsHarness';

describeOnEachKind('charts page, with many series', function (kind, itOnce) {
  this.timeout(240_000);
  const charts = useCharts(kind);

  for (const { runs, metrics } of [
    { runs: 33, metrics: 1 },
    { runs: 100, metrics: 1 },
    { runs: 100, metrics: 10 },
  ]) {
    const define = runs * metrics < 100 ? it : itOnce;
    define(`draws ${runs * metrics} series`, async () => {
      const many = { runs, metrics, points: 320 };
      const file = makeManySeries(many);
      const { page } = await charts.open(file, {}, { width: 1100, height: metrics === 1 ? 800 : 4200 });
      const shown = await whenShown(page.locator('chart-card'), many);
      assert.deepEqual(faultsOf(file, shown, many), []);
    });
  }

  itOnce('draws what 9 runs log to 40 live charts', async () => {
    const many: ManySeries = { runs: 9, metrics: 40, points: 100, live: true };
    const file = makeManySeries(many);
    const store = sqliteUri(file);
    const { page } = await charts.open(
      file,
      {
        runs: Array.from({ length: many.runs }, (_, run) => ({ store, runId: runIdOf(run + 1) })),
        metrics: Array.from({ length: many.metrics }, (_, metric) => metricName(metric)),
      },
      { width: 1600, height: 6000 },
    );
    const cards = page.locator('chart-card');
    assert.deepEqual(faultsOf(file, await whenShown(cards, many), many), []);
    const grown = growAll(file, many, 5);
    assert.deepEqual(faultsOf(file, await whenShown(cards, grown), grown), []);
  });
});
