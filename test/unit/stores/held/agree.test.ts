import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import type { Experiment, LoggedModel, RegisteredModel, ViewType } from '../../../../src/mlflow/entities';
import type { Page, PageRequest, RunQuery } from '../../../../src/mlflow/store';
import { searchExperiments } from '../../../../src/stores/held/searchExperiments';
import { searchLoggedModels, searchRegisteredModels } from '../../../../src/stores/held/searchModels';
import { countRuns, searchRuns } from '../../../../src/stores/held/searchRuns';
import type { HeldRuns } from '../../../../src/stores/runTable/heldRuns';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { removeTempFolders } from '../../../support/database';
import { fixture } from '../../../support/fixtures';
import { readHeldRuns } from '../../../support/heldRuns';
import { makeRichStore, richRunId } from '../../../support/richStore';

const VIEWS: readonly ViewType[] = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'];
const FILTERS = [
  '',
  'metrics.m0 < 5 or metrics.rmse < 7',
  'not (params.model = "xgboost")',
  "params.p0 ILIKE 'x%'",
  'attributes.depth >= 1',
  'attributes.parent IS NOT NULL and status != "FAILED"',
  'attributes.registered IS NOT NULL',
  "datasets.context = 'train'",
  "duration > '1m'",
  'xgb',
];
const ORDERS: readonly (readonly string[])[] = [
  [],
  ['start_time ASC'],
  ['metrics.rmse DESC', 'run_name'],
  ['params.model', 'metrics.rmse'],
  ['duration DESC'],
];

const STORES: [name: string, file: () => Promise<string>][] = [
  ['what MLflow wrote', async () => path.join(await fixture('sqlite-3.17.2'), 'mlflow.db')],
  ['trees, circles and several of everything a run', async () => makeRichStore(60)],
];

for (const [name, file] of STORES) {
  describe(`searches of what is held, beside those of SQLite: ${name}`, function () {
    this.timeout(60_000);
    let store: SqliteStore;
    let held: HeldRuns;
    let experiments: Experiment[];
    let models: RegisteredModel[];
    let loggedModels: LoggedModel[];

    before(async () => {
      store = new SqliteStore(await file(), workerBundle());
      held = await readHeldRuns(store);
      experiments = (await store.searchExperiments({ view: 'ALL', maxResults: 1000 })).items;
      models = (await store.searchRegisteredModels({ maxResults: 1000 })).items;
      loggedModels = (await store.searchLoggedModels({ maxResults: 1000 })).items;
    });
    after(() => {
      store.dispose();
      removeTempFolders();
    });

    /** Pages of both, by their own tokens. */
    async function same<T>(
      theirs: (page: PageRequest) => Promise<Page<T>>,
      ours: (page: PageRequest) => Page<T>,
      said: string,
    ): Promise<number> {
      let expected: Page<T> | undefined;
      let found: Page<T> | undefined;
      let count = 0;
      do {
        const next = (page: Page<T> | undefined): PageRequest => ({
          maxResults: 17,
          ...(page?.nextPageToken === undefined ? {} : { pageToken: page.nextPageToken }),
        });
        expected = await theirs(next(expected));
        found = ours(next(found));
        assert.deepEqual(found.items, expected.items, said);
        assert.equal(found.nextPageToken === undefined, expected.nextPageToken === undefined, said);
        if (expected.remaining !== undefined) {
          assert.equal(found.remaining, expected.remaining, said);
        }
        count += found.items.length;
      } while (expected.nextPageToken !== undefined);
      return count;
    }

    it('runs, whatever the filter, order, view and parent', async () => {
      const parents = [undefined, 'roots' as const, { runId: richRunId(0) }, { runId: 'nobody' }];
      let found = 0;
      for (const [place, filter] of FILTERS.entries()) {
        for (const view of VIEWS) {
          for (const parent of parents) {
            const query: Omit<RunQuery, 'maxResults'> = {
              experimentIds: place % 2 ? [] : ['1', '2'],
              view,
              filter,
              orderBy: ORDERS[place % ORDERS.length]!,
              ...{ params: 'all', metrics: ['rmse'], tags: place % 3 ? 'none' : 'all' },
              ...(parent === undefined ? {} : { parent }),
            };
            found += await same(
              (page) => store.searchRuns({ ...query, ...page }),
              (page) => searchRuns(held, { ...query, ...page }, Date.now()),
              JSON.stringify(query),
            );
          }
        }
      }
      assert.ok(found > 100, `${found} runs were found`);
    });

    it('counts of runs', async () => {
      for (const view of VIEWS) {
        for (const ids of [[], ['1'], ['2', '4711']]) {
          const sorted = (counts: Map<string, number>) => [...counts].sort();
          assert.deepEqual(sorted(countRuns(held.runs, ids, view)), sorted(await store.countRuns(ids, view)));
        }
      }
    });

    it('experiments and models', async () => {
      for (const view of VIEWS) {
        for (const nameContains of ['', 'TAXI', 'ü']) {
          await same(
            (page) => store.searchExperiments({ view, nameContains, ...page }),
            (page) => searchExperiments(experiments, { view, nameContains, ...page }),
            `${view} ${nameContains}`,
          );
        }
      }
      const runIds = [...held.runs.keys()].slice(0, 20);
      for (const query of [
        {},
        { orderBy: 'lastUpdated' as const },
        { filter: { text: 'production' } },
        { filter: { versions: 'hasAlias' as const } },
        ...runIds.map((runId) => ({ runId })),
      ]) {
        await same(
          (page) => store.searchRegisteredModels({ ...query, ...page }),
          (page) => searchRegisteredModels(models, { ...query, ...page }),
          JSON.stringify(query),
        );
      }
      for (const query of [
        {},
        { experimentIds: ['1'] },
        { modelIds: loggedModels.slice(1, 3).map(({ modelId }) => modelId) },
        ...runIds.map((sourceRunId) => ({ sourceRunId })),
      ]) {
        await same(
          (page) => store.searchLoggedModels({ ...query, ...page }),
          (page) => searchLoggedModels(loggedModels, { ...query, ...page }),
          JSON.stringify(query),
        );
      }
    });
  });
}
