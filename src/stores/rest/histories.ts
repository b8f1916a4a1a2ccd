import { metricOf, type MetricHistory, type Run } from '../../mlflow/entities';
import type { LoggedValue } from '../../mlflow/latest';
import type { HistoryRows } from '../../series/history';
import { HistoryPoints } from '../../series/historyPoints';
import { RowsAsRead } from '../../series/historyRows';
import type { HistoryChunk, HistoryKey, HistorySource } from '../historySource';
import { objectsOf, pointOf, textOf } from './entities';
import type { Server } from './server';

/** Of a page of get-history: 120 bytes a point. */
const PAGE = 25_000;
/** What bulk-interval answers at most, and for how many runs (reference servers.md, section 2). */
const MOST_POINTS = 2500;
/** gunicorn takes request lines of 4,094 bytes. */
const LONGEST_QUERY = 3500;
/** Of the name and the id of one run in a query, bytes. */
const RUN_IN_QUERY = 'run_ids='.length + 33;
/** The greatest step that a range can end at. */
const LAST_STEP = 2 ** 53;
/** Histories asked for at once: those of one metric go into one request. */
const PARALLEL = 64;

/** How far a history was read. */
export interface ServerMark {
  /** Goes on at this page; null: at the first, or, where it was read to its end, behind the last step. */
  token: string | null;
  isWhole: boolean;
  /** The greatest step that was read; −Infinity for none. */
  step: number;
  /** Of these pages only what is behind this step is new. */
  behind: number;
  /** The run's latest value and whether it had ended, when it was read to here. */
  latest: string;
}

const BEGINNING: ServerMark = {
  token: null,
  isWhole: false,
  step: -Infinity,
  behind: -Infinity,
  latest: '',
};

/**
 * Histories of runs. Short ones come whole, those of one metric in one request of bulk-interval: a range of steps that
 * has no more than it takes comes whole (reference servers.md, section 2). Longer ones come by pages of get-history, of
 * servers that page it, else at once. Of a run that goes on only what is behind the last step is read again.
 *
 * @param rows the runs as they are now
 */
export function serverHistories(server: Server, rows: ReadonlyMap<string, Run>): HistorySource<ServerMark> {
  const intervals = new Intervals(server);
  const latestOf = ({ runId, key }: HistoryKey): string => {
    const run = rows.get(runId);
    const metric = run && metricOf(run, key);
    return metric ? JSON.stringify([metric, hasEnded(run)]) : '';
  };
  return {
    state: rows,
    parallel: PARALLEL,
    start: (key, known) => {
      const run = rows.get(key.runId);
      const goesOn = run !== undefined && !hasEnded(run);
      return known && (goesOn || known.latest === latestOf(key)) ? known : BEGINNING;
    },
    read: async (key, mark, wanted) => {
      const latest = latestOf(key);
      if (latest === '' || (mark.isWhole && mark.latest === latest)) {
        return { rows: new RowsAsRead().columns(), mark: { ...mark, isWhole: true, latest }, complete: true };
      }
      if (mark.token !== null) {
        return readPage(server, key, mark, wanted);
      }
      const { step } = metricOf(rows.get(key.runId)!, key.key)!;
      const points =
        Math.abs(step) < LAST_STEP ? await intervals.ask(key, mark.isWhole ? mark.step + 1 : null) : null;
      if (!points) {
        // Of what is known already, only what is behind its last step is new.
        return readPage(server, key, { ...mark, behind: mark.step, latest }, wanted);
      }
      const { rows: read, step: last } = taken(points, mark.step);
      return { rows: read, mark: { ...BEGINNING, isWhole: true, step: last, latest }, complete: true };
    },
  };
}

function hasEnded({ info }: Run): boolean {
  return info.status !== 'RUNNING' && info.status !== 'SCHEDULED';
}

async function readPage(
  server: Server,
  { runId, key }: HistoryKey,
  mark: ServerMark,
  wanted: number,
): Promise<HistoryChunk<ServerMark>> {
  const { items, token } = await server.page(
    {
      method: 'GET',
      endpoint: 'metrics/get-history',
      args: { run_id: runId, metric_key: key, max_results: Math.min(wanted, PAGE) },
      field: 'metrics',
    },
    mark.token ?? undefined,
  );
  const points = items.flatMap((item) => pointOf(item) ?? []).filter((point) => point.step > mark.behind);
  const { rows, step } = taken(points, mark.step);
  const isWhole = token === undefined || token === mark.token;
  return {
    rows,
    mark: isWhole ? { ...BEGINNING, isWhole, step, latest: mark.latest } : { ...mark, token, isWhole, step },
    complete: isWhole,
  };
}

