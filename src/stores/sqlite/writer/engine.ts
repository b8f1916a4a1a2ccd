import { StoreError, type StoreErrorCode } from '../../../mlflow/errors';

export type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;

/**
 * One connection to one database file, in a process that opens the file nowhere else: closing any descriptor of
 * it would drop SQLite's locks (reference sqlite.md, section 3).
 */
export interface SqlEngine {
  /** "node:sqlite 3.50.4", "python3 sqlite3 3.40.1 (/usr/bin/python3)": said to the user. */
  readonly name: string;
  /** Rows of a query. Ids that may exceed 2^53 are to be cast to TEXT. Throws SqlError, EngineLost. */
  query(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
  /** How many rows the statement touched. Throws SqlError, EngineLost. */
  execute(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
  close(): void;
}

/** Primary result codes of SQLite (sqlite.org/rescode.html) that have a sentence of their own. */
export const SQLITE = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
} as const;

/** SQLite's texts for those codes: Python below 3.11 tells only the text. */
const TEXTS: readonly [RegExp, number][] = [
  [/database (table )?is locked/i, SQLITE.BUSY],
  [/readonly database/i, SQLITE.READONLY],
  [/disk I\/O error/i, SQLITE.IOERR],
  [/malformed/i, SQLITE.CORRUPT],
  [/database or disk is full/i, SQLITE.FULL],
  [/unable to open database/i, SQLITE.CANTOPEN],
  [/constraint failed/i, SQLITE.CONSTRAINT],
  [/not a database/i, SQLITE.NOTADB],
];

/** What SQLite refused, by its primary result code (0 where it is unknown). */
export class SqlError extends Error {
  readonly code: number;

  constructor(code: number | null | undefined, message: string) {
    super(message);
    this.name = 'SqlError';
    this.code = code ? code & 0xff : (TEXTS.find(([text]) => text.test(message))?.[1] ?? 0);
  }

  get isBusy(): boolean {
    return this.code === SQLITE.BUSY || this.code === SQLITE.LOCKED;
  }
}

/** The process that ran the statements is gone or does not answer; what it was in the middle of is not known. */
export class EngineLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EngineLost';
  }
}

/** SQLite's refusal as one sentence for the user. `file` is the database's name for the sentence. */
export function explain(error: SqlError, file: string): StoreError {
  const sentences: Record<number, [StoreErrorCode, string]> = {
    [SQLITE.BUSY]: ['BUSY', `${file} is locked by another process: nothing was changed. Try again.`],
    [SQLITE.LOCKED]: ['BUSY', `${file} is locked by another process: nothing was changed. Try again.`],
    [SQLITE.READONLY]: ['READ_ONLY', `${file} is read-only: nothing was changed.`],
    [SQLITE.CANTOPEN]: [
      'READ_ONLY',
      `SQLite cannot write beside ${file} (it keeps its journal in that folder): nothing was changed.`,
    ],
    [SQLITE.FULL]: ['INTERNAL_ERROR', `The disk is full: nothing was changed in ${file}.`],
    [SQLITE.IOERR]: [
      'INTERNAL_ERROR',
      `Writing to ${file} failed (${error.message}; is the disk full?): nothing was changed.`,
    ],
    [SQLITE.CORRUPT]: ['CORRUPT', `${file} is damaged (${error.message}): nothing was changed.`],
    [SQLITE.NOTADB]: ['NOT_A_STORE', `${file} is not a SQLite database: nothing was changed.`],
  };
  const [code, message] = sentences[error.code] ?? [
    'INTERNAL_ERROR',
    `SQLite refused the change to ${file} (${error.message}): nothing was changed.`,
  ];
  return new StoreError(code, message);
}
