import type { MetricSummary } from '../mlflow/entities';
import type { SampledSeries, SampleRequest, Sampling, SeriesKey } from '../mlflow/samples';
import { HistoryColumns, type HistoryRows } from '../series/history';
import { sparkline } from '../series/sparkline';
import { StreamedHistory } from '../series/streamed';
import type { HistoryChunk, HistoryKey, HistorySource, ImmediateSource } from './historySource';
import {
  isFor,
  isSampled,
  nameOf,
  readingOf,
  shownOf,
  signatureOf,
  sizeOf,
  type Kept,
  type Reading,
} from './reading';
import { sketchAll } from './sketching';
import { all, finished, finishedLater, settled, type Steps } from './steps';

export interface HistoryLimits {
  /** Longer histories are not kept. */
  points: number;
  /** All that is kept of a store's histories; the longest unused go first. */
  bytes: number;
  /** Rows read between two looks at the clock and at the signal. */
  chunk: number;
}

/** 24 bytes a point. */
const LIMITS: HistoryLimits = { points: 2_000_000, bytes: 96 * 1024 * 1024, chunk: 20_000 };

/**
 * The time-weighted mean weighs by parts of the whole span of x. It may grow by this share before a streamed history
 * is smoothed anew: meanwhile a weight's exponent is off by no more.
 */
const SPAN_TOLERANCE = 0.01;

/** Of a history that is not kept, enough for what `sparkline` picks. */
const SUMMARY: Sampling = {
  x: 'step',
  logX: false,
  logY: false,
  range: null,
  buckets: 40,
  smoothing: null,
};
/** Of several parts that are asked for at once, rows of each at least. */
const LEAST_ROWS = 5000;
/** What was asked for within so long is on the screen, ms. */
const IN_VIEW = 60_000;
/** Histories that are held at once to be summed up. */
const SUMMARIES = 8;

/**
 * Metric histories of one store, made ready to draw. Rows are read once, in chunks, and kept as columns; later
 * requests read only rows that are new. A history of more than two million points is not kept but reduced to the
 * buckets of the picture as its rows go by. What a request read is kept when it ends: one that fails or is cancelled
 * leaves everything as it was.
 */
export class Histories<Mark> {
  /** By nameOf, the longest unused first. */
  private readonly kept = new Map<string, Kept<Mark>>();
  /** Histories that somebody reads now, by nameOf: two would read the same rows. */
  private readonly read = new Map<string, Promise<void>>();
  private turns = 0;

  constructor(private readonly limits: HistoryLimits = LIMITS) {}

  /**
   * TrackingStore.sampleMetrics, from a source that answers at once. What is returned keeps what was read and draws
   * it; until it is called nothing has changed, so a reading that proves wrong can be thrown away.
   */
  sampleNow(source: ImmediateSource<Mark>, request: SampleRequest): () => SampledSeries[] {
    const readings = finished(this.readAll(source, request));
    return () => this.sampled(readings, request, source.state);
  }

  /** TrackingStore.sampleMetrics. @throws StoreError: the source's, or CANCELLED */
  sample(
    source: HistorySource<Mark>,
    request: SampleRequest,
    signal?: AbortSignal,
  ): Promise<SampledSeries[]> {
    return this.alone(request.series, async () => {
      const { state } = source;
      const readings = await finishedLater(this.readAll(source, request), signal);
      const drawn = this.sampled(readings, request, state);
      handOn(source, readings);
      return drawn;
    });
  }

  /** TrackingStore.getMetricSummaries. @throws StoreError: the source's, or CANCELLED */
  async summaries(
    source: HistorySource<Mark>,
    runId: string,
    keys: readonly string[],
    signal?: AbortSignal,
  ): Promise<MetricSummary[]> {
    const found: MetricSummary[] = [];
    for (let at = 0; at < keys.length; at += SUMMARIES) {
      const series = keys.slice(at, at + SUMMARIES).map((key) => ({ runId, key, origin: null }));
      const drawn = await this.alone(series, async () => {
        const { state } = source;
        const readings = await finishedLater(this.readAll(source, { ...SUMMARY, series }), signal);
        const drawn = this.drawn(readings, { ...SUMMARY, series }, state, summaryOf);
        handOn(source, readings);
        return drawn;
      });
      found.push(...drawn);
    }
    return found;
  }

