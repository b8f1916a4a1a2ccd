import { callOf, candidatesOf, defaultOwner, effectiveCalls, type Candidate } from './autologged';
import { canProduce } from './produce';
import type { Trace } from './python/trace';
import { pythonText } from './python/text';
import { optionsOf, sameOrigin, text, type Origin, type Outside, type Value } from './python/values';
import type { AutologEvent, LogEvent, RunToken } from './python/events';
import { isSecretName, isSecretText, withoutSecrets } from './secrets';
import { namesOf, possibleEvents, runsOf, type Wanted } from './runs';
import { unknownSource, type ParamSource } from './source';

export type { Wanted } from './runs';

/** The class of the one estimator that a run's code logs as its model; null where there is none, or several. */
export function estimatorOf(trace: Trace, wanted: Wanted): string | null {
  const runs = runsOf(trace, wanted);
  const classes = new Set(trace.models.filter(({ run }) => runs.has(run)).map(({ estimator }) => estimator));
  return classes.size === 1 ? [...classes][0]! : null;
}

/** Where each param of a run comes from, by one trace of its program. */
export function matchParams(
  trace: Trace,
  wanted: Wanted,
  commit: string,
  exact: boolean,
): Map<string, ParamSource> {
  const runs = runsOf(trace, wanted);
  const all = possibleEvents(
    trace.events.filter((event) => runs.has(event.run)),
    wanted,
  );
  const calls = trace.autologs.filter((event) => runs.has(event.run));
  const effective = effectiveCalls(calls, all, wanted);
  const own = all.filter(({ autolog }) => autolog === null || effective.includes(autolog));
  const isNamed = isOnlyOneNamed(trace, runs, wanted.runName);
  const result = new Map<string, ParamSource>();
  for (const { key, value } of wanted.params) {
    const call = callOf(effective, own, key);
    const mine = candidatesOf(own, key).filter(
      ({ event }) => event.autolog === null || event.autolog === call,
    );
    const source =
      mine.length > 0
        ? judge(trace, mine, value, commit, exact)
        : byOthers(trace, runs, effective, isNamed, key, value, commit);
    result.set(key, source);
  }
  return result;
}

/** Whether the chosen run is the one that the code gives this name. */
function isOnlyOneNamed(trace: Trace, runs: Set<RunToken>, name: string): boolean {
  const named = trace.runs.filter((run) => namesOf(run).includes(name));
  return named.length === 1 && runs.size === 1 && runs.has(named[0]!);
}

/** A key that the chosen run does not log by name. */
function byOthers(
  trace: Trace,
  runs: Set<RunToken>,
  calls: readonly AutologEvent[],
  isNamed: boolean,
  key: string,
  value: string,
  commit: string,
): ParamSource {
  // What a call of autologging that was refused would have logged is nobody's.
  const others = candidatesOf(trace.events, key).filter(
    ({ event }) => event.autolog === null || !runs.has(event.run) || calls.includes(event.autolog),
  );
  const judged = others.length > 0 ? judge(trace, others, value, commit, false) : null;
  const unclear =
    calls.some(({ open }) => open) ||
    trace.events.some(
      (event) => runs.has(event.run) && optionsOf(event.key).some((option) => text(option) === null),
    );
  // Another run's line may be this one's where it is not certain which run it is.
  if (judged && !(calls.length > 0 && isNamed)) {
    return judged.status === 'found' && calls.length === 0
      ? judged
      : unknownSource(value, judged.why, commit);
  }
  const call = unclear ? undefined : calls.find((each) => defaultOwner(each, key, value) !== null);
  if (call) {
    const why = `No line sets it: the default of ${defaultOwner(call, key, value)} in ${libraryOf(call)}.`;
    return { ...unknownSource(value, why, commit), status: 'default' };
  }
  return unknownSource(
    value,
    unclear
      ? 'It is logged under a name that the code computes.'
      : calls.length > 0
        ? `Autologging of ${libraryOf(calls[0]!)} logged it: no line sets it, and the library declares no such default.`
        : 'No logging call for it was found in the code.',
    commit,
  );
}

const libraryOf = ({ flavour }: AutologEvent): string => (flavour === 'tensorflow' ? 'Keras' : flavour);

function distinct(candidates: readonly Candidate[]): Origin[] {
  const origins: Origin[] = [];
  for (const { value } of candidates) {
    if (value.origin && !origins.some((known) => sameOrigin(known, value.origin))) {
      origins.push(value.origin);
    }
  }
  return origins;
}

const place = (origin: Origin): string =>
  `${origin.file}:${origin.cell === undefined ? '' : `cell ${origin.cell}:`}${origin.line}`;

