import { ComparisonReader } from './comparison';
import { Cursor, isJoin } from './cursor';
import { fieldOf, looksLikeKey } from './field';
import { noOperator, SQL_WORDS } from './refusedOperators';
import { SearchError, type Filter, type KeyLookup } from './syntax';
import { isQuoted, tokenize, type Token } from './tokens';
import { parseNumber } from './values';

/** Deeper than anybody writes, and well within SQLite's own limit of 1,000. */
const MAX_DEPTH = 100;
/** Characters; a filter is read at each key that is typed. */
const MAX_LENGTH = 20_000;

/**
 * Text to tree; null for an empty text, which every run matches. Accepts what MLflow 3.17.2 accepts with the
 * same meaning (reference mlflow.md, E.1 and E.2), and beyond it OR, NOT, parentheses, numbers in params and
 * tags, durations, dates, IS NULL and IS NAN, IN for all texts, our own attributes, and bare terms.
 * Throws SearchError and nothing else.
 *
 * @param now settles relative times, ms
 * @param keys what a key without a prefix is, such as `rmse`; without it such a key is refused
 */
export function parseFilter(text: string, now: number, keys?: KeyLookup): Filter | null {
  if (text.length > MAX_LENGTH) {
    throw new SearchError(`The filter is longer than ${MAX_LENGTH} characters.`, MAX_LENGTH, text.length);
  }
  return new Parser(text, now, keys).all();
}

class Parser {
  private readonly cursor: Cursor;
  private readonly comparisons: ComparisonReader;
  private depth = 0;

  constructor(text: string, now: number, keys: KeyLookup | undefined) {
    this.cursor = new Cursor(text, tokenize(text));
    this.comparisons = new ComparisonReader(this.cursor, now, keys);
  }

  all(): Filter | null {
    this.skipAnds();
    if (this.cursor.at === this.cursor.tokens.length) {
      return null;
    }
    const filter = this.or();
    const rest = this.cursor.peek();
    if (rest) {
      throw rest.text === ')'
        ? new SearchError('This parenthesis was never opened.', rest.from, rest.to)
        : new SearchError('AND or OR is missing before this.', rest.from, rest.to);
    }
    return filter;
  }

  private or(): Filter {
    const nodes = [this.and()];
    while (this.cursor.isKeyword('OR')) {
      this.cursor.at++;
      nodes.push(this.and());
    }
    return nodes.length === 1 ? nodes[0]! : { type: 'or', nodes };
  }

  private and(): Filter {
    const nodes = [this.not()];
    for (;;) {
      if (this.cursor.isKeyword('AND')) {
        this.skipAnds();
        if (this.cursor.at === this.cursor.tokens.length) {
          break;
        }
        nodes.push(this.not());
      } else if (nodes.at(-1)?.type === 'term' ? this.startsTerm() : this.startsCondition()) {
        nodes.push(this.not());
      } else {
        break;
      }
    }
    return nodes.length === 1 ? nodes[0]! : { type: 'and', nodes };
  }

  /** MLflow tolerates an AND too many: at either end, and beside another. */
  private skipAnds(): void {
    while (this.cursor.isKeyword('AND')) {
      this.cursor.at++;
    }
  }

  private not(): Filter {
    const token = this.cursor.peek();
    if (++this.depth > MAX_DEPTH) {
      throw new SearchError(
        `Nested deeper than ${MAX_DEPTH} levels.`,
        token?.from ?? 0,
        token?.to ?? this.cursor.text.length,
      );
    }
    try {
      if (this.cursor.isKeyword('NOT')) {
        this.cursor.at++;
        return { type: 'not', node: this.not() };
      }
      return this.primary();
    } finally {
      this.depth--;
    }
  }

  private primary(): Filter {
    const token = this.cursor.peek();
    if (!token) {
      throw this.cursor.expectedMore('a condition');
    }
    if (token.text === '(' && token.type === 'punctuation') {
      this.cursor.at++;
      const filter = this.or();
      const close = this.cursor.peek();
      if (close?.type !== 'punctuation' || close.text !== ')') {
        throw close
          ? new SearchError('AND, OR or ")" is missing before this.', close.from, close.to)
          : new SearchError('This parenthesis is never closed.', token.from, token.to);
      }
      this.cursor.at++;
      return filter;
    }
    if (token.type === 'operator' || token.type === 'punctuation') {
      throw new SearchError(`A key is missing before "${token.text}".`, token.from, token.to);
    }
    if (this.cursor.isKeyword('AND') || this.cursor.isKeyword('OR')) {
      throw new SearchError(`A condition is missing before "${token.text}".`, token.from, token.to);
    }
    this.cursor.at++;
    if (this.cursor.startsComparator()) {
      return this.comparisons.of(token);
    }
    this.refuseOperator(token);
    if (token.type === 'word' && isQuoted(token)) {
      throw new SearchError('A comparison is missing after this key.', token.from, token.to);
    }
    if (token.text === '') {
      throw new SearchError('There is no text to look for.', token.from, token.to);
    }
    return { type: 'term', text: token.text };
  }

  /** A key and a word that compares nothing, or a word and an operator of SQL's that there is not: no terms. */
  private refuseOperator(token: Token): void {
    const next = this.cursor.peek();
    if ((next?.type !== 'word' && next?.type !== 'string') || isJoin(next) || token.type !== 'word') {
      return;
    }
    if (looksLikeKey(token)) {
      throw noOperator(fieldOf(token), next);
    }
    const value = this.cursor.tokens[this.cursor.at + 1];
    const isValue = value?.type === 'string' || (value && parseNumber(value.text) !== undefined);
    if (next.type === 'word' && SQL_WORDS.test(next.text) && isValue) {
      throw noOperator(null, next);
    }
  }

  /** Whether a condition on a key comes next: MLflow reads two side by side as if AND stood between them. */
  private startsCondition(): boolean {
    const token = this.cursor.peek();
    const next = this.cursor.tokens[this.cursor.at + 1];
    if ((token?.type !== 'word' && token?.type !== 'string') || isJoin(token) || !next) {
      return false;
    }
    // What the key is followed by is refused where it stands.
    return (
      this.cursor.startsComparator(1) ||
      (looksLikeKey(token) && (next.type === 'word' || next.type === 'string') && !isJoin(next))
    );
  }

  /** Whether a bare term comes next: two of them may stand side by side, and both must be found. */
  private startsTerm(): boolean {
    const token = this.cursor.peek();
    if (token?.type !== 'word' && token?.type !== 'string') {
      return false;
    }
    if (token.type === 'word' && (isQuoted(token) || isJoin(token))) {
      return false;
    }
    return !this.cursor.startsComparator(1);
  }
}
