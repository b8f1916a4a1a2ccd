/** Damaged copies of a store, and what two readers make of each: ours, and python's sqlite3 on the same bytes. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import type { Readable, Writable } from 'node:stream';

type Child = ChildProcessByStdio<Writable, Readable, null>;

export interface Damaged {
  kind: string;
  database: Buffer;
  journal?: Buffer;
  wal?: Buffer;
}

/** A small random generator (mulberry32), so that a case can be made again from its number. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Damage = (copy: Buffer, rnd: (below: number) => number, pageSize: number) => Partial<Damaged>;

const pageAt = (copy: Buffer, page: number, pageSize: number): Buffer =>
  copy.subarray(page * pageSize, (page + 1) * pageSize);

const KINDS: Record<string, Damage> = {
  'bytes flipped': (copy, rnd) => {
    for (let i = rnd(8) + 1; i > 0; i--) {
      copy[rnd(copy.length)]! ^= 1 << rnd(8);
    }
    return {};
  },
  'page header overwritten': (copy, rnd, pageSize) => {
    const page = pageAt(copy, 1 + rnd(copy.length / pageSize - 1), pageSize);
    for (let i = rnd(4) + 1; i > 0; i--) {
      page[rnd(16)] = rnd(256);
    }
    return {};
  },
  'page zeroed': (copy, rnd, pageSize) => {
    pageAt(copy, rnd(copy.length / pageSize), pageSize).fill(0);
    return {};
  },
  'pages swapped': (copy, rnd, pageSize) => {
    const a = pageAt(copy, 1 + rnd(copy.length / pageSize - 1), pageSize);
    const b = pageAt(copy, 1 + rnd(copy.length / pageSize - 1), pageSize);
    const kept = Buffer.from(a);
    a.set(b);
    b.set(kept);
    return {};
  },
  'page copied over another': (copy, rnd, pageSize) => {
    const from = pageAt(copy, 1 + rnd(copy.length / pageSize - 1), pageSize);
    pageAt(copy, 1 + rnd(copy.length / pageSize - 1), pageSize).set(from);
    return {};
  },
  truncated: (copy, rnd) => ({ database: copy.subarray(0, rnd(copy.length)) }),
  'header forged': (copy, rnd) => {
    const field = [16, 18, 19, 20, 21, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 92, 96][rnd(17)]!;
    for (let i = 0; i < 1 + rnd(4); i++) {
      copy[field + i] = rnd(3) === 0 ? rnd(4) : rnd(256);
    }
    return {};
  },
  'journal forged': (copy, rnd, pageSize) => ({ journal: forgeJournal(copy, rnd, pageSize) }),
  'log forged': (copy, rnd, pageSize) => ({ wal: forgeWal(copy, rnd, pageSize) }),
};

/** The damage with this number, of a sound database. */
export function damaged(sound: Buffer, seed: number): Damaged {
  const rnd = random(seed);
  const names = Object.keys(KINDS);
  const kind = names[seed % names.length]!;
  const copy = Buffer.from(sound);
  const stored = copy.readUInt16BE(16);
  return { kind, database: copy, ...KINDS[kind]!(copy, rnd, stored === 1 ? 65536 : stored) };
}

/** A page of the database with a few bytes changed. */
function forgedPage(copy: Buffer, page: number, pageSize: number, rnd: (below: number) => number): Buffer {
  const image = Buffer.from(pageAt(copy, page - 1, pageSize));
  for (let i = rnd(4); i > 0; i--) {
    image[rnd(pageSize)] = rnd(256);
  }
  return image;
}

