import { toStoreError, StoreError } from '../mlflow/errors';
import { Listeners } from '../mlflow/listeners';
import { redactUri } from '../mlflow/redact';
import type { Disposable, TrackingStore } from '../mlflow/store';
import { withWorkspace } from '../mlflow/workspace';
import type { Writer } from '../mlflow/writer';
import { storeName } from './uri';

/** Opens what a URI names. Throws StoreError. */
export interface StoreOpener {
  /**
   * @param asNamed a URI that names no workspace is that of `default`; else the store may be one of the workspace to
   *   begin with, as its own URI says
   * @param signal nobody waits for it any more
   */
  open(
    uri: string,
    asNamed?: boolean,
    signal?: AbortSignal,
  ): Promise<{ store: TrackingStore; writer: Writer | null }>;
}

/** A store that is listed in the sidebar, whether or not it could be opened. */
export interface StoreEntry {
  /** Its identity: that of the workspace which is shown. */
  uri: string;
  /** As it was found or added: with a workspace only where whoever did so named one. */
  named: string;
  /** How it came here, for the tooltip: "found in the workspace", "MLFLOW_TRACKING_URI"… */
  origin: string;
  /** The workspace is the user's choice. */
  chosen: boolean;
  /** null while it is being opened or where `error` says why it cannot be. */
  store: TrackingStore | null;
  writer: Writer | null;
  error: StoreError | null;
}

/**
 * The stores that are open, for all views: one model, asked by everybody, copied by none. A store that failed
 * stays listed with its reason and is tried again by `reopen`.
 *
 * A store of several workspaces is listed as one of them. The others are stores too, each with a URI of its own, which
 * are opened when asked for: pages and compared runs of one stay when the user goes on to another.
 */
export class OpenStores implements Disposable {
  private entries = new Map<string, StoreEntry>();
  /** Workspaces of the stores listed that are not the ones shown. */
  private readonly aside = new Map<string, StoreEntry>();
  private readonly listeners = new Listeners<[uri: string | null]>();
  private readonly opening = new Map<StoreEntry, Promise<StoreEntry>>();
  private readonly subscriptions = new Map<StoreEntry, Disposable>();
  /** Of those that are being opened. */
  private readonly waits = new Map<StoreEntry, AbortController>();
  private pollInterval = 0;
  private retrying: NodeJS.Timeout | undefined;
  private looking: Promise<unknown> = Promise.resolve();

  /** @param retry how often a store that did not answer is tried again while any is looked at, ms */
  constructor(
    private readonly opener: StoreOpener,
    private readonly retry = 30_000,
  ) {}

  list(): StoreEntry[] {
    return [...this.entries.values()];
  }

  /** Also of a workspace that is open and not the one shown. */
  entry(uri: string): StoreEntry | undefined {
    const named = this.list().find((entry) => entry.named === uri && !entry.chosen);
    return this.entries.get(uri) ?? this.aside.get(uri) ?? named;
  }

  /** Whether it is listed, or another workspace of a store that is. */
  isKnown(uri: string): boolean {
    return this.entry(uri) !== undefined || this.listedOf(uri) !== undefined;
  }

  /** Stores are looked for: one that is asked for and not listed yet is waited for until that is over. */
  expect(looking: Promise<unknown>): void {
    this.looking = looking.catch(() => undefined);
  }

  /** Resolves when no store is looked for. */
  async settled(): Promise<void> {
    await this.looking;
  }

  /** The open store of a URI; opens it if it is listed and not open yet. Throws StoreError. */
  async get(uri: string): Promise<TrackingStore> {
    const entry = await this.ready(uri);
    if (!entry.store) {
      throw entry.error ?? new StoreError('NOT_FOUND', `${redactUri(uri)} is not open.`);
    }
    return entry.store;
  }

  /** Its writer. Throws StoreError where the store cannot be changed. */
  async writer(uri: string): Promise<Writer> {
    const entry = await this.ready(uri);
    if (!entry.writer) {
      throw entry.error ?? new StoreError('READ_ONLY', 'This kind of store cannot be changed from here yet.');
    }
    return entry.writer;
  }

