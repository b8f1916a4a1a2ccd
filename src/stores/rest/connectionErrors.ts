import { StoreError, type StoreErrorCode } from '../../mlflow/errors';
import { redactUri } from '../../mlflow/redact';
import type { ServerAccess } from './access';
import type { ServerAnswer, ServerRequest } from './exchange';
import type { SendFailure } from './send';

export interface Asked {
  /** The server's URI, canonical: it holds no credentials. */
  uri: string;
  access: Pick<ServerAccess, 'headers' | 'who' | 'withheld'>;
  request: Pick<ServerRequest, 'path' | 'most'>;
  /** ms */
  patience: number;
}

/** Why there is no answer, in one sentence with what to do. Nothing of the request's headers is in it. */
export function connectionError(failure: SendFailure, { uri, request, patience }: Asked): StoreError {
  const error = (code: StoreErrorCode, message: string): StoreError =>
    new StoreError(code, message, undefined, { cause: failure });
  switch (failure.reason) {
    case 'cancelled':
      return error('CANCELLED', 'Canceled.');
    case 'unreachable':
      return error('NOT_FOUND', unreachable(uri, failure.code));
    case 'late':
      return error(
        'BUSY',
        `${uri} did not answer within ${patience / 1000} seconds: the server is busy or the network is slow. Try again later.`,
      );
    case 'lost':
      return error(
        'BUSY',
        `The connection to ${uri} ended before the answer was whole: try again${
          !failure.answered && uri.startsWith('http:')
            ? `; if the server speaks https, add it as ${uri.replace('http:', 'https:')}`
            : ', and look at what stands between if it stays so'
        }.`,
      );
    case 'tls':
      return error('PERMISSION_DENIED', untrusted(uri, failure.code));
    case 'garbled':
      if (failure.answered) {
        return error(
          'BUSY',
          `The answer of ${uri} is damaged (${failure.code}): refresh, and look at what stands between if it stays so.`,
        );
      }
      return error(
        'NOT_A_STORE',
        `What answers at ${uri} does not speak HTTP as a tracking server does (${failure.code}): check the address and the port.`,
      );
    case 'long':
      return error(
        'INTERNAL_ERROR',
        `${uri} answered with more than the ${sizeOf(request.most)} that are read at once, so the answer was given up: ask for less, with a filter or fewer runs.`,
      );
  }
}

/** A redirection is not followed, since credentials would go along: where it leads is said. */
export function movedError({ headers, status }: ServerAnswer, asked: Asked): StoreError {
  const to = headers.location === undefined ? null : placeOf(headers.location, asked);
  return new StoreError(
    'NOT_A_STORE',
    to === null
      ? `${asked.uri} sends requests on to no address that can be read (HTTP ${status}): check the address.`
      : to.whole
        ? `The tracking server ${asked.uri} has moved to ${to.place}: add it by that address.`
        : `${asked.uri} sends requests on to ${to.place}, which is not followed: if that is a sign-in page, the server needs a header or a token of yours; if it is the server, add it by its address there.`,
  );
}

/** 401, whatever else it says. */
export function signInError({ uri, access }: Asked): StoreError {
  if (access.withheld !== null) {
    return new StoreError('UNAUTHENTICATED', `${uri} wants to know who you are. ${access.withheld}`);
  }
  return new StoreError(
    'UNAUTHENTICATED',
    access.who === null
      ? `${uri} wants to know who you are: sign in.`
      : `${uri} does not accept ${access.who === 'a token' ? 'the token' : 'the user and password'} that you are signed in with: sign in again.`,
  );
}

function unreachable(uri: string, code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${uri} cannot be reached, as the name of its host is not known here: check the address, the network and the VPN.`;
    case 'ECONNREFUSED':
      return `${uri} cannot be reached, as nothing answers at its port: check that the server runs, and its address.`;
    default:
      return `${uri} cannot be reached${code === '' ? '' : ` (${code})`}: check the address, the network and the proxy settings of VS Code.`;
  }
}

function untrusted(uri: string, code: string): string {
  switch (code) {
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return `${uri} does not speak https: add it as ${uri.replace('https:', 'http:')} if that is what it speaks.`;
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${uri} has expired, so nothing was sent: who runs the server has to renew it.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${uri} is one of another host, so nothing was sent: add the server by the name that its certificate holds.`;
    default:
      return `The certificate of ${uri} is of nobody that this machine trusts (${code}), so nothing was sent: add its CA to the system's certificates, or name the CA's file in MLFLOW_TRACKING_SERVER_CERT_PATH.`;
  }
}

/**
 * The server's new address where a location leads to the same path of another one; else only its host, since the rest
 * may carry anything.
 */
function placeOf(location: string, { uri, request }: Asked): { place: string; whole: boolean } | null {
  try {
    const url = new URL(location, uri + request.path);
    const [path = ''] = request.path.split('?', 1);
    if (!/^https?:$/.test(url.protocol)) {
      return null;
    }
    const whole = url.pathname.endsWith(path) && url.origin + url.pathname !== uri + path;
    const below = whole ? url.pathname.slice(0, -path.length) : '';
    return { place: redactUri(url.origin + below).slice(0, 300), whole };
  } catch {
    return null;
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${bytes} bytes` : `${Math.round(bytes / 1e6)} MB`;
}
