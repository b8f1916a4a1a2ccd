import { metricOf, type Metric, type MetricHistory, type Run } from '../../mlflow/entities';
import type { LoggedValue } from '../../mlflow/latest';
import { compareWhole } from '../../mlflow/wholeNumbers';
import type { HistoryRows } from '../../series/history';
import { HistoryPoints } from '../../series/historyPoints';
import { RowsAsRead } from '../../series/historyRows';
import type { HistoryChunk, HistoryKey, HistorySource, StepRange } from '../historySource';
import { readHistoryPage } from './historyPage';
import type { HistoryCache } from './historyCache';
import { FIRST_STEP, Intervals, LAST_STEP, MOST_POINTS, stepOf } from './intervals';
import type { Server } from './server';

/** Of a page of get-history: 120 bytes a point. */
const PAGE = 25_000;
/** Of a server that pages no history, what is asked for at once; longer ones come in windows. */
const AT_ONCE = 20_000;
/** Of a server without bulk-interval, points of a running run that are read again for those that are new. */
const AGAIN = 2000;
/** Steps of a window: fewer than bulk-interval takes, so that its answer shows that it holds all of them. */
const WINDOW = 2400n;
/** Columns of a first picture, at least: the shortest histories come whole with it. */
const LEAST_COLUMNS = 100;
/** Parts of histories that are asked for at once: the exchange sends four. */
const PARALLEL = 8;

/** How far a history was read. */
export interface ServerMark {
  /** Goes on at this page of get-history. */
  token: string | null;
  /** Goes on at this step, in windows of so many. */
  window: { from: bigint; width: bigint } | null;
  isWhole: boolean;
  /** The greatest step that was read; null for none. */
  last: bigint | null;
  /** The least step that is known. */
  first: bigint | null;
  /** Of pages only what is behind this step is new. */
  behind: bigint | null;
  /** How many were read. */
  points: number;
  /** It comes from the cache. */
  isKept: boolean;
  /** The run's latest value and whether it had ended, when it was read to here. */
  latest: string;
}

const BEGINNING: ServerMark = {
  ...{ token: null, window: null, isWhole: false, isKept: false },
  ...{ last: null, first: null, behind: null, points: 0, latest: '' },
};

type Chunk = HistoryChunk<ServerMark>;

/**
 * Histories of runs (reference servers.md, section 2). A first picture of many is one request of bulk-interval, and with
 * it the short ones are whole. Then they are read: those of fewer steps than bulk-interval takes by one request for
 * several runs, longer ones by pages of get-history, and of a server that does not page it (before 3.1) in windows of
 * steps. Of a run that goes on only what is behind the last step is read; once it has ended it is read again, for points
 * that came late.
 *
 * @param rows the runs as they are now
 * @param cache histories of ended runs: given out only of runs that the server has just shown to who is signed in
 */
