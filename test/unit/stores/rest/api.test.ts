import * as assert from 'node:assert/strict';
import type { StoreErrorCode } from '../../../../src/mlflow/errors';
import { call, isAtLeast, probe, type ServerApi } from '../../../../src/stores/rest/api';
import type { Exchange, ServerAnswer, ServerRequest } from '../../../../src/stores/rest/exchange';

type Said = [status: number, contentType: string, body: string];

/** Answers as measured of real servers (reference servers.md). */
const NOT_FOUND: Said = [404, 'text/html', '<!doctype html><title>404 Not Found</title>'];
const EMPTY: Said = [200, 'application/json', '{}'];

function server(answers: Readonly<Record<string, Said>>): { exchange: Exchange; asked: ServerRequest[] } {
  const asked: ServerRequest[] = [];
  return {
    asked,
    exchange: (request) => {
      asked.push(request);
      const [status, contentType, body] = answers[request.path.split('?')[0]!] ?? NOT_FOUND;
      return Promise.resolve(answerOf(status, contentType, body));
    },
  };
}

function answerOf(status: number, contentType: string, body: string): ServerAnswer {
  return { status, contentType, headers: {}, body: new TextEncoder().encode(body) };
}

const API: ServerApi = {
  version: '3.17.2',
  release: { major: 3, minor: 17 },
  base: '/api/2.0/mlflow/',
  workspace: null,
};

describe('what a tracking server is', () => {
  it('takes two requests: where its API lies, and its version, which is text/html', async () => {
    const { exchange, asked } = server({
      '/api/2.0/mlflow/experiments/search': EMPTY,
      '/version': [200, 'text/html', '2.14.3'],
    });
    const api = await probe(exchange, null);
    assert.deepEqual(
      { api, asked: asked.map(({ method, path }) => `${method} ${path}`) },
      {
        api: {
          version: '2.14.3',
          release: { major: 2, minor: 14 },
          base: '/api/2.0/mlflow/',
          workspace: null,
        },
        asked: ['GET /api/2.0/mlflow/experiments/search?max_results=1', 'GET /version'],
      },
    );
    assert.deepEqual(
      [isAtLeast(api, 2, 14), isAtLeast(api, 1, 30), isAtLeast(api, 2, 15), isAtLeast(api, 3, 0)],
      [true, true, false, false],
    );
  });

  it('looks below /ajax-api where a prefix hides /api, and takes what says no version for MLflow 1', async () => {
    const { exchange, asked } = server({ '/ajax-api/2.0/mlflow/experiments/search': EMPTY });
    assert.deepEqual(await probe(exchange, null), {
      version: null,
      release: { major: 1, minor: 28 },
      base: '/ajax-api/2.0/mlflow/',
      workspace: null,
    });
    assert.equal(asked.length, 3);
  });

  const strangers: [string, Said, StoreErrorCode, RegExp][] = [
    ['a sign-in page', [200, 'text/html', '<html>'], 'NOT_A_STORE', /sign-in page of a proxy/],
    ['another server', NOT_FOUND, 'NOT_A_STORE', /No MLflow tracking server answers/],
    [
      'a host check',
      [403, 'text/plain', 'Invalid Host header - possible DNS rebinding attack detected'],
      'PERMISSION_DENIED',
      /--allowed-hosts/,
    ],
  ];
  for (const [what, said, code, message] of strangers) {
    it(`is said in one sentence of ${what}`, async () => {
      const { exchange } = server({ '/api/2.0/mlflow/experiments/search': said });
      await assert.rejects(probe(exchange, null), { code, message });
    });
  }

  it('refuses a workspace where the server has none switched on, and where MLflow has none', async () => {
    const off = server({
      '/api/2.0/mlflow/experiments/search': [
        500,
        'application/json',
        '{"error_code": "FEATURE_DISABLED", "message": "Workspaces are not enabled"}',
      ],
    });
    const old = server({
      '/api/2.0/mlflow/experiments/search': EMPTY,
      '/version': [200, 'text/html', '3.5.1'],
    });
    for (const { exchange } of [off, old]) {
      await assert.rejects(probe(exchange, 'team'), { code: 'UNSUPPORTED', message: /has no workspaces/ });
    }
  });
});