/** @param before the greatest step so far */
function taken(points: readonly LoggedValue[], before: number): { rows: HistoryRows; step: number } {
  const read = new RowsAsRead();
  let step = before;
  for (const point of points) {
    read.add(point);
    step = Math.max(step, point.step);
  }
  return { rows: read.columns(), step };
}

/** A whole history, in MLflow's order. @throws StoreError */
export async function wholeHistory(
  server: Server,
  { runId, key }: HistoryKey,
  signal?: AbortSignal,
): Promise<MetricHistory> {
  const points = new HistoryPoints();
  const pages = server.pages(
    {
      method: 'GET',
      endpoint: 'metrics/get-history',
      args: { run_id: runId, metric_key: key, max_results: PAGE },
      field: 'metrics',
    },
    signal,
  );
  for await (const page of pages) {
    for (const item of page) {
      const point = pointOf(item);
      if (point) {
        points.add(point.step, point.timestamp, point.value, point.stepRest, point.timestampRest);
      }
    }
  }
  return { runId, key, ...points.inOrder() };
}

interface Asked extends HistoryKey {
  /** The first step that is wanted; null for all. */
  from: number | null;
  answer: (points: LoggedValue[] | null) => void;
  fail: (error: unknown) => void;
}

/** Puts what is asked of one metric at once into one request. */
class Intervals {
  private waiting: Asked[] = [];

  constructor(private readonly server: Server) {}

  /** Null where an answer would not hold all of the points. */
  ask(key: HistoryKey, from: number | null): Promise<LoggedValue[] | null> {
    return new Promise((answer, fail) => {
      if (this.waiting.length === 0) {
        queueMicrotask(() => void this.send());
      }
      this.waiting.push({ ...key, from, answer, fail });
    });
  }

  private async send(): Promise<void> {
    const asked = this.waiting;
    this.waiting = [];
    const groups = new Map<string, Asked[]>();
    for (const each of asked) {
      // What begins somewhere has a range of its own.
      const name = JSON.stringify([each.key, each.from === null]);
      groups.set(name, [...(groups.get(name) ?? []), each]);
    }
    await Promise.all(
      [...groups.values()].flatMap((group) => {
        const fit = Math.max(
          1,
          Math.floor((LONGEST_QUERY - encodeURIComponent(group[0]!.key).length) / RUN_IN_QUERY),
        );
        const requests: Promise<void>[] = [];
        for (let at = 0; at < group.length; at += fit) {
          requests.push(this.sendGroup(group.slice(at, at + fit)));
        }
        return requests;
      }),
    );
  }

  private async sendGroup(group: readonly Asked[]): Promise<void> {
    try {
      const first = group[0]!;
      const from = first.from === null ? null : Math.min(...group.map((each) => each.from!));
      const answer = await this.server.readIfThere({
        method: 'GET',
        endpoint: 'metrics/get-history-bulk-interval',
        args: {
          run_ids: group.map(({ runId }) => runId),
          metric_key: first.key,
          max_results: MOST_POINTS,
          start_step: from ?? -LAST_STEP,
          end_step: LAST_STEP,
        },
      });
      if (answer === null) {
        group.forEach((each) => each.answer(null));
        return;
      }
      // Before 3.17 what is evenly spaced are the steps of all runs together.
      const isPerRun = await this.server.isAtLeast(3, 17);
      const byRun = new Map<string, LoggedValue[]>(group.map(({ runId }) => [runId, []]));
      const steps = new Set<number>();
      for (const item of objectsOf(answer['metrics'])) {
        const point = pointOf(item);
        if (point) {
          steps.add(point.step);
          byRun.get(textOf(item['run_id']))?.push(point);
        }
      }
      for (const { runId, from: own, answer: take } of group) {
        const points = byRun.get(runId)!;
        const isWhole = isPerRun ? points.length < MOST_POINTS : steps.size < MOST_POINTS;
        take(isWhole ? points.filter(({ step }) => own === null || step >= own) : null);
      }
    } catch (error) {
      group.forEach((each) => each.fail(error));
    }
  }
}
