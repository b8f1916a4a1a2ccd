import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import type { RunTableRow, TableColumn, TableQuery, TableView } from '../../../../src/mlflow/runTable';
import { workerBundle } from '../../../../scripts/workerBundle';
import { durationAsItRan } from '../../../../src/mlflow/optunaTrial';
import { completions } from '../../../../src/panels/tableCompletion';
import { exportTable } from '../../../../src/stores/runTable/export';
import { SqliteStore } from '../../../../src/stores/sqlite/sqliteStore';
import { withDatabase } from '../../../support/database';
import { unpackFixture } from '../../../support/fixtures';

const attribute = (key: string): TableColumn => ({ kind: 'attribute', key });

const VIEW: TableView = {
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
};
const WINDOW = { from: 0, count: 100, columns: [], pinned: [], locate: [] };

/** The store that Optuna 5.0's MLflowCallback wrote (test/fixtures/optuna-trials/make.py). */
describe("the run table of Optuna's trials", function () {
  this.timeout(60_000);
  let store: SqliteStore;
  let file: string;

  beforeEach(async () => {
    file = path.join(await unpackFixture('optuna-trials'), 'mlflow.db');
    store = new SqliteStore(file, workerBundle());
  });
  afterEach(() => store.dispose());

  async function rows(experimentIds: string[], change: Partial<TableQuery> = {}): Promise<RunTableRow[]> {
    const found = await store.runTable.rows({ ...VIEW, ...WINDOW, experimentIds, ...change });
    return found.rows.filter((row): row is RunTableRow => row.type === 'run');
  }
  const named = (found: readonly RunTableRow[]): string[] => found.map(({ name }) => name);
  const sortedBy = (key: string, descending = false): Promise<RunTableRow[]> =>
    rows(['1'], { sort: [{ column: attribute(key), descending }] });

  it("shows the trials' status and times, and says whose they are", async () => {
    const found = await rows(['1']);
    assert.deepEqual(
      found.map(({ status, trial }) => `${status} ${trial?.state}`),
      [
        'FAILED FAIL',
        'PRUNED PRUNED',
        'FINISHED COMPLETE',
        'FAILED FAIL',
        'PRUNED PRUNED',
        'FINISHED COMPLETE',
      ],
    );
    const last = found.at(-1)!;
    assert.equal(last.endTime! - last.startTime!, 1508);
    assert.match(
      last.trial!.sentence,
      /^Optuna's trial 0, completed: .* MLflow recorded the run afterwards, FINISHED in/,
    );
  });

  it('sorts by what it shows', async () => {
    const lengths = (await sortedBy('duration')).map(({ startTime, endTime }) => endTime! - startTime!);
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => a - b),
    );
    assert.equal(lengths.at(-1), 1508);
    assert.deepEqual(
      (await sortedBy('status')).map(({ status }) => status),
      ['FAILED', 'FAILED', 'FINISHED', 'FINISHED', 'PRUNED', 'PRUNED'],
    );
    assert.deepEqual(named(await rows(['4'])), ['2', '1', '0'], 'newest first is by when a trial began');
  });

  it('groups and exports what it shows', async () => {
    const status = attribute('status');
    const grouped = await store.runTable.rows({ ...VIEW, ...WINDOW, experimentIds: ['1'], group: [status] });
    assert.deepEqual(
      grouped.rows.map((row) => (row.type === 'group' ? `${row.values.join()} ${row.count}` : '')).toSorted(),
      ['FAILED 2', 'FINISHED 2', 'PRUNED 2'],
    );
    const { text } = await exportTable(store.runTable, {
      view: { ...VIEW, experimentIds: ['1'] },
      columns: [attribute('name'), status],
      format: 'csv',
      only: null,
    });
    assert.match(text, /,1,PRUNED\r$/m);
  });

  it('asks for pruned trials by their tag, as MLflow does, and for the length that it shows', async () => {
    assert.deepEqual(named(await rows(['1'], { filter: "tags.state = 'PRUNED'" })), ['4', '1']);
    assert.deepEqual(named(await rows(['1'], { filter: "status = 'FINISHED'" })).length, 6);
    assert.deepEqual(named(await rows(['1'], { filter: 'duration > "1s"' })), ['0']);
  });

  it('gives a list the same lengths as the table', async () => {
    const all = {
      view: 'ACTIVE_ONLY',
      maxResults: 100,
      params: 'none',
      metrics: 'none',
      tags: 'all',
    } as const;
    const longest = await store.searchRuns({ ...all, experimentIds: ['1'], filter: 'duration > "1s"' });
    assert.deepEqual(
      longest.items.map(({ info }) => info.runName),
      ['0'],
    );
    const listed = await store.searchRuns({ ...all, experimentIds: [], orderBy: ['duration DESC'] });
    const lengths = listed.items.map((run) => durationAsItRan(run)!);
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => b - a),
    );
    const table = await rows([], { sort: [{ column: attribute('duration'), descending: true }] });
    assert.deepEqual(
      named(table),
      listed.items.map(({ info }) => info.runName),
    );
  });

  it('reads a tag that is not as Optuna writes it as the table does', async () => {
    const odd = [
      ['datetime_start', '2026-11-28 00:00:00'],
      ['datetime_start', '2026-11-28 00:00:00.5'],
      ['datetime_start', '2026-00-28 00:00:00'],
      ['datetime_start', '2026-02-31 00:00:00'],
      ['datetime_complete', '2026-11-27 23:00:00.000001'],
      ['datetime_complete', '2026-11-28 23:60:00'],
      ['datetime_complete', '2026-11-28 23:59:59.999999 '],
      ['datetime_complete', '9999-12-31 23:59:59.999999'],
      ['state', 'RUNNING'],
      ['number', '0123456789'],
      ['number', ''],
      ['direction', "['MAXIMIZE', 'MINIMIZE', 'MAXIMIZE']"],
      ['direction', "[']"],
      ['direction', 'MINIMIZE or so'],
    ] as const;
    const all = {
      view: 'ACTIVE_ONLY',
      maxResults: 100,
      params: 'none',
      metrics: 'none',
      tags: 'all',
    } as const;
    const { items } = await store.searchRuns({ ...all, experimentIds: ['1', '2', '3', '4'] });
    const trials = items.filter(({ tags }) => tags.some(({ key }) => key === 'state'));
    assert.ok(trials.length >= odd.length, String(trials.length));
    withDatabase(file, (database) => {
      const write = database.prepare('UPDATE tags SET value = ? WHERE key = ? AND run_uuid = ?');
      odd.forEach(([key, value], index) => write.run(value, key, trials[index]!.info.runId));
    });
    await store.refresh();
    const listed = await store.searchRuns({ ...all, experimentIds: [], orderBy: ['duration DESC'] });
    const lengths = listed.items.map((run) => durationAsItRan(run)!);
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => b - a),
    );
    for (const run of listed.items) {
      const exactly = `duration = ${durationAsItRan(run)} and run_id = '${run.info.runId}'`;
      const inList = await store.searchRuns({ ...all, experimentIds: [], filter: exactly });
      assert.equal(inList.items.length, 1, exactly);
      assert.equal((await rows([], { filter: exactly })).length, 1, exactly);
    }
  });

  it('completes the filter with how trials ended, only where there are trials', async () => {
    const scope = { experimentIds: ['1'], view: 'ACTIVE_ONLY' as const };
    const offered = async (text: string): Promise<string[]> => {
      const { items } = await completions(
        store.runTable,
        scope,
        text,
        text.length,
        new AbortController().signal,
      );
      return items.flatMap(({ insert, detail, from }) =>
        detail?.includes('Optuna') ? [`${from ?? '-'} ${insert}`] : [],
      );
    };
    assert.deepEqual(await offered('pru'), [
      "- tags.state = 'PRUNED' ",
      "- tags.state = 'FAIL' ",
      "- tags.state = 'COMPLETE' ",
    ]);
    assert.deepEqual(await offered("value < 1 and status = 'P"), [
      "14 tags.state = 'PRUNED' ",
      "14 tags.state = 'COMPLETE' ",
    ]);
    assert.deepEqual(await offered('status != '), []);
    withDatabase(file, (database) => database.exec("DELETE FROM tags WHERE key = 'datetime_complete'"));
    await store.refresh();
    assert.deepEqual(await offered('pru'), []);
  });
});
