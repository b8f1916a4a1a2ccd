import { candidatesOf, defaultOwner, type LoggedParams } from './autologged';
import { canProduce } from './produce';
import type { LogEvent, RunToken } from './python/events';
import type { Trace } from './python/trace';
import { optionsOf, text, type Value } from './python/values';

/** What is asked of a trace: the params of one run, and what tells the runs of one program apart. */
export interface Wanted extends LoggedParams {
  runName: string;
  isChild: boolean;
  /** Those that the run's code may have set. */
  tags?: ReadonlyMap<string, string>;
  /** It came to its end: what its code would have logged, it has logged. */
  isFinished?: boolean;
}

/** Which of the runs that the program starts is this one: by what they log and tag, then by name and depth. */
export function runsOf(trace: Trace, wanted: Wanted): Set<RunToken> {
  const tokens = [
    ...new Set([
      ...[...trace.events, ...trace.autologs, ...trace.models].map((event) => event.run),
      ...trace.runs,
    ]),
  ];
  const keys = new Set(wanted.params.map(({ key }) => key));
  const scores = tokens.map((token) => {
    const events = trace.events.filter((event) => event.run === token);
    const autologs = trace.autologs.filter((event) => event.run === token);
    let score = 0;
    for (const { key, value } of wanted.params) {
      const verdicts = candidatesOf(events, key).map((candidate) => canProduce(candidate.value, value));
      if (verdicts.includes('yes')) {
        score += 10;
      } else if (verdicts.includes('maybe')) {
        score += 6;
      } else if (verdicts.includes('no')) {
        score += 1;
      } else if (autologs.some((call) => defaultOwner(call, key, value) !== null)) {
        score += 6;
      } else if (autologs.length > 0) {
        score += 2;
      }
    }
    if (wanted.isFinished) {
      // What such a run surely logs, and this one has not, speaks against it.
      const surely = new Set(events.flatMap((event) => (event.isCertain ? (text(event.key) ?? []) : [])));
      score -= 4 * [...surely].filter((key) => !keys.has(key)).length;
    }
    score += tagScore(token, wanted.tags);
    const names = namesOf(token);
    score += names.includes(wanted.runName) ? 3 : names.length > 0 && !names.includes(null) ? -3 : 0;
    score += token.nested === wanted.isChild ? 1 : 0;
    return score;
  });
  const best = Math.max(...scores);
  return new Set(tokens.filter((_, index) => scores[index] === best));
}

/** The names that the code may give a run; null for one that is not known. */
export function namesOf(token: RunToken): (string | null)[] {
  const value = token.tags.get('mlflow.runName') ?? token.name;
  return value ? optionsOf(value).map(text) : [];
}

/** Tags that the code sets and the run has, or has not. */
export function tagScore(token: RunToken, tags: Wanted['tags']): number {
  let score = 0;
  for (const [key, value] of tags ? token.tags : []) {
    const logged = tags?.get(key);
    const verdicts = optionsOf(value).map((option) =>
      logged !== undefined ? canProduce(option, logged) : option.data.kind === 'unknown' ? 'maybe' : 'no',
    );
    score += verdicts.includes('yes') ? 4 : verdicts.includes('maybe') ? 0 : -6;
  }
  return score;
}

/**
 * Events that can have happened: those of a branch go together, so where the run has not the key that one of them logs,
 * or another value than the code alone gives it, the branch was not taken. The events of a key all stay where none
 * would be left.
 */
export function possibleEvents(events: readonly LogEvent[], wanted: Wanted): readonly LogEvent[] {
  const logged = new Map(wanted.params.map(({ key, value }) => [key, value]));
  const notTaken = new Set<number>();
  for (const event of events) {
    const key = text(event.key);
    const found = key === null ? undefined : logged.get(key);
    if (key === null || event.isCertain || !event.isWhole || event.autolog !== null) {
      continue;
    }
    const isOther =
      found !== undefined && optionsOf(event.value).every((option) => isSurelyOther(option, found));
    if (isOther || (found === undefined && wanted.isFinished)) {
      notTaken.add(event.regions[0]!);
    }
  }
  const left = new Set(events.filter(({ regions }) => !regions.some((region) => notTaken.has(region))));
  const keysLeft = new Set([...left].flatMap(({ key }) => optionsOf(key).map(text)));
  return events.filter(
    (event) => left.has(event) || optionsOf(event.key).every((option) => !keysLeft.has(text(option))),
  );
}

function isSurelyOther(value: Value, logged: string): boolean {
  return value.data.kind === 'constant' && !value.outside && canProduce(value, logged) === 'no';
}
