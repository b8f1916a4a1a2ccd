import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { valueOf } from '../../../src/mlflow/entities';
import { TAG_PARENT } from '../../../src/mlflow/family';
import { TAG_COPIED_FROM, TAG_PARENT_ELSEWHERE } from '../../../src/mlflow/importer';
import { copyRuns } from '../../../src/transfer/copy';
import { planCopy } from '../../../src/transfer/plan';
import { removeTempFolders } from '../../support/database';
import {
  activeRuns,
  comparable,
  copyAll,
  filesBelow,
  filesStore,
  newExperiment,
  sqliteStore,
  variedRuns,
  type Copyable,
} from '../../support/copying';

describe('copying runs between stores on this machine', function () {
  this.timeout(60_000);
  const open: Copyable[] = [];
  afterEach(() => open.splice(0).forEach(({ store }) => store.dispose()));
  after(removeTempFolders);

  const opened = async (store: Promise<Copyable>): Promise<Copyable> => {
    open.push(await store);
    return store;
  };

  for (const [name, from, to] of [
    ['a database to a folder', () => sqliteStore('3.17.2'), () => filesStore('3.12.0')],
    ['a folder to a database', () => filesStore('3.12.0'), () => sqliteStore('3.17.2')],
    ['an old database to a new one', () => sqliteStore('1.14.1'), () => sqliteStore('3.17.2')],
    ['an old folder to an old database', () => filesStore('1.30.1'), () => sqliteStore('2.3.2')],
  ] as const) {
    it(`of ${name} keeps all that they hold, and makes nothing twice`, async () => {
      const [source, target] = [await opened(from()), await opened(to())];
      const experiment = await newExperiment(target, 'copied');
      const runs = variedRuns(await activeRuns(source.store), 7);
      const { plan, result } = await copyAll(source, runs, target, experiment);
      assert.equal(result.stopped, null);
      assert.equal(result.copies.length, runs.length);
      const copies = new Map(result.copies.map((copy) => [copy.from, copy.to]));
      for (const planned of plan.runs) {
        const { info, tags } = planned.run;
        const copy = await target.store.getRun(copies.get(info.runId)!);
        const [before, after] = [
          await comparable(source.store, info.runId),
          await comparable(target.store, copy.info.runId),
        ];
        assert.deepEqual(after, without(before, planned.metrics));
        assert.equal(valueOf(copy.tags, TAG_COPIED_FROM), `${source.store.uri}#${info.runId}`);
        const parent = valueOf(tags, TAG_PARENT);
        const isThere = parent !== undefined && copies.has(parent);
        assert.equal(valueOf(copy.tags, TAG_PARENT), isThere ? copies.get(parent) : undefined);
        assert.equal(valueOf(copy.tags, TAG_PARENT_ELSEWHERE), isThere ? undefined : parent);
      }
      const again = await copyAll(source, runs, target, experiment);
      assert.deepEqual(again.plan.runs, []);
      assert.deepEqual(again.plan.leftOut, [`${runs.length} runs were copied there before.`]);
    });
  }

  it('goes on where it was stopped: no run and no file twice, and what is half is seen by nobody', async () => {
    for (const to of [() => sqliteStore('3.17.2'), () => filesStore('3.12.0')]) {
      const [source, target] = [await opened(filesStore('3.12.0')), await opened(to())];
      const importer = target.writer.importer!;
      const experiment = await newExperiment(target, 'copied');
      const ids = variedRuns(await activeRuns(source.store));
      const all = await planCopy(source.store, ids, {
        store: target.store,
        importer,
        experiment,
        like: null,
      });
      const most = all.runs.toSorted((one, other) => other.files.length - one.files.length);
      const withFiles = most.slice(0, 2).map(({ run }) => run.info.runId);
      const plan = () =>
        planCopy(source.store, withFiles, { store: target.store, importer, experiment, like: null });
      const files = (await plan()).runs.reduce((sum, run) => sum + run.files.length, 0);
      assert.ok(files >= 3);
      for (let stops = 0; ; stops++) {
        const planned = await plan();
        if (planned.runs.length === 0) {
          assert.ok(stops > 2, `it was stopped ${stops} times`);
          break;
        }
        // Stopped after each thing that is done.
        const controller = new AbortController();
        let done = 0;
        const made = planned.runs.length;
        const result = await copyRuns(
          source.store,
          planned,
          { importer, experiment },
          controller.signal,
          () => {
            if (++done > 3 * stops + 1) {
              controller.abort();
            }
          },
        );
        await target.store.refresh();
        assert.ok(result.stopped === null || result.stopped.code === 'CANCELLED');
        assert.ok(result.copies.length <= made);
        const { items } = await target.store.searchRuns({
          ...{ experimentIds: [experiment.experimentId], view: 'ALL', maxResults: 10 },
        });
        assert.equal(items.length, withFiles.length - (await plan()).runs.length);
      }
      const copies = await target.store.searchRuns({
        ...{ experimentIds: [experiment.experimentId], view: 'ALL', maxResults: 10, tags: 'all' },
      });
      for (const { info, tags } of copies.items) {
        const from = valueOf(tags, TAG_COPIED_FROM)!.split('#')[1]!;
        assert.deepEqual(await comparable(target.store, info.runId), await comparable(source.store, from));
      }
      const left = filesBelow(placeOf(target.trackingUri)).filter((file) => /mlflow-lens/.test(file));
      assert.deepEqual(left, []);
    }
  });
});

/** What could not be taken is not missed. */
function without(run: Record<string, unknown>, metrics: readonly string[]): Record<string, unknown> {
  const histories = Object.entries(run['histories'] as object).filter(([key]) => metrics.includes(key));
  const latest = (run['metrics'] as string[]).filter((text) =>
    metrics.some((key) => text.startsWith(`${key} `)),
  );
  return { ...run, histories: Object.fromEntries(histories), metrics: latest };
}

function placeOf(uri: string): string {
  const place = uri.replace(/^sqlite:\/\/\//, '');
  return fs.statSync(place).isDirectory()
    ? place
    : path.dirname(place.startsWith('file:') ? fileURLToPath(place) : place);
}
