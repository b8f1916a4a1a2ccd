import { declaredDefaults, paramOf } from './python/libraries/defaults';
import type { AutologEvent, LogEvent } from './python/events';
import { optionsOf, text, type Value } from './python/values';
import { canProduce, sameNumber } from './produce';

/** What a run has: its params, and the class of the estimator that autologging recorded for it. */
export interface LoggedParams {
  params: readonly { key: string; value: string }[];
  estimator?: string | undefined;
}

export interface Candidate {
  value: Value;
  event: LogEvent;
}

/** Events of a key, their alternatives apart. */
export function candidatesOf(events: readonly LogEvent[], key: string): Candidate[] {
  return events
    .filter((event) => optionsOf(event.key).some((option) => text(option) === key))
    .flatMap((event) => optionsOf(event.value).map((value) => ({ value, event })));
}

/** The owner, in order, whose signature declares this param with this default. */
export function defaultOwner(call: AutologEvent, key: string, logged: string): string | null {
  for (const owner of call.owners) {
    const defaults = declared(call, owner.prefix, owner.name, key);
    if (defaults.some((each) => each === logged || sameNumber(Number(each), logged))) {
      return owner.name;
    }
    if (defaults.length > 0) {
      // Another owner's param of the same name is logged under it or over it, never both.
      return null;
    }
  }
  return null;
}

function declared(call: AutologEvent, prefix: string, name: string, key: string): readonly string[] {
  const param = paramOf({ prefix, name }, key);
  return param === null ? [] : declaredDefaults(call.flavour, name, param);
}

function isDeclaredBy(call: AutologEvent, key: string): boolean {
  return call.owners.some(({ prefix, name }) => declared(call, prefix, name, key).length > 0);
}

/**
 * The calls of autologging of which a run has the params. MLflow logs those of a call together: where one of them has
 * another value already, it refuses all (log_batch), so of two estimators that are fitted in one run only what does
 * not contradict the run was logged; without a run of their own each has one.
 */
export function effectiveCalls(
  calls: readonly AutologEvent[],
  events: readonly LogEvent[],
  { params, estimator }: LoggedParams,
): readonly AutologEvent[] {
  if (calls.length < 2) {
    return calls;
  }
  const logged = new Map(params.map(({ key, value }) => [key, value]));
  const fits = (call: AutologEvent): boolean => {
    const own = events.filter((event) => event.autolog === call);
    const set = new Set(own.map(({ key }) => text(key)));
    return (
      own.every(({ key, value }) => {
        const name = text(key);
        const found = name === null ? undefined : logged.get(name);
        return (
          name === null ||
          (found !== undefined && optionsOf(value).some((option) => canProduce(option, found) !== 'no'))
        );
      }) &&
      (call.open ||
        call.flavour !== 'sklearn' ||
        params.every(
          ({ key, value }) =>
            set.has(key) || !isDeclaredBy(call, key) || defaultOwner(call, key, value) !== null,
        ))
    );
  };
  const fitting = calls.filter(fits);
  const tagged = calls.filter((call) => call.owners[0]?.name === estimator);
  return fitting.length > 0 ? fitting : tagged.length > 0 ? tagged : calls;
}

/**
 * The call that gave a param its value: the first that logs it, since a value stays as it was first logged; null
 * where none does.
 */
export function callOf(
  calls: readonly AutologEvent[],
  events: readonly LogEvent[],
  key: string,
): AutologEvent | null {
  return (
    calls.find(
      (call) =>
        isDeclaredBy(call, key) ||
        events.some(
          (event) => event.autolog === call && optionsOf(event.key).some((option) => text(option) === key),
        ),
    ) ?? null
  );
}
