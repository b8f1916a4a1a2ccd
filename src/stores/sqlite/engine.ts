import initSqlJs from 'sql.js';
import { StoreError } from '../../mlflow/errors';
import { restOf } from '../../mlflow/wholeNumbers';

export type SqlValue = string | number | Uint8Array | null;
export type BindValue = string | number | null;

/** What sql.js's file system asks of the object that stands in for the bytes of a database file. */
export interface PagedBytes {
  length: number;
  slice(start: number, end: number): PagedBytes;
  subarray(start: number, end: number): Uint8Array;
  set(): void;
}

/** SQLite's C functions as sql.js's module exports them; pointers are numbers. */
interface SqliteApi {
  Database: new (data: PagedBytes) => { close(): void };
  _sqlite3_prepare_v2(db: number, sql: number, length: number, out: number, tail: number): number;
  _sqlite3_step(statement: number): number;
  _sqlite3_reset(statement: number): number;
  _sqlite3_finalize(statement: number): number;
  _sqlite3_bind_double(statement: number, index: number, value: number): number;
  _sqlite3_bind_text(statement: number, index: number, text: number, bytes: number, free: number): number;
  _sqlite3_clear_bindings(statement: number): number;
  _sqlite3_column_count(statement: number): number;
  _sqlite3_column_type(statement: number, column: number): number;
  _sqlite3_column_double(statement: number, column: number): number;
  _sqlite3_column_text(statement: number, column: number): number;
  _sqlite3_column_blob(statement: number, column: number): number;
  _sqlite3_column_bytes(statement: number, column: number): number;
  _sqlite3_errmsg(db: number): number;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  UTF8ToString(pointer: number): string;
}

const ROW = 100;
const DONE = 101;
const NOMEM = 7;
const CORRUPT = 11;
const NOTADB = 26;
const TRANSIENT = -1;

/** WASM pages of 64 KiB: what SQLite may allocate before a query fails, so that a hostile file stays bounded. */
const MEMORY_LIMIT_PAGES = (192 * 1024 * 1024) / 65536;

/** sql.js loaded into this thread. */
export class Engine {
  private view: Buffer;

  private constructor(
    readonly api: SqliteApi,
    private readonly memory: WebAssembly.Memory,
  ) {
    this.view = Buffer.from(memory.buffer);
  }

  private static loaded: Promise<Engine> | undefined;

  /**
   * Once per thread: sql.js itself keeps the module that it made first.
   *
   * @param wasm the bytes of sql.js's sql-wasm.wasm
   */
  static load(wasm: Uint8Array<ArrayBuffer>): Promise<Engine> {
    Engine.loaded ??= Engine.instantiate(wasm);
    return Engine.loaded;
  }

  private static async instantiate(wasm: Uint8Array<ArrayBuffer>): Promise<Engine> {
    let memory: WebAssembly.Memory | undefined;
    const config = {
      useOldExtensionFunctions: false,
      instantiateWasm(
        imports: WebAssembly.Imports,
        done: (instance: WebAssembly.Instance) => void,
      ): Record<string, never> {
        void WebAssembly.instantiate(wasm, imports).then(({ instance }) => {
          memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
          if (memory) {
            limitMemory(memory);
          }
          done(instance);
        });
        return {};
      },
    };
    const module: unknown = await initSqlJs(config);
    if (!memory) {
      throw new StoreError('INTERNAL_ERROR', 'This sql.js exports no memory.');
    }
    return new Engine(module as SqliteApi, memory);
  }

  /** Opens the database that `bytes` answers page by page. */
  open(bytes: PagedBytes): Connection {
    const database = new this.api.Database(bytes);
    // sql.js keeps sqlite3's pointer in a property whose name its minifier chose.
    const pointer = (Object.values(database) as unknown[]).find((value) => typeof value === 'number');
    if (pointer === undefined) {
      throw new StoreError('INTERNAL_ERROR', 'This sql.js keeps no pointer to its database.');
    }
    return new Connection(this, database, pointer);
  }

  /** Bytes of WASM memory in use by this thread. */
  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** WASM memory, until it grows. */
  heap(): Buffer {
    if (this.view.buffer !== this.memory.buffer) {
      this.view = Buffer.from(this.memory.buffer);
    }
    return this.view;
  }

  pointerAt(address: number): number {
    return new DataView(this.memory.buffer).getInt32(address, true);
  }

  /** Copies `text` to WASM memory, ended by a NUL. The caller frees it. */
  toHeap(text: string): { pointer: number; bytes: number } {
    const encoded = Buffer.from(text, 'utf8');
    const pointer = this.api._malloc(encoded.length + 1);
    if (pointer === 0) {
      throw new StoreError('INTERNAL_ERROR', 'SQLite ran out of memory.');
    }
    const heap = this.heap();
    heap.set(encoded, pointer);
    heap[pointer + encoded.length] = 0;
    return { pointer, bytes: encoded.length };
  }
}

function limitMemory(memory: WebAssembly.Memory): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages: number) => {
    if (memory.buffer.byteLength / 65536 + pages > MEMORY_LIMIT_PAGES) {
      throw new RangeError('memory limit');
    }
    return grow(pages);
  };
}

/** An error of SQLite itself, before it is put into a sentence for the user. */
export class SqliteError extends Error {
  constructor(
    readonly resultCode: number,
    message: string,
  ) {
    super(message);
  }

