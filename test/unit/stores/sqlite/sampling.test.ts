import * as assert from 'node:assert/strict';
import type { SampledSeries, SampleRequest } from '../../../../src/mlflow/samples';
import type { TrackingStore } from '../../../../src/mlflow/store';
import { HistoryColumns } from '../../../../src/series/history';
import { StreamedHistory } from '../../../../src/series/streamed';
import { sqliteUri } from '../../../../src/stores/uri';
import type { OpenStores } from '../../../../src/stores/openStores';
import { removeTempFolders } from '../../../support/database';
import { SQLITE_VERSIONS } from '../../../support/fixtures';
import {
  makeHistoryStore,
  pythonExecute,
  runIdOf,
  startWriter,
  type HistoryPoint,
} from '../../../support/histories';
import { openStores } from '../../../support/pageHarness';

const base: Omit<SampleRequest, 'series'> = {
  x: 'step',
  logX: false,
  logY: false,
  range: null,
  buckets: 200,
  smoothing: null,
};

function* walk(count: number): Iterable<HistoryPoint> {
  for (let i = 0; i < count; i++) {
    yield [i, 1_700_000_000_000 + i * 10, i === 777 ? 1000 : i % 501 === 500 ? NaN : Math.sin(i / 50)];
  }
}

describe('sampling in the worker', () => {
  let stores: OpenStores | undefined;

  afterEach(() => {
    stores?.dispose();
    removeTempFolders();
  });

  async function open(file: string): Promise<TrackingStore> {
    stores = openStores(sqliteUri(file));
    return stores.get(sqliteUri(file));
  }

  async function sample(
    store: TrackingStore,
    request: Partial<SampleRequest>,
    runs = [1],
  ): Promise<SampledSeries[]> {
    const series = runs.map((run) => ({ runId: runIdOf(run), key: 'loss', origin: null }));
    return store.sampleMetrics({ ...base, series, ...request });
  }

  /** The same from the whole history, which the store answers in MLflow's order. */
  async function expected(
    store: TrackingStore,
    request: Partial<SampleRequest>,
    run = 1,
  ): Promise<SampledSeries> {
    const columns = new HistoryColumns();
    columns.append(await store.getMetricHistory(runIdOf(run), 'loss'));
    return columns.sample({ runId: runIdOf(run), key: 'loss', origin: null }, { ...base, ...request }, true);
  }

  for (const version of SQLITE_VERSIONS) {
    it(`equals what the whole history gives, on a store of MLflow ${version}`, async () => {
      const points =
        version === '1.0.0' ? [...walk(3000)].filter(([, , value]) => !Number.isNaN(value)) : walk(3000);
      const store = await open(
        makeHistoryStore(
          [
            { runId: runIdOf(1), metrics: { loss: points, other: walk(50) } },
            { runId: runIdOf(2), metrics: { loss: walk(10) } },
          ],
          version,
        ),
      );
      const request = { smoothing: { kind: 'ema', weight: 0.6 } } as const;
      const [found] = await sample(store, request);
      assert.deepEqual(found, await expected(store, request));
      assert.equal(found?.max?.y, 1000);
      const time = { x: 'time', range: [1_700_000_000_000, 1_700_000_005_000] } as const;
      assert.deepEqual(
        (await sample(store, { ...time, range: [...time.range] }))[0],
        await expected(store, { ...time, range: [...time.range] }),
      );
    });
  }

  it('comes back early where it has a budget, and goes on to the same end', async () => {
    const store = await open(makeHistoryStore([{ runId: runIdOf(1), metrics: { loss: walk(90_000) } }]));
    let [found] = await sample(store, { budget: 1 });
    assert.equal(found?.complete, false);
    assert.ok(found.points > 0 && found.points < 90_000);
    let rounds = 1;
    while (!found!.complete) {
      [found] = await sample(store, { budget: 1 });
      rounds++;
    }
    assert.ok(rounds > 2);
    assert.deepEqual(found, await expected(store, {}));
  });

  it('grows with a real python3 writer, by the new points only', async () => {
    const file = makeHistoryStore([
      { runId: runIdOf(1), metrics: { loss: walk(5000) }, status: 'RUNNING', endTime: null },
    ]);
    const store = await open(file);
    assert.equal((await sample(store, {}))[0]?.points, 5000);
    const writer = startWriter(file, {
      runId: runIdOf(1),
      key: 'loss',
      first: 5000,
      count: 40,
      interval: 0.01,
    });
    const seen: number[] = [];
    while (writer.exitCode === null) {
      seen.push((await sample(store, {}))[0]!.points);
      await new Promise((done) => setTimeout(done, 30));
    }
    assert.equal(writer.exitCode, 0);
    const [last] = await sample(store, {});
    assert.equal(last?.points, 5040);
    assert.deepEqual(last, await expected(store, {}));
    assert.ok(
      seen.some((points) => points > 5000 && points < 5040),
      `growth was seen: ${seen.join(' ')}`,
    );
    assert.ok(seen.every((points, i) => i === 0 || points >= seen[i - 1]!));
  });

  it('notices that rows went away, as mlflow gc does', async () => {
    const file = makeHistoryStore([{ runId: runIdOf(1), metrics: { loss: walk(500) } }]);
    const store = await open(file);
    assert.equal((await sample(store, {}))[0]?.points, 500);
    pythonExecute(file, 'DELETE FROM metrics WHERE step >= 100');
    await store.refresh();
    assert.equal((await sample(store, {}))[0]?.points, 100);
    pythonExecute(file, 'DELETE FROM metrics');
    await store.refresh();
    const [none] = await sample(store, {});
    assert.deepEqual([none?.points, none?.line.x.length, none?.complete], [0, 0, true]);
  });

  it('reads steps beyond 2^53, negative and repeated ones, to the end', async () => {
    const points: HistoryPoint[] = [
      [2n ** 62n, 5, 1],
      [2n ** 62n + 1n, 6, 2],
      [-(2n ** 62n), 4, 3],
      [0, 1, 4],
      [0, 2, 5],
      [0, 3, 6],
    ];
    const store = await open(makeHistoryStore([{ runId: runIdOf(1), metrics: { loss: points } }]));
    const [found] = await sample(store, {});
    assert.deepEqual([...found!.line.y], [3, 4, 5, 6, 1, 2]);
  });

  it('answers a metric and a run that are not there with nothing', async () => {
    const store = await open(makeHistoryStore([{ runId: runIdOf(1), metrics: { loss: walk(3) } }]));
    const found = await sample(store, {}, [1, 9, 1]);
    assert.deepEqual(
      found.map(({ points }) => points),
      [3, 0, 3],
      'and a series that is asked for twice twice',
    );
  });
});

