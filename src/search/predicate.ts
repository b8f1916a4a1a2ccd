import { foldAscii, likeTest } from './like';
import type { Field, Filter, Leaf, NumberComparator } from './syntax';
import { numberInText } from './values';

/**
 * Where a predicate finds the values of a row. Each method is asked once for a filter and answers a function of
 * the row: a source may load a whole column then.
 */
export interface RowSource<Row> {
  /** The latest value; NaN and the infinities are JavaScript's own. */
  metric(key: string): (row: Row) => number | undefined;
  param(key: string): (row: Row) => string | undefined;
  tag(key: string): (row: Row) => string | undefined;
  textAttribute(key: string): (row: Row) => readonly string[];
  numberAttribute(key: string): (row: Row) => number | undefined;
  dataset(key: string): (row: Row) => readonly string[];
  /** Whether the folded text stands in the run's id, or the value of a param or a searched tag, folded. */
  term(folded: string): (row: Row) => boolean;
}

/** A filter as a function that answers as `filterToSql` does. */
export function filterToPredicate<Row>(filter: Filter, source: RowSource<Row>): (row: Row) => boolean {
  switch (filter.type) {
    case 'and': {
      const parts = filter.nodes.map((node) => filterToPredicate(node, source));
      return (row) => parts.every((part) => part(row));
    }
    case 'or': {
      const parts = filter.nodes.map((node) => filterToPredicate(node, source));
      return (row) => parts.some((part) => part(row));
    }
    case 'not': {
      const inner = filterToPredicate(filter.node, source);
      return (row) => !inner(row);
    }
    default:
      return leafToPredicate(filter, source);
  }
}

function leafToPredicate<Row>(leaf: Leaf, source: RowSource<Row>): (row: Row) => boolean {
  switch (leaf.type) {
    case 'term':
      return source.term(foldAscii(leaf.text));
    case 'null': {
      const has = hasValue(leaf.field, source);
      return (row) => has(row) === leaf.negated;
    }
    case 'nan': {
      const value = source.metric(leaf.field.key);
      return (row) => {
        const found = value(row);
        return found !== undefined && Number.isNaN(found) !== leaf.negated;
      };
    }
    case 'number': {
      const value = numberOf(leaf.field, source);
      const holds = numberTest(leaf.comparator, leaf.value);
      return (row) => {
        const found = value(row);
        return found !== undefined && holds(found);
      };
    }
    case 'text':
    case 'list': {
      const values = textsOf(leaf.field, source);
      const holds = textTest(leaf);
      return (row) => values(row).some(holds);
    }
  }
}

/** The infinities are stored as the greatest doubles, and compare as those (reference mlflow.md, A.2). */
function clamp(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

function numberTest(comparator: NumberComparator, wanted: number): (value: number) => boolean {
  switch (comparator) {
    case '=':
      return (value) => value === wanted;
    case '!=':
      // NaN differs from everything, in JavaScript as in MLflow.
      return (value) => value !== wanted;
    case '<':
      return (value) => value < wanted;
    case '<=':
      return (value) => value <= wanted;
    case '>':
      return (value) => value > wanted;
    case '>=':
      return (value) => value >= wanted;
  }
}

function textTest(leaf: Leaf & { type: 'text' | 'list' }): (text: string) => boolean {
  if (leaf.type === 'list') {
    const values = new Set(leaf.values);
    return (text) => values.has(text) !== leaf.negated;
  }
  switch (leaf.comparator) {
    case '=':
      return (text) => text === leaf.value;
    case '!=':
      return (text) => text !== leaf.value;
    case 'LIKE':
      return likeTest(leaf.value);
    case 'ILIKE': {
      const test = likeTest(foldAscii(leaf.value));
      return (text) => test(foldAscii(text));
    }
  }
}

function numberOf<Row>(field: Field, source: RowSource<Row>): (row: Row) => number | undefined {
  switch (field.entity) {
    case 'metric': {
      const value = source.metric(field.key);
      return (row) => {
        const found = value(row);
        return found === undefined ? undefined : clamp(found);
      };
    }
    case 'attribute':
      return source.numberAttribute(field.key);
    case 'param':
    case 'tag': {
      const value = field.entity === 'param' ? source.param(field.key) : source.tag(field.key);
      return (row) => {
        const text = value(row);
        return text === undefined ? undefined : numberInText(text);
      };
    }
    case 'dataset':
      return () => undefined;
  }
}

function textsOf<Row>(field: Field, source: RowSource<Row>): (row: Row) => readonly string[] {
  switch (field.entity) {
    case 'param':
    case 'tag': {
      const value = field.entity === 'param' ? source.param(field.key) : source.tag(field.key);
      return (row) => {
        const text = value(row);
        return text === undefined ? [] : [text];
      };
    }
    case 'attribute':
      return source.textAttribute(field.key);
    case 'dataset':
      return source.dataset(field.key);
    case 'metric':
      return () => [];
  }
}

const NUMBER_ATTRIBUTES = new Set(['start_time', 'end_time', 'duration', 'depth']);

function hasValue<Row>(field: Field, source: RowSource<Row>): (row: Row) => boolean {
  if (field.entity === 'metric') {
    const value = source.metric(field.key);
    return (row) => value(row) !== undefined;
  }
  if (field.entity === 'attribute' && NUMBER_ATTRIBUTES.has(field.key)) {
    const value = source.numberAttribute(field.key);
    return (row) => value(row) !== undefined;
  }
  const texts = textsOf(field, source);
  return (row) => texts(row).length > 0;
}
