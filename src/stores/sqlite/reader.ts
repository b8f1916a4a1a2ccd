import { cancelled, StoreError } from '../../mlflow/errors';
import type { BindValue, Connection, Prepared, SqlValue } from './engine';
import type { Schema } from './schema';
import { readSchema } from './schema';
import type { Snapshot } from './snapshot';

/** A row under the cursor: valid until the callback returns. Columns count from 0. */
export type Row = Pick<Prepared, 'isNull' | 'number' | 'rest' | 'text' | 'value' | 'values'>;

/** What one answer may hold, in characters and numbers: a store cannot make the worker run out of memory. */
const RESULT_LIMIT = 96 * 1024 * 1024;
/** MLflow 3.17's whole schema is 90 KB. */
const SCHEMA_LIMIT = 4 * 1024 * 1024;

/** Read access to one committed state of a store; all that it answers is of that state. */
export class Reader {
  private readonly connection: Connection;

  /** @param workspace whose rows are read */
  constructor(
    private readonly snapshot: Snapshot,
    readonly workspace: string,
  ) {
    this.connection = snapshot.database();
  }

  /** 'wal' or 'rollback', as the file's header says. */
  get journalMode(): string {
    return this.snapshot.state.journalMode;
  }

  get sizeBytes(): number {
    return this.snapshot.state.sizeBytes;
  }

  /** The tables and columns that are there. @throws StoreError if the schema is a trap or not MLflow's */
  get schema(): Schema {
    return this.memo('schema', () => {
      this.snapshot.limitBytes(SCHEMA_LIMIT);
      try {
        for (const pragma of ['trusted_schema=OFF', 'query_only=ON']) {
          this.run(`PRAGMA ${pragma}`, [], () => undefined);
        }
        return readSchema((sql, params, row) => this.run(sql, params, row));
      } finally {
        this.snapshot.limitBytes(Infinity);
      }
    });
  }

  /** Calls `row` for each row. Statements are compiled once: keep their texts few and use parameters. */
  each(sql: string, params: readonly BindValue[], row: (row: Row) => void): void {
    void this.schema;
    this.run(sql, params, row);
  }

  /** All rows as values; a number above 2^53 is rounded, so ids are to be cast to text. */
  query(sql: string, params: readonly BindValue[] = []): SqlValue[][] {
    const rows: SqlValue[][] = [];
    let size = 0;
    this.each(sql, params, (row) => {
      const values = row.values();
      size += 32;
      for (const value of values) {
        size +=
          typeof value === 'object' ? (value?.length ?? 1) : typeof value === 'string' ? value.length : 8;
      }
      if (size > RESULT_LIMIT) {
        throw new StoreError('CORRUPT', 'A list in this store is too long to be shown.');
      }
      rows.push(values);
    });
    return rows;
  }

  /** The first row, or undefined. */
  first(sql: string, params: readonly BindValue[] = []): SqlValue[] | undefined {
    return this.query(sql, params)[0];
  }

  /** `make`'s value, kept for as long as nobody commits. It must depend on the store and the key alone. */
  memo<T>(key: string, make: () => T): T {
    const { memo } = this.snapshot;
    if (!memo.has(key)) {
      memo.set(key, make());
    }
    return memo.get(key) as T;
  }

  private run(sql: string, params: readonly BindValue[], row: (row: Row) => void): void {
    const statement = this.connection.prepare(sql);
    statement.bind(params);
    try {
      for (let count = 0; statement.step(); count++) {
        if ((count & 255) === 255 && this.snapshot.isCancelled()) {
          throw cancelled();
        }
        row(statement);
      }
    } finally {
      statement.reset();
    }
  }
}
