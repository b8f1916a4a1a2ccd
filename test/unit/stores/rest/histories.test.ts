import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { SampledSeries, SampleRequest } from '../../../../src/mlflow/samples';
import { restAnswers, type RestOptions } from '../../../../src/stores/rest/answers';
import type { Exchange, ServerAnswer } from '../../../../src/stores/rest/exchange';
import { removeTempFolders, tempFolder } from '../../../support/database';
import { runIdOf } from '../../../support/histories';

/** Points of each run, made when they are asked for. */
interface Served {
  version: string;
  points: number;
  /** Of get-history's answer, in place of points. */
  body?: Uint8Array<ArrayBuffer>;
  status?: string;
}

const START = 1_700_000_000_000;

/**
 * A server of histories that no store of a test could hold or that no recorded answer shows, by the rules of reference
 * servers.md, section 2: each run has the metric `loss` at the steps 0, 1, 2…
 */
class Histories {
  readonly asked: string[] = [];
  constructor(readonly served: Served) {}

  readonly exchange: Exchange = async (request) => {
    const url = new URL(request.path, 'http://server');
    const endpoint = url.pathname.replace('/api/2.0/mlflow/', '');
    const of = (name: string): string => url.searchParams.get(name) ?? '';
    switch (endpoint) {
      case '/version':
        return this.served.version.startsWith('1.') ? html() : text(this.served.version);
      case 'experiments/search':
        return json({ experiments: [{ experiment_id: '1', name: 'e' }] });
      case 'runs/get':
        return json({ run: this.run(of('run_id')) });
      case 'runs/search': {
        const { filter } = JSON.parse(request.body ?? '{}') as { filter: string };
        return json({ runs: (filter.match(/[0-9a-f]{32}/g) ?? []).map((id) => this.run(id)) });
      }
      case 'metrics/get-history':
        this.asked.push(request.path);
        return this.history(Number(of('max_results')), of('page_token'), request.most);
      case 'metrics/get-history-bulk-interval':
        this.asked.push(request.path);
        return this.interval(url.searchParams);
      default:
        return html();
    }
  };

  private run(runId: string): unknown {
    const { points, status = 'FINISHED' } = this.served;
    const last = { ...point(points - 1), key: 'loss' };
    return {
      info: { run_id: runId, experiment_id: '1', status, start_time: START, lifecycle_stage: 'active' },
      data: { metrics: [last] },
    };
  }

  private history(most: number, token: string, bytes: number): ServerAnswer {
    const { body, points, version } = this.served;
    if (body) {
      return { ...json({}), body: body.slice(0, bytes) };
    }
    const from = Number(token);
    const isPaged = version.startsWith('3.');
    const to = isPaged ? Math.min(points, from + most) : points;
    return json({
      metrics: Array.from({ length: to - from }, (_, i) => ({ key: 'loss', ...point(from + i) })),
      ...(to < points ? { next_page_token: String(to) } : {}),
    });
  }

  private interval(query: URLSearchParams): ServerAnswer {
    const { points, version } = this.served;
    if (version.startsWith('1.')) {
      return html();
    }
    const most = Number(query.get('max_results'));
    const from = Math.max(0, Number(query.get('start_step')));
    const to = Math.min(points - 1, Number(query.get('end_step')));
    const count = to - from + 1;
    const steps =
      count <= most
        ? Array.from({ length: Math.max(0, count) }, (_, i) => from + i)
        : [...Array.from({ length: most - 1 }, (_, i) => from + Math.floor((i * count) / most)), to];
    return json({
      metrics: query
        .getAll('run_ids')
        .flatMap((run_id) => steps.map((step) => ({ key: 'loss', ...point(step), run_id }))),
    });
  }
}

function point(step: number): { value: number; step: number; timestamp: number } {
  return { value: step === 4321 ? 1000 : Math.sin(step / 100), step, timestamp: START + step };
}

function json(value: unknown): ServerAnswer {
  return answer('application/json', JSON.stringify(value));
}

function text(value: string): ServerAnswer {
  return answer('text/html', value);
}

function html(): ServerAnswer {
  return { ...answer('text/html', '<title>404 Not Found</title>'), status: 404 };
}

function answer(contentType: string, body: string): ServerAnswer {
  return { status: 200, contentType, headers: {}, body: new TextEncoder().encode(body) };
}

