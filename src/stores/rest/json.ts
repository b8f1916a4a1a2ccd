import { parseJson } from '../../mlflow/json';
import { restOf } from '../../mlflow/wholeNumbers';

/** What JSON.parse would read wrongly or refuse, outside texts: whole numbers of 16 and more digits, NaN, infinities. */
const SUSPECT = /[:,[]\s*(?:-?\d{16}|NaN|-?Infinity)/;
const LONG_WHOLE = /^-?\d{16,}$/;

/**
 * The JSON of a tracking server (reference servers.md, section 2). Whole numbers of 16 and more digits, bare NaN and
 * infinities come as texts, as protobuf's own JSON has them: to be read by `wholeOf` and `realOf`.
 *
 * @throws SyntaxError where it is none, or nested deeper than anybody writes
 */
export function readJson(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body);
  return parseJson(SUSPECT.test(text) ? quoteSuspects(text) : text);
}

function quoteSuspects(text: string): string {
  const textsAndSuspects = /"|-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const parts: string[] = [];
  let written = 0;
  for (let found = textsAndSuspects.exec(text); found; found = textsAndSuspects.exec(text)) {
    const [token] = found;
    if (token === '"') {
      textsAndSuspects.lastIndex = endOfText(text, found.index);
    } else if (LONG_WHOLE.test(token) || /[NI]/.test(token)) {
      parts.push(text.slice(written, found.index), `"${token}"`);
      written = textsAndSuspects.lastIndex;
    }
  }
  return parts.join('') + text.slice(written);
}

/** Where what follows a JSON text begins. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '\\') {
      at++;
    } else if (json[at] === '"') {
      return at + 1;
    }
  }
  return json.length;
}

/** A whole number of 64 bits: the number nearest to it, and what that lacks (mlflow/wholeNumbers.ts); null for none. */
export function wholeOf(value: unknown): { value: number; rest: number } | null {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return { value, rest: 0 };
  }
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value)
    ? { value: Number(value), rest: restOf(value) }
    : null;
}

/** A metric's value. The largest double stands for an infinite one: a server answers both alike; null for none. */
export function realOf(value: unknown): number | null {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^(?:NaN|-?Infinity|-?\d{1,400})$/.test(value)
        ? Number(value)
        : null;
  return number !== null && Math.abs(number) === Number.MAX_VALUE ? Math.sign(number) * Infinity : number;
}
