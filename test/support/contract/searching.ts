import * as assert from 'node:assert/strict';
import type { RegisteredModelQuery, TrackingStore } from '../../../src/mlflow/store';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { NAN_SEARCHES, OUR_SEARCHES, searchesOf } from '../oracle';
import { ERA, numberOf, refuses, useEra, type OracleRun } from './tools';

type Test = (run: OracleRun) => boolean;

const rmse = (run: OracleRun): number => numberOf(run.metrics['rmse']) ?? NaN;
const children = ['sweep trial 0', 'sweep trial 1'];

/** What MLflow's language has not, or refuses; each with what it says of a run as MLflow's client described it. */
const OURS: [filter: string, holds: Test][] = [
  ['rmse < 6', (run) => rmse(run) < 6],
  ['max_depth > 8 and not rmse < 7', (run) => Number(run.params['max_depth']) > 8 && !(rmse(run) < 7)],
  ['metrics.nan_last != 0', ({ run_name }) => run_name === 'odd numbers'],
  ['metrics.rmse < 6 OR metrics.rmse > 8', (run) => rmse(run) < 6 || rmse(run) > 8],
  [
    "(metrics.rmse < 7 or status = 'FAILED') and params.model = 'xgboost'",
    (run) => (rmse(run) < 7 || run.status === 'FAILED') && run.params['model'] === 'xgboost',
  ],
  ["not (params.model = 'xgboost')", (run) => run.params['model'] !== 'xgboost'],
  ['params.model IS NULL', (run) => run.params['model'] === undefined],
  ['params.max_depth > 8', (run) => Number(run.params['max_depth']) > 8],
  ['metrics.nan_last IS NAN', ({ run_name }) => run_name === 'odd numbers'],
  ['metrics.nan_last IS NOT NULL', ({ run_name }) => run_name === 'odd numbers'],
  ['metrics.nan_last IS NOT NAN', () => false],
  ['metrics.minus_inf < -1e308', ({ run_name }) => run_name === 'odd numbers'],
  ['attributes.depth = 1', ({ run_name }) => children.includes(run_name)],
  ['attributes.depth = 2', ({ run_name }) => run_name === 'grandchild'],
  ['attributes.parent IS NOT NULL', ({ tags }) => tags['mlflow.parentRunId'] !== undefined],
  ["duration > '1h'", ({ start_time, end_time }) => end_time !== null && end_time - start_time > 3_600_000],
  ["attributes.registered = 'taxi regressor'", ({ run_name }) => /^trial-0[0-3]$/.test(run_name)],
  ["commit LIKE 'a%'", ({ tags }) => (tags['mlflow.source.git.commit'] ?? '').startsWith('a')],
  ['sweep', ({ run_name }) => run_name.includes('sweep')],
  ['模型', ({ params }) => (params['unicode'] ?? '').includes('模型')],
  [
    "datasets.name = 'green_tripdata' and datasets.context = 'validation'",
    ({ run_name }) => run_name === 'trial-02',
  ],
  ["params.model IN ('xgboost', 'nope')", ({ params }) => params['model'] === 'xgboost'],
  ["tags.`multi.line` LIKE '%two%'", ({ tags }) => (tags['multi.line'] ?? '').includes('two')],
];

const missingLast = (value: number | string | undefined): number => (value === undefined ? 1 : 0);
type Key = (run: OracleRun) => number | string | undefined;
const durationOf: Key = ({ start_time, end_time }) => (end_time === null ? undefined : end_time - start_time);
const commitOf: Key = ({ tags }) => tags['mlflow.source.git.commit'];

/** Orders that MLflow has not. */
const OUR_ORDERS: [clause: string, key: Key, descending: boolean][] = [
  ['duration ASC', durationOf, false],
  ['duration DESC', durationOf, true],
  ['commit ASC', commitOf, false],
  ['attributes.commit DESC', commitOf, true],
];

