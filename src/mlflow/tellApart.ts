import type { KeyValue, RunInfo } from './entities';
import { formatDate, formatDateTime, formatNumber, plainText } from './format';

/** Digits of a run's id where it stands for the run, as MLflow's own UI shows it. */
const ID_DIGITS = 8;
const LONGEST_KEY = 24;
/** A longer value tells runs apart no better than an id. */
const LONGEST_VALUE = 20;
/** Params that stand beside a name; with more nobody reads them. */
const MOST_PARAMS = 3;
/** Params that are tried beside each other: thousands of runs may have hundreds that vary. */
const MOST_TRIED = 20;
const ABSENT = '–';

/** What is looked at of a run. */
export interface NamedRun {
  info: Pick<RunInfo, 'runId' | 'runName' | 'startTime'>;
  params: readonly KeyValue[];
  metrics: readonly { key: string; value: number }[];
}

/** The start of a run's id, for a place that has no room for 32 digits and copies nothing. */
export function shortRunId(runId: string): string {
  return plainText(runId.slice(0, ID_DIGITS));
}

/** What a run is called: its name, or the start of its id where it has none. */
export function nameOfRun({ runId, runName }: Pick<RunInfo, 'runId' | 'runName'>): string {
  return runName || shortRunId(runId);
}

/**
 * What each of several runs is called beside the others: its name, and where another has the same name what tells them
 * apart, `bold-fox-12 · lr 0.01`.
 *
 * @param rankOf see `tellApart`
 */
export function runLabels(runs: readonly NamedRun[], rankOf?: (metric: string) => number): string[] {
  const apart = tellApart(runs, rankOf);
  return runs.map(({ info }, index) => labelOf(nameOfRun(info), apart[index] ?? null));
}

/** A name with what tells it from others of the same name. */
export function labelOf(name: string, apart: string | null): string {
  return apart === null ? name : `${name} · ${apart}`;
}

/**
 * What tells each of several runs from those of the same name; null for a run whose name no other has. MLflow's random
 * names come from Python's `random` (mlflow/utils/name_utils.py), so a seed makes every run's the same.
 *
 * Params first, as few as do it and short values before long ones; where runs have the same params one metric, then
 * the start, at last the id. All of it is text of bounded length, on one line.
 *
 * @param rankOf which metric is looked at first, the lowest: missing, the first by name that is none of the system's
 */
export function tellApart(
  runs: readonly NamedRun[],
  rankOf: (metric: string) => number = (key) => Number(key.startsWith('system/')),
): (string | null)[] {
  const parts = runs.map((): string[] => []);
  const named = classesOf([...runs.keys()], (index) => nameOfRun(runs[index]!.info));
  const ways = [byParams, byMetric, byTime, byId];
  for (const namesakes of named) {
    let alike = [namesakes];
    for (const way of ways) {
      for (const members of alike) {
        const texts = way(
          members.map((index) => runs[index]!),
          rankOf,
        );
        members.forEach((index, place) => parts[index]!.push(...(texts[place] ?? [])));
      }
      alike = alike.flatMap((members) => classesOf(members, (index) => parts[index]!.join('\n')));
    }
  }
  return parts.map((texts) => (texts.length === 0 ? null : texts.join(', ')));
}

/** Those that share a text, each list with two at least. */
function classesOf<T>(members: readonly T[], textOf: (member: T) => string): T[][] {
  const classes = new Map<string, T[]>();
  for (const member of members) {
    const text = textOf(member);
    const known = classes.get(text);
    if (known) {
      known.push(member);
    } else {
      classes.set(text, [member]);
    }
  }
  return [...classes.values()].filter(({ length }) => length > 1);
}

/** Texts to each run's name, or none where this way tells nothing. */
type Texts = readonly (readonly string[])[];

interface Candidate {
  key: string;
  /** Of each run, as it is shown. */
  shown: string[];
  /** Of each run the number of its value: equal where values are, whichever way a number is written. */
  same: number[];
  /** The lower the better. */
  rank: number;
}

function byParams(runs: readonly NamedRun[]): Texts {
  let left = varyingParams(runs);
  const chosen: Candidate[] = [];
  let together = runs.map(() => 0);
  let classes = 1;
  while (chosen.length < MOST_PARAMS && classes < runs.length) {
    let best: { candidate: Candidate; together: number[]; classes: number } | undefined;
    for (const candidate of left) {
      if (best && (candidate.rank > best.candidate.rank || best.classes === runs.length)) {
        break;
      }
      const joined = numbered(together, (own, index) => own * runs.length + candidate.same[index]!);
      if (joined.classes > (best?.classes ?? classes)) {
        best = { candidate, together: joined.numbers, classes: joined.classes };
      }
    }
    if (!best) {
      break;
    }
    const { candidate } = best;
    chosen.push(candidate);
    ({ together, classes } = best);
    left = left.filter((each) => each !== candidate);
  }
  return runs.map((_, index) =>
    chosen.map(({ key, shown }) => `${plainText(key, LONGEST_KEY)} ${shown[index]}`),
  );
}

