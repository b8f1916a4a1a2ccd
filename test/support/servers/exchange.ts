import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { cancelled, StoreError } from '../../../src/mlflow/errors';
import type { Exchange, ServerAnswer, ServerRequest } from '../../../src/stores/rest/exchange';
import type { RunningServer } from './server';

const HEADERS = ['content-range', 'content-length', 'content-disposition', 'etag', 'www-authenticate'];

/** An exchange with a real server, as plain as can be: no queue, no retries. For tests of what stands above one. */
export function plainExchange(server: Pick<RunningServer, 'url' | 'username' | 'password' | 'ca'>): Exchange {
  const { url, username, password, ca } = server;
  const options: https.RequestOptions = {
    agent: false,
    ...(username === undefined ? {} : { auth: `${username}:${password}` }),
    ...(ca === undefined ? {} : { ca: fs.readFileSync(ca) }),
  };
  return (request, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(cancelled());
        return;
      }
      const { request: send } = url.startsWith('https:') ? https : http;
      const sent = send(
        `${url}${request.path}`,
        { ...options, method: request.method, headers: headersOf(request), ...(signal ? { signal } : {}) },
        (response) => void answerOf(request, response).then(resolve, reject),
      );
      sent.on('error', (error) =>
        reject(signal?.aborted ? cancelled() : new StoreError('NOT_FOUND', error.message)),
      );
      if (request.upload) {
        Readable.from(request.upload.read()).pipe(sent);
      } else {
        sent.end(request.body);
      }
    });
}

function headersOf({ body, upload, range, workspace }: ServerRequest): http.OutgoingHttpHeaders {
  return {
    ...(upload ? { 'content-type': 'application/octet-stream', 'content-length': upload.size } : {}),
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...(range ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {}),
    ...(workspace ? { 'x-mlflow-workspace': workspace } : {}),
  };
}

async function answerOf({ most, cut }: ServerRequest, response: http.IncomingMessage): Promise<ServerAnswer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (bytes > most) {
      if (!cut) {
        throw new StoreError('INTERNAL_ERROR', `The answer has more than ${most} bytes.`);
      }
      break;
    }
  }
  if (response.statusCode === 401) {
    throw new StoreError('PERMISSION_DENIED', 'Sign in.');
  }
  const body = new Uint8Array(Math.min(bytes, most));
  body.set(Buffer.concat(parts).subarray(0, body.length));
  return {
    status: response.statusCode!,
    contentType: (response.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase(),
    headers: Object.fromEntries(
      HEADERS.flatMap((name) => {
        const value = response.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    ),
    body,
  };
}
