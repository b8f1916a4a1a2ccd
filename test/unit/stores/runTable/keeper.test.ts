import * as assert from 'node:assert/strict';
import type { MetricHistory, Run } from '../../../../src/mlflow/entities';
import type { StoreError } from '../../../../src/mlflow/errors';
import type { TableColumn, TableQuery, TableRows } from '../../../../src/mlflow/runTable';
import { later, type HeldRuns } from '../../../../src/stores/runTable/heldRuns';
import { TableKeeper } from '../../../../src/stores/runTable/keeper';
import { RunsLoader } from '../../../../src/stores/runTable/runsLoader';
import { RunsTable } from '../../../../src/stores/runTable/runsTable';
import { RuleValues, type HistoryOf } from '../../../../src/stores/runTable/ruleValues';
import type { TableState } from '../../../../src/stores/runTable/tableState';

const SCOPE = { experimentIds: [], view: 'ACTIVE_ONLY' as const };
const RULE: TableColumn = { kind: 'metric', key: 'loss', rule: 'min' };
const query = (change: Partial<TableQuery>): TableQuery => ({
  ...SCOPE,
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
  count: 10,
  columns: [],
  pinned: [],
  locate: [],
  ...change,
});

function run(index: number, loss = index): Run {
  return {
    info: {
      runId: `run ${String(index).padStart(5, '0')}`,
      experimentId: '1',
      runName: '',
      userId: '',
      status: 'FINISHED',
      startTime: index,
      endTime: null,
      lifecycleStage: 'active',
      artifactUri: '',
    },
    params: [{ key: 'p', value: String(index) }],
    metrics: [{ key: 'loss', value: loss, timestamp: 0, step: 0 }],
    tags: [],
  };
}

function heldRuns(runs: readonly Run[], change: Partial<HeldRuns> = {}): HeldRuns {
  return {
    runs: new Map(runs.map((one) => [one.info.runId, one])),
    datasetInputs: () => [],
    experiments: () => [],
    versions: () => [],
    loggedModels: () => [],
    ...change,
  };
}

const many = (count: number): Run[] => Array.from({ length: count }, (_, index) => run(index));
const history = (runId: string, ...values: number[]): MetricHistory => ({
  runId,
  key: 'loss',
  steps: Float64Array.from(values, (_, step) => step),
  timestamps: Float64Array.from(values),
  values: Float64Array.from(values),
});
const firstValue = ({ cells }: TableRows): number | undefined =>
  cells[0]?.type === 'number' ? cells[0].values[0] : undefined;

describe('what a run table keeps', () => {
  /** A loader that counts the columns of params that it reads whole. */
  class Counting extends RunsLoader {
    columns = 0;

    override text(...args: Parameters<RunsLoader['text']>): void {
      this.columns += args[0] === 'param' ? 1 : 0;
      super.text(...args);
    }
  }

  it('begins a state with the columns of the last one whose reading was proven', () => {
    const keeper = new TableKeeper();
    const rules = new RuleValues(() => Promise.reject(new Error('no history is asked for')));
    const runs = many(5000);
    const sort = [{ column: { kind: 'param' as const, key: 'p' }, descending: true }];
    const ask = (state: TableState, loader: Counting): (() => TableRows) =>
      keeper.ask(state, loader, (table) => table.rows(query({ sort })));
    const first = new Counting(heldRuns(runs), rules, keeper);
    const state = keeper.next();
    ask(state, first);
    assert.equal(first.columns, 1);

    const unproven = new Counting(heldRuns(runs), rules, keeper);
    ask(keeper.next(), unproven);
    assert.equal(unproven.columns, 1, 'what was never proven is not taken over');

    const settled = ask(state, first)();
    const after = new Counting(heldRuns([...runs.slice(1), run(9999)]), rules, keeper);
    const rows = ask(keeper.next(), after)();
    assert.equal(after.columns, 0);
    assert.notEqual(rows.version, settled.version);
    assert.deepEqual(rows.rows.map((row) => row.type === 'run' && row.runId).slice(0, 2), [
      'run 09999',
      'run 04999',
    ]);
    assert.equal(rows.total, 5000);
  });

  it('fetches a part of the store when it is asked for, once', async () => {
    let fetched = 0;
    const held = heldRuns(many(3), {
      versions: later(async () => {
        fetched++;
        return [{ name: 'taxi', version: '3', runId: 'run 00001' }];
      }),
    });
    const table = new RunsTable(
      async () => held,
      async (runId) => history(runId),
    );
    await table.rows(query({}));
    assert.equal(fetched, 0);
    const registered: TableColumn = { kind: 'attribute', key: 'registered' };
    const rows = await table.rows(query({ columns: [registered], filter: "registered = 'taxi'" }));
    assert.deepEqual(rows.cells[0]?.type === 'text' && rows.cells[0].values, ['taxi v3']);
    assert.equal(fetched, 1);
  });

  it('learns of models what their files say', async () => {
    const held = heldRuns(many(2));
    const table = new RunsTable(
      async () => held,
      async (runId) => history(runId),
    );
    const columns: TableColumn[] = [
      { kind: 'attribute', key: 'modelSize' },
      { kind: 'attribute', key: 'model' },
    ];
    assert.equal(firstValue(await table.rows(query({ columns }))), 0);
    await table.learnModels([{ runId: 'run 00001', flavor: 'sklearn', bytes: 77 }]);
    const { cells } = await table.rows(query({ columns }));
    assert.deepEqual(cells[0]?.type === 'number' && [...cells[0].values], [77, 0]);
    assert.deepEqual(cells[1]?.type === 'text' && cells[1].values, ['sklearn', null]);
  });
});

