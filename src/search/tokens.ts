import { SearchError } from './syntax';

export type Token =
  /** A key, a number, a keyword or a bare term, as written; `quotedKey` where its last part was quoted. */
  | { type: 'word'; text: string; quotedKey?: string; from: number; to: number }
  /** The text between the quotes, as it stands: MLflow knows no escapes (reference mlflow.md, E.1). */
  | { type: 'string'; text: string; quote: string; from: number; to: number }
  | { type: 'operator'; text: string; from: number; to: number }
  | { type: 'punctuation'; text: '(' | ')' | ','; from: number; to: number };

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
      tokens.push({ type: 'string', text: quoted.slice(1, -1), quote: character, from, to: at });
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
    const next = text[at];
    if (word.endsWith('.') && (next === '`' || next === '"')) {
      const quoted = quotedAt(next);
      at += quoted.length;
      tokens.push({ type: 'word', text: word, quotedKey: quoted.slice(1, -1), from, to: at });
    } else {
      tokens.push({ type: 'word', text: word, from, to: at });
    }
  }
  return tokens;

  function quotedAt(quote: string): string {
    const quoted = match(STRINGS[quote]!);
    if (quoted === undefined) {
      throw new SearchError(`The closing ${quote} is missing.`, at, text.length);
    }
    return quoted;
  }
}
