import { createHash } from 'node:crypto';
import { isStoreError } from '../../mlflow/errors';

/** Between two looks where something moves, ms; doubled while nothing does, up to the second. */
const SHORTEST = 3000;
const LONGEST = 30_000;
/** Of a server on which each request costs a password hash (reference servers.md, section 5). */
const LONGEST_WITH_PASSWORD = 60_000;
/** What a look alone does not see is asked for again after so long, ms: tags, names and late metrics of ended runs. */
const WHOLE_LOOK = 60_000;
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

/** A question whose answer is on the screen. */
export interface Question {
  /** The same question has the same name. */
  name: string;
  /** Asks it again. @param isWhole false where a look said what changed, and took it in */
  again(isWhole: boolean): Promise<Signature>;
  /** By which a look sees most of what may change, with those of other questions in one request. */
  runs?: RunsInView;
  /** Looks whether it has another answer by as little as that takes; may miss some changes. */
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

  /** @param options.slow the server wants a password with each request */
  constructor(
    private readonly options: {
      slow: boolean;
      now: () => number;
      /** Whether any of the runs is another now, or there are new ones. */
      glance: (runs: readonly RunsInView[]) => Promise<boolean>;
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
   * @throws StoreError that of the server
   */
  async poll(asked: boolean): Promise<boolean> {
    const now = this.options.now();
    if (!asked && now < this.due) {
      return false;
    }
    const isWhole = asked || now >= this.wholeDue;
    if (isWhole) {
      this.wholeDue = now + WHOLE_LOOK;
    }
    let isChanged = false;
    try {
      isChanged = await this.look(isWhole);
    } finally {
      const longest = this.options.slow ? LONGEST_WITH_PASSWORD : LONGEST;
      this.pause = isChanged ? SHORTEST : Math.min(longest, this.pause * 2);
      this.due = this.options.now() + this.pause;
    }
    return isChanged;
  }

  private async look(isWhole: boolean): Promise<boolean> {
    this.forgetOld();
    const watches = [...this.watches.values()];
    const asked = isWhole ? watches : await this.moved(watches);
    const changes = await Promise.all(asked.map((watch) => isOther(watch, isWhole)));
    const isChanged = changes.includes(true);
    if (isChanged) {
      this.watches.forEach((watch) => (watch.isOld = true));
    }
    return isChanged;
  }

  /** Those that a look says something of; what no look sees is left for the next whole one. */
  private async moved(watches: readonly Watch[]): Promise<Watch[]> {
    const ofRuns = watches.filter(({ runs }) => runs !== undefined);
    const [haveRunsMoved, others] = await Promise.all([
      ofRuns.length > 0 && this.options.glance(ofRuns.map(({ runs }) => runs!)),
      Promise.all(watches.map(async (watch) => ((await watch.glance?.()) ? [watch] : []))),
    ]);
    return [...(haveRunsMoved ? ofRuns : []), ...others.flat()];
  }

  /** As soon as anything was asked since the last change, what was not is on no screen any more. */
  private forgetOld(): void {
    const watches = [...this.watches.values()];
    if (watches.some(({ isOld }) => !isOld)) {
      watches.filter(({ isOld }) => isOld).forEach(({ name }) => this.watches.delete(name));
    }
  }
}

async function isOther(watch: Watch, isWhole: boolean): Promise<boolean> {
  const now = await answerOf(watch, isWhole);
  const isChanged = now !== watch.baseline;
  watch.baseline = now;
  return isChanged;
}

/** What is not there any more, or not for this user, is an answer too. */
async function answerOf(watch: Watch, isWhole: boolean): Promise<Signature> {
  try {
    return await watch.again(isWhole);
  } catch (error) {
    if (isStoreError(error) && /^(RESOURCE_DOES_NOT_EXIST|PERMISSION_DENIED)$/.test(error.code)) {
      return error.code;
    }
    throw error;
  }
}
