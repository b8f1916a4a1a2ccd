import type { StoreErrorCode } from '../../../src/mlflow/errors';
import {
  answers,
  cutsOff,
  garbles,
  neverAnswers,
  slowBytes,
  truncates,
  waitsFor,
  wrongLength,
  type Fault,
} from './badProxy';

/** What must be in nothing that anybody is told, or that another host is sent. */
export const CANARY = 'canary-7b30d2';

/** What may be in the way of all requests to a tracking server, and what is said then of its list of experiments. */
export interface Trouble {
  what: string;
  fault: Fault;
  code: StoreErrorCode;
  sentence: RegExp;
  /** Requests for one thing that is asked for. */
  requests: number;
  /** It takes as long as our patience. */
  isLate?: true;
}

export const json = (status: number, body: unknown, headers = {}): Fault =>
  answers(status, 'application/json', JSON.stringify(body), headers);
export const html = (status: number, headers = {}): Fault =>
  answers(status, 'text/html', `<html>${CANARY}</html>`, headers);
/** Lets it through as it is. */
export const handsOn: Fault = waitsFor(Promise.resolve());
const busy = (status: number): RegExp =>
  new RegExp(
    `^The tracking server, or a proxy in front of it, cannot answer now \\(HTTP ${status}\\): try again in a minute\\.$`,
  );

export const TROUBLES: readonly Trouble[] = [
  {
    what: 'ends the connection',
    fault: cutsOff,
    code: 'BUSY',
    sentence: /^The connection to http:\S+ ended before the answer was whole: try again/,
    requests: 3,
  },
  {
    what: 'ends it amid an answer',
    fault: truncates,
    code: 'BUSY',
    sentence: /^The connection to http:\S+ ended before the answer was whole: try again/,
    requests: 3,
  },
  {
    what: 'says a length that is too long',
    fault: wrongLength(7),
    code: 'BUSY',
    sentence: /^The connection to http:\S+ ended before the answer was whole: try again/,
    requests: 3,
  },
  {
    what: 'says a length that is too short',
    fault: wrongLength(-7),
    code: 'BUSY',
    sentence: /^The answer of http:\S+ is damaged \(HPE_\w+\): refresh, and look at what stands between/,
    requests: 1,
  },
  {
    what: 'does not answer',
    fault: neverAnswers,
    code: 'BUSY',
    sentence: /^http:\S+ did not answer within [\d.]+ seconds: the server is busy or the network is slow\./,
    requests: 1,
    isLate: true,
  },
  {
    what: 'answers a byte now and then',
    fault: slowBytes,
    code: 'BUSY',
    sentence: /^http:\S+ did not answer within [\d.]+ seconds: the server is busy or the network is slow\./,
    requests: 1,
    isLate: true,
  },
  {
    what: 'speaks something else than HTTP',
    fault: garbles,
    code: 'NOT_A_STORE',
    sentence: /^What answers at http:\S+ does not speak HTTP as a tracking server does/,
    requests: 1,
  },
  {
    what: 'fails (500)',
    fault: html(500),
    code: 'INTERNAL_ERROR',
    sentence: /^The tracking server failed at "experiments\/search" \(HTTP 500\): its log says why\.$/,
    requests: 1,
  },
  { what: 'has no server behind it (502)', fault: html(502), code: 'BUSY', sentence: busy(502), requests: 3 },
  { what: 'waits in vain for it (504)', fault: html(504), code: 'BUSY', sentence: busy(504), requests: 3 },
  { what: 'has no time (503)', fault: html(503), code: 'BUSY', sentence: busy(503), requests: 1 },
  {
    what: 'has no time for a statement (503 of MLflow itself)',
    fault: json(503, { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'deadlock detected\n[SQL: UPDATE]' }),
    code: 'BUSY',
    sentence: /^deadlock detected$/,
    requests: 3,
  },
  {
    what: 'is asked too much (429)',
    fault: html(429, { 'retry-after': '0' }),
    code: 'BUSY',
    sentence: /^The tracking server is asked too much \(HTTP 429\): try again in a minute\.$/,
    requests: 3,
  },
  {
    what: 'is asked too much, as a gateway says it in JSON',
    fault: json(429, { message: 'API rate limit exceeded' }, { 'retry-after': '3600' }),
    code: 'BUSY',
    sentence:
      /^The tracking server is asked too much \(HTTP 429: API rate limit exceeded\): try again in a minute\.$/,
    requests: 1,
  },
  {
    what: 'does not take the password (401)',
    fault: html(401, { 'www-authenticate': 'Basic realm="mlflow"' }),
    code: 'UNAUTHENTICATED',
    sentence: /^http:\S+ does not accept the user and password that you are signed in with: sign in again\.$/,
    requests: 1,
  },
  {
    what: 'does not allow it (403)',
    fault: html(403),
    code: 'PERMISSION_DENIED',
    sentence: /^The tracking server does not allow you this: ask who runs it for the permission\.$/,
    requests: 1,
  },
  {
    what: 'checks the host (403)',
    fault: answers(403, 'text/plain', 'Invalid Host header - possible DNS rebinding attack detected'),
    code: 'PERMISSION_DENIED',
    sentence: /^The tracking server refuses this host name: who runs it can allow it by "mlflow server --all/,
    requests: 1,
  },
  {
    what: 'shows a sign-in page',
    fault: html(200),
    code: 'NOT_A_STORE',
    sentence:
      /^The server did not answer as MLflow does \(text\/html\): is there a sign-in page of a proxy in/,
    requests: 1,
  },
  {
    what: 'has no such endpoint any more (404)',
    fault: html(404),
    code: 'NOT_SUPPORTED_BY_SCHEMA',
    sentence: /^This tracking server has no "experiments\/search": its MLflow is too old for it\.$/,
    requests: 1,
  },
  {
    what: 'answers JSON that is no object',
    fault: json(200, [{ experiments: [] }]),
    code: 'INTERNAL_ERROR',
    sentence: /^The tracking server's answer to "experiments\/search" is damaged: refresh, and look at what/,
    requests: 1,
  },
];
