import { cancelled, StoreError } from '../mlflow/errors';
import { count } from '../mlflow/format';
import type { ImportedFile } from '../mlflow/importer';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';

export interface PlannedFile {
  path: string;
  /** Bytes. */
  size: number;
}

/** Files of one run, folders of one path. */
const MOST_FILES = 20_000;
const MOST_DEPTH = 60;
/** Of one reading, bytes. */
const PART = 4 * 1024 * 1024;

/**
 * All files of somebody, with their sizes.
 *
 * @returns a problem where some or all cannot be read, as a sentence
 * @throws StoreError
 */
export async function listFiles(
  store: TrackingStore,
  owner: ArtifactOwner,
  signal?: AbortSignal,
): Promise<{ files: PlannedFile[]; problem: string | null }> {
  const files: PlannedFile[] = [];
  const folders = [''];
  let problem: string | null = null;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const listing = await store.listArtifacts(owner, folder, signal);
    problem ??= listing.root.problem;
    if (listing.truncated > 0) {
      problem ??= `Its folder "${folder}" has ${count(listing.truncated, 'more file')}, which are not copied.`;
    }
    for (const { path, isDir, size } of listing.files) {
      if (!isDir) {
        files.push({ path, size: size ?? 0 });
      } else if (path.split('/').length <= MOST_DEPTH) {
        folders.push(path);
      }
    }
    if (files.length + folders.length > MOST_FILES) {
      return { files: files.slice(0, MOST_FILES), problem: `It has more than ${count(MOST_FILES, 'file')}.` };
    }
  }
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), problem };
}

/** A file, read a part at a time as it is taken. @param onBytes called with what was read of it */
export function fileToCopy(
  store: TrackingStore,
  owner: ArtifactOwner,
  { path, size }: PlannedFile,
  signal?: AbortSignal,
  onBytes: (bytes: number) => void = () => undefined,
): ImportedFile {
  async function* read(): AsyncGenerator<Uint8Array> {
    for (let offset = 0; offset < size;) {
      if (signal?.aborted) {
        throw cancelled();
      }
      const length = Math.min(PART, size - offset);
      const part = await store.readArtifact(owner, path, { offset, length }, signal);
      if (part.length === 0) {
        throw new StoreError('BUSY', `${path} changed while it was copied: copy again to go on.`);
      }
      offset += part.length;
      onBytes(offset);
      yield part;
    }
  }
  return { path, size, read };
}
