// See send.ts about these names of the modules.
import * as http from 'http';
import * as https from 'https';
import { setTimeout as pause } from 'node:timers/promises';
import { cancelled, StoreError } from '../../mlflow/errors';
import { withWorkspace } from '../../mlflow/workspace';
import type { ServerAccess } from './access';
import { connectionError, movedError, signInError, type Asked } from './connectionErrors';
import type { Exchange, ServerAnswer, ServerRequest } from './exchange';
import { RequestQueue } from './queue';
import { send, SendFailure } from './send';
import { Shared } from './shared';

export interface NetworkOptions {
  /** Canonical (uri.ts); the workspace that it may name is each request's own affair. */
  uri: string;
  /** Asked before each sending, so that who signs in is heard at the next one. Rejects with StoreError. */
  access(this: void): Promise<ServerAccess>;
  /** "mlflow-lens/1.0.0", for the server's log. */
  userAgent: string;
  /** How long one sending may take, ms; 30 s if missing. */
  patience?: number;
  /** Between a sending that failed and the next, ms: as many as there may be. */
  pauses?: readonly number[];
}

export interface Network {
  readonly exchange: Exchange;
  /** Ends the connections that are kept. */
  dispose(): void;
}

/** More at once make a server of four workers no faster (servers.md, section 7). */
const AT_ONCE = 4;
const PATIENCE = 30_000;
const PAUSES = [500, 2000];
/** A server that wants a longer pause is not asked again by itself, ms. */
const LONGEST_PAUSE = 10_000;
/** uvicorn closes a connection that was idle for 5 s: it is given up before, ms. */
const IDLE = 4000;
/** What a server has refused is not sent to it again in the background for so long: accounts get locked, ms. */
const REFUSED = 60_000;

/**
 * The requests to one tracking server, in the extension host. Four at once; 30 s each, without the time of waiting for
 * one's turn; no redirection is followed and nothing is parsed. Repeated twice where a request may be: after 429, 502,
 * 504, a 503 of MLflow's own (JSON) and lost connections, never after our own time-out (servers.md, section 5).
 */
export function createExchange(options: NetworkOptions): Network {
  const uri = withWorkspace(options.uri, null);
  const server = new URL(uri);
  const below = server.pathname === '/' ? '' : server.pathname;
  const secure = server.protocol === 'https:';
  // A kept connection costs 40 ms a request on plain http; on https a new one costs more (servers.md, section 5).
  const kept = secure ? new https.Agent({ keepAlive: true, maxSockets: AT_ONCE, timeout: IDLE }) : null;
  const fresh = secure ? new https.Agent() : new http.Agent();
  const queue = new RequestQueue(AT_ONCE);
  const patience = options.patience ?? PATIENCE;
  const pauses = options.pauses ?? PAUSES;
  let refused: { headers: string; until: number } | null = null;

  async function sendOnce(request: ServerRequest, signal: AbortSignal | undefined): Promise<ServerAnswer> {
    // Who asks for a password may wait for its user: the place is given up where nobody waits for the answer any more.
    const access = await new Shared(() => options.access()).wait(signal);
    const asked: Asked = { uri, access, request, patience };
    const identity = JSON.stringify(access.headers);
    if (
      request.priority === 'background' &&
      refused?.headers === identity &&
      performance.now() < refused.until
    ) {
      throw signInError(asked);
    }
    // What may not be repeated must not meet a connection that the server is just closing.
    const agent = kept !== null && request.repeatable ? kept : fresh;
    const answer = await send({
      method: request.method,
      server,
      path: below + request.path,
      headers: {
        ...headersOf(request, access, options.userAgent),
        Connection: agent === kept ? 'keep-alive' : 'close',
      },
      body: request.body,
      upload: request.upload,
      access,
      agent,
      most: request.most,
      cut: request.cut ?? false,
      patience,
      signal,
    }).catch((failure: unknown) => {
      throw failure instanceof SendFailure ? new Failed(failure, asked) : failure;
    });
    if (answer.status >= 300 && answer.status < 400) {
      throw movedError(answer, asked);
    }
    refused = answer.status === 401 ? { headers: identity, until: performance.now() + REFUSED } : null;
    if (answer.status === 401) {
      throw signInError(asked);
    }
    return answer;
  }

  async function sendRepeatedly(
    request: ServerRequest,
    signal: AbortSignal | undefined,
  ): Promise<ServerAnswer> {
    for (let attempt = 0; ; attempt++) {
      const usual = request.repeatable ? pauses[attempt] : undefined;
      let wait = usual;
      try {
        const answer = await sendOnce(request, signal);
        wait = usual === undefined ? undefined : pauseAfter(answer, usual);
        if (wait === undefined) {
          return answer;
        }
      } catch (error) {
        if (!(error instanceof Failed)) {
          throw error;
        }
        if (error.failure.reason !== 'lost' || wait === undefined) {
          throw connectionError(error.failure, error.asked);
        }
      }
      await pause(wait, undefined, { signal }).catch(() => {
        throw cancelled();
      });
    }
  }

  return {
    exchange: async (request, signal) => {
      mustBeSendable(request);
      return queue.run(() => sendRepeatedly(request, signal), request.priority, signal);
    },
    dispose: () => {
      kept?.destroy();
      fresh.destroy();
    },
  };
}

/** A sending that brought no answer, with what it was. */
class Failed extends Error {
  constructor(
    readonly failure: SendFailure,
    readonly asked: Asked,
  ) {
    super(failure.message);
  }
}

/** How long to wait before it is asked again, ms; undefined: the answer stands. */
function pauseAfter({ status, contentType, headers }: ServerAnswer, usual: number): number | undefined {
  const again = [429, 502, 504].includes(status) || (status === 503 && contentType === 'application/json');
  const wanted = Number(headers['retry-after'] ?? 0) * 1000;
  return again && wanted <= LONGEST_PAUSE ? Math.max(usual, wanted) : undefined;
}

function headersOf(request: ServerRequest, access: ServerAccess, userAgent: string): Record<string, string> {
  const { range, workspace, body, upload } = request;
  return {
    ...access.headers,
    'User-Agent': userAgent,
    Accept: '*/*',
    // Of a part of a file as it lies there, the offsets are those of the file.
    'Accept-Encoding': range ? 'identity' : 'gzip',
    ...(body !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    }),
    ...(upload && { 'Content-Type': 'application/octet-stream', 'Content-Length': String(upload.size) }),
    ...(range && { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
    ...(typeof workspace === 'string' && { 'X-MLFLOW-WORKSPACE': workspace }),
  };
}

/** What a name of a store has become must not become another request. */
function mustBeSendable({ path, workspace }: ServerRequest): void {
  if (!/^\/[!"$-~]*$/.test(path) || !/^[ -~]*$/.test(workspace ?? '')) {
    throw new StoreError('INVALID_PARAMETER_VALUE', 'This name cannot be sent to a tracking server.');
  }
}
