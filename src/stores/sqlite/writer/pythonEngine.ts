import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import * as readline from 'node:readline';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../../../mlflow/errors';
import { findExecutable } from '../../../worker/executable';
import { EngineLost, SqlError, type Row, type SqlEngine, type SqlValue } from './engine';

/**
 * Executes what it is told, one JSON line in, one out, with the number that it came with: what is written is decided on this side only. Ends, and
 * so rolls back, when its input ends.
 */
const EXECUTOR = `
import json, sqlite3, sys
number = 0
def say(answer):
    answer["number"] = number
    sys.stdout.write(json.dumps(answer) + "\\n")
    sys.stdout.flush()
say({"python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version})
database = None
for line in sys.stdin.buffer:
    try:
        job = json.loads(line.decode("utf-8"))
        number = job["number"]
        if database is None:
            database = sqlite3.connect(job["open"], uri=True, isolation_level=None, timeout=0)
            database.text_factory = lambda data: data.decode("utf-8", "replace")
            say({"rows": [], "changes": 0})
            continue
        cursor = database.execute(job["sql"], job["parameters"])
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row)) for row in cursor.fetchall()] if names else []
        say({"rows": rows, "changes": max(cursor.rowcount, 0)})
    except sqlite3.Error as error:
        say({"error": str(error), "code": getattr(error, "sqlite_errorcode", None)})
`;

interface Answer {
  /** Of what it answers; 0 for the greeting. */
  number: number;
  rows?: Row[];
  changes?: number;
  error?: string;
  code?: number | null;
  python?: string;
  sqlite?: string;
}

/** How long a Python is waited for, ms. */
export interface PythonLimits {
  /** Until it says that it is one: a cold start from a network disk takes seconds. */
  start: number;
  /** For one statement, which may itself wait for a lock as long as MLflow does. */
  answer: number;
}

/** Longer than a statement takes, shorter than the host's own patience with a cancelled writer, ms. */
const CANCEL_GRACE = 3000;
/** A wrapper may print lines of its own among the answers; one that prints without end is none. */
const OTHER_LINES = 100;
const LIMITS: PythonLimits = { start: 10_000, answer: 60_000 };

/**
 * Opens an existing file through the first of `interpreters` that is a Python 3 with sqlite3; null where none
 * is. Throws SqlError where it cannot open the file, and StoreError where one of them is there, but never answers.
 *
 * @param cancelled ends the wait for a Python to start
 */
export async function openWithPython(
  file: string,
  interpreters: readonly string[],
  cancelled?: AbortSignal,
  limits = LIMITS,
): Promise<SqlEngine | null> {
  const silent: string[] = [];
  for (const interpreter of interpreters) {
    const connection = await Connection.start(interpreter, limits, cancelled);
    if (cancelled?.aborted) {
      if (connection instanceof Connection) {
        connection.close();
      }
      throw new StoreError('CANCELLED', 'Canceled: nothing was changed.');
    }
    if (connection === 'silent') {
      silent.push(interpreter);
    } else if (connection) {
      const url = pathToFileURL(file);
      url.searchParams.set('mode', 'rw');
      try {
        await connection.ask({ open: url.href });
      } catch (error) {
        connection.close();
        throw error;
      }
      return connection;
    }
  }
  if (silent.length > 0) {
    throw new StoreError(
      'UNSUPPORTED',
      `${silent.join(' and ')} did not start within ${limits.start / 1000} s: nothing was changed. ` +
        'Set "mlflowLens.pythonPath" to a Python 3 that does.',
    );
  }
  return null;
}

class Connection implements SqlEngine {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly answers: AsyncIterator<string>,
    private readonly limit: number,
  ) {}

  private asked = 0;

  /** null where the interpreter does not exist or is none; 'silent' where it says nothing in time. */
  static async start(
    interpreter: string,
    limits: PythonLimits,
    cancelled?: AbortSignal,
  ): Promise<Connection | 'silent' | null> {
    const program = findExecutable(interpreter);
    if (program === null) {
      return null;
    }
    // -I -S: neither the working directory nor the environment decides which modules are loaded.
    const child = spawn(program, ['-I', '-S', '-c', EXECUTOR], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    child.stderr.resume();
    child.stdin.on('error', () => undefined);
    const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const missing = new Promise<null>((resolve) => child.once('error', () => resolve(null)));
    const hello = await within(limits.start, Promise.race([answerOf(0, answers), missing]), cancelled);
    if (hello === 'late') {
      child.kill('SIGKILL');
      return 'silent';
    }
    if (typeof hello !== 'object' || !hello?.python || !hello.sqlite) {
      // Something else answers to this name.
      child.kill();
      return null;
    }
    const name = `python3 sqlite3 ${hello.sqlite} (${interpreter}, ${hello.python})`;
    // Whoever cancelled ends this process soon: a Python that hangs would stay.
    cancelled?.addEventListener('abort', () => setTimeout(() => child.kill('SIGKILL'), CANCEL_GRACE).unref());
    return new Connection(name, child, answers, limits.answer);
  }

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.ask({ sql, parameters })).rows ?? [];
  }

  async execute(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return (await this.ask({ sql, parameters })).changes ?? 0;
  }

  close(): void {
    this.child.stdin.end();
    // Nothing more is expected of it: it may take its time to end.
    this.child.unref();
  }

  async ask(job: object): Promise<Answer> {
    const number = ++this.asked;
    this.child.stdin.write(`${JSON.stringify({ ...job, number })}\n`);
    const answer = await within(this.limit, answerOf(number, this.answers));
    if (answer === 'late') {
      this.child.kill('SIGKILL');
      throw new EngineLost(`${this.name} did not answer for ${this.limit / 1000} s and was ended`);
    }
    if (answer === 'other') {
      this.child.kill('SIGKILL');
      throw new EngineLost(`${this.name} answered with something else and was ended`);
    }
    if (answer === 'ended') {
      throw new EngineLost(`${this.name} ended unexpectedly`);
    }
    if (answer.error !== undefined) {
      throw new SqlError(answer.code, answer.error);
    }
    return answer;
  }
}

/** The answer of that number; lines that are none are passed over, 'other' where there is no end of them. */
async function answerOf(number: number, lines: AsyncIterator<string>): Promise<Answer | 'other' | 'ended'> {
  for (let read = 0; read < OTHER_LINES; read++) {
    const line = await lines.next();
    if (line.done) {
      return 'ended';
    }
    const answer = parseAnswer(line.value);
    if (answer?.number === number) {
      return answer;
    }
  }
  return 'other';
}

function parseAnswer(line: string): Answer | null {
  try {
    return JSON.parse(line) as Answer | null;
  } catch {
    return null;
  }
}

/** What is awaited, or 'late' where it does not come in time or is not wanted any more. */
async function within<T>(limit: number, awaited: Promise<T>, cancelled?: AbortSignal): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  const late = new Promise<'late'>((resolve) => {
    abort = () => resolve('late');
    timer = setTimeout(abort, limit);
    cancelled?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
    if (abort) {
      cancelled?.removeEventListener('abort', abort);
    }
  }
}
