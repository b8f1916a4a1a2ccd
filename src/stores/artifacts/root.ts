import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { refusedPath } from '../networkPath';
import { redactUri } from '../../mlflow/redact';
import type { ArtifactRoot } from '../../mlflow/store';

/**
 * Which folder on this machine holds the artifacts recorded under a URI. A store is hostile input: it may
 * record any path. Opened is only a folder that lies in the store's own folder, or one whose path ends as MLflow
 * makes it (`<run id>/artifacts`, `models/<model id>/artifacts`, reference mlflow.md, A.2 and B.5); all symbolic
 * links resolved.
 */
export interface RootRequest {
  /** As recorded. */
  uri: string;
  /** The folder that holds the store. */
  storeFolder: string;
  /** The run's or logged model's id, which the path must carry; null where any will do (model versions). */
  id: string | null;
  /** The other machine that a path leads to; that of Windows' rules if missing. */
  hostOf?: (file: string) => string | null;
  /** For the advice about remote roots, e.g. `--run-id 0275…`. */
  download: string;
}

const MAX_LENGTH = 4000;
/** What MLflow appends to an experiment's artifact location. */
const MADE_BY_MLFLOW = /[\\/](?:([0-9a-f]{32})|models[\\/](m-[0-9a-f]{32}))[\\/]artifacts(?:[\\/]|$)/;

export async function resolveRoot(request: RootRequest): Promise<ArtifactRoot> {
  const { uri } = request;
  if (uri.trim() === '') {
    return problem(request, 'The store records no artifact location for it.');
  }

  if (uri.length > MAX_LENGTH || /[\u0000-\u001f]/.test(uri)) {
    return problem(
      request,
      'The artifact location that the store records is not a path, so it is not opened.',
    );
  }
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === 'mlflow-artifacts') {
    return servedRoot(request);
  }
  if (scheme !== undefined && scheme !== 'file') {
    return problem(request, remoteProblem(uri, scheme, request.download));
  }
  const recorded = scheme === 'file' ? filePath(uri) : uri;
  if (recorded === null) {
    return problem(
      request,
      `The recorded artifact location ${redactUri(uri)} names another machine; it is not opened.`,
    );
  }
  return localRoot(request, recorded);
}

/**
 * The folder on this machine that a tracking server records for somebody's artifacts, where it is one that the user opened
 * or lies in one, and its path carries the id: a server elsewhere may record the same path, and a copy is no other run's.
 *
 * @param id a run's or a logged model's
 * @param opened absolute
 * @returns with all links resolved; null where the server has to be asked
 */
export async function openedRoot(uri: string, id: string, opened: readonly string[]): Promise<string | null> {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(uri)?.[1]?.toLowerCase();
  const recorded = scheme === undefined ? uri : scheme === 'file' ? filePath(uri) : null;
  if (recorded === null || uri.length > MAX_LENGTH || !path.isAbsolute(recorded)) {
    return null;
  }
  const roots = await Promise.all(opened.map(realOf));
  const made = MADE_BY_MLFLOW.exec(recorded);
  const isOf = made?.[1] === id || made?.[2] === id;
  // Nothing else is looked at: a server may record any path.
  if (
    !isOf ||
    refusedPath(recorded, opened) ||
    ![...opened, ...roots].some((root) => isInside(recorded, root))
  ) {
    return null;
  }
  const real = await realFolder(recorded);
  return real !== null && roots.some((root) => isInside(real, root)) ? real : null;
}

async function localRoot(request: RootRequest, recorded: string): Promise<ArtifactRoot> {
  const { uri, storeFolder } = request;
  const absolute = path.resolve(storeFolder, recorded);
  if (refusedPath(absolute, [storeFolder], request.hostOf)) {
    return problem(
      request,
      `The recorded artifact folder ${absolute} lies on another machine than the store; it is not looked at, as Windows would send your name and a hash of your password there: copy it beside the store to see it here.`,
    );
  }
  const real = await realFolder(absolute);
  if (real !== null) {
    return (await isAllowed(real, request)) && isMade(absolute, request)
      ? { uri, localPath: real, moved: false, problem: null }
      : problem(
          request,
          `The recorded artifact folder ${absolute} lies outside the store's folder and is not named as MLflow names one; it is not opened.`,
        );
  }
  const beside = await findBeside(request, recorded);
  if (beside !== null) {
    return { uri, localPath: beside, moved: true, problem: null };
  }
  // MLflow makes the folder with the first artifact: where the store was not moved, its absence means "none".
  if (isInside(absolute, storeFolder) || (await isFolder(path.dirname(path.dirname(absolute))))) {
    return { uri, localPath: null, moved: false, problem: null };
  }
  return problem(
    request,
    `The artifact folder ${absolute} is not on this machine, and none that matches it lies beside the store: either nothing was logged, or it was not moved along with the store.`,
  );
}