export function searchingContract(kind: StoreKindUnderTest): void {
  describe('searching', () => {
    const era = useEra(kind);

    const found = async (filter: string, orderBy: readonly string[] = []): Promise<string[]> => {
      const { store, experiment } = era();
      const { items } = await store.searchRuns({
        experimentIds: [ERA.taxi, ERA.vision, ERA.empty].map(experiment),
        view: 'ACTIVE_ONLY',
        filter,
        orderBy,
        maxResults: 1000,
      });
      return items.map(({ info }) => info.runId);
    };
    /** Those for which it holds, as the oracle describes them; newest first. */
    const expected = (holds: Test): OracleRun[] => {
      const { runs, experiment } = era();
      return runs
        .filter(({ lifecycle_stage, experiment_id }) => {
          return lifecycle_stage === 'active' && experiment_id !== experiment(ERA.gone);
        })
        .filter(holds)
        .reverse();
    };

    it("finds what MLflow's client found, in its order and views, and refuses what it refused", async () => {
      const { store, oracle } = era();
      for (const search of searchesOf(oracle)) {
        const said = `${search.filter} ${String(search.order_by)} ${search.view}`;
        const asking = store.searchRuns({
          experimentIds: search.experiment_ids,
          view: search.view,
          filter: search.filter,
          orderBy: search.order_by ?? [],
          maxResults: 1000,
        });
        if (search.answer.error !== undefined && !OUR_SEARCHES.has(search.filter)) {
          await refuses(asking, 'INVALID_PARAMETER_VALUE');
          continue;
        }
        const ids = (await asking).items.map(({ info }) => info.runId);
        if (OUR_SEARCHES.has(search.filter)) {
          assert.ok(ids.length > 0, said);
        } else {
          assert.deepEqual(ids, NAN_SEARCHES.has(search.filter) ? [] : search.answer.runs, said);
        }
      }
    });

    for (const [filter, holds] of OURS) {
      it(`beyond MLflow: ${filter}`, async () => {
        assert.deepEqual(
          await found(filter),
          expected(holds).map(({ run_id }) => run_id),
        );
      });
    }

    for (const [clause, key, descending] of OUR_ORDERS) {
      it(`sorted by ${clause}, runs without it last`, async () => {
        const sorted = expected(() => true).toSorted((a, b) => {
          const [first, second] = [key(a), key(b)];
          const missing = missingLast(first) - missingLast(second);
          const up = first === second || missing !== 0 ? 0 : first! < second! ? -1 : 1;
          return missing || (descending ? -up : up);
        });
        assert.deepEqual(
          await found('', [clause]),
          sorted.map(({ run_id }) => run_id),
        );
      });
    }

    it('refuses with the place in the text', async () => {
      const details = await refuses(found('rmes < 7'), 'INVALID_PARAMETER_VALUE');
      assert.deepEqual(details, { from: 0, to: 4 });
      await refuses(found("model = 'xgboost'"), 'INVALID_PARAMETER_VALUE', /a param and a tag here/);
      await refuses(found('', ['metrics.rmse SIDEWAYS']), 'INVALID_PARAMETER_VALUE');
      await refuses(found('', ['metrics.rmse', 'metrics.rmse DESC']), 'INVALID_PARAMETER_VALUE', /twice/);
    });

    it('looks in the experiments that are named, in all where none is, and finds nothing in one that is not there', async () => {
      const { store, experiment, runs } = era();
      const count = async (experimentIds: string[]): Promise<number> =>
        (await store.searchRuns({ experimentIds, view: 'ALL', maxResults: 1000 })).items.length;
      assert.equal(await count([]), runs.length);
      assert.equal(await count([experiment(ERA.gone)]), 1);
      assert.equal(await count(['4711']), 0);
      assert.equal(await count(['no number']), 0);
    });

    it('finds registered models by words, versions, run, and sorts them', async () => {
      const { store, run } = era();
      const names = (query: Omit<RegisteredModelQuery, 'maxResults'>) => namesOf(store, query);
      assert.deepEqual(await names({}), ['no versions', 'nämé & <b>spaces', ERA.model]);
      assert.deepEqual(await names({ orderBy: 'lastUpdated' }), [
        'nämé & <b>spaces',
        'no versions',
        ERA.model,
      ]);
      for (const text of ['TAXI', 'production', '@CHAMP', 'owner=mob', 'validated=yes', 'taxi staging']) {
        assert.deepEqual(await names({ filter: { text } }), [ERA.model], text);
      }
      assert.deepEqual(await names({ filter: { text: 'NÄM' } }), ['nämé & <b>spaces']);
      assert.deepEqual(await names({ filter: { text: 'staging @champion' } }), [], 'two versions, not one');
      assert.deepEqual(await names({ filter: { versions: 'inProduction' } }), [ERA.model]);
      assert.deepEqual(await names({ filter: { versions: 'hasAlias', text: 'archived' } }), []);
      const waiting = { tag: { key: 'review', value: 'ready' }, alias: 'shadow' };
      assert.deepEqual(await names({ filter: { versions: waiting } }), [ERA.model]);
      assert.deepEqual(await names({ runId: run('trial-02') }), [ERA.model]);
      assert.deepEqual(await names({ runId: run('trial-04') }), [], 'its version was deleted');
    });

    it('finds logged models by experiment, run and id, newest first', async () => {
      const { store, run, experiment } = era();
      const models = async (query: { experimentIds?: string[]; sourceRunId?: string; modelIds?: string[] }) =>
        (await store.searchLoggedModels({ maxResults: 10, ...query })).items;
      const all = await models({ experimentIds: [experiment(ERA.taxi)] });
      assert.deepEqual(
        all.map(({ name }) => name),
        ['never-finished', 'regressor-1', 'regressor-0'],
      );
      assert.deepEqual(await models({ experimentIds: [experiment(ERA.vision)] }), []);
      assert.deepEqual(await models({ sourceRunId: run('trial-00') }), [all[2]]);
      assert.deepEqual(await models({ modelIds: [all[1]!.modelId] }), [all[1]]);
    });
  });
}

async function namesOf(
  store: TrackingStore,
  query: Omit<RegisteredModelQuery, 'maxResults'>,
): Promise<string[]> {
  return (await store.searchRegisteredModels({ maxResults: 10, ...query })).items.map(({ name }) => name);
}