describe('a call of a tracking server', () => {
  async function sent(
    ...[request, api = API]: [Parameters<typeof call>[2], ServerApi?]
  ): Promise<ServerRequest> {
    const requests: ServerRequest[] = [];
    await call(
      (each) => {
        requests.push(each);
        return Promise.resolve(answerOf(...EMPTY));
      },
      api,
      request,
    );
    return requests[0]!;
  }

  it('has its arguments in the query of a GET, encoded, a list as so many of one name', async () => {
    const { path, body, repeatable, workspace } = await sent({
      method: 'GET',
      endpoint: 'metrics/get-history-bulk-interval',
      args: { run_ids: ['a', 'b'], metric_key: 'é & #1', start_step: undefined },
    });
    assert.deepEqual(
      { path, body, repeatable, workspace },
      {
        path: '/api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=a&run_ids=b&metric_key=%C3%A9%20%26%20%231',
        body: undefined,
        repeatable: true,
        workspace: null,
      },
    );
  });

  it('has them in the JSON body of all others, which are not repeated unless that is said', async () => {
    const { path, body, repeatable, workspace } = await sent(
      { method: 'POST', endpoint: 'runs/search', args: { experiment_ids: ['1'], max_results: 25 } },
      { ...API, workspace: 'team' },
    );
    assert.deepEqual(
      { path, body, repeatable, workspace },
      {
        path: '/api/2.0/mlflow/runs/search',
        body: '{"experiment_ids":["1"],"max_results":25}',
        repeatable: false,
        workspace: 'team',
      },
    );
  });

  const refusals: [string, Said, StoreErrorCode, RegExp][] = [
    [
      'a missing entity',
      [
        404,
        'application/json',
        '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run with id=x not found"}',
      ],
      'RESOURCE_DOES_NOT_EXIST',
      /^Run with id=x not found$/,
    ],
    ['a missing endpoint', NOT_FOUND, 'NOT_SUPPORTED_BY_SCHEMA', /has no "runs\/get"/],
    ['a method that is not allowed', [405, 'text/html', ''], 'NOT_SUPPORTED_BY_SCHEMA', /has no "runs\/get"/],
    [
      'a message with SQL, of which the first line is shown, without the SQL',
      [
        400,
        'application/json',
        '{"error_code": "BAD_REQUEST", "message": "(psycopg2.errors.UniqueViolation) taken [SQL: UPDATE x]\\nDETAIL"}',
      ],
      'INVALID_PARAMETER_VALUE',
      /^\(psycopg2\.errors\.UniqueViolation\) taken$/,
    ],
    [
      'no permission',
      [403, 'text/html', 'Permission denied'],
      'PERMISSION_DENIED',
      /does not allow you this/,
    ],
    [
      'the proxy of the network, which wants a password',
      [407, 'text/html', '<html>'],
      'PERMISSION_DENIED',
      /^The proxy of this network wants to know who you are: see "Http: Proxy"/,
    ],
    ['too many requests', [429, 'text/html', ''], 'BUSY', /HTTP 429/],
    ['a proxy without its server', [502, 'text/html', '<html>'], 'BUSY', /HTTP 502/],
    ['an error of the server', [500, 'text/html', '<html>'], 'INTERNAL_ERROR', /its log says why/],
    [
      'an error of FastAPI',
      [503, 'application/json', '{"detail": "no artifacts"}'],
      'BUSY',
      /cannot answer now \(HTTP 503: no artifacts\): try again in a minute\.$/,
    ],
    ['a body that was cut off', [200, 'application/json', '{"run": {"in'], 'INTERNAL_ERROR', /damaged/],
    ['a sign-in page', [200, 'text/html', '<html>'], 'NOT_A_STORE', /did not answer as MLflow does/],
  ];
  for (const [what, said, code, message] of refusals) {
    it(`is refused by ${what}`, async () => {
      const { exchange } = server({ '/api/2.0/mlflow/runs/get': said });
      await assert.rejects(call(exchange, API, { method: 'GET', endpoint: 'runs/get' }), { code, message });
    });
  }
});