  /** Does `work` when nobody reads one of these histories. */
  private async alone<T>(series: readonly HistoryKey[], work: () => Promise<T>): Promise<T> {
    const names = series.map(nameOf);
    for (;;) {
      const others = names.flatMap((name) => this.read.get(name) ?? []);
      if (others.length === 0) {
        break;
      }
      await Promise.all(others);
    }
    const result = work();
    const end = result.then(
      () => undefined,
      () => undefined,
    );
    names.forEach((name) => this.read.set(name, end));
    try {
      return await result;
    } finally {
      names.forEach((name) => this.read.delete(name));
    }
  }

  /**
   * Round and round, so that every line has a first part before one has its last; at least one part, however small
   * the budget. What was read to its end in this state of the store is not looked at again, and what was read least
   * lately comes first: so the requests that follow each other come to an end.
   */
  private *readAll(source: HistorySource<Mark>, request: SampleRequest): Steps<Reading<Mark>[]> {
    const deadline = request.budget === undefined ? Infinity : Date.now() + request.budget;
    const names = new Map(request.series.map((key) => [nameOf(key), key]));
    const parallel = source.parallel ?? 1;
    const readings: Reading<Mark>[] = [];
    const unread: SeriesKey[] = [];
    for (const key of names.values()) {
      const known = this.kept.get(nameOf(key));
      if (known?.complete && known.state === source.state && isFor(known, key, request)) {
        readings.push(readingOf(key, known.span, known, known.mark, true));
      } else {
        unread.push(key);
      }
    }
    for (const keys of inGroups(unread, parallel)) {
      const spans: (number | null)[] = [];
      for (const key of keys) {
        spans.push(yield* spanOf(source, key, request));
      }
      const known = keys.map((key, at) => this.continued(key, request, spans[at]!));
      const marks = yield* all(keys.map((key, at) => source.start(key, known[at]?.mark)));
      keys.forEach((key, at) => {
        const reading = readingOf(key, spans[at]!, known[at], marks[at]!);
        reading.complete = !reading.isNew && (source.isAtEnd?.(key, reading.mark) ?? false);
        readings.push(reading);
      });
    }
    let open = readings
      .filter(({ complete }) => !complete)
      .sort(({ entry: a }, { entry: b }) => Number(a.complete) - Number(b.complete) || a.turn - b.turn);
    if (source.overview) {
      const isPicture = yield* sketchAll(source, open, request, (reading, chunk) =>
        this.take(reading, chunk, request),
      );
      open = isPicture && request.budget !== undefined ? [] : open.filter(({ complete }) => !complete);
    }
    while (open.length > 0) {
      for (const group of inGroups(open, parallel)) {
        if (source.overview && this.isFull(readings)) {
          open.forEach((reading) => (reading.isLeft = !reading.complete && reading.entry.sketch !== null));
          return readings;
        }
        const rows = Math.min(this.limits.chunk, Math.max(LEAST_ROWS, this.limits.chunk / group.length));
        const chunks = yield* all(group.map(({ key, mark }) => source.read(key, mark, rows)));
        group.forEach((reading, at) => this.take(reading, chunks[at]!, request));
        if (Date.now() >= deadline) {
          break;
        }
      }
      open = Date.now() < deadline ? open.filter(({ complete }) => !complete) : [];
    }
    return readings;
  }

  /** Whether what is on the screen takes all the memory that histories may take. */
  private isFull(readings: readonly Reading<Mark>[]): boolean {
    const since = Date.now() - IN_VIEW;
    const entries = new Set([...this.kept.values()].filter(({ asked }) => asked > since));
    readings.forEach(({ entry }) => entries.add(entry));
    return [...entries].reduce((sum, { data }) => sum + sizeOf(data), 0) >= this.limits.bytes;
  }

  /** What is kept of a history, if this picture can be made of it. */
  private continued(key: SeriesKey, sampling: Sampling, span: number | null): Kept<Mark> | undefined {
    const known = this.kept.get(nameOf(key));
    const usable =
      known !== undefined &&
      isFor(known, key, sampling) &&
      (known.signature === null || isAbout(span, known.span));
    return usable ? known : undefined;
  }

  /** What nobody sees yet grows at once, so that a long history takes no more than what is kept of it. */
  private take(
    reading: Reading<Mark>,
    { rows, mark, complete, hasGaps }: HistoryChunk<Mark>,
    sampling: Sampling,
  ): void {
    if (reading.isNew) {
      this.append(reading, rows, sampling);
    } else {
      reading.added.push(rows);
    }
    reading.entry.hasGaps ||= hasGaps ?? false;
    reading.mark = mark;
    reading.complete = complete;
    reading.isRead = true;
  }

