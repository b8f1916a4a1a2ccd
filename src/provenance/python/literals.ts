import type { Constant } from './ast';

/** A number as Python reads it; null for imaginary ones and for what is none. */
export function parseNumber(text: string): Constant | null {
  const plain = text.replace(/_/g, '').toLowerCase();
  if (/^0[xob]/.test(plain)) {
    return whole(Number(plain), plain);
  }
  if (/^\d+$/.test(plain)) {
    return whole(Number(plain), plain);
  }
  if (/^(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/.test(plain)) {
    return { type: 'float', value: Number(plain) };
  }
  return null;
}

function whole(value: number, text: string): Constant | null {
  // Beyond 2^53 a double is another number: the digits are kept as text, which is how MLflow logs them.
  return Number.isSafeInteger(value)
    ? { type: 'int', value }
    : /^\d+$/.test(text)
      ? { type: 'str', value: text }
      : null;
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

const QUOTES = ['"""', "'''", '"', "'"] as const;

/** The text of a string literal with its prefix and quotes, or null where it is not one. */
export function parseString(text: string): Constant | null {
  const prefix = /^[a-zA-Z]*/.exec(text)![0].toLowerCase();
  const quoted = text.slice(prefix.length);
  const quote = QUOTES.find(
    (mark) => quoted.startsWith(mark) && quoted.endsWith(mark) && quoted.length >= 2 * mark.length,
  );
  if (quote === undefined) {
    return null;
  }
  const body = quoted.slice(quote.length, -quote.length);
  const value = prefix.includes('r') ? body : unescapeText(body);
  return { type: prefix.includes('b') ? 'bytes' : 'str', value };
}

export function unescapeText(body: string): string {
  return body.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[\s\S])/g,
    (whole_, code: string) => {
      if (/^[xuU]./.test(code)) {
        const point = parseInt(code.slice(1), 16);
        return point <= 0x10ffff ? String.fromCodePoint(point) : whole_;
      }
      if (/^[0-7]{2,3}$/.test(code)) {
        return String.fromCharCode(parseInt(code, 8));
      }
      return Object.hasOwn(SIMPLE, code) ? SIMPLE[code]! : whole_;
    },
  );
}
