import type { ArtifactFile } from '../../../mlflow/entities';
import { StoreError } from '../../../mlflow/errors';
import { fieldsOf, listOf } from '../../../mlflow/shape';
import { LISTED } from '../../artifacts/files';
import { call, type ApiCall, type ServerApi } from '../api';
import type { Exchange } from '../exchange';
import { wholeOf } from '../json';
import type { Place } from './place';

/** Of a listing, bytes: some 30,000 files. It is read where the editor runs, so no more is taken. */
const MOST = 4_000_000;

export interface Listed {
  /** As recorded. */
  rootUri: string;
  /** Folders first, each by name; their paths from the root on. */
  files: ArtifactFile[];
  truncated: number;
}

/**
 * One folder, as the server lists it. A missing one is empty, as a file is.
 *
 * @param path from the root of the run or the logged model on
 * @throws StoreError, UNSUPPORTED where the server lists none
 */
export async function listOnServer(
  exchange: Exchange,
  api: ServerApi,
  place: Place,
  path: string,
  signal?: AbortSignal,
): Promise<Listed> {
  if ('uri' in place) {
    throw new StoreError(
      'UNSUPPORTED',
      `The tracking server does not list what lies at the source of version ${place.version}.`,
    );
  }
  const request: Omit<ApiCall, 'method'> =
    'runId' in place
      ? { endpoint: 'artifacts/list', args: { run_id: place.runId, ...(path === '' ? {} : { path }) } }
      : {
          endpoint: `logged-models/${encodeURIComponent(place.modelId)}/artifacts/directories`,
          args: path === '' ? {} : { artifact_directory_path: path },
        };
  const answer = await call(exchange, api, { method: 'GET', most: MOST, ...request }, signal);
  const found = listOf(answer['files'], (file): file is object => typeof file === 'object' && file !== null)
    .map(fieldsOf)
    .flatMap((file) => fileOf(file, path))
    .sort(byKindAndName);
  const rootUri = answer['root_uri'];
  return {
    rootUri: typeof rootUri === 'string' ? rootUri : '',
    files: found.slice(0, LISTED),
    truncated: Math.max(0, found.length - LISTED),
  };
}

/** Nothing for what does not lie in that folder: a server that says so is none of MLflow's. */
function fileOf(file: Readonly<Record<string, unknown>>, folder: string): ArtifactFile[] {
  const { path, is_dir, file_size } = file;
  const prefix = folder === '' ? '' : `${folder}/`;
  if (typeof path !== 'string' || !path.startsWith(prefix)) {
    return [];
  }
  const name = path.slice(prefix.length);
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    return [];
  }
  // An empty file has no size there.
  return [{ path, isDir: is_dir === true, size: is_dir === true ? null : (wholeOf(file_size)?.value ?? 0) }];
}

function byKindAndName(a: ArtifactFile, b: ArtifactFile): number {
  return Number(b.isDir) - Number(a.isDir) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