  private sampled(
    readings: readonly Reading<Mark>[],
    request: SampleRequest,
    state: unknown,
  ): SampledSeries[] {
    return this.drawn(readings, request, state, (reading, key) => {
      const data = shownOf(reading);
      const complete = reading.complete || reading.isLeft;
      const series =
        data instanceof HistoryColumns ? data.sample(key, request, complete) : data.sample(key, complete);
      return isSampled(reading, request) ? { ...series, sampled: true } : series;
    });
  }

  /** Takes what was read into what is kept, and draws it in the request's order. */
  private drawn<T>(
    readings: readonly Reading<Mark>[],
    request: SampleRequest,
    state: unknown,
    draw: (reading: Reading<Mark>, key: SeriesKey) => T,
  ): T[] {
    this.turns++;
    readings.forEach((reading) => this.keep(reading, request, state));
    const byName = new Map(readings.map((reading) => [nameOf(reading.key), reading]));
    const drawn = request.series.map((key) => draw(byName.get(nameOf(key))!, key));
    this.forgetOld(byName);
    return drawn;
  }

  private keep(reading: Reading<Mark>, sampling: Sampling, state: unknown): void {
    const { key, entry, mark, complete } = reading;
    reading.added.forEach((rows) => this.append(reading, rows, sampling));
    entry.mark = mark;
    entry.asked = Date.now();
    if (complete) {
      entry.sketch = null;
      entry.before = null;
    }
    if (reading.isRead) {
      entry.complete = complete;
      entry.state = state;
      entry.turn = this.turns;
    }
    // Last in the map: last to be forgotten.
    const name = nameOf(key);
    this.kept.delete(name);
    this.kept.set(name, entry);
  }

  private append({ key, entry, span }: Reading<Mark>, rows: HistoryRows, sampling: Sampling): void {
    const { data } = entry;
    if (data instanceof HistoryColumns && data.points + rows.values.length > this.limits.points) {
      const streamed = new StreamedHistory(sampling, key.origin ?? data.firstTimestamp(), span);
      streamed.append(data.rows());
      entry.data = streamed;
      entry.span = span;
      entry.signature = signatureOf(key, sampling);
    }
    entry.data.append(rows);
  }

  private forgetOld(needed: ReadonlyMap<string, unknown>): void {
    let bytes = 0;
    for (const { data } of this.kept.values()) {
      bytes += sizeOf(data);
    }
    for (const [name, { data }] of this.kept) {
      if (bytes <= this.limits.bytes) {
        return;
      }
      if (!needed.has(name)) {
        this.kept.delete(name);
        bytes -= sizeOf(data);
      }
    }
  }
}

/**
 * From the first x that is drawn to the last, where the smoothing asks for it (`twema`), else 0; null where the
 * source cannot say. Of the rows at the two ends of the order in which they are read: where x goes back and forth,
 * nothing is smoothed.
 */
function* spanOf<Mark>(
  source: HistorySource<Mark>,
  key: SeriesKey,
  { x, logX, smoothing }: Sampling,
): Steps<number | null> {
  if (smoothing?.kind !== 'twema' || smoothing.weight === 0) {
    return 0;
  }
  if (!source.ends) {
    return null;
  }
  const column = x === 'step' ? 'steps' : 'timestamps';
  let start = 0;
  if (x === 'relative') {
    start = key.origin ?? (yield* settled(source.ends(key, column, -Infinity)))?.[0] ?? 0;
  }
  const ends = yield* settled(source.ends(key, column, logX ? start : -Infinity));
  return ends ? ends[1] - ends[0] : 0;
}

function isAbout(span: number | null, known: number | null): boolean {
  return (
    span === known || (span !== null && known !== null && Math.abs(span - known) <= known * SPAN_TOLERANCE)
  );
}

function summaryOf<Mark>({ entry: { data }, complete }: Reading<Mark>, key: SeriesKey): MetricSummary {
  if (data instanceof HistoryColumns) {
    return sparkline({ key: key.key, ...data.rows() });
  }
  const { line, points, min, max } = data.sample(key, complete);
  return {
    ...sparkline({ key: key.key, steps: line.steps, timestamps: line.timestamps, values: line.y }),
    count: points,
    min: min?.y ?? null,
    max: max?.y ?? null,
  };
}

/** What a reading has read to its end goes to the source, which may keep it. */
function handOn<Mark>(source: HistorySource<Mark>, readings: readonly Reading<Mark>[]): void {
  for (const { key, entry, mark, complete, isRead } of source.keep ? readings : []) {
    if (complete && isRead && !entry.hasGaps && entry.data instanceof HistoryColumns) {
      source.keep?.(key, mark, entry.data.rows());
    }
  }
}

function* inGroups<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) {
    yield items.slice(at, at + size);
  }
}
