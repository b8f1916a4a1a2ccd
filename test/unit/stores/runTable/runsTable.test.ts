import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import fc from 'fast-check';
import type { RunTable, TableColumn, TableQuery, TableRows } from '../../../../src/mlflow/runTable';
import type { MetricHistory } from '../../../../src/mlflow/entities';
import type { HeldRuns } from '../../../../src/stores/runTable/heldRuns';
import { isRuleColumn } from '../../../../src/stores/runTable/loader';
import { RunsTable } from '../../../../src/stores/runTable/runsTable';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { workerBundle } from '../../../../scripts/workerBundle';
import { columnOf, queryOf, scopeOf, wordsOf } from '../../../support/tableQuestions';
import { makeRichStore, richRunId } from '../../../support/richStore';
import { removeTempFolders, withDatabase } from '../../../support/database';
import { fixture } from '../../../support/fixtures';
import { readHeldRuns } from '../../../support/heldRuns';

/** One of each kind of schema: without latest metrics, without names, with datasets, with logged models. */
const FIXTURES = ['sqlite-1.0.0', 'sqlite-1.30.1', 'sqlite-2.14.3', 'sqlite-3.10.1', 'taxi-duration'];
const SEED = 14;

const QUERY: TableQuery = {
  experimentIds: [],
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
  from: 0,
  count: 1000,
  columns: [],
  pinned: [],
  locate: [],
};

/** Without what is each table's own. */
function comparable({ version: _, refreshIn: __, ...rows }: TableRows): object {
  return rows;
}

/** Counts from now on how often the lists of the runs are taken up. */
function countReads({ runs }: HeldRuns): () => number {
  let count = 0;
  for (const run of runs.values()) {
    for (const part of ['metrics', 'params', 'tags'] as const) {
      const list = run[part];
      Object.defineProperty(run, part, { get: () => (count++, list) });
    }
  }
  return () => count;
}

/** A store, all that it holds as entities, and a table of each. */
class Sides {
  readonly store: SqliteStore;
  held!: HeldRuns;
  readonly table: RunsTable;
  /** Histories that were asked for, `run key`. */
  readonly asked: string[] = [];
  private readonly histories = new Map<string, Promise<MetricHistory>>();

  constructor(readonly file: string) {
    this.store = new SqliteStore(file, workerBundle());
    this.table = new RunsTable(
      async () => this.held,
      (runId, key, signal) => {
        const id = `${runId} ${key}`;
        this.asked.push(id);
        const history = this.histories.get(id) ?? this.store.getMetricHistory(runId, key, signal);
        this.histories.set(id, history);
        return history;
      },
    );
  }

  async read(): Promise<void> {
    this.histories.clear();
    this.held = await readHeldRuns(this.store, this.held);
  }

  /** Both tables' answers are equal. */
  async agree<T>(ask: (table: RunTable) => Promise<T>): Promise<void> {
    const [held, sqlite] = await Promise.all([ask(this.table), ask(this.store.runTable)]);
    assert.deepEqual(held, sqlite);
  }

  async agreeOnRows(query: TableQuery): Promise<void> {
    for (const column of query.columns.filter(isRuleColumn)) {
      await this.table.load(query, column);
    }
    await this.agree(async (table) => comparable(await table.rows(query)));
    await this.agree((table) => table.matching(query));
  }

  async agreeOnRandomQuestions(queries: number, lists: number): Promise<void> {
    const words = wordsOf(this.held);
    await fc.assert(
      fc.asyncProperty(queryOf(words), (query) => this.agreeOnRows(query)),
      { numRuns: queries, seed: SEED },
    );
    await fc.assert(
      fc.asyncProperty(
        scopeOf(words),
        columnOf(words),
        fc.constantFrom(
          '',
          'a',
          'M',
          'mlflow.',
          ...words.texts.map(({ values }) => values.at(-1)!.slice(0, 3)),
        ),
        fc.boolean(),
        fc.constantFrom(...words.runIds),
        async (scope, column, text, complete, runId) => {
          await this.agree((table) => table.suggestColumns(scope));
          await this.agree((table) => table.findColumns({ ...scope, text, limit: 50, complete }));
          await this.agree((table) => table.findValues({ ...scope, column, text, limit: 20 }));
          await this.agree((table) => table.cellText(runId, column));
        },
      ),
      { numRuns: lists, seed: SEED },
    );
  }
}

