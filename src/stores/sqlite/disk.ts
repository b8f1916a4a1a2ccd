import * as fs from 'node:fs';
import * as path from 'node:path';
import { isStoreError, StoreError } from '../../mlflow/errors';

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

/** A descriptor for reading; undefined where there is no such file. */
export function openIfThere(file: string): number | undefined {
  if (fs.statSync(file, { throwIfNoEntry: false }) === undefined) {
    return undefined;
  }
  try {
    return fs.openSync(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw fileError(error, file);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** A failed system call as a sentence. */
export function fileError(error: unknown, file: string): StoreError {
  if (isStoreError(error)) {
    return error;
  }
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new StoreError(
        'NOT_FOUND',
        `${path.basename(file)} is not there: it was moved, deleted or not mounted.`,
      );
    case 'EACCES':
    case 'EPERM':
      return new StoreError('PERMISSION_DENIED', `You may not read ${file}: its permissions forbid it.`);
    case 'EISDIR':
      return new StoreError('NOT_A_STORE', `${file} is a folder, not a SQLite file.`);
    default:
      return new StoreError(
        'BUSY',
        `${file} could not be read: ${error instanceof Error ? error.message : String(error)}.`,
      );
  }
}
