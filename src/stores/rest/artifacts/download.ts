import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { cancelled, StoreError } from '../../../mlflow/errors';
import { formatSize } from '../../../mlflow/format';
import type { Part } from './bytes';

/** Of a file that an editor opens, bytes. */
const MOST = 1024 * 1024 * 1024;
/** Asked for at once, bytes: what is in memory of it. */
const PIECE = 8 * 1024 * 1024;
/** What was put here is taken away when something else is, this long after it was last asked for, ms. */
const LIFE = 24 * 3_600_000;
const LONGEST_NAME = 150;

/**
 * Puts a file of a server into a folder here, a piece at a time; appears whole, or not at all.
 *
 * @param folder absolute; made where it is missing
 * @param key which file of the server it is
 * @param artifactPath its last part is the name that it gets
 * @throws StoreError, UNSUPPORTED where it is too large
 */
export async function download(
  folder: string,
  key: string,
  artifactPath: string,
  read: (range: { offset: number; length: number }) => Promise<Part>,
  signal?: AbortSignal,
): Promise<string> {
  const own = path.join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32));
  const file = path.join(own, nameOf(artifactPath));
  await fs.mkdir(own, { recursive: true, mode: 0o700 });
  await forgetOld(folder, path.basename(own));
  const making = path.join(own, `.${randomBytes(8).toString('hex')}`);
  try {
    await fill(making, artifactPath, read, signal);
    await fs.rename(making, file);
  } catch (error) {
    await fs.rm(making, { force: true });
    throw error;
  }
  const now = new Date();
  await fs.utimes(own, now, now);
  return file;
}

async function fill(
  making: string,
  artifactPath: string,
  read: (range: { offset: number; length: number }) => Promise<Part>,
  signal?: AbortSignal,
): Promise<void> {
  const handle = await fs.open(making, 'wx', 0o600);
  try {
    let tag: string | null = null;
    for (let offset = 0; ;) {
      if (signal?.aborted) {
        throw cancelled();
      }
      const part = await read({ offset, length: PIECE });
      if (offset > 0 && part.tag !== tag) {
        throw new StoreError('BUSY', `${artifactPath} was changed while it was read: try again.`);
      }
      tag = part.tag;
      if (Math.max(part.size ?? 0, offset + part.bytes.length) > MOST) {
        const size = part.size === null ? `more than ${formatSize(MOST)}` : formatSize(part.size);
        throw new StoreError(
          'UNSUPPORTED',
          `${artifactPath} is too large to be opened from a tracking server (${size}): fetch it with "mlflow artifacts download".`,
        );
      }
      if (part.bytes.length === 0 && offset < (part.size ?? 0)) {
        throw new StoreError('BUSY', `${artifactPath} did not come whole: try again.`);
      }
      await handle.writeFile(part.bytes);
      offset += part.bytes.length;
      if (part.bytes.length === 0 || offset >= (part.size ?? Infinity)) {
        return;
      }
    }
  } finally {
    await handle.close();
  }
}

/** A name that no system reads as something else than a file's name. */
function nameOf(artifactPath: string): string {
  const name = artifactPath.slice(artifactPath.lastIndexOf('/') + 1);
  const plain = name.replace(/[\u0000-\u001f<>:"\\|?*]/g, '_').replace(/[. ]$/, '_');
  const extension = path.extname(plain).slice(0, 20);
  return plain.length <= LONGEST_NAME ? plain : plain.slice(0, LONGEST_NAME - extension.length) + extension;
}

async function forgetOld(folder: string, current: string): Promise<void> {
  const old = Date.now() - LIFE;
  for (const name of await fs.readdir(folder)) {
    const one = path.join(folder, name);
    if (name !== current && /^[0-9a-f]{32}$/.test(name) && (await fs.stat(one)).mtimeMs < old) {
      await fs.rm(one, { recursive: true, force: true });
    }
  }
}