  /** `uri` is null when the list itself changed. */
  onDidChange(listener: (uri: string | null) => void): Disposable {
    return this.listeners.add(listener);
  }

  /**
   * Lists a store, to be opened when first asked. A URI that is listed already keeps its entry.
   *
   * @param workspace the user's choice for it; missing where there was none
   */
  add(named: string, origin: string, error: StoreError | null = null, workspace?: string): StoreEntry {
    const uri = workspace === undefined ? named : withWorkspace(named, workspace);
    const known = this.list().find((entry) => entry.uri === uri || entry.named === named);
    if (known) {
      return known;
    }
    const entry = this.aside.get(uri) ?? newEntry(uri, named, origin);
    Object.assign(entry, { named, origin, error, chosen: workspace !== undefined });
    this.aside.delete(uri);
    this.entries.set(uri, entry);
    this.emit(null);
    return entry;
  }

  /** Takes it off the list, and closes the store's other workspaces with the last one listed. */
  remove(uri: string): void {
    const entry = this.list().find((listed) => listed.uri === uri || listed.named === uri);
    if (!entry) {
      return;
    }
    this.close(entry);
    this.entries.delete(entry.uri);
    for (const other of [...this.aside.values()].filter((each) => this.listedOf(each.uri) === undefined)) {
      this.close(other);
      this.aside.delete(other.uri);
    }
    this.emit(null);
  }

  /** Shows another workspace of a listed store in its place. Throws StoreError. */
  switchWorkspace(uri: string, workspace: string): StoreEntry {
    const entry = this.entry(uri);
    const target = withWorkspace(uri, workspace);
    const there = this.entries.get(target);
    if (!entry || this.entries.get(entry.uri) !== entry) {
      throw notListed(uri);
    }
    if (there && there !== entry) {
      throw new StoreError(
        'INVALID_PARAMETER_VALUE',
        `${storeName(target)} is already listed in its own row.`,
      );
    }
    if (there) {
      there.chosen = true;
      return there;
    }
    const { named, origin } = entry;
    const next = this.aside.get(target) ?? newEntry(target, named, origin);
    Object.assign(next, { named, origin, chosen: true });
    this.aside.delete(target);
    this.aside.set(entry.uri, entry);
    this.replace(entry, next);
    return next;
  }

  /** Tries a failed store again; not one that waits for the user's word. */
  async reopen(uri: string): Promise<void> {
    const entry = this.entry(uri);
    if (entry && !entry.store && entry.error?.code !== 'ON_ANOTHER_MACHINE') {
      entry.error = null;
      await this.ready(uri).catch(() => undefined);
      this.emit(entry.uri);
    }
  }

  /** Ends the wait for a store that is being opened: it then waits for the user's word, as one that a file names. */
  giveUp(uri: string): void {
    const entry = this.entry(uri);
    if (entry) {
      this.waits.get(entry)?.abort();
    }
  }

  /** Opens anew what is listed or open under such URIs: what a store shows may depend on who is signed in. */
  async renew(matches: (uri: string) => boolean): Promise<void> {
    const entries = this.all().filter(
      ({ uri, error }) => matches(uri) && error?.code !== 'ON_ANOTHER_MACHINE',
    );
    await Promise.all(
      entries.map(async (entry) => {
        await this.opening.get(entry);
        this.close(entry);
        entry.error = null;
        await this.ready(entry.uri).catch(() => undefined);
        this.emit(entry.uri);
      }),
    );
  }

  /** How often each open store looks for changes, ms; 0 for not at all. */
  setPollInterval(milliseconds: number): void {
    this.pollInterval = milliseconds;
    clearInterval(this.retrying);
    if (milliseconds > 0) {
      this.retrying = setInterval(
        () => this.list().forEach((entry) => void this.tryAgain(entry)),
        this.retry,
      );
      this.retrying.unref();
    }
    for (const { store } of this.all()) {
      store?.setPollInterval(milliseconds);
    }
  }

  dispose(): void {
    clearInterval(this.retrying);
    for (const entry of this.all()) {
      this.close(entry);
    }
    this.entries.clear();
    this.aside.clear();
    this.listeners.clear();
  }

  private all(): StoreEntry[] {
    return [...this.entries.values(), ...this.aside.values()];
  }

