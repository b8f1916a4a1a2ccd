import type { Dirent } from 'node:fs';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { ArtifactFile } from '../../mlflow/entities';
import { cancelled, StoreError } from '../../mlflow/errors';
import { isInside } from './root';

/** Files with sizes that one listing carries. */
export const LISTED = 10_000;
/** Names that are looked at before a folder counts as endless. */
const SCANNED = 500_000;
const MAX_PATH = 4000;
const MAX_READ = 64 * 1024 * 1024;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;

/**
 * The parts of an artifact's path, checked: relative, without `..`, and nothing that an operating system reads
 * as something else than a file's name.
 *
 * @throws StoreError INVALID_PARAMETER_VALUE
 */
export function artifactPathParts(artifactPath: string, platform: string = process.platform): string[] {
  if (artifactPath === '') {
    return [];
  }
  const parts = artifactPath.split('/');
  const bad =
    artifactPath.length > MAX_PATH ||
    artifactPath.includes('\0') ||
    parts.some((part) => part === '' || part === '.' || part === '..') ||
    (platform === 'win32' &&
      (/[\\:]/.test(artifactPath) || parts.some((part) => WINDOWS_DEVICE.test(part) || /[. ]$/.test(part))));
  if (bad) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'That is not the path of an artifact: it is too long, absolute, or leads out of the artifact folder.',
    );
  }
  return parts;
}

/**
 * One folder, folders first, each by name.
 *
 * @param root absolute, all links resolved
 * @returns at most LISTED files, and how many more there are
 */
export async function listFolder(
  root: string,
  artifactPath: string,
  signal?: AbortSignal,
): Promise<{ files: ArtifactFile[]; truncated: number }> {
  const folder = await insideRoot(root, artifactPath);
  const { entries, truncated } = await scan(folder, artifactPath, signal);
  if ((await fs.realpath(folder).catch(() => '')) !== folder) {
    throw changedMeanwhile(artifactPath);
  }
  const prefix = artifactPath === '' ? '' : `${artifactPath}/`;
  const files = await mapInChunks(entries, 64, signal, async (entry) =>
    fileOf(root, folder, prefix + entry.name, entry),
  );
  return { files, truncated };
}

/**
 * At most `length` bytes from `offset`; fewer at the end of the file.
 *
 * @throws StoreError RESOURCE_DOES_NOT_EXIST, or INVALID_PARAMETER_VALUE for anything that is not a file in `root`
 */
export async function readFileRange(
  root: string,
  artifactPath: string,
  { offset, length }: { offset: number; length: number },
): Promise<Uint8Array> {
  if (!(Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length >= 0)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'A range of bytes starts at 0 or later and is not negative.',
    );
  }
  const file = await insideRoot(root, artifactPath);
  // Non-blocking, so that a pipe in place of a file cannot hold us; not following, as the links are resolved.
  const handle = await fs
    .open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0))
    .catch((error: NodeJS.ErrnoException) => {
      throw notReadable(artifactPath, error);
    });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw notAFile(artifactPath);
    }
    if (!(await isStill(handle, file))) {
      throw changedMeanwhile(artifactPath);
    }
    const wanted = Math.max(0, Math.min(length, MAX_READ, stat.size - offset));
    const bytes = new Uint8Array(wanted);
    let read = 0;
    while (read < wanted) {
      const { bytesRead } = await handle.read(bytes, read, wanted - read, offset + read);
      if (bytesRead === 0) {
        break;
      }
      read += bytesRead;
    }
    return bytes.subarray(0, read);
  } finally {
    await handle.close();
  }
}

/**
 * The real path of an artifact.
 *
 * @throws StoreError where it does not exist, or a link leads out of the root
 */
export async function insideRoot(root: string, artifactPath: string): Promise<string> {
  const target = path.join(root, ...artifactPathParts(artifactPath));
  const real = await fs.realpath(target).catch((error: NodeJS.ErrnoException) => {
    throw notReadable(artifactPath, error);
  });
  if (!isInside(real, root)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `${artifactPath} is a link that leads out of the artifact folder; it is not opened.`,
    );
  }
  return real;
}

/**
 * The real path of a file or folder for what else opens it: VS Code's editors, a copy, the file manager.
 *
 * @throws StoreError where it is neither (a pipe would hold whoever opens it), or leads out of the root
 */
