import * as assert from 'node:assert/strict';
import { answers } from '../../../scripts/inspect/answers';
import { toJson } from '../../../scripts/inspect/json';
import { metricOf } from '../../../src/mlflow/entities';
import type { KeySelection } from '../../../src/mlflow/store';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { compareAnswers, parseAnswers } from '../oracle';
import { ERA, refuses, useEra } from './tools';

export function readingContract(kind: StoreKindUnderTest): void {
  describe('reading', () => {
    const era = useEra(kind);

    it("answers what MLflow's client answered: experiments, runs with histories, inputs and artifacts, models", async () => {
      const { store, oracle } = era();
      const asked = oracle['kind'] as unknown as string;
      compareAnswers(parseAnswers(toJson(await answers(store, undefined, asked))), oracle);
    });

    it('lists experiments newest first, of a view, by a part of their name', async () => {
      const { store, oracle } = era();
      const names = async (view: 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL', nameContains?: string) =>
        (
          await store.searchExperiments({
            view,
            maxResults: 100,
            ...(nameContains === undefined ? {} : { nameContains }),
          })
        ).items.map(({ name }) => name);
      const created = oracle['experiments']!.toSorted(
        (a, b) => Number(b['creation_time']) - Number(a['creation_time']),
      ).map(({ name }) => name);
      assert.deepEqual(await names('ALL'), created);
      assert.deepEqual(
        await names('ACTIVE_ONLY'),
        created.filter((name) => name !== ERA.gone),
      );
      assert.deepEqual(await names('DELETED_ONLY'), [ERA.gone]);
      assert.deepEqual(await names('ALL', 'TAXI'), [ERA.taxi]);
      assert.deepEqual(await names('ALL', 'ÜNÏ'), [ERA.vision]);
      assert.deepEqual(await names('ALL', 'no such'), []);
    });

    it('says which metrics each run has, without their values', async () => {
      const { store } = era();
      const scope = { experimentIds: [], view: 'ALL', maxResults: 100 } as const;
      const { items } = await store.searchRuns({ ...scope, metricKeys: true });
      const whole = await store.searchRuns({ ...scope, metrics: 'all' });
      assert.ok(items.every(({ metrics }) => metrics.length === 0));
      assert.deepEqual(
        items.map(({ metricKeys }) => metricKeys),
        whole.items.map(({ metrics }) => metrics.map(({ key }) => key)),
      );
      assert.ok(whole.items.every((row) => row.metricKeys === undefined));
    });

    it('reads one experiment and one run as the lists have them', async () => {
      const { store, run, experiment } = era();
      const listed = await store.searchExperiments({ view: 'ALL', maxResults: 100 });
      assert.deepEqual(
        await store.getExperiment(experiment(ERA.taxi)),
        listed.items.find(({ name }) => name === ERA.taxi),
      );
      const all = { params: 'all', metrics: 'all', tags: 'all' } as const;
      const runs = await store.searchRuns({ experimentIds: [], view: 'ALL', maxResults: 100, ...all });
      const found = runs.items.find(({ info }) => info.runId === run('trial-03'));
      const { info, params, metrics, tags } = await store.getRun(run('trial-03'));
      assert.deepEqual(
        { info, params, metrics, tags },
        { info: found?.info, params: found?.params, metrics: found?.metrics, tags: found?.tags },
      );
    });

    it('answers certain runs in the order of their ids, without those that are not there', async () => {
      const { store, run } = era();
      const runIds = [run('trial-03'), 'f'.repeat(32), run('trial-01')];
      const whole = await store.getRuns({ runIds, params: 'all', metrics: 'all', tags: 'all' });
      assert.deepEqual(whole, [await store.getRun(runIds[0]!), await store.getRun(runIds[2]!)]);
      const [part] = await store.getRuns({ runIds, params: ['max_depth'] });
      assert.deepEqual(
        [part?.params.map(({ key }) => key), part?.metrics, part?.tags],
        [['max_depth'], [], []],
      );
      assert.deepEqual(await store.getRuns({ runIds: [] }), []);
    });

    it('carries the keys that are asked for, and no others', async () => {
      const { store, experiment } = era();
      const keys = async (params: KeySelection, metrics: KeySelection, tags: KeySelection) => {
        const { items } = await store.searchRuns({
          experimentIds: [experiment(ERA.taxi)],
          view: 'ACTIVE_ONLY',
          filter: "run_name = 'trial-01'",
          maxResults: 2,
          ...{ params, metrics, tags },
        });
        assert.equal(items.length, 1);
        const of = (list: readonly { key: string }[]): string => list.map(({ key }) => key).join();
        return [of(items[0]!.params), of(items[0]!.metrics), of(items[0]!.tags)];
      };
      assert.deepEqual(await keys('none', 'none', 'none'), ['', '', '']);
      assert.deepEqual(await keys(['max_depth', 'absent'], ['val/rmse'], ['model']), [
        'max_depth',
        'val/rmse',
        'model',
      ]);
      const [params, metrics, tags] = await keys('all', 'all', 'all');
      assert.equal(params, 'features,learning_rate,max_depth,model');
      assert.equal(metrics, 'holdout_rmse,rmse,train time s,val/rmse');
      assert.match(tags ?? '', /^mlflow\.[^,]+,.*,model$/);
    });

    it('takes the greatest (step, timestamp, value) for the latest value', async () => {
      const { store, run } = era();
      const odd = await store.getRun(run('odd numbers'));
      const latest = (key: string) => metricOf(odd, key)?.value;
      assert.deepEqual(
        ['nan_last', 'nan_first', 'inf', 'minus_inf', 'same_step', 'negative_steps'].map(latest),
        [NaN, 2.5, Infinity, -Infinity, 4, 1],
      );
      assert.deepEqual(
        ['clock_went_back', 'out_of_order', 'tiny', 'huge'].map(latest),
        [3, 3, 5e-324, 1.5e300],
      );
      assert.deepEqual(metricOf(odd, 'same_step')?.step, 7);
    });

    it('gives a history in the order of timestamp, step and value, with its steps to the last digit', async () => {
      const { store, run } = era();
      const history = (key: string) => store.getMetricHistory(run('odd numbers'), key);
      assert.deepEqual([...(await history('clock_went_back')).values], [2, 3, 1]);
      assert.deepEqual([...(await history('same_step')).values], [1, 2, 4]);
      assert.deepEqual([...(await history('nan_last')).values], [1, NaN]);
      assert.deepEqual([...(await history('negative_steps')).steps], [-5, -1, 0]);
      const absent = await history('absent');
      assert.deepEqual([absent.steps.length, absent.timestamps.length, absent.values.length], [0, 0, 0]);
    });

    it('sums histories up: how many, the extremes of the finite values, a shape with its spike', async () => {
      const { store, run } = era();
      const [dense] = await store.getMetricSummaries(run('dense history'), ['loss']);
      assert.deepEqual([dense?.count, dense?.key], [3000, 'loss']);
      assert.ok(dense!.max! > 5 && dense!.values.includes(dense!.max!) && dense!.values.length < 1000);
      const odd = await store.getMetricSummaries(run('odd numbers'), ['nan_first', 'inf', 'absent', 'third']);
      assert.deepEqual(
        odd.map(({ key, count, min, max }) => [key, count, min, max]),
        [
          ['nan_first', 2, 2.5, 2.5],
          ['inf', 1, null, null],
          ['absent', 0, null, null],
          ['third', 1, 1 / 3, 1 / 3],
        ],
      );
    });

    it('counts the runs of experiments, of a view', async () => {
      const { store, experiment, runs } = era();
      const of = (name: string, stage?: string): number =>
        runs.filter(
          (run) =>
            run.experiment_id === experiment(name) && (stage === undefined || run.lifecycle_stage === stage),
        ).length;
      const taxi = experiment(ERA.taxi);
      const empty = experiment(ERA.empty);
      if (kind.countsNothing) {
        assert.deepEqual(await store.countRuns([taxi, empty], 'ACTIVE_ONLY'), new Map());
        return;
      }
      assert.deepEqual(
        await store.countRuns([taxi, empty], 'ACTIVE_ONLY'),
        new Map([
          [taxi, of(ERA.taxi, 'active')],
          [empty, 0],
        ]),
      );
      assert.deepEqual(await store.countRuns([taxi], 'DELETED_ONLY'), new Map([[taxi, 1]]));
      assert.equal((await store.countRuns([], 'ALL')).get(taxi), of(ERA.taxi));
    });

    it('gives what a run used and made', async () => {
      const { store, run } = era();
      const { datasetInputs, modelOutputs } = await store.getRunInputs(run('trial-01'));
      assert.deepEqual(
        datasetInputs.map(({ dataset, tags }) => [dataset.name, dataset.digest, tags]),
        [['green_tripdata', 'd1ge000', [{ key: 'mlflow.data.context', value: 'train' }]]],
      );
      const { items } = await store.searchLoggedModels({ sourceRunId: run('trial-01'), maxResults: 10 });
      assert.deepEqual(
        items.map(({ name }) => name),
        ['regressor-1'],
      );
      assert.ok(modelOutputs.every(({ modelId }) => modelId === items[0]!.modelId));
      const nothing = await store.getRunInputs(run('trial-07'));
      assert.deepEqual(nothing, { datasetInputs: [], modelInputs: [], modelOutputs: [] });
    });

    it('knows a registered model by its name, and that a prompt is none', async () => {
      const { store } = era();
      const model = await store.getRegisteredModel(ERA.model);
      assert.deepEqual(
        model.versions.map(({ version, currentStage, aliases }) => [version, currentStage, aliases.join()]),
        [
          ['4', 'Staging', 'shadow'],
          ['3', 'Production', 'champion'],
          ['2', 'Production', ''],
          ['1', 'Archived', ''],
        ],
      );
      assert.deepEqual(
        model.aliases.map(({ alias, version, dangling }) => [alias, version, dangling]),
        [
          ['champion', '3', false],
          ['shadow', '4', false],
        ],
      );
      await refuses(store.getRegisteredModel('greeting'), 'RESOURCE_DOES_NOT_EXIST', /greeting/);
    });

    it('says so of what is not there', async () => {
      const { store } = era();
      await refuses(store.getExperiment('4711'), 'RESOURCE_DOES_NOT_EXIST', /4711/);
      await refuses(store.getRun('f'.repeat(32)), 'RESOURCE_DOES_NOT_EXIST', /ffff/);
      await refuses(store.getRegisteredModel('nope'), 'RESOURCE_DOES_NOT_EXIST', /nope/);
      const { items } = await store.searchLoggedModels({ modelIds: [`m-${'f'.repeat(32)}`], maxResults: 1 });
      assert.deepEqual(items, []);
    });

    it('says what it is and what it can hold', async () => {
      const { store } = era();
      const { kind: described, features, readOnlyReason, workspaces } = await store.describe();
      assert.deepEqual(workspaces, [], 'one workspace is no choice');
      assert.equal(described, store.kind);
      assert.equal(readOnlyReason, null);
      assert.deepEqual(Object.keys(features).sort(), [
        'aliases',
        'datasets',
        'loggedModels',
        'modelTags',
        'registry',
        'workspaces',
      ]);
      assert.deepEqual(
        [features.registry, features.aliases, features.modelTags, features.datasets, features.loggedModels],
        [true, true, true, true, true],
      );
    });

    it('stops at once where the asker has gone', async () => {
      const { store, run, experiment } = era();
      const gone = AbortSignal.abort();
      const scope = { experimentIds: [experiment(ERA.taxi)], view: 'ACTIVE_ONLY', maxResults: 10 } as const;
      await refuses(store.searchExperiments({ view: 'ALL', maxResults: 1 }, gone), 'CANCELLED');
      await refuses(store.searchRuns(scope, gone), 'CANCELLED');
      await refuses(store.getRun(run('trial-01'), gone), 'CANCELLED');
      await refuses(store.getMetricHistory(run('trial-01'), 'rmse', gone), 'CANCELLED');
      await refuses(store.searchRegisteredModels({ maxResults: 10 }, gone), 'CANCELLED');
    });
  });
}
