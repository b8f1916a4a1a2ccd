import { toStoreError, StoreError } from '../mlflow/errors';
import { Listeners } from '../mlflow/listeners';
import { redactUri } from '../mlflow/redact';
import type { Disposable, TrackingStore } from '../mlflow/store';
import type { Writer } from '../mlflow/writer';

/** Opens what a URI names. Throws StoreError. */
export interface StoreOpener {
  open(uri: string): Promise<{ store: TrackingStore; writer: Writer | null }>;
}

/** A store that is listed in the sidebar, whether or not it could be opened. */
export interface StoreEntry {
  uri: string;
  /** How it came here, for the tooltip: "found in the workspace", "MLFLOW_TRACKING_URI"… */
  origin: string;
  /** null while it is being opened or where `error` says why it cannot be. */
  store: TrackingStore | null;
  writer: Writer | null;
  error: StoreError | null;
}

/**
 * The stores that are open, for all views: one model, asked by everybody, copied by none. A store that failed
 * stays listed with its reason and is tried again by `reopen`.
 */
export class OpenStores implements Disposable {
  private readonly entries = new Map<string, StoreEntry>();
  private readonly listeners = new Listeners<[uri: string | null]>();
  private readonly opening = new Map<string, Promise<StoreEntry>>();
  private readonly subscriptions = new Map<string, Disposable>();
  private pollInterval = 0;
  private looking: Promise<unknown> = Promise.resolve();

  constructor(private readonly opener: StoreOpener) {}

  list(): StoreEntry[] {
    return [...this.entries.values()];
  }

  entry(uri: string): StoreEntry | undefined {
    return this.entries.get(uri);
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

  /** Lists a store, to be opened when first asked. A URI that is listed already keeps its entry. */
  add(uri: string, origin: string, error: StoreError | null = null): StoreEntry {
    const known = this.entries.get(uri);
    if (known) {
      return known;
    }
    const entry: StoreEntry = { uri, origin, store: null, writer: null, error };
    this.entries.set(uri, entry);
    this.emit(null);
    return entry;
  }

  remove(uri: string): void {
    const entry = this.entries.get(uri);
    if (entry) {
      this.close(entry);
      this.entries.delete(uri);
      this.emit(null);
    }
  }

  /** Tries a failed store again; not one that waits for the user's word. */
  async reopen(uri: string): Promise<void> {
    const entry = this.entries.get(uri);
    if (entry && !entry.store && entry.error?.code !== 'ON_ANOTHER_MACHINE') {
      entry.error = null;
      await this.ready(uri).catch(() => undefined);
      this.emit(uri);
    }
  }

  /** How often each open store looks for changes, ms; 0 for not at all. */
  setPollInterval(milliseconds: number): void {
    this.pollInterval = milliseconds;
    for (const { store } of this.entries.values()) {
      store?.setPollInterval(milliseconds);
    }
  }

  dispose(): void {
    for (const entry of this.entries.values()) {
      this.close(entry);
    }
    this.entries.clear();
    this.listeners.clear();
  }

  private async ready(uri: string): Promise<StoreEntry> {
    if (!this.entries.has(uri)) {
      await this.settled();
    }
    const entry = this.entries.get(uri);
    if (!entry) {
      throw new StoreError('NOT_FOUND', `${redactUri(uri)} is not among the open stores: add it first.`);
    }
    if (entry.store || entry.error) {
      return entry;
    }
    const running = this.opening.get(uri) ?? this.open(entry).finally(() => this.opening.delete(uri));
    this.opening.set(uri, running);
    return running;
  }

  private async open(entry: StoreEntry): Promise<StoreEntry> {
    try {
      const { store, writer } = await this.opener.open(entry.uri);
      if (this.entries.get(entry.uri) !== entry) {
        store.dispose();
        return entry;
      }
      entry.store = store;
      entry.writer = writer;
      store.setPollInterval(this.pollInterval);
      this.subscriptions.set(
        entry.uri,
        store.onDidChange(() => this.emit(entry.uri)),
      );
    } catch (error) {
      entry.error = toStoreError(error);
    }
    return entry;
  }

  private close(entry: StoreEntry): void {
    this.subscriptions.get(entry.uri)?.dispose();
    this.subscriptions.delete(entry.uri);
    entry.store?.dispose();
    entry.store = null;
    entry.writer = null;
  }

  private emit(uri: string | null): void {
    this.listeners.tell(uri);
  }
}
