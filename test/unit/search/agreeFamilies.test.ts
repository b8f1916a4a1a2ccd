import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { workerBundle } from '../../../scripts/workerBundle';
import type { ViewType } from '../../../src/mlflow/entities';
import { depthsOf, familyOf, nestedCount } from '../../../src/mlflow/family';
import type { Page, RunRow } from '../../../src/mlflow/store';
import { SqliteStore } from '../../../src/stores/sqlite/sqliteStore';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../../support/database';

interface MadeRun {
  id: string;
  experiment: string;
  deleted: boolean;
  /** Of its parent tag: none, one without a value, which the column allows, or a run that may not be there. */
  parent: string | null | undefined;
}

const VIEWS: readonly ViewType[] = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'];
const FAMILIES = 60;

const families = fc.sample(
  fc.array(
    fc.record({
      parent: fc.oneof(
        { weight: 8, arbitrary: fc.nat({ max: 8 }) },
        { weight: 2, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      elsewhere: fc.nat({ max: 19 }),
      deleted: fc.nat({ max: 9 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  { numRuns: FAMILIES, seed: 14 },
);

const runs: MadeRun[] = families.flatMap((family, experiment) =>
  family.map(({ parent, elsewhere, deleted }, index) => ({
    id: `${experiment}-${index}`,
    experiment: String(experiment),
    deleted: deleted === 0,
    parent: typeof parent === 'number' ? `${experiment + (elsewhere === 0 ? 1 : 0)}-${parent}` : parent,
  })),
);

function makeStore(): string {
  const file = makeRegistryStore('3.17.2');
  withDatabase(file, (database) => {
    database.exec(
      'PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM tags; DELETE FROM runs; DELETE FROM experiments',
    );
    const experiment = database.prepare(
      "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage) VALUES (?, ?, '', 'active')",
    );
    families.forEach((_, index) => experiment.run(index, `experiment ${index}`));
    const run = database.prepare(
      `INSERT INTO runs (run_uuid, name, user_id, status, start_time, lifecycle_stage, artifact_uri, experiment_id)
        VALUES (?, 'n', '', 'FINISHED', 1, ?, '', ?)`,
    );
    const tag = database.prepare(
      "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.parentRunId', ?, ?)",
    );
    for (const { id, experiment: of, deleted, parent } of runs) {
      run.run(id, deleted ? 'deleted' : 'active', of);
      if (parent !== undefined) {
        tag.run(parent, id);
      }
    }
    database.exec('COMMIT');
  });
  return file;
}

describe('families: SQL and mlflow/family agree', function () {
  this.timeout(60_000);
  let store: SqliteStore;
  before(() => {
    store = new SqliteStore(makeStore(), workerBundle());
  });
  after(() => {
    store.dispose();
    removeTempFolders();
  });

  const idsOf = ({ items }: Page<RunRow>): string[] => items.map(({ info }) => info.runId).sort();

  it('on roots, children and how many there are, in each experiment and view', async () => {
    const seen = { nested: 0, circles: 0, orphans: 0 };
    for (const view of VIEWS) {
      for (const experimentIds of [[], ...families.map((_, index) => [String(index)])]) {
        const scope = runs.filter(
          ({ deleted, experiment }) =>
            (view === 'ALL' || deleted === (view === 'DELETED_ONLY')) &&
            (experimentIds.length === 0 || experimentIds.includes(experiment)),
        );
        const ids = new Set(scope.map(({ id }) => id));
        const family = familyOf(
          scope.flatMap(({ id, parent }) => (typeof parent === 'string' ? [{ child: id, parent }] : [])),
          (id) => ids.has(id),
        );
        const nested = new Set([...family.childrenOf.values()].flat());
        const page = (parent: 'roots' | { runId: string }, maxResults: number): Promise<Page<RunRow>> =>
          store.searchRuns({
            ...{ experimentIds, view, parent, maxResults },
            ...({ params: 'none', metrics: 'none', tags: 'none' } as const),
          });
        const roots = await page('roots', 1000);
        assert.deepEqual(idsOf(roots), [...ids].filter((id) => !nested.has(id)).sort());
        assert.equal(roots.items.length, ids.size - nestedCount(family));
        for (const { info, childCount } of roots.items) {
          assert.equal(childCount, family.childrenOf.get(info.runId)?.length ?? 0);
        }
        const { items, remaining } = await page('roots', 1);
        assert.equal(remaining ?? 0, ids.size - nestedCount(family) - items.length);
        for (const [runId, children] of family.childrenOf) {
          assert.deepEqual(idsOf(await page({ runId }, 1000)), children.toSorted());
        }
        const circular = family.rootsWithParent.filter((id) =>
          ids.has(runs.find((run) => run.id === id)!.parent!),
        );
        seen.nested += nested.size;
        seen.circles += circular.length;
        seen.orphans += family.rootsWithParent.length - circular.length;
      }
    }
    assert.ok(
      Object.values(seen).every((count) => count > 50),
      JSON.stringify(seen),
    );
  });

  it('on depths, by the filter and in the table', async () => {
    const all = new Set(runs.map(({ id }) => id));
    const depths = depthsOf(
      familyOf(
        runs.flatMap(({ id, parent }) => (typeof parent === 'string' ? [{ child: id, parent }] : [])),
        (id) => all.has(id),
      ),
    );
    assert.ok(Math.max(...depths.values()) >= 3);
    for (const depth of [0, 1, 2, 3, 4]) {
      const page = await store.searchRuns({
        ...{ experimentIds: [], view: 'ALL', filter: `attributes.depth = ${depth}`, maxResults: 1000 },
        ...({ params: 'none', metrics: 'none', tags: 'none' } as const),
      });
      const expected = [...all].filter((id) => (depths.get(id) ?? 0) === depth).sort();
      assert.deepEqual(idsOf(page), expected);
      const { rows } = await store.runTable.rows({
        ...{ experimentIds: families.map((_, index) => String(index)), view: 'ALL' },
        ...{
          filter: `attributes.depth = ${depth}`,
          now: 0,
          sort: [],
          tree: false,
          group: [],
          expanded: false,
        },
        ...{ toggled: [], hidden: [], only: null, from: 0, count: 1000, columns: [], pinned: [], locate: [] },
      });
      assert.deepEqual(rows.map((row) => (row.type === 'run' ? row.runId : '')).sort(), expected);
    }
  });
});
