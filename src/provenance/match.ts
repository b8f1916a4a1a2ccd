import { REPOSITORY_ROOT } from './python/libraries/configFiles';
import type { Trace } from './python/trace';
import { pythonText } from './python/text';
import { optionsOf, sameOrigin, text, type Origin, type Outside, type Value } from './python/values';
import type { LogEvent, RunToken } from './python/machine';
import { unknownSource, type ParamSource } from './source';

/** What is asked of a trace: the params of one run, and what tells the runs of one program apart. */
export interface Wanted {
  params: readonly { key: string; value: string }[];
  runName: string;
  isChild: boolean;
}

type Verdict = 'yes' | 'no' | 'maybe';

/** Lengths at which MLflow and its autologging cut a value. */
const CUTS = [250, 500, 6000];

/** Whether a value of the code can have been logged as this text. */
export function canProduce(value: Value, logged: string): Verdict {
  const { data } = value;
  switch (data.kind) {
    case 'constant': {
      const written = pythonText(value) ?? '';
      if (written === logged || (CUTS.includes(logged.length) && written.startsWith(logged))) {
        return 'yes';
      }
      if (data.constant.loose === 'path' || written.startsWith(REPOSITORY_ROOT)) {
        return logged.endsWith(`/${tail(written)}`) ? 'yes' : 'maybe';
      }
      const isNumber = data.constant.type === 'int' || data.constant.type === 'float';
      return isNumber && sameNumber(Number(data.constant.value), logged, data.constant.loose) ? 'yes' : 'no';
    }
    case 'range': {
      const number = numberOf(logged);
      if (number === null) {
        return 'no';
      }
      const inside = number >= data.low - slack(data.low) && number <= data.high + slack(data.high);
      return inside && (!data.whole || Number.isInteger(number)) ? 'yes' : 'no';
    }
    case 'list':
    case 'dict': {
      const written = data.changed ? null : pythonText(value);
      if (written === null) {
        return 'maybe';
      }
      return written === logged || (CUTS.includes(logged.length) && written.startsWith(logged))
        ? 'yes'
        : 'maybe';
    }
    default:
      return 'maybe';
  }
}

function slack(bound: number): number {
  return Number.isFinite(bound) ? Math.abs(bound) * 1e-12 : 0;
}

/** A path without what differs between machines. */
function tail(path: string): string {
  return path.replace(REPOSITORY_ROOT, '').replace(/^(~|\.)?\/+/, '');
}

/** Equal, as single precision gives it back, or but for the last digits of what was computed. */
function sameNumber(number: number, logged: string, loose?: 'number' | 'path'): boolean {
  const value = numberOf(logged);
  return (
    value !== null &&
    (value === number ||
      value === Math.fround(number) ||
      (loose === 'number' && Math.abs(value - number) <= 1e-12 * Math.abs(number)))
  );
}

function numberOf(logged: string): number | null {
  const plain = logged.trim();
  if (!/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(plain)) {
    return /^[+-]?(inf|infinity)$/i.test(plain) ? (plain.startsWith('-') ? -Infinity : Infinity) : null;
  }
  return Number(plain);
}

interface Candidate {
  value: Value;
  event: LogEvent;
}

/** Events of a key, their alternatives apart. */
export function candidatesOf(events: readonly LogEvent[], key: string): Candidate[] {
  return events
    .filter((event) => optionsOf(event.key).some((option) => text(option) === key))
    .flatMap((event) => optionsOf(event.value).map((value) => ({ value, event })));
}

