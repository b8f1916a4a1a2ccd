import * as assert from 'node:assert/strict';
import type { ViewType } from '../../../src/mlflow/entities';
import type { TrackingStore } from '../../../src/mlflow/store';
import { runIdOf, type MadeRun } from '../histories';
import type { StoreKindUnderTest, StoreUnderTest } from '../kinds/storeKind';
import { ERA, MADE, useEra, useMade } from './tools';

/** A family by first letters: `child: parent`. */
function family(parents: Record<string, string | null>, deleted: readonly string[] = []): MadeRun[] {
  return Object.entries(parents).map(([name, parent]) => ({
    runId: idOf(name),
    name,
    ...(parent === null ? {} : { parentRunId: idOf(parent) }),
    ...(deleted.includes(name) ? { lifecycleStage: 'deleted' as const } : {}),
  }));
}

function idOf(name: string): string {
  return runIdOf(name.charCodeAt(0));
}

async function children(store: TrackingStore, parent: string | null, view: ViewType = 'ACTIVE_ONLY') {
  const { items } = await store.searchRuns({
    ...MADE,
    view,
    parent: parent === null ? 'roots' : { runId: idOf(parent) },
    maxResults: 100,
  });
  return items
    .map(({ info, childCount }) => `${info.runName}${childCount ? ` ${childCount}` : ''}`)
    .toSorted();
}

async function depths(store: TrackingStore): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const depth of [0, 1, 2, 3]) {
    const { items } = await store.searchRuns({
      ...MADE,
      filter: `attributes.depth = ${depth}`,
      maxResults: 100,
    });
    items.forEach(({ info }) => (found[info.runName] = depth));
  }
  return found;
}

export function familiesContract(kind: StoreKindUnderTest): void {
  describe('families', () => {
    describe("of MLflow's own runs", () => {
      const era = useEra(kind);

      it('roots and children, newest first, with how many stand below each; an orphan is a root', async () => {
        const { store, run, experiment, runs } = era();
        const below = async (parent: 'roots' | { runId: string }) =>
          (
            await store.searchRuns({
              experimentIds: [experiment(ERA.taxi)],
              view: 'ACTIVE_ONLY',
              maxResults: 100,
              parent,
            })
          ).items.map(({ info, childCount }) => [info.runName, childCount ?? 'unknown']);
        const counted = (children: number): number | string => (kind.countsNothing ? 'unknown' : children);
        const nested = ['sweep trial 0', 'sweep trial 1', 'grandchild'];
        assert.deepEqual(
          await below('roots'),
          runs
            .filter(
              ({ experiment_id, lifecycle_stage, run_name }) =>
                experiment_id === experiment(ERA.taxi) &&
                lifecycle_stage === 'active' &&
                !nested.includes(run_name),
            )
            .map(({ run_name }) => [run_name, counted(run_name === ERA.sweep ? 2 : 0)])
            .reverse(),
        );
        assert.deepEqual(await below({ runId: run(ERA.sweep) }), [
          ['sweep trial 1', counted(0)],
          ['sweep trial 0', counted(1)],
        ]);
        assert.deepEqual(await below({ runId: run('sweep trial 0') }), [['grandchild', counted(0)]]);
        assert.deepEqual(await below({ runId: run('grandchild') }), []);
        assert.deepEqual(await below({ runId: 'f'.repeat(32) }), []);
      });
    });

    describe('of runs that name each other', () => {
      const make = useMade(kind);
      let made: StoreUnderTest;
      /** Names, with how many children each has where that is counted. */
      const named = (...names: string[]): string[] =>
        kind.countsNothing ? names.map((name) => name.split(' ')[0]!) : names;

      it('cuts the members of a circle loose, and hangs on them what hung there', async () => {
        made = await make(family({ a: 'b', b: 'c', c: 'a', d: 'a', e: 'd', s: 's', t: 's' }));
        assert.deepEqual(await children(made.store, null), named('a 1', 'b', 'c', 's 1'));
        assert.deepEqual(await children(made.store, 'a'), named('d 1'));
        assert.deepEqual(await children(made.store, 'd'), named('e'));
        assert.deepEqual(await children(made.store, 's'), named('t'));
        assert.deepEqual(await depths(made.store), { a: 0, b: 0, c: 0, s: 0, d: 1, t: 1, e: 2 });
      });

      it('takes a run whose parent is in no view, or nowhere, for a root', async () => {
        made = await make(family({ a: null, b: 'a', c: 'b', x: 'z' }, ['a']));
        assert.deepEqual(await children(made.store, null), named('b 1', 'x'));
        assert.deepEqual(await children(made.store, 'a'), named());
        assert.deepEqual(await children(made.store, null, 'ALL'), named('a 1', 'x'));
        assert.deepEqual(await children(made.store, 'a', 'ALL'), named('b 1'));
        assert.deepEqual(await children(made.store, null, 'DELETED_ONLY'), named('a'));
        assert.equal((await depths(made.store))['x'], 0);
      });

      it('sees a child that comes, and a parent that goes', async () => {
        made = await make(family({ a: null, b: 'a' }));
        assert.deepEqual(await children(made.store, null), named('a 1'));
        await made.others.logRuns(family({ c: 'a' }));
        assert.deepEqual(await children(made.store, null), named('a 2'));
        assert.deepEqual(await children(made.store, 'a'), named('b', 'c'));
        await made.others.deleteRun(idOf('a'));
        assert.deepEqual(await children(made.store, null), named('b', 'c'));
        await made.others.setTag(idOf('c'), 'mlflow.parentRunId', idOf('b'));
        assert.deepEqual(await children(made.store, null), named('b 1'));
      });
    });
  });
}
