/** Trees back to text, in the language that both MLflow and this product read. */
import type { Field, Filter, Leaf } from './syntax';

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/** `metrics.rmse`, `` metrics.`val/loss` ``, `start_time`. A key with a backtick is quoted by double quotes. */
export function fieldText(field: Field): string {
  if (field.entity === 'attribute') {
    return `attributes.${field.key}`;
  }
  const key = PLAIN_KEY.test(field.key)
    ? field.key
    : field.key.includes('`')
      ? `"${field.key}"`
      : `\`${field.key}\``;
  return `${field.entity}s.${key}`;
}

/** A quoted text; undefined where it holds quotes of both kinds, which the language cannot say. */
export function valueText(value: string): string | undefined {
  for (const quote of ["'", '"']) {
    if (!value.includes(quote) && !value.endsWith('\\')) {
      return `${quote}${value}${quote}`;
    }
  }
  return undefined;
}

/**
 * A leaf as text; undefined where a text in it cannot be quoted. Texts with quotes of both kinds have no
 * spelling (reference mlflow.md, E.1).
 */
export function leafText(leaf: Leaf): string | undefined {
  if (leaf.type === 'term') {
    return valueText(leaf.text);
  }
  const field = fieldText(leaf.field);
  switch (leaf.type) {
    case 'number':
      return `${field} ${leaf.comparator} ${numberText(leaf.value)}`;
    case 'text': {
      const value = valueText(leaf.value);
      return value === undefined ? undefined : `${field} ${leaf.comparator} ${value}`;
    }
    case 'list': {
      const values = leaf.values.map((value) => valueText(value));
      return values.includes(undefined)
        ? undefined
        : `${field} ${leaf.negated ? 'NOT IN' : 'IN'} (${values.join(', ')})`;
    }
    case 'null':
      return `${field} IS ${leaf.negated ? 'NOT ' : ''}NULL`;
    case 'nan':
      return `${field} IS ${leaf.negated ? 'NOT ' : ''}NAN`;
  }
}

/** As MLflow's own tokenizer reads numbers: no plus in the exponent; beyond the doubles for the infinities. */
function numberText(value: number): string {
  return Number.isFinite(value) ? String(value).replace('e+', 'e') : value > 0 ? '1e999' : '-1e999';
}

/** A filter as text; undefined where a text in it cannot be quoted. */
export function filterText(filter: Filter): string | undefined {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const parts = filter.nodes.map((node) =>
        node.type === 'and' || node.type === 'or' ? wrap(filterText(node)) : filterText(node),
      );
      return parts.includes(undefined) ? undefined : parts.join(filter.type === 'and' ? ' AND ' : ' OR ');
    }
    case 'not': {
      const inner = filterText(filter.node);
      return inner === undefined ? undefined : `NOT (${inner})`;
    }
    default:
      return leafText(filter);
  }
}

function wrap(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `(${text})`;
}

/**
 * A condition on "this value" that can always be said: a text with quotes of both kinds is found by LIKE, with
 * `_` for its double quotes.
 */
export function equalsText(field: Field, value: string): string {
  const leaf: Leaf = { type: 'text', field, comparator: '=', value };
  return (
    leafText(leaf) ??
    leafText({ ...leaf, comparator: 'LIKE', value: value.replace(/"/g, '_') }) ??
    `${fieldText(field)} LIKE "${value.replace(/"/g, '_').replace(/\\$/, '_')}"`
  );
}
