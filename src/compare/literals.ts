/** Structured texts in params and tags: JSON, or Python's repr of dicts and lists, which is what `str()` logs. */

export type Literal = string | number | boolean | null | Literal[] | Map<string, Literal>;

const MOST_LENGTH = 200_000;
const MOST_DEPTH = 32;

/** A dict or list written as text; null for anything else, also for what only looks like one. */
export function parseStructure(text: string): Map<string, Literal> | Literal[] | null {
  if (!/^\s*[[{(]/.test(text)) {
    return null;
  }
  const trimmed = text.trim();
  if (trimmed.length > MOST_LENGTH) {
    return null;
  }
  const reader = new Reader(trimmed);
  try {
    const value = reader.value(0);
    return reader.atEnd() && (value instanceof Map || Array.isArray(value)) ? value : null;
  } catch {
    return null;
  }
}

class Reader {
  private position = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.space();
    return this.position >= this.text.length;
  }

  value(depth: number): Literal {
    if (depth > MOST_DEPTH) {
      throw new SyntaxError('too deep');
    }
    this.space();
    const first = this.text[this.position];
    if (first === '{') {
      return this.dict(depth);
    }
    if (first === '[' || first === '(') {
      return this.list(depth, first === '[' ? ']' : ')');
    }
    if (first === '"' || first === "'") {
      return this.string(first);
    }
    return this.word();
  }

  private dict(depth: number): Literal {
    const result = new Map<string, Literal>();
    const items: Literal[] = [];
    this.position++;
    for (;;) {
      this.space();
      if (this.take('}')) {
        // A set is written like a dict without values.
        return items.length > 0 ? items : result;
      }
      const key = this.value(depth + 1);
      this.space();
      if (this.take(':')) {
        if (!isHashable(key)) {
          throw new SyntaxError('a dict as a key');
        }
        result.set(Array.isArray(key) ? literalText(key) : String(key), this.value(depth + 1));
      } else {
        items.push(key);
      }
      this.separator('}');
    }
  }

  private list(depth: number, end: string): Literal[] {
    const result: Literal[] = [];
    this.position++;
    for (;;) {
      this.space();
      if (this.take(end)) {
        return result;
      }
      result.push(this.value(depth + 1));
      this.separator(end);
    }
  }

  private separator(end: string): void {
    this.space();
    if (!this.take(',') && this.text[this.position] !== end) {
      throw new SyntaxError('no separator');
    }
  }

  private string(quote: string): string {
    let result = '';
    for (this.position++; this.position < this.text.length; this.position++) {
      const letter = this.text[this.position]!;
      if (letter === quote) {
        this.position++;
        return result;
      }
      if (letter === '\\') {
        const next = this.text[++this.position] ?? '';
        if (next === 'u') {
          result += String.fromCharCode(parseInt(this.text.slice(this.position + 1, this.position + 5), 16));
          this.position += 4;
        } else {
          result += { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }[next] ?? next;
        }
      } else {
        result += letter;
      }
    }
    throw new SyntaxError('no end of text');
  }

  private word(): Literal {
    const match = /^[^\s,:{}[\]()'"]+/.exec(this.text.slice(this.position, this.position + 400));
    if (!match) {
      throw new SyntaxError('no value');
    }
    this.position += match[0].length;
    const word = match[0];
    const known = KNOWN.get(word);
    if (known !== undefined) {
      return known;
    }
    const number = Number(word);
    if (word !== '' && !Number.isNaN(number)) {
      return number;
    }
    throw new SyntaxError(word);
  }

  private take(letter: string): boolean {
    if (this.text[this.position] === letter) {
      this.position++;
      return true;
    }
    return false;
  }

  private space(): void {
    while (/\s/.test(this.text[this.position] ?? '')) {
      this.position++;
    }
  }
}

/** A tuple may be a key, a dict may not: as text in the text of a key in a key, its quotes would double each time. */
function isHashable(value: Literal): value is Exclude<Literal, Map<string, Literal>> {
  return Array.isArray(value) ? value.every(isHashable) : !(value instanceof Map);
}

const KNOWN = new Map<string, Literal>([
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['None', null],
  ['null', null],
  ['nan', NaN],
  ['NaN', NaN],
  ['inf', Infinity],
  ['Infinity', Infinity],
  ['-inf', -Infinity],
  ['-Infinity', -Infinity],
]);

/** One spelling for equal structures. */
export function literalText(value: Literal): string {
  if (value instanceof Map) {
    return `{${[...value]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}: ${literalText(item)}`)
      .join(', ')}}`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(literalText).join(', ')}]`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
