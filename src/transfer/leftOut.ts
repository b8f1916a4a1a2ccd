import { count } from '../mlflow/format';

type Noun = 'param' | 'tag' | 'metric' | 'artifact';

/** Names that a sentence shows. */
const SHOWN = 3;
const LONGEST_NAME = 60;

/** How it is said of so many, and of whom. */
const SENTENCES = {
  copied: (amount: number) => `${were(amount, 'run')} copied there before.`,
  deletedCopy: (amount: number) =>
    `${were(amount, 'run')} copied there before, and deleted there: restore ${them(amount)}.`,
  deleted: (amount: number) =>
    `${are(amount, 'run')} deleted: restore ${them(amount)} to copy ${them(amount)}.`,
  status: (amount: number) => `${are(amount, 'run')} in no state that MLflow knows.`,
  points: (amount: number) => `${has(amount, 'run')} more points than are copied at once.`,
  running: (amount: number) =>
    `${are(amount, 'run')} still running: what is logged from now on will not be in the copy.`,
  datasets: (amount: number) => `${count(amount, 'dataset')}: this server has none.`,
  loggedModels: (amount: number) => `${count(amount, 'logged model')} with what belongs to ${them(amount)}.`,
  artifacts: (amount: number, why: string) => `${count(amount, 'artifact')}. ${why}`,
  unreadable: (amount: number, why: string) =>
    `Artifacts of ${count(amount, 'run')}.${amount === 1 ? '' : ' Of the first:'} ${why}`,
} satisfies Record<string, (amount: number, why: string) => string>;

type Reason = keyof typeof SENTENCES;

/** What a copying leaves out, gathered over all runs and said in few sentences. */
export class LeftOut {
  private readonly amounts = new Map<string, { reason: Reason; why: string; amount: number }>();
  private readonly named = new Map<string, { noun: Noun; why: string; names: Set<string>; amount: number }>();

  /** @param why a sentence that the reason alone does not say */
  add(reason: Reason, amount = 1, why = ''): void {
    // The folders are others: one is enough to see what it is about.
    const key = reason === 'unreadable' ? reason : `${reason} ${why}`;
    const known = this.amounts.get(key) ?? { reason, why, amount: 0 };
    this.amounts.set(key, { ...known, amount: known.amount + amount });
  }

  /** @param why the end of a sentence: "its name is no path" */
  addNamed(noun: Noun, name: string, why: string): void {
    const key = `${noun} ${why}`;
    const known = this.named.get(key) ?? { noun, why, names: new Set<string>(), amount: 0 };
    known.names.add(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
    known.amount++;
    this.named.set(key, known);
  }

  sentences(): string[] {
    return [
      ...[...this.amounts.values()].map(({ reason, why, amount }) => SENTENCES[reason](amount, why)),
      ...[...this.named.values()].map(({ noun, why, names, amount }) => {
        const shown = [...names].slice(0, SHOWN).map((name) => `"${name}"`);
        const more = names.size > SHOWN ? ', …' : '';
        return `${count(amount, noun)} (${shown.join(', ')}${more}): ${why}.`;
      }),
    ];
  }
}

function them(amount: number): string {
  return amount === 1 ? 'it' : 'them';
}

function are(amount: number, noun: string): string {
  return `${count(amount, noun)} ${amount === 1 ? 'is' : 'are'}`;
}

function were(amount: number, noun: string): string {
  return `${count(amount, noun)} ${amount === 1 ? 'was' : 'were'}`;
}

function has(amount: number, noun: string): string {
  return `${count(amount, noun)} ${amount === 1 ? 'has' : 'have'}`;
}
