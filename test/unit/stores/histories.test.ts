import * as assert from 'node:assert/strict';
import { StoreError } from '../../../src/mlflow/errors';
import type { SampledSeries, SampleRequest } from '../../../src/mlflow/samples';
import { HistoryColumns } from '../../../src/series/history';
import { sparkline } from '../../../src/series/sparkline';
import { Histories, type HistoryLimits } from '../../../src/stores/histories';
import type {
  HistoryChunk,
  HistoryKey,
  HistorySource,
  ImmediateSource,
} from '../../../src/stores/historySource';

const PICTURE: Omit<SampleRequest, 'series'> = {
  x: 'step',
  logX: false,
  logY: false,
  range: null,
  buckets: 50,
  smoothing: null,
};
const LIMITS: HistoryLimits = { points: 10_000, bytes: 10_000_000, chunk: 100 };

interface Mark {
  /** Of the file that was read: a rewritten one is another. */
  version: number;
  row: number;
}

/** Histories in memory, as files that grow and are rewritten; counts what is read. */
class Files implements ImmediateSource<Mark> {
  /** Rows that were handed out, by metric. */
  readonly rowsRead = new Map<string, number>();
  /** Metrics in the order in which their parts were asked for. */
  readonly asked: string[] = [];
  /** Counts commits. */
  state = 0;
  private readonly files = new Map<string, { version: number; rows: [number, number, number][] }>();

  write(key: string, count: number): void {
    this.files.set(key, { version: (this.files.get(key)?.version ?? 0) + 1, rows: [] });
    this.log(key, count);
  }

  log(key: string, count: number): void {
    this.state++;
    const rows = this.files.get(key)!.rows;
    for (let i = 0; i < count; i++) {
      const step = rows.length;
      rows.push([step, 1000 + step * 10, step % 97 === 96 ? NaN : Math.sin(step / 9) * 3]);
    }
  }

  start({ key }: HistoryKey, known: Mark | undefined): Mark {
    const version = this.files.get(key)?.version ?? 0;
    return known?.version === version ? known : { version, row: 0 };
  }

  read({ key }: HistoryKey, { version, row }: Mark, most: number): HistoryChunk<Mark> {
    const rows = this.files.get(key)?.rows ?? [];
    const found = rows.slice(row, row + most);
    this.asked.push(key);
    this.rowsRead.set(key, (this.rowsRead.get(key) ?? 0) + found.length);
    return {
      rows: columns(found),
      mark: { version, row: row + found.length },
      complete: row + found.length === rows.length,
    };
  }

  whole(key: string): ReturnType<typeof columns> {
    return columns(this.files.get(key)?.rows ?? []);
  }

  takeRowsRead(key = 'loss'): number {
    const count = this.rowsRead.get(key) ?? 0;
    this.rowsRead.delete(key);
    return count;
  }
}

function columns(rows: readonly [number, number, number][]): {
  steps: Float64Array;
  timestamps: Float64Array;
  values: Float64Array;
} {
  return {
    steps: Float64Array.from(rows, ([step]) => step),
    timestamps: Float64Array.from(rows, ([, timestamp]) => timestamp),
    values: Float64Array.from(rows, ([, , value]) => value),
  };
}

/** The same files, each answer a turn of the event loop later. */
class Server implements HistorySource<Mark> {
  /** Calls with the number of the part that is asked for, before it is answered. */
  onRead: (count: number) => void = () => undefined;
  atOnce = 0;
  mostAtOnce = 0;
  private count = 0;

  constructor(
    private readonly files: Files,
    readonly parallel = 1,
  ) {}

  get state(): number {
    return this.files.state;
  }

  async start(key: HistoryKey, known: Mark | undefined): Promise<Mark> {
    await turn();
    return this.files.start(key, known);
  }

  async read(key: HistoryKey, mark: Mark, rows: number): Promise<HistoryChunk<Mark>> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await turn();
    this.atOnce--;
    this.onRead(++this.count);
    return this.files.read(key, mark, rows);
  }
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

function request(keys: readonly string[], more: Partial<SampleRequest> = {}): SampleRequest {
  return { ...PICTURE, series: keys.map((key) => ({ runId: 'r', key, origin: null })), ...more };
}

