import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fieldsOf } from '../../mlflow/shape';
import type { HistoryRows } from '../../series/history';
import { openIfThere, readInto } from '../disk';
import type { HistoryKey } from '../historySource';

export interface HistoryCacheOptions {
  /** In the extension's storage. */
  folder: string;
  /** Whose histories: the server's URI and who is signed in. No credentials. */
  owner: string;
  /** Of all files, bytes; 128 MB if missing. */
  most?: number;
  now?(this: void): number;
}

const MOST = 128 * 1024 * 1024;
/** Once there is too much, so much of it is left. */
const LEFT = 0.9;
/** Shorter ones come whole with the first picture. */
const SHORTEST = 500;
/** Longer ones are not kept. */
const LONGEST = 1_000_000;
/** What is older is read again: points may have come after the run had ended, ms. */
const OLDEST = 24 * 60 * 60 * 1000;
const VERSION = 1;
/** Of the line before the columns. */
const HEAD = 4096;
const COLUMNS = ['steps', 'timestamps', 'values', 'stepRests', 'timestampRests'] as const;

/**
 * Whole histories of ended runs, a file each, for the next window. A cache: what is damaged, of another state of the run
 * or of another version is none, and what cannot be written is not kept. In a worker, as it reads at once.
 */
export class HistoryCache {
  private bytes: number | null = null;
  private readonly now: () => number;

  constructor(private readonly options: HistoryCacheOptions) {
    this.now = options.now ?? Date.now;
  }

  /** @param state what tells that the history is the same as when it was kept; null where it is not kept */
  read(key: HistoryKey, state: string): HistoryRows | null {
    const file = this.fileOf(key);
    try {
      const rows = readFile(file, this.signOf(state), this.now() - OLDEST);
      if (rows) {
        const time = this.now() / 1000;
        fs.utimesSync(file, time, time);
      }
      return rows;
    } catch {
      return null;
    }
  }

  keep(key: HistoryKey, state: string, rows: HistoryRows): void {
    const count = rows.values.length;
    if (count < SHORTEST || count > LONGEST) {
      return;
    }
    const file = this.fileOf(key);
    const whole = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
    try {
      fs.mkdirSync(this.options.folder, { recursive: true });
      const content = contentOf(rows, this.signOf(state), this.now());
      fs.writeFileSync(whole, content, { flag: 'wx', mode: 0o600 });
      fs.renameSync(whole, file);
      this.bytes = (this.bytes ?? this.measure()) + content.length;
      this.makeRoom();
    } catch {
      remove(whole);
    }
  }

  private signOf(state: string): string {
    return createHash('sha256').update(state).digest('hex');
  }

  private fileOf({ runId, key }: HistoryKey): string {
    const name = JSON.stringify([this.options.owner, runId, key]);
    return path.join(this.options.folder, `${createHash('sha256').update(name).digest('hex')}.history`);
  }

  private measure(): number {
    return this.files().reduce((sum, { size }) => sum + size, 0);
  }

  /** The longest unused first. */
  private files(): { file: string; size: number; used: number }[] {
    return fs
      .readdirSync(this.options.folder)
      .flatMap((name) => {
        const file = path.join(this.options.folder, name);
        const stat = fs.lstatSync(file, { throwIfNoEntry: false });
        return stat?.isFile() ? [{ file, size: stat.size, used: stat.mtimeMs }] : [];
      })
      .sort((a, b) => a.used - b.used);
  }

  private makeRoom(): void {
    const most = this.options.most ?? MOST;
    if ((this.bytes ?? 0) <= most) {
      return;
    }
    const files = this.files();
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { file, size } of files) {
      if (bytes <= most * LEFT) {
        break;
      }
      remove(file);
      bytes -= size;
    }
    this.bytes = bytes;
  }
}

/** What cannot be removed stays: it is a cache. */
function remove(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // The folder is none, or not ours.
  }
}

function contentOf(rows: HistoryRows, state: string, readAt: number): Buffer {
  const columns = COLUMNS.filter((name) => rows[name] !== undefined);
  const parts = columns.map((name) => Buffer.from(Float64Array.from(rows[name]!).buffer));
  const data = Buffer.concat(parts);
  const head = { version: VERSION, state, readAt, count: rows.values.length, columns, hash: hashOf(data) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), data]);
}

function readFile(file: string, state: string, oldest: number): HistoryRows | null {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) {
    return null;
  }
  try {
    const { size } = fs.fstatSync(descriptor);
    const start = new Uint8Array(Math.min(HEAD, size));
    readInto(descriptor, start, 0);
    const length = start.indexOf('\n'.charCodeAt(0)) + 1;
    const head = fieldsOf(JSON.parse(new TextDecoder().decode(start.subarray(0, length))));
    const { count, columns: names, readAt } = head;
    const columns = COLUMNS.filter((name) => Array.isArray(names) && names.includes(name));
    const isOurs =
      head['version'] === VERSION &&
      head['state'] === state &&
      typeof readAt === 'number' &&
      readAt >= oldest &&
      typeof count === 'number' &&
      Number.isInteger(count) &&
      count >= 0 &&
      count <= LONGEST &&
      columns.length >= 3 &&
      size === length + count * columns.length * Float64Array.BYTES_PER_ELEMENT;
    if (!isOurs) {
      return null;
    }
    const data = new Uint8Array(size - length);
    readInto(descriptor, data, length);
    if (hashOf(data) !== head['hash']) {
      return null;
    }
    const column = (name: (typeof COLUMNS)[number]): Float64Array =>
      new Float64Array(data.buffer, columns.indexOf(name) * count * Float64Array.BYTES_PER_ELEMENT, count);
    return {
      ...{ steps: column('steps'), timestamps: column('timestamps'), values: column('values') },
      ...(columns.includes('stepRests') ? { stepRests: column('stepRests') } : {}),
      ...(columns.includes('timestampRests') ? { timestampRests: column('timestampRests') } : {}),
    };
  } finally {
    fs.closeSync(descriptor);
  }
}

function hashOf(data: Uint8Array): string {
  return createHash('sha1').update(data).digest('hex');
}
