import * as assert from 'node:assert/strict';
import type { SampledSeries, SampleRequest } from '../../../src/mlflow/samples';
import { MARK_KINDS } from '../../../src/mlflow/samples';
import type { TrackingStore } from '../../../src/mlflow/store';
import { HistoryColumns } from '../../../src/series/history';
import { runIdOf, START, type HistoryPoint } from '../histories';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { useMade } from './tools';

const BASE: Omit<SampleRequest, 'series'> = {
  x: 'step',
  logX: false,
  logY: false,
  range: null,
  buckets: 200,
  smoothing: null,
};

/** A wave with a spike, NaN and an infinity here and there. */
function wave(count: number, first = 0): HistoryPoint[] {
  return Array.from({ length: count }, (_, place) => {
    const i = first + place;
    const value = i === 777 ? 1000 : i % 501 === 500 ? NaN : i % 997 === 996 ? Infinity : Math.sin(i / 50);
    return [i, START + i * 10, value];
  });
}

/** What is drawn of all points of a history, read at once. */
function naive(points: readonly HistoryPoint[], request: Partial<SampleRequest> = {}): SampledSeries {
  const columns = new HistoryColumns();
  columns.append({
    steps: points.map(([step]) => Number(step)),
    timestamps: points.map(([, timestamp]) => timestamp),
    values: points.map(([, , value]) => value),
  });
  return columns.sample({ runId: runIdOf(1), key: 'loss', origin: null }, { ...BASE, ...request }, true);
}

async function sample(
  store: TrackingStore,
  request: Partial<SampleRequest> = {},
  runs = [1],
): Promise<SampledSeries[]> {
  const series = runs.map((run) => ({ runId: runIdOf(run), key: 'loss', origin: null }));
  return store.sampleMetrics({ ...BASE, series, ...request });
}

export function samplingContract(kind: StoreKindUnderTest): void {
  describe('sampling', () => {
    const make = useMade(kind);

    it('draws what the whole history gives: axes, ranges, smoothing', async () => {
      const points = wave(3000);
      const { store } = await make([{ runId: runIdOf(1), metrics: { loss: points, other: wave(50) } }]);
      const requests: Partial<SampleRequest>[] = [
        {},
        { buckets: 20 },
        { range: [700, 800] },
        { x: 'time', range: [START, START + 5000] },
        { x: 'relative' },
        { logX: true },
        { logY: true },
        { smoothing: { kind: 'ema', weight: 0.6 } },
        { smoothing: { kind: 'twema', weight: 0.9 }, x: 'time' },
        { smoothing: { kind: 'mean', weight: 0.3 }, range: [100, 200] },
      ];
      for (const request of requests) {
        assert.deepEqual((await sample(store, request))[0], naive(points, request), JSON.stringify(request));
      }
      assert.equal((await sample(store))[0]?.max?.y, 1000, 'the spike is there');
    });

    it('marks what no line can show, and counts it', async () => {
      const values = [1, NaN, 2, Infinity, -Infinity, -3, 0, 4];
      const points = values.map((value, i): HistoryPoint => [i, START + i, value]);
      const { store } = await make([{ runId: runIdOf(1), metrics: { loss: points } }]);
      const [found] = await sample(store, { logY: true });
      assert.deepEqual([found?.nan, found?.infinite, found?.notPositive, found?.points], [1, 2, 3, 8]);
      assert.deepEqual([...new Set(Array.from(found!.marks.kinds, (mark) => MARK_KINDS[mark]))].toSorted(), [
        '+Infinity',
        '-Infinity',
        'NaN',
        'notPositive',
      ]);
      assert.deepEqual(
        [...found!.line.y].filter((y) => !Number.isNaN(y)),
        [1, 2, 4],
      );
    });

    it('takes points in any order, steps that repeat, go back and are negative', async () => {
      const points: HistoryPoint[] = [
        [30, START + 3, 3],
        [10, START + 1, 1],
        [20, START + 2, 2],
        [20, START + 9, 2.5],
        [-5, START, 0],
      ];
      const { store } = await make([{ runId: runIdOf(1), metrics: { loss: points } }]);
      const [found] = await sample(store);
      assert.deepEqual([...found!.line.x], [-5, 10, 20, 20, 30]);
      assert.deepEqual([...found!.line.y], [0, 1, 2, 2.5, 3]);
      assert.deepEqual([found?.last?.step, found?.last?.y], [30, 3]);
    });

    it('grows by what is logged, and never shrinks meanwhile', async () => {
      const { store, others } = await make([
        { runId: runIdOf(1), metrics: { loss: wave(5000) }, status: 'RUNNING', endTime: null },
      ]);
      const smoothing = { kind: 'ema', weight: 0.6 } as const;
      assert.equal((await sample(store, { smoothing }))[0]?.points, 5000);
      for (let count = 5000; count < 5050; count += 10) {
        await others.logMetric(runIdOf(1), 'loss', wave(10, count));
        await store.refresh();
        assert.equal((await sample(store, { smoothing }))[0]?.points, count + 10);
      }
      assert.deepEqual((await sample(store, { smoothing }))[0], naive(wave(5050), { smoothing }));
    });

    it('takes in a point that comes late, before those that are there', async () => {
      const points = wave(300);
      const late: HistoryPoint = [-10, START - 10, 7];
      const { store, others } = await make([{ runId: runIdOf(1), metrics: { loss: points } }]);
      await sample(store);
      await others.logMetric(runIdOf(1), 'loss', [late]);
      await store.refresh();
      // What moves nothing that a list shows is seen where the whole history is read again.
      const isSeen = kind.seesLatePoints ?? true;
      assert.deepEqual((await sample(store))[0], naive(isSeen ? [...points, late] : points));
    });

    it('comes back early where it has a budget, and goes on to the same end', async () => {
      const points = wave(45_000);
      const { store } = await make([1, 2].map((run) => ({ runId: runIdOf(run), metrics: { loss: points } })));
      let found = await sample(store, { budget: 0 }, [1, 2]);
      assert.ok(!found.every(({ complete }) => complete), 'it came back early');
      for (let rounds = 0; !found.every(({ complete }) => complete); rounds++) {
        assert.ok(rounds < 100, 'asking again comes to the end');
        const before = found;
        found = await sample(store, { budget: 0 }, [1, 2]);
        assert.ok(found.every((series, place) => series.points >= before[place]!.points));
      }
      assert.deepEqual(found[0], naive(points));
    });

    it('forgets the points of a run that is gone for good', async () => {
      const { store, others } = await make([{ runId: runIdOf(1), metrics: { loss: wave(500) } }]);
      assert.equal((await sample(store))[0]?.points, 500);
      await others.purgeRun(runIdOf(1));
      await store.refresh();
      const [none] = await sample(store);
      assert.deepEqual([none?.points, none?.line.x.length, none?.complete], [0, 0, true]);
    });

    it('answers each series that is asked for, in order: one twice, a run and a metric that are not there', async () => {
      const { store } = await make([
        { runId: runIdOf(1), metrics: { loss: wave(3) } },
        { runId: runIdOf(2), metrics: { other: wave(3) } },
      ]);
      assert.deepEqual(
        (await sample(store, {}, [1, 9, 2, 1])).map(({ points, complete }) => [points, complete]),
        [
          [3, true],
          [0, true],
          [0, true],
          [3, true],
        ],
      );
    });
  });
}
