import { isStoreError, StoreError } from '../../mlflow/errors';
import { fieldsOf } from '../../mlflow/shape';
import { damaged, refusalOf } from './answerErrors';
import type { Exchange, ServerAnswer, ServerRequest } from './exchange';
import { readJson } from './json';

/** Where a server's API lies below its URI. Under `--static-prefix` older ones have the second alone (servers.md, 1). */
export type ApiBase = '/api/2.0/mlflow/' | '/ajax-api/2.0/mlflow/';

const BASES: readonly ApiBase[] = ['/api/2.0/mlflow/', '/ajax-api/2.0/mlflow/'];

/** What was found out about a server by asking it at most three times. */
export interface ServerApi {
  /** "3.17.2"; null where the server does not say (1.x; below a prefix 2.x to 3.5 too). */
  version: string | null;
  /** It has at least what this release of MLflow had. */
  release: { major: number; minor: number };
  base: ApiBase;
  /** What each request names; null where none is named. */
  workspace: string | null;
}

/** `experiments/search` came with it; what is older is no store that can be opened. */
const OLDEST = { major: 1, minor: 28 };

/** Of the answers to probes, bytes: one experiment with its tags. */
const PROBE = 4_000_000;

/** Of an answer where nobody says otherwise, bytes: 10,000 usual runs. */
const MOST = 64_000_000;

/** A call of MLflow's REST API. */
export interface ApiCall {
  method: ServerRequest['method'];
  /** `runs/search`: below the base. */
  endpoint: string;
  /** Into the query of a GET, a list as so many of the same name; else into a JSON body. Undefined is left out. */
  args?: Readonly<Record<string, unknown>>;
  /** The endpoint exists below `/ajax-api/` alone. */
  ajax?: boolean;
  /** Of another release of the API: `/api/3.0/mlflow/`. */
  release?: 3;
  /** Missing: visible. */
  priority?: ServerRequest['priority'];
  /** Missing: for a GET. To be said of searches, which are POSTs. */
  repeatable?: boolean;
  /** Bytes of the answer; missing: 64 MB. */
  most?: number;
  /** A longer answer is cut off there. */
  cut?: boolean;
}

/** Whether a server has what came with a release of MLflow. */
export function isAtLeast({ release }: Pick<ServerApi, 'release'>, major: number, minor: number): boolean {
  return release.major > major || (release.major === major && release.minor >= minor);
}

/**
 * Asks a server what it is: once a server, by two or three requests.
 *
 * @param workspace the one that the store's URI names; null for none
 * @throws StoreError NOT_A_STORE where no MLflow answers, UNSUPPORTED where it is too old or has no workspaces
 */
export async function probe(
  exchange: Exchange,
  workspace: string | null,
  signal?: AbortSignal,
): Promise<ServerApi> {
  const base = await findBase(exchange, workspace, signal);
  const version = await versionOf(exchange, 'visible', signal);
  const release = releaseOf(version) ?? OLDEST;
  if (workspace !== null && !isAtLeast({ release }, 3, 10)) {
    throw noWorkspaces();
  }
  return { version, release, base, workspace };
}

/**
 * Calls MLflow's REST API.
 *
 * @returns the JSON of the answer, an object always; whole numbers beyond 2^53, NaN and infinities as json.ts says
 * @throws StoreError: what the server says; NOT_SUPPORTED_BY_SCHEMA where it has no such endpoint; those of the exchange
 */
export async function call(
  exchange: Exchange,
  api: Pick<ServerApi, 'base' | 'workspace'>,
  request: ApiCall,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  return jsonOf(await exchange(requestOf(api, request), signal), request.endpoint);
}

/** The same, not read yet: of what may be cut off. */
export async function callForBody(
  exchange: Exchange,
  api: Pick<ServerApi, 'base' | 'workspace'>,
  request: ApiCall,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const answer = await exchange(requestOf(api, request), signal);
  mustBeJson(answer, request.endpoint);
  return answer.body;
}

