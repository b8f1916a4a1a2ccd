import * as assert from 'node:assert/strict';
import type { TableQuery, TableRows } from '../../src/mlflow/runTable';
import type { ServerVersion } from '../../scripts/mlflowEnvironment';
import { call, probe } from '../../src/stores/rest/api';
import type { Exchange, ServerRequest } from '../../src/stores/rest/exchange';
import { idsOf, metric, numbers, QUERY } from '../support/contract/tableTools';
import { removeTempFolders } from '../support/database';
import { EXPERIMENT, makeHistoryStore, runIdOf, START, type MadeRun } from '../support/histories';
import { plainExchange } from '../support/servers/exchange';
import { ExchangedStore } from '../support/servers/recorded';
import { startServer, type RunningServer } from '../support/servers/server';

/** More than a table loads without being asked, the oldest with the greatest metric. */
const RUNS = 5300;
const SCOPE = { experimentIds: [EXPERIMENT], view: 'ACTIVE_ONLY' } as const;
const TABLE: TableQuery = { ...QUERY, ...SCOPE, columns: [metric('m')], count: 160 };
const VERSIONS: readonly ServerVersion[] = ['3.17.2', '2.14.3'];

const made: MadeRun[] = Array.from({ length: RUNS }, (_, i) => ({
  runId: runIdOf(i + 1),
  params: { p: i < 3 ? 'old' : String(i % 7) },
  metrics: { m: [[0, START, RUNS - i]] },
}));

