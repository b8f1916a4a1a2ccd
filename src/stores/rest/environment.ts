import { withWorkspace } from '../../mlflow/workspace';
import { parseStoreUri } from '../uri';
import type { Credentials } from './access';

/** What MLflow's client takes from the environment for the server that it names (mlflow/environment_variables.py). */
export interface EnvironmentAccess {
  credentials: Credentials | null;
  /** MLFLOW_TRACKING_INSECURE_TLS. */
  insecure: boolean;
  /** MLFLOW_TRACKING_SERVER_CERT_PATH, a file of certificates; null for the usual ones. */
  caFile: string | null;
  /** MLFLOW_TRACKING_CLIENT_CERT_PATH, a certificate and its key in one file; null for none. */
  clientCertificateFile: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const NOTHING: EnvironmentAccess = {
  credentials: null,
  insecure: false,
  caFile: null,
  clientCertificateFile: null,
};

/**
 * What the environment has for a server: nothing, unless the environment itself names that server, by its whole
 * address. A server that a file of the workspace names gets nothing of it.
 *
 * @param env of the process; never that of a `.env` file
 * @param uri canonical
 */
export function environmentAccess(env: Environment, uri: string): EnvironmentAccess {
  const server = withWorkspace(uri, null);
  if (![env.MLFLOW_TRACKING_URI, env.MLFLOW_REGISTRY_URI].some((named) => serverOf(named) === server)) {
    return NOTHING;
  }
  return {
    credentials: credentialsOf(env),
    insecure: /^(?:true|1)$/i.test(env.MLFLOW_TRACKING_INSECURE_TLS ?? ''),
    caFile: env.MLFLOW_TRACKING_SERVER_CERT_PATH || null,
    clientCertificateFile: env.MLFLOW_TRACKING_CLIENT_CERT_PATH || null,
  };
}

/** As in mlflow/utils/rest_utils.py, http_request: user and password before a token. */
function credentialsOf(env: Environment): Credentials | null {
  const {
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
    MLFLOW_TRACKING_TOKEN: token,
  } = env;
  return user && password ? { user, password } : token && isToken(token) ? { token } : null;
}

/** Whether a header can carry it. */
export function isToken(text: string): boolean {
  return /^[!-~]+$/.test(text);
}

function serverOf(named: string | undefined): string | null {
  try {
    const { kind, uri } = parseStoreUri(named ?? '', '/');
    return kind === 'rest' ? withWorkspace(uri, null) : null;
  } catch {
    return null;
  }
}
