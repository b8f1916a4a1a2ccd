import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import type { Metric, Run } from '../../../src/mlflow/entities';
import type { SampledLine, SampleRequest } from '../../../src/mlflow/samples';
import type { TrackingStore } from '../../../src/mlflow/store';
import { wholeText } from '../../../src/mlflow/wholeNumbers';
import { historiesCsv } from '../../../src/series/csv';
import { Histories } from '../../../src/stores/histories';
import { openSqliteStore } from '../../../src/stores/sqlite/open';
import { metric, numbers, QUERY } from '../../support/contract/tableTools';
import { withDatabase } from '../../support/database';
import { unpackFixture } from '../../support/fixtures';
import { readContent } from '../../support/inMemory/content';
import { InMemoryStore } from '../../support/inMemoryStore';

// Written by MLflow's client (test/fixtures/metric-steps/make.py).
const STEPS = [
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9007199254740994',
  '9007199254740995',
];
const NANOSECONDS = ['1772323200000000001', '1772323200000000002', '1772323200000000003'];

const SAMPLE: Omit<SampleRequest, 'series'> = {
  ...{ x: 'step', logX: false, logY: false, range: null, buckets: 200, smoothing: null },
};

const stepsOf = ({ steps, stepRests }: Pick<SampledLine, 'steps' | 'stepRests'>): string[] =>
  Array.from(steps, (step, i) => wholeText(step, stepRests?.[i]));
const timesOf = ({
  timestamps,
  timestampRests,
}: Pick<SampledLine, 'timestamps' | 'timestampRests'>): string[] =>
  Array.from(timestamps, (time, i) => wholeText(time, timestampRests?.[i]));
const stepOf = ({ step, stepRest }: Pick<Metric, 'step' | 'stepRest'>): string => wholeText(step, stepRest);

async function open(change: string[] = []): Promise<TrackingStore> {
  const file = path.join(await unpackFixture('metric-steps'), 'mlflow.db');
  if (change.length > 0) {
    withDatabase(file, (database) => change.forEach((sql) => database.exec(sql)));
  }
  return openSqliteStore(file, { distFolder: workerBundle() });
}

const KINDS: Record<string, () => Promise<TrackingStore>> = {
  'in SQLite': open,
  'in SQLite as an older MLflow has it': () =>
    open(['DROP INDEX index_metrics_run_uuid_key_step', 'DROP TABLE latest_metrics']),
  'held in memory': async () => {
    const source = await open();
    const content = await readContent(source);
    source.dispose();
    return new InMemoryStore(content, { uri: 'file:///nowhere/mlruns', folder: '/nowhere' });
  },
};

