import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../../scripts/workerBundle';
import type { ViewType } from '../../../../src/mlflow/entities';
import type { RunQuery } from '../../../../src/mlflow/store';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { fixture } from '../../../support/fixtures';

describe('pages of runs', function () {
  this.timeout(60_000);
  let store: SqliteStore;
  before(async () => {
    // Nested runs, an orphan, a circle of parents and deleted runs are in it.
    store = new SqliteStore(path.join(await fixture('sqlite-3.17.2'), 'mlflow.db'), workerBundle());
  });
  after(() => store.dispose());

  const all = async (query: Omit<RunQuery, 'maxResults'>): Promise<string[]> => {
    const { items, nextPageToken } = await store.searchRuns({ ...query, maxResults: 1000 });
    assert.equal(nextPageToken, undefined);
    return items.map(({ info }) => info.runId);
  };

  it('say how many follow the first one, whatever hangs below what', async () => {
    let told = 0;
    for (const view of ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as ViewType[]) {
      const { items: experiments } = await store.searchExperiments({ view: 'ALL', maxResults: 100 });
      for (const experimentIds of [[], ...experiments.map(({ experimentId }) => [experimentId])]) {
        const scope = { experimentIds, view, params: 'none', metrics: 'none', tags: 'none' } as const;
        const parents = (await all(scope)).map((runId) => ({ runId }));
        for (const parent of [undefined, 'roots' as const, ...parents]) {
          const query = { ...scope, ...(parent === undefined ? {} : { parent }) };
          const { items, remaining } = await store.searchRuns({ ...query, maxResults: 1 });
          if (remaining !== undefined) {
            told++;
            assert.equal(remaining, (await all(query)).length - items.length, JSON.stringify(query));
          }
        }
      }
    }
    assert.ok(told > 10, `${told} pages were followed by more`);
  });

  it('say nothing of it under a filter, which would have to be looked at', async () => {
    const page = await store.searchRuns({
      experimentIds: [],
      view: 'ALL',
      filter: 'metrics.rmse < 9',
      maxResults: 1,
      params: 'none',
      metrics: 'none',
      tags: 'none',
    });
    assert.ok(page.nextPageToken !== undefined && page.remaining === undefined);
  });

  it('of every list follow one another, each entry once, and a token that is none is refused', async () => {
    type Request = { maxResults: number; pageToken?: string };
    const ofRuns = { experimentIds: [], view: 'ALL' as const, params: [], metrics: [], tags: [] };
    const lists: Record<string, (request: Request) => Promise<{ items: unknown[]; nextPageToken?: string }>> =
      {
        experiments: (request) => store.searchExperiments({ view: 'ALL', ...request }),
        runs: (request) => store.searchRuns({ ...ofRuns, ...request }),
        'runs in an order': (request) => store.searchRuns({ ...ofRuns, orderBy: ['run_id'], ...request }),
        models: (request) => store.searchRegisteredModels(request),
        'logged models': (request) => store.searchLoggedModels(request),
      };
    for (const [name, list] of Object.entries(lists)) {
      const whole = await list({ maxResults: 1000 });
      assert.ok(whole.items.length > 1 && whole.nextPageToken === undefined, name);
      const paged: unknown[] = [];
      let pageToken: string | undefined;
      do {
        const page = await list({ maxResults: 1, pageToken });
        paged.push(...page.items);
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      assert.deepEqual(paged, whole.items, name);
      await assert.rejects(
        list({ maxResults: 1, pageToken: 'none of ours' }),
        { name: 'StoreError', code: 'INVALID_PARAMETER_VALUE' },
        name,
      );
    }
  });
});
