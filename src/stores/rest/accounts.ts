import { StoreError } from '../../mlflow/errors';
import { fieldsOf } from '../../mlflow/shape';
import { withWorkspace } from '../../mlflow/workspace';
import { authorization, NO_ACCESS, originOf, whoOf, type Credentials, type ServerAccess } from './access';
import { environmentAccess, isToken, type Environment } from './environment';
import { headerSources, isHeaderValue, type HeaderSource } from './requestHeaders';

/** Where secrets are kept: VS Code's SecretStorage. */
export interface Secrets {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

export interface AccountsOptions {
  secrets: Secrets;
  /** Of the process. */
  env: Environment;
  /** Whether the workspace is trusted: in Restricted Mode nothing is sent. */
  isTrusted(this: void): boolean;
  /** The setting `requestHeaders`, which is the machine's. */
  requestHeaders(this: void): unknown;
  readFile(this: void, file: string): Promise<string>;
  /** Called once a server whose certificate is not looked at, with the sentence that says so. */
  warn(this: void, message: string): void;
}

const RESTRICTED = 'In Restricted Mode nobody is signed in: trust this workspace, then sign in.';

/**
 * Who is signed in to which server, by its scheme, host and port. What a user gave by "Sign In" goes before what the
 * environment has for the server that it names itself.
 */
export class ServerAccounts {
  private readonly known = new Map<string, Promise<ServerAccess>>();
  private readonly warned = new Set<string>();

  constructor(private readonly options: AccountsOptions) {}

  /** What goes with the requests to a server. Kept until `forget`. Rejects with StoreError where it cannot be had. */
  accessOf(uri: string): Promise<ServerAccess> {
    const server = withWorkspace(uri, null);
    const access = this.known.get(server) ?? this.find(server);
    this.known.set(server, access);
    access.catch(() => this.known.delete(server));
    return access;
  }

  /** What is sent is looked up anew: a secret, a setting or the trust in the workspace may have changed. */
  forget(): void {
    this.known.clear();
  }

  /** The headers of the setting for which a value is still to be given. Throws StoreError. */
  async missingHeaders(uri: string): Promise<HeaderSource[]> {
    const sources = headerSources(this.options.requestHeaders(), uri).filter(({ from }) => from === 'secret');
    const kept = await Promise.all(sources.map(({ name }) => this.options.secrets.get(headerKey(uri, name))));
    return sources.filter((_source, at) => kept[at] === undefined);
  }

  /** Throws StoreError in Restricted Mode. */
  async signIn(uri: string, credentials: Credentials): Promise<void> {
    await this.keep(accountKey(uri), JSON.stringify(credentials));
  }

  /** The value of a header that the setting names as a secret. Throws StoreError in Restricted Mode. */
  async giveHeader(uri: string, name: string, value: string): Promise<void> {
    await this.keep(headerKey(uri, name), value);
  }

  /** Throws StoreError in Restricted Mode: nothing is asked for that would not be kept. */
  mustBeAllowed(): void {
    if (!this.options.isTrusted()) {
      throw new StoreError('READ_ONLY', RESTRICTED);
    }
  }

  /** User and password, or the token, are kept no more; headers are. */
  async forgetAccount(uri: string): Promise<void> {
    await this.options.secrets.delete(accountKey(uri));
    this.forget();
  }

  /** Nothing of a server is kept any more. */
  async signOut(uri: string): Promise<void> {
    const { secrets } = this.options;
    await this.forgetAccount(uri);
    for (const { from, name } of sourcesOrNone(this.options.requestHeaders(), uri)) {
      if (from === 'secret') {
        await secrets.delete(headerKey(uri, name));
      }
    }
    this.forget();
  }

  /** Who signed in by "Sign In"; null for nobody. */
  async kept(uri: string): Promise<Credentials | null> {
    return credentialsOf(await this.options.secrets.get(accountKey(uri)));
  }

  private async keep(key: string, value: string): Promise<void> {
    this.mustBeAllowed();
    await this.options.secrets.store(key, value);
    this.forget();
  }

  private async find(uri: string): Promise<ServerAccess> {
    const { env, isTrusted, readFile } = this.options;
    const own = environmentAccess(env, uri);
    const ca = own.caFile === null ? undefined : await certificates(own.caFile, readFile);
    if (!isTrusted()) {
      return { ...NO_ACCESS, ...(ca !== undefined && { ca }), withheld: RESTRICTED };
    }
    const credentials = (await this.kept(uri)) ?? own.credentials;
    const clientCertificate =
      own.clientCertificateFile === null
        ? undefined
        : await certificates(own.clientCertificateFile, readFile);
    if (own.insecure && !this.warned.has(uri)) {
      this.warned.add(uri);
      this.options.warn(
        `MLFLOW_TRACKING_INSECURE_TLS is set: the certificate of ${uri} is not looked at, so anybody in between can read and change what is sent.`,
      );
    }
    return {
      headers: {
        ...(credentials && { Authorization: authorization(credentials) }),
        ...(await this.headersOf(uri)),
      },
      ...(ca !== undefined && { ca }),
      ...(clientCertificate !== undefined && { clientCertificate }),
      insecure: own.insecure,
      who: credentials && whoOf(credentials),
      withheld: null,
    };
  }

  private async headersOf(uri: string): Promise<Record<string, string>> {
    const headers: Record<string, string> = {};
    for (const { header, from, name } of headerSources(this.options.requestHeaders(), uri)) {
      const value =
        from === 'env' ? this.options.env[name] : await this.options.secrets.get(headerKey(uri, name));
      if (value === undefined || !isHeaderValue(value)) {
        throw new StoreError(
          'UNAUTHENTICATED',
          from === 'secret'
            ? `The setting mlflowLens.requestHeaders wants a header ${header} for ${uri}, whose value is not kept yet: sign in, which asks for it.`
            : `The setting mlflowLens.requestHeaders wants a header ${header} for ${uri} from the environment variable ${name}, which ${value === undefined ? 'is not set' : 'holds what no header can carry'}: set it and start VS Code again.`,
        );
      }
      headers[header] = value;
    }
    return headers;
  }
}

function accountKey(uri: string): string {
  return `server:${originOf(uri)}`;
}

function headerKey(uri: string, name: string): string {
  return `header:${originOf(uri)}:${name}`;
}

/** What is kept may be of another version; null for what is no credentials. */
function credentialsOf(kept: string | undefined): Credentials | null {
  let value: unknown;
  try {
    value = JSON.parse(kept ?? 'null');
  } catch {
    return null;
  }
  const { user, password, token } = fieldsOf(value);
  if (typeof token === 'string' && isToken(token)) {
    return { token };
  }
  return typeof user === 'string' && typeof password === 'string' ? { user, password } : null;
}

function sourcesOrNone(setting: unknown, uri: string): HeaderSource[] {
  try {
    return headerSources(setting, uri);
  } catch {
    return [];
  }
}

async function certificates(file: string, readFile: AccountsOptions['readFile']): Promise<string> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new StoreError(
      'NOT_FOUND',
      `The certificates of ${file}, which the environment names, cannot be read: correct MLFLOW_TRACKING_SERVER_CERT_PATH or MLFLOW_TRACKING_CLIENT_CERT_PATH, and start VS Code again.`,
      undefined,
      { cause: error },
    );
  }
}
