import { SearchError } from './syntax';
import { isQuoted, type Token } from './tokens';

/** A place among the tokens of a filter, and what stands there. */
export class Cursor {
  at = 0;

  constructor(
    readonly text: string,
    readonly tokens: readonly Token[],
  ) {}

  /** A word without quotes, in any case. */
  isKeyword(keyword: string): boolean {
    const token = this.peek();
    return token?.type === 'word' && !isQuoted(token) && token.text.toUpperCase() === keyword;
  }

  peek(): Token | undefined {
    return this.tokens[this.at];
  }

  next(): Token | undefined {
    return this.tokens[this.at++];
  }

  /** The refusal of a text that ends too early. */
  expectedMore(what: string): SearchError {
    const last = this.tokens[Math.min(this.at, this.tokens.length) - 1];
    return new SearchError(
      `Expected ${what} after "${last?.text ?? ''}".`,
      last?.from ?? 0,
      last?.to ?? this.text.length,
    );
  }

  /** Whether a comparison's operator comes next, or behind so many tokens. */
  startsComparator(behind = 0): boolean {
    const token = this.tokens[this.at + behind];
    if (token?.type === 'operator') {
      return true;
    }
    if (token?.type !== 'word' || isQuoted(token)) {
      return false;
    }
    const word = token.text.toUpperCase();
    if (word === 'NOT') {
      const next = this.tokens[this.at + behind + 1];
      return next?.type === 'word' && /^(in|like|ilike)$/i.test(next.text);
    }
    return word === 'IS' || word === 'IN' || word === 'LIKE' || word === 'ILIKE';
  }
}

/** Whether a word joins two conditions. */
export function isJoin(token: Token): boolean {
  return token.type === 'word' && !isQuoted(token) && /^(and|or)$/i.test(token.text);
}
