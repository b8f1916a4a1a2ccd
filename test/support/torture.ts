/** Reads a store while real SQLite writers change it, and holds every read against the states that they logged. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../scripts/workerBundle';
import { LiveDatabase } from '../../src/stores/sqlite/database';
import { Engine } from '../../src/stores/sqlite/engine';
import type { Reader } from '../../src/stores/sqlite/reader';
import { Session } from '../../src/stores/sqlite/session';
import { toStoreError } from '../../src/mlflow/errors';
import { CONTROL } from '../../src/worker/control';

export interface TortureOptions {
  /** A store of a real MLflow; it is changed. */
  file: string;
  mode: 'delete' | 'truncate' | 'persist' | 'wal' | 'mixed';
  writers: number;
  /** Accepted reads after which it ends. */
  reads: number;
  seed: number;
  syncOff?: boolean;
  /** Mean pause of a writer between transactions, ms. */
  pause?: number;
  /** At least so many kills, states too: a fast machine reads on until there were. */
  leastKills?: number;
  leastStates?: number;
  /** Mean time between two kills of a writer by SIGKILL, ms. */
  killEvery?: number;
  /** How long a writer waits for another's lock, s. */
  timeout?: number;
}

export interface TortureReport {
  accepted: number;
  /** Reads that equal no committed state, or one older than the last commit before them. */
  wrong: string[];
  /** Reads that gave up, with their sentence. */
  failed: string[];
  states: number;
  kills: number;
  counts: { commits: number; rollbacks: number; locked: number; checkpoints: number; vacuums: number };
  /** Times of the accepted reads, ms, ascending. */
  times: number[];
  /** Lines of /proc/locks that name this process, seen right after a read; empty where there is no /proc. */
  locks: string[];
}

const WRITER = path.join(__dirname, 'tortureWriter.py');

/** A session in this thread, on the same code that the worker runs. `control` counts the pages that it reads. */
export async function openSession(
  file: string,
  control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length)),
): Promise<Session> {
  const wasm = fs.readFileSync(path.join(workerBundle(), 'sql-wasm.wasm'));
  return new Session(await Engine.load(new Uint8Array(wasm)), new LiveDatabase(file), control, 'default');
}

/** The whole changing part of the store, as tortureWriter.py sums it up. */
export function readState(reader: Reader): { n: number; digest: string } {
  const n = Number(
    reader.first('SELECT last_update_time FROM experiments WHERE experiment_id = 0')?.[0] ?? NaN,
  );
  const digest = createHash('md5').update(`${n}\n`);
  reader.each('SELECT run_uuid, key, value FROM params ORDER BY run_uuid, key', [], (row) =>
    digest.update(`${row.text(0)}|${row.text(1)}|${row.text(2)}\n`),
  );
  return { n, digest: digest.digest('hex') };
}

