import { isStoreError, StoreError } from '../mlflow/errors';
import type { ModelVersion } from '../mlflow/entities';
import type { SideFacts } from '../compare/types';
import type { DiffImage } from '../protocol/diff';
import type { PageServices } from './page';

interface Side {
  facts: SideFacts;
  version: ModelVersion | null;
}

const IMAGE = /\.(png|jpe?g|gif|webp)$/i;
const MOST_FOLDERS = 20;
const MOST_IMAGES = 100;
const MOST_BYTES = 8 << 20;

/** Pictures among the runs' artifacts, by path; those that several sides have come first. */
export async function imagesOf(
  sides: readonly Side[],
  services: PageServices,
  signal: AbortSignal,
): Promise<DiffImage[]> {
  const found = new Map<string, boolean[]>();
  await Promise.all(
    sides.map(async ({ facts }, index) => {
      for (const path of await pathsOf(facts, services, signal)) {
        const has = found.get(path) ?? sides.map(() => false);
        has[index] = true;
        found.set(path, has);
      }
    }),
  );
  const shared = ({ sides: has }: DiffImage) => has.filter(Boolean).length;
  return [...found]
    .map(([path, has]) => ({ path, sides: has }))
    .toSorted((a, b) => shared(b) - shared(a) || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_IMAGES);
}

async function pathsOf({ side }: SideFacts, services: PageServices, signal: AbortSignal): Promise<string[]> {
  if (side.runId === '') {
    return [];
  }
  const store = await services.stores.get(side.store);
  const images: string[] = [];
  const folders = [''];
  for (let i = 0; i < folders.length && i < MOST_FOLDERS; i++) {
    try {
      const { files } = await store.listArtifacts({ runId: side.runId }, folders[i]!, signal);
      images.push(...files.filter((file) => !file.isDir && IMAGE.test(file.path)).map((file) => file.path));
      folders.push(...files.filter((file) => file.isDir).map((file) => file.path));
    } catch (error) {
      if (isStoreError(error) && error.code !== 'CANCELLED') {
        break;
      }
      throw error;
    }
  }
  return images;
}

export async function readImage(
  side: Side | undefined,
  path: string,
  services: PageServices,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!side || !IMAGE.test(path)) {
    throw new StoreError('INVALID_PARAMETER_VALUE', 'That is no picture of these runs.');
  }
  const store = await services.stores.get(side.facts.side.store);
  return store.readArtifact(
    { runId: side.facts.side.runId },
    path,
    { offset: 0, length: MOST_BYTES },
    signal,
  );
}
