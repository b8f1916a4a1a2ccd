import { isStoreError, toStoreError, type StoreError } from '../../../mlflow/errors';
import { call, type ApiCall, type ServerApi } from '../api';
import type { Exchange } from '../exchange';

/** A JSON object of the server's. */
export type Fields = Readonly<Record<string, unknown>>;

/** Of an answer about one entity, bytes: a run with all its keys has megabytes at most. */
const MOST = 16_000_000;

/**
 * A write of which nobody knows whether it was made: the server did not answer, or was not able to say. What is there
 * has to be read before anything else is done.
 */
export class Unsettled extends Error {
  /**
   * @param cause what the asker was told
   * @param wasRefused MLflow itself said "not now" (503, reference servers.md, 8), and took nothing
   */
  constructor(
    override readonly cause: StoreError,
    readonly wasRefused: boolean,
  ) {
    super(cause.message);
  }
}

/** One server, asked for a change: what was read of it holds until something is written. */
export class AskedServer {
  private read = new Map<string, Promise<Fields | null>>();

  constructor(
    private readonly exchange: Exchange,
    readonly api: ServerApi,
    private readonly signal?: AbortSignal,
  ) {}

  /** From here on everything is read anew. */
  forget(): void {
    this.read.clear();
  }

  /** What an endpoint answers to a GET; null where the server has no such entity, or no such endpoint. Throws StoreError. */
  find(endpoint: string, args: Record<string, unknown> = {}): Promise<Fields | null> {
    const key = JSON.stringify([endpoint, args]);
    const known = this.read.get(key);
    if (known) {
      return known;
    }
    const answer = this.ask({ method: 'GET', endpoint, args }, this.signal).catch((error: unknown) => {
      if (isStoreError(error) && MISSING.has(error.code)) {
        return null;
      }
      throw error;
    });
    this.read.set(key, answer);
    return answer;
  }

  /** Whether the server has an endpoint, by what it says to a GET without arguments. Throws StoreError. */
  async has(endpoint: string): Promise<boolean> {
    try {
      await this.ask({ method: 'GET', endpoint }, this.signal);
    } catch (error) {
      const { code } = toStoreError(error);
      if (code === 'NOT_SUPPORTED_BY_SCHEMA') {
        return false;
      }
      if (code !== 'INVALID_PARAMETER_VALUE' && code !== 'RESOURCE_DOES_NOT_EXIST') {
        throw error;
      }
    }
    return true;
  }

  /** A search, which is a POST that changes nothing. Throws StoreError. */
  search(endpoint: string, args: Record<string, unknown>): Promise<Fields> {
    return this.ask({ method: 'POST', endpoint, args, repeatable: true }, this.signal);
  }

  /**
   * Writes. It cannot be cancelled: a server goes on with what it was asked (reference servers.md, section 5), and then
   * nobody knew what is there.
   *
   * @throws StoreError where the server refused, Unsettled where nobody knows
   */
  async send(
    method: 'POST' | 'PATCH' | 'DELETE',
    endpoint: string,
    args: Record<string, unknown>,
  ): Promise<Fields> {
    this.forget();
    let answered: { status: number; contentType: string } | null = null;
    const watched: Exchange = async (request, signal) => (answered = await this.exchange(request, signal));
    try {
      return await this.ask({ method, endpoint, args, repeatable: false }, undefined, watched);
    } catch (error) {
      throw isStoreError(error) ? settled(error, answered) : error;
    } finally {
      this.forget();
    }
  }

  private ask(request: ApiCall, signal?: AbortSignal, exchange = this.exchange): Promise<Fields> {
    return call(exchange, this.api, { ...request, most: MOST }, signal);
  }
}

const MISSING: ReadonlySet<string> = new Set(['RESOURCE_DOES_NOT_EXIST', 'NOT_SUPPORTED_BY_SCHEMA']);

/**
 * What is said of a request that reached no MLflow: nobody was there, nobody vouches for who was, it was sent on elsewhere, or
 * somebody in front wants to know who asks.
 */
const NOT_ASKED: ReadonlySet<string> = new Set([
  'INVALID_PARAMETER_VALUE',
  'NOT_A_STORE',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
]);

function settled(
  error: StoreError,
  answered: { status: number; contentType: string } | null,
): StoreError | Unsettled {
  if (answered === null) {
    return NOT_ASKED.has(error.code) ? error : new Unsettled(error, false);
  }
  const { status, contentType } = answered;
  if (status === 503 && contentType === 'application/json') {
    return new Unsettled(error, true);
  }
  return status >= 400 && status < 500 ? error : new Unsettled(error, false);
}
