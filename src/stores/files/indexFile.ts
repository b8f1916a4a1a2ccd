import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Where the index of a store is kept. @param folder of the extension's storage */
export function indexFile(folder: string, uri: string): string {
  return path.join(folder, `${createHash('sha256').update(uri).digest('hex').slice(0, 32)}.json`);
}

/** With the store goes what was kept of it. What cannot be removed stays: it is a cache. */
export async function forgetIndex(folder: string, uri: string): Promise<void> {
  await fs.rm(indexFile(folder, uri), { force: true }).catch(() => undefined);
}
