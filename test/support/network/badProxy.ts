import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A request as a server got it. */
export interface Seen {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** What happens to one request; without a fault it is handed on and its answer handed back. */
export type Fault = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  /** The answer of the server behind. */
  ask: () => Promise<Answer>,
) => void | Promise<void>;

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** A server of the tests on 127.0.0.1. */
export interface Served {
  url: string;
  seen: Seen[];
  /** Connections that clients opened. */
  connections(): number;
  close(): Promise<void>;
}

/** Answers each request by `answer`, and keeps what it was asked. */
export async function serveWith(
  answer: (seen: Seen, request: http.IncomingMessage, response: http.ServerResponse) => void,
): Promise<Served> {
  return listen(http.createServer(), answer);
}

/** The same on a server that is made already (https). */
export async function listen(
  server: http.Server,
  answer: (seen: Seen, request: http.IncomingMessage, response: http.ServerResponse) => void,
  scheme = 'http',
): Promise<Served> {
  const seen: Seen[] = [];
  let connections = 0;
  server.on('connection', () => connections++);
  server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: body.toString('utf8') };
      seen.push(one);
      answer(one, request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface BadProxy extends Served {
  /** What it does to the next requests, one after the other. */
  faults: Fault[];
  /** What it does to all others; null: it hands them on. */
  always: Fault | null;
}

/** A proxy in front of a server, which may be another one later. */
export async function badProxy(behind: string | (() => string)): Promise<BadProxy> {
  const faults: Fault[] = [];
  const served = await serveWith((seen, request, response) => {
    const ask = (): Promise<Answer> => handOn(typeof behind === 'string' ? behind : behind(), seen);
    const fault: Fault = faults.shift() ?? proxy.always ?? faultless;
    void Promise.resolve(fault(request, response, ask)).catch(() => response.destroy());
  });
  const proxy: BadProxy = { ...served, faults, always: null };
  return proxy;
}

const faultless: Fault = async (_request, response, ask) => {
  const { status, headers, body } = await ask();
  response.writeHead(status, headers).end(body);
};

/** The connection ends before anything came. */
export const cutsOff: Fault = (request) => {
  request.socket.destroy();
};

/** Half of the answer, then the connection ends. */
export const truncates: Fault = async (_request, response, ask) => {
  const { status, headers, body } = await ask();
  response.writeHead(status, { 'content-type': headers['content-type'], 'content-length': body.length });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
};

/** Says a length that its body does not have: `by` more, or less. */
export function wrongLength(by: number): Fault {
  return async ({ socket }, _response, ask) => {
    const { body } = await ask();
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length + by}\r\n\r\n`;
    socket.end(Buffer.concat([Buffer.from(head), body]));
  };
}

export const neverAnswers: Fault = () => undefined;

/** The head, then a byte now and then, without an end. */
export const slowBytes: Fault = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.on('close', () => clearInterval(timer));
};

/** Waits for something, then answers rightly. */
export function waitsFor(something: Promise<unknown>): Fault {
  return async (request, response, ask) => {
    await something;
    await faultless(request, response, ask);
  };
}

/** As many bytes of JSON, whose length it says or not; `sent` counts those that the network took. */
export function large(bytes: number, says: boolean, sent: { bytes: number; closed: Promise<void> }): Fault {
  return (_request, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(says && { 'content-length': bytes }),
    });
    sent.closed = new Promise((resolve) => response.on('close', resolve));
    const part = Buffer.alloc(64 * 1024, ' ');
    const more = (): void => {
      while (sent.bytes < bytes && !response.destroyed) {
        sent.bytes += part.length;
        if (!response.write(part)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  };
}

/** Few bytes that unpack to many. */
export function bomb(bytes: number): Fault {
  return (_request, response) => {
    const body = gzipSync(Buffer.alloc(bytes, ' '));
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
  };
}

export function redirects(to: string, status = 302): Fault {
  return (_request, response) => {
    response.writeHead(status, { location: to }).end();
  };
}

export function answers(
  status: number,
  contentType: string,
  body: string,
  headers: http.OutgoingHttpHeaders = {},
): Fault {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': contentType, ...headers }).end(body);
  };
}

/** What is no HTTP at all. */
export const garbles: Fault = ({ socket }) => {
  socket.end('SSH-2.0-OpenSSH_9.6\r\n');
};

/** A whole answer, and behind it on the same connection another that nobody asked for. */
export function answersTwice(second: string): Fault {
  return ({ socket }) => {
    const one = (body: string): string =>
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    socket.write(one('{"first": true}') + one(second));
  };
}

async function handOn(behind: string, { method, url, headers, body }: Seen): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = new URL(behind);
    const request = http.request(
      { hostname: target.hostname, port: target.port, path: url, method, headers, agent: false },
      (response) => {
        bodyOf(response).then(
          (whole) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole }),
          reject,
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function bodyOf(stream: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
