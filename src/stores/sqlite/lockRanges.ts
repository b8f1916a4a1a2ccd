/**
 * The byte ranges that SQLite locks. On Windows such a lock is mandatory: a read that touches a locked byte fails,
 * and would make a writer's lock fail. So these bytes are never read, anywhere.
 */

/** PENDING_BYTE of SQLite's os.h; the page that holds it carries no data. */
const PENDING_BYTE = 0x40000000;

/** The page, from 1, that SQLite leaves empty because its locks lie there. */
export function lockBytePage(pageSize: number): number {
  return Math.floor(PENDING_BYTE / pageSize) + 1;
}

export interface ByteRange {
  offset: number;
  length: number;
}

/**
 * What may be read of `length` bytes from `offset` of a database file: the range without the page at 1 GiB.
 * Empty ranges are left out.
 */
export function readableDatabaseRanges(offset: number, length: number, pageSize: number): ByteRange[] {
  const page = (lockBytePage(pageSize) - 1) * pageSize;
  return without(offset, length, page, page + pageSize);
}

/** WALINDEX_LOCK_OFFSET and SQLITE_SHM_NLOCK of SQLite's wal.c. */
const SHM_LOCKS = { start: 120, end: 128 };

/** What may be read of `length` bytes from `offset` of a `-shm` file: all but bytes 120 to 127. */
export function readableShmRanges(offset: number, length: number): ByteRange[] {
  return without(offset, length, SHM_LOCKS.start, SHM_LOCKS.end);
}

function without(offset: number, length: number, start: number, end: number): ByteRange[] {
  const stop = offset + length;
  return [
    { offset, length: Math.min(stop, start) - offset },
    { offset: Math.max(offset, end), length: stop - Math.max(offset, end) },
  ].filter((range) => range.length > 0);
}