describe('histories of any store', () => {
  let files: Files;
  let server: Server;
  let histories: Histories<Mark>;

  beforeEach(() => {
    files = new Files();
    server = new Server(files);
    histories = new Histories(LIMITS);
    files.write('loss', 1050);
  });

  function expected(key: string, more: Partial<SampleRequest> = {}): SampledSeries {
    const whole = new HistoryColumns();
    whole.append(files.whole(key));
    return whole.sample({ runId: 'r', key, origin: null }, { ...PICTURE, ...more }, true);
  }

  it('are what the whole history gives, from a source that answers at once and from one that does not', async () => {
    const smoothed = { smoothing: { kind: 'twema', weight: 0.8 } } as const;
    const atOnce = new Histories<Mark>(LIMITS);
    for (const more of [{}, smoothed, { x: 'time' } as const]) {
      assert.deepEqual(await histories.sample(server, request(['loss'], more)), [expected('loss', more)]);
      assert.deepEqual(atOnce.sampleNow(files, request(['loss'], more))(), [expected('loss', more)]);
    }
  });

  it('are read once: later requests read the new rows only', async () => {
    await histories.sample(server, request(['loss']));
    assert.equal(files.takeRowsRead(), 1050);
    await histories.sample(server, request(['loss'], { x: 'relative', buckets: 7 }));
    assert.equal(files.takeRowsRead(), 0);
    files.log('loss', 13);
    assert.deepEqual(await histories.sample(server, request(['loss'])), [expected('loss')]);
    assert.equal(files.takeRowsRead(), 13);
  });

  it('are read anew where rows went away, and are empty where there are none', async () => {
    await histories.sample(server, request(['loss']));
    files.takeRowsRead();
    files.write('loss', 300);
    const [found, missing] = await histories.sample(server, request(['loss', 'missing']));
    assert.deepEqual(found, expected('loss'));
    assert.equal(files.takeRowsRead(), 300);
    assert.deepEqual([missing?.points, missing?.complete], [0, true]);
  });

  it('come in parts where the budget ends, each row read once', async () => {
    let [found] = await histories.sample(server, request(['loss'], { budget: 0 }));
    assert.deepEqual([found?.points, found?.complete], [100, false], 'one part, however small the budget');
    for (let round = 2; !found!.complete; round++) {
      [found] = await histories.sample(server, request(['loss'], { budget: 0 }));
      assert.equal(found?.points, Math.min(1050, round * 100));
    }
    assert.deepEqual(found, expected('loss'));
    assert.equal(files.takeRowsRead(), 1050);
  });

  it('go round and round, and first to those that are not whole yet', async () => {
    files.write('a', 250);
    files.write('b', 150);
    await histories.sample(server, request(['a', 'b', 'a', 'loss']));
    assert.deepEqual(files.asked.slice(0, 7), ['a', 'b', 'loss', 'a', 'b', 'loss', 'a']);
    files.write('new', 10);
    files.asked.length = 0;
    await histories.sample(server, request(['a', 'new', 'b'], { budget: 0 }));
    assert.deepEqual(files.asked, ['new']);
  });

  it('come to an end also where the budget ends before each was looked at, and are looked at in turn while more comes', async () => {
    const keys = ['a', 'b', 'c'];
    keys.forEach((key) => files.write(key, 150));
    const ask = (): Promise<SampledSeries[]> => histories.sample(server, request(keys, { budget: 0 }));
    let found = await ask();
    for (let round = 1; !found.every(({ complete }) => complete); round++) {
      assert.ok(round < 20, 'there is an end');
      found = await ask();
    }
    assert.deepEqual(
      found,
      keys.map((key) => expected(key)),
    );
    files.asked.length = 0;
    await ask();
    assert.deepEqual(files.asked, [], 'nothing new, nothing to look at');
    for (let news = 0; news < 3; news++) {
      keys.forEach((key) => files.log(key, 1));
      await ask();
    }
    assert.deepEqual(files.asked, keys);
  });

  it('ask a source that allows it for several parts at once', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    keys.forEach((key) => files.write(key, 150));
    const parallel = new Server(files, 3);
    const found = await histories.sample(parallel, request(keys));
    assert.deepEqual(
      found,
      keys.map((key) => expected(key)),
    );
    assert.equal(parallel.mostAtOnce, 3);
  });

  it('forget what was not asked for for longest, beyond the bytes, but nothing that is asked for now', async () => {
    // 1,050 points lie in columns of 2,048: 49,152 bytes.
    histories = new Histories({ ...LIMITS, bytes: 100_000 });
    files.write('a', 1050);
    files.write('b', 1050);
    await histories.sample(server, request(['loss']));
    await histories.sample(server, request(['a']));
    await histories.sample(server, request(['b']));
    files.rowsRead.clear();
    // Somebody commits something else.
    files.state++;
    await histories.sample(server, request(['a', 'b']));
    assert.deepEqual([...files.rowsRead.values()], [0, 0]);
    await histories.sample(server, request(['loss', 'a', 'b']));
    assert.equal(files.takeRowsRead(), 1050);
    await histories.sample(server, request(['loss', 'a', 'b']));
    assert.equal(files.takeRowsRead(), 0, 'all three are more than the limit, and needed');
  });

  describe('longer than what is kept', () => {
    beforeEach(() => {
      histories = new Histories({ ...LIMITS, points: 500 });
    });

    it('are reduced to the picture, which grows by the new rows; another picture reads anew', async () => {
      const [found] = await histories.sample(server, request(['loss']));
      const whole = expected('loss');
      assert.deepEqual(
        [found?.points, found?.nan, found?.min, found?.max, found?.last, found?.extent, found?.complete],
        [whole.points, whole.nan, whole.min, whole.max, whole.last, whole.extent, true],
      );
      files.log('loss', 20);
      files.takeRowsRead();
      assert.equal((await histories.sample(server, request(['loss'])))[0]?.points, 1070);
      assert.equal(files.takeRowsRead(), 20);
      await histories.sample(server, request(['loss'], { range: [0, 100] }));
      assert.equal(files.takeRowsRead(), 1070);
    });

    it('say that they are not smoothed by time where the source does not know their end', async () => {
      const smoothing = { kind: 'twema', weight: 0.8 } as const;
      const [unknown] = await histories.sample(server, request(['loss'], { smoothing }));
      assert.equal(unknown?.smoothed, null);
      assert.match(unknown?.smoothingProblem ?? '', /not smoothed/);
      const ends = (): [number, number] => [0, 1049];
      const knowing = Object.assign(new Server(files), { ends });
      const [known] = await new Histories<Mark>({ ...LIMITS, points: 500 }).sample(
        knowing,
        request(['loss'], { smoothing }),
      );
      const whole = expected('loss', { smoothing });
      assert.equal(known?.smoothingProblem, null);
      assert.equal(known?.smoothed?.y.at(-1)?.toPrecision(12), whole.smoothed?.y.at(-1)?.toPrecision(12));
    });

    it('have the summary of the whole', async () => {
      const [found] = await histories.summaries(server, 'r', ['loss']);
      const whole = sparkline({ key: 'loss', ...files.whole('loss') });
      assert.deepEqual([found?.count, found?.min, found?.max], [whole.count, whole.min, whole.max]);
      assert.ok(found!.values.length <= 80 && found!.values.includes(whole.max!));
    });
  });

  it('stay as they were where a request is cancelled or fails in the middle', async () => {
    const cancelled = new AbortController();
    server.onRead = (count) => count === 3 && cancelled.abort();
    await assert.rejects(
      histories.sample(server, request(['loss']), cancelled.signal),
      (error: StoreError) => error.code === 'CANCELLED',
    );
    assert.equal(files.takeRowsRead(), 300, 'no part more was asked for');
    server.onRead = () => undefined;
    assert.deepEqual(await histories.sample(server, request(['loss'])), [expected('loss')]);
    assert.equal(files.takeRowsRead(), 1050, 'nothing was half kept');

    files.log('loss', 250);
    server.onRead = () => {
      if (files.rowsRead.get('loss') === 200) {
        throw new StoreError('BUSY', 'gone');
      }
    };
    await assert.rejects(histories.sample(server, request(['loss'])), /gone/);
    server.onRead = () => undefined;
    files.takeRowsRead();
    assert.deepEqual(await histories.sample(server, request(['loss'])), [expected('loss')]);
    assert.equal(files.takeRowsRead(), 250, 'nor was what was kept lost');
  });

  it('change nothing until a reading at once is known to be right', () => {
    histories.sampleNow(files, request(['loss']));
    assert.equal(files.takeRowsRead(), 1050);
    const keep = histories.sampleNow(files, request(['loss']));
    assert.equal(files.takeRowsRead(), 1050);
    assert.deepEqual(keep(), [expected('loss')]);
    histories.sampleNow(files, request(['loss']))();
    assert.equal(files.takeRowsRead(), 0);
  });

  it('are read once by two who ask at once, who wait only for each other', async () => {
    files.write('other', 1050);
    const [first, second, other] = await Promise.all([
      histories.sample(server, request(['loss'])),
      histories.sample(server, request(['loss'], { x: 'time' })),
      histories.sample(server, request(['other'])),
    ]);
    assert.deepEqual(first, [expected('loss')]);
    assert.deepEqual(second, [expected('loss', { x: 'time' })]);
    assert.deepEqual(other, [expected('other')]);
    assert.equal(files.takeRowsRead(), 1050);
    assert.equal(server.mostAtOnce, 2);
  });

  it('are summed up as sparkline does, by the new rows only', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `m${i}`);
    keys.forEach((key, i) => files.write(key, i * 20));
    const summed = (): unknown => keys.map((key) => sparkline({ key, ...files.whole(key) }));
    assert.deepEqual(await histories.summaries(server, 'r', keys), summed());
    files.rowsRead.clear();
    files.log('m3', 2);
    assert.deepEqual(await histories.summaries(server, 'r', keys), summed());
    assert.equal(
      [...files.rowsRead.values()].reduce((a, b) => a + b, 0),
      2,
    );
  });
});
