import { StoreError } from '../../../mlflow/errors';
import { artifactPathParts } from '../../artifacts/files';
import { isAtLeast, type ServerApi } from '../api';

/**
 * Refuses what a server would read as another path than it is: it would answer another file, and nobody would notice
 * (reference servers.md, section 6; measured in test/servers/restArtifacts.test.ts).
 *
 * @throws StoreError INVALID_PARAMETER_VALUE for what is no path of an artifact, UNSUPPORTED for such a name
 */
export function mustBeAskable(path: string, api: Pick<ServerApi, 'version' | 'release'>): void {
  artifactPathParts(path);
  const reason = misreading(path, api);
  if (reason !== null) {
    throw new StoreError(
      'UNSUPPORTED',
      `The tracking server does not give out this artifact: ${reason}. Get it from where the server keeps its artifacts, or log it by another name.`,
    );
  }
}

/**
 * Why a file of such a name is not to be put on a server, as the end of a sentence; null where it may be. One that nobody
 * gets back is as good as lost: names outside Latin-1 break MLflow's own download before 3.17 (reference servers.md, 6).
 */
export function artifactNameProblem(
  path: string,
  api: Pick<ServerApi, 'version' | 'release'>,
): string | null {
  if (!isAtLeast(api, 3, 17) && /[^\u0000-\u00ff]/.test(path)) {
    return 'this server loses names in such letters';
  }
  return misreading(path, api);
}

function misreading(path: string, api: Pick<ServerApi, 'version' | 'release'>): string | null {
  // Of one that does not say its version nothing is known but that it is no newer than 3.5, or of 1.x.
  const mayBeNew = api.version === null || isAtLeast(api, 2, 0);
  if (mayBeNew && path.includes('#')) {
    return 'MLflow refuses names with "#"';
  }
  if (mayBeNew && /%[0-9a-f]{2}/i.test(path)) {
    return 'MLflow takes "%" and two digits in a name for another letter';
  }
  if (!isAtLeast(api, 3, 0) && /^\d+$/.test(path)) {
    return 'servers before MLflow 3 take a name of digits for a number';
  }
  return /^\s|\s$/.test(path) ? 'MLflow loses blanks at the ends of a name' : null;
}
