import * as assert from 'node:assert/strict';
import type {
  NumberCells,
  RunTable,
  TableColumn,
  TableQuery,
  TableRows,
  TableScope,
} from '../../../src/mlflow/runTable';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { idsOf, metric, numbers, param, QUERY, runsOf, tag, texts } from './tableTools';
import { ERA, numberOf, refuses, useEra, type OracleRun } from './tools';

export function tableWindowsContract(kind: StoreKindUnderTest): void {
  describe('windows of the run table', () => {
    const era = useEra(kind);

    const table = (): RunTable => {
      return era().store.runTable;
    };
    const scope = (): TableScope => ({ experimentIds: [era().experiment(ERA.taxi)], view: 'ACTIVE_ONLY' });
    const ask = (change: Partial<TableQuery> = {}): Promise<TableRows> =>
      table().rows({ ...QUERY, ...scope(), ...change });
    /** The experiment's active runs, newest first. */
    const expected = (): OracleRun[] =>
      era()
        .runs.filter(
          ({ experiment_id, lifecycle_stage }) =>
            experiment_id === era().experiment(ERA.taxi) && lifecycle_stage === 'active',
        )
        .reverse();
    const named = (answer: TableRows): string[] => runsOf(answer).map(({ name }) => name);

    it('shows each run as it is, with its cells', async () => {
      const answer = await ask({ columns: [metric('rmse'), param('max_depth'), tag('model')] });
      assert.deepEqual(
        runsOf(answer).map(({ runId, name, status, startTime, endTime, deleted }) => ({
          run_id: runId,
          run_name: name,
          status,
          start_time: startTime,
          end_time: endTime,
          lifecycle_stage: deleted ? 'deleted' : 'active',
        })),
        expected().map(({ run_id, run_name, status, start_time, end_time, lifecycle_stage }) => ({
          ...{ run_id, run_name, status, start_time, end_time, lifecycle_stage },
        })),
      );
      const [rmse, depth, model] = answer.cells;
      assert.deepEqual(
        numbers(rmse),
        expected().map(({ metrics }) => numberOf(metrics['rmse'])),
      );
      assert.deepEqual(
        texts(depth),
        expected().map(({ params }) => params['max_depth'] ?? null),
      );
      assert.deepEqual(
        texts(model),
        expected().map(({ tags }) => tags['model'] ?? null),
      );
      assert.ok(depth?.type === 'text' && depth.numeric && model?.type === 'text' && !model.numeric);
    });

    it('tells the attributes of runs: experiment, user, source, dataset, registered model, model', async () => {
      const keys = ['experiment', 'user', 'source', 'commit', 'dataset', 'registered', 'duration', 'runId'];
      const answer = await ask({
        filter: "run_name = 'trial-01'",
        columns: keys.map((key) => ({ kind: 'attribute', key })),
      });
      const run = expected().find(({ run_name }) => run_name === 'trial-01')!;
      const { tags } = run;
      const [experiment, user, source, commit, dataset, registered, duration, runId] = answer.cells;
      assert.deepEqual(
        [experiment, user, source, commit, dataset, registered, runId].map((cells) => texts(cells)[0]),
        [
          ERA.taxi,
          tags['mlflow.user'],
          'train.py',
          tags['mlflow.source.git.commit'],
          'green_tripdata',
          'taxi regressor v2',
          run.run_id,
        ],
      );
      assert.deepEqual(numbers(duration), [run.end_time! - run.start_time]);
    });

    it('has the runs of a search, whatever is asked', async () => {
      const filters = [
        'metrics.rmse < 7',
        'rmse < 7 max_depth > 3',
        'metrics.nan_last != 0',
        "params.model ILIKE 'X%' or tags.model != 'lasso'",
        'not (metrics.rmse < 7)',
        'params.max_depth > 3',
        "status = 'FAILED'",
        'attributes.depth = 1',
        "datasets.digest = 'd1ge000'",
        'attributes.registered IS NOT NULL',
        'duration > 1000',
        'sweep',
        'artifact_uri IS NULL',
      ];
      for (const filter of filters) {
        const { items } = await era().store.searchRuns({ ...scope(), filter, maxResults: 100 });
        const ids = items.map(({ info }) => info.runId);
        assert.deepEqual(idsOf(await ask({ filter })), ids, filter);
        assert.deepEqual(await table().matching({ ...QUERY, ...scope(), filter }), ids, filter);
        const some = { ...QUERY, ...scope(), filter, from: 1, count: 2 };
        assert.deepEqual(await table().runsOfRows(some), ids.slice(1, 3), filter);
      }
      const details = await refuses(ask({ filter: 'rmes < 7' }), 'INVALID_PARAMETER_VALUE');
      assert.deepEqual(details, { from: 0, to: 4 });
    });

    it('sorts numbers as numbers, what is missing last in both directions, by several columns', async () => {
      for (const descending of [false, true]) {
        const column = metric('rmse');
        const values = numbers((await ask({ columns: [column], sort: [{ column, descending }] })).cells[0]);
        const there = values.filter((value) => value !== undefined);
        assert.deepEqual(values, [
          ...there.toSorted((a, b) => (descending ? b - a : a - b)),
          ...values.slice(there.length),
        ]);
        assert.ok(there.length > 10 && there.length < values.length);
      }
      const sort = [
        { column: param('model'), descending: false },
        { column: param('max_depth'), descending: true },
      ];
      const pairs = (await ask({ columns: sort.map(({ column }) => column), sort })).cells.map(texts);
      const rows = pairs[0]!.map((model, row) => [model, Number(pairs[1]![row])] as const);
      const withModel = rows.filter(([model]) => model !== null);
      assert.deepEqual(
        withModel,
        withModel.toSorted(([a, x], [b, y]) => (a! < b! ? -1 : a! > b! ? 1 : y - x)),
      );
      assert.deepEqual(rows.slice(0, withModel.length), withModel);
    });

    it('gives a window of the rows, and the places of those that are asked for', async () => {
      const all = idsOf(await ask());
      const part = await ask({ from: 5, count: 4, locate: [all[12]!, 'nowhere', all[0]!] });
      assert.deepEqual(idsOf(part), all.slice(5, 9));
      assert.deepEqual(part.located, [12, -1, 0]);
      assert.deepEqual(
        [part.from, part.rowCount, part.matched, part.total],
        [5, all.length, all.length, all.length],
      );
      const beyond = await ask({ from: 1000, count: 4 });
      assert.deepEqual(beyond.rows, []);
    });

    it('leaves out what is hidden, keeps to what is chosen, and holds pinned runs whatever the filter', async () => {
      const all = idsOf(await ask());
      assert.deepEqual(idsOf(await ask({ hidden: [all[2]!] })), all.toSpliced(2, 1));
      assert.deepEqual(idsOf(await ask({ only: [all[4]!, all[1]!] })), [all[1], all[4]]);
      const { pinned, rows } = await ask({
        filter: "params.absent = 'x'",
        pinned: [all[3]!, 'nowhere'],
        columns: [param('model')],
      });
      assert.deepEqual(rows, []);
      assert.deepEqual(
        pinned.rows.map((row) => row.type === 'run' && row.runId),
        [all[3]],
      );
      assert.equal(pinned.cells.length, 1);
    });

    it('hangs children under their parents, the parent of a found child for context', async () => {
      const open = await ask({ tree: true, expanded: true });
      const sweep = named(open).indexOf(ERA.sweep);
      assert.deepEqual(
        runsOf(open)
          .slice(sweep, sweep + 4)
          .map(({ name, depth, children }) => [name, depth, children]),
        [
          [ERA.sweep, 0, 2],
          // Before its sibling: what hangs below it is newer.
          ['sweep trial 0', 1, 1],
          ['grandchild', 2, 0],
          ['sweep trial 1', 1, 0],
        ],
      );
      assert.equal(open.rowCount, expected().length);
      const shut = await ask({ tree: true, toggled: [] });
      assert.equal(shut.rowCount, open.rowCount - 3);
      const toggled = await ask({ tree: true, toggled: [era().run(ERA.sweep)] });
      assert.equal(toggled.rowCount, open.rowCount - 1);
      const filtered = await ask({ tree: true, expanded: true, filter: 'attributes.depth = 2' });
      assert.deepEqual(
        runsOf(filtered).map(({ name, context }) => [name, context]),
        [
          [ERA.sweep, true],
          ['sweep trial 0', true],
          ['grandchild', false],
        ],
      );
      assert.equal(filtered.matched, 1);
    });

    it('groups runs with n, mean, extremes and deviation, those without a value last', async () => {
      const answer = await ask({ group: [param('model')], columns: [metric('rmse'), param('model')] });
      const groups = answer.rows.map((row) => (row.type === 'group' ? row : assert.fail('a run')));
      assert.equal(groups.at(-1)?.values[0], null);
      const cells = answer.cells[0] as NumberCells;
      for (const [place, { values, count }] of groups.entries()) {
        const runs = expected().filter(({ params }) => (params['model'] ?? null) === values[0]);
        assert.equal(count, runs.length);
        const rmse = runs.flatMap(({ metrics }) => numberOf(metrics['rmse']) ?? []);
        const mean = rmse.reduce((a, b) => a + b, 0) / rmse.length;
        const spread = Math.sqrt(rmse.reduce((a, b) => a + (b - mean) ** 2, 0) / (rmse.length - 1));
        const [n, min, max, deviation] = cells.groups.subarray(place * 4, place * 4 + 4);
        assert.deepEqual([n, min, max], [rmse.length, Math.min(...rmse), Math.max(...rmse)]);
        assert.ok(Math.abs(cells.values[place]! - mean) < 1e-12);
        assert.ok(Math.abs(deviation! - spread) < 1e-12);
      }
      const first = groups[0]!;
      const opened = await ask({ group: [param('model')], toggled: [first.id] });
      assert.equal(opened.rowCount, groups.length + first.count);
    });

    it('looks at a glance for words in names and ids only', async () => {
      const word = 'sweep';
      const everywhere = runsOf(await ask({ filter: word }));
      const glanced = runsOf(await ask({ filter: word, glance: true }));
      const inNames = expected().filter(({ run_name, run_id }) => `${run_name}\n${run_id}`.includes(word));
      assert.ok(inNames.length > 0);
      assert.deepEqual(
        glanced.map(({ runId }) => runId),
        inNames.map(({ run_id }) => run_id),
      );
      assert.ok(glanced.every(({ runId }) => everywhere.some((run) => run.runId === runId)));
      const [{ runId }] = glanced as [(typeof glanced)[number]];
      const byId = runsOf(await ask({ filter: runId.slice(0, 12), glance: true }));
      assert.deepEqual(
        byId.map((run) => run.runId),
        [runId],
      );
    });

    it('sorts groups by what their rows show, those that show nothing last', async () => {
      const column = metric('rmse');
      const start: TableColumn = { kind: 'attribute', key: 'start' };
      for (const descending of [false, true]) {
        const byMean = await ask({
          group: [param('max_depth')],
          columns: [column, start],
          sort: [{ column, descending }],
        });
        const [means, starts] = byMean.cells as [NumberCells, NumberCells];
        const groups = byMean.rows.map((row) => (row.type === 'group' ? row : assert.fail('a run')));
        const shown = groups.flatMap(({ values }, place) =>
          values[0] !== null && means.present[place] === 1 ? [means.values[place]!] : [],
        );
        assert.ok(shown.length > 2);
        assert.deepEqual(
          shown,
          shown.toSorted((a, b) => (descending ? b - a : a - b)),
        );
        const none = groups.findIndex(
          ({ values }, place) => values[0] !== null && means.present[place] === 0,
        );
        assert.ok(none === -1 || none === shown.length);
        for (const [place, { values }] of groups.entries()) {
          const runs = expected().filter(({ params }) => (params['max_depth'] ?? null) === values[0]);
          assert.equal(starts.values[place], Math.max(...runs.map(({ start_time }) => start_time)));
        }
        const byName = await ask({
          group: [param('max_depth')],
          sort: [{ column: { kind: 'attribute', key: 'name' }, descending }],
        });
        const depths = byName.rows.flatMap((row) =>
          row.type === 'group' && row.values[0] ? [Number(row.values[0])] : [],
        );
        assert.deepEqual(
          depths,
          depths.toSorted((a, b) => (descending ? b - a : a - b)),
        );
      }
    });

    it('tells the extremes of a column, and a metric by its least and greatest value and at a step', async () => {
      const experimentIds = [era().experiment(ERA.vision)];
      const rules = [
        metric('nan_first'),
        metric('negative_steps', { rule: 'min' }),
        metric('negative_steps', { rule: 'max' }),
        metric('clock_went_back', { rule: 'step', step: 1 }),
        metric('same_step', { rule: 'step', step: 7 }),
        metric('nan_last', { rule: 'min' }),
        metric('nan_last'),
        metric('same_step', { rule: 'step', step: 6 }),
      ];
      for (const column of rules) {
        await table().load({ experimentIds, view: 'ACTIVE_ONLY' }, column);
      }
      const answer = await ask({ experimentIds, filter: "run_name = 'odd numbers'", columns: rules });
      assert.deepEqual(
        answer.cells.map((cells) => numbers(cells)[0]),
        [2.5, 1, 3, 2, 4, 1, NaN, undefined],
      );
      assert.deepEqual(answer.extremes.slice(0, 3), [
        { min: 2.5, max: 2.5 },
        { min: 1, max: 1 },
        { min: 3, max: 3 },
      ]);
      assert.deepEqual(answer.extremes.slice(6), [null, null]);
    });

    it('finds columns, what varies among them, and values', async () => {
      const suggested = await table().suggestColumns(scope());
      assert.ok(suggested.some(({ kind: of, key }) => of === 'metric' && key === 'rmse'));
      assert.ok(suggested.some(({ kind: of, key }) => of === 'param' && key === 'learning_rate'));
      assert.ok(!suggested.some(({ key }) => key === 'features'), 'equal in all runs');
      assert.ok(suggested.every(({ kind: of }) => of === 'metric' || of === 'param'));
      const list = await table().findColumns({ ...scope(), text: 'ONLY_IN', limit: 2, complete: true });
      assert.deepEqual([list.columns.length, list.total], [2, 3]);
      assert.ok(list.columns.every(({ column, spread }) => column.kind === 'param' && spread === 'constant'));
      const other = await table().findColumns({ ...scope(), text: 'auc_007', limit: 9, complete: true });
      assert.deepEqual(other.columns, [{ column: metric('auc_007'), spread: 'empty' }]);
      const values = (column: TableColumn, text: string) =>
        table().findValues({ ...scope(), column, text, limit: 5 });
      assert.deepEqual(await values(param('model'), 'XG'), ['xgboost']);
      assert.deepEqual((await values(tag('model'), '')).toSorted(), ['forest', 'lasso', 'xgboost']);
      assert.deepEqual(await values({ kind: 'attribute', key: 'dataset' }, ''), ['green_tripdata']);
    });

    it('cuts long texts, gives them whole where asked, and a cell on its own', async () => {
      const experimentIds = [era().experiment(ERA.vision)];
      const change = { experimentIds, filter: "run_name LIKE 'long values%'", columns: [param('p400')] };
      const run = era().runs.find(({ run_name }) => run_name.startsWith('long values'))!;
      const long = run.params['p400']!;
      const [cut] = texts((await ask(change)).cells[0]);
      assert.ok(cut!.length === 100 && long.startsWith(cut!.slice(0, 99)));
      assert.deepEqual(texts((await ask({ ...change, wholeTexts: true })).cells[0]), [long]);
      assert.equal(await table().cellText(run.run_id, param('p400')), long);
      assert.equal(await table().cellText(run.run_id, param('absent')), null);
    });

    it('keeps what it learns of the models that runs logged', async () => {
      const runId = era().run('trial-01');
      await table().learnModels([{ runId, flavor: 'sklearn', bytes: 1234 }]);
      const columns = ['model', 'modelSize'].map((key): TableColumn => ({ kind: 'attribute', key }));
      const answer = await ask({ filter: `attributes.run_id = '${runId}'`, columns });
      assert.equal(texts(answer.cells[0])[0], 'sklearn');
      assert.deepEqual(numbers(answer.cells[1]), [1234]);
    });
  });
}
