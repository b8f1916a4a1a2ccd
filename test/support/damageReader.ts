/** What the store's reader answers of a database: the counterpart of damageReader.py, line by line. */
import { createHash } from 'node:crypto';
import * as readline from 'node:readline';
import { toStoreError } from '../../src/mlflow/errors';
import type { SqlValue } from '../../src/stores/sqlite/engine';
import type { Reader } from '../../src/stores/sqlite/reader';
import type { Session } from '../../src/stores/sqlite/session';
import type { Verdict } from './damage';
import { openSession } from './torture';

function digest(rows: SqlValue[][]): string {
  const md5 = createHash('md5');
  const double = Buffer.alloc(8);
  for (const row of rows) {
    for (const value of row) {
      if (value === null) {
        md5.update('n;');
      } else if (typeof value === 'number') {
        double.writeDoubleLE(value + 0);
        md5.update('f').update(double).update(';');
      } else if (typeof value === 'string') {
        md5.update('t').update(value).update(';');
      } else {
        md5.update('b').update(value).update(';');
      }
    }
    md5.update('\n');
  }
  return md5.digest('hex');
}

function ask(session: Session, statements: string[]): Pick<Verdict, 'answers' | 'errors' | 'refused'> {
  const answers: (string | null)[] = [];
  const errors: string[] = [];
  const attempt = <T>(query: (reader: Reader) => T): T | undefined => {
    try {
      return session.run(0, query);
    } catch (error) {
      const { code, message } = toStoreError(error);
      errors.push(`${code}: ${message}`);
      return undefined;
    }
  };
  if (attempt((reader) => reader.schema) === undefined) {
    const [code, message] = errors[0]!.split(/: (.*)/s);
    return { answers: statements.map(() => null), errors, refused: { code: code!, message: message! } };
  }
  for (const sql of statements) {
    answers.push(attempt((reader) => digest(reader.query(sql))) ?? null);
  }
  return { answers, errors };
}

async function main(): Promise<void> {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { file, statements } = JSON.parse(line) as { file: string; statements: string[] };
    const started = performance.now();
    const session = await openSession(file);
    const verdict = ask(session, statements);
    session.close();
    process.stdout.write(
      `${JSON.stringify({
        ...verdict,
        milliseconds: performance.now() - started,
        peak: process.resourceUsage().maxRSS / 1024,
      })}\n`,
    );
  }
}

void main();
