import { buffersOf, type SampledSeries, type SampleRequest } from '../../../mlflow/samples';
import { moving, whenProven, type Proven } from '../../../worker/settled';
import { Histories } from '../../histories';
import type { HistoryChunk, HistoryKey, ImmediateSource } from '../../historySource';
import type { Reader } from '../reader';
import { metricValue } from '../values';
import { oneMetric } from './history';

/** How far a history is read. */
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

/** Of the one store that a worker reads. */
const histories = new Histories<Progress>();

/** Histories made ready to draw (TrackingStore.sampleMetrics). */
export function sampleMetrics(reader: Reader, request: SampleRequest): Proven<SampledSeries[]> {
  const sampled = histories.sampleNow(sourceOf(reader), request);
  return whenProven(() => {
    const series = sampled();
    return moving(series, series.flatMap(buffersOf));
  });
}

function sourceOf(reader: Reader): ImmediateSource<Progress> {
  return {
    state: reader.memo('state of histories', () => ({})),
    start: (key, known) => (known && stillThere(reader, key, known) ? known : beginning(reader, key)),
    read: (key, progress, rows) =>
      progress.at
        ? readInitial(reader, key, progress, progress.at, rows)
        : readNew(reader, key, progress, rows),
    ends: (key, column, above) => ends(reader, key, column, above),
  };
}

function beginning(reader: Reader, key: HistoryKey): Progress {
  const newest = Number(reader.first('SELECT max(rowid) FROM metrics')?.[0] ?? 0);
  return {
    byStep: canGoByStep(reader, key),
    initialEnd: newest,
    at: { step: -Infinity, rowid: 0 },
    newest,
    lastRow: 0,
  };
}

function ends(
  reader: Reader,
  { runId, key }: HistoryKey,
  column: 'steps' | 'timestamps',
  above: number,
): [number, number] | null {
  const { from, where } = oneMetric(reader);
  const by = reader.schema.indexOn('metrics', 'run_uuid', 'key', 'step') ? ['step', 'rowid'] : ['rowid'];
  const x = column === 'steps' ? stepColumn(reader) : 'timestamp';
  const [first, last] = ['ASC', 'DESC'].map((direction) =>
    reader.first(
      `SELECT ${x} FROM ${from} WHERE ${where} AND ${x} > ?3
        ORDER BY ${by.map((order) => `${order} ${direction}`).join(', ')} LIMIT 1`,
      [runId, key, above],
    ),
  );
  return first && last ? [Number(first[0]), Number(last[0])] : null;
}

/** A step beyond 2^53 is rounded on its way here: no place to go on from. */
function canGoByStep(reader: Reader, { runId, key }: HistoryKey): boolean {
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
function stillThere(reader: Reader, { runId, key }: HistoryKey, { lastRow }: Progress): boolean {
  return (
    lastRow === 0 ||
    reader.first('SELECT 1 FROM metrics WHERE rowid = ?1 AND run_uuid = ?2 AND key = ?3', [
      lastRow,
      runId,
      key,
    ]) !== undefined
  );
}

/** The first reading: along the index of the run and the key where there is one, else along the run's. */
function readInitial(
  reader: Reader,
  { runId, key }: HistoryKey,
  progress: Progress,
  at: { step: number; rowid: number },
  most: number,
): HistoryChunk<Progress> {
  const { from, where } = oneMetric(reader);
  const { byStep, initialEnd } = progress;
  const byRun = reader.schema.indexOf('metrics', 'run_uuid') !== undefined;
  const columns = `${stepColumn(reader)}, timestamp, value, ${nanColumn(reader)}, rowid`;
  const first = at.rowid === 0 && at.step === -Infinity;
  // Without an index on the run there is no cheap place to go on from: all in one reading.
  const limit = byStep || byRun ? most : -1;
  const found = byStep
    ? readRows(
        reader,
        first
          ? `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid <= ?3 ORDER BY step, rowid LIMIT ?4`
          : `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid <= ?3 AND (step, rowid) > (?5, ?6)
             ORDER BY step, rowid LIMIT ?4`,
        first ? [runId, key, initialEnd, limit] : [runId, key, initialEnd, limit, at.step, at.rowid],
      )
    : readRows(
        reader,
        byRun
          ? `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid > ?5 AND rowid <= ?3 ORDER BY rowid LIMIT ?4`
          : `SELECT ${columns} FROM ${from} WHERE ${where} AND rowid > ?5 AND rowid <= ?3 LIMIT ?4`,
        [runId, key, initialEnd, limit, at.rowid],
      );
  const { steps } = found.rows;
  const done = limit < 0 || steps.length < limit;
  return {
    rows: found.rows,
    mark: {
      ...progress,
      at: done ? null : { step: steps.at(-1)!, rowid: found.rowid },
      lastRow: Math.max(progress.lastRow, found.greatest),
    },
    // Those that are newer than the first reading are still to come.
    complete: false,
  };
}

/** What was logged since: by rowid alone, so that it costs what is new. */
function readNew(
  reader: Reader,
  { runId, key }: HistoryKey,
  progress: Progress,
  most: number,
): HistoryChunk<Progress> {
  // Not the index that goes on with the key: in that of the run alone the new rows stand at the end.
  const byRun = reader.schema.indexOf('metrics', 'run_uuid');
  const { rows, greatest } = readRows(
    reader,
    `SELECT ${stepColumn(reader)}, timestamp, value, ${nanColumn(reader)}, rowid
     FROM metrics ${byRun ? `INDEXED BY ${byRun}` : 'NOT INDEXED'}
     WHERE run_uuid = ?1 AND ${byRun ? '+key' : 'key'} = ?2 AND rowid > ?3 ORDER BY rowid LIMIT ?4`,
    [runId, key, progress.newest, most],
  );
  return {
    rows,
    mark: {
      ...progress,
      newest: Math.max(progress.newest, greatest),
      lastRow: Math.max(progress.lastRow, greatest),
    },
    complete: rows.steps.length < most,
  };
}

function stepColumn(reader: Reader): string {
  return reader.schema.has('metrics', 'step') ? 'step' : '0';
}

function nanColumn(reader: Reader): string {
  return reader.schema.has('metrics', 'is_nan') ? 'is_nan' : '0';
}

interface Rows {
  steps: number[];
  timestamps: number[];
  values: number[];
  /** Missing where no row has one. */
  stepRests?: number[];
  timestampRests?: number[];
}

function readRows(
  reader: Reader,
  sql: string,
  params: (string | number)[],
): { rows: Rows; rowid: number; greatest: number } {
  const rows: Rows = { steps: [], timestamps: [], values: [] };
  let rowid = 0;
  let greatest = 0;
  reader.each(sql, params, (row) => {
    const step = row.number(0);
    const timestamp = row.number(1);
    rows.steps.push(step);
    rows.timestamps.push(timestamp);
    rows.values.push(metricValue(row.number(2), row.number(3)));
    keepRest(rows, 'stepRests', row.rest(0, step));
    keepRest(rows, 'timestampRests', row.rest(1, timestamp));
    rowid = row.number(4);
    greatest = Math.max(greatest, rowid);
  });
  return { rows, rowid, greatest };
}

/** Of the row that was read last. */
function keepRest(rows: Rows, column: 'stepRests' | 'timestampRests', rest: number): void {
  if (rest !== 0 || rows[column]) {
    const rests = (rows[column] ??= []);
    while (rests.length < rows.steps.length - 1) {
      rests.push(0);
    }
    rests.push(rest);
  }
}
