/**
 * Params and tags that hold structures: MLflow stores `str(value)`, so a dict is Python's own notation, and
 * some callers log JSON. Read leniently, as data: nothing is ever evaluated.
 */

export interface NestedEntry {
  /** Keys and indices from the outside in, as `optimizer.betas[0]`. */
  path: string;
  value: string;
}

type Nested = string | { map: [string, Nested][] } | { list: Nested[] };

const MAX_LENGTH = 100_000;
const MAX_DEPTH = 40;
/** Characters of a key: it stands before each value below it. */
const MAX_KEY = 200;

/**
 * The leaves of a JSON or Python dict, list or tuple, in its order; null for any other text. Leaves keep the
 * text that they had (`1e-3` stays `1e-3`), strings lose their quotes.
 */
export function unfold(text: string, limit = 500): NestedEntry[] | null {
  const trimmed = text.trim();
  if (!/^[{[(]/.test(trimmed) || trimmed.length > MAX_LENGTH) {
    return null;
  }
  try {
    const reader = new Reader(trimmed);
    const value = reader.value(0);
    reader.end();
    const entries: NestedEntry[] = [];
    flatten(value, '', entries, limit);
    return entries.length > 0 ? entries : null;
  } catch (error) {
    if (error instanceof NotNested) {
      return null;
    }
    throw error;
  }
}

function flatten(value: Nested, path: string, into: NestedEntry[], limit: number): void {
  if (into.length >= limit) {
    return;
  }
  if (typeof value === 'string') {
    into.push({ path, value });
  } else if ('map' in value) {
    for (const [key, inner] of value.map) {
      const name = key.length > MAX_KEY ? `${key.slice(0, MAX_KEY)}…` : key;
      flatten(inner, path === '' ? name : `${path}.${name}`, into, limit);
    }
    if (value.map.length === 0 && path !== '') {
      into.push({ path, value: '{}' });
    }
  } else {
    value.list.forEach((inner, index) => flatten(inner, `${path}[${index}]`, into, limit));
    if (value.list.length === 0 && path !== '') {
      into.push({ path, value: '[]' });
    }
  }
}

class NotNested extends Error {}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): Nested {
    if (depth > MAX_DEPTH) {
      throw new NotNested();
    }
    this.space();
    const character = this.text[this.at];
    if (character === '{') {
      return this.braces(depth);
    }
    if (character === '[' || character === '(') {
      return this.list(character === '[' ? ']' : ')', depth);
    }
    return character === '"' || character === "'" ? this.string() : this.word();
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) {
      throw new NotNested();
    }
  }

  /** A dict, or a Python set. */
  private braces(depth: number): Nested {
    this.at++;
    const map: [string, Nested][] = [];
    const list: Nested[] = [];
    while (!this.take('}')) {
      const key = this.value(depth + 1);
      this.space();
      if (this.text[this.at] === ':') {
        this.at++;
        map.push([typeof key === 'string' ? key : '…', this.value(depth + 1)]);
      } else {
        list.push(key);
      }
      this.separator('}');
    }
    if (map.length > 0 && list.length > 0) {
      throw new NotNested();
    }
    return list.length > 0 ? { list } : { map };
  }

  private list(close: string, depth: number): Nested {
    this.at++;
    const list: Nested[] = [];
    while (!this.take(close)) {
      list.push(this.value(depth + 1));
      this.separator(close);
    }
    return { list };
  }

  private separator(close: string): void {
    this.space();
    if (this.text[this.at] === ',') {
      this.at++;
    } else if (this.text[this.at] !== close) {
      throw new NotNested();
    }
  }

  private take(close: string): boolean {
    this.space();
    if (this.at >= this.text.length) {
      throw new NotNested();
    }
    if (this.text[this.at] === close) {
      this.at++;
      return true;
    }
    return false;
  }

  private string(): string {
    const quote = this.text[this.at++];
    let result = '';
    while (this.at < this.text.length) {
      const character = this.text[this.at++]!;
      if (character === quote) {
        return result;
      }
      result += character === '\\' ? this.escape() : character;
    }
    throw new NotNested();
  }

  private escape(): string {
    const character = this.text[this.at++] ?? '';
    const hex = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(this.text.slice(this.at - 1, this.at + 4));
    if (hex) {
      const digits = (hex[1] ?? hex[2])!;
      this.at += digits.length;
      return String.fromCharCode(parseInt(digits, 16));
    }
    return { n: '\n', t: '\t', r: '\r' }[character] ?? character;
  }

  /** A number, True, None, or the repr of some object such as `<built-in function x>` or `array([1, 2])`. */
  private word(): string {
    const start = this.at;
    const open: string[] = [];
    while (this.at < this.text.length) {
      const character = this.text[this.at]!;
      if (open.length === 0 && /[,:}\])]/.test(character)) {
        break;
      }
      if (/[([{]/.test(character)) {
        open.push(character);
      } else if (/[)\]}]/.test(character)) {
        open.pop();
      }
      this.at++;
    }
    const word = this.text.slice(start, this.at).trim();
    if (word === '') {
      throw new NotNested();
    }
    return word;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) {
      this.at++;
    }
  }
}
