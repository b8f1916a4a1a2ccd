import * as fs from 'node:fs/promises';

const MAX_PAGES = 400;

/**
 * Whether a file is a SQLite database with MLflow's tables, told from the pages of its schema table alone
 * (file format: https://sqlite.org/fileformat2.html, 1.6): a few kilobytes are read, nothing is locked.
 * False for whatever cannot be read.
 */
export async function hasMlflowTables(file: string): Promise<boolean> {
  let handle: fs.FileHandle | undefined;
  try {
    // Non-blocking, so that a pipe that has taken the file's place cannot hold us.
    handle = await fs.open(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    const header = Buffer.alloc(100);
    if (
      !(await handle.stat()).isFile() ||
      (await handle.read(header, 0, 100, 0)).bytesRead < 100 ||
      !header.toString('latin1').startsWith('SQLite format 3\0')
    ) {
      return false;
    }
    const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
    const wanted = new Set(['experiments', 'runs', 'metrics', 'params', 'tags']);
    const queue = [1];
    const seen = new Set(queue);
    const page = Buffer.alloc(pageSize);
    for (let next = queue.pop(); next !== undefined && wanted.size > 0; next = queue.pop()) {
      await handle.read(page, 0, pageSize, (next - 1) * pageSize);
      for (const child of readSchemaPage(page, next === 1 ? 100 : 0, wanted)) {
        if (!seen.has(child) && seen.size < MAX_PAGES) {
          seen.add(child);
          queue.push(child);
        }
      }
    }
    return wanted.size === 0;
  } catch {
    return false;
  } finally {
    await handle?.close();
  }
}

/** Takes the tables that a leaf page creates out of `wanted`; gives the children of an interior page. */
function readSchemaPage(page: Buffer, start: number, wanted: Set<string>): number[] {
  const type = page[start];
  if (type === 0x0d) {
    for (const match of page.toString('latin1').matchAll(/CREATE TABLE (?:"(\w+)"|(\w+))/g)) {
      wanted.delete(match[1] ?? match[2] ?? '');
    }
    return [];
  }
  if (type !== 0x05) {
    return [];
  }
  const cells = page.readUInt16BE(start + 3);
  const children = [page.readUInt32BE(start + 8)];
  for (let cell = 0; cell < cells && start + 12 + cell * 2 + 2 <= page.length; cell++) {
    const offset = page.readUInt16BE(start + 12 + cell * 2);
    if (offset + 4 <= page.length) {
      children.push(page.readUInt32BE(offset));
    }
  }
  return children.filter((child) => child > 0);
}
