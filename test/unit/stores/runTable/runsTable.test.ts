import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import fc from 'fast-check';
import {
  TABLE_ATTRIBUTES,
  type RunTable,
  type TableColumn,
  type TableQuery,
  type TableRows,
  type TableScope,
} from '../../../../src/mlflow/runTable';
import type { HeldRuns } from '../../../../src/stores/runTable/heldRuns';
import { isRuleColumn } from '../../../../src/stores/runTable/loader';
import { RunsTable } from '../../../../src/stores/runTable/runsTable';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { workerBundle } from '../../../../scripts/workerBundle';
import { makeRichStore, richRunId } from '../../../support/richStore';
import { removeTempFolders, withDatabase } from '../../../support/database';
import { fixture, SQLITE_VERSIONS } from '../../../support/fixtures';
import { readHeldRuns } from '../../../support/heldRuns';

const FIXTURES = [...SQLITE_VERSIONS.map((version) => `sqlite-${version}`), 'taxi-duration'];
/** ms; relative times in filters count from it. */
const SEED = 14;
const NOW = 1_785_000_000_000;

/** What random questions about a store are made of. */
interface Words {
  experimentIds: string[];
  runIds: string[];
  metrics: string[];
  params: string[];
  tags: string[];
  /** Values of params and tags, names of datasets and models. */
  texts: string[];
  steps: number[];
}

function wordsOf(held: HeldRuns): Words {
  const runs = [...held.runs.values()];
  const distinct = <T>(values: T[]): T[] => [...new Set(values)];
  const short = ({ length }: string): boolean => length < 80;
  return {
    experimentIds: held.experiments().map(({ experimentId }) => experimentId),
    runIds: runs.map(({ info }) => info.runId).slice(0, 200),
    metrics: [...distinct(runs.flatMap(({ metrics }) => metrics.map(({ key }) => key))), 'absent'],
    params: [...distinct(runs.flatMap(({ params }) => params.map(({ key }) => key))), 'absent'],
    tags: [...distinct(runs.flatMap(({ tags }) => tags.map(({ key }) => key))), 'absent'],
    texts: distinct([
      'absent',
      ...runs.flatMap(({ params, tags }) => [...params, ...tags].map(({ value }) => value)),
      ...held.versions().map(({ name }) => name),
      ...runs.flatMap(({ info }) =>
        held.datasetInputs(info.runId).flatMap(({ dataset }) => [dataset.name, dataset.digest]),
      ),
    ]).filter(short),
    steps: distinct(runs.flatMap(({ metrics }) => metrics.map(({ step }) => step))).slice(0, 20),
  };
}

function columnOf(words: Words): fc.Arbitrary<TableColumn> {
  const metric = fc.constantFrom(...words.metrics);
  return fc.oneof(
    metric.map((key): TableColumn => ({ kind: 'metric', key })),
    fc
      .tuple(metric, fc.constantFrom('last' as const, 'min' as const, 'max' as const))
      .map(([key, rule]): TableColumn => ({ kind: 'metric', key, rule })),
    fc
      .tuple(metric, fc.oneof(fc.constantFrom(...words.steps), fc.constantFrom(0, 1, -1)))
      .map(([key, step]): TableColumn => ({ kind: 'metric', key, rule: 'step', step })),
    fc.constantFrom(...words.params).map((key): TableColumn => ({ kind: 'param', key })),
    fc.constantFrom(...words.tags).map((key): TableColumn => ({ kind: 'tag', key })),
    fc.constantFrom(...TABLE_ATTRIBUTES, 'absent').map((key): TableColumn => ({ kind: 'attribute', key })),
  );
}

