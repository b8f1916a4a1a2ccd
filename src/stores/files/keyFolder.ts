import * as path from 'node:path';
import type { Metric } from '../../mlflow/entities';
import { beginningOf, isStillThere, readOn, type Place } from './appended';
import { sameStamp, Stamp, type Disk, type SavedStamp } from './disk';
import { laterOf } from './metricLines';
import { MOST_VALUE, Recorder } from './recorded';

/** What is known of one key. */
interface Entry<T> {
  /** null where the key is not there. */
  stamp: Stamp | null;
  value: T | undefined;
  /** How far it was read, where that is not to its end, or where more may come. */
  place?: Place;
  /** It is only watched: its value was not asked for. */
  isUnread: boolean;
}

/** What was read of a key, as it is kept (savedIndex.ts): null for a stamp where there is none, and for no value. */
export type SavedKey<T> = readonly [key: string, stamp: SavedStamp | null, value: T | null, place?: Place];

export type ReadValue<T> = (disk: Disk, file: string, key: string, entry: Entry<T>) => void;

/**
 * A folder in which each file is a key and holds its value: `params`, `tags` or `metrics` (reference mlflow.md, B.2). A key is
 * read when it is asked for; all that was read is looked at again by `looked`.
 */
export class KeyFolder<T> {
  private entries: Map<string, Entry<T>> | null = null;
  /** All keys, where they were asked for, and the folders that say so. */
  private listed: { keys: string[]; folders: ReadonlyMap<string, Stamp | null> } | null = null;
  private pairs: { key: string; value: T }[] | null = null;
  /** The folder itself; undefined where it was not looked at yet. */
  private own: Stamp | null | undefined = undefined;

  constructor(
    private readonly disk: Disk,
    private readonly folder: string,
    private readonly readValue: ReadValue<T>,
  ) {}

  /** What was read of keys. */
  saved(): SavedKey<T>[] {
    const keys: SavedKey<T>[] = [];
    this.entries?.forEach(({ stamp, value, place, isUnread }, key) => {
      if (!isUnread && stamp?.isFolder !== true) {
        const known = [key, stamp?.saved ?? null, value ?? null] as const;
        keys.push(place ? [...known, place] : known);
      }
    });
    return keys;
  }

  /** What is known of a key without reading: its value, null where it is not there, undefined where nobody asked. */
  known(key: string): T | null | undefined {
    const entry = this.entries?.get(key);
    return !entry || entry.isUnread ? undefined : (entry.value ?? null);
  }

  restore(saved: readonly SavedKey<T>[]): this {
    this.entries = new Map(
      saved.map(([key, stamp, value, place]) => [
        key,
        {
          stamp: stamp && Stamp.restored(stamp),
          value: value ?? undefined,
          ...(place ? { place } : {}),
          isUnread: false,
        },
      ]),
    );
    return this;
  }

  /** May throw NotHere. */
  get(key: string): T | undefined {
    const entry = this.entry(key);
    if (entry?.isUnread) {
      this.readValue(this.disk, this.fileOf(key), key, entry);
      entry.isUnread = false;
    }
    return entry?.value;
  }

  /** From now on a change of the key is a change of the run, though its value is not read here. */
  watch(key: string): void {
    this.entry(key);
  }

  has(key: string): boolean {
    return this.entry(key)?.stamp?.isFolder === false;
  }

  /** In the order of their bytes. May throw NotHere. */
  keys(): readonly string[] {
    this.listed ??= this.list();
    return this.listed.keys;
  }

  /** Every key and its value, in the order of their keys. May throw NotHere. */
  all(): { key: string; value: T }[] {
    this.pairs ??= this.keys().flatMap((key) => {
      const value = this.get(key);
      return value === undefined ? [] : [{ key, value }];
    });
    return this.pairs;
  }

  /** Itself, where all that was read of it is as it was; else what it is now. May throw NotHere. */
  looked(): KeyFolder<T> {
    if (!this.entries && !this.listed) {
      return this;
    }
    const own = this.own === undefined ? undefined : this.disk.look(this.folder);
    // Then a key that was not there still is not.
    const isSameFolder =
      own !== undefined && sameStamp(own, this.own!) && own?.isFresh !== true && this.own?.isFresh !== true;
    const next = new KeyFolder<T>(this.disk, this.folder, this.readValue);
    next.own = own;
    next.entries = new Map();
    let isChanged = (own === null) !== (this.own === null);
    for (const [key, entry] of this.entries ?? []) {
      const isAbsent = entry.stamp === null && isSameFolder && !key.includes('/');
      const now = isAbsent ? entry : this.lookedAt(key, entry);
      next.entries.set(key, now);
      isChanged ||= now !== entry;
    }
    if (this.listed && this.isListedAnew(next)) {
      isChanged = true;
    }
    if (isChanged) {
      return next;
    }
    this.own = own;
    return this;
  }

