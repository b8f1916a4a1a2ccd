import { StoreError, type StoreErrorCode } from '../../mlflow/errors';
import { redact } from '../../mlflow/redact';
import { fieldsOf } from '../../mlflow/shape';
import type { ServerAnswer } from './exchange';
import { readJson } from './json';

/** MLflow's words (mlflow/protos/databricks.proto) that say more than that something failed. */
const CODES: ReadonlyMap<string, StoreErrorCode> = new Map([
  ['RESOURCE_DOES_NOT_EXIST', 'RESOURCE_DOES_NOT_EXIST'],
  ['RESOURCE_ALREADY_EXISTS', 'RESOURCE_ALREADY_EXISTS'],
  ['INVALID_PARAMETER_VALUE', 'INVALID_PARAMETER_VALUE'],
  ['INVALID_STATE', 'INVALID_PARAMETER_VALUE'],
  ['BAD_REQUEST', 'INVALID_PARAMETER_VALUE'],
  ['PERMISSION_DENIED', 'PERMISSION_DENIED'],
  ['UNAUTHENTICATED', 'PERMISSION_DENIED'],
  ['TEMPORARILY_UNAVAILABLE', 'BUSY'],
  ['REQUEST_LIMIT_EXCEEDED', 'BUSY'],
  ['FEATURE_DISABLED', 'UNSUPPORTED'],
  ['ENDPOINT_NOT_FOUND', 'NOT_SUPPORTED_BY_SCHEMA'],
]);

/** What came is not what the server sent, or of another request: nothing of it is taken. */
export function damaged(endpoint: string, cause?: unknown): StoreError {
  return new StoreError(
    'INTERNAL_ERROR',
    `The tracking server's answer to "${endpoint}" is damaged: refresh, and look at what stands between if it stays so.`,
    undefined,
    { cause },
  );
}

const LONGEST_MESSAGE = 300;
/** Errors have few words: of a longer body nothing is read. */
const LONGEST_BODY = 100_000;

/**
 * What an answer that is none says, in one sentence. Decided by its content type: what MLflow has no endpoint for is
 * HTML, what it has no entity for is JSON (reference servers.md, section 1).
 *
 * @param endpoint what was asked
 */
export function refusalOf(answer: ServerAnswer, endpoint: string): StoreError {
  const { status, contentType } = answer;
  return status >= 300 && contentType === 'application/json'
    ? jsonRefusal(answer, endpoint)
    : textRefusal(answer, endpoint);
}

function jsonRefusal({ status, body }: ServerAnswer, endpoint: string): StoreError {
  const { error_code: code, message, detail } = fieldsOf(jsonOrNone(body));
  const words = [message, detail].find((each) => typeof each === 'string' && each.trim() !== '');
  const said = typeof words === 'string' ? firstLine(words) : null;
  return typeof code === 'string'
    ? new StoreError(CODES.get(code) ?? codeOf(status), said ?? byStatus(status, endpoint))
    : // Not MLflow's own: of a gateway in front of it, or of what serves it.
      new StoreError(codeOf(status), byStatus(status, endpoint, said));
}

function jsonOrNone(body: Uint8Array): unknown {
  try {
    return body.length > LONGEST_BODY ? null : readJson(body);
  } catch {
    return null;
  }
}

/** Messages may go on with SQL and its values. */
function firstLine(message: string): string {
  const line = message.trim().split(/\r?\n/, 1)[0]!.split('[SQL:', 1)[0]!.trim();
  const shown = redact(line.slice(0, 4 * LONGEST_MESSAGE));
  return shown.length > LONGEST_MESSAGE ? `${shown.slice(0, LONGEST_MESSAGE)}…` : shown;
}

function textRefusal({ status, contentType, body }: ServerAnswer, endpoint: string): StoreError {
  if (status < 300) {
    const what = contentType === '' ? 'no type' : contentType;
    return new StoreError(
      'NOT_A_STORE',
      `The server did not answer as MLflow does (${what}): is there a sign-in page of a proxy in front of it, or another server at this address?`,
    );
  }
  if (status === 403) {
    const text = new TextDecoder().decode(body.subarray(0, 1000));
    return new StoreError('PERMISSION_DENIED', forbidden(text));
  }
  return new StoreError(codeOf(status), byStatus(status, endpoint));
}

function forbidden(text: string): string {
  if (text.includes('Invalid Host header')) {
    return 'The tracking server refuses this host name: who runs it can allow it by "mlflow server --allowed-hosts".';
  }
  if (text.includes('Cross-origin')) {
    return 'The tracking server took the request for one of another web page, and refuses it: a proxy in between adds an Origin header.';
  }
  return 'The tracking server does not allow you this: ask who runs it for the permission.';
}

function codeOf(status: number): StoreErrorCode {
  switch (status) {
    case 403:
    case 407:
      return 'PERMISSION_DENIED';
    case 404:
    case 405:
      return 'NOT_SUPPORTED_BY_SCHEMA';
    case 429:
    case 502:
    case 503:
    case 504:
      return 'BUSY';
    default:
      return 'INTERNAL_ERROR';
  }
}

/** @param said the few words that came with it; null for none */
function byStatus(status: number, endpoint: string, said: string | null = null): string {
  const http = `HTTP ${status}${said === null ? '' : `: ${said.replace(/[.!]$/, '')}`}`;
  switch (status) {
    case 403:
      return forbidden('');
    case 407:
      return 'The proxy of this network wants to know who you are: see "Http: Proxy" and "Http: Proxy Authorization" in the settings of VS Code.';
    case 404:
    case 405:
      return `This tracking server has no "${endpoint}": its MLflow is too old for it.`;
    case 429:
      return `The tracking server is asked too much (${http}): try again in a minute.`;
    case 502:
    case 503:
    case 504:
      return `The tracking server, or a proxy in front of it, cannot answer now (${http}): try again in a minute.`;
    default:
      return `The tracking server failed at "${endpoint}" (${http}): its log says why.`;
  }
}