for (const version of VERSIONS) {
  describe(`the run table of a real tracking server, MLflow ${version}, with ${RUNS} runs`, function () {
    this.timeout(300_000);
    let server: RunningServer;
    let file: string;
    let store: ExchangedStore;
    let asked: ServerRequest[];
    let most: number;

    before(async () => {
      file = makeHistoryStore(made, version === '2.14.3' ? '2.14.3' : '3.17.2');
      server = await startServer(version, { backend: `sqlite:///${file}` });
    });
    after(async () => {
      await server?.stop();
      removeTempFolders();
    });

    beforeEach(async () => {
      const real = plainExchange(server);
      let now = 0;
      most = 0;
      asked = [];
      const counted: Exchange = async (request, signal) => {
        if (store === own) {
          asked.push(request);
        }
        most = Math.max(most, ++now);
        try {
          return await real(request, signal);
        } finally {
          now--;
        }
      };
      // What the one before was at may not have ended.
      const own = new ExchangedStore(counted);
      store = own;
      await store.describe();
      asked = [];
    });
    afterEach(() => store.dispose());

    const rows = (change: Partial<TableQuery> = {}): Promise<TableRows> =>
      store.runTable.rows({ ...TABLE, ...change });
    /** Asks as the page does, until as much is here as comes by itself. */
    const loaded = async (change: Partial<TableQuery> = {}): Promise<TableRows> => {
      for (;;) {
        const answer = await rows(change);
        if (!answer.loaded?.isLoading) {
          return answer;
        }
        assert.ok(answer.refreshIn !== null && answer.refreshIn <= 1000, 'it is asked for again soon');
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const visible = (): ServerRequest[] =>
      asked.filter(({ priority, path }) => priority === 'visible' && path.endsWith('runs/search'));
    const post = async (endpoint: string, args: object): Promise<unknown> => {
      const exchange = plainExchange(server);
      return call(exchange, await probe(exchange, null), { method: 'POST', endpoint, args: { ...args } });
    };
    const bodyOf = ({ body = '{}' }: ServerRequest): Record<string, unknown> =>
      JSON.parse(body) as Record<string, unknown>;

    it('shows the newest runs after one request for fifty, and says that more are on their way', async () => {
      const first = await rows();
      const visible = asked.filter(({ priority }) => priority === 'visible');
      assert.deepEqual(
        visible.map(bodyOf).map((body) => body['max_results']),
        [50],
      );
      assert.equal(first.rows.length, 50);
      assert.equal(idsOf(first)[0], runIdOf(RUNS));
      assert.deepEqual(first.loaded, {
        ...{ runs: 50, isLoading: true, isPart: true, canLoad: true, isFound: false, problem: null },
      });
    });

    // Of one version, as it takes long.
    (version === VERSIONS[0] ? it : () => undefined)(
      'loads 5,000 runs by and by, sorts them here, says that there are more, and loads those when told to',
      async () => {
        const { loaded: part, total, rowCount } = await loaded();
        assert.ok(part!.runs >= 5000 && part!.runs < RUNS, String(part!.runs));
        assert.deepEqual([total, rowCount], [part!.runs, part!.runs]);
        assert.deepEqual([part!.isPart, part!.canLoad], [true, true]);
        assert.equal(asked.length, 11, 'a page of 50 and ten of 500');
        assert.equal(most, 1);
        assert.ok(asked.slice(1).every(({ priority }) => priority === 'background'));

        asked = [];
        const sort = [{ column: metric('m'), descending: true }];
        const best = numbers((await rows({ sort })).cells[0])[0]!;
        assert.equal(best, RUNS - (RUNS - part!.runs), 'sorted here, of the runs that are loaded');
        const both = await rows({ filter: "params.p = 'old' OR metrics.m = 1" });
        assert.deepEqual(idsOf(both), [runIdOf(RUNS)], 'no server understands OR');
        assert.deepEqual([both.loaded?.isFound, both.loaded?.isPart, both.total], [false, true, total]);
        assert.equal(asked.length, 0, 'no server sorts by a metric');

        const wanted = { ...SCOPE, filter: '', now: 0 };
        await store.runTable.loadRest({ ...wanted, on: true, wait: true });
        const all = await rows({ sort });
        assert.deepEqual([all.loaded?.runs, all.loaded?.isPart, all.loaded?.isLoading], [RUNS, false, false]);
        assert.deepEqual([all.total, numbers(all.cells[0])[0]], [RUNS, RUNS]);
        assert.equal(asked.length, 1);
      },
    );

    it('lets the server look for what a filter says among all of its runs', async () => {
      await rows();
      asked = [];
      const answer = await loaded({ filter: "params.p = 'old'" });
      assert.deepEqual(idsOf(answer), [3, 2, 1].map(runIdOf));
      assert.equal(answer.matched, 3);
      assert.deepEqual([answer.loaded?.isFound, answer.loaded?.isPart], [true, false], 'all of them');
      assert.equal(visible().length, 1);
    });

    it('asks of more than 64 conditions as many as a SQLite backend can join', async () => {
      const filter = Array.from({ length: 70 }, (_, i) => `metrics.m > ${i - 100}`).join(' AND ');
      const { items } = await store.searchRuns({ ...SCOPE, filter, maxResults: 10 });
      assert.equal(items.length, 10);
    });

    it('loses no run when others are deleted between two pages', async () => {
      const page = (pageToken?: string) =>
        store.searchRuns({ ...SCOPE, maxResults: 900, ...(pageToken ? { pageToken } : {}) });
      const first = await page();
      const ids = first.items.slice(0, 5).map(({ info }) => info.runId);
      for (const runId of ids) {
        await post('runs/delete', { run_id: runId });
      }
      const second = await page(first.nextPageToken);
      assert.equal(second.items[0]?.info.runId, runIdOf(RUNS - 900));
      for (const runId of ids) {
        await post('runs/restore', { run_id: runId });
      }
    });

    it('shows what a running run logs at the next look, by the requests of that look', async () => {
      const { run } = (await post('runs/create', {
        experiment_id: EXPERIMENT,
        start_time: START + 2 * RUNS * 1000,
      })) as { run: { info: { run_id: string } } };
      const runId = run.info.run_id;
      assert.equal(idsOf(await rows())[0], runId);
      await post('runs/log-metric', { run_id: runId, key: 'm', value: 77, step: 1, timestamp: START });
      asked = [];
      await store.refresh();
      assert.equal(numbers((await rows()).cells[0])[0], 77);
      assert.ok(visible().length <= 2, 'one for the newest, one for the others that are shown');
    });
  });
}