describe('histories behind a run table', () => {
  let held: HeldRuns;
  let asked: string[];
  let table: RunsTable;
  /** Of the histories that were asked for and not yet given. */
  let waiting: ((given?: Error) => void)[];
  let most: number;

  const held40 = (): HeldRuns => heldRuns(many(40));
  const slow: HistoryOf = (runId, _key, signal) =>
    new Promise((resolve, reject) => {
      asked.push(runId);
      waiting.push((error) => (error ? reject(error) : resolve(history(runId, 3, 1, 2))));
      most = Math.max(most, waiting.length);
      signal?.addEventListener('abort', () =>
        reject(Object.assign(new Error('Canceled.'), { name: 'AbortError' })),
      );
    });
  /** The oldest runs, with whose histories a load begins. */
  const oldest = (): TableQuery => query({ columns: [RULE], from: 30 });
  /** Gives all that is asked for, and what is asked for then; an error for the first of them alone. */
  async function giveAll(failure?: Error): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      for (const give of waiting.splice(0)) {
        give(failure);
        failure = undefined;
        quiet = 0;
      }
      await new Promise(setImmediate);
    }
  }

  beforeEach(() => {
    held = held40();
    asked = [];
    waiting = [];
    most = 0;
    table = new RunsTable(async () => held, slow);
  });

  it('are fetched a few at once, each once, however many wait for it', async () => {
    const both = Promise.all([table.load(SCOPE, RULE), table.rows(oldest())]);
    await giveAll();
    const [, rows] = await both;
    assert.equal(firstValue(rows), 1);
    assert.equal(asked.length, 40);
    assert.equal(new Set(asked).size, 40);
    assert.ok(most <= 16, `${most} at once`);
  });

  it('are no longer fetched for one who gave up, and go on for who still waits', async () => {
    const gone = new AbortController();
    const load = table.load(SCOPE, RULE, gone.signal);
    const rows = table.rows(oldest());
    await new Promise(setImmediate);
    gone.abort();
    await assert.rejects(load, (error: Error) => error.name === 'AbortError');
    await giveAll();
    assert.equal(firstValue(await rows), 1);
    assert.ok(new Set(asked).size <= 16, `${new Set(asked).size} runs, of which 10 are shown`);
  });

  it('that cannot be read fail the question, and are asked for again by the next', async () => {
    const rows = table.rows(query({ columns: [RULE] }));
    const refused = assert.rejects(rows, (error: StoreError) => error.message === 'The server is away.');
    await giveAll(new Error('The server is away.'));
    await refused;
    assert.ok(asked.length <= 8, 'and no others are asked for');
    const again = table.rows(query({ columns: [RULE] }));
    await giveAll();
    assert.equal(firstValue(await again), 1);
  });

  it('of a run that is gone for good are empty', async () => {
    const load = table.load(SCOPE, RULE);
    await giveAll(Object.assign(new Error('gone'), { name: 'StoreError', code: 'RESOURCE_DOES_NOT_EXIST' }));
    await load;
    const [cells] = (await table.rows(oldest())).cells;
    assert.deepEqual(cells?.type === 'number' && [...cells.present], [...Array<number>(9).fill(1), 0]);
  });

  it('are kept until the run changes', async () => {
    const first = table.load(SCOPE, RULE);
    await giveAll();
    await first;
    asked = [];
    const runs = [...held.runs.values()];
    held = heldRuns([...runs.slice(0, 39), run(39, 5)]);
    const second = table.load(SCOPE, RULE);
    await giveAll();
    await second;
    assert.deepEqual(asked, ['run 00039']);
  });
});
