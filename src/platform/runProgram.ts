import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { plainText } from '../mlflow/format';

export interface Program {
  /** Absolute path. */
  command: string;
  args: readonly string[];
  cwd: string;
  /** Besides the variables of this process. */
  env: Readonly<Record<string, string>>;
}

export interface RunningProgram {
  /** The exit code, once all that was printed is handed on; null where it was stopped or did not start. Never rejects. */
  readonly ended: Promise<number | null>;
  stop(): void;
}

/** Characters of a line that are handed on. */
const LONGEST_LINE = 4000;
/** Characters that a line which does not end may take. */
const LONGEST_WAIT = 65_536;

/**
 * Starts a program, without a shell and with nothing to read, and hands on what it prints line by line, as text: names of a
 * store may stand in it, and a terminal would obey their control characters.
 */
export function runProgram(
  { command, args, cwd, env }: Program,
  print: (line: string) => void,
): RunningProgram {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const ends = [child.stdout, child.stderr].map((stream) => printLines(stream, print));
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      print(plainText(error.message, LONGEST_LINE));
      resolve(null);
    });
    child.on('close', (code) => {
      ends.forEach((end) => end());
      resolve(code);
    });
  });
  return { ended, stop: () => void child.kill() };
}

/** Returns what prints the last line, which may not have ended. */
function printLines(stream: Readable, print: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const take = (text: string): void => {
    const lines = (line + text).split('\n');
    line = lines.pop()!;
    if (line.length > LONGEST_WAIT) {
      lines.push(line);
      line = '';
    }
    lines.forEach((whole) => print(plainText(whole.replace(/\r$/, ''), LONGEST_LINE)));
  };
  stream.on('data', (data: Buffer) => take(decoder.write(data)));
  return () => {
    take(decoder.end());
    if (line !== '') {
      take('\n');
    }
  };
}
