import { isJoin, type Cursor } from './cursor';
import { fieldOf, kindOf, showField } from './field';
import {
  SearchError,
  type AttributeKind,
  type Field,
  type Filter,
  type KeyLookup,
  type NumberComparator,
  type TextComparator,
} from './syntax';
import { isQuoted, type Token } from './tokens';
import { parseDuration, parseNumber, parseTime } from './values';

/** Reads one comparison: a key, an operator, and what it is compared with. */
export class ComparisonReader {
  /**
   * @param now settles relative times, ms
   * @param keys what a name without a prefix is
   */
  constructor(
    private readonly cursor: Cursor,
    private readonly now: number,
    private readonly keys: KeyLookup | undefined,
  ) {}

  /** The comparison whose key was taken from the cursor last. Throws SearchError. */
  of(left: Token): Filter {
    const field = fieldOf(left, this.keys);
    const operator = this.cursor.next()!;
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
        throw new SearchError('Write = instead of ==.', operator.from, operator.to);
      case '<>':
        throw new SearchError('Write != instead of <>.', operator.from, operator.to);
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
          : `Expected ${kind === 'text' ? 'quoted text or a ' : 'a '}number. Quote the text: '${value.text}'.`,
        value.from,
        value.to,
      );
    }
    if (number !== undefined) {
      if (kind === 'text' && field.entity !== 'param' && field.entity !== 'tag') {
        throw new SearchError(
          `Expected quoted text for ${showField(field)} (such as 'my-value'), not ${value.text}.`,
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
        throw new SearchError(`Expected a number for ${showField(field)}, not text.`, value.from, value.to);
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
        `${operator.text} compares text, and ${showField(field)} is a number.`,
        operator.from,
        operator.to,
      );
    }
    const value = this.value('text', operator);
    if (value.type !== 'string') {
      throw new SearchError(`Expected quoted text: '${value.text}'.`, value.from, value.to);
    }
    return { type: 'text', field, comparator, value: value.text };
  }

  private is(field: Field, operator: Token): Filter {
    const not = this.cursor.isKeyword('NOT') ? this.cursor.next() : undefined;
    const negated = not !== undefined;
    const token = this.cursor.next();
    const word = token?.type === 'word' ? token.text.toUpperCase() : '';
    if (word === 'NULL') {
      return { type: 'null', field, negated };
    }
    if (word === 'NAN' && field.entity === 'metric') {
      return { type: 'nan', field, negated };
    }
    throw new SearchError(
      field.entity === 'metric'
        ? 'IS is followed by NULL, NOT NULL, NAN or NOT NAN.'
        : 'IS is followed by NULL or NOT NULL.',
      (token ?? operator).from,
      (token ?? not ?? operator).to,
    );
  }

  private notIn(field: Field, operator: Token): Filter {
    const next = this.cursor.next();
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
        `IN compares text, and ${showField(field)} is a number.`,
        operator.from,
        operator.to,
      );
    }
    const open = this.cursor.next();
    if (open?.type !== 'punctuation' || open.text !== '(') {
      throw new SearchError(
        "IN is followed by a list: ('a', 'b').",
        (open ?? operator).from,
        (open ?? operator).to,
      );
    }
    // As Python prints a tuple, which MLflow reads: ('a',), (('a')).
    const values: string[] = [];
    let depth = 1;
    let separated = true;
    while (depth > 0) {
      const item = this.cursor.next();
      if (!item) {
        throw new SearchError('This list is never closed.', open.from, open.to);
      }
      const mark = item.type === 'punctuation' ? item.text : undefined;
      if (mark === ')' && values.length > 0) {
        depth--;
        separated = false;
      } else if (separated) {
        if (mark === '(') {
          depth++;
        } else if (item.type === 'string') {
          values.push(item.text);
          separated = false;
        } else {
          throw new SearchError('A list holds only quoted text.', item.from, item.to);
        }
      } else if (mark === ',') {
        separated = true;
      } else {
        throw new SearchError('A comma or ")" is missing before this.', item.from, item.to);
      }
    }
    return { type: 'list', field, negated, values };
  }

  private value(kind: AttributeKind, operator: Token): Token {
    const token = this.cursor.next();
    if (token?.type === 'string' && token.quote !== '`') {
      return token;
    }
    if (token?.type === 'word' && !isQuoted(token) && !isJoin(token)) {
      return token;
    }
    const what = kind === 'number' ? 'number' : 'value';
    throw new SearchError(
      `A ${what} is missing after "${operator.text}".`,
      operator.from,
      token?.type === 'string' ? token.to : operator.to,
    );
  }
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