export async function locateInRoot(root: string, artifactPath: string): Promise<string> {
  const real = await insideRoot(root, artifactPath);
  const stat = await fs.stat(real).catch((error: NodeJS.ErrnoException) => {
    throw notReadable(artifactPath, error);
  });
  if (!stat.isFile() && !stat.isDirectory()) {
    throw notAFile(artifactPath);
  }
  return real;
}

/** Whether an open file is the one of that real path: a link may have come into the path before it was opened. */
async function isStill(handle: fs.FileHandle, real: string): Promise<boolean> {
  // Linux knows where an open file lies; elsewhere the path is resolved again and must lead to the same file.
  const opened = await fs.readlink(`/proc/self/fd/${handle.fd}`).catch(() => null);
  if (opened !== null) {
    return opened === real || opened === `${real} (deleted)`;
  }
  const [now, there, mine] = await Promise.all([
    fs.realpath(real).catch(() => ''),
    fs.stat(real, { bigint: true }).catch(() => null),
    handle.stat({ bigint: true }),
  ]);
  return now === real && there?.ino === mine.ino && there.dev === mine.dev;
}

/** The first LISTED entries, in order; sorted a few at a time, as the thread that does it has others to serve. */
async function scan(
  folder: string,
  artifactPath: string,
  signal?: AbortSignal,
): Promise<{ entries: Dirent[]; truncated: number }> {
  let first: Dirent[] = [];
  let found = 0;
  const directory = await fs.opendir(folder, { bufferSize: 1024 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTDIR'
      ? new StoreError('INVALID_PARAMETER_VALUE', `${artifactPath} is not a folder.`)
      : notReadable(artifactPath, error);
  });
  for await (const entry of directory) {
    if (signal?.aborted) {
      throw cancelled();
    }
    found++;
    if (found > SCANNED) {
      break;
    }
    first.push(entry);
    if (first.length === 1.5 * LISTED) {
      first = first.sort(byKindAndName).slice(0, LISTED);
    }
  }
  const entries = first.sort(byKindAndName).slice(0, LISTED);
  return { entries, truncated: found - entries.length };
}

function byKindAndName(a: Dirent, b: Dirent): number {
  const folders = Number(b.isDirectory()) - Number(a.isDirectory());
  return folders || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** What is no file or folder of the root (a device, a link that leads out) is listed without a size. */
async function fileOf(
  root: string,
  folder: string,
  artifactPath: string,
  entry: Dirent,
): Promise<ArtifactFile> {
  if (entry.isDirectory()) {
    return { path: artifactPath, isDir: true, size: null };
  }
  try {
    const full = path.join(folder, entry.name);
    if (entry.isSymbolicLink() && !isInside(await fs.realpath(full), root)) {
      return { path: artifactPath, isDir: false, size: null };
    }
    const stat = await fs.stat(full);
    return { path: artifactPath, isDir: stat.isDirectory(), size: stat.isFile() ? stat.size : null };
  } catch {
    return { path: artifactPath, isDir: false, size: null };
  }
}

async function mapInChunks<T, R>(
  items: readonly T[],
  size: number,
  signal: AbortSignal | undefined,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += size) {
    if (signal?.aborted) {
      throw cancelled();
    }
    results.push(...(await Promise.all(items.slice(at, at + size).map(map))));
  }
  return results;
}

function notAFile(artifactPath: string): StoreError {
  return new StoreError('INVALID_PARAMETER_VALUE', `${artifactPath} is not a file.`);
}

function changedMeanwhile(artifactPath: string): StoreError {
  return new StoreError('INVALID_PARAMETER_VALUE', `${artifactPath} changed while it was opened: try again.`);
}

function notReadable(artifactPath: string, error: NodeJS.ErrnoException): StoreError {
  const what = artifactPath === '' ? 'The artifact folder' : artifactPath;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new StoreError('RESOURCE_DOES_NOT_EXIST', `${what} no longer exists.`);
    case 'EACCES':
    case 'EPERM':
      return new StoreError('PERMISSION_DENIED', `${what} cannot be read: permission denied.`);
    case 'ELOOP':
      return new StoreError('INVALID_PARAMETER_VALUE', `${what} is a link that leads nowhere.`);
    case 'ENAMETOOLONG':
      return new StoreError(
        'INVALID_PARAMETER_VALUE',
        'That is not the path of an artifact: it is too long.',
      );
    default:
      return new StoreError('INTERNAL_ERROR', `${what} cannot be read: ${error.message}`);
  }
}
