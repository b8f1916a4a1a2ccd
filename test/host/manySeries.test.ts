import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders, tempFolder } from '../support/database';
import { EXPERIMENT, runIdOf } from '../support/histories';
import {
  faultsOf,
  growAll,
  makeManySeries,
  metricName,
  whenShown,
  type ManySeries,
  type ShownChart,
} from '../support/manySeries';
import { openWorkbench, type Workbench } from '../support/workbench';

/** Drawn one by one: each series has a value in 320 buckets. */
const WIDE: ManySeries = { runs: 100, metrics: 10, points: 320, live: true };
const LIVE: ManySeries = { runs: 9, metrics: 40, points: 100, live: true };

describe('charts of many series', function () {
  this.timeout(240_000);
  let workbench: Workbench;
  let wide: string;
  let live: string;

  before(async () => {
    const workspace = tempFolder();
    wide = path.join(workspace, 'wide.db');
    live = path.join(workspace, 'live.db');
    fs.copyFileSync(makeManySeries(WIDE), wide);
    fs.copyFileSync(makeManySeries(LIVE), live);
    // High enough that all charts are in view: one out of view asks for nothing.
    workbench = await openWorkbench({ workspace, size: { width: 2500, height: 5200 } });
  });
  after(async () => {
    await workbench?.close();
    removeTempFolders();
  });

  /** The charts of the active tab, as they are when all is there. */
  function shown(many: ManySeries): Promise<ShownChart[]> {
    return whenShown(workbench.webview().locator('chart-card'), many);
  }

  async function openCharts(file: string, { runs, metrics }: ManySeries): Promise<void> {
    const store = sqliteUri(file);
    await workbench.executeCommand('mlflowLens.openCharts', {
      runs: Array.from({ length: runs }, (_, run) => ({ store, runId: runIdOf(run + 1) })),
      metrics: Array.from({ length: metrics }, (_, metric) => metricName(metric)),
    });
  }

  for (const runs of [33, 100]) {
    it(`draws all of ${runs} series`, async () => {
      const many = { ...WIDE, runs, metrics: 1 };
      await openCharts(wide, many);
      assert.deepEqual(faultsOf(wide, await shown(many), many), []);
    });
  }

  it('draws all of 1,000 series, and what each of them grows by', async () => {
    await workbench.executeCommand('mlflowLens.openCharts', {
      store: sqliteUri(wide),
      experimentIds: [EXPERIMENT],
    });
    assert.deepEqual(faultsOf(wide, await shown(WIDE), WIDE), []);
    const grown = growAll(wide, WIDE, 3);
    assert.deepEqual(faultsOf(wide, await shown(grown), grown), []);
  });

  it('draws what 9 runs log to 40 live charts', async () => {
    await openCharts(live, LIVE);
    assert.deepEqual(faultsOf(live, await shown(LIVE), LIVE), []);
    const grown = growAll(live, LIVE, 5);
    assert.deepEqual(faultsOf(live, await shown(grown), grown), []);
  });
});