  /** Whether the file, rather than the statement, is at fault. */
  get isDamage(): boolean {
    const primary = this.resultCode & 0xff;
    return primary === CORRUPT || primary === NOTADB;
  }

  get isOutOfMemory(): boolean {
    return (this.resultCode & 0xff) === NOMEM;
  }
}

/** One open database. Not for use after `close`. */
export class Connection {
  private readonly statements = new Map<string, Prepared>();

  constructor(
    private readonly engine: Engine,
    private readonly database: { close(): void },
    private readonly pointer: number,
  ) {}

  /** A compiled statement, kept for the next time the same text is asked for. */
  prepare(sql: string): Prepared {
    const known = this.statements.get(sql);
    if (known) {
      return known;
    }
    const { api } = this.engine;
    const text = this.engine.toHeap(sql);
    const out = api._malloc(4);
    try {
      const code = api._sqlite3_prepare_v2(this.pointer, text.pointer, text.bytes, out, 0);
      if (code !== 0) {
        throw this.error(code);
      }
      const prepared = new Prepared(this.engine, this, this.engine.pointerAt(out));
      this.statements.set(sql, prepared);
      return prepared;
    } finally {
      api._free(out);
      api._free(text.pointer);
    }
  }

  error(code: number): SqliteError {
    return new SqliteError(code, this.engine.api.UTF8ToString(this.engine.api._sqlite3_errmsg(this.pointer)));
  }

  close(): void {
    for (const statement of this.statements.values()) {
      statement.finalize();
    }
    this.statements.clear();
    this.database.close();
  }
}

/** Texts up to this length are looked at before they are decoded: a status or a user is often that of the row before. */
const SHORT = 16;

/** Whether the bytes are those of a text of ASCII alone. */
function isAscii(text: string, heap: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) {
    return false;
  }
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== heap[start + i]) {
      return false;
    }
  }
  return true;
}

/** A compiled statement; after `step` returned true, the accessors answer the row's columns, from 0. */
export class Prepared {
  readonly columnCount: number;
  private readonly lastTexts: (string | undefined)[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly connection: Connection,
    private readonly pointer: number,
  ) {
    this.columnCount = engine.api._sqlite3_column_count(pointer);
  }

  bind(params: readonly BindValue[]): void {
    const { api } = this.engine;
    api._sqlite3_reset(this.pointer);
    api._sqlite3_clear_bindings(this.pointer);
    params.forEach((value, index) => {
      if (typeof value === 'number') {
        api._sqlite3_bind_double(this.pointer, index + 1, value);
      } else if (value !== null) {
        const text = this.engine.toHeap(value);
        const code = api._sqlite3_bind_text(this.pointer, index + 1, text.pointer, text.bytes, TRANSIENT);
        api._free(text.pointer);
        if (code !== 0) {
          throw this.connection.error(code);
        }
      }
    });
  }

  /** Whether there is a (further) row. */
  step(): boolean {
    const code = this.engine.api._sqlite3_step(this.pointer);
    if (code !== ROW && code !== DONE) {
      const error = this.connection.error(code);
      this.reset();
      throw error;
    }
    return code === ROW;
  }

  /** Ends the reading, so that no cursor stays open. */
  reset(): void {
    this.engine.api._sqlite3_reset(this.pointer);
  }

  isNull(column: number): boolean {
    return this.engine.api._sqlite3_column_type(this.pointer, column) === 5;
  }

  /** SQLite's own conversion: NULL, texts that are no numbers, and blobs are 0. */
  number(column: number): number {
    return this.engine.api._sqlite3_column_double(this.pointer, column);
  }

  /** What the whole number of a column has beyond the one that it was read as (mlflow/wholeNumbers.ts). */
  rest(column: number, read: number): number {
    return Number.isSafeInteger(read) ? 0 : restOf(this.text(column));
  }

  /** SQLite's own conversion to text; NULL is ''. NULs inside are kept. */
  text(column: number): string {
    const { api } = this.engine;
    const pointer = api._sqlite3_column_text(this.pointer, column);
    if (pointer === 0) {
      return '';
    }
    const heap = this.engine.heap();
    const end = pointer + api._sqlite3_column_bytes(this.pointer, column);
    const last = this.lastTexts[column];
    if (last !== undefined && isAscii(last, heap, pointer, end)) {
      return last;
    }
    // The module's own UTF8ToString takes ten times as long.
    const text = heap.toString('utf8', pointer, end);
    this.lastTexts[column] = text.length <= SHORT ? text : undefined;
    return text;
  }

  /** A whole number that JavaScript's numbers do not hold is its digits. */
  value(column: number): SqlValue {
    const { api } = this.engine;
    switch (api._sqlite3_column_type(this.pointer, column)) {
      case 1: {
        const number = this.number(column);
        return Number.isSafeInteger(number) ? number : this.text(column);
      }
      case 2:
        return this.number(column);
      case 3:
        return this.text(column);
      case 4: {
        const pointer = api._sqlite3_column_blob(this.pointer, column);
        const bytes = api._sqlite3_column_bytes(this.pointer, column);
        return Uint8Array.prototype.slice.call(this.engine.heap(), pointer, pointer + bytes);
      }
      default:
        return null;
    }
  }

  values(): SqlValue[] {
    return Array.from({ length: this.columnCount }, (_, column) => this.value(column));
  }

  finalize(): void {
    this.engine.api._sqlite3_finalize(this.pointer);
  }
}
