import type { SampledSeries, SampleRequest, Sampling, SeriesKey } from '../../../mlflow/samples';
import { HistoryColumns, type HistoryRows } from '../../../series/history';
import { StreamedHistory } from '../../../series/streamed';
import { moving, whenProven, type Proven } from '../../../worker/settled';
import type { Reader } from '../reader';
import { metricValue } from '../values';
import { oneMetric } from './history';

/** Rows read between two looks at the clock. */
const CHUNK = 20_000;
/** Longer histories are not kept: 24 bytes a point. */
const KEPT_POINTS = 2_000_000;
/** All that is kept of a store's histories, bytes; the longest unused go first. */
const KEPT_BYTES = 96 * 1024 * 1024;

/**
 * The time-weighted mean weighs by parts of the whole span of x. It may grow by this share before a streamed history
 * is smoothed anew: meanwhile a weight's exponent is off by no more.
 */
const SPAN_TOLERANCE = 0.01;

/** How far a history is read. A new object whenever more is read, so that a reading that is not proven leaves none. */
interface Progress {
  /** Whether the first reading goes along the index of run, key and step. */
  byStep: boolean;
  /** Rows up to here are read in the order of an index; later ones are found by their rowid. */
  initialEnd: number;
  /** Where the first reading stands; null: done. */
  at: { step: number; rowid: number } | null;
  /** The greatest rowid seen: new rows have greater ones. */
  newest: number;
  /** The last row of this history that was read, to notice that rows were removed. */
  lastRow: number;
}

interface Kept {
  progress: Progress | null;
  data: HistoryColumns | StreamedHistory;
  /** The picture that a streamed history was reduced to. */
  signature: string | null;
  /** Of the x that it was smoothed over (spanOf). */
  span: number;
}

/** What the worker keeps between requests: histories, grown by what is new. */
const kept = new Map<string, Kept>();

interface Chunk {
  steps: number[];
  timestamps: number[];
  values: number[];
}

/** What one request read of one history. */
interface Reading {
  key: SeriesKey;
  progress: Progress;
  chunks: Chunk[];
  fresh: boolean;
  complete: boolean;
  span: number;
}

/**
 * Histories made ready to draw (TrackingStore.sampleMetrics). Rows are read once, in chunks, and kept as columns in
 * this thread; later requests read only rows that are new. A history of more than 2 million points is not kept
 * but reduced to the buckets of the picture as its rows go by.
 */
export function sampleMetrics(reader: Reader, request: SampleRequest): Proven<SampledSeries[]> {
  const deadline = request.budget === undefined ? Infinity : Date.now() + request.budget;
  const names = new Map(request.series.map((key) => [nameOf(key), key]));
  const readings = [...names.values()].map((key) => start(reader, key, request));
  // Round and round, so that every line has a first part before one has its last; at least one part, however
  // small the budget.
  let open = readings.toSorted((a, b) => Number(a.progress.at === null) - Number(b.progress.at === null));
  while (open.length > 0) {
    for (const reading of open) {
      readChunk(reader, reading);
      if (Date.now() >= deadline) {
        break;
      }
    }
    open = Date.now() < deadline ? open.filter(({ complete }) => !complete) : [];
  }
  return whenProven(() => {
    const complete = new Map(readings.map((reading) => [keep(reading, request), reading.complete]));
    const sampled = request.series.map((key) => picture(key, request, complete.get(nameOf(key)) === true));
    forgetOld(names);
    return moving(sampled, sampled.flatMap(buffersOf));
  });
}

function start(reader: Reader, key: SeriesKey, sampling: Sampling): Reading {
  const known = kept.get(nameOf(key));
  const span = spanOf(reader, key, sampling);
  const usable =
    known?.progress &&
    (known.signature === null ||
      (known.signature === signatureOf(key, sampling) &&
        Math.abs(span - known.span) <= known.span * SPAN_TOLERANCE)) &&
    stillThere(reader, key, known.progress);
  if (usable) {
    return { key, progress: known.progress!, chunks: [], fresh: false, complete: false, span };
  }
  const newest = Number(reader.first('SELECT max(rowid) FROM metrics')?.[0] ?? 0);
  return {
    key,
    progress: {
      byStep: canGoByStep(reader, key),
      initialEnd: newest,
      at: { step: -Infinity, rowid: 0 },
      newest,
      lastRow: 0,
    },
    chunks: [],
    fresh: true,
    complete: false,
    span,
  };
}

