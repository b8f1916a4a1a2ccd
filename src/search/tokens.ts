import { SearchError } from './syntax';

export type Token =
  /**
   * A key, a number, a keyword or a bare term, as written; `quotedKey` where its last part was quoted. `keyFrom`,
   * where the part before the dot was quoted: where the part after it begins; the text is without the quotes.
   */
  | { type: 'word'; text: string; quotedKey?: string; keyFrom?: number; from: number; to: number }
  /** The text between the quotes, as it stands: MLflow knows no escapes (reference mlflow.md, E.1). */
  | { type: 'string'; text: string; quote: string; from: number; to: number }
  | { type: 'operator'; text: string; from: number; to: number }
  | { type: 'punctuation'; text: '(' | ')' | ','; from: number; to: number };

export type WordToken = Token & { type: 'word' };

/** Whether a part of a word was quoted: it is a key then, and no keyword, number or term. */
export function isQuoted(word: WordToken): boolean {
  return word.quotedKey !== undefined || word.keyFrom !== undefined;
}

const SPACE = /\s+/y;
const OPERATOR = /<=|>=|!=|==|<>|=|<|>/y;
const WORD = /[^\s()'"`=!<>,;]+/y;
/** As sqlparse has them: a doubled or backslashed quote does not end the text, and stays in it. */
const STRINGS: Record<string, RegExp> = {
  "'": /'(?:''|\\'|[^'])*'/y,
  '"': /"(?:""|\\"|[^"])*"/y,
  '`': /`[^`]*`/y,
};

/** Cuts a filter into tokens. Throws SearchError at a quote without an end or a character of no meaning. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const from = at;
    const space = match(SPACE);
    if (space) {
      at += space.length;
      continue;
    }
    const character = text[at]!;
    if (character === '(' || character === ')' || character === ',') {
      tokens.push({ type: 'punctuation', text: character, from, to: ++at });
      continue;
    }
    if (Object.hasOwn(STRINGS, character)) {
      const quoted = quotedAt(character);
      at += quoted.length;
      const inside = quoted.slice(1, -1);
      if (character === '`' && text[at] === '.' && !inside.includes('.')) {
        const keyFrom = ++at;
        tokens.push({ ...keyAfter(`${inside}.`, from), keyFrom });
      } else {
        tokens.push({ type: 'string', text: inside, quote: character, from, to: at });
      }
      continue;
    }
    const operator = match(OPERATOR);
    if (operator) {
      at += operator.length;
      tokens.push({ type: 'operator', text: operator, from, to: at });
      continue;
    }
    const word = match(WORD);
    if (!word) {
      throw new SearchError(`"${character}" has no meaning here.`, at, at + 1);
    }
    at += word.length;
    tokens.push(quotedKeyAfter(word, from) ?? { type: 'word', text: word, from, to: at });
  }
  return tokens;

  /** The word that goes on with a key in quotes, if one stands here. */
  function quotedKeyAfter(word: string, from: number): WordToken | undefined {
    const quote = text[at];
    if (!word.endsWith('.') || quote === undefined || !Object.hasOwn(STRINGS, quote)) {
      return undefined;
    }
    const quoted = quotedAt(quote);
    at += quoted.length;
    return { type: 'word', text: word, quotedKey: quoted.slice(1, -1), from, to: at };
  }

  function keyAfter(entity: string, from: number): WordToken {
    const quoted = quotedKeyAfter(entity, from);
    if (quoted) {
      return quoted;
    }
    const key = match(WORD) ?? '';
    at += key.length;
    return { type: 'word', text: entity + key, from, to: at };
  }

  function quotedAt(quote: string): string {
    const quoted = match(STRINGS[quote]!);
    if (quoted === undefined) {
      throw new SearchError(`The closing ${quote} is missing.`, at, text.length);
    }
    return quoted;
  }
}