function judge(
  trace: Trace,
  candidates: readonly Candidate[],
  value: string,
  commit: string,
  exact: boolean,
): ParamSource {
  const verdicts = candidates.map((candidate) => canProduce(candidate.value, value));
  const producing = candidates.filter((_, index) => verdicts[index] === 'yes');
  if (producing.length > 0) {
    return producingSource(trace, producing, value, commit);
  }
  const outside = candidates.filter(({ value: each }) => each.outside?.kind === 'given');
  const declared = distinct(outside);
  const maybe = candidates.filter(
    ({ value: each }, index) => verdicts[index] === 'maybe' && each.outside?.kind !== 'given',
  );
  if (outside.length > 0 && maybe.length === 0 && declared.length <= 1) {
    return lineSource(
      trace,
      'given',
      declared[0] ?? null,
      value,
      commit,
      `Given from outside: ${whyGiven(outside)}.`,
    );
  }
  if (maybe.length > 0 || outside.length > 0) {
    return unknownSource(value, 'It is computed while the program runs, or comes from the data.', commit);
  }
  const origins = distinct(candidates);
  const origin = origins[0];
  if (
    origins.length !== 1 ||
    !origin ||
    candidates.some((candidate) => !candidate.value.origin) ||
    trace.incomplete ||
    !exact
  ) {
    return unknownSource(value, `No line of the code at this commit has the value ${value}.`, commit);
  }
  const isSecret = candidates.some(({ value: each, event }) => isSecretValue(each, event));
  const written = isSecret
    ? 'another'
    : [...new Set(candidates.map((candidate) => shown(candidate.value)))].join(' or ');
  return lineSource(
    trace,
    'differs',
    origin,
    value,
    commit,
    `The run had ${isSecret ? 'one value' : value}, the commit says ${written}: changed without a commit, or given from outside.`,
    isSecret,
  );
}

/** What must not be repeated: a param named like a secret, a line that sets one, or a key by its form. */
function isSecretValue(value: Value, event: LogEvent): boolean {
  const names = optionsOf(event.key).map(text);
  return names.some((name) => name !== null && isSecretName(name)) || isSecretText(pythonText(value) ?? '');
}

function shown(value: Value): string {
  return value.data.kind === 'range'
    ? `${number(value.data.low)} to ${number(value.data.high)}`
    : (pythonText(value) ?? 'another value');
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : value > 0 ? '∞' : '−∞';
}

function whyGiven(candidates: readonly Candidate[]): string {
  const ways = candidates
    .map(({ value }) => value.outside)
    .filter((way): way is Outside => way !== undefined);
  const given = ways.find((way) => way.kind === 'given');
  return given?.kind === 'given' ? given.why : 'on the command line';
}

function producingSource(
  trace: Trace,
  producing: readonly Candidate[],
  value: string,
  commit: string,
): ParamSource {
  const given = producing.filter((candidate) => candidate.value.outside?.kind === 'given');
  const origins = distinct(producing);
  if (given.length === producing.length && origins.length <= 1) {
    return lineSource(
      trace,
      'given',
      origins[0] ?? null,
      value,
      commit,
      `Given from outside: ${whyGiven(given)}.`,
    );
  }
  if (origins.length > 1) {
    return unknownSource(
      value,
      `More than one line can have set it: ${origins.slice(0, 4).map(place).join(', ')}.`,
      commit,
    );
  }
  const origin = origins[0];
  if (!origin) {
    return unknownSource(value, 'The code sets it, but no one line does.', commit);
  }
  const { data, outside } = producing[0]!.value;
  const why =
    data.kind === 'range'
      ? `Sampled between ${number(data.low)} and ${number(data.high)} by this line.`
      : outside?.kind === 'default'
        ? `The default of ${outside.name}.`
        : 'This line sets it.';
  const isSecret = producing.some(({ value: each, event }) => isSecretValue(each, event));
  return lineSource(trace, 'found', origin, value, commit, why, isSecret);
}

function lineSource(
  trace: Trace,
  status: ParamSource['status'],
  origin: Origin | null,
  value: string,
  commit: string,
  why: string,
  isSecret = false,
): ParamSource {
  return {
    value,
    status,
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    text: origin ? withoutSecrets(trace.lineText(origin).trim(), isSecret) : null,
    commit,
    why,
    ...(origin?.cell === undefined ? {} : { cell: origin.cell }),
  };
}

/** How well a trace explains a run. */
export interface Explanation {
  /** Params whose value it can have produced. */
  values: number;
  /** Params that it logs by name, or that are a library's declared default. */
  keys: number;
  /** It can have logged each of them; under names that it computes only beside as many values that it names. */
  isWhole: boolean;
}

export function explains(trace: Trace, wanted: Wanted): Explanation {
  let values = 0;
  let keys = 0;
  for (const { key, value } of wanted.params) {
    const candidates = candidatesOf(trace.events, key);
    const isDefault = trace.autologs.some((call) => defaultOwner(call, key, value) !== null);
    keys += candidates.length > 0 || isDefault ? 1 : 0;
    values += candidates.some((candidate) => canProduce(candidate.value, value) === 'yes') ? 1 : 0;
  }
  const isOpen =
    trace.incomplete ||
    trace.autologs.length > 0 ||
    trace.events.some(({ key }) => optionsOf(key).some((option) => text(option) === null));
  const { length } = wanted.params;
  return { values, keys, isWhole: keys === length || (isOpen && 2 * values >= length) };
}

/** What the code would log for a run like this one: each key that has one value, and the line that sets it. */
export function valuesOf(trace: Trace, wanted: Wanted): Map<string, ParamSource> {
  const runs = runsOf(trace, wanted);
  const own = trace.events.filter((event) => runs.has(event.run));
  const result = new Map<string, ParamSource>();
  for (const key of new Set(own.flatMap((event) => optionsOf(event.key).map(text)))) {
    const candidates = key === null ? [] : candidatesOf(own, key);
    const values = new Set(candidates.map(({ value }) => pythonText(value)));
    const [value] = values;
    const origins = distinct(candidates);
    if (key !== null && values.size === 1 && typeof value === 'string') {
      const origin = origins.length === 1 ? origins[0]! : null;
      result.set(key, {
        ...lineSource(trace, origin ? 'found' : 'unknown', origin, value, '', 'In the working copy.'),
        commit: null,
      });
    }
  }
  return result;
}