  private entry(key: string): Entry<T> | undefined {
    this.entries ??= new Map();
    let entry = this.entries.get(key);
    if (!entry) {
      if (!isKey(key)) {
        return undefined;
      }
      const stamp = this.lookAtKey(key);
      entry = { stamp, value: undefined, isUnread: stamp?.isFolder === false };
      this.entries.set(key, entry);
    }
    return entry;
  }

  private lookAtKey(key: string): Stamp | null {
    const stamp = this.disk.look(this.fileOf(key));
    return stamp && this.isReached(key) ? stamp : null;
  }

  /** Whether no link leads to where a key lies. */
  private isReached(key: string): boolean {
    if (this.own === undefined) {
      this.own = this.disk.look(this.folder);
    }
    if (this.own?.isFolder !== true) {
      return false;
    }
    const parts = key.split('/').slice(0, -1);
    return parts.every(
      (_, at) => this.disk.look(path.join(this.folder, ...parts.slice(0, at + 1)))?.isFolder === true,
    );
  }

  private lookedAt(key: string, entry: Entry<T>): Entry<T> {
    const file = this.fileOf(key);
    const stamp = this.lookAtKey(key);
    if (sameStamp(stamp, entry.stamp) && entry.stamp?.isFresh !== true) {
      return entry;
    }
    const isFile = stamp?.isFolder === false;
    const now: Entry<T> = { stamp, value: undefined, isUnread: isFile };
    if (entry.isUnread || !isFile) {
      const isSame = sameStamp(stamp, entry.stamp);
      entry.stamp = isSame ? stamp : entry.stamp;
      return isSame ? entry : now;
    }
    if (entry.place && isStillThere(this.disk, file, stamp, entry.place)) {
      now.place = entry.place;
      now.value = entry.value;
    }
    this.readValue(this.disk, file, key, now);
    now.isUnread = false;
    if (stamp.isFresh && (now.value as unknown) === '' && entry.value !== undefined) {
      // MLflow empties a tag's file before it writes the new value: until that is there the old one stands.
      return entry;
    }
    if (sameStamp(stamp, entry.stamp) && sameValue(entry.value, now.value)) {
      entry.stamp = stamp;
      return entry;
    }
    return now;
  }

  /** Whether the keys are others; else the list holds on, by the folders as they look now. */
  private isListedAnew(next: KeyFolder<T>): boolean {
    const listed = this.listed!;
    const isSame = [...listed.folders].every(
      ([folder, stamp]) => stamp?.isFresh !== true && sameStamp(this.disk.look(folder), stamp),
    );
    if (isSame) {
      next.listed = listed;
      return false;
    }
    next.listed = this.list();
    const { keys } = next.listed;
    const isOther = keys.length !== listed.keys.length || keys.some((key, at) => key !== listed.keys[at]);
    if (!isOther) {
      this.listed = next.listed;
    }
    return isOther;
  }

  private list(): { keys: string[]; folders: ReadonlyMap<string, Stamp | null> } {
    const recorder = new Recorder(this.disk);
    const keys = recorder.keysIn(this.folder);
    this.own = recorder.seen.get(this.folder) ?? null;
    return { keys, folders: recorder.seen };
  }

  private fileOf(key: string): string {
    return `${this.folder}/${key}`;
  }
}

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a key can be the name of a file that lies in the folder. */
export function isKey(key: string): boolean {
  return (
    key.length <= 4000 &&
    !key.includes('\0') &&
    !(path.sep === '\\' && /[\\:]/.test(key)) &&
    key.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** The whole file is the value; of one that is longer than any of MLflow's, its beginning. */
export const readText: ReadValue<string> = (disk, file, _key, entry) => {
  entry.value = disk.text(file, entry.stamp!, MOST_VALUE) ?? undefined;
};

/** Reads a metric's latest value on from where it was read to. */
export const readLatest: ReadValue<Metric> = (disk, file, key, entry) => {
  const stamp = entry.stamp!;
  entry.place ??= beginningOf(stamp);
  for (let complete = false; !complete;) {
    let latest = entry.value;
    const part = readOn(disk, file, { stamp, place: entry.place }, (line) => {
      latest = laterOf(key, latest, line);
    });
    // A pause may come before the next part.
    entry.place = part.place;
    entry.value = latest;
    complete = part.complete;
  }
};