/** Conditions in the search language that a part of the runs meets. */
function filterOf(words: Words): fc.Arbitrary<string> {
  const quotable = (text: string): boolean => !/["'\\]/.test(text) && text !== '';
  const texts = words.texts.filter(quotable);
  const key = (keys: string[]): fc.Arbitrary<string> =>
    fc.constantFrom(...keys.filter((name) => !name.includes('`'))).map((name) => `\`${name}\``);
  const text = fc.constantFrom(...texts);
  const number = fc.oneof(fc.constantFrom('0', '1', '-1', '0.5', '1e308'), fc.nat({ max: 20 }).map(String));
  const comparator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
  const textField = fc.oneof(
    key(words.params).map((name) => `params.${name}`),
    key(words.tags).map((name) => `tags.${name}`),
    fc.constantFrom(
      'attributes.run_name',
      'attributes.status',
      'attributes.user_id',
      'attributes.parent',
      'attributes.commit',
      'attributes.registered',
      'attributes.artifact_uri',
      'datasets.name',
      'datasets.digest',
      'datasets.context',
    ),
  );
  const leaf = fc.oneof(
    fc
      .tuple(key(words.metrics), comparator, number)
      .map(([name, is, value]) => `metrics.${name} ${is} ${value}`),
    fc
      .tuple(key(words.metrics), fc.constantFrom('', 'NOT '))
      .map(([name, not]) => `metrics.${name} IS ${not}NAN`),
    fc
      .tuple(key(words.params), comparator, number)
      .map(([name, is, value]) => `params.${name} ${is} ${value}`),
    fc
      .tuple(textField, fc.constantFrom('=', '!='), text)
      .map(([field, is, value]) => `${field} ${is} '${value}'`),
    fc
      .tuple(textField, fc.constantFrom('LIKE', 'ILIKE'), text)
      .map(([field, is, value]) => `${field} ${is} '%${value.slice(1, 5)}%'`),
    fc.tuple(textField, fc.constantFrom('', 'NOT ')).map(([field, not]) => `${field} IS ${not}NULL`),
    fc.tuple(comparator, fc.nat({ max: 2 })).map(([is, depth]) => `attributes.depth ${is} ${depth}`),
    fc
      .tuple(comparator, fc.constantFrom("'2s'", "'1m'", '1000'))
      .map(([is, time]) => `duration ${is} ${time}`),
    fc.constantFrom("start_time > '30d ago'", 'end_time IS NULL', "start_time < '2026-01-01'"),
    text.map((word) => `'${word.slice(0, 6)}'`),
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: leaf },
    {
      weight: 3,
      arbitrary: fc
        .tuple(leaf, fc.constantFrom('and', 'or', 'and not', 'or not'), leaf)
        .map(([left, both, right]) => `(${left}) ${both} (${right})`),
    },
  );
}

function scopeOf(words: Words): fc.Arbitrary<TableScope> {
  return fc.record({
    experimentIds: fc.oneof(fc.constant([]), fc.subarray([...words.experimentIds, '404'], { minLength: 1 })),
    view: fc.constantFrom('ACTIVE_ONLY' as const, 'ALL' as const, 'DELETED_ONLY' as const),
  });
}

function queryOf(words: Words): fc.Arbitrary<TableQuery> {
  const column = columnOf(words);
  const someRuns = fc.array(fc.constantFrom(...words.runIds, 'absent'), { maxLength: 6 });
  return fc
    .tuple(
      scopeOf(words),
      fc.record({
        filter: filterOf(words),
        now: fc.constant(NOW),
        sort: fc.array(fc.record({ column, descending: fc.boolean() }), { maxLength: 3 }),
        tree: fc.boolean(),
        group: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(column, { maxLength: 2 })),
        expanded: fc.boolean(),
        toggled: someRuns,
        hidden: someRuns,
        only: fc.option(fc.subarray(words.runIds), { freq: 4 }),
        from: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
        count: fc.nat({ max: 60 }),
        columns: fc.array(column, { maxLength: 8 }),
        pinned: someRuns,
        wholeTexts: fc.boolean(),
        locate: someRuns,
      }),
    )
    .map(([scope, rest]) => ({ ...scope, ...rest }));
}

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

  constructor(readonly file: string) {
    this.store = new SqliteStore(file, workerBundle());
    this.table = new RunsTable(
      async () => this.held,
      (runId, key, signal) => {
        this.asked.push(`${runId} ${key}`);
        return this.store.getMetricHistory(runId, key, signal);
      },
    );
  }

  async read(): Promise<void> {
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
        fc.constantFrom('', 'a', 'M', 'mlflow.', ...words.texts.map((text) => text.slice(0, 3))),
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
  this.timeout(60_000);
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
      await sides.agreeOnRandomQuestions(12, 3);
    });
  }

  it('answers as SQLite does where runs have of everything', async () => {
    await open(makeRichStore(80));
    await sides.agreeOnRandomQuestions(150, 40);
  });

  describe('of many runs', () => {
    const min: TableColumn = { kind: 'metric', key: 'm', rule: 'min' };
    const scope: TableScope = { experimentIds: [], view: 'ACTIVE_ONLY' };
    const query = (change: Partial<TableQuery> = {}): TableQuery => ({
      ...scope,
      filter: '',
      now: NOW,
      sort: [],
      tree: false,
      group: [],
      expanded: false,
      toggled: [],
      hidden: [],
      only: null,
      from: 100,
      count: 30,
      columns: [min],
      pinned: [],
      locate: [],
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
      await sides.agreeOnRandomQuestions(12, 3);
    });

    it('fetches the histories of the rows that it shows, and those of all runs when it is told to', async () => {
      const shown = await sides.table.rows(query());
      assert.equal(sides.asked.length, 30);
      const sqlite = await sides.store.runTable.rows(query());
      assert.deepEqual(shown.cells, sqlite.cells);
      assert.deepEqual(shown.extremes, [null]);
      await sides.table.load(scope, min);
      assert.equal(new Set(sides.asked).size, sides.asked.length, 'none is fetched twice');
      assert.equal(sides.asked.length, shown.total - (await withoutMetric()));
      assert.deepEqual((await sides.table.rows(query())).extremes, sqlite.extremes);
      await sides.table.load(scope, { ...min, rule: 'max' });
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
        columns: [min, { kind: 'tag', key: 't' }, { kind: 'param', key: 'text' }],
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
