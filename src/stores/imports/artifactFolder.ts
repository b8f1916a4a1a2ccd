import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { cancelled, isStoreError, StoreError } from '../../mlflow/errors';
import type { ImportedFile } from '../../mlflow/importer';
import { artifactPathParts } from '../artifacts/files';

/** A folder that artifacts of one run are put into, a file at a time: each is there whole or not at all. */
export class ArtifactFolder {
  /**
   * @param base absolute; a folder that is there
   * @param inner from the base on, `/` between the parts: made when it is needed, no link on the way is followed
   * @param part absolute: where a file is put together, on the same disk, in a folder that is there by then
   */
  constructor(
    private readonly base: string,
    private readonly inner: string,
    private readonly part: string,
  ) {}

  async holds({ path: artifact, size }: Pick<ImportedFile, 'path' | 'size'>): Promise<boolean> {
    const stats = await fs.lstat(this.placeOf(artifact)).catch(() => null);
    return stats?.isFile() === true && stats.size === size;
  }

  async put(file: ImportedFile, signal?: AbortSignal): Promise<void> {
    const place = this.placeOf(file.path);
    try {
      await this.makeFolders(path.dirname(place));
      await fs.rm(this.part, { force: true });
      const making = await fs.open(this.part, 'wx');
      try {
        for await (const bytes of file.read()) {
          if (signal?.aborted) {
            throw cancelled();
          }
          await making.write(bytes);
        }
        await making.sync();
      } finally {
        await making.close();
      }
      await fs.rename(this.part, place);
    } catch (error) {
      await fs.rm(this.part, { force: true }).catch(() => undefined);
      throw unwritten(error, place);
    }
  }

  private placeOf(artifact: string): string {
    return path.join(this.base, ...this.inner.split('/'), ...artifactPathParts(artifact));
  }

  private async makeFolders(folder: string): Promise<void> {
    const parts = path.relative(this.base, folder).split(path.sep);
    for (let at = 1; at <= parts.length; at++) {
      const each = path.join(this.base, ...parts.slice(0, at));
      await fs.mkdir(each).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') {
          throw error;
        }
      });
      if (!(await fs.lstat(each)).isDirectory()) {
        throw new StoreError('NOT_A_STORE', `${each} is not a folder: move it away first.`);
      }
    }
  }
}

/** What kept a file from being written, in one sentence. */
function unwritten(error: unknown, place: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isStoreError(error) || code === undefined) {
    return error;
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StoreError('PERMISSION_DENIED', `You may not write to ${place}: its permissions forbid it.`);
  }
  const why = code === 'ENOSPC' ? 'the disk is full' : message;
  return new StoreError('INTERNAL_ERROR', `${place} could not be written: ${why}.`);
}