/** Which of the runs that the program starts is this one: by what they log, then by name and depth. */
export function runsOf(trace: Trace, wanted: Wanted): Set<RunToken> {
  const tokens = [
    ...new Set([
      ...[...trace.events, ...trace.autologs, ...trace.models].map((event) => event.run),
      ...trace.runs,
    ]),
  ];
  const scores = tokens.map((token) => {
    const events = trace.events.filter((event) => event.run === token);
    const autologs = trace.autologs.some((event) => event.run === token);
    let score = 0;
    for (const { key, value } of wanted.params) {
      const verdicts = candidatesOf(events, key).map((candidate) => canProduce(candidate.value, value));
      if (verdicts.includes('yes')) {
        score += 10;
      } else if (verdicts.includes('maybe')) {
        score += 6;
      } else if (verdicts.includes('no')) {
        score += 1;
      } else if (autologs) {
        score += 2;
      }
    }
    const names = token.name ? optionsOf(token.name).map(text) : [];
    score += names.includes(wanted.runName) ? 3 : names.length > 0 && !names.includes(null) ? -3 : 0;
    score += token.nested === wanted.isChild ? 1 : 0;
    return score;
  });
  const best = Math.max(...scores);
  return new Set(tokens.filter((_, index) => scores[index] === best));
}

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
  const own = trace.events.filter((event) => runs.has(event.run));
  const isNamed = isOnlyOneNamed(trace, runs, wanted.runName);
  const result = new Map<string, ParamSource>();
  for (const { key, value } of wanted.params) {
    const mine = candidatesOf(own, key);
    const source =
      mine.length > 0
        ? judge(trace, mine, value, commit, exact)
        : byOthers(trace, runs, isNamed, key, value, commit);
    result.set(key, source);
  }
  return result;
}

/** Whether the chosen run is the one that the code gives this name. */
function isOnlyOneNamed(trace: Trace, runs: Set<RunToken>, name: string): boolean {
  const named = trace.runs.filter((run) => run.name && optionsOf(run.name).map(text).includes(name));
  return named.length === 1 && runs.size === 1 && runs.has(named[0]!);
}

/** A key that the chosen run does not log by name. */
function byOthers(
  trace: Trace,
  runs: Set<RunToken>,
  isNamed: boolean,
  key: string,
  value: string,
  commit: string,
): ParamSource {
  const others = candidatesOf(trace.events, key);
  const judged = others.length > 0 ? judge(trace, others, value, commit, false) : null;
  const autolog = trace.autologs.find((event) => runs.has(event.run));
  const unclear =
    autolog?.open === true ||
    trace.events.some(
      (event) => runs.has(event.run) && optionsOf(event.key).some((option) => text(option) === null),
    );
  // Another run's line may be this one's where it is not certain which run it is.
  if (judged && !(autolog && isNamed)) {
    return judged.status === 'found' && !autolog ? judged : unknownSource(value, judged.why, commit);
  }
  if (autolog && !unclear) {
    return {
      ...unknownSource(
        value,
        `No line sets it: ${autolog.flavour}'s own default, logged by autologging.`,
        commit,
      ),
      status: 'default',
    };
  }
  return unknownSource(
    value,
    unclear
      ? 'It is logged under a name that the code computes.'
      : 'No logging call for it was found in the code.',
    commit,
  );
}

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
  const written = [...new Set(candidates.map((candidate) => shown(candidate.value)))].join(' or ');
  return lineSource(
    trace,
    'differs',
    origin,
    value,
    commit,
    `The run had ${value}, the commit says ${written}: changed without a commit, or given from outside.`,
  );
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
  return lineSource(trace, 'found', origin, value, commit, why);
}

function lineSource(
  trace: Trace,
  status: ParamSource['status'],
  origin: Origin | null,
  value: string,
  commit: string,
  why: string,
): ParamSource {
  return {
    value,
    status,
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    text: origin ? trace.lineText(origin).trim() : null,
    commit,
    why,
    ...(origin?.cell === undefined ? {} : { cell: origin.cell }),
  };
}

/** How well a trace explains a run: params whose value it can have produced, and those that it logs at all. */
export function explains(trace: Trace, wanted: Wanted): { values: number; keys: number } {
  let values = 0;
  let keys = 0;
  for (const { key, value } of wanted.params) {
    const candidates = candidatesOf(trace.events, key);
    keys += candidates.length > 0 ? 1 : 0;
    values += candidates.some((candidate) => canProduce(candidate.value, value) === 'yes') ? 1 : 0;
  }
  return { values, keys };
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
