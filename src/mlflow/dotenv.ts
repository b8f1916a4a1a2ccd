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

function valueOf(text: string): string {
  const quote = text[0];
  const end = quote === '"' || quote === "'" ? text.lastIndexOf(quote) : 0;
  return end > 0 ? text.slice(1, end) : withoutComment(`=${text}`).slice(1).trimEnd();
}
