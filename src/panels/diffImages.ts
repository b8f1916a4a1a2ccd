import { isStoreError, StoreError } from '../mlflow/errors';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';
import type { SideFacts } from '../compare/types';
import type { DiffImage } from '../protocol/diff';
import type { PageServices } from './page';

const IMAGE = /\.(png|jpe?g|gif|webp)$/i;
const MOST_FOLDERS = 20;
const MOST_IMAGES = 100;
const MOST_BYTES = 8 << 20;

/** Pictures among the runs' artifacts, by path; those that several sides have come first. */
export async function imagesOf(
  sides: readonly SideFacts[],
  services: PageServices,
  signal: AbortSignal,
): Promise<DiffImage[]> {
  const found = new Map<string, boolean[]>();
  await Promise.all(
    sides.map(async (side, index) => {
      for (const path of await pathsOf(side, services, signal)) {
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

/** A place where artifacts of a side lie: its run's, and those of its models that are kept elsewhere. */
interface Root {
  /** Before the paths of its pictures. */
  prefix: string;
  owner: ArtifactOwner;
}

function rootsOf({ side: { runId }, models }: SideFacts): Root[] {
  const own = (models ?? []).flatMap(({ name, owner }, _, all): Root[] =>
    owner && !('runId' in owner) ? [{ prefix: `${all.length > 1 ? name : 'model'} › `, owner }] : [],
  );
  return [...(runId === '' ? [] : [{ prefix: '', owner: { runId } }]), ...own];
}

async function pathsOf(side: SideFacts, services: PageServices, signal: AbortSignal): Promise<string[]> {
  const store = await services.stores.get(side.side.store);
  const listed = await Promise.all(
    rootsOf(side).map(async ({ prefix, owner }) =>
      (await imagesUnder(store, owner, signal)).map((path) => prefix + path),
    ),
  );
  return listed.flat();
}

async function imagesUnder(
  store: TrackingStore,
  owner: ArtifactOwner,
  signal: AbortSignal,
): Promise<string[]> {
  const images: string[] = [];
  const folders = [''];
  for (let i = 0; i < folders.length && i < MOST_FOLDERS; i++) {
    try {
      const { files } = await store.listArtifacts(owner, folders[i]!, signal);
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

/** The bytes of a picture that `imagesOf` listed. */
export async function readImage(
  side: SideFacts | undefined,
  path: string,
  services: PageServices,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const root = side && rootsOf(side).findLast(({ prefix }) => path.startsWith(prefix));
  if (!side || !root || !IMAGE.test(path)) {
    throw new StoreError('INVALID_PARAMETER_VALUE', 'That is not an image of these runs.');
  }
  const store = await services.stores.get(side.side.store);
  return store.readArtifact(
    root.owner,
    path.slice(root.prefix.length),
    { offset: 0, length: MOST_BYTES },
    signal,
  );
}