describe('a history that is not kept', () => {
  it('is reduced to the buckets of its picture as its rows go by, and keeps every spike', () => {
    const streamed = new StreamedHistory({ ...base, smoothing: { kind: 'ema', weight: 0.6 } }, 0, 0);
    const columns = new HistoryColumns();
    const points = [...walk(200_000)];
    for (let at = 0; at < points.length; at += 10_000) {
      const part = points.slice(at, at + 10_000);
      const rows = {
        steps: part.map(([step]) => Number(step)),
        timestamps: part.map(([, timestamp]) => timestamp),
        values: part.map(([, , value]) => value),
      };
      streamed.append(rows);
      columns.append(rows);
    }
    const key = { runId: 'r', key: 'm', origin: 0 };
    const found = streamed.sample(key, true);
    const whole = columns.sample(key, { ...base, smoothing: { kind: 'ema', weight: 0.6 } }, true);
    assert.deepEqual(
      [found.points, found.nan, found.min, found.max, found.last, found.extent, found.visible],
      [whole.points, whole.nan, whole.min, whole.max, whole.last, whole.extent, whole.visible],
    );
    assert.equal(Math.max(...[...found.line.y].filter((value) => !Number.isNaN(value))), 1000);
    assert.ok(found.buckets >= 200 && found.buckets <= 400);
    const finite = (values: Float64Array): number[] => [...values].filter((value) => !Number.isNaN(value));
    assert.equal(Math.max(...finite(found.smoothed!.y)), Math.max(...finite(whole.smoothed!.y)));
  });

  for (const kind of ['ema', 'twema', 'mean'] as const) {
    it(`is smoothed (${kind}) as the whole history is, by points or by buckets, across gaps and as it grows`, () => {
      for (const buckets of [3000, 40]) {
        for (const weight of [0.3, 0.9, 1]) {
          const sampling = { ...base, buckets, smoothing: { kind, weight } };
          const streamed = new StreamedHistory(sampling, 0, 1998);
          const columns = new HistoryColumns();
          const values = Array.from({ length: 1000 }, (_, i) =>
            i % 333 === 332 ? NaN : i === 500 ? Infinity : Math.sin(i / 9) + (i % 7),
          );
          const key = { runId: 'r', key: 'm', origin: 0 };
          for (let at = 0; at < values.length; at += 90) {
            const rows = {
              steps: values.slice(at, at + 90).map((_, i) => (at + i) * 2),
              timestamps: values.slice(at, at + 90).map((_, i) => at + i),
              values: values.slice(at, at + 90),
            };
            streamed.append(rows);
            columns.append(rows);
            // What is asked for in between changes nothing.
            streamed.sample(key, false);
          }
          const found = streamed.sample(key, true).smoothed!;
          const whole = columns.sample(key, sampling, true).smoothed!;
          const points = (line: { x: Float64Array; y: Float64Array }): Map<number, string> =>
            new Map(Array.from(line.x, (x, i) => [x, line.y[i]!.toPrecision(12)] as const));
          const expected = points(whole);
          const common = [...points(found)].filter(([x]) => expected.has(x));
          // Few extremes of so few buckets are the same points: the streamed ones are at other places.
          assert.ok(common.length >= (buckets > 1000 ? 990 : 5), `${common.length} points in both`);
          common.forEach(([x, y]) => assert.equal(y, expected.get(x), `at ${x}`));
          assert.equal(found.x.at(-1), whole.x.at(-1));
          assert.equal(found.y.at(-1)!.toPrecision(12), whole.y.at(-1)!.toPrecision(12));
        }
      }
    });
  }

  it('says what it cannot smooth', () => {
    const unsorted = new StreamedHistory({ ...base, smoothing: { kind: 'ema', weight: 0.6 } }, 0, 0);
    unsorted.append({ steps: [1, 0], timestamps: [0, 1], values: [1, 2] });
    assert.match(
      unsorted.sample({ runId: 'r', key: 'm', origin: 0 }, true).smoothingProblem ?? '',
      /out of order/,
    );
  });
});