export function serverHistories(
  server: Server,
  rows: ReadonlyMap<string, Run>,
  signal?: AbortSignal,
  cache?: HistoryCache,
): HistorySource<ServerMark> {
  const intervals = new Intervals(server, signal);
  const latestOf = (key: HistoryKey): { metric: Metric; hasEnded: boolean; said: string } | null => {
    const run = rows.get(key.runId);
    const metric = run && metricOf(run, key.key);
    if (!metric) {
      return null;
    }
    const hasEnded = run.info.status !== 'RUNNING' && run.info.status !== 'SCHEDULED';
    return { metric, hasEnded, said: JSON.stringify([metric, hasEnded]) };
  };
  /** What tells that the history of an ended run is the one that was kept. */
  const stateOf = (key: HistoryKey): string | null => {
    const now = latestOf(key);
    const info = rows.get(key.runId)?.info;
    return now?.hasEnded && info ? JSON.stringify([now.said, info.status, info.endTime]) : null;
  };

  function kept(key: HistoryKey): Chunk | null {
    const state = cache ? stateOf(key) : null;
    const found = state === null ? null : cache!.read(key, state);
    if (!found) {
      return null;
    }
    const end = { ...BEGINNING, isWhole: true, isKept: true, latest: latestOf(key)!.said };
    return { rows: found, mark: { ...end, points: found.values.length }, complete: true };
  }

  async function overview(
    asked: readonly { key: HistoryKey; mark: ServerMark }[],
    columns: number,
    range: StepRange,
  ): Promise<(Chunk | null)[]> {
    const most = Math.min(MOST_POINTS, Math.max(LEAST_COLUMNS, Math.ceil(columns)));
    const known = range ? [] : asked.map(({ key }) => kept(key));
    const there = asked.filter(({ key }, at) => !known[at] && latestOf(key));
    const keys = [...new Set(there.map(({ key }) => key.key))];
    const found = new Map(
      await Promise.all(
        keys.map(async (key) => {
          const runIds = [...new Set(there.flatMap((each) => (each.key.key === key ? each.key.runId : [])))];
          const [from, to] = range ? range.map(toStep) : [FIRST_STEP, LAST_STEP];
          return [
            key,
            await intervals.read({ runIds, key, from: from!, to: to!, most, priority: 'visible' }),
          ] as const;
        }),
      ),
    );
    return asked.map(({ key, mark }, at) => {
      if (known[at]) {
        return known[at];
      }
      const interval = found.get(key.key)?.get(key.runId);
      if (!interval) {
        return null;
      }
      const { points, isWhole } = interval;
      if (range) {
        return { rows: rowsOf(points), mark, complete: isWhole };
      }
      const latest = latestOf(key)!.said;
      const beginning = { ...BEGINNING, latest, first: points[0] ? stepOf(points[0]) : null };
      return isWhole ? whole(beginning, points) : { rows: rowsOf(points), mark: beginning, complete: false };
    });
  }

  async function read(key: HistoryKey, mark: ServerMark, wanted: number): Promise<Chunk> {
    const now = latestOf(key);
    if (!now || (mark.isWhole && mark.latest === now.said)) {
      return {
        rows: rowsOf([]),
        mark: { ...mark, isWhole: true, latest: now?.said ?? '' },
        complete: true,
      };
    }
    if (mark.token !== null) {
      return readPage(key, mark, wanted);
    }
    const last = stepOf(now.metric);
    if (mark.window !== null) {
      return readWindow(key, mark, mark.window, last);
    }
    return mark.isWhole
      ? readTail(key, { ...mark, latest: now.said }, now.metric)
      : begin(key, { ...mark, latest: now.said }, last, wanted);
  }

  async function begin(key: HistoryKey, mark: ServerMark, last: bigint, wanted: number): Promise<Chunk> {
    const steps = last - (mark.first ?? 0n) + 1n;
    if (steps < MOST_POINTS && !intervals.areMissing) {
      const points = await intervals.ask(key, FIRST_STEP, LAST_STEP);
      if (points) {
        return whole(mark, points);
      }
    }
    const isPaged = await server.isAtLeast(3, 1, signal);
    if (isPaged || steps <= AT_ONCE || intervals.areMissing || mark.first === null) {
      return readPage(key, mark, wanted);
    }
    return readWindow(key, mark, { from: mark.first, width: WINDOW }, last);
  }

  async function readTail(key: HistoryKey, mark: ServerMark, latest: Metric): Promise<Chunk> {
    if (mark.last === null) {
      return readPage(key, { ...mark, isWhole: false }, PAGE);
    }
    const from = mark.last + 1n;
    const points = intervals.areMissing || from > LAST_STEP ? [] : await intervals.ask(key, from, LAST_STEP);
    if (!intervals.areMissing) {
      return points
        ? whole(mark, points)
        : readWindow(key, { ...mark, isWhole: false }, { from, width: WINDOW }, stepOf(latest));
    }
    if (mark.points <= AGAIN) {
      return readPage(key, { ...mark, isWhole: false, behind: mark.last }, PAGE);
    }
    const isNew = stepOf(latest) > mark.last;
    return { ...whole(mark, isNew ? [latest] : []), hasGaps: true };
  }

  /** The next one that holds as many steps as are answered whole. */
  async function readWindow(
    key: HistoryKey,
    mark: ServerMark,
    { from, width: wanted }: { from: bigint; width: bigint },
    last: bigint,
  ): Promise<Chunk> {
    let width = wanted;
    // Behind the last step that is known there may be newer ones.
    let to = from + width > last ? LAST_STEP : from + width - 1n;
    for (;;) {
      const points = await intervals.ask(key, from, to);
      if (points && to === LAST_STEP) {
        return whole(mark, points);
      }
      if (points) {
        const next = { from: to + 1n, width: width * BigInt(roomFor(points.length)) };
        return { rows: rowsOf(points), mark: { ...grown(mark, points), window: next }, complete: false };
      }
      if (intervals.areMissing || to === from) {
        // More points of one step than are ever answered.
        const behind = from === FIRST_STEP ? null : from - 1n;
        return readPage(key, { ...mark, window: null, behind }, PAGE);
      }
      width = to === LAST_STEP && width > last - from ? (last - from) / 2n + 1n : (width + 1n) / 2n;
      to = from + width - 1n;
    }
  }

  async function readPage(key: HistoryKey, mark: ServerMark, wanted: number): Promise<Chunk> {
    const page = await readHistoryPage(
      server,
      { ...key, most: Math.min(Math.ceil(wanted), PAGE), token: mark.token ?? undefined },
      signal,
    );
    const { behind } = mark;
    const points = behind === null ? page.points : page.points.filter((point) => isBehind(point, behind));
    const isEnd = page.token === undefined || page.token === mark.token;
    if (!isEnd) {
      return { rows: rowsOf(points), mark: { ...grown(mark, points), token: page.token! }, complete: false };
    }
    const now = latestOf(key);
    const isCut = page.isCut && now !== null;
    return isCut ? { ...whole(mark, [...points, now.metric]), hasGaps: true } : whole(mark, points);
  }

  return {
    state: rows,
    parallel: PARALLEL,
    start: (key, known) => {
      const now = latestOf(key);
      const goesOn = now !== null && !now.hasEnded && !known?.isKept;
      return known && now && (goesOn || known.latest === now.said) ? known : BEGINNING;
    },
    isAtEnd: (key, mark) => mark.isWhole && mark.latest === (latestOf(key)?.said ?? ''),
    keep: (key, mark, read) => {
      const state = stateOf(key);
      if (cache && state !== null && !mark.isKept) {
        cache.keep(key, state, read);
      }
    },
    overview,
    read,
  };
}