function requestOf(api: Pick<ServerApi, 'base' | 'workspace'>, request: ApiCall): ServerRequest {
  const { method, endpoint, args = {} } = request;
  const inQuery = method === 'GET' || method === 'HEAD';
  const base = request.ajax ? BASES[1]! : api.base;
  return {
    method,
    path: `${request.release === 3 ? base.replace('2.0', '3.0') : base}${endpoint}${inQuery ? queryOf(args) : ''}`,
    ...(inQuery ? {} : { body: JSON.stringify(args) }),
    workspace: api.workspace,
    priority: request.priority ?? 'visible',
    most: request.most ?? MOST,
    cut: request.cut ?? false,
    repeatable: request.repeatable ?? inQuery,
  };
}

function queryOf(args: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(args).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value]).map(
      (each) => `${encodeURIComponent(name)}=${encodeURIComponent(String(each))}`,
    ),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** 200 that is not JSON is never an answer of MLflow's (servers.md, section 5). */
function mustBeJson(answer: ServerAnswer, endpoint: string): void {
  if (answer.status < 200 || answer.status > 299 || answer.contentType !== 'application/json') {
    throw refusalOf(answer, endpoint);
  }
}

function jsonOf(answer: ServerAnswer, endpoint: string): Record<string, unknown> {
  mustBeJson(answer, endpoint);
  return readAnswer(() => readJson(answer.body), endpoint);
}

/** What reading an answer comes to. @throws StoreError where that fails, or is no object */
export function readAnswer(read: () => unknown, endpoint: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    throw damaged(endpoint, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw damaged(endpoint);
  }
  return fieldsOf(value);
}

async function findBase(
  exchange: Exchange,
  workspace: string | null,
  signal: AbortSignal | undefined,
): Promise<ApiBase> {
  for (const base of BASES) {
    try {
      await call(
        exchange,
        { base, workspace },
        { method: 'GET', endpoint: 'experiments/search', args: { max_results: 1 }, most: PROBE },
        signal,
      );
      return base;
    } catch (error) {
      if (isStoreError(error) && error.code === 'UNSUPPORTED' && workspace !== null) {
        throw noWorkspaces();
      }
      if (!isStoreError(error) || error.code !== 'NOT_SUPPORTED_BY_SCHEMA') {
        throw error;
      }
    }
  }
  throw new StoreError(
    'NOT_A_STORE',
    'No MLflow tracking server answers at this address: check it, a path in front of MLflow included. Servers before MLflow 1.28 cannot be opened.',
  );
}

/**
 * What a server says that its version is; null where it says none. A proxy may let the API through and nothing else: its
 * sign-in page, or where it sends requests on to, is no version.
 *
 * @throws StoreError those of the exchange
 */
export async function versionOf(
  exchange: Exchange,
  priority: ServerRequest['priority'],
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    const answer = await exchange(
      { method: 'GET', path: '/version', priority, most: 1000, cut: true, repeatable: true },
      signal,
    );
    if (answer.status === 429 || answer.status >= 500) {
      throw refusalOf(answer, 'version');
    }
    const text = new TextDecoder().decode(answer.body.subarray(0, 40)).trim();
    return answer.status === 200 && releaseOf(text) !== null ? text : null;
  } catch (error) {
    if (isStoreError(error) && (error.code === 'NOT_A_STORE' || error.code === 'UNAUTHENTICATED')) {
      return null;
    }
    throw error;
  }
}

function releaseOf(version: string | null): ServerApi['release'] | null {
  const found = /^(\d{1,4})\.(\d{1,4})(?:\.[\w.+-]{1,30})?$/.exec(version ?? '');
  return found && { major: Number(found[1]), minor: Number(found[2]) };
}

function noWorkspaces(): StoreError {
  return new StoreError(
    'UNSUPPORTED',
    'This tracking server has no workspaces: open it without "?workspace=" in its address.',
  );
}