  /** An entry of the same store, whichever workspace it shows; not of one that waits for the user's word. */
  private listedOf(uri: string): StoreEntry | undefined {
    const store = withWorkspace(uri, null);
    return this.list().find(
      (entry) => withWorkspace(entry.uri, null) === store && entry.error?.code !== 'ON_ANOTHER_MACHINE',
    );
  }

  private async ready(uri: string): Promise<StoreEntry> {
    if (!this.entry(uri)) {
      await this.settled();
    }
    const entry = this.entry(uri) ?? this.openAside(uri);
    if (!entry) {
      throw notListed(uri);
    }
    if (entry.store || entry.error) {
      return entry;
    }
    const running = this.opening.get(entry) ?? this.open(entry).finally(() => this.opening.delete(entry));
    this.opening.set(entry, running);
    return running;
  }

  private openAside(uri: string): StoreEntry | undefined {
    const listed = this.listedOf(uri);
    if (!listed) {
      return undefined;
    }
    const entry = { ...newEntry(uri, uri, listed.origin), chosen: true };
    this.aside.set(uri, entry);
    return entry;
  }

  private async open(entry: StoreEntry): Promise<StoreEntry> {
    const wait = new AbortController();
    this.waits.set(entry, wait);
    try {
      const { store, writer } = await this.opener.open(entry.uri, entry.chosen, wait.signal);
      if (!this.all().includes(entry)) {
        store.dispose();
        return entry;
      }
      if (store.uri !== entry.uri && this.entries.has(store.uri)) {
        // Somebody named the workspace that this one would begin with: one of a kind is enough.
        store.dispose();
        this.entries.delete(entry.uri);
        this.emit(null);
        return await this.ready(store.uri);
      }
      entry.store = store;
      entry.writer = writer;
      entry.error = null;
      store.setPollInterval(this.pollInterval);
      this.subscriptions.set(
        entry,
        store.onDidChange(() => this.emit(entry.uri)),
      );
      if (store.uri !== entry.uri && withWorkspace(store.uri, null) === withWorkspace(entry.uri, null)) {
        this.replace(entry, Object.assign(entry, { uri: store.uri }));
      }
    } catch (error) {
      entry.error = wait.signal.aborted ? givenUp(entry.uri) : toStoreError(error);
      if (this.aside.get(entry.uri) === entry) {
        // It has no row on which it could be tried again: the next who asks does.
        this.aside.delete(entry.uri);
      }
    } finally {
      this.waits.delete(entry);
    }
    return entry;
  }

  /** By itself, where that may help: its error stays until it could be opened. */
  private async tryAgain(entry: StoreEntry): Promise<void> {
    const waits = entry.error?.code === 'NOT_FOUND' || entry.error?.code === 'BUSY';
    if (!waits || entry.store || this.opening.has(entry)) {
      return;
    }
    const running = this.open(entry).finally(() => this.opening.delete(entry));
    this.opening.set(entry, running);
    if ((await running).store) {
      this.emit(entry.uri);
    }
  }

  /** In the same place of the list. */
  private replace(entry: StoreEntry, by: StoreEntry): void {
    this.entries = new Map(this.list().map((each) => (each === entry ? [by.uri, by] : [each.uri, each])));
    this.emit(null);
  }

  private close(entry: StoreEntry): void {
    this.subscriptions.get(entry)?.dispose();
    this.subscriptions.delete(entry);
    this.waits.get(entry)?.abort();
    entry.store?.dispose();
    entry.store = null;
    entry.writer = null;
  }

  private emit(uri: string | null): void {
    this.listeners.tell(uri);
  }
}

function newEntry(uri: string, named: string, origin: string): StoreEntry {
  return { uri, named, origin, chosen: false, store: null, writer: null, error: null };
}

function givenUp(uri: string): StoreError {
  return new StoreError(
    'ON_ANOTHER_MACHINE',
    `The wait for ${redactUri(uri)} was canceled: it is not asked anything before you connect to it again.`,
  );
}

function notListed(uri: string): StoreError {
  return new StoreError('NOT_FOUND', `${redactUri(uri)} is not among the open stores: add it first.`);
}