/** Makes a store ready: no params, state number 0, the journal mode. */
export async function prepareTorture(file: string, mode: string): Promise<void> {
  const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("DELETE FROM params")
db.execute("UPDATE experiments SET last_update_time = 0 WHERE experiment_id = 0")
db.execute("PRAGMA journal_mode=" + ("delete" if sys.argv[2] == "mixed" else sys.argv[2]))`;
  await ended(spawn('python3', ['-c', script, file, mode], { stdio: 'inherit' }));
}

export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { file, reads } = options;
  await prepareTorture(file, options.mode);
  const log = `${file}.log`;
  fs.writeFileSync(log, '');
  const writers = new Writers(options, log);
  const session = await openSession(file);
  const seen: { n: number; digest: string; least: number }[] = [];
  const failed: string[] = [];
  const times: number[] = [];
  const locks: string[] = [];
  try {
    writers.start();
    await writers.firstCommit();
    writers.startKilling();
    const enough = (): boolean =>
      seen.length >= reads &&
      writers.kills >= (options.leastKills ?? 0) &&
      writers.lastCommit() - first >= (options.leastStates ?? 0);
    const first = writers.lastCommit();
    while (!enough() && failed.length < reads) {
      const least = writers.lastCommit();
      const started = performance.now();
      try {
        // Now and then the whole structure is proven sound, not only the rows.
        const whole = seen.length % 20 === 0;
        seen.push({
          ...session.run(0, (reader) => {
            if (whole) {
              const verdict = reader.first('PRAGMA integrity_check(1)')?.[0];
              if (verdict !== 'ok') {
                return { n: NaN, digest: `integrity_check: ${String(verdict)}` };
              }
            }
            return readState(reader);
          }),
          least,
        });
        times.push(performance.now() - started);
        locks.push(...ownLocks());
      } catch (error) {
        failed.push(toStoreError(error).message);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  } finally {
    session.close();
    await writers.stop();
  }
  // The last commit may be one whose writer was killed before it could log it.
  await ended(spawn('python3', [WRITER, file, log, `${file}.slot0`, '--look'], { stdio: 'inherit' }));
  const states = new Set(fs.readFileSync(log, 'utf8').split('\n'));
  const wrong = seen
    .filter(({ n, digest, least }) => !states.has(`${n} ${digest}`) || n < least)
    .map(({ n, digest, least }) => `${n} ${digest} (at least ${least})`);
  return {
    accepted: seen.length,
    wrong,
    failed,
    states: states.size - 1,
    kills: writers.kills,
    counts: writers.counts,
    times: times.sort((a, b) => a - b),
    locks,
  };
}

/** What the kernel knows of locks held by this process; the session keeps its files open, and so would a lock be. */
export function ownLocks(): string[] {
  return fs.existsSync('/proc/locks')
    ? fs
        .readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter((line) => line.split(/\s+/)[4] === String(process.pid))
    : [];
}

class Writers {
  kills = 0;
  readonly counts = { commits: 0, rollbacks: 0, locked: 0, checkpoints: 0, vacuums: 0 };
  private readonly children = new Map<number, ChildProcess>();
  private readonly commitAtStart = new Map<number, number>();
  private readonly slots: string[];
  private timer: NodeJS.Timeout | undefined;
  private seed: number;
  private stopping = false;

  constructor(
    private readonly options: TortureOptions,
    private readonly log: string,
  ) {
    this.seed = options.seed;
    this.slots = Array.from({ length: options.writers }, (_, i) => `${options.file}.slot${i}`);
    this.slots.forEach((slot) => fs.writeFileSync(slot, Buffer.alloc(8)));
  }

  start(): void {
    this.slots.forEach((_, index) => this.spawn(index));
  }

  /** From now on one is killed now and then. */
  startKilling(): void {
    if (this.options.killEvery !== undefined) {
      this.scheduleKill(this.options.killEvery);
    }
  }

  /** The greatest number whose COMMIT had returned. */
  lastCommit(): number {
    return Math.max(...this.slots.map((_, index) => this.commitOf(index)));
  }

  private commitOf(index: number): number {
    return Number(fs.readFileSync(this.slots[index]!).readBigInt64LE());
  }

  async firstCommit(): Promise<void> {
    for (let waited = 0; this.lastCommit() === 0; waited += 10) {
      if (waited > 20_000) {
        throw new Error('No writer committed anything.');
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await Promise.all(
      [...this.children.values()].map((child) => {
        const end = ended(child);
        child.kill('SIGTERM');
        return end;
      }),
    );
  }

  private spawn(index: number): void {
    const { file, mode, syncOff, pause, timeout } = this.options;
    const flags = ['--mode', mode, '--seed', String(this.seed++)];
    if (syncOff) {
      flags.push('--sync-off');
    }
    if (pause !== undefined) {
      flags.push('--pause', String(pause));
    }
    if (timeout !== undefined) {
      flags.push('--timeout', String(timeout));
    }
    const child = spawn('python3', [WRITER, file, this.log, this.slots[index]!, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.set(index, child);
    this.commitAtStart.set(index, this.commitOf(index));
    let printed = '';
    child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
    child.once('close', () => {
      // One that was killed prints nothing, or not all.
      if (printed.endsWith('}\n')) {
        const counted = JSON.parse(printed) as TortureReport['counts'];
        for (const key of Object.keys(this.counts) as (keyof typeof counted)[]) {
          this.counts[key] += counted[key];
        }
      }
    });
  }

  private scheduleKill(every: number): void {
    this.timer = setTimeout(
      () => {
        const index = Math.floor(Math.random() * this.slots.length);
        const victim = this.children.get(index);
        // On a busy machine Python may take longer to start than it would live.
        if (victim && this.commitOf(index) !== this.commitAtStart.get(index)) {
          this.kills++;
          void ended(victim).then(() => {
            if (!this.stopping) {
              this.spawn(index);
            }
          });
          victim.kill('SIGKILL');
        }
        this.scheduleKill(every);
      },
      every * (0.5 + Math.random()),
    );
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
    } else {
      child.once('close', () => resolve());
    }
  });
}
