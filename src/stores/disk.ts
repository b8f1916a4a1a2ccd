import * as fs from 'node:fs';
import * as path from 'node:path';
import { isStoreError, StoreError } from '../mlflow/errors';

/** Who a file is and when it was written: enough to tell that it is no longer the same. */
export interface FileStamp {
  inode: bigint;
  device: bigint;
  size: number;
  mtime: bigint;
}

function stampOf(stats: fs.BigIntStats): FileStamp {
  return { inode: stats.ino, device: stats.dev, size: Number(stats.size), mtime: stats.mtimeNs };
}

/** undefined where there is no such file. */
export function stampPath(file: string): FileStamp | undefined {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : stampOf(stats);
}

export function stampDescriptor(descriptor: number): FileStamp {
  return stampOf(fs.fstatSync(descriptor, { bigint: true }));
}

export function sameFile(a: FileStamp, b: FileStamp): boolean {
  return a.inode === b.inode && a.device === b.device;
}

/** Fills `target` from `offset`; what lies beyond the end of the file is zeros. Returns the bytes read. */
export function readInto(descriptor: number, target: Uint8Array, offset: number): number {
  let done = 0;
  while (done < target.length) {
    const read = fs.readSync(descriptor, target, done, target.length - done, offset + done);
    if (read === 0) {
      break;
    }
    done += read;
  }
  target.fill(0, done);
  return done;
}

/** The first `length` bytes of a file, or fewer; undefined where there is none. */
export function readHead(file: string, length: number): Uint8Array | undefined {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) {
    return undefined;
  }
  try {
    const head = new Uint8Array(length);
    return head.subarray(0, readInto(descriptor, head, 0));
  } finally {
    fs.closeSync(descriptor);
  }
}

/** A pipe that nobody writes to would hold whoever opens it: where there is none of these flags, there are none. */
const READ = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOCTTY ?? 0);

/**
 * A descriptor for reading; undefined where there is nothing of that name.
 *
 * @throws StoreError for what is there and is no file: it is not opened, or closed at once
 */
export function openIfThere(file: string): number | undefined {
  try {
    if (!isFileThere(file)) {
      return undefined;
    }
    const descriptor = fs.openSync(file, READ);
    // Another may have taken its place since it was looked at.
    if (!fs.fstatSync(descriptor).isFile()) {
      fs.closeSync(descriptor);
      throw notAFile(file);
    }
    return descriptor;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw fileError(error, file);
  }
}

/** Whether the file is there. @throws StoreError where something else is */
export function isFileThere(file: string): boolean {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) {
    throw notAFile(file);
  }
  return stats !== undefined;
}

function notAFile(file: string): StoreError {
  return new StoreError(
    'NOT_A_STORE',
    `${file} is a folder, pipe or device where SQLite has a file: move it away.`,
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

export function notThere(file: string): StoreError {
  return new StoreError(
    'NOT_FOUND',
    `${path.basename(file)} is not there: it was moved, deleted or not mounted.`,
  );
}

/** A failed system call as a sentence. */
export function fileError(error: unknown, file: string): StoreError {
  if (isStoreError(error)) {
    return error;
  }
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return notThere(file);
    case 'EACCES':
    case 'EPERM':
      return new StoreError('PERMISSION_DENIED', `You may not read ${file}: its permissions forbid it.`);
    default:
      return new StoreError(
        'BUSY',
        `${file} could not be read: ${error instanceof Error ? error.message : String(error)}.`,
      );
  }
}
