import { withoutComment } from './scan';

export interface DotenvEntry {
  key: string;
  /** Without quotes and comment; `${NAME}` stays as it is written. */
  value: string;
  /** From 1. */
  line: number;
}

/** The `KEY=value` lines of a .env file, as python-dotenv reads them, but for values of several lines. */
export function parseDotenv(text: string): DotenvEntry[] {
  return text.split('\n').flatMap((line, index) => {
    const at = line.indexOf('=');
    const key = /^(?:export\s+)?([A-Za-z_]\w*)$/.exec(line.slice(0, Math.max(0, at)).trim())?.[1];
    return key === undefined ? [] : [{ key, value: valueOf(line.slice(at + 1).trim()), line: index + 1 }];
  });
}

/** What a backslash and a letter stand for between quotes. */
const IN_SINGLE: Readonly<Record<string, string>> = { '\\': '\\', "'": "'" };
const IN_DOUBLE: Readonly<Record<string, string>> = {
  ...IN_SINGLE,
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function valueOf(text: string): string {
  const quote = text[0];
  if (quote === '"' || quote === "'") {
    const escaped = quote === '"' ? IN_DOUBLE : IN_SINGLE;
    let value = '';
    for (let at = 1; at < text.length; at++) {
      const letter = text[at]!;
      if (letter === quote) {
        return value;
      }
      const meant = letter === '\\' ? escaped[text[at + 1] ?? ''] : undefined;
      value += meant ?? letter;
      at += meant === undefined ? 0 : 1;
    }
  }
  return withoutComment(`=${text}`).slice(1).trimEnd();
}
