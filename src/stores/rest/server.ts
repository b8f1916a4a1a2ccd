import { isStoreError, StoreError } from '../../mlflow/errors';
import { fieldsOf } from '../../mlflow/shape';
import { call, isAtLeast, probe, type ApiCall, type ServerApi } from './api';
import { objectsOf, textOf } from './entities';
import type { Exchange } from './exchange';

/** Pages of one list that are walked through: beyond that something is wrong with the tokens. */
const MOST_PAGES = 10_000;

/** A list that comes in pages, whose tokens are offsets. */
export interface Listing {
  method: 'GET' | 'POST';
  endpoint: string;
  args: Readonly<Record<string, unknown>>;
  /** The field of the answer that holds the list. */
  field: string;
  priority?: ApiCall['priority'];
}

/** One page of a list, as the server gives it. */
export interface ServerPage {
  items: Record<string, unknown>[];
  token: string | undefined;
}

/** One tracking server: asked what it is when it is first used, and from then on only for what is wanted. */
export class Server {
  private found: Promise<ServerApi> | undefined;
  private readonly missing = new Set<string>();

  constructor(
    private readonly exchange: Exchange,
    private readonly workspace: string | null,
  ) {}

  /** What the probes found; a failure is not kept. */
  api(signal?: AbortSignal): Promise<ServerApi> {
    const found = this.found ?? probe(this.exchange, this.workspace, signal);
    this.found = found;
    found.catch(() => (this.found = this.found === found ? undefined : this.found));
    return found;
  }

  async isAtLeast(major: number, minor: number, signal?: AbortSignal): Promise<boolean> {
    return isAtLeast(await this.api(signal), major, minor);
  }

  /** Reads: may be sent again when the connection fails. @throws StoreError */
  async read(request: ApiCall, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const api = await this.api(signal);
    return fieldsOf(await call(this.exchange, api, { ...request, repeatable: true }, signal));
  }

  /** The same of what not every MLflow has: null where this one has not, which it is asked once. */
  async readIfThere(request: ApiCall, signal?: AbortSignal): Promise<Record<string, unknown> | null> {
    if (this.missing.has(request.endpoint)) {
      return null;
    }
    try {
      return await this.read(request, signal);
    } catch (error) {
      if (isStoreError(error) && error.code === 'NOT_SUPPORTED_BY_SCHEMA') {
        this.missing.add(request.endpoint);
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
    return { items: objectsOf(answer[field]), token: textOf(answer['next_page_token']) || undefined };
  }

  /** Each page of a list, until its end or until nobody takes the next. */
  async *pages(listing: Listing, signal?: AbortSignal): AsyncGenerator<Record<string, unknown>[]> {
    let token: string | undefined;
    for (let count = 0; count < MOST_PAGES; count++) {
      const page = await this.page(listing, token, signal);
      yield page.items;
      // 3.11 may answer nothing and a token that never advances.
      if (page.token === undefined || page.token === token) {
        return;
      }
      token = page.token;
    }
    throw new StoreError(
      'INTERNAL_ERROR',
      `The tracking server's list of "${listing.endpoint}" has no end: its log may say why.`,
    );
  }

  /** A whole list. */
  async all(listing: Listing, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    for await (const page of this.pages(listing, signal)) {
      items.push(...page);
    }
    return items;
  }
}
