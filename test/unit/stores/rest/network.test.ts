import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { isStoreError, traceOf, type StoreError, type StoreErrorCode } from '../../../../src/mlflow/errors';
import { authorization, NO_ACCESS, type ServerAccess } from '../../../../src/stores/rest/access';
import type { ServerAnswer, ServerRequest } from '../../../../src/stores/rest/exchange';
import { createExchange, type Network, type NetworkOptions } from '../../../../src/stores/rest/network';
import { send } from '../../../../src/stores/rest/send';
import {
  answers,
  answersTwice,
  badProxy,
  bomb,
  cutsOff,
  garbles,
  large,
  listen,
  neverAnswers,
  redirects,
  serveWith,
  slowBytes,
  truncates,
  waitsFor,
  wrongLength,
  type Fault,
  type Seen,
  type Served,
} from '../../../support/network/badProxy';

const CANARY = 'canary-5f1e9c';
const SIGNED_IN: ServerAccess = {
  ...NO_ACCESS,
  headers: { Authorization: authorization({ user: 'ada', password: CANARY }), 'X-Team': CANARY },
  who: 'ada',
};
const TLS = path.resolve(__dirname, '../../../fixtures/tls');

function tlsFile(name: string): string {
  return fs.readFileSync(path.join(TLS, name), 'utf8');
}

const GET: ServerRequest = {
  method: 'GET',
  path: '/api/2.0/mlflow/runs/get?run_id=a%20b',
  priority: 'visible',
  most: 1_000_000,
  repeatable: true,
};

function json(answer: ServerAnswer): unknown {
  return JSON.parse(new TextDecoder().decode(answer.body));
}

