import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import * as readline from 'node:readline';
import { pathToFileURL } from 'node:url';
import { SqlError, type Row, type SqlEngine, type SqlValue } from './engine';

/**
 * Executes what it is told, one JSON line in, one out: what is written is decided on this side only. Ends, and
 * so rolls back, when its input ends.
 */
const EXECUTOR = `
import json, sqlite3, sys
def say(answer):
    sys.stdout.write(json.dumps(answer) + "\\n")
    sys.stdout.flush()
say({"python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version})
database = None
for line in sys.stdin.buffer:
    try:
        job = json.loads(line.decode("utf-8"))
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
  rows?: Row[];
  changes?: number;
  error?: string;
  code?: number | null;
  python?: string;
  sqlite?: string;
}

/**
 * Opens an existing file through the first of `interpreters` that is a Python 3 with sqlite3; null where none
 * is. Throws SqlError where it cannot open the file.
 */
export async function openWithPython(
  file: string,
  interpreters: readonly string[],
): Promise<SqlEngine | null> {
  for (const interpreter of interpreters) {
    const connection = await Connection.start(interpreter);
    if (connection) {
      const url = pathToFileURL(file);
      url.searchParams.set('mode', 'rw');
      await connection.ask({ open: url.href });
      return connection;
    }
  }
  return null;
}

class Connection implements SqlEngine {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly answers: AsyncIterator<string>,
  ) {}

  /** null where the interpreter does not exist or is none. */
  static async start(interpreter: string): Promise<Connection | null> {
    // -I -S: neither the working directory nor the environment decides which modules are loaded.
    const child = spawn(interpreter, ['-I', '-S', '-c', EXECUTOR], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    child.stderr.resume();
    child.stdin.on('error', () => undefined);
    const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const missing = new Promise<null>((resolve) => child.once('error', () => resolve(null)));
    const hello = await Promise.race([answers.next(), missing]);
    if (!hello || hello.done) {
      return null;
    }
    try {
      const { python, sqlite } = JSON.parse(hello.value) as Answer;
      if (python && sqlite) {
        return new Connection(`python3 sqlite3 ${sqlite} (${interpreter}, ${python})`, child, answers);
      }
    } catch {
      // Something else answers to this name.
    }
    child.kill();
    return null;
  }

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.ask({ sql, parameters })).rows ?? [];
  }

  async execute(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return (await this.ask({ sql, parameters })).changes ?? 0;
  }

  close(): void {
    this.child.stdin.end();
  }

  async ask(job: object): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify(job)}\n`);
    const line = await this.answers.next();
    if (line.done) {
      throw new SqlError(0, `${this.name} ended unexpectedly`);
    }
    const answer = JSON.parse(line.value) as Answer;
    if (answer.error !== undefined) {
      throw new SqlError(answer.code, answer.error);
    }
    return answer;
  }
}
