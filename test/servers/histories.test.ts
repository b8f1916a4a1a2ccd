import * as assert from 'node:assert/strict';
import { workerBundle } from '../../scripts/workerBundle';
import type { SampledSeries, SampleRequest } from '../../src/mlflow/samples';
import { openRestStore } from '../../src/stores/rest/restStore';
import type { Exchange, ServerRequest } from '../../src/stores/rest/exchange';
import type { WorkerStore } from '../../src/stores/workerStore';
import { removeTempFolders, tempFolder, withDatabase } from '../support/database';
import { addPoints, makeHistoryStore, runIdOf, START, type HistoryPoint } from '../support/histories';
import { plainExchange } from '../support/servers/exchange';
import { startServer, type RunningServer } from '../support/servers/server';

const POINTS = 10_000;
const SPIKE = 6543;
const RUNS = 20;

const PICTURE: Omit<SampleRequest, 'series'> = {
  ...{ x: 'step', logX: false, logY: false, range: null },
  ...{ buckets: 400, smoothing: null, budget: 0 },
};

function* wave(count: number, spike: number, first = 0): Iterable<HistoryPoint> {
  for (let i = first; i < first + count; i++) {
    yield [i, START + i * 10, i === spike ? 1000 : Math.sin(i / 50)];
  }
}

const RUNNING = runIdOf(30);