describe('a run table of runs held as entities', function () {
  this.timeout(120_000);
  let sides: Sides;

  async function open(file: string): Promise<void> {
    sides = new Sides(file);
    await sides.read();
  }
  afterEach(() => sides.store.dispose());
  after(removeTempFolders);

  for (const name of FIXTURES) {
    it(`answers as SQLite does: ${name}`, async () => {
      await open(path.join(await fixture(name), 'mlflow.db'));
      await sides.agreeOnRandomQuestions(10, 3);
    });
  }

  it('answers as SQLite does where runs have of everything', async () => {
    await open(makeRichStore(80));
    await sides.agreeOnRandomQuestions(100, 25);
  });

  it('shows by each rule what SQLite shows', async () => {
    await open(makeRichStore(80));
    const rules: Pick<TableColumn, 'rule' | 'step'>[] = [
      { rule: 'min' },
      { rule: 'max' },
      ...[-1, 0, 1, 2, 3].map((step) => ({ rule: 'step' as const, step })),
    ];
    for (const key of ['m', 'sparse', 'empty', 'absent']) {
      await sides.agreeOnRows({ ...QUERY, columns: rules.map((rule) => ({ kind: 'metric', key, ...rule })) });
    }
  });

  it('finds each kind of text as SQLite does', async () => {
    await open(makeRichStore(80));
    const conditions = wordsOf(sides.held).texts.flatMap(({ field, values }) => [
      `${field} IS NULL`,
      ...values
        .slice(0, 4)
        .flatMap((value) => [
          `${field} = '${value}'`,
          `${field} != '${value}'`,
          `${field} ILIKE '%${value.slice(1).toUpperCase()}'`,
          `'${value}'`,
        ]),
    ]);
    for (const filter of conditions) {
      await sides.agree((table) => table.matching({ ...QUERY, filter }));
    }
  });

  describe('of many runs', () => {
    const min: TableColumn = { kind: 'metric', key: 'm', rule: 'min' };
    const query = (change: Partial<TableQuery> = {}): TableQuery => ({
      ...QUERY,
      from: 100,
      count: 30,
      columns: [min],
      ...change,
    });
    let file: string;
    let held: HeldRuns;

    before(async () => {
      file = makeRichStore(4500);
      await open(file);
      ({ held } = sides);
      sides.store.dispose();
    });
    beforeEach(() => {
      sides = new Sides(file);
      sides.held = held;
    });

    it('answers as SQLite does, also where a window looks up its own rows', async () => {
      await sides.agreeOnRandomQuestions(10, 2);
    });

    it('fetches the histories of the rows that it shows, and those of all runs when it is told to', async () => {
      const shown = await sides.table.rows(query());
      assert.equal(sides.asked.length, 30);
      const sqlite = await sides.store.runTable.rows(query());
      assert.deepEqual(shown.cells, sqlite.cells);
      assert.deepEqual(shown.extremes, [null]);
      await sides.table.load(QUERY, min);
      assert.equal(new Set(sides.asked).size, sides.asked.length, 'none is fetched twice');
      assert.equal(sides.asked.length, shown.total - (await withoutMetric()));
      assert.deepEqual((await sides.table.rows(query())).extremes, sqlite.extremes);
      await sides.table.load(QUERY, { ...min, rule: 'max' });
      assert.equal(new Set(sides.asked).size, sides.asked.length, 'one history tells of both extremes');
    });

    const withoutMetric = async (): Promise<number> =>
      (await sides.table.rows(query({ filter: 'metrics.m IS NULL' }))).matched;

    it('sorts and groups by a rule that was not loaded', async () => {
      for (const change of [
        { sort: [{ column: min, descending: true }] },
        { group: [{ kind: 'param', key: 'p' } as const], from: 0 },
        { group: [{ ...min, rule: 'step', step: -1 } as const], from: 0, expanded: true },
      ]) {
        await sides.agree(async (table) => comparable(await table.rows(query(change))));
      }
    });

    it('takes over what did not change, and looks again at what did', async () => {
      const sorted = query({
        sort: [{ column: { kind: 'metric', key: 'm' }, descending: true }],
        columns: [
          min,
          { kind: 'metric', key: 'm' },
          { kind: 'tag', key: 't' },
          { kind: 'param', key: 'text' },
        ],
        filter: 'tags.t > 3 and params.p != 4',
        from: 0,
      });
      await sides.agreeOnRows(sorted);
      withDatabase(file, (database) =>
        database.exec(
          `BEGIN IMMEDIATE;
           UPDATE latest_metrics SET value = 900, is_nan = 0, step = 9 WHERE key = 'm' AND run_uuid = '${richRunId(1002)}';
           INSERT INTO metrics VALUES ('m', 900, 1, '${richRunId(1002)}', 9, 0), ('m', -900, 1, '${richRunId(1002)}', 8, 0);
           UPDATE tags SET value = '77' WHERE key = 't' AND run_uuid = '${richRunId(1004)}';
           UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = '${richRunId(1006)}';
           COMMIT`,
        ),
      );
      await sides.read();
      const reads = countReads(sides.held);
      sides.asked.length = 0;

      await sides.agreeOnRows(sorted);
      assert.deepEqual(
        sides.asked.toSorted(),
        [1002, 1004].map((index) => `${richRunId(index)} m`),
      );
      assert.ok(reads() < 200, `${reads()} lists of metrics, params and tags were looked through`);
    });
  });
});