describe('requests to a tracking server', function () {
  let server: Served;
  let proxy: Awaited<ReturnType<typeof badProxy>>;
  const networks: Network[] = [];
  const closing: Served[] = [];
  /** Whatever anybody was told. */
  const told: string[] = [];

  before(async () => {
    server = await serveWith((seen, _request, response) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', etag: '"7"' });
      response.end(JSON.stringify({ asked: seen.url, body: seen.body }));
    });
    proxy = await badProxy(server.url);
  });

  beforeEach(() => {
    proxy.faults.length = 0;
    proxy.seen.length = 0;
    server.seen.length = 0;
  });

  after(async () => {
    networks.forEach((network) => network.dispose());
    await Promise.all([server, proxy, ...closing].map((each) => each.close()));
    const basic = authorization({ user: 'ada', password: CANARY }).slice(6);
    for (const text of told) {
      assert.ok(!text.includes(CANARY) && !text.includes(basic), `a credential stands in: ${text}`);
    }
    assert.ok(told.length > 20);
  });

  function network(options: Partial<NetworkOptions> = {}): Network {
    const made = createExchange({
      uri: proxy.url,
      access: () => Promise.resolve(SIGNED_IN),
      userAgent: 'mlflow-lens/test',
      pauses: [1, 1],
      ...options,
    });
    networks.push(made);
    return made;
  }

  async function refused(
    asked: Promise<unknown>,
    code: StoreErrorCode,
    sentence: RegExp,
  ): Promise<StoreError> {
    const error = await asked.then(
      (value) => assert.fail(`it was answered: ${JSON.stringify(value)}`),
      (reason: unknown) => reason,
    );
    assert.ok(isStoreError(error), String(error));
    told.push(error.message, traceOf(error), JSON.stringify(error.details ?? null));
    assert.match(error.message, sentence);
    assert.equal(error.code, code);
    return error;
  }

  it('carry what was asked, the credentials and no Origin, each on a connection of its own', async () => {
    const { exchange } = network({ uri: `${proxy.url}/mlflow?workspace=team-a` });
    const before = proxy.connections();
    const answer = await exchange({
      ...GET,
      method: 'POST',
      path: '/api/2.0/mlflow/runs/search',
      body: '{"filter": "params.ä = \'1\'"}',
      workspace: 'team-a',
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.contentType, 'application/json');
    assert.equal(answer.headers.etag, '"7"');
    assert.deepEqual(json(answer), {
      asked: '/mlflow/api/2.0/mlflow/runs/search',
      body: '{"filter": "params.ä = \'1\'"}',
    });
    await exchange(GET);
    const [first, second] = proxy.seen as [Seen, Seen];
    assert.equal(first.headers.authorization, authorization({ user: 'ada', password: CANARY }));
    assert.equal(first.headers['x-team'], CANARY);
    assert.equal(first.headers['content-type'], 'application/json');
    assert.equal(first.headers['x-mlflow-workspace'], 'team-a');
    assert.equal(first.headers.connection, 'close');
    assert.equal(first.headers['user-agent'], 'mlflow-lens/test');
    assert.equal(first.headers.origin, undefined);
    assert.equal(second.url, '/mlflow/api/2.0/mlflow/runs/get?run_id=a%20b');
    assert.equal(second.headers['x-mlflow-workspace'], undefined);
    assert.equal(proxy.connections() - before, 2);
  });

  it('take answers of any status but 401 and redirections as they are', async () => {
    const { exchange } = network({ pauses: [] });
    for (const status of [200, 400, 403, 404, 429, 500, 503]) {
      proxy.faults.push(answers(status, 'text/HTML; charset=utf-8', '<h1>No</h1>'));
      const answer = await exchange(GET);
      assert.deepEqual([answer.status, answer.contentType], [status, 'text/html']);
    }
  });

  it('unpack what was sent packed, and ask for parts of files as they lie there', async () => {
    const { exchange } = network();
    const body = JSON.stringify({ many: Array(10_000).fill('the same') });
    proxy.faults.push((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(body));
    });
    assert.deepEqual(json(await exchange(GET)), JSON.parse(body));
    assert.equal(proxy.seen[0]!.headers['accept-encoding'], 'gzip');
    // Of a file that a proxy packs whoever asks, its length would be that of the whole file.
    proxy.faults.push((_request, response) => {
      const packed = gzipSync(body);
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
      response.end(packed);
    });
    assert.equal((await exchange(GET)).headers['content-length'], undefined);
    proxy.seen.splice(1);
    await exchange({ ...GET, range: { offset: 1000, length: 500 } });
    assert.equal(proxy.seen[1]!.headers.range, 'bytes=1000-1499');
    assert.equal(proxy.seen[1]!.headers['accept-encoding'], 'identity');
  });

  it('run four at once, what is on the screen first, and leave the queue when nobody waits any more', async () => {
    const { exchange } = network();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const arrived: Promise<void>[] = [];
    for (let count = 0; count < 4; count++) {
      arrived.push(
        new Promise((resolve) => {
          proxy.faults.push((request, response, ask) => {
            resolve();
            return waitsFor(gate)(request, response, ask);
          });
        }),
      );
    }
    const first = [1, 2, 3, 4].map((at) => exchange({ ...GET, path: `/first/${at}` }));
    const given = new AbortController();
    const later = [
      exchange({ ...GET, path: '/ahead', priority: 'background' }),
      exchange({ ...GET, path: '/screen/1' }),
      exchange({ ...GET, path: '/screen/2' }),
    ];
    const gone = exchange({ ...GET, path: '/gone' }, given.signal);
    await Promise.all(arrived);
    given.abort();
    await refused(gone, 'CANCELLED', /^Canceled\.$/);
    assert.equal(proxy.seen.length, 4);
    open();
    await Promise.all([...first, ...later]);
    const order = proxy.seen.slice(4).map(({ url }) => url);
    assert.deepEqual(order.toSorted(), ['/ahead', '/screen/1', '/screen/2']);
    assert.equal(proxy.seen.length, 7);
  });

  it('give up their places where nobody waits any more for who is asked for a password', async () => {
    let asking = true;
    const { exchange } = network({
      access: () => (asking ? new Promise(() => undefined) : Promise.resolve(SIGNED_IN)),
    });
    const given = new AbortController();
    const waiting = [1, 2, 3, 4].map(() => exchange(GET, given.signal));
    asking = false;
    const next = exchange(GET);
    given.abort();
    for (const each of waiting) {
      await refused(each, 'CANCELLED', /^Canceled\.$/);
    }
    assert.equal((await next).status, 200);
    assert.equal(proxy.seen.length, 1);
  });

  it('start what is on the screen before what is read ahead', async () => {
    const { exchange } = network();
    // Each of four is under way until the one before it in the queue has come: so they come one after the other.
    const arrived: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const note: Fault = async (request, response, ask) => {
      arrived.push(request.url ?? '');
      await waitsFor(gate)(request, response, ask);
    };
    proxy.faults.push(note, note, note, note);
    const held = ['/a', '/b', '/c', '/d'].map((at) => exchange({ ...GET, path: at }));
    const ahead = exchange({ ...GET, path: '/ahead', priority: 'background' });
    const answered: string[] = [];
    const screen = ['/1', '/2', '/3', '/4'].map((at) =>
      exchange({ ...GET, path: at }).then(() => answered.push(at)),
    );
    void ahead.then(() => answered.push('/ahead'));
    open();
    await Promise.all([...held, ...screen, ahead]);
    assert.ok(proxy.seen.findIndex(({ url }) => url === '/ahead') >= 5, 'read ahead before the screen');
  });

  it('end at once when given up, also in the pause before a repetition', async () => {
    const { exchange } = network({ pauses: [3_600_000] });
    const given = new AbortController();
    let here = (): void => undefined;
    const asked = new Promise<void>((resolve) => (here = resolve));
    const ended = new Promise<void>((resolve) => {
      proxy.faults.push((request) => {
        request.socket.on('close', resolve);
        here();
      });
    });
    const waiting = exchange(GET, given.signal);
    await asked;
    given.abort();
    await refused(waiting, 'CANCELLED', /^Canceled\.$/);
    await ended;

    const again = new AbortController();
    proxy.faults.push((request, response) => {
      response.on('close', () => setImmediate(() => again.abort()));
      return answers(502, 'text/html', '')(request, response, () => Promise.reject(new Error()));
    });
    await refused(exchange(GET, again.signal), 'CANCELLED', /^Canceled\.$/);
    assert.equal(proxy.seen.length, 2);
  });

  it('are repeated twice after 429, 502, 504, a 503 of MLflow’s own and a lost connection, where they may be', async () => {
    const { exchange } = network();
    const passing: Fault[] = [
      answers(429, 'text/plain', ''),
      answers(502, 'text/html', ''),
      answers(504, 'text/html', ''),
      answers(503, 'application/json', '{"error_code": "TEMPORARILY_UNAVAILABLE"}'),
      cutsOff,
      truncates,
    ];
    for (const fault of passing) {
      proxy.seen.length = 0;
      proxy.faults.push(fault, fault);
      assert.equal((await exchange(GET)).status, 200);
      assert.equal(proxy.seen.length, 3);
      proxy.seen.length = 0;
      proxy.faults.push(fault);
      await exchange({ ...GET, repeatable: false }).catch(() => undefined);
      assert.equal(proxy.seen.length, 1, 'a change was sent twice');
    }
    proxy.seen.length = 0;
    proxy.faults.push(...Array<Fault>(3).fill(answers(502, 'text/html', '')));
    assert.equal((await exchange(GET)).status, 502);
    assert.equal(proxy.seen.length, 3);
  });

  it('are not repeated after 500, a 503 that is no JSON, a long Retry-After, and our own time-out', async () => {
    const { exchange } = network({ patience: 200 });
    for (const fault of [
      answers(500, 'application/json', '{}'),
      answers(503, 'text/plain', 'Workspaces are not enabled'),
      answers(429, 'text/plain', '', { 'retry-after': '3600' }),
    ]) {
      proxy.faults.push(fault);
      await exchange(GET);
    }
    assert.equal(proxy.seen.length, 3);
    proxy.faults.push(neverAnswers);
    await refused(
      exchange(GET),
      'BUSY',
      /^http:\/\/127\.0\.0\.1:\d+ did not answer within 0\.2 seconds: the server is busy or the network is slow\. Try again later\.$/,
    );
    assert.equal(proxy.seen.length, 4);
  });

  it('end after the time that they have, also where bytes keep coming', async () => {
    proxy.faults.push(slowBytes);
    await refused(network({ patience: 200 }).exchange(GET), 'BUSY', /did not answer within/);
  });

  it('say what happened to the connection', async () => {
    const { exchange } = network({ pauses: [] });
    proxy.faults.push(cutsOff, truncates, wrongLength(5), garbles);
    await refused(
      exchange(GET),
      'BUSY',
      /^The connection to http:\S+ ended before the answer was whole: try again; if the server speaks https, add it as https:\S+\.$/,
    );
    const lost = /^The connection to http:\S+ ended before the answer was whole: try again, and look at/;
    await refused(exchange(GET), 'BUSY', lost);
    await refused(exchange(GET), 'BUSY', lost);
    await refused(exchange(GET), 'NOT_A_STORE', /does not speak HTTP as a tracking server does \(HPE_/);
  });

  it('tell a connection that broke from one that there never was: what was asked may have been done', async () => {
    for (const [syscall, reason] of [
      ['connect', 'unreachable'],
      ['read', 'lost'],
      ['write', 'lost'],
    ] as const) {
      const agent = new http.Agent();
      agent.createConnection = ({ host, port }) => {
        const error = Object.assign(new Error(`${syscall} ETIMEDOUT`), { code: 'ETIMEDOUT', syscall });
        const socket = net.connect(Number(port), host ?? '127.0.0.1');
        socket.on('connect', () => socket.destroy(error));
        return socket;
      };
      await assert.rejects(
        send({
          ...{ method: 'GET', server: new URL(proxy.url), path: '/', headers: {}, body: undefined },
          ...{ access: SIGNED_IN, agent, most: 1000, cut: false, patience: 30_000, signal: undefined },
        }),
        { reason, code: 'ETIMEDOUT' },
      );
    }
  });

  it('say where nobody answers, and where the host is not known', async () => {
    const port = await freePort();
    await refused(
      network({ uri: `http://127.0.0.1:${port}` }).exchange(GET),
      'NOT_FOUND',
      /cannot be reached, as nothing answers at its port: check that the server runs, and its address\.$/,
    );
    await refused(
      network({ uri: 'http://no-such-host.invalid:5000' }).exchange(GET),
      'NOT_FOUND',
      /^http:\/\/no-such-host\.invalid:5000 cannot be reached/,
    );
  });

  it('take no answer for another: what follows an answer on a connection is of no request', async () => {
    proxy.faults.push(answersTwice('{"second": true}'));
    const { exchange } = network();
    assert.deepEqual(json(await exchange(GET)), { first: true });
    assert.deepEqual(json(await exchange(GET)), { asked: GET.path, body: '' });
  });

  it('read no more than they may, however much comes', async () => {
    const { exchange } = network();
    const tooLong = /answered with more than the 1 MB that are read at once, so the answer was given up/;
    for (const says of [true, false]) {
      const sent = { bytes: 0, closed: Promise.resolve() };
      proxy.faults.push(large(100_000_000, says, sent));
      await refused(exchange(GET), 'INTERNAL_ERROR', tooLong);
      await sent.closed;
      assert.ok(sent.bytes < 50_000_000, `${sent.bytes} bytes were sent`);
    }
    proxy.faults.push(bomb(100_000_000));
    await refused(exchange(GET), 'INTERNAL_ERROR', tooLong);
    const sent = { bytes: 0, closed: Promise.resolve() };
    proxy.faults.push(large(100_000_000, true, sent));
    const { body } = await exchange({ ...GET, most: 1000, cut: true });
    assert.equal(body.length, 1000);
    assert.equal(body.buffer.byteLength, 1000);
    await sent.closed;
    assert.ok(sent.bytes < 50_000_000, `${sent.bytes} bytes were sent`);
    proxy.faults.push(answers(200, 'text/plain', 'short'));
    assert.equal((await exchange({ ...GET, most: 1000, cut: true })).body.length, 5);
  });

  it('follow no redirection, and say the new address', async () => {
    const other = await serveWith((_seen, _request, response) => response.end());
    closing.push(other);
    const { exchange } = network({ uri: `${proxy.url}/old` });
    proxy.faults.push(
      redirects(`https://mlflow.example.com/new${GET.path}&token=${CANARY}`, 301),
      redirects(`${other.url}/login/${CANARY}?to=${CANARY}`),
      redirects('/login'),
      redirects(`javascript:${CANARY}`),
      redirects(`https://ada:${CANARY}@elsewhere.example.com/`, 307),
    );
    await refused(
      exchange(GET),
      'NOT_A_STORE',
      /^The tracking server http:\S+\/old has moved to https:\/\/mlflow\.example\.com\/new: add it by that address\.$/,
    );
    await refused(
      exchange(GET),
      'NOT_A_STORE',
      /\/old sends requests on to http:\/\/127\.0\.0\.1:\d+, which is not followed: if that is a sign-in page/,
    );
    await refused(exchange(GET), 'NOT_A_STORE', /sends requests on to http:\/\/127\.0\.0\.1:\d+, which/);
    await refused(
      exchange(GET),
      'NOT_A_STORE',
      /sends requests on to no address that can be read \(HTTP 302\)/,
    );
    await refused(
      exchange(GET),
      'NOT_A_STORE',
      /sends requests on to https:\/\/elsewhere\.example\.com, which/,
    );
    assert.equal(other.seen.length, 0, 'another host was asked');
    assert.equal(proxy.seen.length, 5);
  });

  it('say that somebody has to sign in, and do not send again in the background what was refused', async () => {
    let access: ServerAccess = SIGNED_IN;
    const { exchange } = network({ access: () => Promise.resolve(access) });
    const ahead: ServerRequest = { ...GET, priority: 'background' };
    const unauthorized = answers(401, 'text/html', `<b>${CANARY}</b>`, {
      'www-authenticate': 'Basic realm="mlflow"',
    });
    proxy.faults.push(unauthorized);
    const again = /does not accept the user and password that you are signed in with: sign in again\.$/;
    await refused(exchange(ahead), 'UNAUTHENTICATED', again);
    await refused(exchange(ahead), 'UNAUTHENTICATED', again);
    assert.equal(proxy.seen.length, 1, 'a refused password was sent again by itself');
    proxy.faults.push(unauthorized);
    await refused(exchange(GET), 'UNAUTHENTICATED', again);

    access = { ...NO_ACCESS, headers: { Authorization: authorization({ token: CANARY }) }, who: 'a token' };
    proxy.faults.push(unauthorized);
    await refused(
      exchange(ahead),
      'UNAUTHENTICATED',
      /does not accept the token that you are signed in with/,
    );
    assert.equal(proxy.seen.at(-1)!.headers.authorization, `Bearer ${CANARY}`);
    access = NO_ACCESS;
    proxy.faults.push(unauthorized);
    await refused(exchange(GET), 'UNAUTHENTICATED', /^http:\S+ wants to know who you are: sign in\.$/);
    assert.equal(proxy.seen.at(-1)!.headers.authorization, undefined);
    access = { ...NO_ACCESS, withheld: 'In Restricted Mode nobody is signed in.' };
    proxy.faults.push(unauthorized);
    await refused(
      exchange(GET),
      'UNAUTHENTICATED',
      /who you are\. In Restricted Mode nobody is signed in\.$/,
    );
    access = SIGNED_IN;
    assert.equal((await exchange(ahead)).status, 200);
  });

  it('send nothing whose path or workspace would be another request', async () => {
    const { exchange } = network();
    for (const bad of ['no-slash', '/a b', '/a\r\nX: 1', '/a#b', '/ä', '']) {
      await refused(exchange({ ...GET, path: bad }), 'INVALID_PARAMETER_VALUE', /cannot be sent/);
    }
    await refused(exchange({ ...GET, workspace: 'a\r\nX: 1' }), 'INVALID_PARAMETER_VALUE', /cannot be sent/);
    assert.equal(proxy.seen.length, 0);
    await exchange({ ...GET, path: '//other.example.com/../x' });
    assert.equal(proxy.seen[0]!.url, '//other.example.com/../x');
  });

  describe('over TLS', () => {
    let secure: Served;

    before(async () => {
      const made = https.createServer({ key: tlsFile('server.key'), cert: tlsFile('server.pem') });
      secure = await listen(
        made,
        (seen, _request, response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ asked: seen.url }));
        },
        'https',
      );
      closing.push(secure);
    });

    it('send nothing to a server whose certificate nobody vouches for, and say how to trust it', async () => {
      const { exchange } = network({ uri: secure.url });
      await refused(
        exchange(GET),
        'PERMISSION_DENIED',
        /^The certificate of https:\S+ is of nobody that this machine trusts \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\), so nothing was sent: add its CA to the system's certificates, or name the CA's file in MLFLOW_TRACKING_SERVER_CERT_PATH\.$/,
      );
      assert.equal(secure.seen.length, 0);
    });

    it('trust the CA that they are given, keep the connection, and open a new one for a change', async () => {
      const access = { ...SIGNED_IN, ca: tlsFile('ca.pem') };
      const { exchange } = network({ uri: secure.url, access: () => Promise.resolve(access) });
      const before = secure.connections();
      await exchange(GET);
      await exchange(GET);
      assert.equal(secure.connections() - before, 1);
      await exchange({ ...GET, method: 'POST', body: '{}', repeatable: false });
      assert.equal(secure.connections() - before, 2);
      assert.equal(secure.seen.length, 3);
    });

    it('look at no certificate where they are told so', async () => {
      const access = { ...SIGNED_IN, insecure: true };
      const { exchange } = network({ uri: secure.url, access: () => Promise.resolve(access) });
      assert.equal((await exchange(GET)).status, 200);
    });

    it('say where http and https were taken for each other', async () => {
      await refused(
        network({ uri: proxy.url.replace('http:', 'https:') }).exchange(GET),
        'PERMISSION_DENIED',
        /does not speak https: add it as http:\/\/127/,
      );
      await refused(
        network({ uri: secure.url.replace('https:', 'http:') }).exchange(GET),
        'BUSY',
        /if the server speaks https, add it as https:\/\/127/,
      );
    });
  });

  it('go through the modules that know the proxy and certificate settings of VS Code', () => {
    const { outputFiles } = buildSync({
      entryPoints: [path.resolve(__dirname, '../../../../src/stores/rest/network.ts')],
      bundle: true,
      platform: 'node',
      write: false,
    });
    const required = [...outputFiles[0]!.text.matchAll(/require\("(?:node:)?https?"\)/g)].map(
      ([text]) => text,
    );
    assert.deepEqual([...new Set(required)].toSorted(), ['require("http")', 'require("https")']);
  });

  it('stay few while a server fails: three for each that was asked for, and no more', async () => {
    const { exchange } = network();
    proxy.faults.push(...Array<Fault>(300).fill(cutsOff));
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => exchange({ ...GET, path: `/${at}` })),
    );
    assert.ok(all.every(({ status }) => status === 'rejected'));
    assert.equal(proxy.seen.length, 60);
  });
});

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