const request = (runs: number, more: Partial<SampleRequest> = {}): SampleRequest => ({
  ...{ x: 'step', logX: false, logY: false, range: null, buckets: 300, smoothing: null, budget: 0 },
  series: Array.from({ length: runs }, (_, i) => ({ runId: runIdOf(i + 1), key: 'loss', origin: null })),
  ...more,
});

const highest = ({ line }: SampledSeries): number => line.y.reduce((a, b) => Math.max(a, b));

describe('histories of a tracking server', () => {
  after(removeTempFolders);

  function open(
    served: Served,
    kept?: RestOptions['histories'],
  ): {
    server: Histories;
    sample: (wanted: SampleRequest) => Promise<SampledSeries[]>;
    whole: (wanted: SampleRequest) => Promise<SampledSeries[]>;
    poll: () => Promise<unknown>;
  } {
    const server = new Histories(served);
    const answers = restAnswers(server.exchange, {
      workspace: null,
      slow: false,
      ...(kept && { histories: kept }),
    });
    const context = {} as Parameters<typeof answers.sampleMetrics>[1];
    const sample = async (wanted: SampleRequest): Promise<SampledSeries[]> =>
      answers.sampleMetrics(wanted, context);
    const whole = async (wanted: SampleRequest): Promise<SampledSeries[]> => {
      for (let asked = 0; asked < 1000; asked++) {
        const series = await sample(wanted);
        if (series.every(({ complete }) => complete)) {
          return series;
        }
      }
      throw new Error('They have no end.');
    };
    return { server, sample, whole, poll: async () => answers.poll({ asked: true }, context) };
  }

  it('come in windows where a server does not page them, no spike of one step lost', async () => {
    const { server, sample, whole } = open({ version: '2.14.3', points: 30_000 });
    const [first] = await sample(request(1));
    assert.deepEqual([first!.sampled, first!.complete, first!.points], [true, false, 300]);
    const [series] = await whole(request(1));
    assert.equal(series!.sampled, undefined);
    assert.equal(series!.points, 30_000);
    assert.equal(highest(series!), 1000);
    assert.ok(server.asked.every((path) => path.includes('bulk-interval')));
    assert.ok(server.asked.length < 20, `${server.asked.length} requests`);
  });

  it('come at once from a server that has neither pages nor bulk-interval, which is asked for it once', async () => {
    const { server, whole } = open({ version: '1.30.1', points: 10_000 });
    const [series] = await whole(request(1));
    assert.equal(series!.points, 10_000);
    assert.equal(highest(series!), 1000);
    assert.equal(server.asked.filter((path) => path.includes('bulk-interval')).length, 1);
    assert.equal(server.asked.length, 2);
  });

  it('of a running run are not read again from there at each look: the latest value is drawn, and the gap said', async () => {
    const served = { version: '1.30.1', points: 10_000, status: 'RUNNING' };
    const { server, whole, poll } = open(served);
    await whole(request(1));
    for (let look = 0; look < 5; look++) {
      served.points += 3;
      await poll();
      server.asked.length = 0;
      const [series] = await whole(request(1));
      assert.deepEqual(server.asked, []);
      assert.deepEqual([series!.last!.step, series!.sampled], [served.points - 1, true]);
    }
    served.status = 'FINISHED';
    await poll();
    const [series] = await whole(request(1));
    assert.deepEqual([series!.points, series!.sampled], [10_015, undefined]);
  });

  it('of a running run cost one request of the new points at a look, whatever is known of it', async () => {
    const served = { version: '3.17.2', points: 3000, status: 'RUNNING' };
    const { server, whole, poll } = open(served);
    await whole(request(10));
    for (let look = 0; look < 5; look++) {
      served.points += 10;
      await poll();
      server.asked.length = 0;
      const series = await whole(request(10));
      assert.ok(series.every(({ points }) => points === served.points));
      assert.ok(server.asked.length <= 2, `${server.asked.length} requests for 10 runs`);
      assert.ok(server.asked.every((path) => path.includes(`start_step=${served.points - 10}&`)));
    }
  });

  it('grow by more than one answer holds where nobody looked for long', async () => {
    const served = { version: '2.14.3', points: 5000, status: 'RUNNING' };
    const { server, whole, poll } = open(served);
    await whole(request(1));
    served.points = 25_000;
    await poll();
    server.asked.length = 0;
    const [series] = await whole(request(1));
    assert.equal(series!.points, 25_000);
    assert.ok(server.asked.every((path) => !path.includes('get-history?')));
  });

  it('name at most 80 runs in a request, and fewer with a long key', async () => {
    const { server, sample } = open({ version: '3.17.2', points: 200 });
    const series = await sample(request(100));
    assert.ok(series.every(({ complete, points }) => complete && points === 200));
    assert.ok(server.asked.length <= 2);
    assert.ok(server.asked.every((path) => path.length < 4000));
  });

  it('of an answer of 100 MB are drawn as far as they are read, and said to be a part', async () => {
    const one =
      '    {\n      "key": "loss",\n      "value": 0.5,\n      "timestamp": 1700000000000,\n      "step": 1\n    },\n';
    const body = Buffer.alloc(100_000_000, one);
    body.write('{\n  "metrics": [\n', 0);
    // The first, which that begins in, is no JSON any more.
    const [begin, end] = ['{\n  "metrics": [\n'.length, one.indexOf('},\n') + 3];
    body.fill(' ', begin, end);
    const { whole } = open({ version: '1.30.1', points: 900_000, body: new Uint8Array(body) });
    const [series] = await whole(request(1));
    assert.equal(series!.sampled, true);
    assert.ok(series!.points > 100_000, `${series!.points} points`);
    assert.equal(series!.last!.step, 899_999, 'the latest value comes with the run');
  }).timeout(60_000);

  describe('of ended runs, kept in the extension’s storage', () => {
    const served = (): Served => ({ version: '3.17.2', points: 6000 });

    it('come from there in the next window, spike included, without a request', async () => {
      const kept = { folder: path.join(tempFolder(), 'kept'), owner: 'http://server ada' };
      const [before] = await open(served(), kept).whole(request(2));
      const { server, sample } = open(served(), kept);
      const series = await sample(request(2));
      assert.deepEqual(server.asked, []);
      assert.ok(series.every(({ complete, sampled, points }) => complete && !sampled && points === 6000));
      assert.equal(highest(series[0]!), 1000);
      assert.deepEqual(series[0], before);
    });

    it('are not taken for those of somebody else, of a run that is another now, or of one that goes on', async () => {
      const kept = { folder: tempFolder(), owner: 'http://server ada' };
      await open(served(), kept).whole(request(1));
      for (const [now, options] of [
        [served(), { ...kept, owner: 'http://server bob' }],
        [{ ...served(), points: 6001 }, kept],
        [{ ...served(), status: 'RUNNING' }, kept],
        [{ ...served(), status: 'FAILED' }, kept],
      ] as const) {
        const { server, whole } = open(now, options);
        const [series] = await whole(request(1));
        assert.ok(server.asked.length > 0);
        assert.equal(series!.points, now.points);
      }
    });

    it('are read anew where their files are damaged, of another kind or cannot be written', async () => {
      const kept = { folder: tempFolder(), owner: 'http://server ada' };
      await open(served(), kept).whole(request(1));
      const [name] = fs.readdirSync(kept.folder);
      const file = path.join(kept.folder, name!);
      const good = fs.readFileSync(file);
      const flipped = Buffer.from(good);
      flipped[good.length - 100]! ^= 1;
      const head = (change: object): Buffer => {
        const end = good.indexOf('\n');
        const parsed = JSON.parse(good.subarray(0, end).toString()) as object;
        return Buffer.concat([Buffer.from(JSON.stringify({ ...parsed, ...change })), good.subarray(end)]);
      };
      const damaged: (Buffer | string)[] = [
        ...[Buffer.alloc(0), good.subarray(0, good.length / 2), flipped, Buffer.alloc(10_000, 'x')],
        ...[
          head({ count: 1e9 }),
          head({ count: -1 }),
          head({ columns: [] }),
          head({ readAt: 'now' }),
          head({ readAt: 5 }),
        ],
      ];
      for (const content of damaged) {
        fs.writeFileSync(file, content);
        const [series] = await open(served(), kept).whole(request(1));
        assert.deepEqual([series!.points, highest(series!)], [6000, 1000]);
      }
      const [series] = await open(served(), { ...kept, folder: path.join(file, 'below') }).whole(request(1));
      assert.equal(series!.points, 6000);
    });
  });
});
