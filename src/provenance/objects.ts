import type { GitRepository, TreeFile } from './git';

/** Bytes that one process of git is asked for. */
const MOST_AT_ONCE = 32 << 20;
/** Of larger files no lines are counted. */
const LARGEST = 1 << 20;

/** Contents of files by object id, from as few processes of git as their sizes allow; large ones are left out. */
export async function objectsOf(
  repository: GitRepository,
  files: readonly TreeFile[],
): Promise<Map<string, Uint8Array>> {
  const result = new Map<string, Uint8Array>();
  let ids: string[] = [];
  let size = 0;
  const read = async (): Promise<void> => {
    (await repository.readObjects(ids)).forEach((content, id) => result.set(id, content));
    ids = [];
    size = 0;
  };
  for (const file of files.filter((each) => each.size <= LARGEST)) {
    if (size + file.size > MOST_AT_ONCE) {
      await read();
    }
    ids.push(file.id);
    size += file.size;
  }
  await read();
  return result;
}