/**
 * From the first x that is drawn to the last, where the smoothing asks for it (`twema`), else 0. Of the rows at the
 * two ends of the order in which they are read: where x goes back and forth, nothing is smoothed.
 */
function spanOf(reader: Reader, { runId, key, origin }: SeriesKey, { x, logX, smoothing }: Sampling): number {
  if (smoothing?.kind !== 'twema' || smoothing.weight === 0) {
    return 0;
  }
  const { from, where } = oneMetric(reader);
  const by = reader.schema.indexOn('metrics', 'run_uuid', 'key', 'step') ? ['step', 'rowid'] : ['rowid'];
  const column = x === 'step' ? stepColumn(reader) : 'timestamp';
  const end = (direction: 'ASC' | 'DESC', above: number): number | undefined => {
    const row = reader.first(
      `SELECT ${column} FROM ${from} WHERE ${where} AND ${column} > ?3
        ORDER BY ${by.map((order) => `${order} ${direction}`).join(', ')} LIMIT 1`,
      [runId, key, above],
    );
    return row && Number(row[0]);
  };
  const start = x === 'relative' ? (origin ?? end('ASC', -Infinity) ?? 0) : 0;
  const least = logX ? start : -Infinity;
  return (end('DESC', least) ?? 0) - (end('ASC', least) ?? 0);
}

/** A step beyond 2^53 is rounded on its way here: no place to go on from. */
function canGoByStep(reader: Reader, { runId, key }: SeriesKey): boolean {
  if (reader.schema.indexOn('metrics', 'run_uuid', 'key', 'step') === undefined) {
    return false;
  }
  const { from, where } = oneMetric(reader);
  return ['min', 'max'].every((end) => {
    const step = reader.first(`SELECT ${end}(step) FROM ${from} WHERE ${where}`, [runId, key])?.[0];
    return Math.abs(Number(step ?? 0)) <= Number.MAX_SAFE_INTEGER;
  });
}

/** Rows vanish when a run is deleted for good, and a rewritten table numbers them anew. */
function stillThere(reader: Reader, { runId, key }: SeriesKey, { lastRow }: Progress): boolean {
  return (
    lastRow === 0 ||
    reader.first('SELECT 1 FROM metrics WHERE rowid = ?1 AND run_uuid = ?2 AND key = ?3', [
      lastRow,
      runId,
      key,
    ]) !== undefined
  );
}

function readChunk(reader: Reader, reading: Reading): void {
  const { at } = reading.progress;
  if (at) {
    readInitial(reader, reading, at);
  } else {
    readNew(reader, reading);
  }
}

/** The first reading: along the index of the run and the key where there is one, else along the run's. */
function readInitial(reader: Reader, reading: Reading, at: { step: number; rowid: number }): void {
  const { from, where } = oneMetric(reader);
  const ordered = reading.progress.byStep;
  const byRun = reader.schema.indexOf('metrics', 'run_uuid') !== undefined;
  const columns = `${stepColumn(reader)}, timestamp, value, ${nanColumn(reader)}, rowid`;
  const { runId, key } = reading.key;
  const { initialEnd } = reading.progress;
  const first = at.rowid === 0 && at.step === -Infinity;
  // Without an index on the run there is no cheap place to go on from: all in one reading.
  const limit = ordered || byRun ? CHUNK : -1;
  const rows = ordered
    ? read(
        reader,
        reading,
        first
          ? `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid <= ?3 ORDER BY step, rowid LIMIT ?4`
          : `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid <= ?3 AND (step, rowid) > (?5, ?6)
             ORDER BY step, rowid LIMIT ?4`,
        first ? [runId, key, initialEnd, limit] : [runId, key, initialEnd, limit, at.step, at.rowid],
      )
    : read(
        reader,
        reading,
        byRun
          ? `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid > ?5 AND rowid <= ?3 ORDER BY rowid LIMIT ?4`
          : `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid > ?5 AND rowid <= ?3 LIMIT ?4`,
        [runId, key, initialEnd, limit, at.rowid],
      );
  const done = limit < 0 || rows.count < limit;
  reading.progress = {
    ...reading.progress,
    at: done ? null : { step: rows.step, rowid: rows.rowid },
    lastRow: Math.max(reading.progress.lastRow, rows.greatest),
  };
}

