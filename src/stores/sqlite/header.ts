import { StoreError } from '../../mlflow/errors';

/** SQLite's database header, as far as a reader needs it (sqlite.org/fileformat2.html, section 1.3). */
export interface DatabaseHeader {
  pageSize: number;
  changeCounter: number;
  /** Written in WAL mode: bytes 18 and 19 are 2. */
  wal: boolean;
}

export const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** Of a database in which no transaction has ended yet. */
export function nothingWritten(file: string): StoreError {
  return new StoreError('NOT_A_STORE', `${file} is empty: MLflow has written nothing into it yet.`);
}

/** @throws StoreError NOT_A_STORE if these are not the first bytes of a SQLite database */
export function parseHeader(bytes: Uint8Array, file: string): DatabaseHeader {
  if (bytes.length === 0) {
    throw nothingWritten(file);
  }
  if (bytes.length < HEADER_BYTES || MAGIC.compare(bytes, 0, MAGIC.length) !== 0) {
    throw new StoreError('NOT_A_STORE', `${file} is not a SQLite database.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stored = view.getUint16(16);
  const pageSize = stored === 1 ? 65536 : stored;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) {
    throw new StoreError('CORRUPT', `${file} is damaged: its header names an impossible page size.`);
  }
  return { pageSize, changeCounter: view.getUint32(24), wal: bytes[19] === 2 };
}

/**
 * Makes page 1 of a WAL database readable to a SQLite that has no shared memory: the WAL's frames are
 * overlaid before SQLite sees a page, so for it the file is in rollback mode.
 */
export function hideWal(page: Uint8Array): void {
  if (page[18] === 2) {
    page[18] = 1;
  }
  if (page[19] === 2) {
    page[19] = 1;
  }
}
