import type { RegisteredModel } from '../mlflow/entities';
import { Listeners } from '../mlflow/listeners';
import type { Disposable } from '../mlflow/store';
import type { Effect, Preview, Undo } from './preview';
import { readSaved, type HistoryEntry, type Saved } from './savedHistory';
import { applyToSeen, effectsBetween, seenOf, sinceOf, withKnownSince, type Seen, type Since } from './seen';

export type { HistoryEntry } from './savedHistory';

/**
 * Where the histories are kept, one a store. Other windows of VS Code may write there too: `get` reads anew. Neither
 * throws: a history that cannot be read or written stops nobody.
 */
export interface HistoryStorage {
  get(store: string): unknown;
  /** Must be done when it returns. */
  update(store: string, value: unknown): void;
}

/** The process that writes, to notice afterwards that it ended amid a change. */
export interface WritingHost {
  /** Its process id. */
  id: number;
  isRunning(id: number): boolean;
}

/** Per store: enough for years of promotions, little enough to load at once. */
const MAX_ENTRIES = 500;
const MAX_SEEN_MODELS = 500;
/** Versions that are followed among the models that are read at once, and those that are kept. */
const MAX_FOLLOWED = 20_000;
const MAX_SEEN_VERSIONS = 2 * MAX_FOLLOWED;
/** Of one change: a page lists them, and what was in use shows in a timeline. */
const MAX_EFFECTS = 300;
const MAX_WHAT = 2000;
/** Older changes can be read about, but not taken back: what an undo needs may be long. */
const MAX_UNDOABLE = 20;
const MAX_TEXT = 300;

/**
 * "Which version was in production when?", which MLflow does not record (mlflow/mlflow#2169): every change made
 * here, and what was seen to have changed elsewhere, by the store's URI.
 */
export class RegistryHistory {
  private readonly listeners = new Listeners<[store: string]>();
  /** What was kept, by the value that the storage has it as: the same one while nobody wrote. */
  private readonly known = new WeakMap<object, Saved>();
  /** Changes made here since the start, by store; odd while one is being written. */
  private readonly writes = new Map<string, number>();

  constructor(
    private readonly storage: HistoryStorage,
    private readonly host: WritingHost | null = null,
  ) {}

  onDidChange(listener: (store: string) => void): Disposable {
    return this.listeners.add(listener);
  }

  /** Newest first; of one model, or of the whole store with its runs and experiments. */
  entries(store: string, model?: string): readonly Readonly<HistoryEntry>[] {
    return this.read(store)
      .entries.filter(
        ({ effects }) => model === undefined || effects.some((effect) => effect.model === model),
      )
      .toReversed();
  }

  /** By when at the latest versions of a model were where they are. */
  knownSince(store: string, model: string): readonly Since[] {
    return this.read(store).seen.find(([name]) => name === model)?.[1].since ?? [];
  }

  /** Since when changes in a store are kept, ms; null where nothing is yet. */
  since(store: string): number | null {
    return this.read(store).since;
  }

  /** The newest change made here that has a way back; null where there is none. */
  lastUndoable(store: string): HistoryEntry | null {
    const own = this.read(store).entries.filter(({ who }) => who !== null);
    return own.findLast(({ undo }) => undo !== null) ?? null;
  }

  /**
   * Writes a change and records it. What is read of the store meanwhile may be from before or after: it is not taken
   * for a change from elsewhere.
   *
   * @param what the change, for `takeInterrupted`
   */
  async whileWriting<T>(store: string, write: () => Promise<T>, what = ''): Promise<T> {
    this.writes.set(store, this.writesOf(store) + 1);
    this.mark(store, what);
    try {
      return await write();
    } finally {
      this.mark(store, null);
      this.writes.set(store, this.writesOf(store) + 1);
    }
  }

  /** The changes that a host was writing when it ended, each told once: whether they are made is not known. */
  takeInterrupted(store: string): string[] {
    const saved = this.read(store);
    const { host } = this;
    const left = saved.writing.filter(
      ({ host: id }) =>
        host === null || (id === host.id ? this.writesOf(store) % 2 === 1 : host.isRunning(id)),
    );
    const ended = saved.writing.filter((entry) => !left.includes(entry));
    if (ended.length > 0) {
      this.storage.update(store, { ...saved, writing: left });
    }
    return ended.map(({ what }) => what);
  }

  /** Keeps a change that was just written. */
  record(store: string, preview: Preview, now: number, who: string): void {
    const saved = this.load(store);
    saved.since ??= now;
    const rename = preview.changes.find((change) => change.type === 'renameRegisteredModel');
    if (rename) {
      rememberAs(saved, rename.name, rename.newName);
    }
    const effects = withKnownSince(preview.effects, new Map(saved.seen));
    applyToSeen(saved.seen, effects, now);
    append(saved, {
      when: now,
      who,
      what: preview.done,
      effects,
      undo: preview.undo?.(now) ?? null,
    });
    this.save(store, saved);
  }

  /**
   * Keeps that an entry was taken back: the undoing is a change of its own.
   *
   * @param undoing what was made of it
   * @param left what can be taken back still, where only a part was made
   */
  recordUndo(
    store: string,
    entry: HistoryEntry,
    undoing: Preview,
    now: number,
    who: string,
    left?: Undo,
  ): void {
    const saved = this.load(store);
    const undone = saved.entries.find(({ id }) => id === entry.id);
    if (undone) {
      undone.undo = left ?? null;
    }
    const { changes, done } = undoing;
    const rename = changes.find((change) => change.type === 'renameRegisteredModel');
    if (rename) {
      rememberAs(saved, rename.name, rename.newName);
    }
    const effects = withKnownSince(undoing.effects, new Map(saved.seen));
    applyToSeen(saved.seen, effects, now);
    append(saved, { when: now, who, what: done, effects, undo: null });
    this.save(store, saved);
  }