/** What was logged since: by rowid alone, so that it costs what is new. */
function readNew(reader: Reader, reading: Reading): void {
  // Not the index that goes on with the key: in that of the run alone the new rows stand at the end.
  const byRun = reader.schema.indexOf('metrics', 'run_uuid');
  const rows = read(
    reader,
    reading,
    `SELECT ${stepColumn(reader)}, timestamp, value, ${nanColumn(reader)}, rowid
     FROM metrics ${byRun ? `INDEXED BY ${byRun}` : 'NOT INDEXED'}
     WHERE run_uuid = ?1 AND ${byRun ? '+key' : 'key'} = ?2 AND rowid > ?3 ORDER BY rowid LIMIT ?4`,
    [reading.key.runId, reading.key.key, reading.progress.newest, CHUNK],
  );
  reading.complete = rows.count < CHUNK;
  reading.progress = {
    ...reading.progress,
    newest: Math.max(reading.progress.newest, rows.greatest),
    lastRow: Math.max(reading.progress.lastRow, rows.greatest),
  };
}

function stepColumn(reader: Reader): string {
  return reader.schema.has('metrics', 'step') ? 'step' : '0';
}

function nanColumn(reader: Reader): string {
  return reader.schema.has('metrics', 'is_nan') ? 'is_nan' : '0';
}

function read(
  reader: Reader,
  reading: Reading,
  sql: string,
  params: (string | number)[],
): { count: number; step: number; rowid: number; greatest: number } {
  const chunk: Chunk = { steps: [], timestamps: [], values: [] };
  let rowid = 0;
  let greatest = 0;
  reader.each(sql, params, (row) => {
    chunk.steps.push(row.number(0));
    chunk.timestamps.push(row.number(1));
    chunk.values.push(metricValue(row.number(2), row.number(3)));
    rowid = row.number(4);
    greatest = Math.max(greatest, rowid);
  });
  reading.chunks.push(chunk);
  return { count: chunk.steps.length, step: chunk.steps.at(-1) ?? 0, rowid, greatest };
}

/** Takes what was read into what is kept. Returns the history's name. */
function keep(reading: Reading, sampling: Sampling): string {
  const name = nameOf(reading.key);
  let entry = reading.fresh ? undefined : kept.get(name);
  entry ??= { progress: null, data: new HistoryColumns(), signature: null, span: reading.span };
  for (const chunk of reading.chunks) {
    append(entry, chunk, reading, sampling);
  }
  entry.progress = reading.progress;
  // Last in the map: last to be forgotten.
  kept.delete(name);
  kept.set(name, entry);
  return name;
}

function picture(key: SeriesKey, sampling: Sampling, complete: boolean): SampledSeries {
  const { data } = kept.get(nameOf(key))!;
  return data instanceof HistoryColumns ? data.sample(key, sampling, complete) : data.sample(key, complete);
}

function append(entry: Kept, chunk: HistoryRows, { key, span }: Reading, sampling: Sampling): void {
  if (entry.data instanceof HistoryColumns && entry.data.points + chunk.values.length > KEPT_POINTS) {
    const streamed = new StreamedHistory(sampling, key.origin ?? entry.data.firstTimestamp(), span);
    streamed.append(entry.data.rows());
    entry.data = streamed;
    entry.span = span;
    entry.signature = signatureOf(key, sampling);
  }
  entry.data.append(chunk);
}

function forgetOld(needed: ReadonlyMap<string, unknown>): void {
  let bytes = 0;
  for (const { data } of kept.values()) {
    bytes += data instanceof HistoryColumns ? data.size : 0;
  }
  for (const [name, { data }] of kept) {
    if (bytes <= KEPT_BYTES) {
      return;
    }
    if (!needed.has(name)) {
      kept.delete(name);
      bytes -= data instanceof HistoryColumns ? data.size : 0;
    }
  }
}

function nameOf({ runId, key }: SeriesKey): string {
  return `${runId}\n${key}`;
}

function signatureOf(key: SeriesKey, sampling: Sampling): string {
  const { x, logX, logY, range, buckets, smoothing } = sampling;
  return JSON.stringify([x, logX, logY, range, buckets, smoothing, key.origin]);
}

function buffersOf({ line, smoothed, marks }: SampledSeries): ArrayBufferLike[] {
  return [
    line.x.buffer,
    line.y.buffer,
    line.steps.buffer,
    line.timestamps.buffer,
    ...(smoothed ? [smoothed.x.buffer, smoothed.y.buffer] : []),
    marks.x.buffer,
    marks.kinds.buffer,
    marks.counts.buffer,
  ];
}
