import { kindOf } from './field';
import { SearchError, type Field } from './syntax';
import { fieldText } from './text';
import type { Token } from './tokens';

/** Operators of SQL and of other search languages that neither MLflow nor this product has. */
export const SQL_WORDS = /^(?:between|contains|glob|matches|regexp|rlike|startswith|endswith)$/i;

/**
 * The refusal of a word that stands where an operator belongs, with what can be written instead.
 *
 * @param field what stands before it; null for a word that names none of itself
 */
export function noOperator(field: Field | null, word: Token): SearchError {
  const key = field === null ? 'metrics.key' : field.entity === 'attribute' ? field.key : fieldText(field);
  const text = word.text.toLowerCase();
  return new SearchError(
    `"${word.text}" is not an operator. ${instead(field, key, text)}`,
    word.from,
    word.to,
  );
}

function instead(field: Field | null, key: string, word: string): string {
  if (word === 'between') {
    return `Write ${key} >= 1 AND ${key} <= 2.`;
  }
  if (SQL_WORDS.test(word) && (field === null || kindOf(field) === 'text')) {
    return `Write ${field ? key : 'params.key'} LIKE '%text%'.`;
  }
  const operators =
    field && kindOf(field) !== 'text' ? '=, !=, <, <=, >, >= or IS' : '=, !=, LIKE, ILIKE, IN or IS';
  return `After ${key} comes ${operators}; quote '${key}' to look for it as text.`;
}