function toStep(step: number): bigint {
  const whole = BigInt(Math.trunc(Math.max(-(2 ** 64), Math.min(2 ** 64, step))));
  return whole < FIRST_STEP ? FIRST_STEP : whole > LAST_STEP ? LAST_STEP : whole;
}

/** How many times as wide the next window may be. */
function roomFor(points: number): number {
  return Math.max(1, Math.min(64, Math.floor(MOST_POINTS / 2 / (points + 1))));
}

function isBehind(point: LoggedValue, step: bigint): boolean {
  return stepOf(point) > step;
}

/** Read to its end by these points. */
function whole(mark: ServerMark, points: readonly LoggedValue[]): Chunk {
  const { last, first, points: count } = grown(mark, points);
  const end = { ...BEGINNING, isWhole: true, last, first, points: count, latest: mark.latest };
  return { rows: rowsOf(points), mark: end, complete: true };
}

function grown(mark: ServerMark, points: readonly LoggedValue[]): ServerMark {
  let greatest: LoggedValue | null = null;
  for (const point of points) {
    if (
      !greatest ||
      compareWhole(point.step, point.stepRest ?? 0, greatest.step, greatest.stepRest ?? 0) > 0
    ) {
      greatest = point;
    }
  }
  const step = greatest && stepOf(greatest);
  const last = step !== null && (mark.last === null || step > mark.last) ? step : mark.last;
  return { ...mark, last, points: mark.points + points.length };
}

function rowsOf(points: readonly LoggedValue[]): HistoryRows {
  const read = new RowsAsRead();
  points.forEach((point) => read.add(point));
  return read.columns();
}

/** A whole history, in MLflow's order. @throws StoreError */
export async function wholeHistory(
  server: Server,
  { runId, key }: HistoryKey,
  signal?: AbortSignal,
): Promise<MetricHistory> {
  const points = new HistoryPoints();
  let token: string | undefined;
  for (;;) {
    const page = await readHistoryPage(server, { runId, key, most: PAGE, token, isAll: true }, signal);
    for (const { step, timestamp, value, stepRest, timestampRest } of page.points) {
      points.add(step, timestamp, value, stepRest, timestampRest);
    }
    // 3.11 may answer nothing and a token that never advances.
    if (page.token === undefined || page.token === token) {
      return { runId, key, ...points.inOrder() };
    }
    token = page.token;
  }
}
