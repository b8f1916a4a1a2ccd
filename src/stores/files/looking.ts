import type { Disk } from './disk';
import type { InTurn } from './entityFolder';
import type { Pace } from './pace';
import { NEVER, type FileRun } from './run';

/**
 * How much is asked of the system at one look, of each list; a file that is read counts as several questions. A poll a
 * second has half a percent of a core; who asks for something else waits for the answer, and looks at that anyway.
 */
const ON_ITS_OWN = { first: 300, rest: 100, shown: 100, runs: 100, restored: 2000 };
const BESIDE_A_REQUEST = { first: 300, rest: 10, shown: 10, runs: 10, restored: 0 };
const READING = 4;
/** Runs that come first: those that run, and the newest. */
const MOST_RUNNING = 100;
const NEWEST = 5;
/** Requests that follow each other so closely look once, ms: who shows a run looks at that one anyway. */
const LOOKED_JUST_NOW = 200;
/** Runs that somebody saw last, which come in turn sooner than the others. */
const MOST_SHOWN = 500;

export interface Looked {
  /** Each answers whether something changed. */
  always: readonly (() => boolean)[];
  inTurn: readonly InTurn[];
  runs: ReadonlyMap<string, FileRun>;
  lookAt(this: void, runId: string): boolean;
}

interface Ordered {
  runs: ReadonlyMap<string, FileRun>;
  first: readonly string[];
  rest: readonly string[];
  /** What an earlier window read and was not looked at in this one. */
  restored: string[];
}

/**
 * Looks for changes at a cost that does not grow with the store: at what trains now and what is newest each time, at
 * the rest in turn, so many files a time. Nothing tells of a file that was written over but the file itself.
 */
export class Looking {
  private recent = new Set<string>();
  private readonly turns = { first: 0, rest: 0, shown: 0, runs: 0 };
  private last = -Infinity;
  private ordered: Ordered | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly pace: Pace,
  ) {}

  /** The last ones stay. */
  shown(runIds: readonly string[]): void {
    runIds.forEach((runId) => this.recent.delete(runId));
    this.recent = new Set([...this.recent, ...runIds].slice(-MOST_SHOWN));
  }

  /** @param isAsked somebody asked for a look, and for nothing else. Whether anything changed. @throws StoreError CANCELLED */
  async look(
    { always, inTurn, runs, lookAt }: Looked,
    isAsked: boolean,
    signal?: AbortSignal,
  ): Promise<boolean> {
    let isChanged = false;
    const look = async (at: () => boolean): Promise<void> => {
      if (this.pace.isTired) {
        await this.pace.pause(signal);
      }
      isChanged = this.pace.inOneGo(at) || isChanged;
    };
    for (const each of always) {
      await look(each);
    }
    if (!isAsked && performance.now() - this.last < LOOKED_JUST_NOW) {
      return isChanged;
    }
    const { first, rest, restored } = this.orderOf(runs);
    const shown = [...this.recent].filter((runId) => runs.has(runId));
    const budgets = isAsked ? ON_ITS_OWN : BESIDE_A_REQUEST;
    const some = async (
      name: keyof typeof this.turns,
      count: number,
      at: (place: number) => boolean,
    ): Promise<void> => {
      const end = this.cost() + budgets[name];
      for (let done = 0; done < count && this.cost() < end; done++) {
        this.turns[name] = (this.turns[name] + 1) % count;
        await look(() => at(this.turns[name]));
      }
    };
    await some('first', first.length, (place) => lookAt(first[place]!));
    const count = inTurn.reduce((sum, { length }) => sum + length, 0);
    await some('rest', count, (place) => lookAtPart(inTurn, place));
    await some('shown', shown.length, (place) => lookAt(shown[place]!));
    await some('runs', rest.length, (place) => lookAt(rest[place]!));
    const end = this.cost() + budgets.restored;
    while (restored.length > 0 && this.cost() < end) {
      const runId = restored.at(-1)!;
      if (runs.get(runId)?.lookedAt === NEVER) {
        await look(() => lookAt(runId));
      }
      restored.pop();
    }
    this.last = performance.now();
    return isChanged;
  }

  private cost(): number {
    const { looks, files, folders } = this.disk.counts;
    return looks + READING * (files + folders);
  }

  private orderOf(runs: ReadonlyMap<string, FileRun>): Ordered {
    if (this.ordered?.runs !== runs) {
      const running: FileRun[] = [];
      let newest: FileRun[] = [];
      const restored: string[] = [];
      for (const [runId, run] of runs) {
        if (run.lookedAt === NEVER) {
          restored.push(runId);
        }
        if (run.info.status === 'RUNNING') {
          running.push(run);
        }
        if (newest.length < NEWEST || startOf(run) > startOf(newest.at(-1)!)) {
          newest = [...newest, run].sort(byStart).slice(0, NEWEST);
        }
      }
      const first = new Set(
        [...running.sort(byStart).slice(0, MOST_RUNNING), ...newest].map(({ info }) => info.runId),
      );
      this.ordered = {
        runs,
        first: [...first],
        rest: [...runs.keys()].filter((runId) => !first.has(runId)),
        restored,
      };
    }
    return this.ordered;
  }
}

function startOf({ info }: FileRun): number {
  return info.startTime ?? 0;
}

/** Newest first. */
function byStart(a: FileRun, b: FileRun): number {
  return startOf(b) - startOf(a);
}

function lookAtPart(lists: readonly InTurn[], place: number): boolean {
  let at = place;
  for (const list of lists) {
    if (at < list.length) {
      return list.lookAt(at);
    }
    at -= list.length;
  }
  return false;
}
