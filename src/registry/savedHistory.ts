import { fieldsOf, isText, isTextOrNull, listOf } from '../mlflow/shape';
import type { Effect, Undo } from './preview';
import type { Seen } from './seen';

/** A change of the registry: made here, or noticed because the store is not as it was last seen. */
export interface HistoryEntry {
  /** Counts up within a store. */
  id: number;
  /** ms: when it was made, or for one from elsewhere when it was noticed. */
  when: number;
  /** The system's user name; null for a change from elsewhere. */
  who: string | null;
  /** "taxi-duration v4 is in Production." */
  what: string;
  effects: Effect[];
  /** The way back, while there is one. */
  undo: Undo | null;
}

/** What is kept of a store. */
export interface Saved {
  /** ms: from then on changes are kept. */
  since: number | null;
  entries: HistoryEntry[];
  seen: [model: string, Seen][];
  /** What is being written: the change, and by which host. */
  writing: { what: string; host: number }[];
  /** Entries of another shape, which another version can read: kept as they are, for when it writes here again. */
  others: unknown[];
}

const MAX_OTHERS = 500;

/** A history as it was kept; what does not have the shape of today's is kept apart. */
export function readSaved(value: unknown): Saved {
  const { since, entries, seen, writing, others } = fieldsOf(value);
  const all = [entries, others].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return {
    since: typeof since === 'number' ? since : null,
    entries: all
      .filter(isEntry)
      .map((entry) => (isUndo(entry.undo) ? entry : { ...entry, undo: null }))
      .toSorted((a, b) => a.id - b.id),
    seen: listOf(seen, isSeen),
    writing: listOf(writing, isWriting),
    others: all.filter((entry) => !isEntry(entry)).slice(-MAX_OTHERS),
  };
}

function isEntry(value: unknown): value is HistoryEntry {
  const { id, when, who, what, effects } = fieldsOf(value);
  return (
    typeof id === 'number' &&
    typeof when === 'number' &&
    isTextOrNull(who) &&
    isText(what) &&
    Array.isArray(effects) &&
    effects.every(isEffect)
  );
}

function isEffect(value: unknown): value is Effect {
  const { model, version, what, from, to, knownSince } = fieldsOf(value);
  return (
    isText(what) &&
    [model, version, from, to].every(isTextOrNull) &&
    (knownSince === undefined || typeof knownSince === 'number')
  );
}

/** As far as it goes: the writer checks each change and fact itself. */
function isUndo(value: unknown): value is Undo {
  const { changes, expected } = fieldsOf(value);
  const isNamed = (name: string) => (item: unknown) => isText(fieldsOf(item)[name]);
  return (
    Array.isArray(changes) &&
    changes.every(isNamed('type')) &&
    Array.isArray(expected) &&
    expected.every(isNamed('label'))
  );
}

function isSeen(value: unknown): value is Saved['seen'][number] {
  const [model, seen] = Array.isArray(value) ? (value as unknown[]) : [];
  const { created, stages, aliases, since } = fieldsOf(seen);
  const isPair = (pair: unknown): boolean => Array.isArray(pair) && pair.length === 2 && pair.every(isText);
  return (
    isText(model) &&
    (created === null || typeof created === 'number') &&
    [stages, aliases].every((list) => Array.isArray(list) && list.every(isPair)) &&
    (since === undefined || (Array.isArray(since) && since.every(isSince)))
  );
}

function isSince(value: unknown): boolean {
  const [place, version, time] = Array.isArray(value) ? (value as unknown[]) : [];
  return isText(place) && isText(version) && typeof time === 'number';
}

function isWriting(value: unknown): value is Saved['writing'][number] {
  const { what, host } = fieldsOf(value);
  return isText(what) && Number.isInteger(host);
}