  /** Keeps that an entry cannot be taken back any more. */
  forgetUndo(store: string, entry: HistoryEntry): void {
    const saved = this.load(store);
    const found = saved.entries.find(({ id }) => id === entry.id);
    if (found) {
      found.undo = null;
      this.save(store, saved);
    }
  }

  /**
   * To be called before models are read; what was read is given to the function that it answers, which keeps what
   * changed elsewhere: stages, aliases, versions. The first sight of a model is no change.
   */
  observe(store: string): (models: readonly RegisteredModel[], now: number) => void {
    const before = this.writesOf(store);
    return (models, now) => {
      if (before % 2 === 0 && this.writesOf(store) === before) {
        this.notice(store, models, now);
      }
    };
  }

  /** Models that have too many versions to be looked at whenever the store changes are not followed. */
  private notice(store: string, models: readonly RegisteredModel[], now: number): void {
    const before = new Map(this.read(store).seen);
    const after: [string, Seen][] = [];
    let versions = 0;
    for (const model of models) {
      versions += model.versions.length;
      if (versions > MAX_FOLLOWED) {
        break;
      }
      if (model.damage !== undefined || model.versions.some(({ damage }) => damage !== undefined)) {
        // Nobody moved a version of which nothing can be read.
        continue;
      }
      const seen = seenOf(model);
      const { since, ...known } = before.get(model.name) ?? {};
      if (since === undefined || JSON.stringify(known) !== JSON.stringify(seen)) {
        after.push([model.name, { ...seen, since: sinceOf(model, before.get(model.name), now) }]);
      }
    }
    if (after.length === 0) {
      return;
    }
    const saved = this.load(store);
    for (const [name, seen] of after) {
      const known = before.get(name);
      const effects = known ? withKnownSince(effectsBetween(name, known, seen), before) : [];
      if (effects.length > 0) {
        append(saved, { when: now, who: null, what: describeEffects(effects), effects, undo: null });
      }
    }
    const changed = new Set(after.map(([name]) => name));
    saved.seen = newestSeen([...saved.seen.filter(([name]) => !changed.has(name)), ...after]);
    saved.since ??= now;
    this.save(store, saved);
  }

  /** @param what null: it is over */
  private mark(store: string, what: string | null): void {
    const { host } = this;
    if (host === null) {
      return;
    }
    const saved = this.read(store);
    const others = saved.writing.filter(({ host: id }) => id !== host.id);
    this.storage.update(store, {
      ...saved,
      writing: what === null ? others : [...others, { what, host: host.id }],
    });
  }

  private writesOf(store: string): number {
    return this.writes.get(store) ?? 0;
  }

  private read(store: string): Readonly<Saved> {
    const value = this.storage.get(store);
    if (typeof value !== 'object' || value === null) {
      return readSaved(value);
    }
    const saved = this.known.get(value) ?? readSaved(value);
    this.known.set(value, saved);
    return saved;
  }

  /** To be changed and saved; what others were given stays as it is. */
  private load(store: string): Saved {
    const { since, entries, seen, writing, others } = this.read(store);
    return {
      since,
      entries: entries.map((entry) => ({ ...entry })),
      seen: seen.map(([name, model]) => [name, { ...model }]),
      writing: [...writing],
      others: [...others],
    };
  }

  private save(store: string, saved: Saved): void {
    this.storage.update(store, saved);
    this.listeners.tell(store);
  }
}

/** "v4: stage None → Production; v2: stage Production → Archived". */
export function describeEffects(effects: readonly Effect[]): string {
  return effects
    .map(
      ({ version, what, from, to }) =>
        `${version === null || what.startsWith('@') ? '' : `v${version}: `}${what} ${from ?? '–'} → ${to ?? '–'}`,
    )
    .join('; ');
}

function append(saved: Saved, entry: Omit<HistoryEntry, 'id'>): void {
  saved.entries.push({
    id: (saved.entries.at(-1)?.id ?? 0) + 1,
    ...entry,
    what: entry.what.length > MAX_WHAT ? `${entry.what.slice(0, MAX_WHAT)}…` : entry.what,
    effects: entry.effects.slice(0, MAX_EFFECTS).map((effect) => ({
      ...effect,
      from: effect.from && effect.from.slice(0, MAX_TEXT),
      to: effect.to && effect.to.slice(0, MAX_TEXT),
    })),
  });
  saved.entries.splice(0, Math.max(0, saved.entries.length - MAX_ENTRIES));
  saved.entries
    .filter(({ undo }) => undo !== null)
    .slice(0, -MAX_UNDOABLE)
    .forEach((old) => (old.undo = null));
}

function rememberAs(saved: Saved, name: string, newName: string): void {
  for (const entry of saved.seen) {
    if (entry[0] === name) {
      entry[0] = newName;
    }
  }
  for (const entry of saved.entries) {
    entry.effects = entry.effects.map((effect) =>
      effect.model === name ? { ...effect, model: newName } : effect,
    );
  }
}

/** The last of them, as many as are kept. */
function newestSeen(seen: Saved['seen']): Saved['seen'] {
  let versions = 0;
  const first = seen.findLastIndex(
    ([, { stages, aliases }]) => (versions += stages.length + aliases.length) > MAX_SEEN_VERSIONS,
  );
  return seen.slice(first + 1).slice(-MAX_SEEN_MODELS);
}
