import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { RunRow } from '../../../src/mlflow/store';
import { sqliteUri } from '../../../src/stores/uri';
import { foundTree, rowsById, type FoundRun } from '../../../src/views/foundRuns';
import { withDatabase } from '../../support/database';
import { unpackFixture } from '../../support/fixtures';
import { openStores } from '../../support/pageHarness';

describe('what a filter found, under its parents', () => {
  const FILTER = "attributes.run_name = 'lasso' or metrics.rmse < 2.9";
  const SHAPE = { view: 'ACTIVE_ONLY', metrics: 'none' } as const;
  let uri: string;
  let file: string;
  before(async () => {
    file = path.join(await unpackFixture('taxi-duration'), 'mlflow.db');
    uri = sqliteUri(file);
  });

  async function found(filter: string): Promise<{ rows: RunRow[]; roots: FoundRun[]; asked: number }> {
    const stores = openStores(uri);
    try {
      const store = await stores.get(uri);
      const { items } = await store.searchRuns({
        ...SHAPE,
        experimentIds: ['1'],
        filter,
        maxResults: 50,
        params: 'none',
        tags: ['mlflow.parentRunId'],
      });
      let asked = 0;
      const roots = await foundTree(items, (ids) => {
        asked++;
        return rowsById(store, ids, SHAPE);
      });
      return { rows: items, roots, asked };
    } finally {
      stores.dispose();
    }
  }

  it('holds each of them once; a parent stands where the first below it would', async () => {
    const { rows, roots, asked } = await found(FILTER);
    const flat = (runs: readonly FoundRun[]): FoundRun[] => runs.flatMap((run) => [run, ...flat(run.below)]);
    const all = flat(roots);
    assert.deepEqual(
      all.filter(({ context }) => !context).map(({ row }) => row.info.runId),
      rows.map(({ info }) => info.runId).toSorted((a, b) => place(all, a) - place(all, b)),
    );
    const sweep = roots.find(({ row }) => row.info.runName === 'sweep')!;
    assert.ok(sweep.context && sweep.below.length > 0 && sweep.row.childCount === 18);
    const order = (runId: string): number => rows.findIndex(({ info }) => info.runId === runId);
    const first = (run: FoundRun): number =>
      Math.min(
        ...flat([run]).flatMap(({ row }) => (order(row.info.runId) < 0 ? [] : [order(row.info.runId)])),
      );
    assert.deepEqual(
      roots.map(first),
      roots.map(first).toSorted((a, b) => a - b),
    );
    assert.equal(asked, 1, 'all parents of a level at once');
  });

  it('asks for no parent where none is missing, and cuts circles loose', async () => {
    assert.equal((await found("attributes.run_name = 'lasso'")).asked, 0);
    const { rows: two } = await found("attributes.run_name = 'lasso'");
    const [first, other] = two.map(({ info }) => info.runId);
    assert.ok(first && other);
    withDatabase(file, (database) => {
      const insert = database.prepare("INSERT OR REPLACE INTO tags VALUES ('mlflow.parentRunId', ?, ?)");
      insert.run(other, first);
      insert.run(first, other);
    });
    const { rows, roots } = await found("attributes.run_name = 'lasso'");
    assert.equal(roots.length, rows.length);
  });
});

function place(all: readonly FoundRun[], runId: string): number {
  return all.findIndex(({ row }) => row.info.runId === runId);
}