for (const version of ['3.17.2', '2.14.3'] as const) {
  describe(`histories behind a real tracking server ${version}`, function () {
    this.timeout(300_000);
    let server: RunningServer;
    let file: string;
    let store: WorkerStore;
    let asked: ServerRequest[];

    before(async () => {
      file = makeHistoryStore(
        [
          ...Array.from({ length: RUNS }, (_, i) => ({
            runId: runIdOf(i + 1),
            metrics: { loss: wave(i === 0 ? POINTS : 1000, SPIKE), short: wave(50, -1) },
          })),
          {
            runId: RUNNING,
            status: 'RUNNING',
            endTime: null,
            metrics: {
              loss: wave(3000, -1),
              odd: [
                [-5n, START, NaN],
                [0, START + 1, Infinity],
                [1, START + 2, -Infinity],
                [9_007_199_254_740_993n, START + 3, 7],
              ],
            },
          },
        ],
        version === '3.17.2' ? '3.17.2' : '2.14.3',
      );
      server = await startServer(version, {
        backend: `sqlite:///${file}`,
        dir: tempFolder(),
        upgrade: version !== '3.17.2',
      });
    });
    beforeEach(async () => {
      asked = [];
      const real = plainExchange(server);
      const exchange: Exchange = (request, signal) => {
        asked.push(request);
        return real(request, signal);
      };
      store = await openRestStore({
        uri: server.url,
        exchange,
        slow: false,
        distFolder: workerBundle(),
      });
      await store.getRuns({ runIds: ids(), params: 'all', metrics: 'all', tags: 'all' });
      asked.length = 0;
    });
    afterEach(() => store.dispose());
    after(async () => {
      await server?.stop();
      removeTempFolders();
    });

    const ids = (): string[] => [...Array.from({ length: RUNS }, (_, i) => runIdOf(i + 1)), RUNNING];
    const request = (runIds: readonly string[], more: Partial<SampleRequest> = {}): SampleRequest => ({
      ...PICTURE,
      series: runIds.map((runId) => ({ runId, key: 'loss', origin: null })),
      ...more,
    });
    const highest = (series: SampledSeries): number => series.line.y.reduce((a, b) => Math.max(a, b));
    const histories = (): ServerRequest[] => asked.filter(({ path }) => path.includes('get-history'));

    async function whole(wanted: SampleRequest): Promise<SampledSeries[]> {
      for (;;) {
        const series = await store.sampleMetrics(wanted);
        if (series.every(({ complete }) => complete)) {
          return series;
        }
      }
    }

    it('have a first picture of 20 runs in one request, said to be sampled, then the spike of one step', async () => {
      const runIds = ids().slice(0, RUNS);
      const first = await store.sampleMetrics(request(runIds));
      assert.equal(asked.length, 1, 'one bulk-interval for all');
      assert.ok(first.every(({ sampled, complete }) => sampled === true && !complete));
      assert.ok(
        first.every(({ extent }) => extent?.[0] === 0),
        'from the first step',
      );
      assert.equal(first[0]!.extent?.[1], POINTS - 1, 'to the last');
      assert.ok(highest(first[0]!) < 2, 'the server leaves the spike out');

      const exact = await whole(request(runIds));
      assert.ok(exact.every(({ sampled }) => !sampled));
      assert.equal(exact[0]!.points, POINTS);
      assert.equal(exact[5]!.points, 1000);
      assert.equal(highest(exact[0]!), 1000);

      asked.length = 0;
      await whole(request(runIds));
      assert.deepEqual(asked, [], 'what has ended is not read again');
    });

    it('show the spike at once where somebody zooms in on it, before the rest is read', async () => {
      const zoomed = request([runIdOf(1)], { range: [SPIKE - 100, SPIKE + 100] });
      await store.sampleMetrics(request([runIdOf(1)]));
      const [series] = await store.sampleMetrics(zoomed);
      assert.equal(asked.length, 2);
      assert.equal(series!.complete, false);
      assert.ok(!series!.sampled);
      assert.equal(highest(series!), 1000);
    });

    it('are zoomed by time too', async () => {
      await store.sampleMetrics(request([runIdOf(1)], { x: 'relative' }));
      const [series] = await store.sampleMetrics(
        request([runIdOf(1)], { x: 'relative', range: [(SPIKE - 100) * 10, (SPIKE + 100) * 10] }),
      );
      assert.ok(!series!.sampled);
      assert.equal(highest(series!), 1000);
    });

    it('come whole with the first picture where they are short', async () => {
      const series = await store.sampleMetrics({
        ...PICTURE,
        series: ids()
          .slice(0, RUNS)
          .map((runId) => ({ runId, key: 'short', origin: null })),
      });
      assert.equal(asked.length, 1);
      assert.ok(series.every(({ complete, sampled, points }) => complete && !sampled && points === 50));
    });

    it('keep their NaN, infinities and steps beyond 2^53', async () => {
      const [series] = await store.sampleMetrics({
        ...PICTURE,
        series: [{ runId: RUNNING, key: 'odd', origin: null }],
      });
      assert.ok(series!.complete);
      assert.deepEqual([series!.nan, series!.infinite, series!.points], [1, 2, 4]);
      assert.deepEqual([series!.last!.step, series!.last!.stepRest], [9_007_199_254_740_992, 1]);
    });

    it('grow with a running run by its tail alone, and are read again when it has ended', async () => {
      const wanted = request([RUNNING]);
      assert.equal((await whole(wanted))[0]!.points, 3000);
      asked.length = 0;
      addPoints(file, RUNNING, 'loss', wave(5, -1, 3000));
      await store.refresh();
      asked.length = 0;
      assert.equal((await whole(wanted))[0]!.points, 3005);
      assert.equal(histories().length, 1);
      assert.match(histories()[0]!.path, /bulk-interval.*start_step=3000&/);

      // Behind the back of who reads only what comes after the last step.
      addPoints(file, RUNNING, 'loss', [[7, START, 500]]);
      addPoints(file, RUNNING, 'loss', wave(1, -1, 3005));
      await store.refresh();
      assert.equal((await whole(wanted))[0]!.points, 3006);
      withDatabase(file, (database) =>
        database.prepare(`UPDATE runs SET status = 'FINISHED', end_time = 5 WHERE run_uuid = ?`).run(RUNNING),
      );
      await store.refresh();
      const [ended] = await whole(wanted);
      assert.equal(ended!.points, 3007);
      assert.equal(highest(ended!), 500);
    });
  });
}
