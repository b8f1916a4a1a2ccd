import { createHash } from 'node:crypto';
import { isStoreError } from '../../mlflow/errors';

/** Between two looks where something moves, ms; doubled while nothing does, up to the second. */
const SHORTEST = 3000;
const LONGEST = 30_000;
/** Of a server on which each request costs a password hash (reference servers.md, section 5). */
const LONGEST_WITH_PASSWORD = 60_000;
/** What a look alone does not see is asked for again after so long, ms: tags, names and late metrics of ended runs. */
const WHOLE_LOOK = 60_000;
/** Requests of a look where nothing moves. */
const LOOKS = 2;
/** Questions that are asked again; the longest unasked go first. */
const MOST = 24;

/** What was answered, in short. */
export type Signature = string;

export function signatureOf(answer: unknown): Signature {
  return createHash('sha1').update(JSON.stringify(answer)).digest('base64');
}

/** Runs on the screen, as far as a look at a server can tell that they are others now. */
export interface RunsInView {
  /** Of these new runs are seen; null where what is shown names its runs. */
  experimentIds: readonly string[] | null;
  /** The newest start that was seen, ms. */
  newest: number;
  /** What was read of those that have not ended, by id. */
  unfinished: ReadonlyMap<string, Signature>;
}

/** `moved`: a look said that something changed, and took it in; `due`: it is time for it; `asked`: somebody wants to know. */
export type Again = 'moved' | 'due' | 'asked';

/** A question whose answer is on the screen. */
export interface Question {
  /** The same question has the same name. */
  name: string;
  /** Asks it again. */
  again(as: Again): Promise<Signature>;
  /** By which a look sees most of what may change, with those of other questions in one request. */
  runs?: RunsInView;
  /** Looks whether it has another answer by one request; may miss some changes. */
  glance?(): Promise<boolean>;
}

interface Watch extends Question {
  /** What was answered first since a change was told: a change that somebody saw in between is told too. */
  baseline: Signature;
  /** It was asked before the last change that was told, and not since. */
  isOld: boolean;
}

/**
 * Whether anything changed of what was asked since the last change: a server has no signal for it (reference
 * servers.md, section 4). What nobody asks any more is not asked for again.
 */
export class Watched {
  private readonly watches = new Map<string, Watch>();
  private pause = SHORTEST;
  private due = 0;
  private wholeDue: number;
  private turn = 0;

  /** @param options.slow the server wants a password with each request */
  constructor(
    private readonly options: {
      slow: boolean;
      now: () => number;
      /** Each answers, by one request, those of which a run is another now, or which have new ones. */
      looks: (runs: readonly RunsInView[]) => (() => Promise<readonly RunsInView[]>)[];
    },
  ) {
    this.wholeDue = options.now() + WHOLE_LOOK;
  }

  /** @param answer what was answered just now */
  note(question: Question, answer: Signature): void {
    const known = this.watches.get(question.name);
    this.watches.delete(question.name);
    this.watches.set(question.name, { ...question, baseline: known?.baseline ?? answer, isOld: false });
    const [oldest] = this.watches.keys();
    if (this.watches.size > MOST && oldest !== undefined) {
      this.watches.delete(oldest);
    }
  }

  /**
   * @param asked somebody wants to know; else a look is taken when it is time for one
   * @returns what changed: runs alone, or what else is known of the store, too
   * @throws StoreError that of the server
   */
  async poll(asked: boolean): Promise<'nothing' | 'runs' | 'more'> {
    const now = this.options.now();
    if (!asked && now < this.due) {
      return 'nothing';
    }
    const isWhole = asked || now >= this.wholeDue;
    if (isWhole) {
      this.wholeDue = now + WHOLE_LOOK;
    }
    let changed: 'nothing' | 'runs' | 'more' = 'nothing';
    try {
      changed = await this.look(asked ? 'asked' : isWhole ? 'due' : 'moved');
    } finally {
      const longest = this.options.slow ? LONGEST_WITH_PASSWORD : LONGEST;
      this.pause = changed !== 'nothing' ? SHORTEST : Math.min(longest, this.pause * 2);
      this.due = this.options.now() + this.pause;
    }
    return changed;
  }

  private async look(as: Again): Promise<'nothing' | 'runs' | 'more'> {
    this.forgetOld();
    const watches = [...this.watches.values()];
    const asked = as === 'moved' ? await this.moved(watches) : watches;
    const changed = (
      await Promise.all(asked.map(async (watch) => ((await isOther(watch, as)) ? [watch] : [])))
    ).flat();
    if (changed.length === 0) {
      return 'nothing';
    }
    this.watches.forEach((watch) => (watch.isOld = true));
    return as === 'moved' && changed.every(({ runs }) => runs !== undefined) ? 'runs' : 'more';
  }

  /** Those that a look says something of; what no look sees is left for the next whole one. */
  private async moved(watches: readonly Watch[]): Promise<Watch[]> {
    const ofRuns = watches.filter(({ runs }) => runs !== undefined);
    const looks = [
      ...this.options
        .looks(ofRuns.map(({ runs }) => runs!))
        .map((look) => async (): Promise<readonly Watch[]> => {
          const moved = await look();
          return ofRuns.filter(({ runs }) => moved.includes(runs!));
        }),
      ...watches.flatMap((watch) =>
        watch.glance ? [async (): Promise<readonly Watch[]> => ((await watch.glance!()) ? [watch] : [])] : [],
      ),
    ];
    // Those that have no turn now have the next.
    const now = looks.length <= LOOKS ? looks : rotated(looks, this.turn).slice(0, LOOKS);
    this.turn = looks.length <= LOOKS ? 0 : (this.turn + LOOKS) % looks.length;
    const moved = await Promise.all(now.map((look) => look()));
    return [...new Set(moved.flat())];
  }

  /** As soon as anything was asked since the last change, what was not is on no screen any more. */
  private forgetOld(): void {
    const watches = [...this.watches.values()];
    if (watches.some(({ isOld }) => !isOld)) {
      watches.filter(({ isOld }) => isOld).forEach(({ name }) => this.watches.delete(name));
    }
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}

async function isOther(watch: Watch, as: Again): Promise<boolean> {
  const now = await answerOf(watch, as);
  const isChanged = now !== watch.baseline;
  watch.baseline = now;
  return isChanged;
}

/** What is not there any more, or not for this user, is an answer too. */
async function answerOf(watch: Watch, as: Again): Promise<Signature> {
  try {
    return await watch.again(as);
  } catch (error) {
    if (isStoreError(error) && /^(RESOURCE_DOES_NOT_EXIST|PERMISSION_DENIED)$/.test(error.code)) {
      return error.code;
    }
    throw error;
  }
}
