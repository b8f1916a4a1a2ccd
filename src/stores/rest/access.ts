/** What goes with the requests to one server: never part of a URI, a message, a log or a request elsewhere. */
export interface ServerAccess {
  /** By their names; the one for signing in is `Authorization`. */
  headers: Readonly<Record<string, string>>;
  /** Certificates of those who may vouch for the server, in place of the usual ones; PEM. */
  ca?: string;
  /** A certificate of the user's own with its key; PEM. */
  clientCertificate?: string;
  /** The server's certificate is not looked at. */
  insecure: boolean;
  /** Who is signed in, for people: "ada", "a token"; null for nobody. */
  who: string | null;
  /** Why nobody can be signed in now ("In Restricted Mode…"), as a sentence; null where somebody can. */
  withheld: string | null;
}

/** Of somebody about whom nothing is known. */
export const NO_ACCESS: ServerAccess = { headers: {}, insecure: false, who: null, withheld: null };

/** Who signs in. */
export type Credentials = { user: string; password: string } | { token: string };

/** Scheme, host and port of a server's URI: what its credentials belong to. */
export function originOf(uri: string): string {
  return new URL(uri).origin;
}

/** As MLflow's client makes it (mlflow/utils/rest_utils.py, http_request): basic with user and password, else bearer. */
export function authorization(credentials: Credentials): string {
  return 'token' in credentials
    ? `Bearer ${credentials.token}`
    : `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`;
}

/** Who they are of, for people. */
export function whoOf(credentials: Credentials): string {
  return 'token' in credentials ? 'a token' : credentials.user;
}
