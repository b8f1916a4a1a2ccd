import * as assert from 'node:assert/strict';
import type { RunQuery } from '../../../src/mlflow/store';
import { EXPERIMENT, runIdOf, START, type MadeRun } from '../histories';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { allPages, ERA, MADE, refuses, useEra, useMade } from './tools';

const SCOPE = { experimentIds: [], view: 'ALL' } as const;
/** The whole, asked for at once. */
const WHOLE = 1000;

export function pagingContract(kind: StoreKindUnderTest): void {
  describe('paging', () => {
    describe('of a store that rests', () => {
      const era = useEra(kind);

      it('gives all runs once, whatever the order, filter, view and size of a page', async () => {
        const { store, run } = era();
        const queries: Omit<RunQuery, 'maxResults'>[] = [
          SCOPE,
          { ...SCOPE, view: 'ACTIVE_ONLY', filter: 'metrics.rmse < 8' },
          { ...SCOPE, orderBy: ['metrics.rmse DESC'] },
          { ...SCOPE, orderBy: ['params.model', 'attributes.start_time ASC'] },
          { ...SCOPE, parent: 'roots' },
          { ...SCOPE, parent: { runId: run(ERA.sweep) }, orderBy: ['metrics.rmse'] },
        ];
        for (const query of queries) {
          const ids = async (maxResults: number): Promise<string[]> =>
            (await allPages((page) => store.searchRuns({ ...query, ...page }), maxResults)).map(
              ({ info }) => info.runId,
            );
          const whole = await ids(WHOLE);
          assert.equal(new Set(whole).size, whole.length);
          for (const size of [1, 4, whole.length - 1, whole.length]) {
            assert.deepEqual(await ids(size), whole, `${JSON.stringify(query)} by ${size}`);
          }
        }
      });

      it('gives all experiments, registered and logged models once', async () => {
        const { store } = era();
        const lists = {
          experiments: (size: number) =>
            allPages((page) => store.searchExperiments({ view: 'ALL', ...page }), size),
          models: (size: number) => allPages((page) => store.searchRegisteredModels(page), size),
          newestModels: (size: number) =>
            allPages((page) => store.searchRegisteredModels({ orderBy: 'lastUpdated', ...page }), size),
          filteredModels: (size: number) =>
            allPages((page) => store.searchRegisteredModels({ filter: { text: 's' }, ...page }), size),
          loggedModels: (size: number) => allPages((page) => store.searchLoggedModels(page), size),
        };
        for (const [name, list] of Object.entries(lists)) {
          const whole = await list(WHOLE);
          assert.ok(whole.length > 1, name);
          for (const size of [1, 2, whole.length]) {
            assert.deepEqual(await list(size), whole, `${name} by ${size}`);
          }
        }
      });

      it('says how many follow where it knows that, and then rightly', async () => {
        const { store, runs } = era();
        const parents = runs.map(({ run_id }) => ({ runId: run_id }));
        for (const view of ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const) {
          for (const parent of [undefined, 'roots' as const, ...parents]) {
            const query = { ...SCOPE, view, ...(parent === undefined ? {} : { parent }) };
            const { items, remaining } = await store.searchRuns({ ...query, maxResults: 1 });
            if (remaining !== undefined) {
              const whole = await store.searchRuns({ ...query, maxResults: WHOLE });
              assert.equal(remaining, whole.items.length - items.length, JSON.stringify(query));
            }
          }
        }
      });

      it('refuses a token that it never gave', async () => {
        const { store } = era();
        for (const pageToken of ['', 'nonsense', 'ü', '{}', 'WyJ4Il0']) {
          const page = { maxResults: 2, pageToken };
          await refuses(store.searchRuns({ ...SCOPE, ...page }), 'INVALID_PARAMETER_VALUE', /page/);
          await refuses(
            store.searchRuns({ ...SCOPE, ...page, orderBy: ['metrics.rmse'] }),
            'INVALID_PARAMETER_VALUE',
            /page/,
          );
          await refuses(store.searchExperiments({ view: 'ALL', ...page }), 'INVALID_PARAMETER_VALUE', /page/);
          await refuses(store.searchRegisteredModels(page), 'INVALID_PARAMETER_VALUE', /page/);
          await refuses(store.searchLoggedModels(page), 'INVALID_PARAMETER_VALUE', /page/);
        }
      });
    });

    describe('of a store that others write', () => {
      const make = useMade(kind);
      const made = (from: number, count: number): MadeRun[] =>
        Array.from({ length: count }, (_, i) => ({
          runId: runIdOf(from + i),
          startTime: START + (from + i) * 1000,
          metrics: { rmse: [[0, START, (from + i) * 0.5]] },
        }));

      for (const orderBy of [[], ['metrics.rmse DESC'], ['metrics.rmse ASC']]) {
        const said = orderBy[0] ?? 'newest first';
        it(`loses and repeats no run while new ones come (${said})`, async () => {
          const { store, others } = await make(made(0, 9));
          const found = await allPages(
            (page) => store.searchRuns({ ...MADE, orderBy, ...page }),
            2,
            (pages) => others.logRuns(made(100 * pages, 1)),
          );
          const ids = found.map(({ info }) => info.runId);
          assert.equal(new Set(ids).size, ids.length, 'none twice');
          assert.deepEqual(
            made(0, 9)
              .map(({ runId }) => runId)
              .filter((runId) => !ids.includes(runId)),
            [],
            'none left out',
          );
        });

        it(`goes on where it was when the run that a page ended with goes away (${said})`, async () => {
          const { store, others } = await make(made(0, 5));
          const ask = (pageToken?: string) =>
            store.searchRuns({ ...MADE, orderBy, maxResults: 2, ...(pageToken ? { pageToken } : {}) });
          const whole = (await store.searchRuns({ ...MADE, orderBy, maxResults: 9 })).items;
          const first = await ask();
          await others.deleteRun(first.items[1]!.info.runId);
          const second = await ask(first.nextPageToken);
          assert.deepEqual(
            second.items.map(({ info }) => info.runId),
            whole.slice(2, 4).map(({ info }) => info.runId),
          );
        });
      }

      it('has nothing to page in an experiment without runs', async () => {
        const { store } = await make([]);
        const page = await store.searchRuns({ ...MADE, experimentIds: [EXPERIMENT], maxResults: 5 });
        assert.deepEqual([page.items, page.nextPageToken], [[], undefined]);
      });
    });
  });
}