for (const [kind, opened] of Object.entries(KINDS)) {
  describe(`steps and times that no double holds, ${kind}`, () => {
    let store: TrackingStore;
    const runs = new Map<string, Run>();

    before(async () => {
      store = await opened();
      const { items } = await store.searchRuns({
        ...{ experimentIds: [], view: 'ALL', maxResults: 100, params: 'all', metrics: 'all', tags: 'all' },
      });
      items.forEach((run) => runs.set(run.info.runName, run));
    });

    after(() => store.dispose());

    const idOf = (name: string): string => runs.get(name)!.info.runId;
    const latest = (name: string, key: string): Metric =>
      runs.get(name)!.metrics.find((found) => found.key === key)!;

    it('are exact in a history, and in its order', async () => {
      const history = await store.getMetricHistory(idOf('large steps'), 'loss');
      assert.deepEqual(stepsOf(history), STEPS);
      // All at one time: then the step decides.
      const tie = await store.getMetricHistory(idOf('large steps'), 'tie');
      assert.deepEqual([stepsOf(tie), [...tie.values]], [STEPS.slice(0, 4), [0, 1, 2, 3]]);
      const times = await store.getMetricHistory(idOf('nanoseconds'), 'loss');
      assert.deepEqual(timesOf(times), NANOSECONDS);
    });

    it('are exact in what a chart draws, its last point among them', async () => {
      const [loss, tie, times] = await store.sampleMetrics({
        ...SAMPLE,
        series: [
          { runId: idOf('large steps'), key: 'loss', origin: null },
          { runId: idOf('large steps'), key: 'tie', origin: null },
          { runId: idOf('nanoseconds'), key: 'loss', origin: null },
        ],
      });
      assert.deepEqual(stepsOf(loss!.line), STEPS);
      assert.deepEqual([stepOf(loss!.last!), loss!.last!.y], [STEPS[4], 1]);
      assert.deepEqual([stepsOf(tie!.line), [...tie!.line.y]], [STEPS.slice(0, 4), [0, 1, 2, 3]]);
      assert.deepEqual([stepOf(tie!.last!), tie!.last!.y], [STEPS[3], 3]);
      assert.deepEqual(timesOf(times!.line), NANOSECONDS);
    });

    it('are exact where points share a column of the picture', async () => {
      const [tie] = await store.sampleMetrics({
        ...SAMPLE,
        buckets: 0.5,
        series: [{ runId: idOf('large steps'), key: 'tie', origin: null }],
      });
      assert.equal(tie!.exact, false);
      assert.deepEqual([stepsOf(tie!.line)[0], stepsOf(tie!.line).at(-1)], [STEPS[0], STEPS[3]]);
    });

    it('are those of the latest value that MLflow shows', () => {
      assert.deepEqual(
        ['loss', 'tie', 'least', 'greatest'].map((key) => {
          const found = latest('large steps', key);
          return [stepOf(found), found.value];
        }),
        [
          [STEPS[4], 1],
          [STEPS[3], 3],
          ['-9007199254740993', 1.5],
          ['9223372036854775807', 2.5],
        ],
      );
      const { timestamp, timestampRest } = latest('nanoseconds', 'loss');
      assert.equal(wholeText(timestamp, timestampRest), NANOSECONDS[2]);
    });

    it('are written to a CSV as they are', async () => {
      const [large, times] = await Promise.all(
        ['large steps', 'nanoseconds'].map((name) => store.getMetricHistory(idOf(name), 'loss')),
      );
      const csv = historiesCsv([
        { runName: 'a', history: large! },
        { runName: 'b', history: times! },
      ]);
      assert.deepEqual(
        csv.split('\r\n').flatMap((line) => line.split(',')[3] ?? []),
        ['step', ...STEPS, '0', '1', '2'],
      );
      assert.deepEqual(
        csv
          .split('\r\n')
          .slice(6, 9)
          .map((line) => line.split(',')[4]),
        NANOSECONDS,
      );
    });

    it('are what a column of the run table asks for', async () => {
      const { experimentId } = runs.get('large steps')!.info;
      const columns = STEPS.map((step) => metric('loss', { rule: 'step', step }));
      const answer = await store.runTable.rows({
        ...{ ...QUERY, experimentIds: [experimentId], columns },
        sort: [{ column: columns[2]!, descending: false }],
      });
      assert.deepEqual(
        columns.map((_, at) => numbers(answer.cells[at])[0]),
        [5, 4, 3, 2, 1],
      );
    });
  });
}

describe('a history too long to be kept', () => {
  it('has exact steps too', () => {
    const steps = STEPS.map(Number);
    const rows = {
      steps,
      timestamps: steps.map(() => 7),
      values: [5, 4, 3, 2, 1],
      stepRests: STEPS.map((text) => Number(BigInt(text) - BigInt(Number(text)))),
    };
    const source = {
      state: {},
      start: () => 0,
      read: (_: unknown, mark: number) => ({
        rows: mark === 0 ? rows : { steps: [], timestamps: [], values: [] },
        mark: 1,
        complete: true,
      }),
    };
    const histories = new Histories<number>({ points: 3, bytes: 1e6, chunk: 10 });
    const [series] = histories.sampleNow(source, {
      ...SAMPLE,
      series: [{ runId: 'r', key: 'loss', origin: null }],
    })();
    assert.equal(series!.exact, false);
    assert.equal(stepOf(series!.last!), STEPS[4]);
    assert.ok(stepsOf(series!.line).includes(STEPS[0]!));
  });
});
