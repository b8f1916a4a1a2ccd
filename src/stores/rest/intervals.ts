import type { LoggedValue } from '../../mlflow/latest';
import type { ServerRequest } from './exchange';
import { objectsOf, pointOf, textOf } from './entities';
import type { HistoryKey } from '../historySource';
import type { Server } from './server';

/** What bulk-interval answers at most of a run, and for how many runs (reference servers.md, section 2). */
export const MOST_POINTS = 2500;
/** Steps of 64 bits, which bulk-interval takes though its schema says 32 (measured: 2.14.3, 3.17.2). */
export const FIRST_STEP = -(2n ** 63n);
export const LAST_STEP = 2n ** 63n - 1n;

const MOST_RUNS = 100;
/** gunicorn takes request lines of 4,094 bytes. */
const LONGEST_QUERY = 3500;
/** Of the name and the id of one run in a query, bytes. */
const RUN_IN_QUERY = '&run_ids='.length + 32;
/** Points of all runs that a request asks for at most: seconds of the server's time. */
const MOST_OF_ALL = 50_000;

export interface IntervalRequest {
  runIds: readonly string[];
  key: string;
  from: bigint;
  to: bigint;
  /** Points of each run. */
  most: number;
  priority: ServerRequest['priority'];
}

/** Points of one run; whether they are all of the range. */
export interface Interval {
  points: LoggedValue[];
  isWhole: boolean;
}

interface Asked extends HistoryKey {
  from: bigint;
  to: bigint;
  answer: (points: LoggedValue[] | null) => void;
  fail: (error: unknown) => void;
}

/** Asks a server for parts of histories, those of many runs in one request. */
export class Intervals {
  private waiting: Asked[] = [];
  private missing = false;

  constructor(
    private readonly server: Server,
    private readonly signal?: AbortSignal,
  ) {}

  /** The server turned out to have no such endpoint (before 2.0). */
  get areMissing(): boolean {
    return this.missing;
  }

  /**
   * All points of a range of steps; null where the answer would not hold all of them. What is asked of one metric at the
   * same time is asked in one request.
   */
  ask(key: HistoryKey, from: bigint, to: bigint): Promise<LoggedValue[] | null> {
    return new Promise((answer, fail) => {
      if (this.waiting.length === 0) {
        queueMicrotask(() => void this.send());
      }
      this.waiting.push({ ...key, from, to, answer, fail });
    });
  }

  /** At most so many points of each run, its first and its last among them; null where the server has no such endpoint. */
  async read(request: IntervalRequest): Promise<Map<string, Interval> | null> {
    const { runIds, key, most } = request;
    const left = LONGEST_QUERY - encodeURIComponent(key).length;
    const fit = Math.min(MOST_RUNS, Math.floor(left / RUN_IN_QUERY), Math.floor(MOST_OF_ALL / most));
    const found = new Map<string, Interval>();
    const answers = await Promise.all(
      groupsOf(runIds, Math.max(1, fit)).map((group) => this.readGroup({ ...request, runIds: group })),
    );
    if (answers.includes(null)) {
      return null;
    }
    answers.forEach((answer) => answer!.forEach((interval, runId) => found.set(runId, interval)));
    return found;
  }

  private async readGroup(request: IntervalRequest): Promise<Map<string, Interval> | null> {
    const { runIds, key, from, to, most, priority } = request;
    const answer = await this.server.readIfThere(
      {
        method: 'GET',
        endpoint: 'metrics/get-history-bulk-interval',
        args: { run_ids: runIds, metric_key: key, max_results: most, start_step: from, end_step: to },
        priority,
      },
      this.signal,
    );
    if (answer === null) {
      this.missing = true;
      return null;
    }
    // Before 3.17 what is evenly spaced are the steps of all runs together.
    const isPerRun = await this.server.isAtLeast(3, 17, this.signal);
    const found = new Map<string, Interval>(runIds.map((runId) => [runId, { points: [], isWhole: true }]));
    const steps = new Set<number>();
    for (const item of objectsOf(answer['metrics'])) {
      const point = pointOf(item);
      if (point) {
        steps.add(point.step);
        found.get(textOf(item['run_id']))?.points.push(point);
      }
    }
    for (const interval of found.values()) {
      interval.isWhole = interval.points.length < most && (isPerRun || steps.size < most);
    }
    return found;
  }

  private async send(): Promise<void> {
    const asked = this.waiting;
    this.waiting = [];
    const groups = new Map<string, Asked[]>();
    for (const each of asked) {
      // What goes on somewhere goes on at its own place, in one range for all.
      const from = each.to === LAST_STEP && each.from !== FIRST_STEP ? 'tail' : String(each.from);
      const name = JSON.stringify([each.key, from, String(each.to)]);
      groups.set(name, [...(groups.get(name) ?? []), each]);
    }
    await Promise.all([...groups.values()].map((group) => this.sendGroup(group)));
  }

  private async sendGroup(group: readonly Asked[]): Promise<void> {
    const { key, to } = group[0]!;
    try {
      const found = await this.read({
        runIds: [...new Set(group.map(({ runId }) => runId))],
        key,
        from: group.reduce((least, { from }) => (from < least ? from : least), group[0]!.from),
        to,
        most: MOST_POINTS,
        priority: 'background',
      });
      for (const { runId, from, answer } of group) {
        const interval = found?.get(runId);
        answer(interval?.isWhole ? interval.points.filter((point) => stepOf(point) >= from) : null);
      }
    } catch (error) {
      group.forEach(({ fail }) => fail(error));
    }
  }
}

/** Exact. */
export function stepOf({ step, stepRest = 0 }: LoggedValue): bigint {
  return BigInt(Math.trunc(step)) + BigInt(stepRest);
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
