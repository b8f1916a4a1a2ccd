// By these names, not by `node:http`: VS Code hands out the modules that know its proxy and certificate settings
// under them only (`_load` in its proxyResolver, 1.100 to 1.139).
import * as http from 'http';
import * as https from 'https';
import { pipeline } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { isStoreError } from '../../mlflow/errors';
import type { ServerAccess } from './access';
import { uploading } from './upload';
import type { ServerAnswer, Upload } from './exchange';

export interface Sending {
  method: string;
  /** Whom it goes to; nothing else of it is looked at. */
  server: URL;
  /** With the query, as it is sent. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  /** In place of a body; `patience` begins anew with each part of it. */
  upload?: Upload | undefined;
  access: Pick<ServerAccess, 'ca' | 'clientCertificate' | 'insecure'>;
  agent: http.Agent;
  /** Bytes of the answer's body, as it is after decompression. */
  most: number;
  /** A longer body is cut off there, else it is a failure. */
  cut: boolean;
  /** Until the whole answer is here, ms. */
  patience: number;
  signal: AbortSignal | undefined;
}

/** Why there is no whole answer. */
export type FailureReason =
  /** Nobody was there to be asked. */
  | 'unreachable'
  /** The connection ended before the answer was whole. */
  | 'lost'
  | 'late'
  | 'tls'
  /** What came is not HTTP, or not the encoding that it says. */
  | 'garbled'
  | 'long'
  | 'cancelled';

export class SendFailure extends Error {
  constructor(
    readonly reason: FailureReason,
    /** The system's or OpenSSL's name for it; empty where there is none. */
    readonly code = '',
    /** Something of an answer had come. */
    readonly answered = false,
  ) {
    super(`${reason} ${code}`.trim());
    this.name = 'SendFailure';
  }
}

/** What of an answer's head is kept. */
const HEADERS = [
  'content-range',
  'content-length',
  'content-disposition',
  'etag',
  'www-authenticate',
  'location',
  'retry-after',
];
const LONGEST_HEADER = 2000;

/** One request and its answer, of any status; follows and repeats nothing. Rejects with SendFailure. */
export function send(sending: Sending): Promise<ServerAnswer> {
  const { server, access, signal, most } = sending;
  const secure = server.protocol === 'https:';
  return new Promise((resolve, reject) => {
    let settled = false;
    let answered = false;
    let unzipping: Gunzip | undefined;
    const settle = (done: () => void): void => {
      if (!settled) {
        settled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        done();
        unzipping?.destroy();
      }
    };
    const fail = (reason: FailureReason, code = ''): void => {
      settle(() => reject(new SendFailure(reason, code, answered)));
      request.destroy();
    };
    const failed = (error: NodeJS.ErrnoException): void => fail(reasonOf(error), error.code);
    const giveUp = (): void => fail('cancelled');

    const request = (secure ? https : http).request({
      protocol: server.protocol,
      hostname: server.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: server.port,
      path: sending.path,
      method: sending.method,
      headers: sending.headers,
      agent: sending.agent,
      ...(secure && access.insecure && { rejectUnauthorized: false }),
      ...(secure && access.ca !== undefined && { ca: access.ca }),
      ...(secure &&
        access.clientCertificate !== undefined && {
          cert: access.clientCertificate,
          key: access.clientCertificate,
        }),
    });
    const timer = setTimeout(() => fail('late'), sending.patience);
    request.on('error', failed);
    request.on('response', (response) => {
      answered = true;
      const chunks: Uint8Array[] = [];
      let length = 0;
      const finish = (): void => {
        const body = new Uint8Array(Math.min(length, most));
        let at = 0;
        for (const chunk of chunks) {
          const part = chunk.subarray(0, body.length - at);
          body.set(part, at);
          at += part.length;
        }
        const head = headOf(response);
        if (unzipping) {
          // That of what was sent is no length of anything that anybody sees.
          delete head.headers['content-length'];
        }
        settle(() => resolve({ ...head, body }));
      };
      const announced = Number(response.headers['content-length'] ?? 0);
      if (announced > most && !sending.cut && sending.method !== 'HEAD') {
        fail('long');
        return;
      }
      const zipped = /^(?:x-)?gzip$/i.test(response.headers['content-encoding'] ?? '');
      unzipping = zipped && sending.method !== 'HEAD' ? createGunzip() : undefined;
      const body = unzipping ? response.pipe(unzipping) : response;
      body.on('data', (chunk: Uint8Array) => {
        if (settled) {
          return;
        }
        chunks.push(chunk);
        length += chunk.length;
        if (length >= most && sending.cut) {
          finish();
          request.destroy();
        } else if (length > most) {
          fail('long');
        }
      });
      body.on('end', () => (response.complete ? finish() : fail('lost')));
      body.on('error', failed);
      response.on('error', failed);
      response.on('close', () => {
        if (!response.complete) {
          fail('lost');
        }
      });
    });
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) {
      giveUp();
      return;
    }
    if (!sending.upload) {
      request.end(sending.body);
      return;
    }
    const parts = uploading(sending.upload, () => timer.refresh());
    pipeline(parts, request, (error) => {
      // What the connection says is told by its own event.
      if (isStoreError(error)) {
        settle(() => reject(error));
      }
    });
  });
}

function headOf({ statusCode, headers }: http.IncomingMessage): Omit<ServerAnswer, 'body' | 'headers'> & {
  headers: Record<string, string>;
} {
  const kept = HEADERS.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value.slice(0, LONGEST_HEADER)] as const] : [];
  });
  const contentType = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  return { status: statusCode ?? 0, contentType, headers: Object.fromEntries(kept) };
}

const LOST = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

function reasonOf({ code = '', syscall }: NodeJS.ErrnoException): FailureReason {
  // OpenSSL's names of what is wrong with a certificate, Node's, and of a handshake.
  if (/CERT|^ERR_(?:TLS|SSL|OSSL)_|^EPROTO$|^UNABLE_TO_|_CRL_|^INVALID_(?:CA|PURPOSE)$/.test(code)) {
    return 'tls';
  }
  // What fails later than in connecting may have reached the server.
  if (LOST.has(code) || syscall === 'read' || syscall === 'write') {
    return 'lost';
  }
  return /^(?:HPE_|Z_)/.test(code) ? 'garbled' : 'unreachable';
}
