import { fieldOf, kindOf, showField } from './field';
import {
  SearchError,
  type AttributeKind,
  type Field,
  type Filter,
  type NumberComparator,
  type TextComparator,
} from './syntax';
import { tokenize, type Token } from './tokens';
import { parseDuration, parseNumber, parseTime } from './values';

/** Deeper than anybody writes, and well within SQLite's own limit of 1,000. */
const MAX_DEPTH = 100;
/** Characters; a filter is read at each key that is typed. */
const MAX_LENGTH = 20_000;

/**
 * Text to tree; null for an empty text, which every run matches. Accepts what MLflow 3.17.2 accepts with the
 * same meaning (reference mlflow.md, E.1 and E.2), and beyond it OR, NOT, parentheses, numbers in params and
 * tags, durations, dates, IS NULL and IS NAN, IN for all texts, our own attributes, and bare terms.
 * `now` settles relative times. Throws SearchError and nothing else.
 */
export function parseFilter(text: string, now: number): Filter | null {
  if (text.length > MAX_LENGTH) {
    throw new SearchError(`The filter is longer than ${MAX_LENGTH} characters.`, MAX_LENGTH, text.length);
  }
  return new Parser(text, tokenize(text), now).all();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: Token[],
    private readonly now: number,
  ) {}

  all(): Filter | null {
    // MLflow tolerates a stray AND at either end.
    while (this.isKeyword('AND')) {
      this.at++;
    }
    if (this.at === this.tokens.length) {
      return null;
    }
    const filter = this.or();
    const rest = this.peek();
    if (rest) {
      throw rest.text === ')'
        ? new SearchError('This parenthesis was never opened.', rest.from, rest.to)
        : new SearchError('AND or OR is missing before this.', rest.from, rest.to);
    }
    return filter;
  }

  private or(): Filter {
    const nodes = [this.and()];
    while (this.isKeyword('OR')) {
      this.at++;
      nodes.push(this.and());
    }
    return nodes.length === 1 ? nodes[0]! : { type: 'or', nodes };
  }

  private and(): Filter {
    const nodes = [this.not()];
    for (;;) {
      if (this.isKeyword('AND')) {
        this.at++;
        if (this.at === this.tokens.length) {
          break;
        }
        nodes.push(this.not());
      } else if (nodes.at(-1)?.type === 'term' && this.startsTerm()) {
        nodes.push(this.not());
      } else {
        break;
      }
    }
    return nodes.length === 1 ? nodes[0]! : { type: 'and', nodes };
  }

  private not(): Filter {
    const token = this.peek();
    if (++this.depth > MAX_DEPTH) {
      throw new SearchError(
        `Nested deeper than ${MAX_DEPTH} levels.`,
        token?.from ?? 0,
        token?.to ?? this.text.length,
      );
    }
    try {
      if (this.isKeyword('NOT')) {
        this.at++;
        return { type: 'not', node: this.not() };
      }
      return this.primary();
    } finally {
      this.depth--;
    }
  }

  private primary(): Filter {
    const token = this.peek();
    if (!token) {
      throw this.expectedMore('a condition');
    }
    if (token.text === '(' && token.type === 'punctuation') {
      this.at++;
      const filter = this.or();
      const close = this.peek();
      if (close?.type !== 'punctuation' || close.text !== ')') {
        throw close
          ? new SearchError('AND, OR or ")" is missing before this.', close.from, close.to)
          : new SearchError('This parenthesis is never closed.', token.from, token.to);
      }
      this.at++;
      return filter;
    }
    if (token.type === 'operator' || token.type === 'punctuation') {
      throw new SearchError(`A key is missing before "${token.text}".`, token.from, token.to);
    }
    if (this.isKeyword('AND') || this.isKeyword('OR')) {
      throw new SearchError(`A condition is missing before "${token.text}".`, token.from, token.to);
    }
    this.at++;
    if (this.startsComparator()) {
      return this.comparison(token);
    }
    if (token.type === 'word' && token.quotedKey !== undefined) {
      throw new SearchError('A comparison is missing after this key.', token.from, token.to);
    }
    if (token.text === '') {
      throw new SearchError('There is no text to look for.', token.from, token.to);
    }
    return { type: 'term', text: token.text };
  }

  private comparison(left: Token): Filter {
    if (left.type !== 'word') {
      throw new SearchError('The left side must be a key, such as metrics.rmse.', left.from, left.to);
    }
    const field = fieldOf(left);
    const operator = this.next()!;
    const word = operator.text.toUpperCase();
    switch (word) {
      case 'IS':
        return this.is(field, operator);
      case 'IN':
        return this.list(field, operator, false);
      case 'NOT':
        return this.notIn(field, operator);
      case 'LIKE':
      case 'ILIKE':
        return this.like(field, operator, word);
      case '==':
        throw new SearchError('Write = for "equals".', operator.from, operator.to);
      case '<>':
        throw new SearchError('Write != for "differs from".', operator.from, operator.to);
      default:
        return this.compare(field, operator, word as NumberComparator);
    }
  }

  private compare(field: Field, operator: Token, comparator: NumberComparator): Filter {
    const kind = kindOf(field);
    const value = this.value(kind, operator);
    const number = value.type === 'word' ? parseNumber(value.text) : undefined;
    if (value.type === 'word' && number === undefined) {
      throw new SearchError(
        kind === 'number' && field.entity === 'metric'
          ? `Expected a number for ${showField(field)}, not ${value.text}.`
          : `Expected a ${kind === 'text' ? 'quoted text or a ' : ''}number. Quote the text: '${value.text}'.`,
        value.from,
        value.to,
      );
    }
    if (number !== undefined) {
      if (kind === 'text' && field.entity !== 'param' && field.entity !== 'tag') {
        throw new SearchError(
          `Expected a quoted text for ${showField(field)} (such as 'my-value'), not ${value.text}.`,
          value.from,
          value.to,
        );
      }
      return { type: 'number', field, comparator, value: number };
    }
    switch (kind) {
      case 'text':
        if (comparator !== '=' && comparator !== '!=') {
          throw new SearchError(
            `"${comparator}" compares numbers: write a number without quotes, or use =, !=, LIKE or ILIKE.`,
            operator.from,
            operator.to,
          );
        }
        return { type: 'text', field, comparator, value: value.text };
      case 'number':
        throw new SearchError(`Expected a number for ${showField(field)}, not a text.`, value.from, value.to);
      case 'duration': {
        const duration = parseDuration(value.text);
        if (duration === undefined) {
          throw new SearchError(`Not a duration: write ms, or "10m", "1h 30m".`, value.from, value.to);
        }
        return { type: 'number', field, comparator, value: duration };
      }
      case 'time': {
        const time = parseTime(value.text, this.now);
        if (!time) {
          throw new SearchError(
            `Not a time: write ms, "2026-07-28", "2026-07-28 14:00" or "7d ago".`,
            value.from,
            value.to,
          );
        }
        return timeLeaf(field, comparator, time);
      }
    }
  }

  private like(field: Field, operator: Token, comparator: TextComparator): Filter {
    if (kindOf(field) !== 'text') {
      throw new SearchError(
        `${operator.text} compares texts, and ${showField(field)} is a number.`,
        operator.from,
        operator.to,
      );
    }
    const value = this.value('text', operator);
    if (value.type !== 'string') {
      throw new SearchError(`Expected a quoted text: '${value.text}'.`, value.from, value.to);
    }
    return { type: 'text', field, comparator, value: value.text };
  }

  private is(field: Field, operator: Token): Filter {
    const negated = this.isKeyword('NOT');
    if (negated) {
      this.at++;
    }
    const token = this.next();
    const word = token?.type === 'word' ? token.text.toUpperCase() : '';
    if (word === 'NULL') {
      return { type: 'null', field, negated };
    }
    if (word === 'NAN' && field.entity === 'metric') {
      return { type: 'nan', field, negated };
    }
    throw new SearchError(
      field.entity === 'metric'
        ? 'IS is followed by NULL or NAN, with NOT before it or without.'
        : 'IS is followed by NULL or NOT NULL.',
      (token ?? operator).from,
      (token ?? operator).to,
    );
  }

  private notIn(field: Field, operator: Token): Filter {
    const next = this.next();
    if (next?.type === 'word' && next.text.toUpperCase() === 'IN') {
      return this.list(field, next, true);
    }
    throw new SearchError(
      next && /^i?like$/i.test(next.text)
        ? `Write NOT before the key: NOT ${showField(field)} ${next.text.toUpperCase()} …`
        : 'IN is missing after NOT.',
      operator.from,
      (next ?? operator).to,
    );
  }

  private list(field: Field, operator: Token, negated: boolean): Filter {
    if (kindOf(field) !== 'text') {
      throw new SearchError(
        `IN compares texts, and ${showField(field)} is a number.`,
        operator.from,
        operator.to,
      );
    }
    const open = this.next();
    if (open?.type !== 'punctuation' || open.text !== '(') {
      throw new SearchError(
        "IN is followed by a list: ('a', 'b').",
        (open ?? operator).from,
        (open ?? operator).to,
      );
    }
    const values: string[] = [];
    for (;;) {
      const item = this.next();
      if (item?.type !== 'string') {
        throw item
          ? new SearchError('A list holds quoted texts only.', item.from, item.to)
          : new SearchError('This list is never closed.', open.from, open.to);
      }
      values.push(item.text);
      const separator = this.next();
      if (separator?.type === 'punctuation' && separator.text === ')') {
        return { type: 'list', field, negated, values };
      }
      if (separator?.type !== 'punctuation' || separator.text !== ',') {
        throw separator
          ? new SearchError('A comma or ")" is missing before this.', separator.from, separator.to)
          : new SearchError('This list is never closed.', open.from, open.to);
      }
    }
  }

  private value(kind: AttributeKind, operator: Token): Token {
    const token = this.next();
    if (token?.type === 'string' && token.quote !== '`') {
      return token;
    }
    if (token?.type === 'word' && token.quotedKey === undefined && !isJoin(token)) {
      return token;
    }
    const what = kind === 'number' ? 'number' : 'value';
    throw new SearchError(
      `A ${what} is missing after "${operator.text}".`,
      operator.from,
      token?.type === 'string' ? token.to : operator.to,
    );
  }

  private startsComparator(): boolean {
    const token = this.peek();
    if (token?.type === 'operator') {
      return true;
    }
    if (token?.type !== 'word' || token.quotedKey !== undefined) {
      return false;
    }
    const word = token.text.toUpperCase();
    if (word === 'NOT') {
      const next = this.tokens[this.at + 1];
      return next?.type === 'word' && /^(in|like|ilike)$/i.test(next.text);
    }
    return word === 'IS' || word === 'IN' || word === 'LIKE' || word === 'ILIKE';
  }

  /** Whether a bare term comes next: two of them may stand side by side, and both must be found. */
  private startsTerm(): boolean {
    const token = this.peek();
    if (token?.type !== 'word' && token?.type !== 'string') {
      return false;
    }
    if (token.type === 'word' && (token.quotedKey !== undefined || isJoin(token))) {
      return false;
    }
    this.at++;
    const compares = this.startsComparator();
    this.at--;
    return !compares;
  }

  private isKeyword(keyword: string): boolean {
    const token = this.peek();
    return token?.type === 'word' && token.quotedKey === undefined && token.text.toUpperCase() === keyword;
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private next(): Token | undefined {
    return this.tokens[this.at++];
  }

  private expectedMore(what: string): SearchError {
    const last = this.tokens[Math.min(this.at, this.tokens.length) - 1];
    return new SearchError(
      `Expected ${what} after "${last?.text ?? ''}".`,
      last?.from ?? 0,
      last?.to ?? this.text.length,
    );
  }
}

function isJoin(token: Token): boolean {
  return /^(and|or)$/i.test(token.text);
}

/** A whole day equals a range of moments; everything else compares with its start. */
function timeLeaf(field: Field, comparator: NumberComparator, time: { from: number; to: number }): Filter {
  const leaf = (operator: NumberComparator, value: number): Filter => ({
    type: 'number',
    field,
    comparator: operator,
    value,
  });
  if (comparator === '=') {
    return { type: 'and', nodes: [leaf('>=', time.from), leaf('<', time.to)] };
  }
  if (comparator === '!=') {
    return { type: 'or', nodes: [leaf('<', time.from), leaf('>=', time.to)] };
  }
  return leaf(comparator, time.from);
}
