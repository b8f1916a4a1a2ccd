import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { plainText } from '../../../../src/mlflow/format';
import type {
  RunTable,
  RunTableRow,
  TableColumn,
  TableQuery,
  TableRows,
  TableView,
} from '../../../../src/mlflow/runTable';
import type { StoreError } from '../../../../src/mlflow/errors';
import { exportTable } from '../../../../src/stores/runTable/export';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { workerBundle } from '../../../../scripts/workerBundle';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';
import { asHtml, insides, MARKS, rendered } from '../../../support/rendered';

const VIEW: TableView = {
  experimentIds: ['1', '2', '4'],
  view: 'ACTIVE_ONLY',
  filter: '',
  now: 0,
  sort: [],
  tree: false,
  group: [],
  expanded: false,
  toggled: [],
  hidden: [],
  only: null,
};
const metric = (key: string): TableColumn => ({ kind: 'metric', key });
const param = (key: string): TableColumn => ({ kind: 'param', key });

function query(change: Partial<TableQuery> = {}): TableQuery {
  return { ...VIEW, from: 0, count: 1000, columns: [], pinned: [], locate: [], ...change };
}

describe('run table of a SQLite store', function () {
  this.timeout(60_000);
  let store: SqliteStore;
  let table: RunTable;
  let file: string;

  function open(database: string): void {
    file = database;
    store = new SqliteStore(file, workerBundle());
    table = store.runTable;
  }

  beforeEach(() => open(makeRegistryStore('3.17.2')));
  afterEach(() => {
    store.dispose();
    removeTempFolders();
  });

  it('tells which columns have no value in any row that is found', async () => {
    const columns = [param('model'), param('max_depth'), metric('rmse'), param('absent')];
    const { empty } = await table.rows(query({ columns }));
    assert.deepEqual(empty, [false, false, false, true]);
    const lasso = await table.rows(query({ columns, filter: "params.model = 'lasso'" }));
    const has = lasso.cells.map((cells) =>
      cells.type === 'text' ? cells.values.some((value) => value !== null) : cells.present.includes(1),
    );
    assert.ok(lasso.rows.length > 0 && has.includes(false) && has.includes(true), has.join());
    assert.deepEqual(
      lasso.empty,
      has.map((each) => !each),
    );
    // No row says nothing of a column.
    const none = await table.rows(query({ columns, filter: "params.model = 'absent'" }));
    assert.deepEqual(none.empty, [false, false, false, false]);
  });

  it('decides how a column is written once, whatever is seen, found or read of it, also for 5,000 runs', async () => {
    withDatabase(file, (database) => {
      database.exec('PRAGMA synchronous = OFF; BEGIN');
      const run = database.prepare(
        `INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, artifact_uri, experiment_id)
         VALUES (?, 'many', 'FINISHED', ?, 'active', '', 2)`,
      );
      const latest = database.prepare(
        `INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, 1, 0, 0, ?)`,
      );
      for (let i = 0; i < 5000; i++) {
        const id = `e${i.toString(16).padStart(31, '0')}`;
        run.run(id, i);
        latest.run('wide', i < 4500 ? Math.sqrt(i + 2) : Math.sqrt(i) * 1000, id);
        latest.run('close', 0.9913 + (i % 997) * 1e-7, id);
        latest.run('whole', 1_000_000 + i, id);
      }
      database.exec('COMMIT');
    });
    const columns = [metric('wide'), metric('close'), metric('whole'), metric('absent')];
    const scope = { experimentIds: ['2'], columns, count: 40 };
    const { shapes } = await table.rows(query(scope));
    assert.deepEqual(
      shapes.map((shape) => shape?.decimals ?? null),
      [2, 6, 0, null],
    );
    assert.match(shapes[2]?.longest ?? '', /^1,00\d,\d{3}$/);
    const by = [{ column: metric('wide'), descending: false }];
    for (const change of [{ from: 4000 }, { sort: by }, { filter: 'metrics.wide < 5' }]) {
      assert.deepEqual((await table.rows(query({ ...scope, ...change }))).shapes, shapes);
    }
    for (const column of columns) {
      await table.load({ experimentIds: ['2'], view: 'ACTIVE_ONLY' }, column);
    }
    assert.deepEqual((await table.rows(query(scope))).shapes, shapes);
    withDatabase(file, (database) => {
      database.exec(
        `INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, artifact_uri, experiment_id)
         VALUES ('fresh', 'fresh', 'FINISHED', 1, 'active', '', 2)`,
      );
    });
    await store.refresh();
    assert.deepEqual((await table.rows(query(scope))).shapes, shapes);
  });

  const ids = async (change: Partial<TableQuery>): Promise<string[]> =>
    (await table.rows(query(change))).rows.map((row) => (row.type === 'run' ? row.runId : ''));

  it('finds the same runs as a search of the store, whatever is asked', async () => {
    const filters = [
      '',
      'metrics.rmse < 7',
      "params.model = 'xgboost' and metrics.rmse >= 6",
      "params.model ILIKE 'X%' or tags.model != 'lasso'",
      'not (metrics.rmse < 7)',
      'params.max_depth > 3',
      'metrics.nan_last < 5',
      'metrics.nan_last IS NAN',
      'metrics.inf > 1e308',
      "attributes.run_name LIKE 'trial-%'",
      "status = 'FAILED'",
      'attributes.depth = 1',
      'attributes.parent IS NOT NULL',
      "datasets.name = 'green_tripdata' or datasets.digest = 'd1ge000'",
      'attributes.registered IS NOT NULL',
      'duration > 1000',
      'sweep',
      'artifact_uri IS NULL',
      "params.unicode LIKE '%模型%'",
    ];
    for (const filter of filters) {
      const { items } = await store.searchRuns({
        experimentIds: VIEW.experimentIds,
        view: 'ACTIVE_ONLY',
        filter,
        maxResults: 1000,
      });
      assert.deepEqual(
        await ids({ filter }),
        items.map(({ info }) => info.runId),
        filter,
      );
      assert.deepEqual(
        await table.matching({ ...VIEW, filter }),
        items.map(({ info }) => info.runId),
        filter,
      );
    }
  });

  it('takes NOT for all runs that the condition does not hold for, and != as MLflow does', async () => {
    const matched = async (filter: string): Promise<number> => (await table.rows(query({ filter }))).matched;
    const total = await matched('');
    for (const condition of ["params.model = 'xgboost'", 'metrics.rmse < 7', "tags.absent = 'x'"]) {
      assert.equal((await matched(condition)) + (await matched(`not ${condition}`)), total, condition);
    }
    const without = await matched('params.model IS NULL');
    assert.ok(without > 0);
    assert.equal(
      await matched("params.model != 'xgboost'"),
      total - without - (await matched("params.model = 'xgboost'")),
    );
  });

  it('tells filters apart that differ in the sign of an infinity', async () => {
    const below = await table.matching({ ...VIEW, filter: 'metrics.rmse < 1e999' });
    assert.ok(below.length > 0);
    assert.deepEqual(await table.matching({ ...VIEW, filter: 'metrics.rmse < -1e999' }), []);
  });

  it('refuses with the place', async () => {
    await assert.rejects(table.rows(query({ filter: 'rmes < 7' })), (error: StoreError) => {
      assert.equal(error.code, 'INVALID_PARAMETER_VALUE');
      assert.deepEqual(error.details, { from: 0, to: 4 });
      return true;
    });
  });

  it('sorts metrics by value, then NaN, then missing, in both directions', async () => {
    for (const descending of [false, true]) {
      const column = metric('nan_last');
      const { rows, cells } = await table.rows(
        query({ columns: [column, metric('rmse')], sort: [{ column, descending }] }),
      );
      const values = cells[0]!;
      assert.ok(values.type === 'number');
      const classes = rows.map((_, row) =>
        values.present[row] === 0 ? 2 : Number.isNaN(values.values[row]) ? 1 : 0,
      );
      assert.deepEqual(classes, classes.toSorted());
      assert.ok(classes.includes(2) && (classes.includes(0) || classes.includes(1)));
      const other = cells[1]!;
      assert.ok(other.type === 'number');
    }
  });

  it('sorts params that are numbers as numbers', async () => {
    withDatabase(file, (database) => {
      const runs = database.prepare('SELECT run_uuid FROM runs WHERE experiment_id = 1 LIMIT 5').all();
      const values = ['10', '9', '1e1', 'abc', 'nan'];
      runs.forEach(({ run_uuid }, index) =>
        database.prepare("INSERT INTO params VALUES ('mixed', ?, ?)").run(values[index], run_uuid),
      );
    });
    await store.refresh();
    const column = param('mixed');
    const texts = async (descending: boolean): Promise<(string | null)[]> => {
      const { cells } = await table.rows(
        query({ columns: [column], sort: [{ column, descending }], count: 5 }),
      );
      const [values] = cells;
      assert.ok(values?.type === 'text');
      return values.values;
    };
    const up = await texts(false);
    assert.equal(up[0], '9');
    assert.deepEqual(new Set(up.slice(1, 3)), new Set(['10', '1e1']));
    assert.deepEqual(up.slice(3), ['abc', 'nan']);
    const down = await texts(true);
    assert.equal(down[0], 'abc');
    assert.deepEqual(down.slice(3), ['9', 'nan']);
  });

  it('hangs children under their parents in the order of the best of each subtree', async () => {
    store.dispose();
    open(path.join(await unpackFixture('taxi-duration'), 'mlflow.db'));
    const column = metric('rmse');
    const answer = await table.rows(
      query({
        experimentIds: ['1'],
        tree: true,
        expanded: true,
        columns: [column],
        sort: [{ column, descending: false }],
      }),
    );
    const rows = answer.rows as RunTableRow[];
    const sweep = rows.findIndex(({ children }) => children === 18);
    assert.ok(rows.slice(sweep + 1, sweep + 19).every(({ depth }) => depth === 1));
    assert.equal(rows.filter(({ depth }) => depth === 1).length, 18);
    const filtered = await table.rows(
      query({ experimentIds: ['1'], tree: true, filter: 'attributes.depth = 1 and metrics.rmse < 2.9' }),
    );
    const [parent, ...children] = filtered.rows as RunTableRow[];
    assert.equal(parent?.context, true);
    assert.equal(children.length, filtered.matched);
    assert.equal(filtered.rowCount, filtered.matched + 1);
    const pinned = parent.runId;
    assert.deepEqual(
      (
        await table.rows(
          query({
            experimentIds: ['1'],
            tree: true,
            filter: "params.absent = 'x'",
            pinned: [pinned],
            locate: [pinned],
          }),
        )
      ).located,
      [-1],
    );
  });

  it('cuts a circle of parents loose', async () => {
    const [first, second] = await ids({});
    withDatabase(file, (database) => {
      for (const [child, parent] of [
        [first, second],
        [second, first],
      ]) {
        database
          .prepare("INSERT OR REPLACE INTO tags VALUES ('mlflow.parentRunId', ?, ?)")
          .run(parent, child);
      }
    });
    await store.refresh();
    const { rows } = await table.rows(query({ tree: true, expanded: true }));
    for (const row of rows as RunTableRow[]) {
      if (row.runId === first || row.runId === second) {
        assert.equal(row.depth, 0);
      }
    }
    assert.equal(rows.length, 23);
  });

  it('groups with n, mean, extremes and deviation, those without a value last', async () => {
    const { rows, cells } = await table.rows(query({ group: [param('model')], columns: [metric('rmse')] }));
    const groups = rows.map((row) => (row.type === 'group' ? row.values[0] : undefined));
    assert.equal(groups.at(-1), null);
    const place = groups.indexOf('xgboost');
    const group = rows[place]!;
    const [rmse] = cells;
    assert.ok(group.type === 'group' && rmse?.type === 'number');
    const { runTable } = store;
    const found = await runTable.rows(
      query({ filter: "params.model = 'xgboost'", columns: [metric('rmse')] }),
    );
    const column = found.cells[0]!;
    assert.ok(column.type === 'number');
    const values = [...column.values].filter((_, row) => column.present[row] === 1);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1));
    const [n, min, max, spread] = rmse.groups.subarray(place * 4, place * 4 + 4);
    assert.equal(group.count, found.matched);
    assert.equal(n, values.length);
    assert.equal(min, Math.min(...values));
    assert.equal(max, Math.max(...values));
    assert.ok(Math.abs(rmse.values[place]! - mean) < 1e-12);
    assert.ok(Math.abs(spread! - deviation) < 1e-12);
  });

  it('sees what others commit, a change of a value that was read included', async () => {
    const column = metric('rmse');
    const before = await table.rows(query({ columns: [column], sort: [{ column, descending: false }] }));
    const first = before.rows[0] as RunTableRow;
    withDatabase(file, (database) =>
      database
        .prepare("UPDATE latest_metrics SET value = 1e6 WHERE key = 'rmse' AND run_uuid = ?")
        .run(first.runId),
    );
    const after = await table.rows(query({ columns: [column], sort: [{ column, descending: true }] }));
    assert.notEqual(after.version, before.version);
    assert.equal((after.rows[0] as RunTableRow).runId, first.runId);
    assert.equal(after.extremes[0]?.max, 1e6);
  });

  it('finds keys, values and what varies', async () => {
    const scope = { experimentIds: VIEW.experimentIds, view: VIEW.view };
    const suggested = await table.suggestColumns(scope);
    assert.ok(suggested.some(({ key }) => key === 'rmse') && suggested.every(({ kind }) => kind !== 'tag'));
    const list = await table.findColumns({ ...scope, text: 'ONLY_IN', limit: 10, complete: true });
    assert.ok(list.columns.length > 0 && list.columns.every(({ column }) => column.key.includes('only_in')));
    assert.equal(typeof list.constant, 'number');
    assert.deepEqual(await table.findValues({ ...scope, column: param('model'), text: 'XG', limit: 5 }), [
      'xgboost',
    ]);
  });

  it('exports whole values, and texts that pose as formulas as texts', async () => {
    const [first] = await ids({});
    const text = `=cmd|' /C calc'!A0 "${'x'.repeat(300)}"`;
    withDatabase(file, (database) =>
      database.prepare("INSERT INTO params VALUES ('formula', ?, ?)").run(text, first),
    );
    const columns = [param('formula'), metric('rmse')];
    const csv = await exportTable(table, { view: VIEW, columns, format: 'csv', only: new Set([first!]) });
    assert.equal(
      csv.text,
      `run_id,params.formula,metrics.rmse\r\n${first},"'${text.replace(/"/g, '""')}",${csv.text.trim().split(',').at(-1)}\r\n`,
    );
    const json = await exportTable(table, { view: VIEW, columns, format: 'json', only: null });
    const { runs } = JSON.parse(json.text) as { runs: { params: Record<string, string>; metrics: object }[] };
    assert.equal(runs.length, 23);
    assert.equal(runs[0]!.params['formula'], text);
    const markdown = await exportTable(table, {
      view: { ...VIEW, filter: 'metrics.rmse < 7' },
      columns,
      format: 'markdown',
      only: null,
    });
    assert.match(
      markdown.text,
      /^Filter: `metrics\.rmse < 7`\n\n\| params\.formula \| metrics\.rmse \|\n\| --- \| ---: \|/,
    );
  });

  it('exports names and values of any text as Markdown in which they are text', async () => {
    const [first] = await ids({});
    const sampled = fc.sample(MARKS, { numRuns: 400, seed: 15 });
    const values = new Map(sampled.map((key, index) => [key, sampled[sampled.length - 1 - index]!]));
    withDatabase(file, (database) => {
      const insert = database.prepare('INSERT INTO params VALUES (?, ?, ?)');
      values.forEach((value, key) => insert.run(key, value, first));
    });
    const { text } = await exportTable(table, {
      view: VIEW,
      columns: [...values.keys()].map(param),
      format: 'markdown',
      only: new Set([first!]),
    });
    const html = rendered(text);
    const read = (shown: string): string => asHtml(plainText(shown.replace(/\s+/g, ' '), Infinity).trim());
    assert.deepEqual(
      insides(html, 'th'),
      [...values.keys()].map((key) => read(`params.${key}`)),
    );
    assert.deepEqual(insides(html, 'td'), [...values.values()].map(read));
  });

  describe('of many runs', () => {
    const RUNS = 4500;
    const id = (run: number): string => run.toString(16).padStart(32, '0');

    beforeEach(() => {
      withDatabase(file, (database) => {
        database.exec('BEGIN IMMEDIATE');
        const insert = database.prepare(
          `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
            end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
           VALUES (?, ?, 'UNKNOWN', '', '', 'me', ?, ?, ?, '', 'active', '', 2)`,
        );
        const latest = database.prepare(
          "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('m', ?, 0, 0, ?, ?)",
        );
        const tag = database.prepare("INSERT INTO params (key, value, run_uuid) VALUES ('p', ?, ?)");
        for (let run = 1; run <= RUNS; run++) {
          const running = run === RUNS;
          insert.run(id(run), `run ${run}`, running ? 'RUNNING' : 'FINISHED', run, running ? null : run + 9);
          if (run % 3 !== 0) {
            latest.run((run * 7919) % 1000, run % 50 === 0 ? 1 : 0, id(run));
          }
          tag.run(String(run % 10), id(run));
        }
        database.exec('COMMIT');
      });
    });

    const many = (change: Partial<TableQuery>): TableQuery =>
      query({ experimentIds: ['2'], columns: [metric('m'), param('p')], count: 50, ...change });

    it('shows looked-up cells as those of whole columns', async () => {
      const from = 1000;
      const sparse = await table.rows(many({ from }));
      assert.deepEqual(sparse.extremes, [null, null]);
      await table.load({ experimentIds: ['2'], view: 'ACTIVE_ONLY' }, metric('m'));
      await table.load({ experimentIds: ['2'], view: 'ACTIVE_ONLY' }, param('p'));
      const whole = await table.rows(many({ from }));
      assert.deepEqual(whole.cells, sparse.cells);
      assert.deepEqual(whole.extremes, [{ min: 1, max: 999 }, null]);
    });

    it('keeps its columns over a commit, and reads new and running runs again', async () => {
      const sort = [{ column: metric('m'), descending: true }];
      await table.rows(many({ sort }));
      withDatabase(file, (database) => {
        database.exec('BEGIN IMMEDIATE');
        database
          .prepare("UPDATE latest_metrics SET value = 5000 WHERE run_uuid = ? AND key = 'm'")
          .run(id(RUNS));
        database
          .prepare(
            "INSERT OR REPLACE INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('m', 5000, 0, 0, 0, ?)",
          )
          .run(id(RUNS));
        database
          .prepare(
            `INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
              source_version, lifecycle_stage, artifact_uri, experiment_id)
             VALUES ('fresh', 'fresh', 'UNKNOWN', '', '', 'me', 'RUNNING', 1900000000000, '', 'active', '', 2)`,
          )
          .run();
        database
          .prepare(
            "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('m', 6000, 0, 0, 0, 'fresh')",
          )
          .run();
        database.prepare("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?").run(id(1));
        database.exec('COMMIT');
      });
      const after = await table.rows(many({ sort }));
      assert.deepEqual(
        after.rows.slice(0, 2).map((row) => (row.type === 'run' ? row.runId : '')),
        ['fresh', id(RUNS)],
      );
      const newest = await table.rows(many({ count: 1 }));
      assert.equal((newest.rows[0] as RunTableRow).name, 'fresh');
      const all = await table.matching({ ...VIEW, experimentIds: ['2'] });
      assert.ok(!all.includes(id(1)) && all.includes('fresh'));
    });

    const firstRun = ({ rows }: TableRows): string => (rows[0] as RunTableRow).runId;
    const commit = (...statements: string[]): void =>
      withDatabase(file, (database) => {
        database.exec(`BEGIN IMMEDIATE; ${statements.join('; ')}; COMMIT`);
      });

    it('sees at once what is logged to a run that ended long ago, wherever it stands', async () => {
      const byMetric = many({ sort: [{ column: metric('m'), descending: true }] });
      const byParam = many({ sort: [{ column: param('q'), descending: true }], columns: [param('q')] });
      await table.rows(byMetric);
      await table.rows(byParam);
      const run = id(7);
      commit(
        `INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('m', 7000, 1, '${run}', 1, 0)`,
        `UPDATE latest_metrics SET value = 7000, step = 1 WHERE key = 'm' AND run_uuid = '${run}'`,
        `INSERT INTO params (key, value, run_uuid) VALUES ('q', '3', '${id(8)}')`,
      );
      const after = await table.rows(byMetric);
      assert.equal(firstRun(after), run);
      assert.equal(after.extremes[0]?.max, 7000);
      assert.equal(after.refreshIn, null, 'nothing of it may be old');
      assert.equal(firstRun(await table.rows(byParam)), id(8));
    });

    it('sees a tag that was written over: at once where it is seen, elsewhere when it asks again', async () => {
      const tag: TableColumn = { kind: 'tag', key: 't' };
      commit(
        ...[1, 2, 3, 4000].map(
          (run) => `INSERT INTO tags (key, value, run_uuid) VALUES ('t', '${10 - run / 1000}', '${id(run)}')`,
        ),
      );
      const sorted = many({ sort: [{ column: tag, descending: true }], columns: [tag], count: 3 });
      const top = async (): Promise<unknown[]> => {
        const { rows, cells } = await table.rows(sorted);
        const column = cells[0]!;
        return [firstRun({ rows } as TableRows), column.type === 'text' ? column.values[0] : null];
      };
      assert.deepEqual(await top(), [id(1), '9.999']);
      commit(`UPDATE tags SET value = '1' WHERE key = 't' AND run_uuid = '${id(1)}'`);
      assert.deepEqual(await top(), [id(2), '9.998']);
      // One that stands far below the rows that are asked for.
      commit(`UPDATE tags SET value = '99' WHERE key = 't' AND run_uuid = '${id(4000)}'`);
      const { refreshIn } = await table.rows(sorted);
      if ((await top())[0] !== id(4000)) {
        assert.ok(refreshIn !== null && refreshIn <= 5000, String(refreshIn));
        await new Promise((resolve) => setTimeout(resolve, refreshIn + 20));
      }
      assert.deepEqual(await top(), [id(4000), '99']);
      assert.equal((await table.rows(sorted)).refreshIn, null);
    });
  });
});