/** A tracking server's artifacts; its own folder lies beside the store where the server ran here. */
async function servedRoot(request: RootRequest): Promise<ArtifactRoot> {
  const served = request.uri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/i, '');
  const beside = await findBeside(request, `mlartifacts/${served}`);
  return beside === null
    ? problem(
        request,
        `The artifacts are kept by the tracking server (${redactUri(request.uri)}): add its http:// address as a store, or put its "mlartifacts" folder beside this one.`,
      )
    : { uri: request.uri, localPath: beside, moved: true, problem: null };
}

/**
 * The recorded folder after a move: the longest end of its path that exists in the store's folder, or in the
 * one above it. The end must hold the id, so that it can only be the one that was recorded.
 */
async function findBeside(request: RootRequest, recorded: string): Promise<string | null> {
  const parts = recorded.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || !isMade(`/${parts.join('/')}`, request)) {
    return null;
  }
  for (const base of [request.storeFolder, path.dirname(request.storeFolder)]) {
    for (let from = 0; from < parts.length - 1; from++) {
      const end = parts.slice(from);
      if (!isMade(`/${end.join('/')}`, request)) {
        break;
      }
      const real = await realFolder(path.join(base, ...end));
      if (real !== null && (isInside(real, await realOf(base)) || (await isAllowed(real, request)))) {
        return real;
      }
    }
  }
  return null;
}

function isMade(folder: string, { id, storeFolder }: RootRequest): boolean {
  const made = MADE_BY_MLFLOW.exec(folder);
  return made ? id === null || made[1] === id || made[2] === id : isInside(folder, storeFolder);
}

async function isAllowed(real: string, request: RootRequest): Promise<boolean> {
  return isInside(real, await realOf(request.storeFolder)) || MADE_BY_MLFLOW.test(real);
}

/** Whether `inner` is `outer` or lies in it; both absolute. */
export function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (!/^\.\.(?:[\\/]|$)/.test(relative) && !path.isAbsolute(relative));
}

async function realFolder(folder: string): Promise<string | null> {
  return (await isFolder(folder)) ? realOf(folder) : null;
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await fs.stat(folder)).isDirectory();
  } catch {
    return false;
  }
}

async function realOf(folder: string): Promise<string> {
  return fs.realpath(folder).catch(() => folder);
}

function filePath(uri: string): string | null {
  try {
    return fileURLToPath(/^file:\/\//i.test(uri) ? uri : uri.replace(/^file:\/*/i, 'file:///'));
  } catch {
    return null;
  }
}

function remoteProblem(uri: string, scheme: string, download: string): string {
  const where: Record<string, string> = {
    s3: 'Amazon S3',
    gs: 'Google Cloud Storage',
    wasb: 'Azure Blob Storage',
    wasbs: 'Azure Blob Storage',
    abfss: 'Azure Data Lake',
    dbfs: 'Databricks',
    databricks: 'Databricks',
    hdfs: 'HDFS',
    viewfs: 'HDFS',
    ftp: 'an FTP server',
    sftp: 'an SFTP server',
    http: 'a web server',
    https: 'a web server',
  };
  const place = Object.hasOwn(where, scheme) ? where[scheme]! : `a "${scheme}:" location`;
  return `The artifacts are in ${place} (${redactUri(uri)}), which is not read from here: fetch them with "mlflow artifacts download ${download}", or add the tracking server that serves them.`;
}

function problem({ uri }: RootRequest, text: string): ArtifactRoot {
  return { uri, localPath: null, moved: false, problem: text };
}