function forgeJournal(copy: Buffer, rnd: (below: number) => number, pageSize: number): Buffer {
  const pages = copy.length / pageSize;
  const sector = Buffer.alloc(512);
  const records = 1 + rnd(12);
  const nonce = rnd(0xffffffff);
  sector.set([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
  sector.writeUInt32BE(rnd(6) === 0 ? rnd(40) : rnd(6) === 0 ? 0xffffffff : records, 8);
  sector.writeUInt32BE(nonce, 12);
  sector.writeUInt32BE(rnd(5) === 0 ? rnd(pages * 2) : pages, 16);
  sector.writeUInt32BE(rnd(12) === 0 ? 1 << rnd(20) : 512, 20);
  sector.writeUInt32BE(rnd(12) === 0 ? 1 << rnd(20) : pageSize, 24);
  const parts: Buffer[] = [sector];
  for (let i = 0; i < records; i++) {
    const page = 1 + rnd(pages);
    const image = forgedPage(copy, page, pageSize, rnd);
    let sum = nonce;
    for (let at = pageSize - 200; at > 0; at -= 200) {
      sum = (sum + image[at]!) >>> 0;
    }
    const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
    head.writeUInt32BE(rnd(20) === 0 ? rnd(pages * 2) : page);
    tail.writeUInt32BE(rnd(20) === 0 ? 1 : sum);
    parts.push(head, image, tail);
  }
  const journal = Buffer.concat(parts);
  return rnd(5) === 0 ? journal.subarray(0, rnd(journal.length)) : journal;
}

function forgeWal(copy: Buffer, rnd: (below: number) => number, pageSize: number): Buffer {
  const pages = copy.length / pageSize;
  const header = Buffer.alloc(32);
  const bigEndian = rnd(2) === 1;
  header.writeUInt32BE(0x377f0682 + (bigEndian ? 1 : 0), 0);
  header.writeUInt32BE(rnd(20) === 0 ? rnd(0xffffffff) : 3007000, 4);
  header.writeUInt32BE(rnd(20) === 0 ? 1 << rnd(20) : pageSize, 8);
  header.writeUInt32BE(rnd(0xffffffff), 16);
  header.writeUInt32BE(rnd(0xffffffff), 20);
  const sum: [number, number] = [0, 0];
  const add = (bytes: Buffer): void => {
    for (let i = 0; i < bytes.length; i += 8) {
      const a = bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i);
      const b = bigEndian ? bytes.readUInt32BE(i + 4) : bytes.readUInt32LE(i + 4);
      sum[0] = (sum[0] + a + sum[1]) >>> 0;
      sum[1] = (sum[1] + b + sum[0]) >>> 0;
    }
  };
  add(header.subarray(0, 24));
  header.writeUInt32BE(sum[0], 24);
  header.writeUInt32BE(sum[1], 28);
  const parts: Buffer[] = [header];
  const frames = 1 + rnd(12);
  for (let i = 0; i < frames; i++) {
    const page = 1 + rnd(pages);
    const image = forgedPage(copy, page, pageSize, rnd);
    const head = Buffer.alloc(24);
    head.writeUInt32BE(rnd(20) === 0 ? rnd(pages * 2) : page, 0);
    head.writeUInt32BE(i === frames - 1 || rnd(4) === 0 ? (rnd(10) === 0 ? rnd(pages * 2) : pages) : 0, 4);
    header.copy(head, 8, 16, 24);
    add(head.subarray(0, 8));
    add(image);
    head.writeUInt32BE(sum[0], 16);
    head.writeUInt32BE(rnd(30) === 0 ? 7 : sum[1], 20);
    parts.push(head, image);
  }
  const wal = Buffer.concat(parts);
  return rnd(5) === 0 ? wal.subarray(0, rnd(wal.length)) : wal;
}

/** Writes the files of a damaged store and removes what another left. */
export function writeDamaged(file: string, { database, journal, wal }: Damaged): void {
  fs.rmSync(`${file}-shm`, { force: true });
  fs.writeFileSync(file, database);
  for (const [suffix, bytes] of [
    ['-journal', journal],
    ['-wal', wal],
  ] as const) {
    if (bytes) {
      fs.writeFileSync(file + suffix, bytes);
    } else {
      fs.rmSync(file + suffix, { force: true });
    }
  }
}

/** What is asked of both readers; the ids are of the sound store. */
export function statements(runId: string, key: string): string[] {
  const tables = ['experiments', 'runs', 'params', 'tags', 'metrics', 'latest_metrics', 'model_versions'];
  return [
    ...tables.map((table) => `SELECT * FROM ${table}`),
    `SELECT key, value FROM params WHERE run_uuid = '${runId}'`,
    `SELECT key, value FROM params WHERE key = '${key}'`,
    `SELECT value FROM metrics WHERE run_uuid = '${runId}'`,
    `SELECT count(*) FROM tags`,
  ];
}

/** Per statement: a digest of the rows, or null for an error. */
export interface Verdict {
  answers: (string | null)[];
  /** Ours: why nothing was asked. */
  refused?: { code: string; message: string };
  errors: string[];
  milliseconds: number;
  /** The most memory that the reader's process ever had, MB. */
  peak: number;
}

/** A reader in a process of its own: a line with `{file, statements}` in, a line with a Verdict out. */
export class DamageReader {
  private child: Child | undefined;
  private waiting: ((line: string | null) => void) | undefined;

  constructor(private readonly command: string[]) {}

  /** null if the process ended or did not answer within `limit` ms; it is replaced then. */
  async ask(file: string, asked: string[], limit: number): Promise<Verdict | null> {
    const child = this.child ?? this.start();
    const line = await new Promise<string | null>((resolve) => {
      const timer = setTimeout(() => {
        this.child = undefined;
        child.kill('SIGKILL');
        resolve(null);
      }, limit);
      this.waiting = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      child.stdin.write(`${JSON.stringify({ file, statements: asked })}\n`);
    });
    return line === null ? null : (JSON.parse(line) as Verdict);
  }

  close(): void {
    this.child?.stdin.end();
    this.child = undefined;
  }

  private start(): Child {
    const child = spawn(this.command[0]!, this.command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child = child;
    readline.createInterface({ input: child.stdout }).on('line', (line) => this.waiting?.(line));
    child.on('exit', () => {
      if (this.child === child) {
        this.child = undefined;
        this.waiting?.(null);
      }
    });
    return child;
  }
}

export const ourReader = (): DamageReader =>
  new DamageReader([process.execPath, '--import', 'tsx', path.join(__dirname, 'damageReader.ts')]);
export const pythonReader = (): DamageReader =>
  new DamageReader(['python3', path.join(__dirname, 'damageReader.py')]);
