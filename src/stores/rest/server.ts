import { isStoreError } from '../../mlflow/errors';
import { call, callForBody, isAtLeast, probe, versionOf, type ApiCall, type ServerApi } from './api';
import type { Exchange } from './exchange';
import { pageOf, walk, type ServerPage } from './pages';
import { Shared } from './shared';

/** What the probes found is asked for its version after so long: servers are upgraded while windows are open, ms. */
const CHECKED = 60_000;
/** The same once it did not answer: it may have been started anew, ms. */
const CHECKED_AFTER_LOSS = 1000;
const LOST: ReadonlySet<string> = new Set(['NOT_FOUND', 'BUSY', 'NOT_A_STORE']);

/** A list that comes in pages, whose tokens are offsets. */
export interface Listing {
  method: 'GET' | 'POST';
  endpoint: string;
  args: Readonly<Record<string, unknown>>;
  /** The field of the answer that holds the list. */
  field: string;
  priority?: ApiCall['priority'];
}

/** One tracking server: asked what it is when it is first used, and from then on only for what is wanted. */
export class Server {
  private found: Shared<ServerApi> | undefined;
  private readonly missing = new Set<string>();
  private due = 0;
  private checking: Promise<void> | undefined;
  private last: string | null | undefined;
  /** How often it turned out to be of another version than before. */
  upgrades = 0;

  /** @param now ms, of a clock that goes on evenly */
  constructor(
    private readonly exchange: Exchange,
    private readonly workspace: string | null,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What the probes found; a failure is not kept. Who gives up waiting leaves the others theirs. */
  api(signal?: AbortSignal): Promise<ServerApi> {
    if (!this.found || this.found.isGivenUp) {
      const found = new Shared(async (given) => {
        try {
          return this.seen(await probe(this.exchange, this.workspace, given));
        } catch (error) {
          this.found = this.found === found ? undefined : this.found;
          throw error;
        }
      });
      this.found = found;
    } else if (this.last !== undefined && this.now() >= this.due) {
      // Nobody waits for it, and whoever asks for something fails by himself.
      void this.check().catch(() => undefined);
    }
    return this.found.wait(signal);
  }

  /** Asks for its version; what was found out about another one is forgotten. @throws StoreError */
  check(): Promise<void> {
    this.checking ??= this.askVersion().finally(() => (this.checking = undefined));
    return this.checking;
  }

  private async askVersion(): Promise<void> {
    this.due = this.now() + CHECKED;
    if (this.last === undefined) {
      await this.api();
    } else if ((await versionOf(this.exchange, 'background')) !== this.last) {
      this.forget();
      await this.api();
    }
  }

  private seen(api: ServerApi): ServerApi {
    this.due = this.now() + CHECKED;
    this.upgrades += this.last !== undefined && this.last !== api.version ? 1 : 0;
    this.last = api.version;
    return api;
  }

  async isAtLeast(major: number, minor: number, signal?: AbortSignal): Promise<boolean> {
    return isAtLeast(await this.api(signal), major, minor);
  }

  /** Reads: may be sent again when the connection fails. @throws StoreError */
  async read(request: ApiCall, signal?: AbortSignal): Promise<Record<string, unknown>> {
    return this.noticed(
      async (api) => call(this.exchange, api, { ...request, repeatable: true }, signal),
      signal,
    );
  }

  /** The same, not read yet. */
  async readBody(request: ApiCall, signal?: AbortSignal): Promise<Uint8Array> {
    return this.noticed(
      async (api) => callForBody(this.exchange, api, { ...request, repeatable: true }, signal),
      signal,
    );
  }

  private async noticed<T>(ask: (api: ServerApi) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const api = await this.api(signal);
    try {
      return await ask(api);
    } catch (error) {
      if (isStoreError(error) && LOST.has(error.code)) {
        this.due = Math.min(this.due, this.now() + CHECKED_AFTER_LOSS);
      }
      throw error;
    }
  }

  /** The same of what not every MLflow has: null where this one has not, which it is asked once. */
  readIfThere(request: ApiCall, signal?: AbortSignal): Promise<Record<string, unknown> | null> {
    return this.ifThere(request.endpoint, () => this.read(request, signal));
  }

  private async ifThere<T>(endpoint: string, ask: () => Promise<T>): Promise<T | null> {
    if (this.missing.has(endpoint)) {
      return null;
    }
    try {
      return await ask();
    } catch (error) {
      if (isStoreError(error) && error.code === 'NOT_SUPPORTED_BY_SCHEMA') {
        this.missing.add(endpoint);
        return null;
      }
      throw error;
    }
  }

  /** It may be another one now, or of another version. */
  forget(): void {
    this.found = undefined;
    this.missing.clear();
  }

  async page(listing: Listing, pageToken?: string, signal?: AbortSignal): Promise<ServerPage> {
    const { method, endpoint, args, field, priority } = listing;
    const answer = await this.read(
      {
        method,
        endpoint,
        args: { ...args, ...(pageToken === undefined ? {} : { page_token: pageToken }) },
        ...(priority ? { priority } : {}),
      },
      signal,
    );
    return pageOf(answer, endpoint, field);
  }

  /** Each page of a list, until its end or until nobody takes the next. */
  pages(listing: Listing, signal?: AbortSignal): AsyncGenerator<Record<string, unknown>[]> {
    return walk(listing.endpoint, (token) => this.page(listing, token, signal));
  }

  /** A whole list. */
  async all(listing: Listing, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    for await (const page of this.pages(listing, signal)) {
      page.forEach((item) => items.push(item));
    }
    return items;
  }

  /** The same of what not every MLflow has: null where this one has not. */
  allIfThere(listing: Listing, signal?: AbortSignal): Promise<Record<string, unknown>[] | null> {
    return this.ifThere(listing.endpoint, () => this.all(listing, signal));
  }
}
