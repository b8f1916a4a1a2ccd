import { StoreError } from '../../mlflow/errors';
import { fieldsOf } from '../../mlflow/shape';
import { originOf } from './access';

/** Where the value of a further header comes from: the setting holds names, never values. */
export interface HeaderSource {
  /** "X-Api-Key". */
  header: string;
  from: 'env' | 'secret';
  /** Of the environment variable, or of what is kept in VS Code's secret storage. */
  name: string;
}

/** What a request is made of, and may be sent by nobody else. */
const OURS =
  /^(?:host|origin|connection|content-.*|transfer-encoding|accept-encoding|range|te|upgrade|expect|x-mlflow-workspace)$/i;

/**
 * The further headers of a server, of the setting `mlflowLens.requestHeaders`:
 * `{"https://mlflow.example.com": {"X-Api-Key": "env:TEAM_KEY", "X-Proxy": "secret:proxy"}}`.
 *
 * @param uri canonical
 * @throws StoreError INVALID_PARAMETER_VALUE where the setting holds something else: the value itself, for instance
 */
export function headerSources(setting: unknown, uri: string): HeaderSource[] {
  const servers = Object.entries(fieldsOf(setting));
  const named = servers.filter(([server]) => isServer(server) && originOf(server) === originOf(uri));
  return named.flatMap(([, headers]) =>
    Object.entries(fieldsOf(headers)).map(([header, value]) => sourceOf(header, value)),
  );
}

function sourceOf(header: string, value: unknown): HeaderSource {
  if (!/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(header) || OURS.test(header)) {
    throw wrong(`"${header.slice(0, 100)}" is no header that can be added to requests.`);
  }
  const [, from, name] = /^(env|secret):([\w.-]{1,200})$/.exec(typeof value === 'string' ? value : '') ?? [];
  if (name === undefined) {
    // The value may be the secret itself.
    throw wrong(
      `The header ${header} must be "env:NAME" of an environment variable or "secret:NAME", which signing in asks for; never the value itself.`,
    );
  }
  return { header, from: from === 'env' ? 'env' : 'secret', name };
}

/** Whether a header can carry it: visible characters and spaces within. */
export function isHeaderValue(text: string): boolean {
  return /^[!-~](?:[ -~]*[!-~])?$/.test(text);
}

function isServer(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}

function wrong(message: string): StoreError {
  return new StoreError(
    'INVALID_PARAMETER_VALUE',
    `The setting mlflowLens.requestHeaders is wrong. ${message}`,
  );
}