/** Numbers from 0 on, one a class of equal things. */
function numbered<T>(
  things: readonly T[],
  classOf: (thing: T, index: number) => string | number,
): { numbers: number[]; classes: number } {
  const known = new Map<string | number, number>();
  const numbers = things.map((thing, index) => {
    const of = classOf(thing, index);
    const number = known.get(of) ?? known.size;
    known.set(of, number);
    return number;
  });
  return { numbers, classes: known.size };
}

/** Params of which not all runs have the same value: short values first, then by name. */
function varyingParams(runs: readonly NamedRun[]): Candidate[] {
  const values = new Map<string, (string | undefined)[]>();
  runs.forEach(({ params }, index) => {
    for (const { key, value } of params) {
      let own = values.get(key);
      if (!own) {
        own = new Array<string | undefined>(runs.length).fill(undefined);
        values.set(key, own);
      }
      own[index] = value;
    }
  });
  return [...values]
    .filter(([, own]) => own.some((value) => value !== own[0]))
    .map(([key, own]) => ({
      key,
      own,
      rank: Number(own.some((value) => value !== undefined && !isPlain(value))),
    }))
    .toSorted((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_TRIED)
    .map(({ key, own, rank }) => {
      const shown = own.map((value) => (value === undefined ? ABSENT : plainText(value, LONGEST_VALUE)));
      const same = numbered(own, (value, index) => sameText(value, shown[index]!)).numbers;
      return { key, shown, same, rank };
    });
}

/** Equal for 0.1 and 1e-1: nobody would see what tells them apart. */
function sameText(value: string | undefined, shown: string): string | number {
  const number =
    value !== undefined && value.length <= LONGEST_VALUE && value.trim() !== '' ? Number(value) : NaN;
  return Number.isNaN(number) ? shown : number;
}

/** A number or a word; what is long, or a path, says less. */
function isPlain(value: string): boolean {
  return value.length <= LONGEST_VALUE && !/[\s/\\]/.test(value);
}

/** Digits of a metric: as everywhere, then as many as tell apart. */
const DIGITS = [4, 6, 9, 17];

function byMetric(runs: readonly NamedRun[], rankOf: (metric: string) => number): Texts {
  const values = new Map<string, (number | null)[]>();
  runs.forEach(({ metrics }, index) => {
    for (const { key, value } of metrics) {
      const own = values.get(key) ?? new Array<number | null>(runs.length).fill(null);
      own[index] = value;
      values.set(key, own);
    }
  });
  let best: { key: string; own: readonly (number | null)[]; classes: number; rank: number } | undefined;
  for (const [key, own] of values) {
    const classes = new Set(own).size;
    const rank = classes > 1 ? rankOf(key) : Infinity;
    const isBetter =
      !best ||
      rank < best.rank ||
      (rank === best.rank && (classes > best.classes || (classes === best.classes && key < best.key)));
    if (classes > 1 && isBetter) {
      best = { key, own, classes, rank };
    }
  }
  if (!best) {
    return [];
  }
  const { key, own, classes } = best;
  const written = DIGITS.map((digits) => own.map((value) => formatNumber(value, digits)));
  const texts = written.find((each) => new Set(each).size === classes) ?? written.at(-1)!;
  return texts.map((text) => [`${plainText(key, LONGEST_KEY)} ${text}`]);
}

function byTime(runs: readonly NamedRun[]): Texts {
  const times = runs.map(({ info }) => info.startTime);
  const classes = new Set(times).size;
  if (classes === 1) {
    return [];
  }
  const days = times.map((time) => (time === null ? ABSENT : formatDate(time)));
  const isOneDay = new Set(days).size === 1;
  const seconds = times.map((time) =>
    isOneDay && time !== null ? formatDateTime(time).slice(days[0]!.length + 1) : formatDateTime(time),
  );
  const exact = times.map((time, index) =>
    time === null ? ABSENT : `${seconds[index]}.${String(((time % 1000) + 1000) % 1000).padStart(3, '0')}`,
  );
  const texts = [days, seconds].find((each) => new Set(each).size === classes) ?? exact;
  return texts.map((text) => [`started ${text}`]);
}

function byId(runs: readonly NamedRun[]): Texts {
  const ids = runs.map(({ info }) => info.runId);
  const longest = Math.max(...ids.map(({ length }) => length));
  let digits = ID_DIGITS;
  while (digits < longest && new Set(ids.map((id) => id.slice(0, digits))).size < ids.length) {
    digits++;
  }
  return ids.map((id) => [plainText(id.slice(0, digits), 64)]);
}
